"""Runs on the code of version 0.1.0 and leaves its database as that version would: open work of every kind, in 2021."""

from __future__ import annotations

import datetime as dt
import json

import django

django.setup()

from cases.access import appoint  # noqa: E402
from cases.models import CaseEvent, EventDelivery, WorkItem  # noqa: E402
from tests.story import Story, problem  # noqa: E402
from tests.worlds import BEGINNING, build_world  # noqa: E402
from workflows.engine import perform  # noqa: E402

world = build_world()
for role in ("institution_filler", "institution_head"):
    appoint(world.people[role], world.sibling, role, valid_from=BEGINNING)

# A cycle in rectification: one finding late, one returned and handed in again, one closed.
story = Story.open(world)
late_one = problem(planned_on=dt.date(2021, 4, 30))
story.on("2021-03-01").submit({"A1-08": late_one, "A1-09": problem(), "A1-19": problem(["hand"])})
story.on("2021-03-10").approve()
late, returned, closed = story.findings()
story.on("2021-03-20").fix(closed)
story.on("2021-03-22").close(closed)
story.on("2021-04-01").fix(returned)
story.on("2021-04-06")
perform(returned.case, "return_", by=story.officer, at=story.at, reason="照片不清。")
story.on("2021-05-10").fix(returned)

# A cycle that the institution has not handed in, and one that the county has sent back.
drafting = Story.open(world, unit=world.sibling)
drafting.on("2021-03-01").fill()
print(  # noqa: T201 - the test that started this reads it
    json.dumps(
        {
            "rectifying": story.case.pk,
            "drafting": drafting.case.pk,
            "late": late.pk,
            "returned": returned.pk,
            "events": CaseEvent.objects.count(),
            "deliveries": EventDelivery.objects.filter(done_at=None).count(),
            "open": WorkItem.objects.filter(finished=None).count(),
        }
    )
)
