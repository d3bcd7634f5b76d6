"""The life of a pilot from application to outcome (pilot plan, part 3).

applied 已申报 → selected 已确定 → practice 实践中 → reporting → scoring → joint → countersigning → exchange →
deciding → promoted 推广; or extended (back to practice), stopped, declined, withdrawn. What filings, columns and
referrals do when a pilot takes a step stands with them (``workflows.alliance.hooks``).
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from viewflow import this
from viewflow.workflow import flow

from cases.clock import local_date
from cases.deadlines import Due, named
from cases.editions.alliance import CODE
from cases.errors import WrongRole
from cases.models import Case, Pilot, WorkItem
from cases.roles import Role
from workflows.alliance import joining
from workflows.alliance.agreements import AgreementVerbs
from workflows.alliance.committee.verbs import CommitteeVerbs
from workflows.alliance.deciding import (
    exchange_details,
    extension_of,
    finance_seat,
    lead_seat,
    require_begun,
    save_record,
    text_of,
)
from workflows.alliance.filing.opening import FilingVerbs
from workflows.alliance.hooks import ENDING, follow_up, prepare
from workflows.alliance.membership import composition_faults, hold_units, require_sound
from workflows.alliance.naming import alliances
from workflows.alliance.opening import PILOT as KIND
from workflows.alliance.programme import close_when_over
from workflows.alliance.registers.verbs import RegisterVerbs
from workflows.alliance.scoring import confirming  # noqa: F401 - what columns do when a pilot takes a step
from workflows.alliance.states import FINALS, LIVE, RUNNING, State
from workflows.alliance.summary import keep_report
from workflows.alliance.survey.verbs import SurveyVerbs
from workflows.alliance.words import PILOTS
from workflows.common import ItemVerbs
from workflows.extension.asking import ExtensionVerbs
from workflows.holding import HoldVerbs
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Task, Wait
from workflows.nudging import NudgeVerbs
from workflows.rules import verb
from workflows.step import Step
from workflows.supervision.opening import SuperviseVerbs

LEAD = "party:lead"
JOINING = (State.APPLIED, State.SELECTED, State.PRACTICE)


class PilotCase(
    AgreementVerbs,
    SurveyVerbs,
    RegisterVerbs,
    CommitteeVerbs,
    FilingVerbs,
    ExtensionVerbs,
    HoldVerbs,
    SuperviseVerbs,
    NudgeVerbs,
    ItemVerbs,
    Case,
):
    """An alliance as a case of the city; hospital, members, districts and finance bureau are its parties."""

    pilot: Pilot

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Alliance pilot")
        verbose_name_plural = gettext_lazy("Alliance pilots")

    @verb(
        label=pgettext_lazy("pilot", "Select"),
        source=State.APPLIED,
        target=State.SELECTED,
        permission="decide_pilots",
    )
    def select(self, step: Step) -> None:
        """确定试点项目单位: an alliance made up as the plan says; its filings begin."""
        units = self.pilot.memberships.values_list("unit", flat=True)
        hold_units(units)
        require_sound(composition_faults(self.pilot, local_date(step.at)))
        follow_up(step)

    @verb(
        label=pgettext_lazy("pilot", "Decline"),
        source=State.APPLIED,
        target=State.DECLINED,
        permission="decide_pilots",
        back=True,
        reason=True,
    )
    def decline(self, step: Step) -> None:
        """With the reason, which the applicant reads."""

    @verb(
        label=pgettext_lazy("pilot", "Withdraw"),
        source=(State.APPLIED, State.SELECTED),
        target=State.WITHDRAWN,
        permission=(LEAD, "party:district"),
        back=True,
        reason=True,
    )
    def withdraw(self, step: Step) -> None:
        """Taking part is voluntary (自愿原则): whoever applied takes it back before the practice begins."""
        if step.grant is None or step.grant.unit_id != self.pilot.applicant_id:
            raise WrongRole(
                "wrong_role",
                _("Your role does not include this action."),
                hint=_("Whoever applied or nominated withdraws it."),
            )
        self._end(step)

    @verb(
        label=pgettext_lazy("pilot", "Admit a member"),
        source=JOINING,
        permission=LEAD,
        system=True,
    )
    def admit(self, step: Step) -> None:
        """By agreement, in one of the tiers of the alliance's structure."""
        joining.admit_member(step, self.pilot)
        follow_up(step)

    @verb(
        label=pgettext_lazy("pilot", "End a membership"),
        source=LIVE,
        permission=(LEAD, "party:member"),
        reason=True,
    )
    def end_membership(self, step: Step) -> None:
        """By the lead hospital, or by the member itself."""
        joining.end_membership(step, self.pilot)
        follow_up(step)

    @verb(
        label=pgettext_lazy("pilot", "Name the contact"),
        source=LIVE,
        permission=(LEAD, "party:member"),
    )
    def name_contact(self, step: Step) -> None:
        """落实专门机构和人员负责双向转诊工作 (part 2 (2) 2)."""
        joining.name_contact(step, self.pilot)

    @verb(
        label=pgettext_lazy("pilot", "Set up the working group"),
        source=(State.SELECTED, State.PRACTICE),
        permission=LEAD,
    )
    def set_up_group(self, step: Step) -> None:
        """建立相关工作小组 (part 3 (2)): who it is made of and who leads it."""
        text = text_of(step, "working_group", _("Say who belongs to the working group, and who leads it."))
        save_record(step, self.pilot, working_group=text)

    @verb(
        label=pgettext_lazy("pilot", "Begin the practice"),
        source=State.SELECTED,
        target=State.PRACTICE,
        permission=LEAD,
        system=True,
    )
    def begin_practice(self, step: Step) -> None:
        """On the first day of the phase: the clock does it, filed or not; the lead may where the clock stands."""
        require_begun(self.pilot, "practice", local_date(step.at))
        follow_up(step)

    @verb(
        label=pgettext_lazy("pilot", "Begin the evaluation"),
        source=State.PRACTICE,
        target=State.REPORTING,
        permission=LEAD,
        system=True,
    )
    def begin_evaluation(self, step: Step) -> None:
        """On the day after the practice, which is later for a pilot that was extended."""
        require_begun(self.pilot, "evaluation", local_date(step.at))
        follow_up(step)

    @verb(
        label=pgettext_lazy("pilot", "Report"),
        source=State.REPORTING,
        target=State.SCORING,
        permission=LEAD,
    )
    def report(self, step: Step) -> None:
        """形成总结报告上报市卫生健康委: the scoring begins with it, one column for each of those who score."""
        prepare(step)
        keep_report(step, self.pilot)
        follow_up(step)

    @verb(label=pgettext_lazy("pilot", "Columns complete"), source=State.SCORING, target=State.JOINT)
    def columns_done(self, step: Step) -> None:
        """By the step that submitted the last column."""

    @verb(
        label=pgettext_lazy("pilot", "Return a column"),
        source=State.JOINT,
        target=State.SCORING,
        permission="run_pilots",
        back=True,
        reason=True,
    )
    def return_column(self, step: Step) -> None:
        """One of the columns is scored again before the joint score is fixed."""
        follow_up(step)

    @verb(
        label=pgettext_lazy("pilot", "Fix the joint score"),
        source=State.JOINT,
        target=State.COUNTERSIGNING,
        permission="run_pilots",
    )
    def fix_score(self, step: Step) -> None:
        """市卫生健康委会同市财政局: the commission's half of the joint confirmation."""
        follow_up(step)

    @verb(
        label=pgettext_lazy("pilot", "Countersign"),
        source=State.COUNTERSIGNING,
        target=State.EXCHANGE,
        permission="party:finance",
    )
    def countersign(self, step: Step) -> None:
        """The finance bureau's half: the score is final."""
        follow_up(step)

    @verb(
        label=pgettext_lazy("pilot", "Object to the score"),
        source=State.COUNTERSIGNING,
        target=State.JOINT,
        permission="party:finance",
        back=True,
        reason=True,
    )
    def object_score(self, step: Step) -> None:
        """The bureau does not agree: the commission fixes the score anew."""
        follow_up(step)

    @verb(
        label=pgettext_lazy("pilot", "Hold the exchange meeting"),
        source=State.EXCHANGE,
        target=State.DECIDING,
        permission="run_pilots",
    )
    def hold_exchange(self, step: Step) -> None:
        """召开试点工作总结交流会."""
        values = exchange_details(step, self.pilot)
        save_record(step, self.pilot, **values)
        step.facts = {"on": values["exchange_on"].isoformat()}

    @verb(
        label=pgettext_lazy("pilot", "Promote"),
        source=State.DECIDING,
        target=State.PROMOTED,
        permission="decide_pilots",
    )
    def promote(self, step: Step) -> None:
        """对工作推进有力且取得显著成效的试点地区工作经验进行推广."""
        self._end(step)

    @verb(
        label=pgettext_lazy("pilot", "Extend the practice"),
        source=State.DECIDING,
        target=State.PRACTICE,
        permission="decide_pilots",
        back=True,
        reason=True,
    )
    def extend_practice(self, step: Step) -> None:
        """The pilot goes on until a later day, and is evaluated again then."""
        until = extension_of(step, self.pilot)
        save_record(step, self.pilot, extended_until=until, scored_at=None, total=None)
        step.facts = {"until": until.isoformat()}
        follow_up(step)

    @verb(
        label=pgettext_lazy("pilot", "Stop"),
        source=RUNNING,
        target=State.STOPPED,
        permission="decide_pilots",
        back=True,
        reason=True,
        on_hold=True,
    )
    def stop(self, step: Step) -> None:
        """The commission ends a pilot without promoting it, on hold or not; what is open below it ends, too."""
        self._end(step)

    @verb(
        label=pgettext_lazy("pilot", "Publish the experience"),
        source=State.PROMOTED,
        permission="run_pilots",
    )
    def publish_experience(self, step: Step) -> None:
        """Read by everybody of the city and its region; a later text replaces an earlier one."""
        text = text_of(step, "experience", _("Write down the experience."))
        save_record(step, self.pilot, experience=text, published_at=step.at)

    def _end(self, step: Step) -> None:
        follow_up(step)
        follow_up(step, ENDING)
        close_when_over(step)


def practice_until(step: Step) -> Due | None:
    """The last day of an extended practice; the edition's phase says the rest."""
    case: Any = step.case
    until = case.pilot.extended_until
    return named(until, "commission") if until is not None else None


class PilotFlow(flow.Flow):
    """An alliance pilot from application to outcome"""

    process_class = PilotCase
    task_class = WorkItem
    process_title = gettext_lazy("An alliance pilot from application to outcome")

    start = Begin().Next(this.choose)
    choose = Task(
        title=gettext_lazy("Select the pilot, or decline it"),
        state=State.APPLIED,
        role=Role.PREFECTURE_HEAD,
        permission="decide_pilots",
        deadline="pilot_selection",
    ).Next(this.prepare)
    prepare = Task(
        title=gettext_lazy("Set up the working group, file plan and agreement"),
        state=State.SELECTED,
        role=Role.ALLIANCE_OFFICER,
        permission=LEAD,
        deadline="pilot_start",
        seat=lead_seat,
    ).Next(this.practise)
    practise = Task(
        title=gettext_lazy("Carry out the pilot"),
        state=State.PRACTICE,
        role=Role.ALLIANCE_OFFICER,
        permission=LEAD,
        deadline="pilot_practice",
        due_date=practice_until,
        seat=lead_seat,
    ).Next(this.sum_up)
    sum_up = Task(
        title=gettext_lazy("Send in the summary report"),
        state=State.REPORTING,
        role=Role.ALLIANCE_OFFICER,
        permission=LEAD,
        deadline="pilot_report",
        seat=lead_seat,
    ).Next(this.score)
    score = Wait(
        title=gettext_lazy("While the columns are scored"), state=State.SCORING, deadline="pilot_columns"
    ).Next(this.join)
    join = Task(
        title=gettext_lazy("Fix the joint score"),
        state=State.JOINT,
        role=Role.PREFECTURE_OFFICER,
        permission="run_pilots",
        deadline="pilot_joint_score",
    ).Next(this.countersign)
    countersign = Task(
        title=gettext_lazy("Countersign the score"),
        state=State.COUNTERSIGNING,
        role=Role.FINANCE_OFFICER,
        permission="party:finance",
        deadline="pilot_countersignature",
        seat=finance_seat,
    ).Next(this.exchange)
    exchange = Task(
        title=gettext_lazy("Hold the exchange meeting"),
        state=State.EXCHANGE,
        role=Role.PREFECTURE_OFFICER,
        permission="run_pilots",
        deadline="pilot_exchange",
    ).Next(this.decide)
    decide = Task(
        title=gettext_lazy("Decide on the pilot"),
        state=State.DECIDING,
        role=Role.PREFECTURE_HEAD,
        permission="decide_pilots",
        deadline="pilot_decision",
    ).Next(this.end)
    end = Finish()


PILOT = register(
    Kind(
        code=KIND,
        programme=CODE,
        label=gettext_lazy("Alliance pilot"),
        model=PilotCase,
        flow=PilotFlow,
        states=State,
        initial=State.APPLIED,
        finals=FINALS,
        page=lambda case: reverse("pilot", args=[case.pk]),
        about=alliances,
        work=PILOTS,
        section="pilots",
        record="pilot",
    )
)
