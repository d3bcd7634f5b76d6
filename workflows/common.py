"""Verbs that every kind of case has: who takes a work item, who gets it instead, by when (认领, 放回, 转办)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from viewflow.workflow.status import STATUS

from cases.access import Viewer
from cases.errors import Conflict, Invalid, WrongRole
from cases.models import Appointment, Case, WorkItem
from cases.roles import PARTY
from cases.wording import cdate
from workflows.dating import DateVerbs
from workflows.inspection.verbs import InspectVerbs
from workflows.readdressing import ReaddressVerbs
from workflows.rules import verb
from workflows.step import Step


class ItemVerbs(DateVerbs, ReaddressVerbs, InspectVerbs):
    """Claim, release and hand over the open work item, move its date, and send it on; the case stays where it is.

    A grant reaches down the tree, but the work is that of the unit where it waits: nobody above it takes it or gives
    it to somebody.
    """

    @verb(label=gettext_lazy("Claim"), source="*", permission="item", deliver=False)
    def claim(self, step: Step) -> None:
        item = open_item(step)
        by_the_units_own(step, item)
        holder = step.held_by_another
        if holder is not None or (item.owner_id is not None and item.owner == step.actor.user):
            raise Conflict("already_claimed", _("%(name)s has claimed this work item.") % {"name": item.owner})
        _give(step, item, step.actor.user)

    @verb(label=gettext_lazy("Release"), source="*", permission="item", deliver=False)
    def release(self, step: Step) -> None:
        item = open_item(step)
        if item.owner_id not in step.in_the_name_of:
            raise Conflict("not_yours", _("Only the person who claimed a work item can release it."))
        _give(step, item, None)

    @verb(label=gettext_lazy("Hand over"), source="*", permission="item")
    def hand_over(self, step: Step) -> None:
        """To a colleague with the same role at the same unit; the event says to whom."""
        item = open_item(step)
        by_the_units_own(step, item)
        if (holder := step.held_by_another) is not None:
            raise Conflict("not_yours", _("%(name)s has claimed this work item.") % {"name": holder})
        to: Any = step.details.get("to")
        seat = Appointment.objects.valid(step.actor.viewer(step.at).on).filter(
            user=to, unit=item.unit_id, role=item.role
        )
        permission = item.flow_task.permission_for(item.role)
        may = not permission.startswith(PARTY) or (to is not None and Viewer(to, step.at).may(permission, step.case))
        if to is None or not seat.exists() or not may:
            message = _("Choose a colleague who holds the same role at the same unit.")
            raise Invalid("not_a_colleague", message, faults={"to": [message]})
        _give(step, item, to)


def open_item(step: Step) -> WorkItem:
    """The case's open work item that a person has to act on."""
    if step.item is None or not step.item.role:
        raise Conflict("no_open_item", _("There is no open work item for this action."))
    return step.item


def by_the_units_own(step: Step, item: WorkItem) -> None:
    """Refuse whoever holds the grant at a unit above the one that has the work."""
    if step.grant is None or step.grant.unit_id != item.unit_id:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("The work belongs to %(unit)s; a level above can nudge it.") % {"unit": item.unit},
        )


def _give(step: Step, item: WorkItem, user: Any) -> None:
    item.owner = user
    item.assigned = step.at if user else None
    item.status = STATUS.ASSIGNED if user else STATUS.NEW
    step.change_item(item)
    step.facts = {"item": item.pk, "owner": user.pk if user else None}


def by_the_same_person(step: Step) -> None:
    """Refuse unless the actor is the one who finished the previous work item and nobody has claimed the next one."""
    item = step.item
    previous = item.after if item else None
    actor = step.actor.user
    if previous is None or actor is None or previous.done_by_id != actor.pk:
        raise Conflict("not_yours_to_withdraw", _("Only the person who submitted can withdraw."))
    if item is not None and item.owner_id is not None:
        raise Conflict("already_acted_on", _("Somebody has already acted on it; ask for it to be returned."))


def on_hold(case: Case) -> Conflict:
    """The refusal of whatever would move a case that is on hold: who stopped it, why, and what to do."""
    event = case.events.filter(verb="hold").select_related("actor", "appointment__unit").order_by("-seq").first()
    if event is None:
        return Conflict("on_hold", _("The case is on hold."), hint=_("It goes on once a superior has released it."))
    unit = event.appointment.unit if event.appointment is not None else ""
    words = {"name": event.actor or _("The system"), "unit": unit, "day": cdate(event.at), "reason": event.reason}
    return Conflict(
        "on_hold",
        _("%(name)s (%(unit)s) put the case on hold on %(day)s: %(reason)s") % words,
        hint=_("Nothing is lost and the clock stands still. Ask %(name)s to release it, then go on.") % words,
    )


def not_claimed_by_another(step: Step) -> None:
    """Whoever has claimed the work item does it, onward or back, as long as they still may."""
    if (holder := step.held_by_another) is not None:
        raise Conflict(
            "claimed_by_another",
            _("%(name)s has claimed this work item.") % {"name": holder},
            hint=_("Ask for it to be released or handed over."),
        )
