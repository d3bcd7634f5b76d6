"""The demonstration's alliances: four pilots in different phases, one of them fully evaluated and promoted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from cases.access import Viewer
from cases.editions.pinned import forget_editions
from cases.models import Case, CaseEvent, FinalScore, Membership, OrgUnit, Pilot, Referral, User, WorkItem
from notifications.models import Message
from project.demo.alliance_city import CITY
from project.demo.clock import TODAY
from project.demo.personas import PERSONAS
from project.demo.source import read
from tests.demonstration import chains_break, seed

pytestmark = [pytest.mark.slow(20), pytest.mark.django_db]


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[None]:
    """The city and its alliances, made once for the tests here that only look."""
    with django_db_blocker.unblock(), override_settings(VAR_DIR=tmp_path_factory.mktemp("demo")):
        block = transaction.atomic()
        block._from_testcase = True  # type: ignore[attr-defined]  # the engine opens the outermost transactions
        with block:
            seed(CITY)
            yield
            transaction.set_rollback(True)
        forget_editions()


def waiting(login: str) -> Counter[str]:
    """The open work of a person by its node."""
    viewer = Viewer(User.objects.get(username=login), TODAY)
    return Counter(item.node for item in WorkItem.objects.open().addressed_to(viewer))


def test_the_alliances_stand_in_different_phases_and_one_is_fully_evaluated(city: None) -> None:
    states = dict(Case.objects.filter(kind="pilot").values_list("pilot__name", "state"))
    assert sorted(states.values()) == ["practice", "promoted", "reporting", "scoring"]
    pilot = Pilot.objects.get(case__state="promoted")
    finals = FinalScore.objects.filter(pilot=pilot)
    assert finals.count() == 22
    groups = sum((final.points for final in finals if final.row not in ("media", "research")), Decimal(0))
    bonus = sum((final.points for final in finals if final.row in ("media", "research")), Decimal(0))
    assert pilot.total == groups + min(bonus, Decimal(6)) == Decimal("98.50")
    assert pilot.published_at is not None
    extended = Pilot.objects.get(case__state="practice")
    assert extended.total is None
    assert extended.extended_until is not None
    assert not Membership.objects.filter(contact=None).exists()
    assert OrgUnit.objects.filter(superior__code=CITY, kind=OrgUnit.Kind.COUNTY).count() == 4


def test_every_case_has_an_unbroken_chain(city: None) -> None:
    assert chains_break() == []


def test_each_role_of_a_pilot_finds_something_to_do(city: None) -> None:
    assert waiting("city")["decide"] == 1  # a new implementation plan
    assert waiting("city")["fill_in"] == 1  # a column of a scorecard
    assert waiting("finance")["fill_in"] == 1
    assert waiting("finance")["check"] == 1  # a subsidy that was accounted for
    assert waiting("lead")["use"] == 1
    assert waiting("contact")["answer"] == 1
    assert waiting("centre")["keep"] == 1
    assert {persona.login for persona in PERSONAS if persona.seats[0][0].startswith("33")} <= set(
        User.objects.values_list("username", flat=True)
    )


def test_no_patient_is_named_in_events_or_messages(city: None) -> None:
    assert Referral.objects.count() == 3
    names = [patient["name"] for patient in read("alliance")["patients"]]
    told = [*CaseEvent.objects.values_list("details", "reason"), *Message.objects.values_list("facts", "template")]
    assert not [row for row in map(str, told) if any(name in row for name in names)]
