"""Writing the programme and the work plan before they go out: saved beside the door, with row versions (ADR 0015)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.access import Actor
from cases.errors import Conflict, WrongRole
from cases.models import Case, Programme, Round, WorkPlan
from cases.saving import StaleRow, sign
from cases.web import viewer_of
from workflows.kinds import kind_of
from workflows.web import case_in_scope

Dates = tuple[dt.date, dt.date]  # the cut-off and the due date of a round


@contextmanager
def drafting(request: HttpRequest, pk: int, kind: str, permission: str, states: Collection[str]) -> Iterator[Any]:
    """The case, locked for writing its draft until the block ends.

    Raises OutOfScope (404), WrongRole (403) for who may not write it, or Conflict (409) in a state that forbids it.
    """
    with transaction.atomic():
        # In two statements: what is joined to a locked row is as it stood before the lock was waited for.
        Case.objects.select_for_update().values_list("pk").filter(pk=pk).first()
        case = case_in_scope(request, pk, kind)
        if not viewer_of(request).can(permission, case.unit):
            raise WrongRole(
                "wrong_role", _("Your role does not include this action."), hint=_("You may read it as it stands.")
            )
        if case.state not in states:
            state = kind_of(case).state_label(case.state)
            raise Conflict(
                "not_writable",
                _("It cannot be changed any more: it is now “%(state)s”.") % {"state": state},
                hint=_("Somebody may have acted before you. Copy what you still need."),
            )
        yield case


def save_programme(
    programme: Programme, notice: str, dates: Mapping[str, Dates], *, based_on: int, by: Actor, at: dt.datetime
) -> Programme:
    """Keep the notice and the dates of the rounds, by their codes; inside ``drafting``.

    Saving what stands there already writes nothing. Raises StaleRow (409).
    """
    rounds = list(programme.rounds.all())
    moved = [each for each in rounds if each.code in dates and dates[each.code] != (each.cutoff_on, each.due_on)]
    if programme.notice == notice and not moved:
        return programme
    if programme.row_version != based_on:
        raise StaleRow(programme)
    for each in moved:
        each.cutoff_on, each.due_on = dates[each.code]
        _save(each, ("cutoff_on", "due_on"), by, at)
    programme.notice, programme.row_version = notice, programme.row_version + 1
    _save(programme, ("notice", "row_version"), by, at)
    return programme


def save_work_plan(plan: WorkPlan, parts: Mapping[str, str], *, based_on: int, by: Actor, at: dt.datetime) -> WorkPlan:
    """Keep the parts of a work plan; inside ``drafting``. Raises StaleRow (409)."""
    if all(getattr(plan, name) == text for name, text in parts.items()):
        return plan
    if plan.row_version != based_on:
        raise StaleRow(plan)
    for name, text in parts.items():
        setattr(plan, name, text)
    plan.row_version += 1
    plan.updated_by, plan.updated_at = by.user, at
    _save(plan, (*parts, "row_version", "updated_by", "updated_at"), by, at)
    return plan


def _save(row: Programme | Round | WorkPlan, names: Collection[str], by: Actor, at: dt.datetime) -> None:
    sign(row, by.user, at)
    row.save(update_fields=list(names))
