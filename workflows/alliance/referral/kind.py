"""The life of a referral (双向转诊; pilot plan, part 2 (2) 2).

requested 待接收 → accepted 已接收 → arrived 已到院 → (down) informed 已交接 → closed 已办结; or declined 不予接收,
cancelled 已取消. The contacts of the two sides act; whoever sent a patient up says whether the three priorities
(三优先) were kept, because they were promised to that side. Open referrals outlive the end of a pilot: a patient is
under way.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_fsm import RETURN_VALUE
from viewflow import this
from viewflow.workflow import flow

from cases.deadlines import Due, due
from cases.editions.alliance import CODE
from cases.errors import Conflict
from cases.models import Case, Referral, WorkItem
from cases.personal import amend, note_unmasking
from cases.roles import Role
from cases.workdays import NATIONAL
from workflows.alliance.naming import alliances
from workflows.alliance.referral import record
from workflows.alliance.referral.states import FINALS, INFORMATION, KIND, RECEIVER, SENDER, State
from workflows.alliance.words import REFERRED
from workflows.common import ItemVerbs
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Gate, Task
from workflows.nudging import NudgeVerbs
from workflows.rules import verb
from workflows.step import Step

DOWN = Referral.Direction.DOWN
CONTACT = Role.REFERRAL_CONTACT


class ReferralCase(NudgeVerbs, ItemVerbs, Case):
    """A referral as a case of the city below its pilot; only the two sides are its parties.

    It is neither held with its pilot nor extended nor supervised: its limits in hours guard a patient under way.
    """

    referral: Referral

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Referral")
        verbose_name_plural = gettext_lazy("Referrals")

    @verb(label=pgettext_lazy("referral", "Send the request"), source=State.REQUESTED, permission=SENDER)
    def send(self, step: Step) -> None:
        """The step after the opening, by which the receiver's contact hears of it; once."""
        if self.events.filter(verb="send").exists():
            raise Conflict("sent_already", _("The request has been sent."))
        record_ = self.referral
        step.facts = {"direction": record_.direction, "sender": record_.sender_id, "receiver": record_.receiver_id}

    @verb(
        label=pgettext_lazy("referral", "Accept"),
        source=State.REQUESTED,
        target=State.ACCEPTED,
        permission=RECEIVER,
    )
    def accept(self, step: Step) -> None:
        """With department, bed and the time at which the patient can come."""
        values = record.acceptance(step, self.referral)
        record.save_record(step, self.referral, **values)
        step.facts = {"expected_at": values["expected_at"].isoformat()}

    @verb(
        label=pgettext_lazy("referral", "Decline"),
        source=State.REQUESTED,
        target=State.DECLINED,
        permission=RECEIVER,
        reason=True,
    )
    def decline(self, step: Step) -> None:
        """With the reason, which the sender reads."""
        self._end(step)

    @verb(
        label=pgettext_lazy("referral", "Cancel"),
        source=(State.REQUESTED, State.ACCEPTED),
        target=State.CANCELLED,
        permission=SENDER,
        back=True,
        reason=True,
    )
    def cancel(self, step: Step) -> None:
        """By the side that asked, until the patient has arrived."""
        self._end(step)

    @verb(
        label=pgettext_lazy("referral", "Confirm arrival"),
        source=State.ACCEPTED,
        target=State.ARRIVED,
        permission=RECEIVER,
    )
    def arrive(self, step: Step) -> None:
        """The patient has come."""
        record.save_record(step, self.referral, arrived_at=record.arrival(step, self.referral))

    @verb(
        label=pgettext_lazy("referral", "Hand over the information"),
        source=State.ARRIVED,
        target=State.INFORMED,
        permission=SENDER,
    )
    def inform(self, step: Step) -> None:
        """What was done in hospital and what follows, sealed with the patient; of a referral down."""
        if self.referral.direction != DOWN:
            raise Conflict(
                "not_of_a_referral_up",
                _("Discharge information belongs to a referral down (%(clause)s).") % {"clause": INFORMATION},
                hint=_("Record the three priorities and close it."),
            )
        amend(self.referral.patient, record.information(step), at=step.at)
        record.save_record(step, self.referral, informed_at=step.at)

    @verb(
        label=pgettext_lazy("referral", "Close"),
        source=(State.ARRIVED, State.INFORMED),
        target=RETURN_VALUE(State.CLOSED),
        permission="item",
    )
    def close(self, step: Step) -> str:
        """Up: by the sender, with the three priorities. Down: by the receiver, once it has the information."""
        values: dict[str, Any] = {}
        if self.referral.direction != DOWN:
            values = record.priorities(step, self.referral)
        elif self.state == State.ARRIVED:
            raise Conflict(
                "information_missing",
                _("The hospital hands over discharge information and follow-up plan first (%(clause)s).")
                % {"clause": INFORMATION},
                hint=_("Hand over the information; the receiver closes the referral then."),
            )
        values |= {"outcome": record.outcome(step), "closed_at": step.at}
        record.save_record(step, self.referral, **values)
        record.keep_from_now(step, self.referral)
        step.facts = {"outcome": values["outcome"], **({} if self.referral.direction == DOWN else _kept(values))}
        return State.CLOSED

    @verb(
        label=pgettext_lazy("referral", "Show personal data"),
        source="*",
        permission=(SENDER, RECEIVER),
        reason=True,
        deliver=False,
    )
    def unmask(self, step: Step) -> None:
        """By a contact or the head of one of the two sides; the event names the patient by uid and nothing else."""
        record.refuse_naming(self.referral.patient, {"reason": step.reason})
        note_unmasking(step.facts, self.referral.patient)

    def _end(self, step: Step) -> None:
        record.refuse_naming(self.referral.patient, {"reason": step.reason})
        record.keep_from_now(step, self.referral)


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in values if name.endswith("_kept")}


def receiver_seat(case: Any) -> tuple[int, str]:
    return case.referral.receiver_id, CONTACT


def sender_seat(case: Any) -> tuple[int, str]:
    return case.referral.sender_id, CONTACT


def acceptance_rule(step: Step) -> str:
    """A patient who goes up is answered sooner (优先服务)."""
    case: Any = step.case
    return f"referral_acceptance_{case.referral.direction}"


def after_arrival_rule(step: Step) -> str:
    case: Any = step.case
    return "referral_information" if case.referral.direction == DOWN else "referral_closing"


def arrival_due(step: Step) -> Due:
    """Counted from the time agreed on, not from the acceptance."""
    case: Any = step.case
    rule = step.edition.deadlines["referral_arrival"]
    calendar = step.calendar if rule.kind == "working_days" else NATIONAL
    return due(step.edition, rule, year=case.year, start=case.referral.expected_at, calendar=calendar)


class ReferralFlow(flow.Flow):
    """A patient’s way between hospital and member"""

    process_class = ReferralCase
    task_class = WorkItem
    process_title = gettext_lazy("A patient’s way between hospital and member")

    start = Begin().Next(this.answer)
    answer = Task(
        title=gettext_lazy("Accept the patient, or decline with a reason"),
        state=State.REQUESTED,
        role=CONTACT,
        permission=RECEIVER,
        deadline="referral_acceptance_up",
        rule_for=acceptance_rule,
        seat=receiver_seat,
    ).Next(this.accepted)
    accepted = Gate(State.ACCEPTED).Then(this.receive).Else(this.end)
    receive = Task(
        title=gettext_lazy("Confirm that the patient has arrived"),
        state=State.ACCEPTED,
        role=CONTACT,
        permission=RECEIVER,
        deadline="referral_arrival",
        due_date=arrival_due,
        seat=receiver_seat,
    ).Next(this.follow)
    follow = Task(
        title=gettext_lazy("Hand over the information (down), or record the three priorities and close (up)"),
        state=State.ARRIVED,
        role=CONTACT,
        permission=SENDER,
        deadline="referral_information",
        rule_for=after_arrival_rule,
        seat=sender_seat,
    ).Next(this.informed)
    informed = Gate(State.INFORMED).Then(this.conclude).Else(this.end)
    conclude = Task(
        title=gettext_lazy("Take over the follow-up plan and close"),
        state=State.INFORMED,
        role=CONTACT,
        permission=RECEIVER,
        deadline="referral_closing",
        seat=receiver_seat,
    ).Next(this.end)
    end = Finish()


REFERRAL = register(
    Kind(
        code=KIND,
        programme=CODE,
        label=gettext_lazy("Referral"),
        model=ReferralCase,
        flow=ReferralFlow,
        states=State,
        initial=State.REQUESTED,
        finals=FINALS,
        page=lambda case: reverse("referral", args=[case.pk]),
        about=alliances,
        work=REFERRED,
        section="pilots",
        record="referral",
    )
)
