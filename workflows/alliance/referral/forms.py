"""What a contact fills in, on a phone as well: the request, the answer, the arrival, the information, the closing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.models import OrgUnit, Referral
from cases.models.referral import PRIORITIES
from cases.personal.fields import BY_NAME, SEXES
from workflows.alliance.referral.record import LONGEST

MINUTE = "%Y-%m-%dT%H:%M"
# What is asked of a patient at once, and what is there for whoever knows it.
FIRST = ("name", "grounds", "condition")
MORE = ("sex", "birth_year", "phone", "diagnosis", "contact", "contact_phone")
LONG = ("grounds", "condition", "discharge", "follow_up")
LABELS = {
    "appointment": gettext_lazy("Specialist appointment first"),
    "examination": gettext_lazy("Examinations first"),
    "admission": gettext_lazy("Admission first"),
}
KEPT_CHOICES = (
    ("kept", pgettext_lazy("priority", "Kept")),
    ("not_kept", pgettext_lazy("priority", "Not kept")),
    ("not_needed", pgettext_lazy("priority", "Not needed")),
)


def _text(name: str, *, rows: int = 3) -> forms.CharField:
    """A field about the patient; the domain judges what is needed, so that all faults come at once."""
    field = BY_NAME[name]
    widget = forms.Textarea(attrs={"rows": rows}) if name in LONG else forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=field.label, max_length=field.longest, required=False, widget=widget)


class _Asking(forms.Form):
    """A form whose fields the domain judges, all at once; ``NEEDED`` are marked as asked for."""

    NEEDED: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mark(*self.NEEDED)

    def mark(self, *names: str) -> None:
        for name in names:
            field: Any = self.fields[name]
            field.needed = True


class ReferralForm(_Asking):
    """The request: where to, who, why, and that the patient has agreed."""

    NEEDED = ("receiver", "consent_on", "consent_how")

    receiver = forms.ModelChoiceField(
        label=pgettext_lazy("referral", "To"), queryset=OrgUnit.objects.none(), required=False
    )
    consent_on = forms.DateField(label=gettext_lazy("Consent given on"), required=False)
    consent_how = forms.ChoiceField(
        label=gettext_lazy("How consent was given"),
        choices=Referral.Consent.choices,
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args: Any, receivers: Iterable[OrgUnit], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"consent_on": today}, **kwargs})
        units = list(receivers)
        receiver: Any = self.fields["receiver"]
        receiver.queryset = OrgUnit.objects.filter(pk__in=[unit.pk for unit in units])
        if len(units) == 1:
            receiver.initial = units[0].pk
        self.fields["consent_on"].widget = forms.DateInput(attrs={"type": "date", "max": today.isoformat()})
        for name in (*FIRST, *MORE):
            self.fields[name] = _text(name)
        self.mark(*FIRST)
        self.fields["sex"] = forms.ChoiceField(
            label=BY_NAME["sex"].label, choices=[("", "—"), *SEXES.items()], required=False
        )
        self.fields["birth_year"].widget.attrs["inputmode"] = "numeric"
        for name in ("phone", "contact_phone"):
            self.fields[name].widget.attrs["inputmode"] = "tel"

    @property
    def first_fields(self) -> list[Any]:
        return [self[name] for name in FIRST]

    @property
    def more_fields(self) -> list[Any]:
        return [self[name] for name in MORE]

    @property
    def more_open(self) -> bool:
        """Whether one of the further fields was filled in or is at fault."""
        return any(self[name].errors or (self.is_bound and self[name].value()) for name in MORE)


class AcceptForm(_Asking):
    """Department, bed and time."""

    NEEDED = ("department", "expected_at")

    department = forms.CharField(label=gettext_lazy("Department"), max_length=LONGEST["department"], required=False)
    bed = forms.CharField(
        label=gettext_lazy("Bed"),
        max_length=LONGEST["bed"],
        required=False,
        help_text=gettext_lazy("Where one is kept for the patient."),
    )
    expected_at = forms.DateTimeField(
        label=gettext_lazy("The patient can come at"),
        required=False,
        widget=forms.DateTimeInput(format=MINUTE, attrs={"type": "datetime-local"}),
    )


class ArrivalForm(forms.Form):
    """When the patient arrived; now, unless somebody says otherwise."""

    arrived_at = forms.DateTimeField(
        label=gettext_lazy("Arrived at"),
        required=False,
        widget=forms.DateTimeInput(format=MINUTE, attrs={"type": "datetime-local"}),
        help_text=gettext_lazy("Leave it empty for now."),
    )


class InformationForm(_Asking):
    """Discharge information and follow-up plan; both are sealed with the patient."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("discharge", "follow_up"):
            self.fields[name] = _text(name, rows=6)
            self.mark(name)


class CloseForm(_Asking):
    """What came of it and, of a referral up, whether the three priorities were kept."""

    NEEDED = ("outcome",)

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"), choices=Referral.Outcome.choices, widget=forms.RadioSelect, required=False
    )

    def __init__(self, *args: Any, up: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PRIORITIES if up else ():
            self.fields[name] = forms.ChoiceField(
                label=LABELS[name], choices=KEPT_CHOICES, widget=forms.RadioSelect, required=False
            )
            self.mark(name)
            self.fields[f"{name}_reason"] = forms.CharField(
                label=gettext_lazy("Why not"), max_length=LONGEST["reason"], required=False
            )

    @property
    def priorities(self) -> list[tuple[Any, Any]]:
        """Each priority with its reason."""
        return [(self[name], self[f"{name}_reason"]) for name in PRIORITIES if name in self.fields]


def form_for(verb: str, data: Any = None, *, up: bool, at: dt.datetime) -> forms.Form | None:
    """The form of a verb; None for one that asks for nothing but a reason."""
    initial = {"expected_at": timezone.localtime(at) + dt.timedelta(hours=4)}
    match verb:
        case "accept":
            return AcceptForm(data, auto_id="accept-%s", initial=initial)
        case "arrive":
            return ArrivalForm(data, auto_id="arrive-%s")
        case "inform":
            return InformationForm(data, auto_id="inform-%s")
        case "close":
            return CloseForm(data, auto_id="close-%s", up=up)
    return None
