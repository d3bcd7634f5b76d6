"""The life of a typical case (典型案例) or good practice (好经验): county → prefecture → region → published.

Action plan, part 4 (3): typical cases and good practices are reported promptly. Who files, when, and that the region
publishes what it selects in a bulletin inside the system, is proposed here. Each level takes it on, sends it back or
declines it; nobody's silence does.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_fsm import RETURN_VALUE
from viewflow import this
from viewflow.workflow import flow

from cases.editions.quality import CODE as PROGRAMME
from cases.errors import Invalid, WrongRole
from cases.models import Case, OrgUnit, Practice, WorkItem
from cases.roles import Role
from cases.saving import sign
from cases.tree import STEP
from workflows.common import ItemVerbs, not_claimed_by_another
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Gate, Task
from workflows.rules import verb
from workflows.step import Step


class State(models.TextChoices):
    DRAFTING = "drafting", pgettext_lazy("practice", "Being written")
    COUNTY = "county", pgettext_lazy("practice", "With the county")
    PREFECTURE = "prefecture", pgettext_lazy("practice", "With the prefecture")
    REGION = "region", pgettext_lazy("practice", "With the region")
    PUBLISHED = "published", pgettext_lazy("practice", "Published")
    DECLINED = "declined", pgettext_lazy("practice", "Not selected")
    WITHDRAWN = "withdrawn", pgettext_lazy("practice", "Withdrawn")


UNDER_WAY = (State.COUNTY, State.PREFECTURE, State.REGION)
FINALS = frozenset({State.PUBLISHED, State.DECLINED, State.WITHDRAWN})
# Who writes, by the kind of unit that files, and the grant that they write with.
WRITERS = {OrgUnit.Kind.COUNTY: (Role.COUNTY_OFFICER, "verify")}
OF_AN_INSTITUTION = (Role.INSTITUTION_FILLER, "fill")
FILING = ("fill", "verify")


class PracticeCase(ItemVerbs, Case):
    """A typical case or good practice as a case of the unit that files it."""

    practice: Practice

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Typical case or good practice")
        verbose_name_plural = gettext_lazy("Typical cases and good practices")

    @verb(
        label=pgettext_lazy("practice", "File"),
        source=State.DRAFTING,
        target=RETURN_VALUE(State.COUNTY, State.PREFECTURE),
        permission="item",
    )
    def file(self, step: Step) -> str:
        """An institution's goes to its county, a county's own to its prefecture."""
        practice = _record(step).practice
        faults = {name: [_("This is needed.")] for name in ("title", "text") if not getattr(practice, name).strip()}
        if faults:
            raise Invalid("practice_incomplete", _("Title and text are needed before it is filed."), faults=faults)
        return State.PREFECTURE if step.case.unit.kind == OrgUnit.Kind.COUNTY else State.COUNTY

    @verb(
        label=pgettext_lazy("practice", "Recommend to the prefecture"),
        source=State.COUNTY,
        target=State.PREFECTURE,
        permission="item",
    )
    def forward(self, step: Step) -> None:
        """The county recommends what an institution has filed."""

    @verb(
        label=pgettext_lazy("practice", "Select for the region"),
        source=State.PREFECTURE,
        target=State.REGION,
        permission="item",
    )
    def select(self, step: Step) -> None:
        """The prefecture selects what the region may publish."""

    @verb(
        label=pgettext_lazy("practice", "Publish in the bulletin"),
        source=State.REGION,
        target=State.PUBLISHED,
        permission="item",
    )
    def publish(self, step: Step) -> None:
        """Everybody of the region can read it from now on."""
        _save(step, published_at=step.at)

    @verb(
        label=pgettext_lazy("practice", "Return to the writer"),
        source=UNDER_WAY,
        target=State.DRAFTING,
        permission="item",
        back=True,
        reason=True,
    )
    def return_(self, step: Step) -> None:
        """It is worth it, but not yet ready: the writer mends it and files it again."""
        not_claimed_by_another(step)

    @verb(
        label=pgettext_lazy("practice", "Do not select"),
        source=UNDER_WAY,
        target=State.DECLINED,
        permission="item",
        back=True,
        reason=True,
    )
    def decline(self, step: Step) -> None:
        """With the reason, which the writer reads."""
        not_claimed_by_another(step)

    @verb(
        label=pgettext_lazy("practice", "Withdraw"),
        source=(State.DRAFTING, *UNDER_WAY),
        target=State.WITHDRAWN,
        permission=FILING,
        back=True,
    )
    def withdraw(self, step: Step) -> None:
        """By the unit that files it, until it is published."""
        if step.grant is None or step.grant.unit_id != step.case.unit_id:
            raise WrongRole(
                "wrong_role",
                _("Your role does not include this action."),
                hint=_("The unit that has filed it can withdraw it."),
            )

    @verb(
        label=pgettext_lazy("practice", "Take out of the bulletin"),
        source=State.PUBLISHED,
        target=State.WITHDRAWN,
        permission="roll_up",
        back=True,
        reason=True,
    )
    def retract(self, step: Step) -> None:
        """It should not be read any more; the trail keeps when it was published."""
        _save(step, published_at=None)


def _record(step: Step) -> Any:
    return step.case


def _save(step: Step, **values: Any) -> None:
    practice = _record(step).practice
    for name, value in values.items():
        setattr(practice, name, value)
    sign(practice, step.person, step.at, step.verb)
    practice.save(update_fields=list(values))


def writer(case: Case) -> tuple[int, str]:
    """The seat that writes: the unit's own."""
    return case.unit_id, WRITERS.get(OrgUnit.Kind(case.unit.kind), OF_AN_INSTITUTION)[0]


def _above(case: Case, kind: str) -> int:
    """The unit of that kind above the case's own; the nearest superior where the tree leaves the level out."""
    path = case.unit.path
    prefixes = [path[:length] for length in range(STEP, len(path) + 1, STEP)]
    found = OrgUnit.objects.filter(path__in=prefixes, kind=kind).values_list("pk", flat=True).first()
    return found or case.unit.superior_id or case.unit_id


def county_officer(case: Case) -> tuple[int, str]:
    return _above(case, OrgUnit.Kind.COUNTY), Role.COUNTY_OFFICER


def prefecture_officer(case: Case) -> tuple[int, str]:
    return _above(case, OrgUnit.Kind.PREFECTURE), Role.PREFECTURE_OFFICER


def region_officer(case: Case) -> tuple[int, str]:
    return _above(case, OrgUnit.Kind.REGION), Role.REGION_OFFICER


class PracticeFlow(flow.Flow):
    """A typical case or good practice"""

    process_class = PracticeCase
    task_class = WorkItem
    process_title = gettext_lazy("A typical case or good practice")

    start = Begin().Next(this.write)
    write = Task(
        title=gettext_lazy("Write and file"),
        state=State.DRAFTING,
        role=(OF_AN_INSTITUTION[0], Role.COUNTY_OFFICER),
        permission=FILING,
        deadline="practice",
        seat=writer,
    ).Next(this.filed)
    filed = Gate(State.COUNTY).Then(this.recommend).Else(this.choose)
    recommend = Task(
        title=gettext_lazy("Recommend it to the prefecture, or not"),
        state=State.COUNTY,
        role=Role.COUNTY_OFFICER,
        permission="verify",
        deadline="practice_review",
        seat=county_officer,
    ).Next(this.choose)
    choose = Task(
        title=gettext_lazy("Select it for the region, or not"),
        state=State.PREFECTURE,
        role=Role.PREFECTURE_OFFICER,
        permission="compile",
        deadline="practice_review",
        seat=prefecture_officer,
    ).Next(this.decide)
    decide = Task(
        title=gettext_lazy("Publish it in the bulletin, or not"),
        state=State.REGION,
        role=Role.REGION_OFFICER,
        permission="roll_up",
        deadline="practice_review",
        seat=region_officer,
    ).Next(this.end)
    end = Finish()


PRACTICE = register(
    Kind(
        code="practice",
        programme=PROGRAMME,
        label=gettext_lazy("Typical case or good practice"),
        model=PracticeCase,
        flow=PracticeFlow,
        states=State,
        initial=State.DRAFTING,
        finals=FINALS,
        page=lambda case: reverse("practice", args=[case.pk]),
        record="practice",
    )
)
