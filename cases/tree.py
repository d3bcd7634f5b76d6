"""Subtrees of the unit tree as index ranges on the materialised path."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

STEP = 4


def within(field: str, paths: Iterable[str]) -> Q:
    """A condition that the path lies in one of the subtrees; no path at all matches nothing.

    A range instead of LIKE, because SQLite's LIKE does not use the index; the upper bound is treebeard's own.
    """
    roots: list[str] = []
    for path in sorted(set(paths)):
        if not roots or not path.startswith(roots[-1]):
            roots.append(path)
    if not roots:
        return Q(pk__in=[])
    condition = Q()
    for path in roots:
        condition |= Q(**{f"{field}__gte": path, f"{field}__lte": path + "Z" * STEP})
    return condition


def covers(root: str, path: str) -> bool:
    """Whether the path lies in the subtree of the root."""
    return path.startswith(root)
