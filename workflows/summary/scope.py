"""Who may see and complete a filed report: a prefecture's summary, or the region's report, which share these pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.audit.people import note_reading
from cases.errors import Conflict, OutOfScope, WrongRole
from cases.models import Case, SummaryVersion
from cases.web import viewer_of, whole_number
from workflows.engine import no_such_case
from workflows.kinds import kind_of

# Who completes and who confirms, by kind; both read the draft.
OWN = {"summary": ("compile", "endorse"), "regional_report": ("roll_up", "release")}
OPEN_STATES = ("drafting", "returned")
BEFORE_FILING = (*OPEN_STATES, "confirming")


def summary_in_scope(request: HttpRequest, pk: int, kind: str = "") -> Any:
    """The case with its record and round in one query; OutOfScope (404) where the viewer may not see it."""
    cases = Case.objects.visible_to(viewer_of(request)).filter(kind__in=[kind] if kind else list(OWN))
    case: Any = cases.filter(pk=pk).select_related("unit__superior", "edition", "summary__round").first()
    if case is None:
        raise no_such_case()
    case.__class__ = kind_of(case).model
    if request.method == "GET":
        note_reading(request, case)
    return case


@contextmanager
def completing(request: HttpRequest, pk: int) -> Iterator[Any]:
    """The case, locked for changing its draft until the block ends.

    Raises OutOfScope (404), WrongRole (403) for whoever does not complete it, Conflict (409) in another state.
    """
    with transaction.atomic():
        # In two statements: what is joined to a locked row is as it stood before the lock was waited for.
        Case.objects.select_for_update().values_list("pk").filter(pk=pk).first()
        case = summary_in_scope(request, pk)
        if not may_complete(request, case):
            raise WrongRole(
                "wrong_role",
                _("Only the officer who completes it can change the draft."),
                hint=_("The page shows whose turn it is."),
            )
        if case.state not in OPEN_STATES:
            state = kind_of(case).state_label(case.state)
            raise Conflict(
                "not_writable",
                _("The draft cannot be changed while the case is “%(state)s”.") % {"state": state},
                hint=_("Somebody may have acted before you. The case page shows what happened."),
            )
        yield case


def may_complete(request: HttpRequest, case: Case) -> bool:
    return viewer_of(request).can(OWN[case.kind][0], case.unit)


def reads_draft(request: HttpRequest, case: Case) -> bool:
    """Whether the words of the draft are the viewer's to read: until they are filed they are their authors' own."""
    viewer = viewer_of(request)
    return any(viewer.can(permission, case.unit) for permission in OWN[case.kind])


def version_of(case: Any, asked: str) -> SummaryVersion:
    """A filed version by its number; OutOfScope (404) where there is none."""
    versions = SummaryVersion.objects.filter(summary=case.pk, no=whole_number(asked, 5) or 0)
    found = versions.select_related("by").first()
    if found is None:
        raise OutOfScope("no_such_version", _("There is no such version."))
    found.summary = case.summary
    return found
