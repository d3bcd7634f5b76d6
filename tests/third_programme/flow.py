"""The life of a family care bed: drafted → applied → registered, or refused; an invented programme."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from viewflow import this
from viewflow.workflow import flow

from cases.models import Case, WorkItem
from cases.roles import Role
from workflows.common import ItemVerbs
from workflows.holding import HoldVerbs
from workflows.kinds import Kind
from workflows.nodes import Begin, Finish, Task
from workflows.nudging import NudgeVerbs
from workflows.rules import verb
from workflows.step import Step


class State(models.TextChoices):
    DRAFTED = "drafted", "待申请"
    APPLIED = "applied", "待核查"
    REGISTERED = "registered", "已备案"
    REFUSED = "refused", "不予备案"


class FamilyBed(HoldVerbs, NudgeVerbs, ItemVerbs, Case):
    class Meta:
        proxy = True
        app_label = "third_programme"

    @verb(label="申请", source=State.DRAFTED, target=State.APPLIED, permission="fill")
    def apply(self, step: Step) -> None:
        """The institution applies."""

    @verb(label="备案", source=State.APPLIED, target=State.REGISTERED, permission="verify")
    def enrol(self, step: Step) -> None:
        """The county has been there."""

    @verb(label="退回", source=State.APPLIED, target=State.DRAFTED, permission="verify", back=True, reason=True)
    def return_(self, step: Step) -> None:
        """Something is missing."""

    @verb(label="不予备案", source=State.APPLIED, target=State.REFUSED, permission="verify", back=True, reason=True)
    def refuse(self, step: Step) -> None:
        """It is no family care bed."""


class FamilyBedFlow(flow.Flow):
    process_class, task_class, process_title = FamilyBed, WorkItem, "家庭养老床位备案"
    start = Begin().Next(this.draft)
    draft = Task(
        title="填写申请",
        state=State.DRAFTED,
        role=Role.INSTITUTION_FILLER,
        permission="fill",
        deadline="bed_application",
    ).Next(this.visit)
    visit = Task(
        title="上门核查",
        state=State.APPLIED,
        role=Role.COUNTY_OFFICER,
        permission="verify",
        deadline="bed_visit",
        level="superior",
    ).Next(this.end)
    end = Finish()


FAMILY_BED = Kind(
    code="family_bed",
    programme="family-beds",
    label="家庭养老床位",
    model=FamilyBed,
    flow=FamilyBedFlow,
    states=State,
    initial=State.DRAFTED,
    finals=frozenset({State.REGISTERED, State.REFUSED}),
    page=lambda case: reverse("case", args=[case.pk]),
)
