"""The ledger as a list: what is filtered, counted and paged, always within the viewer's scope.

The light of a row is that of its open work item: the institution's limit until it has rectified, then the county's
limit for the review. What is settled has no running limit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, FilteredRelation, Q, QuerySet, TextField
from django.db.models.functions import Cast

from cases.access import Viewer
from cases.lights import SIGNS, light_is
from cases.models import Case, Finding, WorkItem
from workflows.finding.counting import STATUS
from workflows.finding.kind import LIVE, State

PAGE = 30
COUNT_CAP = 10_000
LONGEST_CURSOR = 40
ALL, UNSETTLED, COUNTED = "all", "live", "counted"
ORDERS = ("due", "number")


@dataclass(frozen=True)
class Criteria:
    """What a list is narrowed to; every part is optional. ``path`` is the subtree of the chosen unit."""

    year: int | None = None
    path: str = ""
    item: str = ""
    state: str = ALL
    light: str = ""
    source: str = ""
    facet: str = ""
    severity: str = ""
    recurrence: bool = False
    returned: bool = False
    responsible: str = ""
    text: str = ""
    chosen: tuple[int, ...] = ()


def findings_for(viewer: Viewer, criteria: Criteria) -> QuerySet[Finding]:
    """The viewer's findings that meet the criteria, state and light included."""
    rows = without_state(viewer, criteria).filter(state_is(criteria.state))
    return with_light(rows, criteria.light, viewer.at) if criteria.light else rows


def without_state(viewer: Viewer, criteria: Criteria) -> QuerySet[Finding]:
    """The viewer's findings that meet all criteria but state and light, which the tally counts."""
    rows = Finding.objects.visible_to(viewer)
    if criteria.year is not None:
        rows = rows.filter(case__year=criteria.year)
    if criteria.path:
        rows = rows.within(criteria.path)
    exact = {"item_code": criteria.item, "source": criteria.source, "severity": criteria.severity}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if criteria.facet:
        rows = rows.alias(facet_codes=Cast("facets", TextField())).filter(facet_codes__contains=f'"{criteria.facet}"')
    if criteria.recurrence:
        rows = rows.exclude(recurrence_of=None)
    if criteria.returned:
        rows = rows.filter(return_count__gt=0)
    if criteria.responsible:
        who = criteria.responsible
        rows = rows.filter(Q(responsible__icontains=who) | Q(responsible_unit__icontains=who))
    if criteria.text:
        rows = rows.filter(Q(case__number__icontains=criteria.text) | Q(problem__icontains=criteria.text))
    if criteria.chosen:
        rows = rows.filter(pk__in=criteria.chosen)
    return rows


def state_is(state: str) -> Q:
    if state == UNSETTLED:
        return Q(case__state__in=LIVE)
    if state == COUNTED:
        return Q(case__state__in=STATUS)
    return Q() if state in ("", ALL) else Q(case__state=state)


def with_light(rows: QuerySet[Finding], light: str, now: dt.datetime) -> QuerySet[Finding]:
    return with_turn(rows).filter(light_is(light, now, "turn__", "case__"), case__state__in=LIVE)


def with_turn(rows: QuerySet[Finding]) -> QuerySet[Finding]:
    """Findings joined with their open work item, which at most one there is, as ``turn``."""
    return rows.alias(turn=FilteredRelation("case__work_items", condition=Q(case__work_items__finished=None)))


def tally(viewer: Viewer, criteria: Criteria) -> dict[str, int]:
    """How many findings there are by light and state and as filtered (``shown``), in one query, as far as the cap."""
    now = viewer.at
    counts: dict[str, Any] = {name: Q(now_in=name) for name in State.values}
    counts |= {code: Q(now_in__in=LIVE) & light_is(code, now, "turn_", "") for code in SIGNS}
    counts[UNSETTLED] = Q(now_in__in=LIVE)
    counts[COUNTED] = Q(now_in__in=STATUS)
    shown = Q() if criteria.state in ("", ALL) else counts[criteria.state]
    counts["shown"] = shown & counts[criteria.light] if criteria.light else shown
    rows = without_state(viewer, criteria).order_by()
    rows = with_turn(rows).annotate(
        now_in=F("case__state"),
        held_at=F("case__held_at"),
        turn_due_at=F("turn__due_at"),
        turn_amber_at=F("turn__amber_at"),
    )[: COUNT_CAP + 1]
    return rows.aggregate(total=Count("pk"), **{name: Count("pk", filter=each) for name, each in counts.items()})


@dataclass(frozen=True)
class Marks:
    """What is looked up for many findings together, by their keys."""

    items: Mapping[int, WorkItem]
    originals: Mapping[int, dt.datetime]
    supervised: frozenset[int]


def marks_of(findings: Iterable[Finding]) -> Marks:
    """The open work of each finding, its date before the first extension, and whether a superior supervises it."""
    keys = [finding.pk for finding in findings]
    items: dict[int, WorkItem] = {}
    originals: dict[int, dt.datetime] = {}
    wanted = Q(finished=None) | Q(original_due_at__isnull=False)
    for item in WorkItem.objects.filter(wanted, process__in=keys).order_by("pk"):
        if item.finished is None:
            items[item.process_id] = item
        if item.original_due_at is not None:
            originals.setdefault(item.process_id, item.original_due_at)
    supervisions = Case.objects.filter(kind="supervision", parent__in=keys, finished=None).values_list("parent")
    return Marks(items, originals, frozenset(key for (key,) in supervisions))


@dataclass(frozen=True)
class Page:
    """One page of the ledger; the cursors are empty where there is nothing further."""

    rows: list[Finding]
    marks: Marks
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Cursor:
    """The place in the list behind (or before) which a page begins; written into the address."""

    key: Any
    pk: int = 0
    backward: bool = False


def page_of(rows: QuerySet[Finding], order: str, cursor: Cursor | None, size: int = PAGE) -> Page:
    """The rows next to the cursor: a deep page costs what the first one costs, and no row comes twice."""
    backward = cursor is not None and cursor.backward
    found: list[Finding] = []
    for segment in _segments(rows.select_related("case__unit"), order, cursor):
        found += segment[: size + 1 - len(found)]
        if len(found) > size:
            break
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    has_before = (more if backward else cursor is not None) and bool(found)
    has_after = (True if backward else more) and bool(found)
    before = written(order, found[0]) if has_before else ""
    after = written(order, found[-1]) if has_after else ""
    return Page(found, marks_of(found), before, after)


def _segments(rows: QuerySet[Finding], order: str, cursor: Cursor | None) -> list[QuerySet[Finding]]:
    """The list after the cursor, in index order: with a limit, then without (or the other way round)."""
    backward = cursor is not None and cursor.backward
    side, sign = ("lt", "-") if backward else ("gt", "")
    if order == "number":
        found = rows.order_by(f"{sign}case__number")
        return [found.filter(**{f"case__number__{side}": cursor.key}) if cursor else found]
    dated = rows.filter(due_on__isnull=False).order_by(f"{sign}due_on", f"{sign}pk")
    undated = rows.filter(due_on=None).order_by(f"{sign}pk")
    if cursor is None:
        return [dated, undated]
    within = Q(**{f"pk__{side}": cursor.pk})
    if cursor.key is None:
        rest = undated.filter(within)
        return [rest, dated] if backward else [rest]
    begun = dated.filter(Q(**{f"due_on__{side}e": cursor.key}) & (Q(**{f"due_on__{side}": cursor.key}) | within))
    return [begun] if backward else [begun, undated]


def written(order: str, finding: Finding) -> str:
    """The place of a row as it stands in an address."""
    if order == "number":
        return finding.case.number
    return f"{finding.due_on.isoformat() if finding.due_on else ''}_{finding.pk}"


def read(order: str, text: str, *, backward: bool = False) -> Cursor | None:
    """The cursor of an address; none where it is empty or nobody gave it out: the list then starts at its beginning."""
    if not text.isprintable() or not 0 < len(text) <= LONGEST_CURSOR:
        return None
    if order == "number":
        return Cursor(text, backward=backward)
    day, _separator, pk = text.partition("_")
    try:
        key = dt.date.fromisoformat(day) if day else None
    except ValueError:
        return None
    return Cursor(key, int(pk), backward) if pk.isdecimal() and len(pk) < 19 else None
