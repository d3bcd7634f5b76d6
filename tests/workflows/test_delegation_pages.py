"""Delegating on screen: one's own post, for a time; nothing typed is lost; nobody else's business."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from cases.models import Appointment, User
from tests.worlds import World, moment

pytestmark = pytest.mark.django_db
TODAY = dt.date(2021, 5, 12)


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(moment("2021-05-12 10:00"), tick=False):
        yield


def client_of(user: User) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def post_of(user: User) -> Appointment:
    return Appointment.objects.own().get(user=user)


def address(user: User) -> str:
    return f"/me/appointments/{post_of(user).pk}/delegate/"


def given(colleague: User, **changes: str) -> dict[str, Any]:
    return {"to": str(colleague.pk), "first": "2021-05-17", "last": "2021-05-21", "reason": "外出培训"} | changes


def test_a_post_is_delegated_from_the_own_page_and_its_last_day_counts(world: World) -> None:
    client = client_of(world.county_officer)
    assert address(world.county_officer) in client.get("/me/").content.decode()
    form = client.get(address(world.county_officer)).content.decode()
    assert "colleague · County officer" in form
    assert "county_approver" not in form
    answer = client.post(address(world.county_officer), given(world.colleague))
    assert answer.status_code == 302
    made = Appointment.objects.exclude(delegated_by=None).get()
    assert (made.user, made.valid_from, made.valid_until) == (
        world.colleague,
        dt.date(2021, 5, 17),
        dt.date(2021, 5, 22),
    )
    assert made.last_day == dt.date(2021, 5, 21)


def test_both_see_it_on_their_pages_and_either_ends_it(world: World) -> None:
    client_of(world.county_officer).post(address(world.county_officer), given(world.colleague, first="2021-05-12"))
    made = Appointment.objects.exclude(delegated_by=None).get()
    mine, theirs = client_of(world.county_officer), client_of(world.colleague)
    assert "Delegated by me" in mine.get("/me/").content.decode()
    assert "Delegated to me" in theirs.get("/me/").content.decode()
    assert "for county_officer" in theirs.get("/me/").content.decode()
    assert theirs.post(f"/me/delegations/{made.pk}/end/").status_code == 302
    assert not Appointment.objects.filter(pk=made.pk).exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"first": "2021-05-11"},
        {"last": "2021-05-16"},
        {"last": "2022-05-16"},
        {"reason": ""},
        {"first": "gestern"},
        {"to": "999999"},
    ],
)
def test_a_faulty_form_comes_back_with_what_was_typed(world: World, changes: dict[str, str]) -> None:
    form = given(world.colleague, **changes)
    answer = client_of(world.county_officer).post(address(world.county_officer), form)
    assert answer.status_code == 422
    html = answer.content.decode()
    for name in ("first", "last", "reason"):
        assert f'value="{form[name]}"' in html or not form[name]
    assert not Appointment.objects.exclude(delegated_by=None).exists()


@pytest.mark.parametrize("who", ["colleague", "county_approver", "prefecture_head", "auditor", "security_admin"])
def test_nobody_elses_appointment_is_there(world: World, who: str) -> None:
    client = client_of(world.people[who])
    assert client.get(address(world.county_officer)).status_code == 404
    assert client.post(address(world.county_officer), given(world.colleague)).status_code == 404


def test_the_administrator_delegates_for_somebody_else(world: World) -> None:
    client = client_of(world.system_admin)
    assert "county_officer" in client.get(address(world.county_officer)).content.decode()
    assert client.post(address(world.county_officer), given(world.colleague)).status_code == 302
    assert Appointment.objects.exclude(delegated_by=None).get().history.latest().history_user == world.system_admin


def test_others_end_nothing_and_a_get_ends_nothing(world: World) -> None:
    client_of(world.county_officer).post(address(world.county_officer), given(world.colleague))
    made = Appointment.objects.exclude(delegated_by=None).get()
    assert client_of(world.county_approver).post(f"/me/delegations/{made.pk}/end/").status_code == 404
    assert client_of(world.county_officer).get(f"/me/delegations/{made.pk}/end/").status_code == 405
    assert client_of(world.county_officer).post("/me/delegations/999999/end/").status_code == 404
    assert Appointment.objects.filter(pk=made.pk).exists()


def test_what_was_delegated_offers_no_further_delegation(world: World) -> None:
    client_of(world.county_officer).post(address(world.county_officer), given(world.colleague, first="2021-05-12"))
    made = Appointment.objects.exclude(delegated_by=None).get()
    client = client_of(world.colleague)
    assert f"/me/appointments/{made.pk}/delegate/" not in client.get("/me/").content.decode()
    answer = client.post(f"/me/appointments/{made.pk}/delegate/", given(world.county_officer))
    assert answer.status_code in (403, 422)
    assert Appointment.objects.exclude(delegated_by=None).count() == 1


def test_where_nobody_could_stand_in_the_page_says_so(world: World) -> None:
    html = client_of(world.county_approver).get(address(world.county_approver)).content.decode()
    assert "There is nobody at your unit who could stand in" in html
    assert '<form class="sheet"' not in html


def test_the_frame_says_in_whose_stead_somebody_is_there(world: World) -> None:
    client_of(world.institution_head).post(
        address(world.institution_head), given(world.institution_filler, first="2021-05-12")
    )
    assert "for institution_head" in client_of(world.institution_filler).get("/").content.decode()
    unit_page = client_of(world.county_officer).get(f"/units/{world.institution.pk}/").content.decode()
    assert "for institution_head" in unit_page
