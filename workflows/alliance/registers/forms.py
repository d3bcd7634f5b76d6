"""What people type into an entry of a register; which fields there are stands in the edition."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.editions.alliance import RegisterRule
from cases.evidence import ACCEPT
from cases.models import Activity, Appointment
from workflows.alliance.registers.listing import units_of
from workflows.alliance.registers.rules import LONGEST_NOTE, LONGEST_TITLE, MOST
from workflows.finding.forms import SeveralFiles
from workflows.programme.forms import DayInput

NEEDED = gettext_lazy("This is needed.")
PLACES = {"unit_id": "unit", "sender_id": "sender", "person_id": "person"}


class EntryForm(forms.Form):
    """One entry: what, when, where; who sent whom, who it was and how many came where the register asks for it."""

    title = forms.CharField(
        label=pgettext_lazy("activity", "What"),
        max_length=LONGEST_TITLE,
        error_messages={"required": NEEDED},
        help_text=gettext_lazy("A few words, e.g. the topic of a lecture."),
    )
    from_on = forms.DateField(
        label=gettext_lazy("First day"), widget=DayInput, error_messages={"required": gettext_lazy("Give the day.")}
    )
    until_on = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=DayInput,
        help_text=gettext_lazy("Empty: the same day. Both days count."),
    )
    unit = forms.TypedChoiceField(label=gettext_lazy("At the unit"), coerce=int, error_messages={"required": NEEDED})
    sender = forms.TypedChoiceField(label=gettext_lazy("Sent by"), coerce=int, required=False, empty_value=None)
    person = forms.TypedChoiceField(label=gettext_lazy("Person"), coerce=int, required=False, empty_value=None)
    count = forms.IntegerField(
        label=pgettext_lazy("activity", "Number of times"), min_value=1, max_value=MOST, required=False, initial=1
    )
    people = forms.IntegerField(
        label=gettext_lazy("People who took part"), min_value=0, max_value=MOST, required=False, initial=0
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=LONGEST_NOTE, required=False, widget=forms.Textarea)
    evidence = SeveralFiles(label=gettext_lazy("Add files"), required=False)

    def __init__(self, *args: Any, case: Any, rule: RegisterRule, kept: set[int] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule
        units = [(unit.pk, unit.name) for unit in units_of(case)]
        mine = [(pk, name) for pk, name in units if kept is None or pk in kept]
        self._choose("unit", mine, empty=len(mine) != 1)
        self.fields["evidence"].widget.attrs["accept"] = ACCEPT
        if rule.visit:
            self._choose("sender", units)
        else:
            del self.fields["sender"]
            if rule.person:
                self.fields["unit"].label = gettext_lazy("From the unit")
        if rule.visit or rule.person:
            self._choose("person", people_of([pk for pk, _name in units]))
        else:
            del self.fields["person"]
        if not rule.people:
            del self.fields["people"]
        if rule.stay:
            del self.fields["count"]
        # What the register wants is marked, and asked for with everything else that is missing.
        for name, wanted in (("sender", rule.visit), ("person", rule.person), ("people", rule.people)):
            if wanted and name in self.fields:
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = NEEDED

    def _choose(self, name: str, choices: list[tuple[int, str]], *, empty: bool = True) -> None:
        field: Any = self.fields[name]
        field.choices = [("", "—"), *choices] if empty else choices

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields for the page, in their order, without the files."""
        return [self[name] for name in self.fields if name != "evidence"]

    @property
    def details(self) -> dict[str, Any]:
        """The entry as the verb takes it; call where the form is valid."""
        given = self.cleaned_data
        places = {column: given.get(name) for column, name in PLACES.items()}
        return {
            "register": self.rule.code,
            "title": given["title"],
            "from_on": given["from_on"],
            "until_on": given["until_on"] or given["from_on"],
            "count": given.get("count") or 1,
            "people": given.get("people") or 0,
            "note": given["note"],
            "files": given["evidence"],
            **places,
        }


def initial_of(activity: Activity) -> dict[str, Any]:
    """The form of an entry as it stands."""
    same = ("title", "from_on", "until_on", "count", "people", "note")
    return {name: getattr(activity, name) for name in same} | {
        name: getattr(activity, column) for column, name in PLACES.items()
    }


def people_of(units: list[int]) -> list[tuple[int, str]]:
    """Whoever belongs, or belonged, to one of the units by an appointment of their own; each person once."""
    rows = Appointment.objects.own().filter(unit__in=units).order_by("user__name", "user", "pk")
    found: dict[int, str] = {}
    for pk, name, unit in rows.values_list("user", "user__name", "unit__name"):
        found.setdefault(pk, f"{name}（{unit}）")
    return list(found.items())


def fitting_day(today: dt.date, first: dt.date, last: dt.date) -> dt.date:
    """The day that a new entry begins with: today, or the nearest day of the practice."""
    return min(max(today, first), last)
