"""The filters of the ledger: which units, years and items a viewer can choose from, and what was chosen."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.access import Viewer
from cases.editions.form import CheckItem
from cases.editions.schema import EditionData
from cases.lights import SIGNS
from cases.models import Case, Edition, Finding, OrgUnit, Severity
from cases.roles import Role
from cases.wording import light_word
from workflows.finding.kind import State
from workflows.finding.ledger_query import ALL, COUNTED, UNSETTLED, Criteria

LEVELS = ("prefecture", "county", "institution")
CURSORS = ("after", "before", "pick", "chosen")
FURTHER = ("facet", "source", "severity", "recurrence", "returned")  # asked for less often: behind “more”
YES = "yes"
INSTITUTION_ROLES = {Role.INSTITUTION_FILLER, Role.INSTITUTION_HEAD}
WORKPLACES = (OrgUnit.Kind.INSTITUTION, OrgUnit.Kind.HOSPITAL, OrgUnit.Kind.COMMUNITY_CENTRE)


def is_own_list(viewer: Viewer) -> bool:
    """Whether the viewer sees the ledger as an institution does: its own findings only."""
    return all(role in INSTITUTION_ROLES for _unit, role in viewer.seats)


@dataclass
class Places:
    """The units that the viewer can choose from at each level, narrowed by what is chosen above."""

    options: dict[str, list[OrgUnit]] = field(default_factory=dict)
    chosen: dict[str, OrgUnit] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The subtree of the lowest chosen unit; empty where none is."""
        return next((self.chosen[level].path for level in reversed(LEVELS) if level in self.chosen), "")

    @property
    def narrowest(self) -> OrgUnit | None:
        return next((self.chosen[level] for level in reversed(LEVELS) if level in self.chosen), None)

    @property
    def in_one_county(self) -> bool:
        """Whether the list stays within one county, so that numbers differ in their last part only."""
        return "county" in self.chosen or "county" not in self.options


def places_for(viewer: Viewer, data: QueryDict) -> Places:
    """The choosable units in at most two queries: authorities, and institutions once one county is in view."""
    places = Places()
    if is_own_list(viewer):
        return places
    visible = OrgUnit.objects.visible_to(viewer).only("kind", "name", "path", "code", "division")
    above = list(visible.filter(kind__in=LEVELS[:2]))
    for level in LEVELS[:2]:
        units = [unit for unit in above if unit.kind == level and unit.path.startswith(places.path)]
        _offer(places, level, units, data)
    counties = [unit for unit in above if unit.kind == "county"]
    if "county" in places.chosen or len(counties) == 1:
        root = places.chosen.get("county", counties[0])
        _offer(places, "institution", list(visible.within(root.path).filter(kind__in=WORKPLACES)), data)
    elif (asked := str(data.get("institution", ""))[:18]).isdecimal():
        _offer(places, "institution", list(visible.filter(pk=int(asked), kind__in=WORKPLACES)), data)
    return places


def _offer(places: Places, level: str, units: list[OrgUnit], data: QueryDict) -> None:
    if len(units) > 1 or (units and level == "institution"):
        places.options[level] = units
        chosen = next((unit for unit in units if str(unit.pk) == data.get(level)), None)
        if chosen is not None:
            places.chosen[level] = chosen


def years_of_ledger() -> list[int]:
    """The years that have findings, newest first; by the two ends of the index."""
    years = Case.objects.filter(kind="finding").values_list("year", flat=True)
    first, last = years.order_by("year").first(), years.order_by("-year").first()
    return list(range(last, first - 1, -1)) if first is not None and last is not None else []


class Editions:
    """The editions, for the names of items; their content is read once a process."""

    @cached_property
    def _rows(self) -> dict[int, Edition]:
        return {edition.pk: edition for edition in Edition.objects.defer("data").order_by("valid_from")}

    def of(self, edition_id: int) -> EditionData:
        return self._rows[edition_id].parsed

    def item(self, edition_id: int, code: str) -> CheckItem | None:
        return self.of(edition_id).items.get(code)

    @property
    def latest(self) -> EditionData | None:
        return next((edition.parsed for edition in reversed(self._rows.values())), None)


def _facets(items: Iterable[CheckItem]) -> list[tuple[str, str]]:
    """Every facet, with the number of its item."""
    return [(facet.code, f"{item.no} {facet.label}") for item in items for facet in item.facets]


class FilterForm(forms.Form):
    """What the ledger is narrowed by; every field may be left alone."""

    year = forms.ChoiceField(label=_("Year"), required=False)
    prefecture = forms.ChoiceField(label=_("Prefecture"), required=False)
    county = forms.ChoiceField(label=pgettext_lazy("level", "County"), required=False)
    institution = forms.ChoiceField(label=_("Institution"), required=False)
    item = forms.ChoiceField(label=_("Annex 1 item"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    light = forms.ChoiceField(label=pgettext_lazy("column", "Light"), required=False)
    responsible = forms.CharField(label=_("Unit or person responsible"), required=False, max_length=60)
    q = forms.CharField(label=_("Text or number"), required=False, max_length=60)
    facet = forms.ChoiceField(label=_("Facet"), required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    severity = forms.ChoiceField(label=_("Severity"), required=False)
    recurrence = forms.ChoiceField(label=pgettext_lazy("ledger", "Recurrence"), required=False)
    returned = forms.ChoiceField(label=pgettext_lazy("ledger", "Returns"), required=False)

    def __init__(self, data: QueryDict, *, places: Places, years: list[int], items: Collection[CheckItem]) -> None:
        data = data.copy()
        if "year" not in data and years:
            data["year"] = str(years[0])
        if "state" not in data:
            data["state"] = UNSETTLED
        super().__init__(data, auto_id="f-%s")
        self.places = places
        everyone = pgettext_lazy("of a list", "All")
        everything = ("", everyone)
        for level in LEVELS:
            if level in places.options:
                units = places.options[level]
                self._choices(level, [everything, *((str(unit.pk), unit.division or unit.name) for unit in units)])
            else:
                del self.fields[level]
        self._choices("year", [(ALL, _("All years")), *((str(year), str(year)) for year in years)])
        self._choices("item", [everything, *((item.code, f"{item.no} {item.short}") for item in items)])
        whole = [(ALL, everyone), (UNSETTLED, _("Not settled")), (COUNTED, _("Counted in the figures"))]
        self._choices("state", [*whole, *State.choices])
        self._choices("light", [everything, *((code, light_word(code)) for code in SIGNS)])
        self._choices("facet", [everything, *_facets(items)])
        self._choices("source", [everything, *Finding.Source.choices])
        self._choices("severity", [everything, *Severity.choices])
        self._choices("recurrence", [everything, (YES, _("Only repeated problems"))])
        self._choices("returned", [everything, (YES, _("Only what was returned"))])

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def usual(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in FURTHER]

    @property
    def further(self) -> list[forms.BoundField]:
        return [field for field in self if field.name in FURTHER]

    @property
    def further_in_use(self) -> bool:
        return any(self.data.get(name) or name in self.errors for name in FURTHER)

    @property
    def chosen_year(self) -> int | None:
        text = self.cleaned_data.get("year", "")
        return int(text) if text.isdecimal() else None

    def criteria(self, chosen: tuple[int, ...] = ()) -> Criteria:
        """The chosen values; call after is_valid."""
        values = self.cleaned_data
        return Criteria(
            year=self.chosen_year,
            path=self.places.path,
            item=values["item"],
            state=values["state"] or ALL,
            light=values["light"],
            source=values["source"],
            facet=values["facet"],
            severity=values["severity"],
            recurrence=bool(values["recurrence"]),
            returned=bool(values["returned"]),
            responsible=values["responsible"].strip(),
            text=values["q"].strip(),
            chosen=chosen,
        )

    def chips(self, query: QueryDict) -> list[dict[str, str]]:
        """The filters in force, each with the address of the list without it."""
        found = []
        for name, bound_field in self.fields.items():
            value = self.cleaned_data.get(name, "")
            if not value or value == ALL:
                continue
            shown = dict(getattr(bound_field, "choices", ())).get(value, value)
            rest = query.copy()
            for dropped in (*CURSORS, name):
                rest.pop(dropped, None)
            if name in ("year", "state"):
                rest[name] = ALL
            found.append({"label": str(bound_field.label), "value": str(shown), "href": "?" + rest.urlencode()})
        return found
