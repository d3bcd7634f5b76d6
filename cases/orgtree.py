"""Putting units into the tree: the place in the path and the superior unit always agree."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cases.models import OrgUnit, User


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
    return new
