"""The edition that a case is pinned to, looked up once a process: editions in use never change."""

from __future__ import annotations

from cases.editions.schema import EditionData
from cases.models.case import Case

_editions: dict[int, EditionData] = {}


def edition_of(case: Case) -> EditionData:
    """The rules that hold for the case; raises MalformedEdition where this version cannot read them any more."""
    if case.edition_id not in _editions:
        _editions[case.edition_id] = case.edition.parsed
    return _editions[case.edition_id]


def forget_editions() -> None:
    """Drop the look-ups; tests roll back and use the same keys again."""
    _editions.clear()
