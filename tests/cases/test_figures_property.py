"""Whatever happened, Annex 2 is the same as counted slowly: at the cut-off and as of any earlier day."""

from __future__ import annotations

import datetime as dt
import importlib
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.clock import end_of_day, local_date
from cases.figures.annex2 import compute, compute_many, entries
from cases.models import (
    Case,
    CaseEvent,
    DrawEntry,
    Finding,
    OrgUnit,
    SelfCheck,
    SelfCheckSubmission,
    SpotCheck,
    Verification,
    Visit,
)
from cases.orgtree import close_unit, move_unit
from tests.cases.figure_rows import case_of, edition, institution
from tests.cases.figures_by_hand import Whereabouts, annex2_by_hand
from tests.cases.test_figures_taken_over import told
from tests.conftest import LONG
from tests.worlds import BEGINNING, World, build_world, moment, unit

pytestmark = pytest.mark.django_db
migration: Any = importlib.import_module("cases.migrations.0009_dated_facts")
NEW_YEAR, ENTERED = dt.date(2021, 1, 1), moment("2021-12-31")
LAST = 300
FACETS = {
    "A1-05": ["core_systems", "internal_rules", "law"],
    "A1-06": ["designated_person", "hai_measures", "tcm_infection"],
    "A1-19": ["hand"],
    "A1-28": ["epidemic_plan", "triage"],
    "A1-30": ["reporting"],
    "B1-01": ["of_another_edition"],
}
STATES = ("open", "in_progress", "fixed", "closing", "continuing", "closed", "referred", "rejected", "cancelled")
# What may follow in a cycle, so that what is told is possible.
NEXT = {
    "": ["submit"],
    "submit": ["withdraw", "return_", "approve", "cancel"],
    "withdraw": ["submit", "cancel"],
    "return_": ["submit", "cancel"],
    "approve": ["reopen", "cancel"],
    "reopen": ["submit", "cancel"],
    "cancel": ["reopen"],
}
TARGET = {"submit": "submitted", "withdraw": "confirming", "approve": "rectifying", "cancel": "cancelled"}
days = st.integers(0, LAST)


@dataclass
class FindingPlan:
    source: str
    item: str
    steps: list[tuple[int, str]]
    words: list[tuple[int, list[str]]]


@dataclass
class Plan:
    """An institution's year: where it is, what its cycle goes through, what is found, who visits; days of 2021."""

    county: int
    moves: list[tuple[int, int]] = field(default_factory=list)
    closed: int | None = None
    verbs: list[tuple[int, str]] = field(default_factory=list)
    beds: list[int | None] = field(default_factory=list)
    findings: list[FindingPlan] = field(default_factory=list)
    visit: tuple[str, int] | None = None


@st.composite
def finding_plans(draw: st.DrawFn) -> FindingPlan:
    item = draw(st.sampled_from(sorted(FACETS)))
    facets = st.lists(st.sampled_from(FACETS[item]), unique=True, max_size=2)
    moments = sorted(draw(st.lists(days, min_size=1, max_size=4)))
    steps = [(day, draw(st.sampled_from(STATES))) for day in moments]
    words = [(moments[0], draw(facets)), *((day, draw(facets)) for day in moments[1:] if draw(st.booleans()))]
    return FindingPlan(draw(st.sampled_from(sorted(Finding.OF_CYCLES))), item, steps, words)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    verbs: list[tuple[int, str]] = []
    for day in sorted(draw(st.lists(days, max_size=6))):
        verbs.append((day, draw(st.sampled_from(NEXT[verbs[-1][1] if verbs else ""]))))
    moves = sorted(draw(st.lists(st.tuples(days, st.integers(0, 2)), max_size=2)))
    return Plan(
        county=draw(st.integers(0, 2)),
        moves=moves,
        closed=draw(st.none() | st.integers(1, LAST)),
        verbs=verbs,
        beds=[draw(st.none() | st.integers(0, 500)) for _verb in verbs],
        findings=draw(st.lists(finding_plans(), max_size=4)) if verbs else [],
        visit=draw(st.none() | st.tuples(st.sampled_from(["region", "nation"]), days)),
    )


def at(day: int, minute: int = 0) -> dt.datetime:
    """The day of the year as a moment: soon after midnight there, when it is still the day before in UTC."""
    return timezone.make_aware(dt.datetime.combine(NEW_YEAR + dt.timedelta(days=day), dt.time(0, minute)))


class Build:
    """A plan as rows: cases with their trails and histories, as the engine leaves them, but no facts."""

    def __init__(self, world: World, counties: list[OrgUnit]) -> None:
        self.world, self.counties = world, counties
        self.author = world.county_officer
        self.checks = {
            kind: SpotCheck.objects.create(case=case_of(place, "spot_check"), title=kind, size=1)
            for kind, place in (("region", world.region), ("nation", world.region.superior or world.region))
        }

    def institution(self, plan: Plan) -> Whereabouts:
        place = institution(self.counties[plan.county], opened_on=BEGINNING)
        where = Whereabouts(place, [(BEGINNING, self.counties[plan.county])])
        for day, to in plan.moves:
            self._move(where, NEW_YEAR + dt.timedelta(days=day), self.counties[to])
        if plan.closed is not None:
            where.closed_on = NEW_YEAR + dt.timedelta(days=plan.closed)
            close_unit(place, on=where.closed_on, by=None, at=ENTERED)
        cycle = self._cycle(place, plan)
        for position, found in enumerate(plan.findings):
            self._finding(cycle, found, position)
        if plan.visit is not None:
            self._visit(place, *plan.visit)
        return where

    def _move(self, where: Whereabouts, on: dt.date, to: OrgUnit) -> None:
        where.unit.refresh_from_db()
        if where.unit.superior_id != to.pk:
            where.unit = move_unit(where.unit, to, on=on, by=None, at=ENTERED)
            where.stations.append((on, to))

    def _cycle(self, place: OrgUnit, plan: Plan) -> Case:
        cycle = case_of(place)
        form = SelfCheck.objects.create(case=cycle)
        events: list[Any] = [(at(0), "open", "", "self_check", {})]
        state, version = "self_check", None
        for minute, ((day, verb), beds) in enumerate(zip(plan.verbs, plan.beds, strict=True)):
            moment = at(day, minute)
            details: dict[str, Any] = {}
            if verb == "submit":
                version = self._version(form, minute, moment, beds)
            elif verb == "approve":
                assert version is not None
                verified = Verification.objects.create(
                    case=cycle, submission=version, started_by=self.author, started_at=moment, approved_at=moment
                )
                details = {"verification": verified.pk}
            target = TARGET.get(verb, "returned")
            events.append((moment, verb, state, target, details))
            state = target
        _write(cycle, events)
        return cycle

    def _version(self, form: SelfCheck, no: int, moment: dt.datetime, beds: int | None) -> SelfCheckSubmission:
        home_beds = None if beds is None else beds // 2
        return SelfCheckSubmission.objects.create(
            selfcheck=form, no=no, at=moment, by=self.author, snapshot={}, medical_beds=beds, home_beds=home_beds
        )

    def _finding(self, cycle: Case, plan: FindingPlan, position: int) -> None:
        source = plan.source
        if source == "self_check" and Finding.objects.filter(cycle=cycle, source=source, item_code=plan.item).exists():
            source = "county"
        case = case_of(cycle.unit, "finding", parent=cycle)
        finding = Finding(case=case, cycle=cycle, source=source, item_code=plan.item)
        for day, facets in plan.words:
            finding.facets = facets
            finding._history_date = at(day, 20 + position)  # type: ignore[attr-defined]
            finding.save()
        events: list[Any] = []
        state = ""
        for day, target in plan.steps:
            events.append((at(day, 20 + position), "step", state, target, {}))
            state = target
        _write(case, events)

    def _visit(self, place: OrgUnit, checker: str, day: int) -> None:
        check = self.checks[checker]
        entry = DrawEntry.objects.create(
            spot_check=check, institution=place, stratum="", weight=1, probability=1, position=place.pk
        )
        case = case_of(place, "visit", parent=check.case)
        Visit.objects.create(case=case, entry=entry, concluded_at=at(day, 50))


def _write(case: Case, events: list[tuple[dt.datetime, str, str, str, dict[str, Any]]]) -> None:
    CaseEvent.objects.bulk_create(
        CaseEvent(
            case=case, seq=seq, at=moment, verb=verb, source=source, target=target, details=details, hash=str(seq)
        )
        for seq, (moment, verb, source, target, details) in enumerate(events, start=1)
    )


def as_computed(place: OrgUnit, day: dt.date, known_at: dt.datetime | None = None) -> tuple[Any, ...]:
    figures = compute(edition(), unit=place, cycle_year=2021, cutoff_on=day, known_at=known_at)
    return figures.counts, figures.missing_beds, figures.cells, figures.beside


def by_hand(places: list[Whereabouts], below: OrgUnit, day: dt.date) -> tuple[Any, ...]:
    slow = annex2_by_hand(places, below, day, end_of_day(day))
    return slow.counts, slow.missing_beds, slow.cells, slow.beside


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.mark.slow(25)
def test_a_prefecture_with_random_findings_counts_as_if_counted_by_hand(world: World) -> None:
    counties = [
        world.county,
        world.other_county,
        unit("county", "独山子区卫生健康委", "650202", world.other_prefecture),
    ]
    standing = [
        Whereabouts(place, [(BEGINNING, place.superior)])  # type: ignore[list-item]
        for place in (world.institution, world.sibling, world.other_institution)
    ]

    @settings(max_examples=300 if LONG else 40)
    @given(year=st.lists(plans(), min_size=1, max_size=4), earlier=days)
    def holds(year: list[Plan], earlier: int) -> None:
        with transaction.atomic():
            build = Build(world, counties)
            places = standing + [build.institution(plan) for plan in year]
            migration.take_over_findings(apps, "default")
            migration.take_over_cycles(apps, "default")
            for day in (NEW_YEAR + dt.timedelta(days=earlier), NEW_YEAR + dt.timedelta(days=LAST)):
                for below in (world.prefecture, world.other_prefecture, world.region, world.county):
                    assert as_computed(below, day) == by_hand(places, below, day)
                _opens_to_its_records(world.prefecture, day)
            as_known = [Whereabouts(place.unit, place.stations[:1]) for place in places]
            before = ENTERED - dt.timedelta(days=1)
            assert as_computed(world.prefecture, day, before) == by_hand(as_known, world.prefecture, day)
            transaction.set_rollback(True)

    holds()


def _opens_to_its_records(place: OrgUnit, day: dt.date) -> None:
    """Every number is that of the records behind it, whichever way they are asked for."""
    scope: dict[str, Any] = {"unit": place, "cycle_year": 2021, "cutoff_on": day}
    figures, behind = compute(edition(), **scope), entries(edition(), **scope)
    for code, number in figures.counts.items():
        assert sum(entry.amount for entry in behind if entry.cell == code) == number
    assert sum(entry.cell == "missing_beds" for entry in behind) == figures.missing_beds
    for key, number in {**figures.cells, **figures.beside}.items():
        found = entries(edition(), cell=key, **scope) if number else []
        of_institutions = key.endswith(("problem", "fixed"))
        assert len({entry.institution_id if of_institutions else entry.finding_id for entry in found}) == number
        if number and not key.endswith("fixed"):
            cell = key.removesuffix(".problem")
            assert found == [entry for entry in behind if entry.cell == cell]


def test_many_prefectures_at_once_have_the_figures_of_each(world: World) -> None:
    told(world)
    units = [world.prefecture, world.other_prefecture]
    scope: dict[str, Any] = {"cycle_year": 2021, "cutoff_on": dt.date(2021, 9, 30)}
    assert compute_many(edition(), units, **scope) == {
        place.pk: compute(edition(), unit=place, **scope) for place in units
    }


def test_a_year_told_through_the_one_door_counts_as_if_counted_by_hand_on_every_day_of_it(world: World) -> None:
    told(world)
    places = [
        Whereabouts(place, [(BEGINNING, place.superior)])  # type: ignore[list-item]
        for place in (world.institution, world.sibling, world.other_institution)
    ]
    moments = sorted({local_date(moment) for moment in CaseEvent.objects.values_list("at", flat=True)})
    assert len(moments) > 10
    for day in moments:
        assert as_computed(world.prefecture, day) == by_hand(places, world.prefecture, day)
