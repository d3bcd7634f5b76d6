"""The digest of a history row: SHA-256 over the canonical JSON of its columns, whatever the database.

Columns come from the model; which they were when a digest was made is kept as a layout, so that a release that adds a
column leaves older digests as good as they were.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from cases.events import canonical

TAG_LENGTH = 12
FILE = "file:"  # an entry for the file of a row, by the key of the live row


@dataclass(frozen=True)
class Layout:
    """Which columns of a history table are digested, in their order, and how each is put into JSON."""

    label: str
    tag: str
    table: Any
    columns: tuple[str, ...]
    writers: tuple[Callable[[Any], Any], ...]
    unknown_at_opening: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.label}/{self.tag}"

    def digest(self, values: Iterable[Any]) -> str:
        """The digest of a row given as the values of the columns."""
        return self._hashed(values, frozenset())

    def digest_at_opening(self, values: Iterable[Any]) -> str:
        """The same without the keys that a case and its record get only when they are written."""
        return self._hashed(values, self.unknown_at_opening)

    def as_json(self, values: Iterable[Any], *, at_opening: bool = False) -> dict[str, Any]:
        """What is digested of a row."""
        return self._row(values, self.unknown_at_opening if at_opening else frozenset())

    def _row(self, values: Iterable[Any], left_out: frozenset[str]) -> dict[str, Any]:
        return {
            name: None if value is None or name in left_out else write(value)
            for name, write, value in zip(self.columns, self.writers, values, strict=True)
        }

    def _hashed(self, values: Iterable[Any], left_out: frozenset[str]) -> str:
        return hashlib.sha256(canonical({"table": self.label, "row": self._row(values, left_out)})).hexdigest()


def tracked_tables() -> list[Any]:
    """Every history table, those of other applications included, in a stable order."""
    found = [model for model in apps.get_models() if hasattr(model, "history_object")]
    return sorted(found, key=label_of)


def label_of(table: Any) -> str:
    """The label of the model that a history table follows, e.g. ``cases.finding``."""
    label: str = table.instance_type._meta.label_lower
    return label


@cache
def layout_of(table: Any) -> Layout:
    """The layout of a history table as the code has it now."""
    columns = tuple(sorted(field.attname for field in table._meta.concrete_fields if not field.primary_key))
    return _layout(table, columns)


@cache
def tables_by_label() -> dict[str, Any]:
    return {label_of(table): table for table in tracked_tables()}


@cache
def layout_named(name: str) -> Layout | None:
    """The layout of that name (label/tag), present or past; None where a column of it exists no more."""
    from cases.models.audit import RowLayout

    label, _slash, tag = name.partition("/")
    table = tables_by_label().get(label)
    if table is None:
        return None
    present = layout_of(table)
    if present.tag == tag:
        return present
    kept = RowLayout.objects.filter(label=label, tag=tag).first()
    known = {field.attname for field in table._meta.concrete_fields}
    if kept is None or tag_of(kept.columns) != tag or not known.issuperset(kept.columns):
        return None
    return _layout(table, tuple(kept.columns))


def keep_layouts(using: str = "default") -> None:
    """Note the layouts of this release, where they are new."""
    from cases.models.audit import RowLayout

    rows = [
        RowLayout(label=layout.label, tag=layout.tag, columns=list(layout.columns))
        for layout in map(layout_of, tracked_tables())
    ]
    known = set(RowLayout.objects.using(using).values_list("label", "tag"))
    RowLayout.objects.using(using).bulk_create(row for row in rows if (row.label, row.tag) not in known)


def tag_of(columns: Sequence[str]) -> str:
    return hashlib.sha256(canonical(list(columns))).hexdigest()[:TAG_LENGTH]


def _layout(table: Any, columns: tuple[str, ...]) -> Layout:
    fields = {field.attname: field for field in table._meta.concrete_fields}
    key = table.instance_type._meta.pk.attname
    return Layout(
        label_of(table),
        tag_of(columns),
        table,
        columns,
        tuple(_writer(fields[name]) for name in columns),
        frozenset({key, "case_id"}) & frozenset(columns),
    )


def _writer(field: Any) -> Callable[[Any], Any]:
    """How a value goes into JSON: the same before it is stored and after it has been read from either database."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    for kind, writer in WRITERS:
        if isinstance(field, kind):
            return writer
    if isinstance(field, models.DecimalField):
        exponent = Decimal(1).scaleb(-field.decimal_places)
        return lambda value: str(Decimal(str(value)).quantize(exponent))
    return str


def _moment(value: Any) -> str:
    moment: dt.datetime = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _day(value: Any) -> str:
    return value if isinstance(value, str) else dt.date(value.year, value.month, value.day).isoformat()


def _plain(value: Any) -> Any:
    """JSON as it comes back from the database: keys are texts, tuples are lists."""
    return json.loads(json.dumps(value)) if value else value


WRITERS: tuple[tuple[type[models.Field[Any, Any]], Callable[[Any], Any]], ...] = (
    (models.DateTimeField, _moment),
    (models.DateField, _day),
    (models.TimeField, str),
    (models.BooleanField, bool),
    (models.UUIDField, lambda value: str(value if isinstance(value, uuid.UUID) else uuid.UUID(str(value)))),
    (models.IntegerField, int),
    (models.FloatField, float),
    (models.JSONField, _plain),
)
