"""The bulletin (通报): what the region has published, for everybody who holds a role in the region."""

from __future__ import annotations

from django.db.models import QuerySet

from cases.access import Viewer, appointments_of
from cases.models import OrgUnit, Practice
from cases.tree import STEP, within
from workflows.practice.kind import State


def published(viewer: Viewer) -> QuerySet[Practice]:
    """What the viewer may read: the own region's, the nation's people every region's; nothing without a role.

    Two queries beside its own. Seeing the bulletin is not seeing the case: an article shows its words alone.
    """
    units = [appointment.unit for appointment in appointments_of(viewer.user, viewer.at)]
    paths = [unit.path for unit in units if unit.kind == OrgUnit.Kind.NATION]
    prefixes = {unit.path[:end] for unit in units for end in range(STEP, len(unit.path) + 1, STEP)}
    paths += OrgUnit.objects.filter(kind=OrgUnit.Kind.REGION, path__in=prefixes).values_list("path", flat=True)
    found = Practice.objects.filter(within("case__unit__path", paths), case__state=State.PUBLISHED)
    return found.exclude(published_at=None).select_related("case__unit__superior", "institution")


def named_institution(practice: Practice) -> OrgUnit | None:
    """The institution that an article names: one that does well; what went wrong is told without a name."""
    return practice.institution if practice.sort == Practice.Sort.GOOD_PRACTICE else None


def source_of(practice: Practice) -> OrgUnit:
    """The unit that an article gives as its source: an institution stands behind its county where it is not named."""
    unit = practice.case.unit
    named = practice.sort == Practice.Sort.GOOD_PRACTICE or unit.kind == OrgUnit.Kind.COUNTY
    return unit if named or unit.superior is None else unit.superior
