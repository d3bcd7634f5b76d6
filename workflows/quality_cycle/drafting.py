"""Who may write the form, and when: saving a draft is no verb, but it asks the same questions as one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.audit.people import note_reading
from cases.editions.form import CheckItem
from cases.errors import Conflict, OutOfScope, WrongRole
from cases.models import Case, WorkItem
from cases.web import viewer_of
from workflows.engine import no_such_case
from workflows.quality_cycle.kind import QUALITY_CYCLE, State

WRITABLE = frozenset({State.SELF_CHECK, State.RETURNED})
BEFORE_SUBMISSION = WRITABLE | {State.CONFIRMING}


def cycle_in_scope(request: HttpRequest, pk: int) -> Any:
    """The cycle with its form, unit and edition in one query; OutOfScope (404) where the viewer may not see it."""
    cycle = _one(_cycles(request), pk)
    if request.method == "GET":
        note_reading(request, cycle)
    return cycle


@contextmanager
def drafting(request: HttpRequest, pk: int, states: frozenset[State] = WRITABLE) -> Iterator[Any]:
    """The cycle, locked for writing its form until the block ends.

    Raises OutOfScope (404), WrongRole (403) for who may not fill in, or Conflict (409) in a state that forbids it.
    """
    with transaction.atomic():
        # In two statements: what is joined to a locked row is as it stood before the lock was waited for.
        Case.objects.select_for_update().values_list("pk").filter(pk=pk).first()
        case = _one(_cycles(request), pk)
        if not may_fill(request, case):
            raise WrongRole("wrong_role", _("Only the institution itself fills in its form."))
        if case.state not in states:
            raise Conflict(
                "not_writable",
                _("The form cannot be changed while the case is “%(state)s”.")
                % {"state": QUALITY_CYCLE.state_label(case.state)},
                hint=_("Somebody may have acted before you. The case page shows what happened."),
            )
        yield case


def may_fill(request: HttpRequest, case: Any) -> bool:
    """Whether the viewer belongs to the institution whose form it is: the draft is theirs alone to see."""
    return viewer_of(request).can("fill", case.unit)


def handed_on_by(request: HttpRequest, item: WorkItem | None) -> bool:
    """Whether it was the viewer who handed the case on to this open item, and nobody has taken it up since."""
    previous = item.after if item else None
    return bool(previous and item and item.owner_id is None and previous.done_by_id == request.user.pk)


def item_of(case: Any, code: str) -> CheckItem:
    """The check item of the case's edition; OutOfScope (404) where the form has none of that code."""
    item: CheckItem | None = case.edition.parsed.items.get(code)
    if item is None:
        raise OutOfScope("no_such_item", _("The form has no such item."))
    return item


def _cycles(request: HttpRequest) -> QuerySet[Case]:
    cases = Case.objects.visible_to(viewer_of(request)).filter(kind=QUALITY_CYCLE.code)
    return cases.select_related("unit", "edition", "selfcheck__filler")


def _one(cases: QuerySet[Case], pk: int) -> Any:
    case: Any = cases.filter(pk=pk).first()
    if case is None:
        raise no_such_case()
    case.__class__ = QUALITY_CYCLE.model
    return case
