"""Putting units into the tree: the place in the path and the superior unit always agree.

Institutions keep their placements day by day beside it (``cases.placements``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from simple_history.utils import bulk_create_with_history

from cases import placements
from cases.models import OrgUnit, User

BATCH = 500


@transaction.atomic
def add_unit(
    superior: OrgUnit | None, *, by: User | None = None, at: dt.datetime | None = None, **fields: Any
) -> OrgUnit:
    """A new unit below its superior, or a new root; ``by`` and ``at`` (UTC, else this moment) go into its history."""
    unit: Any = OrgUnit(**fields, superior=superior)
    if by is not None:
        unit._history_user = by
    if at is not None:
        unit._history_date = at
    if superior is None:
        OrgUnit.objects.add_root(instance=unit)
    else:
        OrgUnit.objects.add_child(superior, instance=unit)
    new: OrgUnit = unit
    placements.enter([new], at=at)
    return new


@transaction.atomic
def add_units(superior: OrgUnit, units: Sequence[OrgUnit], *, by: User, at: dt.datetime) -> None:
    """New units below one superior, set-wise: the same rows as ``add_unit`` for each, in a handful of queries."""
    node: Any = OrgUnit.objects.select_for_update().get(pk=superior.pk)
    last = OrgUnit.objects.filter(path__gt=node.path, path__lte=node.path + "Z" * node.steplen, depth=node.depth + 1)
    step = node._str2int(path[-node.steplen :]) if (path := last.values_list("path", flat=True).last()) else 0
    new: Any
    for number, new in enumerate(units, start=step + 1):
        new.superior, new.depth = superior, node.depth + 1
        new.path = OrgUnit._get_path(node.path, new.depth, number)
    bulk_create_with_history(list(units), OrgUnit, batch_size=BATCH, default_user=by, default_date=at)
    OrgUnit.objects.filter(pk=node.pk).update(numchild=F("numchild") + len(units))
    placements.enter(units, at=at)
