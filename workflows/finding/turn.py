"""What the viewer may do with a finding now, and otherwise whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.clock import local_date
from cases.models import Finding, WorkItem
from workflows.finding.kind import State
from workflows.finding.planning import plan_needed
from workflows.finding.record import proof
from workflows.step import edition_of, holder_of
from workflows.web import possible_verbs

OFFERED = (
    "start",
    "fix",
    "withdraw",
    "submit_plan",
    "accept_plan",
    "return_plan",
    "note_progress",
    "close",
    "pass_review",
    "approve_closing",
    "return_",
    "grade",
    "refer",
    "record_outcome",
    "reopen",
)
ITEM_VERBS = ("claim", "release", "hand_over")
OF_THE_TURN = (
    "start",
    "fix",
    "submit_plan",
    "accept_plan",
    "return_plan",
    "close",
    "pass_review",
    "approve_closing",
    "return_",
)
TO_DECIDE = frozenset({"accept_plan", "return_plan", "close", "pass_review", "approve_closing", "return_"})


@dataclass(frozen=True)
class Turn:
    """The verbs on offer, and why the obvious one is missing."""

    verbs: frozenset[str]
    hindrance: str = ""

    @property
    def rectifying(self) -> bool:
        return "fix" in self.verbs

    @property
    def first_choice(self) -> str:
        """What the form of the review sends where no button says otherwise."""
        order = ("accept_plan", "approve_closing", "pass_review", "close", "return_plan", "return_")
        return next((verb for verb in order if verb in self.verbs), "return_")

    @property
    def reviewing(self) -> bool:
        return bool(self.verbs & TO_DECIDE)


def turn_of(request: HttpRequest, viewer: Viewer, finding: Finding, item: WorkItem | None) -> Turn:
    """The verbs that grants, state and the record allow; the engine checks again when one is performed."""
    verbs = {verb.name for verb in possible_verbs(request, finding.case, item)} & {*OFFERED, *ITEM_VERBS}
    if item is not None:
        if not viewer.may(item.flow_task.permission_for(item.role), finding.case):
            verbs -= set(OF_THE_TURN)
        if item.owner_id not in (None, viewer.user.pk) and not viewer.stands_in_for_owner(item):
            verbs -= {*OF_THE_TURN, *ITEM_VERBS} if holder_of(item, viewer.at) else {"release"}
        else:
            verbs.discard("claim" if item.owner_id else "release")
    verbs -= {"start", "fix"} if plan_needed(finding) else {"submit_plan"}
    if "withdraw" in verbs and not _may_withdraw(viewer, item):
        verbs.discard("withdraw")
    hindrance = ""
    if verbs & {"close", "approve_closing"}:
        hindrance = why_not_closable(viewer, finding, item)
    if hindrance:
        verbs -= {"close", "approve_closing"}
    if finding.case.state == State.CONTINUING and reviews_left(finding):
        verbs.discard("close")
    if "pass_review" in verbs and not hindrance:
        hindrance = why_not_reviewable(viewer, finding)
    if "accept_plan" in verbs and not _may_accept(viewer, item):
        hindrance = _("The person who submitted a plan cannot accept it.")
        verbs.discard("accept_plan")
    if hindrance:
        verbs.discard("pass_review")
    return Turn(frozenset(verbs), hindrance)


def _may_withdraw(viewer: Viewer, item: WorkItem | None) -> bool:
    submitted = item.after if item is not None and item.owner_id is None else None
    return submitted is not None and submitted.done_by_id == viewer.user.pk


def _may_accept(viewer: Viewer, item: WorkItem | None) -> bool:
    submitted = item.after if item is not None else None
    return submitted is None or submitted.done_by_id != viewer.user.pk


def reviews_left(finding: Finding) -> int:
    """How many periodic reviews have still to be passed before what is kept up can be closed."""
    return max(edition_of(finding.case).settings.continuing_reviews - finding.review_count, 0)


def why_not_reviewable(viewer: Viewer, finding: Finding) -> str:
    """Why this person cannot pass the periodic review now; empty where they can."""
    if finding.fixed_by_id == viewer.user.pk:
        return _("The person who rectified a finding cannot review it.")
    if finding.reviewed_at is not None and local_date(finding.reviewed_at) == viewer.on:
        return _("The finding has been reviewed today already.")
    return ""


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


def task_of(item: WorkItem) -> Any:
    """What has to be done; where a plan is owed first, that."""
    return _("Submit the rectification plan") if item.due_rule == "plan" else item.flow_task.task_title


def whose_turn(item: WorkItem | None) -> dict[str, Any]:
    """Who has to act and by when, for everybody to read."""
    if item is None or not item.role:
        return {}
    return {
        "task": task_of(item),
        "unit": item.unit,
        "role": item.get_role_display(),
        "person": item.owner,
        "due_at": item.due_at,
    }
