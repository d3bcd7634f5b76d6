"""The one door: every change of a case's state goes through ``perform`` (design, idea 3).

In one outermost transaction it locks the case (its parent first), checks scope, role, state and version, runs the
verb, closes the work item, lets viewflow open the next one with its deadline, and records the event. Pages, commands,
bulk actions and the clock all come through here; ``perform_many`` is the same step over many cases, written set-wise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed
from viewflow.workflow.status import PROCESS, STATUS
from viewflow.workflow.token import Token

from cases.access import Actor, Viewer
from cases.audit.tracking import collecting
from cases.errors import Conflict, Invalid, OutOfScope, Refusal, WrongRole
from cases.models import Case, CaseParty, Edition, OrgUnit, WorkItem
from cases.signals import recorded
from workflows.common import not_claimed_by_another, on_hold
from workflows.dated_facts import facts_of
from workflows.kinds import KINDS, Kind, Verb, kind_of
from workflows.rules import Rule
from workflows.step import Batch, Step, pin

MAX_REASON = 2000
START = Token("start")
# Asked at every step; worded by hand it takes two thirds of the time that the ORM takes.
OPEN_ITEMS = """
    SELECT i.*, EXISTS (SELECT 1 FROM cases_localclosure WHERE withdrawn_at IS NULL) AS closures
    FROM cases_workitem i WHERE i.process_id = %s AND i.finished IS NULL ORDER BY i.id
"""
# What follows from any step for other cases: each kind that has such an interest adds its own.
CONSEQUENCES: list[Callable[[Step], None]] = []


class NoItem:
    """What stands before the first work item of a case."""

    pk = None
    after_id = None


class Origin:
    """What viewflow asks of the node before: here the case itself, where a verb jumps to a named node."""

    def __init__(self, case: Case, item: WorkItem | None) -> None:
        self.process = case
        self.task = item if item is not None else NoItem


def perform(
    case: Case, verb: str, *, by: Actor, at: dt.datetime, version: int | None = None, reason: str = "", **details: Any
) -> Case:
    """Perform a verb on a case and return the case as it now stands.

    ``version`` is the one that the person was looking at: an older one is refused. Raises OutOfScope (404),
    WrongRole (403), Conflict (409: state, version, claimed by somebody else), Invalid (422: details) or Refusal (400:
    no such verb); nothing is written then.
    """
    with transaction.atomic(durable=True):
        batch = Batch()
        step = begin(lock(case), verb, by=by, at=at, viewer=by.viewer(at), batch=batch, version=version, reason=reason)
        carry_out(step, details)
        _follow(step)
        batch.write()
    recorded.send(Case)
    return step.case


def perform_many(
    cases: Iterable[Case], verb: str, *, by: Actor, at: dt.datetime, reason: str = "", chunk: int = 500, **details: Any
) -> Iterator[tuple[Case, Refusal | None]]:
    """The same verb on many cases, a transaction a chunk; yields each with its refusal, if any.

    For cases without parents, and for verbs that stay and touch no other case: parents are not locked.
    A case that refuses is left as it was and does not hinder the others: where a verb's own method refuses in the
    middle of a chunk, the chunk is undone and its cases go through the door one by one.
    """
    for group in _chunks(cases, chunk):
        try:
            yield from _perform_chunk(group, verb, by, at, reason, details)
        except Refusal:
            for case in group:
                yield _perform_singly(case, verb, by, at, reason, details)


def _perform_chunk(
    group: list[Case], verb: str, by: Actor, at: dt.datetime, reason: str, details: dict[str, Any]
) -> list[tuple[Case, Refusal | None]]:
    outcomes: list[tuple[Case, Refusal | None]] = []
    done: Step | None = None
    viewer = by.viewer(at)
    with transaction.atomic(durable=True):
        batch = Batch()
        for locked in lock_many(group):
            try:
                step = begin(locked, verb, by=by, at=at, viewer=viewer, batch=batch, reason=reason)
            except Refusal as refusal:
                outcomes.append((locked, refusal))
                continue
            carry_out(step, dict(details))
            outcomes.append((locked, None))
            done = step
        if done is not None:
            _follow(done)
        batch.write()
    recorded.send(Case)
    return outcomes


def _perform_singly(
    case: Case, verb: str, by: Actor, at: dt.datetime, reason: str, details: dict[str, Any]
) -> tuple[Case, Refusal | None]:
    try:
        return perform(case, verb, by=by, at=at, reason=reason, **details), None
    except Refusal as refusal:
        return case, refusal


def lock(case: Case) -> Case:
    """Lock the case for this transaction, its parent first, with its open work items.

    Lock order is always parent before child. Only a locked row is as it stands once the lock is granted: what is
    joined to it, or read with it, is as it stood when the waiting began. So the parent has a statement of its own.
    """
    if case.parent_id:
        Case.objects.select_for_update().values_list("pk").filter(pk=case.parent_id).first()
    rows = Case.objects.select_for_update(of=("self",)).select_related(*_joined(case))
    locked: Case | None = next(iter(rows.filter(pk=case.pk)), None)
    if locked is None:
        raise no_such_case()
    # Read after the lock is held: every writer of the items holds it too.
    _attach_items(locked, list(WorkItem.objects.raw(OPEN_ITEMS, [locked.pk])))
    return locked


def _joined(case: Case) -> tuple[str, ...]:
    """What a verb nearly always asks of its case, fetched with it; a child's record changes under its parent's lock."""
    record = KINDS[case.kind].record
    return ("unit", record) if record and case.parent_id else ("unit",)


def lock_many(cases: list[Case]) -> list[Case]:
    """Lock many cases of one kind in the order of their keys, with their open work items, in two queries."""
    joined = _joined(cases[0]) if cases and cases[0].kind else ("unit",)
    rows = Case.objects.select_for_update(of=("self",)).select_related(*joined).order_by("pk")
    locked = list(rows.filter(pk__in=[case.pk for case in cases]))
    items: dict[int, list[WorkItem]] = {}
    for item in WorkItem.objects.filter(process__in=locked, finished=None).order_by("pk"):
        items.setdefault(item.process_id, []).append(item)
    for case in locked:
        _attach_items(case, items.get(case.pk, []))
    return locked


def _attach_items(case: Case, items: list[WorkItem]) -> None:
    case.__class__ = kind_of(case).model
    for item in items:
        item.process = case
    case.open_items = items


def begin(
    case: Any,
    verb: str,
    *,
    by: Actor,
    at: dt.datetime,
    viewer: Viewer,
    batch: Batch,
    version: int | None = None,
    reason: str = "",
) -> Step:
    """Check scope, verb, role, state, version and reason, in this order, and make the step."""
    kind = kind_of(case)
    step = Step(case, verb, by, at, batch, reason=reason.strip())
    case.step = step
    if not by.is_system and not _in_scope(viewer, case):
        raise no_such_case()
    declared = kind.verbs.get(verb)
    if declared is None:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    step.item = case.open_items[0] if case.open_items else None
    _check_role(step, declared.rule, viewer)
    _check_state(step, declared, kind, version)
    if declared.rule.reason and not step.reason:
        raise Invalid("reason_missing", _("Give the reason."), faults={"reason": [_("Give the reason.")]})
    if len(step.reason) > MAX_REASON:
        message = _("Keep the reason under %(limit)d characters.") % {"limit": MAX_REASON}
        raise Invalid("reason_too_long", message, faults={"reason": [message]})
    return step


def carry_out(step: Step, details: dict[str, Any]) -> None:
    """Run the verb's method, move the work items and log the event; the batch still has to be written."""
    case, kind = step.case, kind_of(step.case)
    rule = kind.verbs[step.verb].rule
    source = case.state
    step.details = details
    counted = facts_of(case)
    with collecting(step.verb, step.actor.user) as rows:
        try:
            getattr(case, step.verb)(step)
        except TransitionNotAllowed:
            raise _wrong_state(step, kind) from None
    if rule.movement != "stay":
        case.version += 1
    if rule.movement == "forward":
        _advance(step)
    elif rule.movement == "back":
        _jump(step, kind)
    step.note_facts(counted)
    step.log(source, rule.deliver, rows)
    step.batch.changed[case.pk] = case
    step.batch.note_history(case, actor=step.actor, at=step.at, reason=step.reason)


def _follow(step: Step) -> None:
    """Whatever follows from all that a batch does, in the same transaction (a request lapses, a hold ends)."""
    for consequence in CONSEQUENCES:
        consequence(step)


def cascade(step: Step, case: Case, verb: str, *, reason: str = "", **details: Any) -> Step:
    """Let a step move another case within the same transaction, as the system, in the name of its actor.

    The other case, parent or child, is locked already (``lock``, ``lock_many``).
    """
    inner = Step(case, verb, step.actor, step.at, step.batch, reason=reason, grant=step.grant)
    case.step = inner
    inner.item = case.open_items[0] if case.open_items else None
    carry_out(inner, details)
    return inner


def open_case(
    kind_code: str,
    *,
    unit: OrgUnit,
    year: int,
    edition: Edition,
    batch: Batch,
    by: Actor,
    at: dt.datetime,
    record: Any = None,
    parent: Case | None = None,
    number: str = "",
    slot: str | None = None,
    facts: dict[str, Any] | None = None,
    grant: Any = None,
    state: str = "",
    reason: str = "",
) -> Case:
    """Put a new case with its record, its first work item and its first event into the batch.

    ``state`` is where the case starts, where that is not the kind's initial state (a problem already put right).
    """
    kind = KINDS[kind_code]
    case = kind.model(
        flow_class=kind.flow,
        kind=kind_code,
        unit=unit,
        year=year,
        edition=edition,
        parent=parent,
        number=number,
        slot=slot,
        state=state or kind.initial,
        created=at,
        started_by=by.user,
        version=1,
    )
    step = Step(case, "open", by, at, batch, reason=reason, facts=facts or {}, grant=grant)
    case.step = step
    if record is not None:
        record.case = case
        batch.records.append(record)
    batch.opened.append(case)
    pin(edition, at)
    # Straight to the node that the flow reaches from its start in this state; the soundness check holds the two equal.
    kind.nodes_by_state[case.state]._create(Origin(case, None), START)
    step.note_facts(None)
    step.log("", deliver=False)
    batch.note_history(case, actor=by, at=at, reason="", kind="+")
    return case


def no_such_case() -> OutOfScope:
    return OutOfScope(
        "no_such_case",
        _("There is no such case, or it is not among those that you may see."),
        hint=_("Check the address, or look for the case in your lists."),
    )


def _in_scope(viewer: Viewer, case: Case) -> bool:
    if viewer.can("view", case.unit):
        return True
    return CaseParty.objects.valid(viewer.on).filter(case=case.pk, user=viewer.user.pk).exists() or (
        bool(viewer.unit_ids("view"))
        and CaseParty.objects.valid(viewer.on).filter(case=case.pk, unit__in=viewer.unit_ids("view")).exists()
    )


def _check_role(step: Step, rule: Rule, viewer: Viewer) -> None:
    if step.actor.is_system:
        if not rule.system:
            raise WrongRole("not_for_the_system", _("Only a person may do this."))
        return
    permissions = rule.permissions
    if permissions == ("item",):
        node = step.item.flow_task if step.item else None
        permissions = (node.permission_for(step.item.role),) if step.item and node and node.permission else ()
    owner = step.item.owner_id if step.item else None
    found = (viewer.grant_on(permission, step.case, owner=owner) for permission in permissions)
    step.grant = next((grant for grant in found if grant is not None), None)
    if step.grant is None:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("The case page shows whose turn it is."),
        )


def _check_state(step: Step, declared: Verb, kind: Kind, version: int | None) -> None:
    case = step.case
    if version is not None and version != case.version:
        raise Conflict(
            "stale_version",
            _("The case has moved on since you opened this page; it is now “%(state)s”.")
            % {"state": kind.state_label(case.state)},
            hint=_("Reload the page; what you typed is kept in it."),
        )
    if case.state not in declared.sources and "*" not in declared.sources:
        raise _wrong_state(step, kind)
    if case.held_at is not None and declared.rule.rests_on_hold:
        raise on_hold(case)
    if declared.rule.movement == "forward" and not step.actor.is_system:  # a date comes, whoever has claimed the work
        not_claimed_by_another(step)


def _wrong_state(step: Step, kind: Kind) -> Conflict:
    return Conflict(
        "wrong_state",
        _("This is not possible while the case is “%(state)s”.") % {"state": kind.state_label(step.case.state)},
        hint=_("Somebody may have acted before you. The case page shows what happened."),
    )


def _advance(step: Step) -> None:
    """Complete the open work item and let viewflow follow the flow to the next one."""
    item = step.item
    if item is None:
        raise Conflict("no_open_item", _("There is no open work item for this action."))
    item.status = STATUS.STARTED
    activation = item.flow_task.activation_class(item)
    activation.complete()
    step.finish_item(item, STATUS.DONE)
    activation.activate_next()


def _jump(step: Step, kind: Kind) -> None:
    """Cancel what is open and open the node of the new state; a final state has none and ends the case."""
    case: Any = step.case
    for item in case.open_items:
        step.finish_item(item, STATUS.CANCELED)
    node = kind.nodes_by_state.get(case.state)
    if node is None:
        step.close_case(PROCESS.CANCELED)
        return
    case.status, case.finished, step.goes_back = PROCESS.NEW, None, True
    node._create(Origin(case, step.item), START)


def _chunks(cases: Iterable[Case], size: int) -> Iterator[list[Case]]:
    group: list[Case] = []
    for case in cases:
        group.append(case)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group
