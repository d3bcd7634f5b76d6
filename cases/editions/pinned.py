"""The edition that a case is pinned to, looked up once a process: editions in use never change."""

from __future__ import annotations

from cases.editions.schema import EditionData
from cases.models.case import Case
from cases.models.edition import Edition

_editions: dict[int, EditionData] = {}


def edition_of(case: Case) -> EditionData:
    """The rules that hold for the case; raises MalformedEdition where this version cannot read them any more."""
    return edition_by(case.edition_id)


def edition_by(key: int) -> EditionData:
    """The rules with this key; raises as ``edition_of``."""
    if key not in _editions:
        _editions[key] = Edition.objects.get(pk=key).parsed
    return _editions[key]


def forget_editions() -> None:
    """Drop the look-ups; tests roll back and use the same keys again."""
    _editions.clear()
