"""Putting units into the tree: the place in the path and the superior unit always agree."""

from __future__ import annotations

from typing import Any

from cases.models import OrgUnit


def add_unit(superior: OrgUnit | None, **fields: Any) -> OrgUnit:
    """A new unit below its superior, or a new root."""
    values = {**fields, "superior": superior}
    if superior is None:
        unit: OrgUnit = OrgUnit.objects.add_root(create_kwargs=values)
    else:
        unit = OrgUnit.objects.add_child(superior, create_kwargs=values)
    return unit
