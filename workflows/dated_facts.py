"""The dated facts of what a step changes: the old rows end, the new ones begin, and the event carries their digest.

A kind says what counts of a case now (``Kind.facts``); whatever verb changes that is noticed by comparing before and
after, so that no verb can forget it (design, Figures).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from cases.events import canonical
from cases.models import CycleFact, FindingFact
from cases.rows import CHUNK
from workflows.kinds import Facts, kind_of

# The fact table of a kind, and the column that says whose facts they are.
TABLES: dict[str, tuple[Any, str]] = {"finding": (FindingFact, "finding_id"), "quality_cycle": (CycleFact, "cycle_id")}
FINDING_VALUES = ("source", "item_code", "status", "facet")
CYCLE_VALUES = ("self_checked", "verified", "medical_beds", "home_beds")


@dataclass(frozen=True)
class Change:
    """What counts of a case from a moment on (UTC), in place of what did; nothing where it no longer counts."""

    case: Any
    facts: Facts
    at: dt.datetime
    is_new: bool


def facts_of(case: Any) -> Facts:
    """What counts of the case now; nothing for kinds that no figure counts."""
    tell = kind_of(case).facts
    return tell(case) if tell is not None else ()


def digest_of(facts: Facts) -> str:
    """SHA-256 in hex of the rows, in the form that the event keeps."""
    return hashlib.sha256(canonical(list(facts))).hexdigest()


def rows_of(case: Any) -> list[dict[str, Any]]:
    """Every row of the case's facts, past and present, as plain values; none for kinds that no figure counts."""
    if case.kind not in TABLES:
        return []
    table, column = TABLES[case.kind]
    order = "facet" if table is FindingFact else "pk"
    return list(table.objects.filter(**{column: case.pk}).order_by("valid_from", order).values())


def values_of(case: Any, rows: list[dict[str, Any]]) -> Facts:
    """The values that a digest is made of, without keys and dates."""
    names = FINDING_VALUES if case.kind == "finding" else CYCLE_VALUES
    return tuple({name: row[name] for name in names} for row in rows)


def write_changes(changes: dict[int, Change]) -> None:
    """End the rows that held and insert those that hold now; several changes of one case in a step leave the last."""
    for kind, (table, column) in TABLES.items():
        found = [change for change in changes.values() if change.case.kind == kind]
        for start in range(0, len(found), CHUNK):
            _write(table, column, found[start : start + CHUNK])


def _write(table: Any, column: str, changes: list[Change]) -> None:
    known = [change for change in changes if not change.is_new]
    if known:
        present = table.objects.filter(**{f"{column}__in": [change.case.pk for change in known]}, valid_until=None)
        present.update(valid_until=known[0].at)
    table.objects.bulk_create(
        (
            table(**{column: change.case.pk}, **_common(change.case), **row, valid_from=change.at)
            for change in changes
            for row in change.facts
        ),
        batch_size=CHUNK,
    )


def _common(case: Any) -> dict[str, Any]:
    common = {"institution_id": case.unit_id, "year": case.year}
    return common | ({"cycle_id": case.parent_id} if case.kind == "finding" else {})
