"""The life of a visit: visiting → delivered → concluding → concluded, or cancelled (实地抽查; part 3 (3)).

The team assesses, the institution's head signs or replies (陈述意见), the team concludes; nothing is approved because
somebody was silent: where the date has passed, the team goes on and the record says that no answer came.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from viewflow import this
from viewflow.workflow import flow

from cases.clock import local_date
from cases.editions.quality import CODE as PROGRAMME
from cases.errors import Conflict, Invalid, WrongRole
from cases.models import Case, Visit, WorkItem
from cases.roles import PARTY_ROLES, Role
from cases.wording import cdate
from workflows.common import ItemVerbs, by_the_same_person, not_claimed_by_another
from workflows.engine import cascade, lock
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Task
from workflows.rules import verb
from workflows.spot_check.states import State as Organising
from workflows.step import Step
from workflows.visit import assessing, concluding
from workflows.visit.record import assessed, digest_of, expert_role, organiser, save_record

EXPERT = "party:expert"
LONGEST = 4000
WITHDRAW = gettext_lazy("Withdraw")


class State(models.TextChoices):
    VISITING = "visiting", pgettext_lazy("visit", "With the team")
    DELIVERED = "delivered", pgettext_lazy("visit", "Awaiting signature or reply")
    CONCLUDING = "concluding", pgettext_lazy("visit", "Awaiting conclusion")
    CONCLUDED = "concluded", pgettext_lazy("visit", "Concluded")
    CANCELLED = "cancelled", pgettext_lazy("visit", "Cancelled")


LIVE = (State.VISITING, State.DELIVERED, State.CONCLUDING)


class VisitCase(ItemVerbs, Case):
    """A team’s visit to one institution as a case; its experts are its parties."""

    visit: Visit

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Visit")
        verbose_name_plural = gettext_lazy("Visits")

    @verb(label=pgettext_lazy("visit", "Assign the team"), source=LIVE)
    def assign(self, step: Step) -> None:
        """The organiser has named who goes; the step of the spot-check calls this, so that the experts hear of it."""
        step.facts = {"experts": list(step.details.get("experts", ()))}

    @verb(
        label=pgettext_lazy("visit", "Deliver the assessment"),
        source=State.VISITING,
        target=State.DELIVERED,
        permission=EXPERT,
    )
    def deliver(self, step: Step) -> None:
        """Complete, with the version of the self-check that lay before the team; the right of reply begins anew."""
        record, rows = self.visit, assessed(self.visit)
        faults = assessing.delivery_faults(record, rows, step.edition.items, on=local_date(step.at))
        if faults or record.visited_on is None:
            raise Invalid(
                "assessment_incomplete",
                _("The assessment is not complete: %(count)d places need attention.") % {"count": len(faults)},
                hint=_("Each place is listed with a link to it."),
                faults=faults,
            )
        version = assessing.version_before(record, record.visited_on)
        afresh: dict[str, Any] = {"reply": "", "signed_by": None, "signed_at": None}
        save_record(step, submission=version, delivered_at=step.at, **afresh)
        looked = sum(bool(row.status) for row in rows)
        problems = len(concluding.problems_of(rows))
        step.facts = {"digest": digest_of(record, rows), "items": looked, "problems": problems}

    @verb(
        label=pgettext_lazy("visit", "Sign"),
        source=State.DELIVERED,
        target=State.CONCLUDING,
        permission="confirm",
    )
    def sign(self, step: Step) -> None:
        """The institution's head has read the assessment and signs it as it was delivered."""
        save_record(step, signed_by=step.person, signed_at=step.at, reply="")
        step.facts = {"digest": digest_of(self.visit, assessed(self.visit))}

    @verb(
        label=pgettext_lazy("visit", "Reply"),
        source=State.DELIVERED,
        target=State.CONCLUDING,
        permission="confirm",
    )
    def reply(self, step: Step) -> None:
        """The institution's head states the institution's view instead of signing (陈述意见)."""
        text = _text_of(step, "reply", _("Write the institution’s reply."))
        save_record(step, reply=text, signed_by=None, signed_at=None)
        step.facts = {"digest": digest_of(self.visit, assessed(self.visit))}

    @verb(
        label=pgettext_lazy("visit", "Go on without a reply"),
        source=State.DELIVERED,
        target=State.CONCLUDING,
        permission=EXPERT,
        back=True,
    )
    def proceed(self, step: Step) -> None:
        """After the institution's date has passed; the record says that neither signature nor reply came."""
        item = step.item
        if item is not None and item.due_at is not None and step.at <= item.due_at:
            raise Conflict(
                "reply_pending",
                _("The institution may sign or reply until %(day)s.") % {"day": cdate(item.due_at)},
                hint=_("After that day the team can conclude without a reply."),
            )
        step.facts = {"no_reply_by": local_date(item.due_at).isoformat() if item and item.due_at else None}

    @verb(
        label=pgettext_lazy("visit", "Conclude"),
        source=State.CONCLUDING,
        target=State.CONCLUDED,
        permission=EXPERT,
    )
    def conclude(self, step: Step) -> None:
        """With the team's conclusion; its problems come onto the ledger with their source."""
        text = _text_of(step, "conclusion", _("Write the conclusion."))
        save_record(step, conclusion=text, concluded_at=step.at)
        concluding.put_on_ledger(step, self.visit)

    @verb(
        label=pgettext_lazy("visit", "Assess again"),
        source=State.CONCLUDING,
        target=State.VISITING,
        permission=EXPERT,
        back=True,
        reason=True,
    )
    def reassess(self, step: Step) -> None:
        """The reply was right in something: the team corrects its assessment and delivers it once more."""
        not_claimed_by_another(step)
        save_record(step, delivered_at=None)

    @verb(label=WITHDRAW, source=State.DELIVERED, target=State.VISITING, permission=(EXPERT, "confirm"), back=True)
    @verb(label=WITHDRAW, source=State.CONCLUDING, target=State.DELIVERED, permission=(EXPERT, "confirm"), back=True)
    def withdraw(self, step: Step) -> None:
        """By the one who delivered, signed or replied, while nobody has acted on it; a reply's text stays to go on."""
        by_the_same_person(step)
        if self.state == State.DELIVERED:
            save_record(step, delivered_at=None)
        else:
            save_record(step, signed_by=None, signed_at=None)

    @verb(
        label=pgettext_lazy("visit", "Cancel the visit"),
        source=LIVE,
        target=State.CANCELLED,
        permission="draw",
        back=True,
        reason=True,
    )
    def cancel(self, step: Step) -> None:
        """By the unit that organises the spot-check, also where it replaces the institution."""
        if step.actor.is_system:
            return
        unit = organiser(self).pk
        grants = step.actor.viewer(step.at).grants
        own = next((grant for grant in grants if grant.permission == "draw" and grant.unit_id == unit), None)
        if own is None:
            raise WrongRole(
                "wrong_role",
                _("Your role does not include this action."),
                hint=_("The unit that organises the spot-check cancels a visit."),
            )
        step.grant = own
        parent: Any = self.parent
        if parent.state == Organising.VISITING and not step.details.get("noted"):  # by a step of the spot-check itself
            cascade(step, lock(parent), "note_cancelled", visit=self.pk)


def _text_of(step: Step, name: str, missing: Any) -> str:
    """What was written; raises Invalid where it is nothing, or more than anybody reads."""
    text = str(step.details.get(name) or "").strip()
    if not text:
        raise Invalid(f"{name}_missing", missing, faults={name: [missing]})
    if len(text) > LONGEST:
        message = _("Keep this under %(limit)d characters.") % {"limit": LONGEST}
        raise Invalid("too_long", message, faults={name: [message]})
    return text


def team_seat(case: Case) -> tuple[int, str]:
    """The seat of the team: the experts of the region or nation whose spot-check it is."""
    return organiser(case).pk, expert_role(case)


def visits_until(step: Step) -> dt.date | None:
    """The last day that the plan of the spot-check names for its visits."""
    parent: Any = step.case.parent
    until: dt.date | None = parent.spot_check.visits_until
    return until


class VisitFlow(flow.Flow):
    """A visit to a drawn institution"""

    process_class = VisitCase
    task_class = WorkItem
    process_title = gettext_lazy("A visit to a drawn institution")

    start = Begin().Next(this.assess)
    assess = Task(
        title=gettext_lazy("Visit the institution and assess it"),
        state=State.VISITING,
        role=PARTY_ROLES,
        permission=EXPERT,
        deadline="visit",
        due_date=visits_until,
        seat=team_seat,
    ).Next(this.answer)
    answer = Task(
        title=gettext_lazy("Sign the assessment, or reply to it"),
        state=State.DELIVERED,
        role=Role.INSTITUTION_HEAD,
        permission="confirm",
        deadline="visit_reply",
    ).Next(this.sum_up)
    sum_up = Task(
        title=gettext_lazy("Conclude the visit"),
        state=State.CONCLUDING,
        role=PARTY_ROLES,
        permission=EXPERT,
        deadline="visit_conclusion",
        seat=team_seat,
    ).Next(this.end)
    end = Finish()


VISIT = register(
    Kind(
        code="visit",
        programme=PROGRAMME,
        label=gettext_lazy("Visit"),
        model=VisitCase,
        flow=VisitFlow,
        states=State,
        initial=State.VISITING,
        finals=frozenset({State.CONCLUDED, State.CANCELLED}),
        page=lambda case: reverse("visit", args=[case.pk]),
        record="visit",
    )
)
