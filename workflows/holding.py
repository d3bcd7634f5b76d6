"""Putting a case on hold and releasing it (挂起、解除挂起): by a superior, with reason (design, Deadlines).

A hold shifts relative dates by the working days that it lasted; fixed days and windows never move, and what is late
against them stays late.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.deadlines import went_on
from cases.errors import Conflict
from cases.ladders import next_alarm
from cases.models import Case, Hold
from cases.saving import sign
from workflows.authority import require_superior
from workflows.dating import date_of
from workflows.engine import CONSEQUENCES, cascade, lock_many
from workflows.kinds import KINDS
from workflows.rules import verb
from workflows.step import Step

RELATIVE = ("working_days", "record", "hours")


class HoldVerbs:
    """Hold and release by a superior; what can be held under a case goes with it, as a cycle's live findings do."""

    held_at: dt.datetime | None

    @verb(label=gettext_lazy("Put on hold"), source="*", permission="oversee", reason=True)
    def hold(self, step: Step) -> None:
        """Nobody moves the case on until it is released, and no alarm sounds."""
        _begin(step)
        if self.held_at is not None:
            raise Conflict("already_on_hold", _("The case is on hold already."))
        self.held_at = step.at
        _save(Hold(case=step.case, since=step.at), step)
        for item in step.case.open_items:
            item.next_alarm_at = None
            step.change_date(item)
        for child in _children(step.case, held_at=None):
            cascade(step, child, "hold", reason=step.reason, together=True)
        _tell_whether_together(step)

    @verb(label=gettext_lazy("Release from hold"), source="*", permission="oversee")
    def release_hold(self, step: Step) -> None:
        """The clock runs on: what was left of a limit is left of it still."""
        _begin(step)
        since, parent = self.held_at, step.case.parent
        if since is None:
            raise Conflict("not_on_hold", _("The case is not on hold."))
        if parent is not None and parent.held_at is not None and not step.details.get("together"):
            message = _("The case that this one belongs to is on hold: %(case)s.") % {"case": parent}
            raise Conflict("parent_on_hold", message, hint=_("Release that one; what was held with it follows."))
        self.held_at = None
        _end(step, since)
        _go_on(step, since)
        for child in _children(step.case, held_at=since):
            cascade(step, child, "release_hold", reason=step.reason, together=True)
        _tell_whether_together(step)


def _begin(step: Step) -> None:
    """A case that is not over, held or released by a superior, or together with the one above it."""
    if step.case.finished is not None:
        raise Conflict("wrong_state", _("The case is over."))
    if not step.details.get("together"):
        require_superior(step)


def _children(case: Case, **held: Any) -> Iterable[Case]:
    """The live cases under a case that can be held, locked; their parent is locked already."""
    kinds = [code for code, kind in KINDS.items() if "hold" in kind.verbs]
    return lock_many(list(Case.objects.filter(parent=case.pk, kind__in=kinds, finished=None, **held)))


def _tell_whether_together(step: Step) -> None:
    if step.details.get("together"):
        step.facts = {"with": step.case.parent_id}


def _go_on(step: Step, since: dt.datetime) -> None:
    """Shift the open work's relative date, and let the alarms of a date that stays sound again from now on."""
    case: Any = step.case
    for item in case.open_items:
        if item.due_at is None:
            continue
        rule = step.edition.deadlines[item.due_rule]
        if rule.kind in RELATIVE:
            pause = {"stopped_at": max(since, item.created), "resumed_at": step.at}
            date = went_on(rule, date_of(item), calendar=step.calendar, cause="hold", **pause)
            if date.at != item.due_at:
                case.put_off(step, date)
                continue
        item.due_since = step.at
        item.next_alarm_at = next_alarm(step.edition.ladders.get(item.ladder), item.due_at, since=step.at)
        step.change_date(item)


def _end(step: Step, since: dt.datetime) -> None:
    hold = Hold.objects.get(case=step.case.pk, since=since, until=None)
    hold.until = step.at
    _save(hold, step)


def _save(hold: Any, step: Step) -> None:
    sign(hold, step.actor.user, step.at, step.reason or None)
    hold.save()


def end_holds(step: Step) -> None:
    """A case that has ended is not on hold any more (it was cancelled, or its finding dropped)."""
    for case in step.batch.changed.values():
        if case.held_at is not None and case.finished is not None:
            case.held_at = None
            hold = Hold.objects.get(case=case.pk, until=None)
            hold.until = step.at
            _save(hold, step)


CONSEQUENCES.append(end_holds)
