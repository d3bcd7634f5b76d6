"""Reads plain JSON values into the frozen dataclasses of an edition, guided by their annotations.

It checks form only: known keys, present keys, types. A faulty field is reported with its path and left ``None``, so
that one run names every fault; what the values mean is checked in :mod:`cases.editions.load`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from django.utils.translation import gettext as _

TOP = "$"


class FaultList(list[tuple[str, str]]):
    """The faults found so far, as (path, message) in reading order."""

    def add(self, path: str, message: str) -> None:
        self.append((path or TOP, message))


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def join(path: str, key: str) -> str:
    """The path of a key below a path; the top has none."""
    return f"{path}.{key}" if path else key


def read_object(cls: Any, raw: Any, path: str, faults: FaultList) -> Any:
    """An instance of the dataclass from a JSON object, faulty fields left ``None``; ``None`` when it is no object."""
    if not isinstance(raw, Mapping):
        faults.add(path, _wrong_type(raw, _("an object")))
        return None
    known = {each.name: each for each in fields(cls)}
    for key in raw:
        if key not in known:
            faults.add(
                path,
                _("unknown key “%(key)s”; known are: %(known)s") % {"key": key, "known": ", ".join(known)},
            )
    values: dict[str, Any] = {}
    for name, each in known.items():
        optional = each.default is not MISSING or each.default_factory is not MISSING
        if name in raw:
            may_be_blank = optional or name.endswith("_en")
            values[name] = _read(_hints(cls)[name], raw[name], join(path, name), faults, may_be_blank)
        elif not optional:
            faults.add(path, _("the key “%(key)s” is missing") % {"key": name})
            values[name] = None
    return cls(**values)


def _read(hint: Any, raw: Any, path: str, faults: FaultList, may_be_blank: bool) -> Any:
    """One value of the annotated type, or ``None`` with a fault."""
    if is_dataclass(hint):
        return read_object(hint, raw, path, faults)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is UnionType:
        if raw is None:
            return None
        return _read(next(kind for kind in arguments if kind is not NoneType), raw, path, faults, may_be_blank)
    if origin is Literal:
        return _read_choice(arguments, raw, path, faults)
    if origin is tuple:
        return _read_list(arguments[0], raw, path, faults)
    if origin is dict:
        return _read_mapping(arguments[1], raw, path, faults)
    if hint is str:
        return _read_text(raw, path, faults, may_be_blank)
    return _READERS[hint](raw, path, faults)


def _read_list(kind: Any, raw: Any, path: str, faults: FaultList) -> tuple[Any, ...] | None:
    if not isinstance(raw, list):
        faults.add(path, _wrong_type(raw, _("a list")))
        return None
    return tuple(_read(kind, entry, f"{path}[{index}]", faults, False) for index, entry in enumerate(raw))


def _read_mapping(kind: Any, raw: Any, path: str, faults: FaultList) -> dict[str, Any] | None:
    """Objects by their code, which the file writes as the key."""
    if not isinstance(raw, Mapping):
        faults.add(path, _wrong_type(raw, _("an object")))
        return None
    found: dict[str, Any] = {}
    for code, entry in raw.items():
        whole = {**entry, "code": code} if isinstance(entry, Mapping) else entry
        found[code] = read_object(kind, whole, join(path, code), faults)
    return found


def _read_choice(choices: tuple[Any, ...], raw: Any, path: str, faults: FaultList) -> Any:
    if isinstance(raw, str) and raw in choices:
        return raw
    faults.add(
        path,
        _("unknown value %(value)s; expected one of: %(choices)s")
        % {"value": _shown(raw), "choices": ", ".join(choices)},
    )
    return None


def _read_text(raw: Any, path: str, faults: FaultList, may_be_blank: bool) -> str | None:
    if not isinstance(raw, str):
        faults.add(path, _wrong_type(raw, _("text")))
        return None
    if not raw.strip() and not may_be_blank:
        faults.add(path, _("the text must not be blank"))
        return None
    return raw


def _read_whole(raw: Any, path: str, faults: FaultList) -> int | None:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    faults.add(path, _wrong_type(raw, _("a whole number")))
    return None


def _read_flag(raw: Any, path: str, faults: FaultList) -> bool | None:
    if isinstance(raw, bool):
        return raw
    faults.add(path, _wrong_type(raw, _("true or false")))
    return None


def _read_number(raw: Any, path: str, faults: FaultList) -> Decimal | None:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        number = Decimal(str(raw))
        if number.is_finite():
            return number
    faults.add(path, _wrong_type(raw, _("a number")))
    return None


def _read_day(raw: Any, path: str, faults: FaultList) -> dt.date | None:
    if isinstance(raw, str) and len(raw) == len("YYYY-MM-DD"):
        try:
            return dt.date.fromisoformat(raw)
        except ValueError:
            faults.add(path, _("%(value)s is not a day of the calendar") % {"value": _shown(raw)})
            return None
    faults.add(path, _wrong_type(raw, _("a date such as 2021-01-31")))
    return None


_READERS: dict[Any, Any] = {int: _read_whole, bool: _read_flag, Decimal: _read_number, dt.date: _read_day}


def _shown(raw: Any) -> str:
    """The faulty value as the file writes it, cut short."""
    if raw is None:
        return "null"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, list | Mapping):
        return "[…]" if isinstance(raw, list) else "{…}"
    text = str(raw) if len(str(raw)) <= 40 else f"{str(raw)[:40]}…"
    return f"“{text}”" if isinstance(raw, str) else text


def _wrong_type(raw: Any, expected: str) -> str:
    return _("expected %(expected)s, found %(found)s") % {"expected": expected, "found": _shown(raw)}
