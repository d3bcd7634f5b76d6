"""Holds, supervision and extensions on the pages of a pilot and of what hangs on it, as each reader finds them."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.models import Case, WorkItem
from tests.workflows.alliances import City, again, build_city, placed, selected
from tests.workflows.filings import filing_of
from tests.worlds import moment

ON = "2020-03-20 10:00"


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def today() -> Any:
    with time_machine.travel(moment(ON), tick=False):
        yield


def of(city: City, name: str) -> Client:
    client = Client()
    client.force_login(city.people[name])
    return client


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def post(client: Client, name: str, case: Case, **given: Any) -> Any:
    return client.post(reverse(name, args=[case.pk]), {"version": again(case).version, **given})


def test_the_lead_office_asks_on_the_page_of_the_filing_and_the_head_of_the_commission_grants(
    city: City, today: Any
) -> None:
    filing = filing_of(selected(city))
    lead, head = of(city, "lead"), of(city, "commission_head")
    page, ask = reverse("filing", args=[filing.pk]), reverse("extension_ask", args=[filing.pk])
    assert ask in text(lead.get(page))
    assert ask not in text(of(city, "member").get(page))
    form = text(lead.get(ask))
    assert city.city.name in form
    given = {"due_asked": "2020-04-24", "reason": "成员单位尚未盖章。"}
    assert post(lead, "extension_ask", filing, **given).headers["Location"] == page
    request = Case.objects.get(kind="extension")
    assert request.number in text(lead.get(page))
    inbox = text(head.get("/"))
    assert reverse("extension", args=[request.pk]) in inbox
    assert "拱墅区紧密医养联合体 · " in inbox
    assert "2020-04-24" in text(head.get(reverse("extension", args=[request.pk])))
    granting = reverse("extension_verb", args=[request.pk, "grant"])
    assert head.post(granting, {"version": request.version}).status_code == 302
    item = WorkItem.objects.open().get(process=filing.pk)
    why = text(lead.get(reverse("work_item_due", args=[item.pk])))
    assert request.number in why


def test_a_held_filing_says_who_holds_it_and_why_and_offers_no_step(city: City, today: Any) -> None:
    pilot = selected(city)
    officer, lead = of(city, "commission"), of(city, "lead")
    page = reverse("pilot", args=[pilot.pk])
    assert reverse("case_verb", args=[pilot.pk, "hold"]) in text(officer.get(page))
    assert reverse("case_verb", args=[pilot.pk, "hold"]) not in text(lead.get(page))
    done = officer.post(
        reverse("case_verb", args=[pilot.pk, "hold"]), {"version": pilot.version, "reason": "疫情防控。"}
    )
    assert done.headers["Location"] == page
    filing = reverse("filing", args=[filing_of(pilot).pk])
    assert "疫情防控。" in text(lead.get(filing))
    assert reverse("filing_verb", args=[filing_of(pilot).pk, "submit"]) not in text(lead.get(filing))
    assert reverse("case_verb", args=[pilot.pk, "release_hold"]) in text(officer.get(page))
    assert reverse("case_verb", args=[filing_of(pilot).pk, "release_hold"]) not in text(officer.get(filing))


def test_a_pilot_under_supervision_says_so_to_those_who_take_part(city: City, today: Any) -> None:
    pilot = selected(city)
    head, lead = of(city, "commission_head"), of(city, "lead")
    given = {"due_on": "2020-03-30", "reason": "启动缓慢。"}
    assert post(head, "supervise", pilot, **given).status_code == 302
    supervision = reverse("supervision", args=[Case.objects.get(kind="supervision").pk])
    assert supervision in text(lead.get(reverse("pilot", args=[pilot.pk])))
    assert "启动缓慢。" in text(lead.get(supervision))
    assert of(city, "sibling").get(supervision).status_code == 404


def test_what_the_commission_has_to_do_itself_it_is_not_offered_to_hold_or_supervise(city: City, today: Any) -> None:
    pilot = placed(city, "joint")
    page = text(of(city, "commission").get(reverse("pilot", args=[pilot.pk])))
    assert reverse("supervise", args=[pilot.pk]) not in page
    assert reverse("case_verb", args=[pilot.pk, "hold"]) not in page
    above = text(of(city, "region").get(reverse("pilot", args=[pilot.pk])))
    assert reverse("supervise", args=[pilot.pk]) in above


@pytest.mark.parametrize(("state", "who"), [("joint", "commission"), ("countersigning", "finance")])
def test_work_on_the_score_leads_to_the_scorecard(city: City, today: Any, state: str, who: str) -> None:
    pilot = placed(city, state)
    assert f'href="{reverse("pilot_scoring", args=[pilot.pk])}"' in text(of(city, who).get("/"))


def test_the_list_of_work_names_the_alliance_and_not_the_city_whose_case_it_is(city: City, today: Any) -> None:
    selected(city)
    inbox = text(of(city, "lead").get("/"))
    assert '<td class="m-line">拱墅区紧密医养联合体' in inbox
    assert f'<td class="m-line">{city.city.name}' not in inbox


@pytest.mark.parametrize("verb", ["hold", "release_hold", "supervise", "request_extension"])
def test_a_referral_has_no_such_verb(verb: str) -> None:
    from workflows.kinds import KINDS

    assert verb not in KINDS["referral"].verbs
