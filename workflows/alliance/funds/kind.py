"""The life of a fund: in use → accounted → checked, or objected until the findings are settled (专项经费; plan, 4 (3)).

The commission allocates it, the holder accounts for each payment, the finance bureau checks.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from viewflow import this
from viewflow.workflow import flow

from cases.editions.alliance import CODE as PROGRAMME
from cases.errors import Invalid
from cases.models import Case, CaseParty, Fund, OrgUnit, WorkItem
from cases.roles import Role
from cases.saving import sign
from workflows.alliance.funds.misuse import object_to
from workflows.alliance.funds.states import State
from workflows.alliance.funds.uses import HOLDER, UseVerbs, spent
from workflows.alliance.naming import holders
from workflows.alliance.words import SPENT
from workflows.common import ItemVerbs, not_claimed_by_another
from workflows.extension.asking import ExtensionVerbs
from workflows.holding import HoldVerbs
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Gate, Task, Wait
from workflows.nudging import NudgeVerbs
from workflows.rules import verb
from workflows.step import Step
from workflows.supervision.opening import SuperviseVerbs

BUREAU = "party:finance"
LONGEST = 4000
__all__ = ["FUND", "FundCase", "FundFlow", "State"]


class FundCase(UseVerbs, ExtensionVerbs, HoldVerbs, SuperviseVerbs, NudgeVerbs, ItemVerbs, Case):
    """Money given for a purpose as a case of the city’s commission; holder and bureau are its parties."""

    fund: Fund

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Fund")
        verbose_name_plural = gettext_lazy("Funds")

    @verb(
        label=pgettext_lazy("fund", "Account for the use"),
        source=State.IN_USE,
        target=State.ACCOUNTED,
        permission=HOLDER,
    )
    def account(self, step: Step) -> None:
        """The holder says how the money was used; every payment is there with its voucher."""
        _save(step, "report", _("Write how the money was used."))
        step.facts = {"amount": str(self.fund.amount), "spent": str(spent(self.fund))}

    @verb(
        label=pgettext_lazy("fund", "Return the account"),
        source=State.ACCOUNTED,
        target=State.IN_USE,
        permission=BUREAU,
        back=True,
        reason=True,
    )
    def return_(self, step: Step) -> None:
        """Something is missing: the holder completes the payments or the account."""
        not_claimed_by_another(step)

    @verb(
        label=pgettext_lazy("fund", "Find it used as intended"),
        source=State.ACCOUNTED,
        target=State.CHECKED,
        permission=BUREAU,
    )
    def pass_check(self, step: Step) -> None:
        """The bureau's opinion ends the case; the scorecard's row on funds can rest on it."""
        _save(step, "opinion", _("Write the opinion."))

    @verb(
        label=pgettext_lazy("fund", "Object to the use"),
        source=State.ACCOUNTED,
        target=State.OBJECTED,
        permission=BUREAU,
        reason=True,
    )
    def object_use(self, step: Step) -> None:
        """Money used otherwise is a finding, which the holder rectifies and the bureau closes."""
        object_to(step, self.fund, [int(key) for key in step.details.get("uses") or ()])

    @verb(label=pgettext_lazy("fund", "Findings settled"), source=State.OBJECTED, target=State.CHECKED)
    def settle(self, step: Step) -> None:
        """The last finding on the use was closed."""


def _save(step: Step, name: str, missing: str) -> None:
    case: Any = step.case
    text = str(step.details.get(name) or "").strip()
    if not text:
        raise Invalid(f"{name}_missing", missing, faults={name: [missing]})
    if len(text) > LONGEST:
        message = _("Keep this under %(limit)d characters.") % {"limit": LONGEST}
        raise Invalid("too_long", message, faults={name: [message]})
    setattr(case.fund, name, text)
    sign(case.fund, step.person, step.at, step.verb)
    case.fund.save(update_fields=[name])


def holder_seat(case: Case) -> tuple[int, str]:
    """The office that uses the money: a lead hospital's or a guidance centre's."""
    holder = case.fund.holder
    centre = holder.kind == OrgUnit.Kind.GUIDANCE_CENTRE
    return holder.pk, Role.CENTRE_OFFICER if centre else Role.ALLIANCE_OFFICER


def bureau_seat(case: Case) -> tuple[int, str]:
    """The finance bureau that checks."""
    party = CaseParty.objects.filter(case=case.pk, part="finance").latest("pk")
    return party.unit_id or 0, Role.FINANCE_OFFICER


class FundFlow(flow.Flow):
    """Money given for a purpose"""

    process_class = FundCase
    task_class = WorkItem
    process_title = gettext_lazy("Money given for a purpose")

    start = Begin().Next(this.use)
    use = Task(
        title=gettext_lazy("Enter the payments and account for the use"),
        state=State.IN_USE,
        role=(Role.ALLIANCE_OFFICER, Role.CENTRE_OFFICER),
        permission=HOLDER,
        deadline="fund_account",
        seat=holder_seat,
    ).Next(this.check)
    check = Task(
        title=gettext_lazy("Check how the money was used"),
        state=State.ACCOUNTED,
        role=Role.FINANCE_OFFICER,
        permission=BUREAU,
        deadline="fund_check",
        seat=bureau_seat,
    ).Next(this.is_misused)
    is_misused = Gate(State.OBJECTED).Then(this.wait).Else(this.end)
    wait = Wait(
        title=gettext_lazy("Wait until the findings are settled"), state=State.OBJECTED, deadline="fund_findings"
    ).Next(this.end)
    end = Finish()


FUND = register(
    Kind(
        code="fund",
        programme=PROGRAMME,
        label=gettext_lazy("Fund"),
        model=FundCase,
        flow=FundFlow,
        states=State,
        initial=State.IN_USE,
        finals=frozenset({State.CHECKED}),
        page=lambda case: reverse("fund", args=[case.pk]),
        about=holders,
        work=SPENT,
        section="funds",
        record="fund",
    )
)
