"""Editions from their data: what a file must hold, and where it is wrong (action plan, part 3 and Annex 1).

The shape is checked by :mod:`cases.editions.reader`, the meaning by :mod:`cases.editions.rules`; both report every
fault with its path, and :class:`MalformedEdition` carries them all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from cases.editions.programmes import programme_of
from cases.editions.reader import FaultList, read_object
from cases.editions.rules import check_edition
from cases.editions.schema import EditionData

DATA = Path(__file__).parent / "data"
DEFAULTS = Path(__file__).parent / "defaults"


class MalformedEdition(Exception):
    """An edition that cannot be used; ``faults`` holds (path, message) for every fault, ``where`` the file."""

    def __init__(self, where: str, faults: list[tuple[str, str]]) -> None:
        self.where = where
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{where}: {path}: {message}" for path, message in faults))


def parse(data: Mapping[str, Any], *, where: str) -> EditionData:
    """The edition that the data describes; raises :class:`MalformedEdition` naming every fault and its place."""
    faults = FaultList()
    programme = programme_of(data.get("code") if isinstance(data, Mapping) else None)
    edition = read_object(programme.edition, completed(data), "", faults)
    if edition is not None:
        check_edition(edition, faults)
        programme.check(edition, faults)
    if faults:
        raise MalformedEdition(where, faults)
    parsed: EditionData = edition
    return parsed


@cache
def _defaults() -> dict[str, dict[str, Any]]:
    """By programme; ``common`` are those of all."""
    return {path.stem: json.loads(path.read_bytes()) for path in DEFAULTS.glob("*.json")}


def completed(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The data with what later versions of this software ask of an edition, where an earlier one does not say it.

    An edition in use never changes, so one that was written before there were ladders keeps running on these.
    """
    if not isinstance(data, Mapping):
        return data
    whole = dict(data)
    for source in (str(data.get("code")), "common"):
        for name, entries in _defaults().get(source, {}).items():
            given = whole.get(name, {})
            if isinstance(given, Mapping):
                whole[name] = {**{code: entry for code, entry in entries.items() if code not in given}, **given}
    return whole


def digest(data: Mapping[str, Any]) -> str:
    """SHA-256 in hex of the data's canonical JSON: the same content gives the same digest whatever its layout."""
    canonical = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def available() -> list[Path]:
    """The edition files that come with the project, in order of their names."""
    return sorted(DATA.glob("*.json"))


def read_file(path: Path) -> dict[str, Any]:
    """The JSON object in the file, unchecked but for its syntax; raises :class:`MalformedEdition`, or OSError."""
    faults = FaultList()

    def refuse_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                faults.add("", _("the key “%(key)s” stands twice in one object") % {"key": key})
            found[key] = value
        return found

    def refuse_constant(name: str) -> NoReturn:
        raise ValueError(_("%(name)s is not a number in JSON") % {"name": name})

    try:
        data = json.loads(path.read_bytes(), object_pairs_hook=refuse_doubles, parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        place = _("line %(line)d, column %(column)d") % {"line": error.lineno, "column": error.colno}
        raise MalformedEdition(path.name, [(place, _("not valid JSON: %(reason)s") % {"reason": error.msg})]) from error
    except (ValueError, RecursionError) as error:
        faults.add("", _("not valid JSON: %(reason)s") % {"reason": error})
        raise MalformedEdition(path.name, faults) from error
    if not isinstance(data, dict):
        faults.add("", _("an edition file holds one JSON object"))
    if faults:
        raise MalformedEdition(path.name, faults)
    parsed: dict[str, Any] = data
    return parsed
