"""Counting what was looked at and what was belied, in one query a table, however many institutions there are.

The county's look is an approved verification, compared with the version that it is about; it found a problem where a
finding of its own counts today (``FindingFact``) that was confirmed from that approval until the next. A team's look is
a concluded visit, compared with the version that lay before the team.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from django.db import connection

from cases.access import Viewer
from cases.tree import STEP

Key = Literal["institution", "county", "item"]

# The answers of a version as rows, parsed once a version, and the status of one of them.
ANSWERS = {
    "sqlite": ("JOIN json_each(s.snapshot, '$.answers') a", "json_extract(a.value, '$.status')"),
    "postgresql": ("CROSS JOIN LATERAL jsonb_each(s.snapshot -> 'answers') a", "a.value ->> 'status'"),
}
AMONG = {"sqlite": "IN (SELECT value FROM json_each(%s))", "postgresql": "= ANY(%s)"}

ITEMS = """
    WITH cycles AS (
        SELECT c.id, c.unit_id, u.superior_id
        FROM cases_case c JOIN cases_orgunit u ON u.id = c.unit_id
        WHERE c.kind = 'quality_cycle' AND c.year = %s AND ({scope})
    ), verified AS (
        SELECT v.id, v.case_id, v.submission_id, v.approved_at,
               LEAD(v.approved_at) OVER (PARTITION BY v.case_id ORDER BY v.approved_at) AS next_at
        FROM cases_verification v JOIN cycles c ON c.id = v.case_id
        WHERE v.approved_at IS NOT NULL
    ), looks AS (
        SELECT v.case_id, a.key AS item_code, 1 AS county, 0 AS team,
               CASE WHEN {status} = 'compliant' AND EXISTS (
                   SELECT 1 FROM cases_finding g JOIN cases_findingfact f ON f.finding_id = g.case_id
                   WHERE g.cycle_id = v.case_id AND g.item_code = a.key AND g.source = 'county'
                     AND g.confirmed_at >= v.approved_at AND (v.next_at IS NULL OR g.confirmed_at < v.next_at)
                     AND f.valid_until IS NULL
               ) THEN 1 ELSE 0 END AS by_county, 0 AS by_team
        FROM verified v
        JOIN cases_selfchecksubmission s ON s.id = v.submission_id
        {answers}
        JOIN cases_verificationitem i ON i.verification_id = v.id AND i.item_code = a.key AND i.conclusion <> ''
        WHERE {status} IN ('compliant', 'problem')
        UNION ALL
        SELECT c.id, a.key, 0, 1, 0,
               CASE WHEN {status} = 'compliant' AND i.status = 'problem' THEN 1 ELSE 0 END
        FROM cycles c
        JOIN cases_selfchecksubmission s ON s.selfcheck_id = c.id
        JOIN cases_visit w ON w.submission_id = s.id AND w.concluded_at IS NOT NULL
        {answers}
        JOIN cases_visititem i ON i.visit_id = w.case_id AND i.item_code = a.key
             AND i.status IN ('compliant', 'problem')
        WHERE {status} IN ('compliant', 'problem')
    ), items AS (
        SELECT c.id AS cycle_id, c.unit_id AS institution, c.superior_id AS county_unit, l.item_code AS item,
               MAX(l.county) AS county, MAX(l.by_county) AS by_county, MAX(l.team) AS team, MAX(l.by_team) AS by_team
        FROM looks l JOIN cycles c ON c.id = l.case_id
        GROUP BY c.id, c.unit_id, c.superior_id, l.item_code
    )
"""
TALLY = """
    SELECT {key}, COUNT(*), SUM(CASE WHEN by_county + by_team > 0 THEN 1 ELSE 0 END),
           SUM(county), SUM(by_county), SUM(team), SUM(by_team)
    FROM items GROUP BY {key}
"""
COLUMNS: dict[Key, str] = {"institution": "institution", "county": "county_unit", "item": "item"}


@dataclass(frozen=True)
class Place:
    """Which institutions are counted: those below some paths, or those with these keys."""

    paths: tuple[str, ...] = ()
    institutions: tuple[int, ...] | None = None

    @classmethod
    def seen_by(cls, viewer: Viewer) -> Place:
        """All that the viewer's appointments let them read."""
        return cls(paths=tuple(sorted(set(viewer.paths("view")))))

    def condition(self) -> tuple[str, list[Any]]:
        """The condition in SQL with its parameters; no place at all matches nothing."""
        if self.institutions is not None:
            keys: Any = list(self.institutions)
            return f"u.id {AMONG[connection.vendor]}", [json.dumps(keys) if connection.vendor == "sqlite" else keys]
        if not self.paths:
            return "1 = 0", []
        ranges = " OR ".join("u.path BETWEEN %s AND %s" for _path in self.paths)
        return ranges, [bound for path in self.paths for bound in (path, path + "Z" * STEP)]


class Tally(NamedTuple):
    """What was looked at, and what of it the self-check had called compliant although there was a problem."""

    key: Any
    looked: int
    belied: int
    county_looked: int
    county_belied: int
    team_looked: int
    team_belied: int


class Belied(NamedTuple):
    """One item of one institution's year that was said to be compliant, and by whom it was belied."""

    cycle_id: int
    institution: int
    county: int | None
    item_code: str
    by_county: bool
    by_team: bool


def tallies(place: Place, year: int, by: Key) -> list[Tally]:
    """The tally of every institution, county or item of the place that anything was looked at of; one query."""
    return [Tally(*row) for row in _asked(place, year, TALLY.format(key=COLUMNS[by]))]


def belied(place: Place, year: int) -> list[Belied]:
    """The items behind the tallies, in the order of the tree's keys and of the form; one query."""
    wanted = """
        SELECT cycle_id, institution, county_unit, item, by_county, by_team
        FROM items WHERE by_county + by_team > 0 ORDER BY institution, cycle_id, item
    """
    return [Belied._make((*row[:4], bool(row[4]), bool(row[5]))) for row in _asked(place, year, wanted)]


def by_institution(institution_ids: Iterable[int], year: int) -> dict[int, int]:
    """How many items of the year's self-check of each institution were belied; only those with any. One query."""
    place = Place(institutions=tuple(institution_ids))
    return {tally.key: tally.belied for tally in tallies(place, year, "institution") if tally.belied}


def _asked(place: Place, year: int, question: str) -> list[tuple[Any, ...]]:
    scope, values = place.condition()
    answers, status = ANSWERS[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(ITEMS.format(scope=scope, answers=answers, status=status) + question, [year, *values])
        return list(cursor.fetchall())
