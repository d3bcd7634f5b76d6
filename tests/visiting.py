"""A team on its way: a spot-check with one institution drawn, and the steps of its visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from cases.access import Actor
from cases.models import Case, DrawEntry, OrgUnit, SpotCheck, User, Visit, VisitItem
from tests.story import Story, write_items
from tests.worlds import World
from workflows.engine import open_case, perform
from workflows.step import Batch, Step
from workflows.visit.opening import open_visit

FOUND: dict[str, Any] = {
    "status": "problem",
    "facets": ["hand"],
    "problem": "两个病区洗手池无洗手液。",
    "measure": "一周内补齐。",
    "rectification": "time_limited",
    "severity": "major",
    "note": "现场拍照三张。",
}


@dataclass
class Visiting:
    """One visit; every step returns the case as it stands afterwards."""

    world: World
    story: Story
    case: Case
    expert: Actor
    head: Actor
    at: dt.datetime

    @property
    def record(self) -> Visit:
        return Visit.objects.get(pk=self.case.pk)

    def on(self, text: str) -> Visiting:
        self.at = self.story.on(text).at
        return self

    def perform(self, verb: str, by: Actor, **details: Any) -> Case:
        self.case = perform(self.case, verb, by=by, at=self.at, **details)
        return self.case

    def assess(self, found: dict[str, dict[str, Any]] | None = None) -> Visiting:
        """Look at every item: as given, else compliant; the team was there on this day."""
        record = self.record
        record.visited_on, record.present, record.opinion = self.at.date(), "王敏、买买提", "总体较好。"
        record.save()
        items = {code: {"status": "compliant"} | (found or {}).get(code, {}) for code in self.items}
        write_items(VisitItem, items, visit=record)
        return self

    @property
    def items(self) -> list[str]:
        return list(self.case.edition.parsed.items)

    def deliver(self, found: dict[str, dict[str, Any]] | None = None) -> Case:
        return self.assess(found).perform("deliver", self.expert)

    def sign(self) -> Case:
        return self.perform("sign", self.head)

    def conclude(self) -> Case:
        return self.perform("conclude", self.expert, conclusion="经复核，存在上述问题，限期整改。")


def send_team(
    story: Story,
    *,
    nation: bool = False,
    experts: Sequence[User] | None = None,
    until: dt.date | None = None,
    institution: OrgUnit | None = None,
) -> Visiting:
    """Draw one institution for the region's (or the nation's) spot-check and send its expert, or those named."""
    world = story.world
    unit = OrgUnit.objects.get(kind="nation") if nation else world.region
    officer = world.actor("nation_officer" if nation else "region_officer")
    expert = world.actor("national_expert" if nation else "region_expert")
    team: Any = experts if experts is not None else [expert.user]
    with transaction.atomic():
        batch = Batch()
        parent = open_case(
            "spot_check",
            unit=unit,
            year=story.case.year,
            edition=story.case.edition,
            batch=batch,
            by=officer,
            at=story.at,
            record=SpotCheck(title="年度实地抽查", size=1, visits_until=until),
        )
        batch.write()
        entry = DrawEntry.objects.create(
            spot_check_id=parent.pk,
            institution=institution or story.unit,
            stratum="乌鲁木齐市",
            weight=Decimal(1),
            probability=Decimal(1),
            position=1,
            drawn=True,
        )
        step = Step(parent, "draw", officer, story.at, Batch())
        case = open_visit(step, entry, team)
        step.batch.write()
    return Visiting(world, story, Case.objects.get(pk=case.pk), expert, world.actor("institution_head"), story.at)
