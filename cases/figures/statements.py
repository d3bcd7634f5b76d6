"""The statements behind Annex 2, worded by hand: one for the counts, one for the table with what stands beside it.

All of them start from the institutions that were placed below the units on the cut-off day (the first count), and
from the facts as of its end. They hold on SQLite and PostgreSQL. Only names of our own are put into the text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from cases.clock import end_of_day
from cases.editions.quality import QualityEdition
from cases.figures.mapping import POPULATIONS, SELFCHECK, lines_of

LEVELS = {"county": "county_id", "prefecture": "prefecture_id", "region": "region_id"}


@dataclass(frozen=True)
class Scope:
    """Whose figures, of which year, as of the end of which day, as it was known when (UTC; None: now)."""

    edition: QualityEdition
    level: str
    unit_ids: Sequence[int]
    cycle_year: int
    cutoff_on: dt.date
    known_at: dt.datetime | None = None


@dataclass
class Statement:
    """A text with its parameters, in the order in which they stand in it."""

    text: str = ""
    values: list[Any] = field(default_factory=list)

    def add(self, text: str, *values: Any) -> Statement:
        self.text += text
        self.values += values
        return self

    def rows(self) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self.text, self.values)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def counts(scope: Scope) -> Statement:
    """By unit: institutions, those without verified beds, beds, home sickbeds, self-checked, spot-checked."""
    return _counted(scope).add(
        """
        SELECT unit_id, COUNT(*), COUNT(*) - COUNT(medical_beds), COALESCE(SUM(medical_beds), 0),
               COALESCE(SUM(home_beds), 0), SUM(self_checked), SUM(visited)
        FROM counted GROUP BY unit_id
        """
    )


def counted_institutions(scope: Scope) -> Statement:
    """The institutions behind the counts: county, institution, beds, home sickbeds, self-checked, spot-checked."""
    return _counted(scope).add(
        """
        SELECT county_id, institution_id, medical_beds, home_beds, self_checked, visited
        FROM counted ORDER BY county_id, institution_id
        """
    )


def table(scope: Scope) -> Statement:
    """By unit, row and population: institutions with a problem, with all closed, with all reported as rectified, or as
    many findings where the edition counts those;
    and by unit, row (empty: all together) and population: findings, those referred, those that the form has no place
    for.

    The first kind of line begins with 0, the second with 1.
    """
    statement = _facts(scope)
    in_table = "" if scope.edition.annex2.referred == "not_rectified" else "AND status <> 'referred'"
    each = {"institutions": "institution_id", "findings": "finding_id"}[scope.edition.annex2.counted]
    marks = _marks(POPULATIONS)
    statement.add(
        f"""
        SELECT 0, unit_id, line, population, COUNT(*), SUM(closed), SUM(reported) FROM (
            SELECT unit_id, {each}, line, population,
                   MIN(CASE WHEN status = 'closed' THEN 1 ELSE 0 END) AS closed,
                   MIN(CASE WHEN status IN ('closed', 'fixed') THEN 1 ELSE 0 END) AS reported
            FROM fact WHERE line <> '' AND population IN ({marks}) {in_table}
            GROUP BY unit_id, {each}, line, population
        ) AS counted_once GROUP BY unit_id, line, population
        """,  # noqa: S608 - names of our own
        *POPULATIONS,
    )
    beside = f"status = 'referred' OR population NOT IN ({marks})"
    statement.add(
        f"""
        UNION ALL
        SELECT 1, unit_id, line, population, COUNT(DISTINCT finding_id),
               COUNT(DISTINCT CASE WHEN status = 'referred' THEN finding_id END), 0
        FROM fact WHERE line <> '' AND ({beside}) GROUP BY unit_id, line, population
        UNION ALL
        SELECT 1, unit_id, '', population, COUNT(DISTINCT finding_id),
               COUNT(DISTINCT CASE WHEN status = 'referred' THEN finding_id END),
               COUNT(DISTINCT CASE WHEN line IS NULL THEN finding_id END)
        FROM fact WHERE line IS NULL OR {beside} GROUP BY unit_id, population
        """,  # noqa: S608 - names of our own
        *POPULATIONS,
        *POPULATIONS,
    )
    return statement


def findings(scope: Scope, *, line: str | None = None, population: str | None = None) -> Statement:
    """The findings behind the table and beside it: row, population, institution, finding, status.

    The row is empty where the finding feeds none, and null where the form has no place for it.
    """
    statement = _facts(scope).add(
        "SELECT DISTINCT line, population, institution_id, finding_id, status FROM fact WHERE 1 = 1"
    )
    if line is not None:
        statement.add(" AND line = %s", line)
    if population is not None:
        statement.add(" AND population = %s", population)
    return statement.add(" ORDER BY 1, 2, 3, 4")


def _counted(scope: Scope) -> Statement:
    """CTE ``counted``: the placed institutions, each with what its cycle counts and whether the region was there."""
    moment = _moment(end_of_day(scope.cutoff_on))
    return _placed(scope).add(
        """
        , visited AS (
            SELECT DISTINCT entry.institution_id
            FROM cases_visit visit
            JOIN cases_drawentry entry ON entry.id = visit.entry_id
            JOIN cases_case spot_check ON spot_check.id = entry.spot_check_id
            JOIN cases_orgunit checker ON checker.id = spot_check.unit_id
            WHERE visit.concluded_at <= %s AND checker.kind = 'region'
              AND spot_check.kind = 'spot_check' AND spot_check.year = %s
        ), counted AS (
            SELECT placed.unit_id, placed.county_id, placed.institution_id,
                   CASE WHEN fact.verified THEN fact.medical_beds END AS medical_beds,
                   CASE WHEN fact.verified THEN fact.home_beds END AS home_beds,
                   CASE WHEN fact.self_checked THEN 1 ELSE 0 END AS self_checked,
                   CASE WHEN visited.institution_id IS NULL THEN 0 ELSE 1 END AS visited
            FROM placed
            LEFT JOIN cases_cyclefact fact ON fact.institution_id = placed.institution_id AND fact.year = %s
                 AND fact.valid_from <= %s AND (fact.valid_until IS NULL OR fact.valid_until > %s)
            LEFT JOIN visited ON visited.institution_id = placed.institution_id
        )
        """,
        moment,
        scope.cycle_year,
        scope.cycle_year,
        moment,
        moment,
    )


def _facts(scope: Scope) -> Statement:
    """CTE ``fact``: the facts of the placed institutions' findings, each with its row and population.

    What a form reported counts only while the form does: not once it was withdrawn, or its cycle cancelled. Facts that
    neither feed a row nor stand beside the table, most of them, are left out before anything is made of them.
    """
    moment = _moment(end_of_day(scope.cutoff_on))
    line, population = _line(scope.edition), _population(scope.edition)
    fed, known, sources = list(lines_of(scope.edition)), list(scope.edition.items), scope.edition.annex2.sources
    # No source is called "": with it, neither list is empty in any edition.
    of_form, counted = ["", *sources[SELFCHECK]], ["", *(source for each in sources.values() for source in each)]
    return _placed(scope).add(
        f"""
        , standing AS (
            SELECT placed.unit_id, placed.institution_id, cycle.cycle_id
            FROM placed
            LEFT JOIN cases_cyclefact cycle ON cycle.institution_id = placed.institution_id AND cycle.year = %s
                 AND cycle.self_checked
                 AND cycle.valid_from <= %s AND (cycle.valid_until IS NULL OR cycle.valid_until > %s)
        ), fact AS MATERIALIZED (
            SELECT standing.unit_id, standing.institution_id, fact.finding_id, fact.status,
                   {line.text} AS line, {population.text} AS population
            FROM standing
            JOIN cases_findingfact fact ON fact.institution_id = standing.institution_id AND fact.year = %s
                 AND fact.valid_from <= %s AND (fact.valid_until IS NULL OR fact.valid_until > %s)
            WHERE (fact.cycle_id = standing.cycle_id OR fact.source NOT IN ({_marks(of_form)}))
              AND (fact.item_code IN ({_marks(fed)}) OR fact.status = 'referred'
                   OR fact.source NOT IN ({_marks(counted)}) OR fact.item_code NOT IN ({_marks(known)}))
        )
        """,  # noqa: S608 - names of our own
        scope.cycle_year,
        moment,
        moment,
        *line.values,
        *population.values,
        scope.cycle_year,
        moment,
        moment,
        *of_form,
        *fed,
        *counted,
        *known,
    )


def _line(edition: QualityEdition) -> Statement:
    """The row that a fact feeds: empty for none, null where the form has no such item or facet.

    Worded as cases, because SQLite would go through a list of values from its beginning for each fact.
    """
    fed = lines_of(edition)
    statement = Statement("CASE fact.item_code")
    for item, facets in fed.items():
        statement.add(f" WHEN %s THEN CASE fact.facet{' WHEN %s THEN %s' * len(facets)} END", item)
        statement.values += [value for pair in facets.items() for value in pair]
    others = [code for code in edition.items if code not in fed]
    if others:
        statement.add(f" ELSE CASE WHEN fact.item_code IN ({_marks(others)}) THEN '' END", *others)
    return statement.add(" END")


def _population(edition: QualityEdition) -> Statement:
    """The population of a fact: the pair of columns that counts its source, or the source itself."""
    statement = Statement("CASE fact.source")
    for population, sources in edition.annex2.sources.items():
        for source in sources:
            statement.add(" WHEN %s THEN %s", source, population)
    return statement.add(" ELSE fact.source END")


def _placed(scope: Scope) -> Statement:
    """CTE ``placed``: the institutions that were below the units on the day (the first count)."""
    column = LEVELS[scope.level]
    day = connection.ops.adapt_datefield_value(scope.cutoff_on)
    statement = Statement().add(
        f"""
        WITH placed AS (
            SELECT institution_id, county_id, {column} AS unit_id FROM cases_placement
            WHERE {column} IN ({_marks(scope.unit_ids)}) AND valid_from <= %s
              AND (valid_until IS NULL OR valid_until > %s)
        """,  # noqa: S608 - names of our own
        *scope.unit_ids,
        day,
        day,
    )
    if scope.known_at is None:
        return statement.add(" AND known_until IS NULL)")
    known = _moment(scope.known_at)
    return statement.add(" AND known_from <= %s AND (known_until IS NULL OR known_until > %s))", known, known)


def _moment(moment: dt.datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))
