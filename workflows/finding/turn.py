"""What the viewer may do with a finding now, and otherwise whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.models import Finding, WorkItem
from workflows.finding.kind import State
from workflows.finding.record import proof
from workflows.step import holder_of
from workflows.web import possible_verbs

OFFERED = ("start", "fix", "withdraw", "close", "approve_closing", "return_", "refer", "reopen")
ITEM_VERBS = ("claim", "release", "hand_over")
OF_THE_TURN = ("start", "fix", "close", "approve_closing", "return_")


@dataclass(frozen=True)
class Turn:
    """The verbs on offer, and why the obvious one is missing."""

    verbs: frozenset[str]
    hindrance: str = ""

    @property
    def rectifying(self) -> bool:
        return "fix" in self.verbs

    @property
    def reviewing(self) -> bool:
        return bool(self.verbs & {"close", "approve_closing", "return_"})


def turn_of(request: HttpRequest, viewer: Viewer, finding: Finding, item: WorkItem | None) -> Turn:
    """The verbs that grants, state and the record allow; the engine checks again when one is performed."""
    verbs = {verb.name for verb in possible_verbs(request, finding.case, item)} & {*OFFERED, *ITEM_VERBS}
    if item is not None:
        if not viewer.can(item.flow_task.permission, finding.case.unit):
            verbs -= set(OF_THE_TURN)
        if item.owner_id not in (None, viewer.user.pk) and not viewer.stands_in_for_owner(item):
            verbs -= {*OF_THE_TURN, *ITEM_VERBS} if holder_of(item, viewer.at) else {"release"}
        else:
            verbs.discard("claim" if item.owner_id else "release")
    if "withdraw" in verbs and not _may_withdraw(viewer, item):
        verbs.discard("withdraw")
    hindrance = ""
    if verbs & {"close", "approve_closing"}:
        hindrance = why_not_closable(viewer, finding, item)
    if hindrance:
        verbs -= {"close", "approve_closing"}
    return Turn(frozenset(verbs), hindrance)


def _may_withdraw(viewer: Viewer, item: WorkItem | None) -> bool:
    submitted = item.after if item is not None and item.owner_id is None else None
    return submitted is not None and submitted.done_by_id == viewer.user.pk


def why_not_closable(viewer: Viewer, finding: Finding, item: WorkItem | None) -> str:
    """Why this person cannot close the finding now; empty where they can."""
    if finding.confirmed_at is None:
        return _("The county’s verification has not confirmed this finding yet.")
    if finding.fixed_by_id == viewer.user.pk:
        return _("The person who rectified a finding cannot close it.")
    reviewed = item.after if item is not None and finding.case.state == State.CLOSING else None
    if reviewed is not None and reviewed.done_by_id == viewer.user.pk:
        return _("The person who passed the review cannot approve it too.")
    if not proof(finding.case).exists():
        return _("There is no evidence of the state after rectification.")
    return ""


def whose_turn(item: WorkItem | None) -> dict[str, Any]:
    """Who has to act and by when, for everybody to read."""
    if item is None or not item.role:
        return {}
    return {
        "task": item.flow_task.task_title,
        "unit": item.unit,
        "role": item.get_role_display(),
        "person": item.owner,
        "due_at": item.due_at,
    }
