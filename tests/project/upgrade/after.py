"""Runs on today's code over a migrated database of version 0.1.0: nothing is forgotten, nobody is flooded.

The present is that of the demonstration, 12 May 2021. What the version before left open is given as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from cases.access import Actor  # noqa: E402
from cases.clock import local_date, now  # noqa: E402
from cases.models import (  # noqa: E402
    Appointment,
    Case,
    CaseEvent,
    CycleFact,
    Edition,
    EventDelivery,
    Finding,
    FindingFact,
    Placement,
    WorkItem,
)
from notifications.alarms import fire_alarms  # noqa: E402
from notifications.models import Message  # noqa: E402
from notifications.outbox import deliver_events  # noqa: E402
from tests.story import Story, problem  # noqa: E402
from tests.worlds import moment  # noqa: E402
from workflows.consistency import faults  # noqa: E402
from workflows.engine import perform  # noqa: E402


def exhaust(sweep: Callable[..., int], at: Any) -> None:
    while sweep(at):
        pass


def actor(role: str) -> Actor:
    return Actor(Appointment.objects.filter(role=role).order_by("pk")[0].user, address="127.0.0.1", request_id="test")


def told(verb: str) -> list[int]:
    return sorted(CaseEvent.objects.filter(verb=verb).values_list("item_id", flat=True))


before = json.loads(sys.argv[1])
present = now()
assert local_date(present).isoformat() == "2021-05-12"
sound: list[str] = []
assert list(faults(Case.objects.all())) == sound

# What was open is open still, with all that the clock needs.
items = WorkItem.objects.open().human().select_related("process__edition")
assert WorkItem.objects.open().count() == before["open"]
for item in items:
    assert item.due_trace, item
    assert item.ladder in item.process.edition.parsed.ladders
    assert item.amber_at is not None
    assert item.due_since is not None
    assert local_date(item.due_since) == local_date(present)
    assert item.next_alarm_at is not None
steps = {item.due_rule: [step["step"] for step in item.due_trace] for item in items}
assert steps == {"rectify": ["inherited"], "review": ["count"], "self_check": ["fixed"]}, steps
assert all("ladders" not in edition.data for edition in Edition.objects.filter(used_at__isnull=False))


# What counted when is there for the time before, too: as of a day in March, and as of now.
def counted(at: Any) -> list[str]:
    return sorted(FindingFact.objects.as_of(at).values_list("status", flat=True))


assert counted(moment("2021-03-21")) == ["fixed", "open", "open"]
assert counted(present) == ["closed", "fixed", "open"]
assert CycleFact.objects.get(valid_until=None).medical_beds == 80
assert Placement.objects.on(local_date(present)).count() == 3

# Old news is none; what is late is told once, and what is not late waits for its next reminder.
assert EventDelivery.objects.filter(done_at=None).count() == 0
exhaust(fire_alarms, present)
late = sorted(item.pk for item in items if item.due_at < present)
assert len(late) == 2
assert told("escalate") == late
assert told("remind") == []
exhaust(deliver_events, present)
assert Message.objects.exists()
assert not Message.objects.filter(event__at__lt=present.replace(hour=0)).exists()
exhaust(fire_alarms, present)
assert told("escalate") == late
review = items.get(due_rule="review")
exhaust(fire_alarms, moment("2021-05-23 09:30"))
assert review.pk in told("remind")

# The work goes on through the door.
officer, filler, head = actor("county_officer"), actor("institution_filler"), actor("institution_head")
returned = Finding.objects.get(pk=before["returned"])
assert returned.history.count() > 1
case = perform(returned.case, "return_", by=officer, at=moment("2021-05-24 10:00"), reason="仍不清楚。")
again = WorkItem.objects.open().get(process=case)
assert again.due_trace[0]["step"] == "inherited", again.due_trace
drafting = Case.objects.get(pk=before["drafting"])
story = Story(None, drafting.unit, moment("2021-05-25 10:00"), drafting, filler, head, officer, officer)  # type: ignore[arg-type]
story.submit({"A1-08": problem()})
exhaust(deliver_events, moment("2021-05-25 11:00"))
exhaust(fire_alarms, moment("2021-06-25 09:30"))
assert list(faults(Case.objects.all())) == sound
