"""Pages of long lists by the last row's keys: a deep page costs what the first one costs (design, What costs)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import Q, QuerySet

PAGE_SIZE = 30
SEPARATOR = "~"


def _moment(text: str) -> dt.datetime:
    """In UTC, so that one whose UTC is beyond the calendar is refused here and not by the database."""
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment.astimezone(dt.UTC)


READERS: dict[str, Callable[[str], Any]] = {
    "pk": int,
    "seq": int,
    "at": _moment,
    "due_at": _moment,
    "finished": _moment,
    "created_at": _moment,
    "published_at": _moment,
    "from_on": dt.date.fromisoformat,
    "path": str,
    "unit__path": str,
}


@dataclass(frozen=True)
class Page:
    """The rows of one page and the cursor of the next, which is empty on the last page."""

    rows: list[Any]
    next: str = ""


def page_of(rows: QuerySet[Any], *keys: str, after: str = "", size: int = PAGE_SIZE, descending: bool = False) -> Page:
    """The rows after the cursor, ordered by one or two keys of which the last is unique.

    Rows whose first key is absent are left out. A cursor that nobody gave out starts from the beginning.
    """
    values = read_cursor(keys, after)
    if values is not None:
        rows = rows.filter(_beyond(keys, values, "lt" if descending else "gt"))
    elif len(keys) > 1:
        rows = rows.filter(**{f"{keys[0]}__isnull": False})
    found = list(rows.order_by(*(f"-{key}" if descending else key for key in keys))[: size + 1])
    return Page(found[:size], cursor_of(found[size - 1], keys) if len(found) > size else "")


def cursor_of(row: Any, keys: tuple[str, ...]) -> str:
    """The place of a row, as it travels in an address."""
    values = [attrgetter(key.replace("__", "."))(row) for key in keys]
    return SEPARATOR.join(value.isoformat() if isinstance(value, dt.datetime) else str(value) for value in values)


def read_cursor(keys: tuple[str, ...], cursor: str) -> list[Any] | None:
    """The values of a cursor, or None where it is empty or not one of ours."""
    texts = cursor.split(SEPARATOR)
    if not cursor or len(texts) != len(keys):
        return None
    try:
        return [READERS[key](text) for key, text in zip(keys, texts, strict=True)]
    except (ValueError, OverflowError):
        return None


def _beyond(keys: tuple[str, ...], values: list[Any], side: str) -> Q:
    """A range on the first key, so that the index starts at the cursor, and the rest within its equals."""
    if len(keys) == 1:
        return Q(**{f"{keys[0]}__{side}": values[0]})
    (first, last), (start, within) = keys, values
    return Q(**{f"{first}__{side}e": start}) & (Q(**{f"{first}__{side}": start}) | Q(**{f"{last}__{side}": within}))
