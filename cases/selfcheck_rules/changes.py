"""What differs between two submitted versions of the form, for the officer who reads only the changes.

A snapshot is ``{"basic": {...}, "answers": {item_code: {...}}}`` with numbers as decimal strings and dates in ISO form.
An absent answer equals an unanswered one, and the order of facets, the writing of a number (95, 95.0) and the name of
a file make no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from cases.editions.form import Form

BASIC = "basic"
FIELDS = (
    "status",
    "facets",
    "values",
    "problem",
    "measure",
    "rectification",
    "fixed_on_spot",
    "responsible",
    "planned_on",
    "reason",
    "evidence",
)


@dataclass(frozen=True)
class Change:
    """One field that differs; ``item_code`` is the item's code or ``basic``, a number's field is ``values.<code>``."""

    item_code: str
    field: str
    old: Any
    new: Any


def compute_changes(old_snapshot: Mapping[str, Any], new_snapshot: Mapping[str, Any], form: Form) -> list[Change]:
    """The differences, basic information first, then items in printed order; ``None`` stands for an absent value."""
    changes = list(_basic_changes(old_snapshot.get(BASIC, {}), new_snapshot.get(BASIC, {}), form))
    old_answers, new_answers = old_snapshot.get("answers", {}), new_snapshot.get("answers", {})
    for code in _in_order(form.items, old_answers, new_answers):
        changes += _answer_changes(code, old_answers.get(code, {}), new_answers.get(code, {}))
    return changes


def _basic_changes(old: Mapping[str, Any], new: Mapping[str, Any], form: Form) -> Iterable[Change]:
    for key in _in_order(form.basic_fields, old, new):
        if old.get(key) != new.get(key):
            yield Change(BASIC, key, old.get(key), new.get(key))


def _answer_changes(code: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[Change]:
    for name in FIELDS:
        before, after = old.get(name) or None, new.get(name) or None
        if name == "values":
            yield from _value_changes(code, before or {}, after or {})
        elif _comparable(name, before) != _comparable(name, after):
            yield Change(code, name, before, after)


def _value_changes(code: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterable[Change]:
    for measure in _in_order((), old, new):
        before, after = old.get(measure), new.get(measure)
        if _number(before) != _number(after):
            yield Change(code, f"values.{measure}", before, after)


def _comparable(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "facets":
        return sorted(value)
    if name == "evidence":
        return sorted(entry["sha256"] for entry in value)
    return value


def _number(text: str | None) -> Decimal | str | None:
    """The number for comparison; a text that is none compares as text."""
    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _in_order(printed: Iterable[str], *mappings: Mapping[str, Any]) -> list[str]:
    """The keys of the mappings, first in printed order, then those that the form does not print."""
    present = {key: None for mapping in mappings for key in mapping}
    return [key for key in dict.fromkeys((*printed, *present)) if key in present]
