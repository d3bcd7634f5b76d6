"""What the one who imports may touch, and the units of that area, looked up once for the whole file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from cases.access import Viewer
from cases.models import OrgUnit
from cases.roster.layout import AUTHORITIES, folded
from cases.tree import covers

BATCH = 5_000  # SQLite takes a limited number of values in one statement


class Area:
    """The subtrees in which somebody manages people (grant ``manage_people``), and units that a file names."""

    def __init__(self, viewer: Viewer, codes: Iterable[str]) -> None:
        self.on = viewer.on
        self.paths = viewer.paths("manage_people")
        seats = OrgUnit.objects.filter(pk__in=viewer.unit_ids("manage_people"))
        self.tree_paths = [seat.path for seat in seats if seat.kind in (OrgUnit.Kind.NATION, OrgUnit.Kind.REGION)]
        self.by_code: dict[str, OrgUnit] = {}
        wanted = sorted(set(codes))
        for start in range(0, len(wanted), BATCH):
            found = OrgUnit.objects.filter(code__in=wanted[start : start + BATCH]).select_related("superior")
            self.by_code.update((unit.code, unit) for unit in found)
        self._by_name: dict[str, list[OrgUnit]] = defaultdict(list)
        for unit in OrgUnit.objects.within(*self.paths).filter(kind__in=AUTHORITIES).select_related("superior"):
            self.by_code.setdefault(unit.code, unit)
            for name in {folded(unit.name), folded(unit.division)} - {""}:
                self._by_name[name].append(unit)

    def covers(self, unit: OrgUnit) -> bool:
        return any(covers(path, unit.path) for path in self.paths)

    def may_shape(self, unit: OrgUnit) -> bool:
        """Health authorities are entered from a region or the nation only."""
        return any(covers(path, unit.path) for path in self.tree_paths)

    def named(self, name: str) -> list[OrgUnit]:
        """The health authorities of the area that are called so, or whose division is."""
        return self._by_name.get(folded(name), [])
