"""Puts edition files into the database: all or none, and never over an edition that a case is pinned to.

A file that says something else than the edition in use of its name is left out: a release may bring it, and old cases
keep their rules. Whoever means to change the rules asks to be refused instead (``strict``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import gettext as _

from cases.access import SYSTEM
from cases.audit import noting
from cases.clock import local_date, now
from cases.editions.load import MalformedEdition, digest, parse, read_file
from cases.editions.schema import EditionData
from cases.models import Edition

Outcome = Literal["created", "updated", "unchanged", "kept"]
CHANGED = ("created", "updated")


class EditionsRefused(Exception):
    """Nothing was loaded; ``reasons`` has one line for every fault in every file."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(reasons))


@dataclass(frozen=True)
class Stored:
    """What became of one file."""

    edition: Edition
    outcome: Outcome


@dataclass(frozen=True)
class _Source:
    where: str
    data: dict[str, Any]
    parsed: EditionData


def store_editions(paths: Sequence[Path], *, strict: bool = False, at: dt.datetime | None = None) -> list[Stored]:
    """Loads the files into the database; raises :class:`EditionsRefused` and leaves everything as it was.

    An edition in use is kept as it is; with ``strict``, another content for it is a fault. ``at`` (UTC, else this
    moment) goes into the system's own chain.
    """
    sources = _read_all(paths)
    reasons: list[str] = []
    stored: list[Stored] = []
    with noting("store_editions", by=SYSTEM, at=at or now()) as told:
        for source in sources:
            outcome = _store(source, strict=strict)
            if isinstance(outcome, str):
                reasons.append(outcome)
            else:
                stored.append(outcome)
        if reasons:
            raise EditionsRefused(reasons)
        told.details |= {
            f"{each.edition.code} {each.edition.version}": each.edition.digest
            for each in stored
            if each.outcome in CHANGED
        }
    return stored


def _read_all(paths: Sequence[Path]) -> list[_Source]:
    """Every file read and checked; the faults of all files are named together."""
    sources: dict[tuple[str, str], _Source] = {}
    reasons: list[str] = []
    for path in paths:
        try:
            data = read_file(path)
            parsed = parse(data, where=path.name)
        except MalformedEdition as error:
            reasons += str(error).splitlines()
            continue
        except OSError as error:
            message = _("%(file)s: the file cannot be read: %(reason)s")
            reasons.append(message % {"file": path, "reason": error.strerror})
            continue
        key = (parsed.code, parsed.version)
        if key in sources:
            message = _("%(file)s: %(code)s %(version)s is in %(other)s already")
            values = {"file": path.name, "code": parsed.code, "version": parsed.version, "other": sources[key].where}
            reasons.append(message % values)
        sources.setdefault(key, _Source(path.name, data, parsed))
    if reasons:
        raise EditionsRefused(reasons)
    return list(sources.values())


def _store(source: _Source, *, strict: bool) -> Stored | str:
    """Writes one edition, or says why not."""
    parsed, content = source.parsed, digest(source.data)
    edition = Edition.objects.select_for_update().filter(code=parsed.code, version=parsed.version).first()
    if edition is not None and edition.digest == content:
        return Stored(edition, "unchanged")
    if edition is not None and edition.used_at is not None:
        if not strict:
            return Stored(edition, "kept")
        message = _(
            "%(file)s: %(code)s %(version)s is in use since %(day)s and cannot change; give the file a new version"
        )
        day = local_date(edition.used_at).isoformat()
        return message % {"file": source.where, "code": parsed.code, "version": parsed.version, "day": day}
    outcome: Outcome = "created" if edition is None else "updated"
    edition = edition or Edition(code=parsed.code, version=parsed.version)
    edition.title = parsed.title_zh
    edition.data = source.data
    edition.digest = content
    edition.valid_from = parsed.valid_from
    edition.valid_until = parsed.valid_until
    edition.save()
    return Stored(edition, outcome)
