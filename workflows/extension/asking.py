"""Asking for more time: who may ask for which work, and what becomes of a request whose work is done first.

Only work whose rule the edition calls extendable, before its date has passed, one request at a time, and no more
extensions than the edition allows (settings.extension_limit).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.clock import local_date
from cases.editions.pinned import edition_of
from cases.errors import Conflict, Invalid, Refusal
from cases.models import Case, CaseParty, Extension, Sequence, WorkItem
from cases.roles import PARTY
from cases.wording import cdate
from workflows.authority import in_charge
from workflows.common import not_claimed_by_another, on_hold, open_item
from workflows.dating import date_of
from workflows.engine import CONSEQUENCES, cascade, lock_many, open_case
from workflows.rules import verb
from workflows.step import Step

ASKER = "asker"
FURTHEST = 366  # calendar days that anybody may ask for at a time; a mistyped year is found out


class ExtensionVerbs:
    """Asking for more time for the open work item; the request is a case of its own."""

    @verb(label=gettext_lazy("Ask for an extension"), source="*", permission="item", reason=True)
    def request_extension(self, step: Step) -> None:
        """With the reason and the new date, before the present one has passed (延期申请)."""
        case, item = step.case, open_item(step)
        if (refusal := hindrance(case, item, step.at)) is not None:
            raise refusal
        not_claimed_by_another(step)
        asked = _asked(step, item)
        again = granted_before(item)
        unit = in_charge(case)
        number = f"{case.year}-{unit.code}-Y{Sequence.take(f'extension:{case.year}:{unit.code}'):03d}"
        before: Any = date_of(item).on
        facts = {"number": number, "before": str(before), "asked": str(asked)}
        opened = open_case(
            "extension",
            unit=case.unit,
            year=case.year,
            edition=case.edition,
            batch=step.batch,
            by=step.actor,
            at=step.at,
            record=Extension(item=item, ordinal=again + 1, due_before=before, due_asked=asked),
            parent=case,
            number=number,
            state="requested_again" if again else "requested",
            grant=step.grant,
            facts={**facts, "item": item.pk},
            reason=step.reason,
        )
        _let_asker_read(step, opened)
        step.facts = facts


def _let_asker_read(step: Step, opened: Case) -> None:
    """Who asks by a part in the case, and not by the tree, needs one in the request to read it and take it back."""
    grant = step.grant
    if grant is not None and grant.permission.startswith(PARTY):
        party = CaseParty(case=opened, unit_id=grant.unit_id, part=ASKER, valid_from=local_date(step.at))
        step.batch.records.append(party)


def hindrance(case: Case, item: WorkItem | None, at: dt.datetime) -> Refusal | None:
    """Why no extension can be asked for this work now; None where one can."""
    if item is None or item.due_at is None or not _extendable(case, item):
        return Conflict("not_extendable", _("The limit of this work cannot be extended."))
    if case.held_at is not None:
        return on_hold(case)
    if at > item.due_at:
        return Conflict(
            "date_has_passed",
            _("The date has passed; an extension is asked for before."),
            hint=_("Do the work as soon as you can, and say in it why it is late."),
        )
    limit = edition_of(case).settings.extension_limit
    if granted_before(item) >= limit:
        message = ngettext(
            "The limit has been extended already; the edition allows %(n)d extension.",
            "The limit has been extended already; the edition allows %(n)d extensions.",
            limit,
        )
        return Conflict("no_more_extensions", message % {"n": limit})
    if pending_of(case).exists():
        return Conflict(
            "already_asked",
            _("An extension has been asked for and is not decided yet."),
            hint=_("Withdraw that request first, or wait for the decision."),
        )
    return None


def granted_before(item: WorkItem) -> int:
    """How many granted extensions the present date of the work rests on."""
    return sum(step["step"] == "extension" for step in item.due_trace)


def pending_of(case: Case) -> Any:
    """The undecided requests of a case: at most one."""
    return Case.objects.filter(parent=case.pk, kind="extension", finished=None)


def _extendable(case: Case, item: WorkItem) -> bool:
    rule = edition_of(case).deadlines.get(item.due_rule)
    return rule is not None and rule.extendable


def _asked(step: Step, item: Any) -> dt.date:
    """The date asked for, which lies after the present one."""
    asked, present = step.details.get("due_asked"), local_date(item.due_at)
    message = ""
    if not isinstance(asked, dt.date):
        message = _("Give the date that you ask for.")
    elif asked <= present:
        message = _("The present date is %(day)s; choose a later one.") % {"day": cdate(present)}
    elif (asked - present).days > FURTHEST:
        message = _("Ask for at most a year.")
    if message or not isinstance(asked, dt.date):
        raise Invalid("date_not_possible", message, faults={"due_asked": [message]})
    return asked


def let_lapse(step: Step) -> None:
    """Requests lapse when their work is done, taken back or dropped.

    Work that goes on at another node, under the same rule and with the same role, keeps its request.
    """
    batch = step.batch
    ended = [item for item in batch.changed_items.values() if item.finished and _extendable(item.process, item)]
    going_on = {(item.process_id, item.due_rule, item.role) for item in batch.new_items}
    over = [item.process_id for item in ended if (item.process_id, item.due_rule, item.role) not in going_on]
    if over:
        pending = Case.objects.filter(parent__in=over, kind="extension", finished=None)
        for case in lock_many(list(pending)):
            cascade(step, case, "lapse")


CONSEQUENCES.append(let_lapse)
