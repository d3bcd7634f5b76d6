"""The records that belong to a case, and every version that their history keeps of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import models
from django.db.models import QuerySet

from cases.audit.layouts import label_of, layout_of, tracked_tables
from cases.models import Case

Place = tuple[str, Any]  # the label of a record's model, and its key


@dataclass(frozen=True)
class Branch:
    """A history table of records that belong to a case: ``link`` is the column that leads to the one above."""

    table: Any
    link: str
    above: str

    @property
    def label(self) -> str:
        return label_of(self.table)

    @property
    def model(self) -> Any:
        return self.table.instance_type

    @property
    def key(self) -> str:
        key: str = self.model._meta.pk.attname
        return key


@dataclass(frozen=True)
class Version:
    """A record as one history row has it: by column, in the form that is digested."""

    place: Place
    row: int
    at: dt.datetime
    by: int | None
    gone: bool
    values: dict[str, Any] = field(compare=False)


@cache
def branches() -> tuple[Branch, ...]:
    """The tables of the records of cases, each after the one that it hangs on; children that are cases are not theirs.

    A record belongs to what it would be deleted with; evidence is kept, and belongs to its case all the same.
    """
    tables = tracked_tables()
    known = {Case._meta.label_lower}
    found: list[Branch] = []
    while True:
        before = len(found)
        for table in tables:
            link = _link(table, known) if label_of(table) not in known else None
            if link is not None:
                found.append(
                    Branch(table, link.attname, link.remote_field.model._meta.concrete_model._meta.label_lower)
                )
                known.add(label_of(table))
        if len(found) == before:
            return tuple(found)


def _link(table: Any, known: set[str]) -> Any:
    for each in table.instance_type._meta.concrete_fields:
        if not each.is_relation:
            continue
        above = each.remote_field.model._meta.concrete_model._meta.label_lower
        if above in known and (each.name == "case" or each.remote_field.on_delete is models.CASCADE):
            return each
    return None


def versions_of(case: Case, *, until: dt.datetime | None = None) -> list[Version]:
    """Every version of every record of the case, of each record in the order of writing; one query a table.

    ``until`` (UTC) leaves out what was written from that moment on.
    """
    keys: dict[str, set[Any]] = defaultdict(set)
    own = Branch(Case.history.model, "id", "")
    found = _read(own, Case.history.filter(id=case.pk), until)
    keys[own.label] = {case.pk}
    for branch in branches():
        if not keys[branch.above]:
            continue
        versions = _read(branch, branch.table.objects.filter(**{f"{branch.link}__in": keys[branch.above]}), until)
        keys[branch.label] = {version.place[1] for version in versions}
        found += versions
    return found


def _read(branch: Branch, rows: QuerySet[Any], until: dt.datetime | None) -> list[Version]:
    layout = layout_of(branch.table)
    if until is not None:
        rows = rows.filter(history_date__lt=until)
    read = rows.order_by("history_id").values_list(
        "history_id", "history_date", "history_user_id", "history_type", *layout.columns
    )
    found = []
    for row, at, by, kind, *values in read:
        said = layout.as_json(values)
        found.append(Version((branch.label, said[branch.key]), row, at, by, kind == "-", said))
    return found


def live_rows(case: Case, versions: list[Version]) -> dict[Place, dict[str, Any]]:
    """The records as they stand now, those that no history knows included, in the form that is digested."""
    known: dict[str, set[Any]] = defaultdict(set)
    for version in versions:
        known[version.place[0]].add(version.place[1])
    found: dict[Place, dict[str, Any]] = {}
    own = Branch(Case.history.model, "id", "")
    for branch in (own, *branches()):
        above = {case.pk} if branch.above in ("", Case._meta.label_lower) else known[branch.above]
        if not above:
            continue
        layout = layout_of(branch.table)
        live = {each.attname for each in branch.model._meta.concrete_fields}
        pairs = [pair for pair in zip(layout.columns, layout.writers, strict=True) if pair[0] in live]
        rows = branch.model._base_manager.filter(**{f"{branch.link}__in": above}).order_by()
        for values in rows.values_list(*(name for name, _write in pairs)):
            said = {
                name: None if value is None else write(value)
                for (name, write), value in zip(pairs, values, strict=True)
            }
            place = branch.label, said[branch.key]
            known[branch.label].add(place[1])
            found[place] = said
    return found


def as_of(versions: list[Version], moment: dt.datetime) -> dict[Place, Version]:
    """The last version of each record that was written before the moment (UTC); none of what was deleted by then."""
    last: dict[Place, Version] = {}
    for version in versions:
        if version.at < moment:
            last[version.place] = version
    return {place: version for place, version in last.items() if not version.gone}
