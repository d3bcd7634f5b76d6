"""The forms about messages: how somebody wants to be told, and where the webhook is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid
from cases.models import User
from notifications.channels.addresses import checked
from notifications.models import Preference, Webhook


class PreferenceForm(forms.ModelForm):
    """The preferences with the e-mail address, which stands in the person's own record."""

    address = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        help_text=_("Without an address you are told in the system only."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    class Meta:
        model = Preference
        fields = ("email", "digest_hour", "quiet_from", "quiet_until", "language")
        widgets = {
            "email": forms.RadioSelect,
            "digest_hour": forms.Select(choices=[(hour, f"{hour}:00") for hour in range(24)]),
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        labels = {"email": _("By e-mail"), "language": _("Language of the messages")}
        help_texts = {
            "digest_hour": _("Messages of the day come in one e-mail at this hour."),
            "quiet_until": _("Between these hours nothing is sent; the same hour twice means that there are none."),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["address"].initial = user.email

    def save(self, commit: bool = True) -> Preference:
        """Save the preferences, and the address where it changed."""
        preference: Preference = super().save(commit)
        if self.user.email != self.cleaned_data["address"]:
            self.user.email = self.cleaned_data["address"]
            self.user.save(update_fields=["email"])
        return preference


class WebhookForm(forms.ModelForm):
    """The address of the webhook, which must not lead into a private network."""

    url = forms.CharField(
        label=_("Address"),
        max_length=300,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )

    class Meta:
        model = Webhook
        fields = ("url",)

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        try:
            checked(url)
        except Invalid as refusal:
            raise forms.ValidationError(str(refusal.message), code=refusal.code) from None
        return url
