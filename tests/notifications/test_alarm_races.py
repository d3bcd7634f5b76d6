"""Schedulers at the same moment: every rung is told once, whoever gets there first, and nobody waits for anybody."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from cases.access import SYSTEM
from cases.models import Case, CaseEvent, EventDelivery, WorkItem
from notifications.alarms import fire_alarms
from notifications.models import Alarm
from tests.story import Story
from tests.workflows.test_races import race
from tests.worlds import World, build_world, moment, unit
from workflows.consistency import faults
from workflows.engine import lock, perform
from workflows.quality_cycle.opening import open_year

pytestmark = pytest.mark.django_db(transaction=True)
INSTITUTIONS = 40
DAYS = ("2021-03-31", "2021-04-16", "2021-05-04")


def county_of_many() -> World:
    """A county with more institutions than one batch takes, each with an open year."""
    world = build_world()
    for number in range(INSTITUTIONS - 3):
        unit("institution", f"机构{number}", f"650102-{number + 100}", world.county)
    open_year(world.region, 2021, by=SYSTEM, at=moment("2021-01-04"))
    return world


def scheduler(day: str, limit: int) -> Callable[[], object]:
    """Sweeps until it finds nothing, then once more, as a scheduler does at its next beat."""

    def sweep() -> None:
        for _beat in range(2):
            while fire_alarms(moment(day), limit=limit):
                pass

    return sweep


@pytest.mark.parametrize("contestants", [2, 8])
def test_schedulers_at_once_tell_each_rung_once(contestants: int) -> None:
    county_of_many()
    for day in DAYS:
        outcomes = race(*(scheduler(day, 7) for _number in range(contestants)))
        assert outcomes == ["ok"] * contestants
        while fire_alarms(moment(day)):
            pass
    rungs = Counter(Alarm.objects.values_list("item", "revision", "rung"))
    assert set(rungs.values()) == {1}
    assert len(rungs) == INSTITUTIONS * 7
    told = CaseEvent.objects.filter(verb__in=("remind", "escalate"))
    assert told.count() == EventDelivery.objects.filter(event__in=told).count() == INSTITUTIONS * len(DAYS)
    assert Counter(code for event in told for code in event.details["rungs"]) == dict.fromkeys(
        ("-30", "-14", "-7", "-3", "-1", "+1", "+3"), INSTITUTIONS
    )
    assert list(faults(Case.objects.all())) == []


def test_people_at_work_and_schedulers_at_once_leave_every_chain_whole() -> None:
    world = county_of_many()
    cases = list(Case.objects.filter(kind="quality_cycle").order_by("pk"))

    def nudges() -> None:
        for case in cases:
            perform(case, "nudge", by=world.actor("prefecture_officer"), at=moment("2021-05-04"))

    outcomes = race(nudges, *(scheduler("2021-05-04", 7) for _number in range(3)))
    assert outcomes == ["ok"] * 4
    while fire_alarms(moment("2021-05-04")):
        pass
    events = Counter(CaseEvent.objects.exclude(verb="open").values_list("verb", flat=True))
    assert events == {"nudge": INSTITUTIONS, "escalate": INSTITUTIONS}
    assert list(faults(Case.objects.all())) == []


@pytest.mark.postgres
def test_a_case_that_somebody_is_working_on_is_passed_over_and_told_at_the_next_beat() -> None:
    story = Story.open(build_world())
    locked, swept = threading.Event(), threading.Event()

    def worker() -> None:
        with transaction.atomic():
            lock(story.case)
            locked.set()
            swept.wait(timeout=20)
        connection.close()

    thread = threading.Thread(target=worker)
    thread.start()
    locked.wait(timeout=20)
    passed_over = fire_alarms(moment("2021-03-31"))
    swept.set()
    thread.join(timeout=20)
    assert (passed_over, fire_alarms(moment("2021-03-31")), fire_alarms(moment("2021-03-31"))) == (0, 1, 0)


@pytest.mark.postgres
def test_work_that_is_just_being_finished_is_passed_over_and_never_told() -> None:
    """The item is locked with its case, so that even a writer who holds the item alone is seen."""
    story = Story.open(build_world())
    written, swept = threading.Event(), threading.Event()

    def finish() -> None:
        with transaction.atomic():
            WorkItem.objects.filter(process=story.case.pk).update(finished=moment("2021-03-31"), next_alarm_at=None)
            written.set()
            swept.wait(timeout=20)
        connection.close()

    thread = threading.Thread(target=finish)
    thread.start()
    written.wait(timeout=20)
    passed_over = fire_alarms(moment("2021-03-31"))
    swept.set()
    thread.join(timeout=20)
    assert (passed_over, fire_alarms(moment("2021-03-31"))) == (0, 0)
    assert not Alarm.objects.exists()
