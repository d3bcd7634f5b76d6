"""What a finding means for the cycle in which it was made: its last settled one verifies the cycle."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cases.errors import Conflict
from cases.models import Case
from workflows.common import on_hold
from workflows.engine import cascade, lock
from workflows.finding.states import LIVE
from workflows.kinds import kind_of
from workflows.step import Step


def cycle_of(step: Step) -> Case:
    """The cycle in which the finding was made; every finding has one."""
    cycle: Case = step.case.finding.cycle
    return cycle


def settle_cycle(step: Step) -> None:
    """Let the cycle become verified when this was its last finding that was not settled."""
    others = Case.objects.filter(parent=step.case.parent_id, kind="finding", state__in=LIVE).exclude(pk=step.case.pk)
    if others.exists():
        return
    cycle = lock(cycle_of(step))
    if _takes(cycle, "settle"):
        cascade(step, cycle, "settle")


def unsettle_cycle(step: Step) -> None:
    """Bring a verified cycle back to rectification; refuse where it is archived or cancelled."""
    cycle = lock(cycle_of(step))
    if cycle.held_at is not None:
        raise on_hold(cycle)
    if cycle.state in kind_of(cycle).finals:
        raise Conflict("cycle_is_over", _("The year’s cycle is archived or cancelled; reopen it first."))
    if _takes(cycle, "resume"):
        cascade(step, cycle, "resume")


def _takes(case: Case, verb: str) -> bool:
    """Whether the case that waits for its findings can take this step as it stands."""
    declared = kind_of(case).verbs.get(verb)
    return declared is not None and case.state in declared.sources
