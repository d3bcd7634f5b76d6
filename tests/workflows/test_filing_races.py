"""Races of filings on PostgreSQL: whatever is pressed at once, one version of each document is in force."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from cases.models import Activity, Case, Filing
from tests.workflows.alliances import City, act, build_city
from tests.workflows.filings import accepted, filed, filing_of, submitted
from tests.workflows.test_races import race
from tests.workflows.test_registers import lecture
from tests.worlds import moment
from workflows.alliance.filing import opening
from workflows.consistency import faults
from workflows.engine import lock, perform
from workflows.step import Batch, Step

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
Tries = Callable[[int, int], int]
DAY = "2020-06-10"


@pytest.fixture
def city(transactional_db: None) -> City:
    return build_city()


def does(city: City, case: Case, verb: str, by: str, **details: Any) -> Callable[[], object]:
    """One contestant."""
    return lambda: perform(case, verb, by=city.actor(by), at=moment(DAY), reason="说明。", **details)


def open_beside(city: City, pilot: Case, number: int) -> Case:
    """A version beside one that is under way, which the verb would refuse: what the database alone must withstand."""
    with transaction.atomic():
        batch = Batch()
        step = Step(lock(pilot), "new_filing", city.actor("lead"), moment(DAY), batch)
        step.case.step = step
        opening._open(step, Filing.Kind.PLAN, number=number, text="第三版")
        batch.write()
    return filing_of(pilot, number=number)


def test_of_two_versions_that_are_accepted_at_once_one_is_in_force(city: City, tries: Tries) -> None:
    pilot = filed(city)
    number = 1
    for _try in range(tries(4, 60)):
        versions = [open_beside(city, pilot, number + 1), open_beside(city, pilot, number + 2)]
        number += 2
        for version in versions:
            submitted(city, version, DAY)
        outcomes = race(*(does(city, version, "accept", "commission") for version in versions))
        assert outcomes == ["ok", "ok"]
        states = Case.objects.filter(filing__pilot=pilot.pk, filing__kind="plan").values_list("state", flat=True)
        assert sorted(states) == ["accepted", *["superseded"] * (number - 1)]
    assert list(faults(Case.objects.all())) == []


def test_a_version_that_two_officers_accept_and_return_at_once_goes_one_way(city: City, tries: Tries) -> None:
    pilot = filed(city)
    for number in range(2, tries(4, 60) + 2):
        act(city, pilot, "new_filing", "lead", DAY, kind="plan")
        version = submitted(city, filing_of(pilot, number=number), DAY)
        outcomes = race(does(city, version, "accept", "commission"), does(city, version, "return_", "commission"))
        assert sorted(outcomes) == ["ok", "wrong_state"]
        if Case.objects.get(pk=version.pk).state == "returned":
            accepted(city, version, DAY)
    assert list(faults(Case.objects.all())) == []


def test_two_who_begin_a_version_at_once_begin_one(city: City, tries: Tries) -> None:
    pilot = filed(city)
    for number in range(2, tries(4, 60) + 2):
        begin = does(city, pilot, "new_filing", "lead", kind="agreement")
        assert sorted(race(begin, begin)) == ["ok", "version_under_way"]
        accepted(city, filing_of(pilot, "agreement", number), DAY)
    assert Filing.objects.filter(pilot=pilot.pk, kind="agreement").count() == tries(4, 60) + 1


def test_a_second_tap_enters_nothing_twice(city: City, tries: Tries) -> None:
    pilot = filed(city)
    for number in range(tries(4, 60)):
        enter = does(city, pilot, "enter_activity", "lead", **lecture(city, title=f"讲座{number}"))
        assert sorted(race(enter, enter)) == ["entered_already", "ok"]
    assert Activity.objects.count() == tries(4, 60)
    assert list(faults(Case.objects.all())) == []
