"""Handing out a dossier: of a case with all that is below it, or of a unit's year."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.access import Viewer
from cases.audit import note
from cases.audit.dossier.building import MOST_CASES, build
from cases.audit.people import EXPORT
from cases.errors import Invalid, OutOfScope, WrongRole
from cases.models import Case, OrgUnit
from cases.web import actor_of, viewer_of, whole_number

CHUNK = 200


@require_POST
def case_dossier(request: HttpRequest, pk: int) -> FileResponse:
    """A case and every case below it as one zip; for inspectors of its unit, and recorded."""
    viewer = viewer_of(request)
    case = Case.objects.visible_to(viewer).select_related("unit").filter(pk=pk).first()
    if case is None:
        raise OutOfScope("no_such_case", _("There is no such case, or it is not among those that you may see."))
    _require_inspector(viewer, case.unit)
    below = [case.pk]
    for found in below:  # grows while it is walked: children, then theirs
        below += Case.objects.filter(parent=found).order_by("pk").values_list("pk", flat=True)
    title = f"{case.unit.name} {case.number or case.year}"
    return _handed_out(request, Case.objects.filter(pk__in=below), title, case, case.unit)


@require_POST
def unit_dossier(request: HttpRequest, pk: int, year: int) -> FileResponse:
    """Every case of a unit's year as one zip; for inspectors of the unit, and recorded."""
    viewer = viewer_of(request)
    unit = OrgUnit.objects.visible_to(viewer).filter(pk=pk).first()
    if unit is None:
        raise OutOfScope("no_such_unit", _("There is no such unit, or it is not among those that you may see."))
    _require_inspector(viewer, unit)
    cases = Case.objects.visible_to(viewer).filter(unit=unit.pk, year=year)
    return _handed_out(request, cases, f"{unit.name} {year}", unit, unit)


@require_POST
def unit_dossier_asked(request: HttpRequest) -> FileResponse:
    """The same for the unit whose name or code was typed; a unit that cannot be found is refused (422)."""
    viewer = viewer_of(request)
    if not viewer.paths("inspect"):
        raise _not_an_inspector()
    named, year = request.POST.get("unit", "").strip(), whole_number(request.POST.get("year", ""), most_digits=4)
    units = OrgUnit.objects.visible_to(viewer).filter(Q(name=named) | Q(code=named) | Q(division=named))
    found = list(units.order_by("pk").values_list("pk", flat=True)[:2])
    faults = {}
    if len(found) != 1:
        said = _("Several units are called that; give the code.") if found else _("No unit of yours is called that.")
        faults["unit"] = [said]
    if year is None:
        faults["year"] = [_("Give the year.")]
    if faults or year is None:
        raise Invalid("no_such_dossier", _("The dossier cannot be made."), faults=faults)
    return unit_dossier(request, found[0], year)


def _require_inspector(viewer: Viewer, unit: OrgUnit) -> None:
    if not viewer.can("inspect", unit):
        raise _not_an_inspector()


def _not_an_inspector() -> WrongRole:
    return WrongRole("not_an_inspector", _("Only inspectors take a dossier away."))


def _handed_out(request: HttpRequest, cases: QuerySet[Case], title: str, subject: Any, unit: OrgUnit) -> FileResponse:
    count = cases.count()
    if count > MOST_CASES:
        message = _("A dossier holds at most %(most)d cases; this would be %(count)d.")
        raise Invalid("too_many_cases", message % {"most": MOST_CASES, "count": count})
    settings.AUDIT_DIR.mkdir(parents=True, exist_ok=True)
    file = tempfile.TemporaryFile(dir=settings.AUDIT_DIR)  # noqa: SIM115 - the response closes it
    number = build(file, title, _in_order(cases))
    said = {"what": "dossier", "cases": count, "number": number}
    note(EXPORT, by=actor_of(request), at=viewer_of(request).at, unit=unit, subject=subject, details=said)
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=f"{title}.zip", content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    response["X-Dossier-Number"] = number
    return response


def _in_order(cases: QuerySet[Case]) -> Iterator[Case]:
    yield from cases.select_related("unit", "edition").order_by("pk").iterator(chunk_size=CHUNK)
