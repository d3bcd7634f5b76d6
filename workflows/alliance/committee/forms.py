"""What people type about the committee: seats, meetings, the plan of a year."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.evidence import ACCEPT
from cases.models import CommitteeMember, Meeting, OrgUnit, User
from workflows.alliance.committee.rules import LONGEST
from workflows.alliance.committee.verbs import units_on, years_of
from workflows.alliance.registers.forms import NEEDED, people_of
from workflows.finding.forms import SeveralFiles
from workflows.programme.forms import DayInput


class SeatForm(forms.Form):
    """Who sits on the committee, for which unit, from when."""

    seat = forms.ChoiceField(label=gettext_lazy("Seat"), choices=CommitteeMember.Seat.choices)
    unit = forms.ModelChoiceField(label=gettext_lazy("Unit"), queryset=OrgUnit.objects.none())
    user = forms.TypedChoiceField(label=gettext_lazy("Person"), coerce=int)
    valid_from = forms.DateField(label=gettext_lazy("Valid from"), widget=DayInput)

    def __init__(self, *args: Any, case: Any, on: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "seat-%s", **kwargs})
        units = units_on(case, on)
        unit, user = self.fields["unit"], self.fields["user"]
        unit.queryset = OrgUnit.objects.filter(pk__in=units).order_by("path")  # type: ignore[attr-defined]
        user.choices = [("", "—"), *people_of(sorted(units))]  # type: ignore[attr-defined]

    @property
    def details(self) -> dict[str, Any]:
        """The seat as the verb takes it; call where the form is valid."""
        return {**self.cleaned_data, "user": User.objects.get(pk=self.cleaned_data["user"])}


class EndSeatForm(forms.Form):
    """Which seat ends, and the first day on which it is not held any more."""

    member = forms.IntegerField(widget=forms.HiddenInput)
    valid_until = forms.DateField(
        label=gettext_lazy("Ends on"),
        widget=DayInput,
        help_text=gettext_lazy("The first day on which the person is not on the committee any more."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"end-{kwargs.get('prefix') or ''}%s", **kwargs})


class MeetingForm(forms.Form):
    """A meeting that was held: agenda, decisions, minutes, who was there."""

    held_on = forms.DateField(label=pgettext_lazy("meeting", "Day"), widget=DayInput)
    agenda = forms.CharField(
        label=gettext_lazy("Agenda"), max_length=LONGEST, widget=forms.Textarea, error_messages={"required": NEEDED}
    )
    decisions = forms.CharField(
        label=gettext_lazy("Decisions"), max_length=LONGEST, widget=forms.Textarea, error_messages={"required": NEEDED}
    )
    minutes = forms.CharField(
        label=gettext_lazy("Minutes"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("As text, or as a file below."),
    )
    present = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Present"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    evidence = SeveralFiles(label=gettext_lazy("Add files"), required=False)

    def __init__(self, *args: Any, case: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "meeting-%s", **kwargs})
        seats = CommitteeMember.objects.filter(pilot=case.pk).select_related("user", "unit").order_by("pk")
        present: Any = self.fields["present"]
        present.choices = [(seat.pk, f"{seat.user}（{seat.unit}，{seat.get_seat_display()}）") for seat in seats]
        self.fields["evidence"].widget.attrs["accept"] = ACCEPT

    @property
    def details(self) -> dict[str, Any]:
        """The meeting as the verb takes it; call where the form is valid."""
        given = dict(self.cleaned_data)
        return {"files": given.pop("evidence"), **given}


class PlanForm(forms.Form):
    """What the members agreed on for a year."""

    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int)
    text = forms.CharField(
        label=gettext_lazy("Goals and tasks"),
        max_length=LONGEST,
        widget=forms.Textarea,
        error_messages={"required": NEEDED},
    )
    agreed_on = forms.DateField(label=gettext_lazy("Agreed on"), widget=DayInput)
    row_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, case: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "plan-%s", **kwargs})
        year: Any = self.fields["year"]
        year.choices = [(each, str(each)) for each in years_of(case)]


def initial_of(meeting: Meeting) -> dict[str, Any]:
    """The form of a meeting as it stands."""
    return {name: getattr(meeting, name) for name in ("held_on", "agenda", "decisions", "minutes", "present")}
