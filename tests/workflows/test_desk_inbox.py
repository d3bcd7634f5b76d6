"""The inbox: whose turn it is, as each persona sees it, at a cost that does not grow."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.access import SYSTEM, Actor
from cases.models import Case, Finding, WorkItem
from tests.story import Story, problem
from tests.workflows.ledger_rows import findings
from tests.worlds import World, moment, person, unit
from workflows.desk import inbox
from workflows.engine import perform
from workflows.quality_cycle.kind import QualityCycleFlow
from workflows.quality_cycle.opening import open_year

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15


@pytest.fixture
def today() -> Any:
    """A Wednesday in the self-check phase of 2021."""
    with time_machine.travel(moment("2021-04-28"), tick=False):
        yield


def sign_in(user: Any, language: str = "en") -> Client:
    client = Client()
    if language:
        client.cookies["django_language"] = language
    client.force_login(user)
    return client


def page(user: Any, address: str = "/") -> str:
    answer = sign_in(user).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def many_institutions(world: World, count: int) -> None:
    for number in range(count):
        unit("institution", f"天山区第{number}护理院", f"650102-9{number:02d}", world.county)


def test_somebody_who_is_not_signed_in_is_asked_to_sign_in(client: Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('login')}?next=/")


def test_the_filler_is_led_to_the_form_and_the_head_has_nothing_to_do_yet(story: Story, today: Any) -> None:
    html = page(story.world.institution_filler)
    assert reverse("selfcheck", args=[story.case.pk]) in html
    assert "Fill in the self-check of 2021" in html
    assert "Nothing waits for you" in page(story.world.institution_head)


def test_an_institution_never_sees_the_work_of_another(story: Story, today: Any) -> None:
    open_year(story.world.other_institution, 2021, by=SYSTEM, at=story.at)
    for view in ("todo", "done", "started", "overdue"):
        assert "天山区康宁护理院" not in page(story.world.other_filler, f"/?view={view}")


def test_the_list_of_a_county_is_that_of_its_own_institutions(story: Story, today: Any) -> None:
    open_year(story.world.other_institution, 2021, by=SYSTEM, at=story.at)
    story.on("2021-03-01").submit()
    mine, theirs = page(story.world.county_officer), page(story.world.other_officer)
    assert "Verify the self-check of 2021" in mine
    assert "天山区康宁护理院" not in theirs
    assert "沙依巴克区暖阳护理院" in theirs  # waits for the institution of that county


def test_what_a_colleague_has_claimed_is_said_to_be_theirs(story: Story, today: Any) -> None:
    story.on("2021-03-01").submit()
    story.perform("claim", story.world.actor("colleague"))
    assert "Claimed by colleague" in page(story.world.county_officer)
    assert "Claimed by me" in page(story.world.colleague)


def test_finished_work_stands_under_done_with_what_was_done(story: Story, today: Any) -> None:
    story.on("2021-03-01").submit()
    assert "Confirm and submit" in page(story.world.institution_head, "/?view=done")
    assert "Fill in the self-check of 2021" not in page(story.world.institution_filler)


def test_cases_that_somebody_started_are_listed_for_them_alone(world: World, today: Any) -> None:
    open_year(world.county, 2021, by=Actor(world.region_officer), at=moment("2021-01-04"))
    assert "天山区松鹤医养中心" in page(world.region_officer, "/?view=started")
    assert "天山区松鹤医养中心" not in page(world.region_head, "/?view=started")


def test_those_who_oversee_see_what_is_overdue_in_their_area_and_nothing_of_others(story: Story) -> None:
    with time_machine.travel(moment("2021-05-04"), tick=False):
        assert "天山区康宁护理院" in page(story.world.prefecture_officer, "/?view=overdue")
        assert "天山区康宁护理院" not in page(story.world.county_officer, "/?view=overdue")
        assert "天山区康宁护理院" in page(story.world.institution_filler, "/?view=overdue")
        elsewhere = person("elsewhere", "prefecture_officer", story.world.other_prefecture)
        assert "天山区康宁护理院" not in page(elsewhere, "/?view=overdue")


def test_a_person_without_an_appointment_is_told_so(world: World) -> None:
    for user in (world.nobody, world.expired):
        assert "You have no valid appointment" in page(user)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=康宁", True),
        ("q=松鹤", False),
        ("step=quality_cycle.verify", True),
        ("step=quality_cycle.approve", False),
        ("light=ok", True),
        ("light=late", False),
        ("year=2021", True),
        ("year=2020", False),
    ],
)
def test_each_filter_keeps_what_fits_and_drops_the_rest(story: Story, today: Any, asked: str, found: bool) -> None:
    story.on("2021-03-01").submit()
    assert ("Verify the self-check of 2021" in page(story.world.county_officer, f"/?{asked}")) is found


def test_a_finding_is_found_by_a_part_of_its_number(story: Story, today: Any) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    filler = story.world.institution_filler
    assert " 2021-650102-0001</a>" in page(filler, "/?q=102-0001")
    assert " 2021-650102-0001</a>" not in page(filler, "/?q=102-0002")


def test_the_filter_by_institution_keeps_that_institution(story: Story, today: Any) -> None:
    story.on("2021-03-01").submit()
    officer, world = story.world.county_officer, story.world
    assert "Verify the self-check of 2021" in page(officer, f"/?unit={world.institution.pk}")
    assert "Verify the self-check of 2021" not in page(officer, f"/?unit={world.sibling.pk}")


@pytest.mark.parametrize(
    "asked",
    [
        "view=nothing",
        "light=pink",
        "step=x.y",
        "unit=abc",
        "unit=" + "9" * 30,
        "year=20x1",
        "after=1~x",
        "after=~",
    ],
)
def test_an_address_that_makes_no_sense_shows_the_list_all_the_same(story: Story, today: Any, asked: str) -> None:
    assert sign_in(story.world.county_officer).get(f"/?{asked}").status_code == 200


def test_the_pages_show_every_item_once_in_the_order_of_their_limits(world: World, today: Any) -> None:
    many_institutions(world, 8)
    open_year(world.county, 2021, by=SYSTEM, at=moment("2021-01-04"))
    viewer = world.viewer("county_officer", moment("2021-04-28"))
    items = inbox.waiting(viewer)
    spread = list(WorkItem.objects.order_by("pk"))
    for number, item in enumerate(spread):
        item.due_at = None if number < 3 else moment(f"2021-05-{number % 3 + 1:02d}")
        item.save(update_fields=["due_at"])
    seen: list[WorkItem] = []
    cursor = ""
    for _page in range(10):
        found = inbox.by_due(items, cursor, size=3)
        seen += found.rows
        cursor = found.next
        if not cursor:
            break
    assert len(seen) == len({item.pk for item in seen}) == items.count()
    latest = dt.datetime.max.replace(tzinfo=dt.UTC)
    assert seen == sorted(seen, key=lambda item: (item.due_at or latest, item.pk))


def test_the_first_page_of_an_officer_costs_the_same_however_many_items_there_are(
    world: World, today: Any, django_assert_max_num_queries: Any
) -> None:
    many_institutions(world, 40)
    opened = open_year(world.county, 2021, by=SYSTEM, at=moment("2021-01-04"), keep_cases=True)
    story = Story.open(world, at="2021-01-04", year=2020)
    story.on("2020-03-01").submit({"A1-08": problem(), "A1-19": problem(["hand"])})
    for item in WorkItem.objects.filter(process__in=opened.cases[:35]):
        item.unit, item.role = world.county, "county_officer"
        item.flow_task = QualityCycleFlow.instance.node("verify")
        item.save()
    client = sign_in(world.county_officer)
    client.get("/")
    with django_assert_max_num_queries(MOST_QUERIES):
        answer = client.get("/")
    assert answer.content.decode().count("Verify the self-check of 2021") >= 30


def test_the_first_page_of_an_institution_costs_the_same_with_everything_returned(
    story: Story, today: Any, django_assert_max_num_queries: Any
) -> None:
    world = story.world
    story.on("2021-03-01").submit({code: problem() for code in ("A1-08", "A1-09", "A1-10")})
    story.verify({"A1-18": {"to_return": True, "return_reason": "请补充处方抽查表"}})
    story.on("2021-03-08").perform("return_", story.officer)
    first = story.findings()[0]
    story.on("2021-03-10").fix(first)
    perform(first.case, "return_", by=story.officer, at=moment("2021-03-12"), reason="照片看不清")
    client = sign_in(world.institution_filler)
    client.get("/")
    with django_assert_max_num_queries(MOST_QUERIES):
        html = client.get("/").content.decode()
    assert "请补充处方抽查表" in html
    assert "照片看不清" in html


def test_the_task_list_says_how_far_the_form_is(story: Story, today: Any) -> None:
    filler = story.world.institution_filler
    assert "Not yet: finish 1 to 3 first" in page(filler)
    story.fill({"A1-08": problem()})
    html = page(filler)
    assert "30/30 · problems 1" in html
    assert "Ready to check" in html
    story.on("2021-03-01").perform("request_confirmation", story.filler)
    assert "Awaiting the head’s confirmation" in page(filler)
    story.seal()
    story.perform("submit", story.head)
    assert "version 1 · " in page(filler)


def test_the_panel_counts_what_is_closed_apart_from_what_is_referred_and_kept_up(story: Story, today: Any) -> None:
    states = ["open", "fixed", "closed", "closed", "referred", "continuing"]
    rows = findings(story.unit, [{"state": state} for state in states], year=2020)
    Finding.objects.filter(pk__in=[row.pk for row in rows]).update(cycle=story.case)
    findings(story.unit, [{"state": "closed"}], year=2020)
    html = page(story.world.institution_filler)
    assert "to rectify 1 · with the county for review 1 · returned 0 · to be kept up 1 · closed 2 · referred 1" in html


def test_what_the_head_sent_back_is_shown_to_the_filler_with_the_reason(story: Story, today: Any) -> None:
    story.on("2021-03-01").fill().perform("request_confirmation", story.filler)
    perform(story.case, "send_back", by=story.head, at=moment("2021-03-02"), reason="床位数请核实")
    assert "床位数请核实" in page(story.world.institution_filler)


def test_the_counts_are_capped_where_a_badge_ends(world: World) -> None:
    many_institutions(world, 30)
    for year in (2021, 2022, 2023, 2024):
        open_year(world.county, year, by=SYSTEM, at=moment("2021-01-04"))
    viewer = world.viewer("county_officer", moment("2021-04-28"))
    assert Case.objects.count() > 99
    assert inbox.inbox_counts(viewer, inbox.Filters())["waiting"] == 100
    assert "99+" in page(world.county_officer)


def test_the_list_for_paper_has_no_filters_and_no_pages(story: Story, today: Any) -> None:
    html = page(story.world.institution_filler, "/?print=1")
    assert "Fill in the self-check of 2021" in html
    assert "js/print.js" in html
    assert 'role="search"' not in html


def test_the_list_speaks_chinese_unless_english_is_asked_for(story: Story, today: Any) -> None:
    reader = sign_in(story.world.institution_filler, language="")
    assert 'lang="zh-CN"' in reader.get("/").content.decode()
    assert 'lang="en"' in page(story.world.institution_filler)
