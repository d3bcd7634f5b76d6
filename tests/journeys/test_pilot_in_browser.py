"""One alliance pilot in real browsers, from its application to its promotion (pilot plan, part 3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from cases.models import Case, CaseEvent, Pilot
from tests.browsers import NewPage
from tests.journeys import pilot as acts
from tests.journeys import pilot_patient as patient
from tests.journeys import pilot_scores as scores
from tests.journeys.personas import sign_in
from tests.journeys.test_year_in_browser import forgive
from tests.workflows.alliances import City, build_city, programme_of
from tests.workflows.scoring_cards import card, column, fill
from tests.worlds import moment
from workflows.alliance.clock import turn_phases

pytestmark = [pytest.mark.slow(70), pytest.mark.browser, pytest.mark.font, pytest.mark.django_db(transaction=True)]

NAMES = {
    "commission": "沈一帆",
    "commission_head": "郑国华",
    "lead": "吴敏",
    "lead_contact": "蒋丽华",
    "member": "楼晓燕",
    "member_contact": "何建芳",
    "finance": "潘志明",
    "other_district": "傅建平",
}
VERBS = [
    "open",
    "select",
    "set_up_group",
    "begin_practice",
    "enter_activity",
    "open_survey",
    "make_links",
    "enter_answers",
    "close_survey",
    "begin_evaluation",
    "report",
    "columns_done",
    "fix_score",
    "countersign",
    "hold_exchange",
    "promote",
    "publish_experience",
]
AtWork = Callable[..., Page]


@pytest.fixture
def city(live_server: Any) -> City:
    """The city with its programme open; its people under names that can be told apart on a page."""
    made = build_city()
    for who, name in NAMES.items():
        made.people[who].name = name
        made.people[who].save(update_fields=["name"])
    programme_of(made)
    return made


@pytest.fixture
def at_work(city: City, new_page: NewPage, time_machine: Any) -> AtWork:
    """At a moment somebody signs in and sees the inbox."""

    def begin(who: str, when: str, **look: Any) -> Page:
        time_machine.move_to(moment(when))
        return sign_in(new_page(**look), city.people[who])

    return begin


def test_a_pilot_from_the_application_to_its_promotion(
    city: City, at_work: AtWork, new_page: NewPage, browser_faults: list[str]
) -> None:
    acts.the_office_applies(at_work("lead", "2020-02-20"))
    acts.the_head_selects(at_work("commission_head", "2020-03-16"))
    acts.the_office_files(at_work("lead", "2020-03-19"))
    acts.the_officer_returns_the_agreement(at_work("commission", "2020-03-23"))
    acts.the_office_files_again(at_work("lead", "2020-03-24"))
    acts.the_officer_accepts(at_work("commission", "2020-03-26"))
    turn_phases(moment("2020-04-01 00:05"))
    pilot = Case.objects.get(kind="pilot")
    acts.the_member_enters_an_activity(at_work("member", "2020-06-01", phone=True))
    patient.the_member_asks(at_work("member_contact", "2020-06-02 09:10", phone=True))
    patient.the_hospital_accepts(at_work("lead_contact", "2020-06-02 09:40", phone=True))
    patient.the_hospital_receives(at_work("lead_contact", "2020-06-02 13:50", phone=True))
    patient.the_member_closes(at_work("member_contact", "2020-06-03 16:20", phone=True))
    another_member_reads_nothing_of_the_patient(at_work("community", "2020-06-04"))
    acts.the_survey_begins(at_work("commission", "2021-04-12"))
    link = acts.the_office_makes_a_link(at_work("lead", "2021-04-13"))
    acts.a_resident_answers_once(new_page(phone=True), link)
    acts.the_survey_ends(at_work("commission", "2021-04-20"))
    turn_phases(moment("2021-05-01 00:05"))
    acts.the_office_reports(at_work("lead", "2021-05-06"))
    the_columns_are_scored_in_parallel(city, pilot, at_work)
    scores.the_officer_fixes(at_work("commission", "2021-05-21"))
    scores.the_bureau_countersigns(at_work("finance", "2021-05-24"), "103")
    acts.the_officer_holds_the_exchange(at_work("commission", "2021-06-11"))
    acts.the_head_promotes(at_work("commission_head", "2021-06-15"))
    acts.the_officer_publishes(at_work("commission", "2021-06-18"))
    acts.the_district_reads(at_work("other_district", "2021-06-21"))
    assert told_of(pilot) == VERBS
    record = Pilot.objects.get(pk=pilot.pk)
    assert (record.case.state, str(record.total)) == ("promoted", "103.00")
    assert record.exchange_on == dt.date(2021, 6, 10)
    forgive(browser_faults, "422", "409", "404")


def the_columns_are_scored_in_parallel(city: City, pilot: Case, at_work: AtWork) -> None:
    """Most rows beforehand, as their owners could; the rest, and what is refused, in the browser."""
    for name in ("self", "city"):
        fill(city, column(pilot, name), card(), "2021-05-10")
    scores.the_officer_deducts(at_work("commission", "2021-05-12"))
    scores.the_bureau_scores(at_work("finance", "2021-05-13"))
    scores.the_office_submits(at_work("lead", "2021-05-14"))


def another_member_reads_nothing_of_the_patient(page: Page) -> None:
    """A referral belongs to its two sides."""
    referral = Case.objects.get(kind="referral")
    acts.refuses(page, f"/referrals/{referral.pk}/", 404)


def told_of(pilot: Case) -> list[str]:
    """What happened to the pilot, without who joined it."""
    verbs = CaseEvent.objects.filter(case=pilot.pk).order_by("seq").values_list("verb", flat=True)
    return [verb for verb in verbs if verb != "admit"]
