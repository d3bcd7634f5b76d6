"""The pages of referrals: asked for on a phone, answered by the hour, patients masked unless somebody says why."""

from __future__ import annotations

import datetime as dt
import io
import logging
import zipfile
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases import personal
from cases.models import Case, Referral
from notifications.alarms import fire_alarms
from notifications.outbox import send_dispatches
from tests.notifications.telling import deliver_all
from tests.workflows.alliances import City, again, build_city, in_practice
from tests.workflows.referrals import (
    ASKED,
    CONSENT,
    HOUR,
    PLAIN,
    SECRETS,
    ask,
    brought_to,
    down,
    open_pilot,
    step,
)

LATER = ASKED + 2 * HOUR
POSTED = {**SECRETS, **CONSENT, "consent_on": "2020-06-01"}


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def client_of(city: City, name: str) -> Client:
    client = Client()
    client.force_login(city.people[name])
    return client


def get(city: City, name: str, page: str, pk: int, at: dt.datetime = LATER, **query: str) -> Any:
    with time_machine.travel(at, tick=False):
        return client_of(city, name).get(reverse(page, args=[pk]), query)


def post(city: City, name: str, address: str, data: dict[str, Any], at: dt.datetime = LATER) -> Any:
    with time_machine.travel(at, tick=False):
        return client_of(city, name).post(address, data)


def names_somebody(text: str) -> list[str]:
    """Whatever of the patients stands in a text in clear."""
    return [secret for secret in PLAIN if secret in text]


# ── asking ──


def test_a_contact_refers_a_patient_from_the_page(city: City) -> None:
    pilot = open_pilot(city)
    address = reverse("referral_request", args=[pilot.pk])
    page = get(city, "member_contact", "referral_request", pilot.pk).content.decode()
    assert page.count("<option") <= 5, "a member has one hospital to choose, and the sexes"
    answer = post(city, "member_contact", address, {**POSTED, "receiver": city.hospital.pk})
    case = Case.objects.get(kind="referral")
    assert answer["Location"] == reverse("referral", args=[case.pk])
    assert Referral.objects.get(pk=case.pk).direction == "up"


def test_a_refused_request_keeps_all_that_was_typed_and_is_kept_by_no_cache(city: City) -> None:
    pilot = open_pilot(city)
    address = reverse("referral_request", args=[pilot.pk])
    answer = post(city, "member_contact", address, {**POSTED, "receiver": city.hospital.pk, "consent_how": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert all(SECRETS[name] in page for name in ("name", "grounds", "condition", "phone"))
    assert "no-store" in answer["Cache-Control"]
    assert not Referral.objects.exists()


def test_a_receiver_that_is_not_offered_is_refused(city: City) -> None:
    address = reverse("referral_request", args=[open_pilot(city).pk])
    answer = post(city, "member_contact", address, {**POSTED, "receiver": city.community.pk})
    assert answer.status_code == 422
    assert not Referral.objects.exists()


@pytest.mark.parametrize(("name", "status"), [("member", 403), ("commission", 403), ("sibling_contact", 404)])
def test_who_may_not_refer_gets_no_form(city: City, name: str, status: int) -> None:
    assert get(city, name, "referral_request", open_pilot(city).pk).status_code == status


def test_before_the_filings_are_in_force_the_list_says_why_nobody_is_referred(city: City) -> None:
    page = get(city, "member_contact", "pilot_referrals", in_practice(city).pk).content.decode()
    assert "及时报市卫生健康委备案" in page
    assert reverse("referral_request", args=[Case.objects.get(kind="pilot").pk]) not in page


# ── the page of a referral ──


@pytest.mark.parametrize(
    ("direction", "state", "name", "verb"),
    [
        ("up", "requested", "lead_contact", "accept"),
        ("up", "requested", "lead_contact", "decline"),
        ("up", "requested", "member_contact", "cancel"),
        ("up", "accepted", "lead_head", "arrive"),
        ("up", "arrived", "member_contact", "close"),
        ("down", "arrived", "lead_contact", "inform"),
        ("down", "informed", "member_contact", "close"),
    ],
)
def test_the_page_offers_what_is_next_to_whose_turn_it_is_and_to_nobody_else(
    city: City, direction: str, state: str, name: str, verb: str
) -> None:
    pilot = open_pilot(city)
    case = brought_to(city, ask(city, pilot) if direction == "up" else down(city, pilot), state)
    action = f'action="{reverse("referral_verb", args=[case.pk, verb])}"'
    at = case.created + 10 * HOUR
    assert action in get(city, name, "referral", case.pk, at).content.decode()
    own = name.split("_", maxsplit=1)[0]
    for other in {"lead_contact", "member_contact", "commission", "lead"} - {name, f"{own}_contact"}:
        assert action not in get(city, other, "referral", case.pk, at).content.decode()


def test_a_referral_is_played_through_its_pages(city: City) -> None:
    case = ask(city, open_pilot(city))
    address = {verb: reverse("referral_verb", args=[case.pk, verb]) for verb in ("accept", "arrive", "close")}
    accepted = {"department": "骨科", "bed": "12床", "expected_at": "2020-06-01T15:00", "version": "1"}
    assert post(city, "lead_contact", address["accept"], accepted).status_code == 302
    assert Referral.objects.get(pk=case.pk).expected_at == ASKED + 5 * HOUR
    assert post(city, "lead_contact", address["arrive"], {"version": "2"}, ASKED + 6 * HOUR).status_code == 302
    closing = {"outcome": "inpatient", "appointment": "kept", "examination": "not_kept", "admission": "not_needed"}
    refused = post(city, "member_contact", address["close"], {**closing, "version": "3"}, ASKED + 9 * HOUR)
    assert refused.status_code == 422
    closing["examination_reason"] = "设备检修。"
    done = post(city, "member_contact", address["close"], {**closing, "version": "3"}, ASKED + 9 * HOUR)
    assert done.status_code == 302
    assert again(case).state == "closed"


def test_a_page_that_is_out_of_date_is_refused_and_keeps_what_was_typed(city: City) -> None:
    case = brought_to(city, ask(city, open_pilot(city)), "cancelled")
    address = reverse("referral_verb", args=[case.pk, "accept"])
    typed = {"department": "骨科三病区", "expected_at": "2020-06-01T15:00", "version": "1"}
    answer = post(city, "lead_contact", address, typed)
    assert answer.status_code == 409
    assert "骨科三病区" in answer.content.decode()


def test_inbox_and_page_say_by_which_hour(city: City) -> None:
    case = ask(city, open_pilot(city))
    with time_machine.travel(LATER, tick=False):
        client = client_of(city, "lead_contact")
        inbox = client.get(reverse("inbox"), headers={"accept-language": "en"}).content.decode()
        page = client.get(reverse("referral", args=[case.pk])).content.decode()
    assert case.number in inbox
    assert reverse("referral", args=[case.pk]) in inbox
    for shown in (inbox, page):
        assert "14:00" in shown


# ── personal data ──


def test_everybody_sees_the_patient_masked_and_those_of_no_side_cannot_ask_for_more(city: City) -> None:
    case = ask(city, open_pilot(city))
    unmask = reverse("referral_unmask", args=[case.pk])
    for name in ("lead_contact", "member_head", "lead", "member", "commission", "region", "inspector"):
        page = get(city, name, "referral", case.pk).content.decode()
        assert "欧阳＊" in page, name
        assert names_somebody(page) == [], name
        assert (unmask in page) == (name in ("lead_contact", "member_head")), name
        if name not in ("lead_contact", "member_head"):
            assert post(city, name, unmask, {"reason": "想看看。"}).status_code == 403, name
    assert post(city, "district", unmask, {"reason": "想看看。"}).status_code == 404


def test_personal_data_is_shown_in_one_answer_only_to_whoever_said_why(city: City) -> None:
    case = ask(city, open_pilot(city))
    address = reverse("referral_unmask", args=[case.pk])
    assert post(city, "lead_contact", address, {"reason": ""}).status_code == 422
    answer = post(city, "lead_contact", address, {"reason": "评估手术条件。"})
    page = answer.content.decode()
    assert all(SECRETS[name] in page for name in ("name", "phone", "contact", "grounds", "condition", "diagnosis"))
    assert "no-store" in answer["Cache-Control"]
    assert names_somebody(get(city, "lead_contact", "referral", case.pk).content.decode()) == []
    assert case.events.filter(verb="unmask").count() == 1


def test_an_erased_patient_is_shown_as_erased(city: City) -> None:
    case = ask(city, open_pilot(city))
    personal.erase(Referral.objects.get(pk=case.pk).patient, ASKED)
    page = get(city, "lead_contact", "referral", case.pk).content.decode()
    assert reverse("referral_unmask", args=[case.pk]) not in page
    assert (
        post(city, "lead_contact", reverse("referral_unmask", args=[case.pk]), {"reason": "核对。"}).status_code == 409
    )
    assert get(city, "lead_contact", "pilot_referrals", case.parent_id or 0).status_code == 200


def test_nothing_that_a_whole_story_writes_names_the_patient(city: City, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    pilot = open_pilot(city)
    cases = [brought_to(city, ask(city, pilot), "closed"), brought_to(city, down(city, pilot), "closed")]
    cases += [brought_to(city, ask(city, pilot), state) for state in ("declined", "cancelled", "requested")]
    for case in cases:
        step(city, case, "unmask", "lead_contact", hours=31, reason="核对病情。")
    refused = reverse("referral_verb", args=[cases[-1].pk, "decline"])
    assert post(city, "lead_contact", refused, {"reason": f"{SECRETS['name']}不宜转诊。"}).status_code == 422
    assert post(city, "sibling_contact", reverse("referral_request", args=[pilot.pk]), POSTED).status_code == 404
    for hours in (3, 4, 8, 40):
        fire_alarms(ASKED + hours * HOUR)
        deliver_all(ASKED + hours * HOUR)
        send_dispatches(ASKED + hours * HOUR)
    written = "\n".join(everything_stored())
    assert "核对病情" in written, "what is written is looked through"
    assert names_somebody(written) == []
    assert names_somebody(caplog.text) == []
    for name in ("lead_contact", "member_contact", "commission", "inspector"):
        for page in ("pilot_referrals", "pilot_referral_figures"):
            assert names_somebody(get(city, name, page, pilot.pk).content.decode()) == []
        book = io.BytesIO(b"".join(get(city, name, "pilot_referral_export", pilot.pk).streaming_content))
        with zipfile.ZipFile(book) as parts:
            assert names_somebody("".join(parts.read(each).decode() for each in parts.namelist())) == []
        for address in (reverse("inbox"), *(reverse("case", args=[case.pk]) for case in cases)):
            with time_machine.travel(LATER, tick=False):
                answer = client_of(city, name).get(address, follow=True)
            assert names_somebody(answer.content.decode()) == [], address


def everything_stored() -> list[str]:
    """Every value of every table, as text; bytes as whatever they spell."""
    found = []
    for name in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608 - names of our own
            for row in cursor.fetchall():
                found += [
                    bytes(value).decode("utf-8", "replace") if isinstance(value, (bytes, memoryview)) else str(value)
                    for value in row
                ]
    return found


# ── lists ──


def test_a_member_lists_its_own_referrals_and_the_hospital_those_of_all(city: City) -> None:
    pilot = open_pilot(city)
    own, other = ask(city, pilot), ask(city, pilot, by="community_contact")
    assert listed(city, "member_contact", pilot) == {own.pk}
    assert listed(city, "community_contact", pilot) == {other.pk}
    assert listed(city, "lead_contact", pilot) == {own.pk, other.pk}
    assert listed(city, "commission", pilot) == {own.pk, other.pk}
    assert listed(city, "district", pilot) == set()


def test_the_list_is_narrowed_by_what_was_asked_for_and_leaves_out_what_means_nothing(city: City) -> None:
    pilot = open_pilot(city)
    up, downward = ask(city, pilot), brought_to(city, down(city, pilot), "closed")
    assert listed(city, "commission", pilot, direction="up") == {up.pk}
    assert listed(city, "commission", pilot, state="closed") == {downward.pk}
    assert listed(city, "commission", pilot, state="open", month="2020-06") == {up.pk}
    assert listed(city, "commission", pilot, month="2020-05") == set()
    assert listed(city, "commission", pilot, member=str(city.institution.pk)) == {up.pk, downward.pk}
    assert listed(city, "commission", pilot, member=str(city.hospital.pk)) == set()
    assert listed(city, "commission", pilot, state="x", direction="x", member="x") == {up.pk, downward.pk}
    assert listed(city, "commission", pilot, month="2020-13") == set()


def listed(city: City, name: str, pilot: Case, **query: str) -> set[int]:
    answer = get(city, name, "pilot_referrals", pilot.pk, ASKED + 50 * HOUR, **query)
    assert answer.status_code == 200
    return {row.referral.pk for row in answer.context["rows"]}
