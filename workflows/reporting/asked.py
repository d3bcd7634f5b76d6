"""What the address of a reporting page asks for: the year, the area within the viewer's scope, the step."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.errors import OutOfScope, WrongRole
from cases.models import OrgUnit
from cases.tree import STEP
from cases.web import viewer_of, whole_number
from workflows.desk.counting import counts_for, year_asked, years_of
from workflows.reporting.completeness import ALL, GROUPS
from workflows.reporting.steps import LEVELS, Step, rounds_of, steps_of


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
    years: list[int]
    own: bool = False


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
    years = years_of(counts_for(viewer))
    year = year_asked(given.get("year", "")) or next((each for each in years if each <= viewer.on.year), viewer.on.year)
    steps = steps_of(area, rounds_of(area, year))
    step = next((step for step in steps if step.code == given.get("step", "")), steps[0])
    group = given.get("group", "")
    above = [unit for unit in _ancestors(area) if unit.path.startswith(top.path)]
    return Asked(viewer, year, area, above, steps, step, group if group in GROUPS else ALL, years, "own" in given)


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
