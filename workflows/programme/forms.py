"""What people type into a programme and a work plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from cases.models import Round
from workflows.programme.drafts import Dates
from workflows.programme.shown import RoundLine

LONGEST = 20_000


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


@dataclass(frozen=True)
class RoundFields:
    """The two dates of one round on the form, with the round as it was saved last."""

    line: RoundLine
    cutoff: BoundField
    due: BoundField


class StartForm(forms.Form):
    """The year whose programme the region begins to prepare."""

    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int)

    def __init__(self, *args: Any, years: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["year"]
        chosen.choices = [(year, str(year)) for year in years]


class ProgrammeForm(forms.Form):
    """The notice to everybody below, and the dates of each reporting round."""

    notice = forms.CharField(
        label=gettext_lazy("Notice to prefectures and counties"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea,
        help_text=gettext_lazy("Institutions read it, too: on the page “What is asked this year”."),
    )

    def __init__(self, *args: Any, rounds: Iterable[Round], **kwargs: Any) -> None:
        self.rounds = list(rounds)
        dates = {name: value for each in self.rounds for name, value in _initial(each).items()}
        kwargs["initial"] = {**dates, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        for each in self.rounds:
            due_word = pgettext("reporting round", "Due date")
            for name, label in ((_cutoff(each), _("Data cut-off")), (_due(each), due_word)):
                self.fields[name] = forms.DateField(
                    label=label, widget=DayInput(), error_messages={"required": _("Give the date.")}
                )

    def clean(self) -> dict[str, Any]:
        """A round's data are cut off before it is due, in the year that it reports or after it."""
        values: dict[str, Any] = super().clean() or {}
        for each in self.rounds:
            cutoff_on, due_on = values.get(_cutoff(each)), values.get(_due(each))
            if cutoff_on is None or due_on is None:
                continue
            if due_on < cutoff_on:
                self.add_error(_due(each), _("The due date lies before the cut-off."))
            elif not dt.date(each.cycle_year, 1, 1) <= cutoff_on or due_on.year > each.cycle_year + 2:
                self.add_error(_cutoff(each), _("The dates do not fit the year that is reported."))
        return values

    @property
    def dates(self) -> dict[str, Dates]:
        """The dates of a valid form by the code of their round."""
        values = self.cleaned_data
        return {each.code: (values[_cutoff(each)], values[_due(each)]) for each in self.rounds}

    def fields_of(self, lines: Iterable[RoundLine]) -> list[RoundFields]:
        """The fields of each round; ``lines`` are the rounds in words, in the same order."""
        pairs = zip(lines, self.rounds, strict=True)
        return [RoundFields(line, self[_cutoff(each)], self[_due(each)]) for line, each in pairs]


class WorkPlanForm(forms.Form):
    """The three parts of a work plan; they may be empty while it is written."""

    goals = forms.CharField(
        label=gettext_lazy("Goals of the year"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea,
        help_text=gettext_lazy("What the prefecture wants to reach this year, in numbers where there are any."),
    )
    arrangements = forms.CharField(
        label=gettext_lazy("Arrangements by stage"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea,
        help_text=gettext_lazy("Who does what by when: self-check, verification, rectification, summary."),
    )
    organisation = forms.CharField(
        label=gettext_lazy("Organisation and responsibility"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea,
        help_text=gettext_lazy("Who leads, which departments take part, and who answers for what."),
    )


def theirs_of(rounds: Iterable[Round], notice: str) -> dict[str, str]:
    """What stands there, by the names of the form's fields."""
    return {
        "notice": notice,
        **{name: day.isoformat() for each in rounds for name, day in _initial(each).items()},
    }


def _initial(each: Round) -> dict[str, dt.date]:
    return {_cutoff(each): each.cutoff_on, _due(each): each.due_on}


def _cutoff(each: Round) -> str:
    return f"{each.code}_cutoff"


def _due(each: Round) -> str:
    return f"{each.code}_due"
