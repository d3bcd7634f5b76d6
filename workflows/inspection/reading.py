"""Who may open the pages of inspectors; what they look for, and that they verified a case, is recorded."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.audit import note
from cases.audit.people import READ_AGAIN
from cases.errors import WrongRole
from cases.events import canonical
from cases.models import Case
from cases.models.audit import SystemEvent
from cases.models.inspection import SUPERIOR
from cases.web import actor_of, viewer_of
from workflows.web import case_in_scope

SEARCH, VERIFY = "search_trails", "verify_case"


def inspected_case(request: HttpRequest, pk: int) -> Any:
    """The case if the viewer inspects it, and that they read it is recorded; WrongRole (403) for other readers."""
    case = case_in_scope(request, pk)
    if not viewer_of(request).may("inspect", case):
        raise _not_an_inspector()
    return case


def require_inspector(viewer: Viewer) -> None:
    if not viewer.paths("inspect"):
        raise _not_an_inspector()


def require_reader_of_notes(viewer: Viewer, case: Case | None = None) -> None:
    """Notes are for inspectors and for commissions from the prefecture up (of the case, where one is named)."""
    for permission in ("inspect", *SUPERIOR):
        if viewer.may(permission, case) if case is not None else viewer.paths(permission):
            return
    raise WrongRole(
        "not_a_reader_of_notes",
        _("Notes of inspections are read by inspectors and by the commissions above."),
        hint=_("What was found stands on the ledger."),
    )


def note_search(request: HttpRequest, asked: dict[str, Any]) -> None:
    """That an inspector has searched, and by what, once in ten minutes; names and words as digests only."""
    viewer = viewer_of(request)
    said = {name: str(value) for name, value in asked.items() if value}
    for name in said.keys() & {"person", "reason"}:
        said[name] = hashlib.sha256(said[name].encode()).hexdigest()
    subject = f"search:{hashlib.sha256(canonical(said)).hexdigest()[:16]}"
    lately = SystemEvent.objects.filter(verb=SEARCH, at__gt=viewer.at - READ_AGAIN, at__lte=viewer.at)
    if not lately.filter(subject=subject, actor=viewer.user.pk).exists():
        _note(request, SEARCH, subject, said)


def note_verification(request: HttpRequest, case: Case, faults: int) -> None:
    _note(request, VERIFY, f"cases.case:{case.pk}", {"case": str(case.uid), "faults": faults})


def _note(request: HttpRequest, verb: str, subject: str, said: dict[str, Any]) -> None:
    viewer = viewer_of(request)
    grant = next(grant for grant in viewer.grants if grant.permission == "inspect")
    note(
        verb,
        by=actor_of(request),
        at=viewer.at,
        unit=grant.unit_id,
        subject=subject,
        details=said,
        appointment_id=grant.appointment_id,
    )


def _not_an_inspector() -> WrongRole:
    return WrongRole(
        "not_an_inspector",
        _("Only inspectors read trails here."),
        hint=_("What happened in a case stands on its page."),
    )
