"""The record of a finding as its verbs write it: fields with their history, the limit, and what closing needs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from cases.clock import local_date
from cases.deadlines import Due, counted, known, replayed, resumed
from cases.errors import Conflict, Invalid
from cases.evidence import submitted
from cases.models import Case, Evidence, Finding, WorkItem
from cases.saving import sign
from workflows.step import Step, is_serious

# What a finding that comes back, or is reported again, does not have any more.
AFRESH: dict[str, Any] = {
    "fixed_by": None,
    "fixed_at": None,
    "on_spot": False,
    "reviewed_by": None,
    "reviewed_at": None,
    "review_count": 0,
    "closed_by": None,
    "closed_at": None,
    "referred_to": "",
    "reference": "",
    "enforcement_outcome": "",
    "enforcement_on": None,
}
# What the date of the open work item follows.
OF_THE_DATE = {"due_on", "confirmed_at", "severity", "rectification"}


def given(step: Step, *names: str) -> dict[str, str]:
    """The details of these names that were sent and are not blank."""
    return {name: str(step.details[name]).strip() for name in names if str(step.details.get(name, "")).strip()}


def save_record(step: Step, **values: Any) -> Finding:
    """Write fields of the finding's record, with who and why in its history; the open work item follows a new limit."""
    finding: Any = step.case.finding
    check_lengths(values)
    if values:
        for name, value in values.items():
            setattr(finding, name, value)
        sign(finding, step.actor.user, step.at, step.verb)
        finding.save(update_fields=list(values))
    if OF_THE_DATE & values.keys():
        follow_limit(step)
    record: Finding = finding
    return record


def check_lengths(values: dict[str, Any]) -> None:
    """Refuse a text that its column cannot hold, before the database does."""
    faults = {}
    for name, value in values.items():
        limit = getattr(Finding._meta.get_field(name), "max_length", None)
        if limit and isinstance(value, str) and len(value) > limit:
            faults[name] = [_("Keep this under %(limit)d characters.") % {"limit": limit}]
    if faults:
        raise Invalid("too_long", _("Some of the text is too long."), faults=faults)


def follow_limit(step: Step) -> None:
    """Give the open work item the date that follows from the record as it now is, as a revision of its date."""
    item = step.item
    if item is None or item.pk is None:
        return
    node, code = item.flow_task, item.flow_task.rule_of(step)
    if code != item.due_rule or step.edition.deadlines[code].kind == "record":
        date = step.due(node)
        if (date.at, code) != (item.due_at, item.due_rule):
            step.move_due(item, date, code)
    if item.role:
        follow_severity(step, item)


def follow_severity(step: Step, item: WorkItem) -> None:
    """The ladder that goes with the severity, on the same date: a revision of it, so that its rungs fire."""
    rule = step.edition.deadlines[item.due_rule]
    changes = item.ladder != step.edition.ladder_code(rule, serious=is_serious(step.case))
    if changes and item.due_at is not None:
        step.move_due(item, Due(local_date(item.due_at), list(item.due_trace)))


def limit_of(finding: Finding) -> Due:
    """The finding's own limit (整改时限) with the steps that led to it."""
    if finding.due_on is None:
        return Due(None)
    return known(finding.due_on, finding.due_trace)


def limit_fields(limit: Due) -> dict[str, Any]:
    """The limit as the record's fields."""
    return {"due_on": limit.on, "due_trace": limit.trace}


def remaining_limit(step: Step, finding: Finding, stopped_at: dt.datetime | None) -> Due:
    """The limit of a finding that comes back: its remainder, or the edition's limit where it had none."""
    today = local_date(step.at)
    rule = step.edition.deadlines["rectify"]
    if finding.due_on is None:
        return counted(today, rule.days, step.calendar)
    stopped_on = local_date(stopped_at) if stopped_at else today
    before = limit_of(finding)
    if before.on is not None and before.on >= today:
        before = replayed(rule, before.trace, step.calendar)
    return resumed(rule, before, stopped_on=stopped_on, resumed_on=today, calendar=step.calendar)


def proof(case: Case) -> models.QuerySet[Evidence]:
    """The files that show the state after rectification; for a fix on the spot those submitted with the item."""
    finding = case.finding
    shown = models.Q(case=case.pk, purpose=Evidence.Purpose.AFTER, removed_at=None)
    if finding.on_spot:
        of_item = models.Q(case=finding.cycle_id, item_code=finding.item_code, purpose=Evidence.Purpose.SELF_CHECK)
        shown |= of_item & submitted()
    return Evidence.objects.filter(shown)


def check_closable(step: Step, finding: Finding) -> None:
    """Refuse to close without verification or evidence, or by the person who rectified (design, Rectification)."""
    if finding.confirmed_at is None:
        raise Conflict("not_verified_yet", _("The county’s verification has not confirmed this finding yet."))
    if finding.fixed_by_id in step.in_the_name_of:
        raise Conflict("closer_is_rectifier", _("The person who rectified a finding cannot close it."))
    if not proof(step.case).exists():
        raise Conflict("no_evidence", _("There is no evidence of the state after rectification."))
