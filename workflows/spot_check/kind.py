"""The life of a spot-check: planning → visiting → concluded, or cancelled (part 3 (3): 组织专家开展抽查评估)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from viewflow import this
from viewflow.workflow import flow

from cases.clock import local_date
from cases.editions.quality import CODE as PROGRAMME
from cases.errors import Conflict, WrongRole
from cases.models import Case, OrgUnit, SpotCheck, Visit, WorkItem
from cases.roles import Role
from workflows.common import ItemVerbs
from workflows.engine import cascade, lock
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Task
from workflows.rules import verb
from workflows.spot_check import dates, drawing
from workflows.spot_check.planning import FIELDS, check_plan, save_record
from workflows.spot_check.states import LIVE, State
from workflows.spot_check.teams import set_team
from workflows.step import Step

OFFICERS = {OrgUnit.Kind.REGION: Role.REGION_OFFICER, OrgUnit.Kind.NATION: Role.NATION_OFFICER}


class SpotCheckCase(ItemVerbs, Case):
    """A region’s or the nation’s spot-check as a case; the visits are its children."""

    spot_check: SpotCheck

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Spot-check")
        verbose_name_plural = gettext_lazy("Spot-checks")

    @verb(
        label=pgettext_lazy("spot-check", "Change the plan"),
        source=State.PLANNING,
        permission="draw",
        deliver=False,
    )
    def revise(self, step: Step) -> None:
        """Before the draw only: what was drawn stays what was planned."""
        by_the_unit_itself(step)
        until = self.spot_check.visits_until
        for name, value in check_plan(step.details, local_date(step.at)).items():
            setattr(self.spot_check, name, value)
        save_record(self.spot_check, list(FIELDS), by=step.person, at=step.at, verb=step.verb)
        if step.item is not None and until != self.spot_check.visits_until:
            step.move_due(step.item, step.due(step.item.flow_task))
        step.facts = {"size": self.spot_check.size, "visits_until": str(self.spot_check.visits_until or "")}

    @verb(label=pgettext_lazy("spot-check", "Draw"), source=State.PLANNING, target=State.VISITING, permission="draw")
    def draw(self, step: Step) -> None:
        """Once, from a recorded seed, so that anyone can do it again (docs/sampling.md)."""
        by_the_unit_itself(step)
        drawing.draw_institutions(step, self.spot_check)

    @verb(
        label=pgettext_lazy("spot-check", "Assign the team"),
        source=State.VISITING,
        permission="draw",
        deliver=False,
    )
    def assign_team(self, step: Step) -> None:
        """Experts for one visit, the leader first; nobody checks their own."""
        by_the_unit_itself(step)
        visit = Visit.objects.select_related("case__unit").filter(case__parent=self.pk, case=step.details.get("visit"))
        record = visit.first()
        if record is None or record.case.finished is not None:
            raise Conflict("no_such_visit", _("This visit is over, or not part of the spot-check."))
        experts = list(step.details.get("experts", ()))
        set_team(step, record.case, experts)
        keys = [expert.pk for expert in experts]
        cascade(step, lock(record.case), "assign", experts=keys)
        step.facts = {"visit": record.pk, "experts": keys}
        dates.follow_on(step)

    @verb(
        label=pgettext_lazy("spot-check", "Replace"),
        source=State.VISITING,
        permission="draw",
        reason=True,
    )
    def replace(self, step: Step) -> None:
        """An institution that closed or cannot be visited gives way to the next in its stratum."""
        by_the_unit_itself(step)
        drawing.replace_institution(step, self.spot_check)
        dates.follow_on(step)

    @verb(label=gettext_lazy("Take note of a cancelled visit"), source=State.VISITING, deliver=False)
    def note_cancelled(self, step: Step) -> None:
        """A single visit was cancelled on its own page: nobody is to be sent there any more."""
        step.facts = {"visit": step.details["visit"]}
        dates.follow_on(step)

    @verb(
        label=pgettext_lazy("spot-check", "Conclude"),
        source=State.VISITING,
        target=State.CONCLUDED,
        permission="draw",
    )
    def conclude(self, step: Step) -> None:
        """Once every visit is concluded or cancelled."""
        by_the_unit_itself(step)
        running = drawing.visits_of(self).filter(finished=None).count()
        if running:
            words = ngettext("%(n)d visit is not concluded yet.", "%(n)d visits are not concluded yet.", running)
            raise Conflict(
                "visits_under_way",
                words % {"n": running},
                hint=_("Replace an institution that cannot be visited, with the reason."),
            )

    @verb(
        label=pgettext_lazy("spot-check", "Cancel the spot-check"),
        source=LIVE,
        target=State.CANCELLED,
        permission="draw",
        back=True,
        reason=True,
    )
    def cancel(self, step: Step) -> None:
        """With its visits that are not over; what was drawn and concluded stays on record."""
        by_the_unit_itself(step)
        drawing.cancel_visits(step)


def by_the_unit_itself(step: Step) -> None:
    """Refuse whoever holds the grant at a unit above: the nation does not draw for a region."""
    if step.grant is None or step.grant.unit_id != step.case.unit_id:
        raise WrongRole(
            "wrong_role",
            _("Your role does not include this action."),
            hint=_("The unit that organises the spot-check does this."),
        )


def officer_of(case: Case) -> tuple[int, str]:
    """The seat whose turn it is: the officer of the unit that organises the spot-check."""
    return case.unit_id, OFFICERS[OrgUnit.Kind(case.unit.kind)]


class SpotCheckFlow(flow.Flow):
    """A spot-check and its visits"""

    process_class = SpotCheckCase
    task_class = WorkItem
    process_title = gettext_lazy("A spot-check and its visits")

    start = Begin().Next(this.plan)
    plan = Task(
        title=gettext_lazy("Plan the spot-check and draw"),
        state=State.PLANNING,
        role=tuple(OFFICERS.values()),
        permission="draw",
        deadline="spot_check",
        due_date=dates.visits_until,
        seat=officer_of,
    ).Next(this.follow)
    follow = Task(
        title=gettext_lazy("Send out the teams and follow the visits"),
        state=State.VISITING,
        role=tuple(OFFICERS.values()),
        permission="draw",
        deadline=dates.VISITS,
        due_date=dates.follow_by,
        rule_for=dates.follow_rule,
        seat=officer_of,
    ).Next(this.end)
    end = Finish()


SPOT_CHECK = register(
    Kind(
        code="spot_check",
        programme=PROGRAMME,
        label=gettext_lazy("Spot-check"),
        model=SpotCheckCase,
        flow=SpotCheckFlow,
        states=State,
        initial=State.PLANNING,
        finals=frozenset({State.CONCLUDED, State.CANCELLED}),
        page=lambda case: reverse("spot_check", args=[case.pk]),
        record="spot_check",
    )
)
