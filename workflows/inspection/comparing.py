"""A case as it was at the end of one day against another day, or against now: every field of every record of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.clock import end_of_day
from cases.models import Case
from workflows.dashboard.asked import DayForm
from workflows.inspection.records import as_of, versions_of
from workflows.inspection.wording import Row, Words

MOMENT = dt.timedelta(microseconds=1)


class TwoDaysForm(DayForm):
    """The day, the other day (now where none is named), and whether what is the same is shown as well."""

    against = forms.DateField(
        label=gettext_lazy("With (blank: now)"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    everything = forms.BooleanField(label=gettext_lazy("Also what is the same"), required=False)

    def clean_against(self) -> dt.date | None:
        against: dt.date | None = self.cleaned_data["against"]
        if against is not None and against > self.today:
            raise forms.ValidationError(_("Choose today or a day before it."))
        return against


@dataclass(frozen=True)
class Compared:
    """One record on both days: (field, then, later); ``sort`` is new, gone, changed or same."""

    record: str
    sort: str
    rows: list[Row]


def compare(
    case: Case, on: dt.date, against: dt.date | None, at: dt.datetime, *, everything: bool = False
) -> list[Compared]:
    """The records at the end of ``on`` against the end of ``against`` (Asia/Shanghai), or else against ``at`` (UTC)."""
    ends = [end_of_day(on) + MOMENT, end_of_day(against) + MOMENT if against else at + MOMENT]
    versions = versions_of(case, until=max(ends))
    then, later = (as_of(versions, end) for end in ends)
    words = Words(case, ((each.place, each.values) for each in versions))
    found = []
    for place in {**then, **later}:
        before, after = then.get(place), later.get(place)
        old: dict[str, Any] = before.values if before else {}
        new: dict[str, Any] = after.values if after else {}
        rows = words.changes(place[0], old, new, everything=everything)
        sort = "new" if not before else "gone" if not after else "changed" if _differ(rows) else "same"
        if rows or sort in ("new", "gone"):
            found.append(Compared(words.record(place[0], new or old), sort, rows))
    return found


def _differ(rows: list[Row]) -> bool:
    return any(old != new for _field, old, new in rows)
