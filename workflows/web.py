"""What pages about cases share: fetch in scope, call one verb (design, Style 4)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from cases.audit.people import note_reading
from cases.evidence import look_at
from cases.models import Case
from cases.web import actor_of, viewer_of, whole_number
from workflows.engine import no_such_case, perform
from workflows.kinds import KINDS, kind_of

UNREADABLE = -1  # no case has this version: whatever the page showed, it was not this


def case_in_scope(request: HttpRequest, pk: int, kind: str | None = None) -> Any:
    """The case if the viewer may see it, as its kind's proxy; else OutOfScope (404)."""
    cases = Case.objects.visible_to(viewer_of(request)).select_related("unit__superior", "edition")
    if kind is not None:
        cases = cases.filter(kind=kind)
    case: Any = cases.filter(pk=pk).first()
    if case is None:
        raise no_such_case()
    case.__class__ = kind_of(case).model
    if request.method == "GET":
        note_reading(request, case)
    return case


def look_at_files(request: HttpRequest, case: Case) -> None:
    """Examine what a form brought before its transaction begins; what is wrong is said when it is stored."""
    uploads = [upload for name in request.FILES for upload in request.FILES.getlist(name)]
    if uploads:
        look_at(case, uploads, by=actor_of(request), at=viewer_of(request).at)


def perform_from(request: HttpRequest, case: Case, verb: str, **details: Any) -> Case:
    """Perform a verb as the person behind the request, at this moment, on the version that their page showed."""
    look_at_files(request, case)
    shown = request.POST.get("version", "")
    version = whole_number(shown)
    return perform(
        case,
        verb,
        by=actor_of(request),
        at=viewer_of(request).at,
        version=UNREADABLE if shown and version is None else version,
        reason=request.POST.get("reason", ""),
        **details,
    )


def possible_verbs(request: HttpRequest, case: Case, item: Any = None) -> list[Any]:
    """The verbs that the viewer's grants and the state allow; the engine checks again when one is performed."""
    viewer = viewer_of(request)
    kind = KINDS[case.kind]
    allowed = []
    for verb in kind.verbs.values():
        if case.held_at is not None and verb.rule.rests_on_hold:
            continue
        permissions = verb.rule.permissions
        if permissions == ("item",):
            node = item.flow_task if item else None
            permissions = (node.permission_for(item.role),) if node and node.permission else ()
        if (case.state in verb.sources or "*" in verb.sources) and any(
            viewer.may(permission, case) for permission in permissions
        ):
            allowed.append(verb)
    return allowed
