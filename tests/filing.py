"""Filing a prefecture's summary through the one door: each step as the person whose turn it is does it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from cases.models import Case, OrgUnit, Round, Summary, SummaryVersion
from tests.worlds import World, moment
from workflows.engine import perform
from workflows.programme.opening import open_programme


@dataclass
class Filing:
    """One prefecture's summary of one round; every method leaves ``case`` as it stands afterwards."""

    world: World
    case: Case
    at: dt.datetime

    @classmethod
    def open(cls, world: World, code: str = "annual", at: str = "2021-01-04", unit: OrgUnit | None = None) -> Filing:
        opened = moment(at)
        open_programme(world.region, 2021, by=world.actor("region_officer"), at=opened)
        found = Round.objects.get(code=code, cycle_year__in=(2020, 2021))
        case = Case.objects.get(kind="summary", unit=unit or world.prefecture, summary__round=found)
        return cls(world, case, opened)

    def on(self, text: str) -> Filing:
        """Let time pass to the given moment."""
        self.at = moment(text)
        return self

    def perform(self, verb: str, role: str, **details: Any) -> Case:
        self.case = perform(self.case, verb, by=self.world.actor(role), at=self.at, **details)
        return self.case

    def explain(self, text: str = "两家机构停业整顿，未开展自查。") -> Filing:
        """Write why reports are missing."""
        Summary.objects.filter(pk=self.case.pk).update(missing_reason=text)
        return self

    def hand_on(self) -> Filing:
        self.explain().perform("request_confirmation", "prefecture_officer")
        return self

    def submit(self) -> SummaryVersion:
        self.hand_on().perform("submit", "prefecture_head")
        return self.last

    @property
    def last(self) -> SummaryVersion:
        return SummaryVersion.objects.filter(summary=self.case.pk).select_related("summary__round").latest("no")
