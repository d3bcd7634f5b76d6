"""What the address of a reporting page asks for: the year, the area within the viewer's scope, the step."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.errors import OutOfScope, WrongRole
from cases.models import Case, OrgUnit
from cases.tree import STEP
from cases.web import viewer_of, whole_number
from workflows.desk.counting import year_asked
from workflows.reporting.completeness import ALL, GROUPS
from workflows.reporting.steps import LEVELS, Step, rounds_of, steps_of

YEARS_BACK = 6


@dataclass(frozen=True)
class Asked:
    """The parts of an address that every reporting page understands; ``own``: the area itself, not what is below."""

    viewer: Viewer
    year: int
    area: OrgUnit
    above: list[OrgUnit]
    steps: list[Step]
    step: Step
    group: str
    own: bool = False

    @property
    def years(self) -> list[int]:
        """The years to choose from, the newest first."""
        return list(range(max(self.viewer.on.year, self.year), self.viewer.on.year - YEARS_BACK, -1))


def asked_by(request: HttpRequest) -> Asked:
    """Read the address; what it does not name is this year, the viewer's own area and the first step.

    Raises WrongRole (403) for those who oversee no area, OutOfScope (404) for an area that is not theirs.
    """
    viewer, given = viewer_of(request), request.GET
    top = _top(viewer)
    key = whole_number(given.get("area", ""))
    area = top if key is None else OrgUnit.objects.visible_to(viewer).filter(pk=key).first()
    if area is None:
        raise OutOfScope("no_such_area", _("There is no such area, or it is not among those that you may see."))
    year = year_asked(given.get("year", "")) or _latest_year(viewer)
    steps = steps_of(area, rounds_of(area, year))
    step = next((step for step in steps if step.code == given.get("step", "")), steps[0])
    group = given.get("group", "")
    above = [unit for unit in _ancestors(area) if unit.path.startswith(top.path)]
    return Asked(viewer, year, area, above, steps, step, group if group in GROUPS else ALL, "own" in given)


def _top(viewer: Viewer) -> OrgUnit:
    """The widest area of the viewer's appointments."""
    units = OrgUnit.objects.filter(pk__in=viewer.unit_ids("view"), kind__in=LEVELS)
    top = min(units, key=lambda unit: (len(unit.path), unit.path), default=None)
    if top is None:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this page."),
            hint=_("Who has reported is shown to the counties and the levels above them."),
        )
    return top


def _ancestors(area: OrgUnit) -> list[OrgUnit]:
    """The area and the units above it, the highest first."""
    paths = [area.path[:length] for length in range(STEP, len(area.path) + 1, STEP)]
    return list(OrgUnit.objects.filter(path__in=paths))


def _latest_year(viewer: Viewer) -> int:
    """This year, or the latest year before it of which the viewer sees a case."""
    this = viewer.on.year
    found = Case.objects.visible_to(viewer).filter(year__lte=this, kind="quality_cycle")
    return found.order_by("-year").values_list("year", flat=True).first() or this
