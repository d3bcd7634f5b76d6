"""Who reads a pilot, as a table: by the tree from the city up, by their part below it, and nobody else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from cases.delegating import delegate
from cases.models import Appointment, Case, CaseEvent
from tests.workflows.alliances import (
    City,
    act,
    applied,
    build_city,
    direct_application,
    in_practice,
    membership,
    programme_of,
    selected,
)
from tests.worlds import moment, person
from workflows.alliance.opening import apply

READERS = {
    "commission",
    "commission_head",
    "district",
    "district_head",
    "lead",
    "lead_head",
    "lead_contact",
    "community",
    "community_contact",
    "member",
    "member_head",
    "member_contact",
    "finance",
    "region",
    "nation",
    "inspector",
}


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def seen_by(city: City, name: str, on: str = "2020-05-06") -> set[int]:
    cases = Case.objects.filter(kind="pilot").visible_to(city.viewer(name, moment(on)))
    return set(cases.values_list("pk", flat=True))


def test_a_pilot_is_read_by_its_parties_and_those_above_the_city_and_by_nobody_else(city: City) -> None:
    pilot = in_practice(city)
    assert {name for name in city.people if pilot.pk in seen_by(city, name)} == READERS


def test_everybody_else_gets_no_such_case_for_every_step(city: City) -> None:
    pilot = in_practice(city)
    from cases.errors import OutOfScope

    for name in sorted(set(city.people) - READERS):
        with pytest.raises(OutOfScope):
            act(city, pilot, "end_membership", name, "2020-05-06")


def test_a_member_reads_its_own_alliance_and_no_other(city: City) -> None:
    programme = programme_of(city)
    first = applied(city, programme=programme)
    second = apply(programme, direct_application(city), by=city.actor("other_lead"), at=moment("2020-02-20"))
    assert seen_by(city, "member") == {first.pk}
    assert seen_by(city, "nursing") == {second.pk}
    assert seen_by(city, "other_district") == {second.pk}
    assert seen_by(city, "finance") == {first.pk, second.pk}


def test_filings_below_a_pilot_are_read_by_its_parties_and_by_who_joins_later(city: City) -> None:
    pilot = selected(city)
    filings = Case.objects.filter(parent=pilot.pk, kind="filing")
    assert filings.visible_to(city.viewer("member", moment("2020-03-20"))).count() == 2
    assert not filings.visible_to(city.viewer("sibling", moment("2020-03-20"))).exists()
    act(
        city,
        pilot,
        "admit",
        "lead",
        "2020-03-20",
        unit=city.sibling,
        tier="institution",
        valid_from=dt.date(2020, 3, 20),
    )
    assert filings.visible_to(city.viewer("sibling", moment("2020-03-20"))).count() == 2
    row = membership(pilot, city.sibling)
    act(city, pilot, "end_membership", "lead", "2020-03-21", membership=row, on=dt.date(2020, 3, 25))
    assert not filings.visible_to(city.viewer("sibling", moment("2020-03-25"))).exists()


def test_an_appointment_that_has_ended_reads_nothing(city: City) -> None:
    in_practice(city)
    seat = Appointment.objects.get(user=city.people["member"])
    seat.valid_until = dt.date(2020, 5, 6)
    seat.save()
    assert seen_by(city, "member", "2020-05-05")
    assert not seen_by(city, "member", "2020-05-06")


def test_who_stands_in_acts_with_both_names(city: City) -> None:
    pilot = in_practice(city)
    deputy = person("副手", "member_officer", city.hospital)
    city.people["deputy"] = deputy
    source = Appointment.objects.get(user=city.people["lead"])
    absence: dict[str, Any] = {"from_": dt.date(2020, 5, 1), "until": dt.date(2020, 6, 1), "reason": "休假。"}
    delegate(source, deputy, by=city.people["lead"], at=moment("2020-04-30"), **absence)
    act(city, pilot, "set_up_group", "deputy", "2020-05-06", working_group="组长：院长。")
    event = CaseEvent.objects.filter(case=pilot, verb="set_up_group").get()
    assert (event.actor, event.acted_for) == (deputy, city.people["lead"])


def test_the_lists_and_pages_answer_only_those_who_may_read(city: City, settings: object) -> None:
    pilot = in_practice(city)
    for name, status in (("member", 200), ("finance", 200), ("sibling", 404), ("nobody", 404)):
        client = Client()
        client.force_login(city.people[name])
        assert client.get(f"/pilots/{pilot.pk}/").status_code == status, name
        assert (pilot.pilot.name in client.get("/pilots/").content.decode()) == (status == 200), name
