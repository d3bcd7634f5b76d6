"""The registers of a pilot as one address asks for them: filters, a page of entries, and counts by month."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from cases.editions.alliance import alliance_of
from cases.models import Activity, Evidence, Membership, OrgUnit
from workflows.alliance.registers.verbs import code_of
from workflows.programme.forms import DayInput


class FilterForm(forms.Form):
    """What of the registers is listed; nothing chosen is everything that counts."""

    register = forms.ChoiceField(label=gettext_lazy("Register"), required=False)
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit"), queryset=OrgUnit.objects.none(), required=False, empty_label=gettext_lazy("All")
    )
    from_on = forms.DateField(label=gettext_lazy("From"), required=False, widget=DayInput)
    until_on = forms.DateField(label=gettext_lazy("Until"), required=False, widget=DayInput)
    struck = forms.BooleanField(label=gettext_lazy("Struck ones, too"), required=False)

    def __init__(self, *args: Any, case: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "filter-%s", **kwargs})
        register: Any = self.fields["register"]
        registers = alliance_of(case.edition).registers.values()
        register.choices = [("", gettext_lazy("All")), *((each.code, each.label) for each in registers)]
        unit: Any = self.fields["unit"]
        unit.queryset = units_of(case)


@dataclass(frozen=True)
class MonthLine:
    """How many entries a register has in each month, with all their times and people."""

    label: str
    counts: list[int]
    entries: int
    times: int
    people: int


class Listing:
    """The entries that an address asks for; a filter that cannot be read filters nothing."""

    def __init__(self, case: Any, query: QueryDict) -> None:
        self.case = case
        self.form = FilterForm(query, case=case)
        self.form.is_valid()
        self.chosen: dict[str, Any] = {
            name: value for name, value in self.form.cleaned_data.items() if value not in (None, "", False)
        }

    @property
    def rows(self) -> QuerySet[Activity]:
        """The entries, the ones that were struck only where they are asked for."""
        rows: Any = Activity.objects.filter(pilot=self.case.pk)
        if "struck" not in self.chosen:
            rows = rows.current()
        if "register" in self.chosen:
            rows = rows.filter(register=self.chosen["register"])
        if "unit" in self.chosen:
            rows = rows.filter(unit=self.chosen["unit"])
        if "from_on" in self.chosen:
            rows = rows.filter(until_on__gte=self.chosen["from_on"])
        if "until_on" in self.chosen:
            rows = rows.filter(from_on__lte=self.chosen["until_on"])
        found: QuerySet[Activity] = rows.select_related("unit", "sender", "person", "entered_by")
        return found

    def months(self) -> tuple[list[dt.date], list[MonthLine]]:
        """The months in which anything began, and a line for every register that has entries; one query."""
        counted = self.rows.filter(struck_at=None).order_by().select_related(None)
        grouped = counted.annotate(month=TruncMonth("from_on")).values("register", "month")
        found: dict[str, dict[dt.date, tuple[int, int, int]]] = defaultdict(dict)
        for row in grouped.annotate(entries=Count("pk"), times=Sum("count"), attending=Sum("people")):
            found[row["register"]][row["month"]] = (row["entries"], row["times"], row["attending"])
        months = sorted({month for line in found.values() for month in line})
        registers = alliance_of(self.case.edition).registers
        lines = [
            MonthLine(
                rule.label,
                [found[code].get(month, (0, 0, 0))[0] for month in months],
                *(sum(each[place] for each in found[code].values()) for place in range(3)),
            )
            for code, rule in registers.items()
            if code in found
        ]
        return months, lines


def units_of(case: Any) -> QuerySet[OrgUnit]:
    """Every unit that is, or was, in the alliance."""
    return OrgUnit.objects.filter(pk__in=Membership.objects.filter(pilot=case.pk).values("unit")).order_by("path")


def files_of(case: Any, activities: list[Activity]) -> dict[int, list[Evidence]]:
    """The files of some entries, by the entry; one query."""
    codes = {code_of(activity): activity.pk for activity in activities}
    found: dict[int, list[Evidence]] = {pk: [] for pk in codes.values()}
    files = Evidence.objects.current().filter(case=case.pk, item_code__in=codes, purpose=Evidence.Purpose.ACTIVITY)
    for file in files.order_by("pk"):
        found[codes[file.item_code]].append(file)
    return found
