"""The forms of a fund: allocating it, a payment, the account, the check."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.models import Fund, FundUse, OrgUnit, Pilot
from workflows.alliance.funds.kind import LONGEST
from workflows.engine import MAX_REASON
from workflows.finding.forms import SeveralFiles


class AllocationForm(forms.Form):
    """What is given to whom, for what; amounts in yuan."""

    kind = forms.ChoiceField(label=pgettext_lazy("fund", "Kind"), choices=Fund.Kind.choices)
    holder = forms.ModelChoiceField(label=gettext_lazy("Holder of the fund"), queryset=OrgUnit.objects.none())
    pilot = forms.ModelChoiceField(
        label=gettext_lazy("Alliance pilot"),
        queryset=Pilot.objects.none(),
        required=False,
        help_text=gettext_lazy("For earmarked funds: the pilot that the money is for."),
    )
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=2000, max_value=2100)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), min_value=0, max_digits=12, decimal_places=2, localize=False
    )
    purpose = forms.CharField(label=gettext_lazy("Purpose"), max_length=1000, widget=forms.Textarea)

    def __init__(self, *args: Any, city: OrgUnit, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "fund-%s", **kwargs})
        holder, pilot = self.fields["holder"], self.fields["pilot"]
        kinds = (OrgUnit.Kind.HOSPITAL, OrgUnit.Kind.GUIDANCE_CENTRE)
        holder.queryset = OrgUnit.objects.within(city.path).filter(kind__in=kinds)  # type: ignore[attr-defined]
        pilot.queryset = Pilot.objects.filter(case__unit=city).order_by("pk")  # type: ignore[attr-defined]


class UseForm(forms.ModelForm):
    """A payment with its voucher."""

    attached = SeveralFiles(label=gettext_lazy("Add files"), required=False)

    class Meta:
        model = FundUse
        fields = ("paid_on", "amount", "purpose", "voucher")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "use-%s", **kwargs})


class AccountForm(forms.Form):
    """How the money was used, in words."""

    report = forms.CharField(
        label=gettext_lazy("Account of the use"), max_length=LONGEST, widget=forms.Textarea, required=False
    )


class CheckForm(forms.Form):
    """The bureau's opinion."""

    opinion = forms.CharField(
        label=gettext_lazy("Opinion of the finance bureau"), max_length=LONGEST, widget=forms.Textarea, required=False
    )


class ObjectionForm(forms.Form):
    """Which payments were not used as intended, and why."""

    uses = forms.MultipleChoiceField(
        label=gettext_lazy("Payments not used as intended"), widget=forms.CheckboxSelectMultiple, required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MAX_REASON,
        widget=forms.Textarea,
        error_messages={"required": gettext_lazy("Give the reason.")},
    )

    def __init__(self, *args: Any, payments: list[FundUse], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "objection-%s", **kwargs})
        uses: Any = self.fields["uses"]
        uses.choices = [(str(use.pk), f"{use.voucher} · {use.purpose} · {use.amount}") for use in payments]
