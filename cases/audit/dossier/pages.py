"""Handing out a dossier: of a case with all that is below it, or of a unit's year."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.access import Viewer
from cases.audit import note
from cases.audit.dossier.building import MOST_CASES, build
from cases.audit.people import EXPORT
from cases.errors import Invalid, OutOfScope, WrongRole
from cases.models import Case, OrgUnit
from cases.web import actor_of, viewer_of

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


def _require_inspector(viewer: Viewer, unit: OrgUnit) -> None:
    if not viewer.can("inspect", unit):
        raise WrongRole("not_an_inspector", _("Only inspectors take a dossier away."))


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
