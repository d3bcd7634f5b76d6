"""Moving, merging and closing units together with the open work below them.

The tree changes first (``cases.orgtree``); then each work item whose node leads to another unit now goes there through
the door, set-wise, with an event of its own. Both are safe to repeat: what was interrupted in between is found again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db import transaction

from cases import orgtree
from cases.access import SYSTEM
from cases.errors import Refusal
from cases.models import Case, OrgUnit, User, WorkItem
from cases.tree import within
from workflows.engine import perform_many
from workflows.readdressing import unit_in_charge

CHUNK = 500


def move_units(units: Iterable[OrgUnit], to: OrgUnit, *, on: dt.date, by: User | None, at: dt.datetime) -> int:
    """Move units below another from the day on, all or none; how many pieces of open work went with them."""
    with transaction.atomic(durable=True):
        for unit in units:
            orgtree.move_unit(unit, to, on=on, by=by, at=at)
    return count_readdressed(to, at=at)


def merge_units(units: Iterable[OrgUnit], into: OrgUnit, *, on: dt.date, by: User | None, at: dt.datetime) -> int:
    """Merge units into another of their kind, all or none; how many pieces of open work went with what they had."""
    orgtree.merge(units, into, on=on, by=by, at=at)
    return count_readdressed(into, at=at)


def count_readdressed(unit: OrgUnit, *, at: dt.datetime) -> int:
    return sum(refusal is None for _case, refusal in readdress(unit, at=at))


def readdress(unit: OrgUnit, *, at: dt.datetime) -> Iterator[tuple[Case, Refusal | None]]:
    """Send the open work of the unit's subtree to where it belongs, in chunks of one transaction and kind each."""
    last, subtree = 0, OrgUnit.objects.get(pk=unit.pk).path
    open_items = WorkItem.objects.open().human().filter(within("process__unit__path", [subtree]))
    while rows := list(open_items.filter(pk__gt=last).select_related("process__unit").order_by("pk")[:CHUNK]):
        last = rows[-1].pk
        astray: dict[str, list[Case]] = {}
        for item in rows:
            if unit_in_charge(item) != item.unit_id:
                astray.setdefault(item.process.kind, []).append(item.process)
        for cases in astray.values():
            yield from perform_many(cases, "readdress", by=SYSTEM, at=at, chunk=CHUNK)
