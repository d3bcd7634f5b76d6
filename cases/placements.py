"""In which county, prefecture and region institutions were, day by day: kept beside the tree, which knows only now.

Annex 2 counts an institution where it was on the cut-off day (design, Figures; 附件2). Rows are never overwritten: what
turns out otherwise ends as knowledge (``known_until``) and is entered anew, so that a filed report can be recomputed
as it was known. All of it is set-wise: a few queries however many institutions. Days are those of Asia/Shanghai,
moments UTC; the caller holds a transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from cases.clock import start_of_day
from cases.models import OrgUnit, Placement
from cases.rows import CHUNK

Place = dict[str, int | None]
Span = tuple[dt.date, dt.date | None]
AREAS = (OrgUnit.Kind.COUNTY, OrgUnit.Kind.PREFECTURE, OrgUnit.Kind.REGION)


def enter(units: Iterable[OrgUnit], *, at: dt.datetime | None = None) -> None:
    """New institutions stand where the tree has them; known since they opened where nobody says when."""
    new = [unit for unit in units if unit.kind == OrgUnit.Kind.INSTITUTION]
    places = _places(new)
    rows = []
    for unit in new:
        row = _row(unit.pk, places[unit.pk], (unit.opened_on, unit.closed_on))
        row.known_from = at or start_of_day(unit.opened_on)
        rows.append(row)
    Placement.objects.bulk_create(rows, batch_size=CHUNK)


def follow(units: Iterable[OrgUnit], *, at: dt.datetime) -> None:
    """The dates or the kind of units have changed: placements cover the days on which an institution exists."""
    found = list(units)
    known = _present(unit.pk for unit in found)
    places = _places([unit for unit in found if unit.kind == OrgUnit.Kind.INSTITUTION and unit.pk not in known])
    timelines: dict[int, list[Placement]] = {}
    for unit in found:
        span = (unit.opened_on, unit.closed_on)
        if unit.kind != OrgUnit.Kind.INSTITUTION:
            timelines[unit.pk] = []
        elif unit.pk in known:
            timelines[unit.pk] = _clamped(known[unit.pk], span)
        else:
            timelines[unit.pk] = [_row(unit.pk, places[unit.pk], span)]
    _replace(known, timelines, at)


def move(institutions: Iterable[OrgUnit], *, on: dt.date, at: dt.datetime) -> None:
    """Institutions stand elsewhere in the tree since the day: they count there from it on, and before where they did.

    Whoever opened after the day counts there from the beginning. A day in the past corrects what was known.
    """
    found = list(institutions)
    known, places = _present(unit.pk for unit in found), _places(found)
    timelines = {}
    for unit in found:
        rows = []
        for row in known.get(unit.pk, []):
            place, whole = _place_of(row), (row.valid_from, row.valid_until)
            rows += [_row(unit.pk, place, span) for span in _cut(whole, before=on)]
            rows += [_row(unit.pk, places[unit.pk], span) for span in _cut(whole, since=on)]
        timelines[unit.pk] = _joined(rows)
    _replace(known, timelines, at)


def counties_on(
    institutions: Iterable[int], day: dt.date, *, known_at: dt.datetime | None = None
) -> dict[int, OrgUnit]:
    """The county of each institution on the day, as it is known now or was at ``known_at`` (UTC); one query."""
    rows = Placement.objects.filter(institution__in=list(institutions), valid_from__lte=day).select_related("county")
    rows = rows.filter(Q(valid_until=None) | Q(valid_until__gt=day))
    if known_at is None:
        rows = rows.filter(known_until=None)
    else:
        rows = rows.filter(Q(known_until=None) | Q(known_until__gt=known_at), known_from__lte=known_at)
    return {row.institution_id: row.county for row in rows if row.county is not None}


def _present(institutions: Iterable[int]) -> dict[int, list[Placement]]:
    """What is known now of each institution, in the order of the days."""
    found: dict[int, list[Placement]] = {}
    keys = list(institutions)
    for start in range(0, len(keys), CHUNK):
        rows = Placement.objects.filter(institution__in=keys[start : start + CHUNK], known_until=None)
        for row in rows.order_by("institution", "valid_from"):
            found.setdefault(row.institution_id, []).append(row)
    return found


def _places(units: list[OrgUnit]) -> dict[int, Place]:
    """Where the tree has the units now, by their paths: one query for all the areas above them."""
    ordered = sorted({prefix for unit in units for prefix in _prefixes(unit.path)})
    areas: dict[str, tuple[str, int]] = {}
    for start in range(0, len(ordered), CHUNK):
        above = OrgUnit.objects.filter(path__in=ordered[start : start + CHUNK], kind__in=AREAS).order_by()
        areas |= {path: (f"{kind}_id", key) for path, kind, key in above.values_list("path", "kind", "pk")}
    nowhere: Place = {f"{kind}_id": None for kind in AREAS}
    return {unit.pk: nowhere | dict(areas[path] for path in _prefixes(unit.path) if path in areas) for unit in units}


def _prefixes(path: str) -> list[str]:
    return [path[:length] for length in range(OrgUnit.steplen, len(path), OrgUnit.steplen)]


def _row(institution: int, place: Place, span: Span) -> Placement:
    return Placement(institution_id=institution, **place, valid_from=span[0], valid_until=span[1])


def _place_of(row: Placement) -> Place:
    return {f"{kind}_id": getattr(row, f"{kind}_id") for kind in AREAS}


def _cut(span: Span, *, since: dt.date | None = None, before: dt.date | None = None) -> list[Span]:
    """What of a half-open span lies in a half-open window; nothing where they do not meet."""
    start, end = span
    if since is not None:
        start = max(start, since)
    if before is not None:
        end = before if end is None else min(end, before)
    return [(start, end)] if end is None or start < end else []


def _clamped(rows: list[Placement], span: Span) -> list[Placement]:
    """The rows for another beginning or end: cut off, or the first and last of them reaching further."""
    opened, closed = span
    kept = []
    for row in rows:
        start = opened if row is rows[0] else row.valid_from
        end = closed if row is rows[-1] else row.valid_until
        kept += [
            _row(row.institution_id, _place_of(row), part) for part in _cut((start, end), since=opened, before=closed)
        ]
    return kept


def _joined(rows: list[Placement]) -> list[Placement]:
    """Neighbours in the same place as one: moved there and back on the same day is not moved."""
    joined: list[Placement] = []
    for row in rows:
        if joined and joined[-1].valid_until == row.valid_from and _place_of(joined[-1]) == _place_of(row):
            joined[-1].valid_until = row.valid_until
        else:
            joined.append(row)
    return joined


def _replace(known: dict[int, list[Placement]], timelines: dict[int, list[Placement]], at: dt.datetime) -> None:
    """End as knowledge what no longer holds, and enter what does; a row that stays the same is left alone."""
    new: list[Placement] = []
    ended: list[int] = []
    for institution, rows in timelines.items():
        before = {_said(row): row for row in known.get(institution, [])}
        after = {_said(row): row for row in rows}
        ended += [row.pk for said, row in before.items() if said not in after]
        new += [row for said, row in after.items() if said not in before]
    for start in range(0, len(ended), CHUNK):
        Placement.objects.filter(pk__in=ended[start : start + CHUNK]).update(known_until=at)
    for row in new:
        row.known_from = at
    Placement.objects.bulk_create(new, batch_size=CHUNK)


def _said(row: Placement) -> tuple[Any, ...]:
    return (row.valid_from, row.valid_until, *_place_of(row).values())
