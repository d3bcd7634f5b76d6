"""Annual cycles, opening a year, institution files, signing in and the reader's own page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.access import SYSTEM
from cases.models import Case
from tests.story import Story, problem
from tests.worlds import World, moment, unit
from workflows.quality_cycle.opening import open_year

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(moment("2021-06-08"), tick=False):
        yield


def sign_in(user: Any) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def page(user: Any, address: str) -> str:
    answer = sign_in(user).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def two_years(world: World) -> tuple[Story, Story]:
    """The same two items found in 2020 and 2021; one of 2020 was closed."""
    hand = {"A1-19": problem(["hand"]), "A1-08": problem(planned_on=dt.date(2021, 6, 30))}
    older = Story.open(world, 2020, "2020-01-04").on("2020-03-01")
    older.submit({"A1-19": problem(["hand"], planned_on=dt.date(2020, 6, 30))})
    older.on("2020-05-20").approve()
    for finding in older.findings():
        older.on("2020-06-01").fix(finding)
        older.on("2020-06-02").close(finding)
    newer = Story.open(world, 2021).on("2021-03-01")
    newer.submit(hand)
    return older, newer


# ── annual cycles ──────────────────────────────────────────────────────────


def test_each_persona_lists_the_cycles_of_the_own_area(world: World) -> None:
    open_year(world.region, 2021, by=SYSTEM, at=moment("2021-01-04"))
    address = reverse("cycles")
    assert "沙依巴克区暖阳护理院" in page(world.prefecture_officer, address)
    assert "沙依巴克区暖阳护理院" not in page(world.county_officer, address)
    assert "天山区松鹤医养中心" in page(world.county_officer, address)
    assert "No cycle has been opened" in page(world.nobody, address)


def test_an_institution_is_led_to_its_own_case(story: Story) -> None:
    answer = sign_in(story.world.institution_filler).get(reverse("cycles"))
    assert answer["Location"] == reverse("case", args=[story.case.pk])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("year=2021", True),
        ("year=2020", False),
        ("q=康宁", True),
        ("q=650102-001", True),
        ("q=松鹤", False),
        ("state=self_check", True),
        ("state=archived", False),
        ("state=nonsense", True),
        ("light=late", True),
        ("light=ok", False),
        ("area=x", True),
        ("after=x~y", True),
    ],
)
def test_each_filter_of_the_cycles_keeps_what_fits(story: Story, asked: str, found: bool) -> None:
    address = f"{reverse('cycles')}?{asked}"
    assert ("天山区康宁护理院" in page(story.world.county_officer, address)) is found


def test_the_area_filter_keeps_the_county(world: World) -> None:
    open_year(world.region, 2021, by=SYSTEM, at=moment("2021-01-04"))
    html = page(world.region_officer, f"{reverse('cycles')}?area={world.other_county.pk}")
    assert "沙依巴克区暖阳护理院" in html
    assert "天山区康宁护理院" not in html


def test_a_cycle_in_rectification_shows_the_most_urgent_limit_of_its_findings(story: Story) -> None:
    early, late = problem(planned_on=dt.date(2021, 6, 10)), problem(planned_on=dt.date(2021, 9, 30))
    story.on("2021-03-01").submit({"A1-08": late, "A1-09": early})
    story.on("2021-05-20").approve()
    officer = story.world.county_officer
    line = sign_in(officer).get(reverse("cycles")).context["page"].rows[0]
    assert line.item.due_at.date() == dt.date(2021, 6, 10)
    assert (line.found, line.unsettled) == (2, 2)
    assert "天山区康宁护理院" in page(officer, f"{reverse('cycles')}?light=soon")


def test_the_list_of_cycles_costs_the_same_on_every_page(world: World, django_assert_max_num_queries: Any) -> None:
    for number in range(70):
        unit("institution", f"天山区第{number}护理院", f"650102-9{number:02d}", world.county)
    open_year(world.county, 2021, by=SYSTEM, at=moment("2021-01-04"))
    client, seen, cursor = sign_in(world.county_officer), [], ""
    client.get(reverse("cycles"))
    for _page in range(4):
        with django_assert_max_num_queries(16):
            answer = client.get(reverse("cycles"), {"after": cursor})
        seen += [line.case.pk for line in answer.context["page"].rows]
        cursor = answer.context["page"].next
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 72


# ── opening a year ─────────────────────────────────────────────────────────


def test_the_region_is_told_what_opening_a_year_would_do_and_then_does_it(world: World) -> None:
    open_year(world.institution, 2021, by=SYSTEM, at=moment("2021-01-04"))
    client, address = sign_in(world.region_officer), reverse("open_year")
    preview = client.get(address, {"unit": world.region.pk, "year": 2021}).context
    assert (preview["total"], preview["present"], preview["to_open"]) == (3, 1, 2)
    answer = client.post(address, {"unit": world.region.pk, "year": 2021}, follow=True)
    assert "2 cycles opened, 1 were open already" in answer.content.decode()
    again = client.post(address, {"unit": world.region.pk, "year": 2021}, follow=True)
    assert "0 cycles opened, 3 were open already" in again.content.decode()
    opened = Case.objects.filter(kind="quality_cycle", started_by=world.region_officer)
    assert opened.count() == 2
    assert "region_officer (自治区卫生健康委 · Region officer)" in page(
        world.inspector, reverse("case", args=[opened[0].pk])
    )


@pytest.mark.parametrize("role", ["institution_head", "county_approver", "prefecture_head", "inspector", "nobody"])
def test_nobody_below_the_region_opens_a_year(world: World, role: str) -> None:
    client, address = sign_in(world.people[role]), reverse("open_year")
    assert client.get(address).status_code == 403
    assert client.post(address, {"unit": world.region.pk, "year": 2021}).status_code == 403
    assert not Case.objects.exists()


@pytest.mark.parametrize("fields", [{"year": "1999"}, {"year": "abc"}, {"unit": "0"}, {"unit": ""}])
def test_a_year_without_an_edition_and_a_foreign_unit_are_refused(world: World, fields: dict[str, str]) -> None:
    given = {"unit": str(world.region.pk), "year": "2021"} | fields
    answer = sign_in(world.region_officer).post(reverse("open_year"), given)
    assert answer.status_code == 422
    assert not Case.objects.exists()


def test_a_unit_outside_the_own_posts_cannot_be_opened(world: World) -> None:
    fields = {"unit": world.county.pk, "year": "2021"}
    assert sign_in(world.region_officer).post(reverse("open_year"), fields).status_code == 422


# ── institution files ──────────────────────────────────────────────────────


def test_institution_files_are_searched_by_name_and_code_within_the_own_area(world: World) -> None:
    address = reverse("units")
    assert "天山区康宁护理院" in page(world.county_officer, f"{address}?q=康宁")
    assert "天山区康宁护理院" in page(world.county_officer, f"{address}?q=650102-001")
    assert "沙依巴克区暖阳护理院" not in page(world.county_officer, f"{address}?q=暖阳")
    assert "沙依巴克区暖阳护理院" in page(world.region_head, f"{address}?area={world.other_county.pk}")
    answer = sign_in(world.institution_filler).get(address)
    assert answer["Location"] == reverse("unit", args=[world.institution.pk])


def test_an_institution_reads_its_own_file_and_no_other(world: World) -> None:
    assert "天山区康宁护理院" in page(world.institution_filler, reverse("unit", args=[world.institution.pk]))
    client = sign_in(world.institution_filler)
    for other in (world.sibling, world.other_institution, world.county):
        assert client.get(reverse("unit", args=[other.pk])).status_code == 404
    assert client.get(reverse("unit", args=[999_999])).status_code == 404


def test_the_file_tells_each_year_with_beds_findings_versions_and_what_came_back(world: World) -> None:
    older, newer = two_years(world)
    answer = sign_in(world.inspector).get(reverse("unit", args=[world.institution.pk]))
    years = [
        (line.case.year, line.found, line.unsettled, line.last.medical_beds) for line in answer.context["years_lines"]
    ]
    assert years == [(2021, 2, 2, 80), (2020, 1, 0, 80)]
    assert [(line.facet, line.years) for line in answer.context["recurrences"]] == [("Hand hygiene", [2020, 2021])]
    assert [(year, len(lines)) for year, lines in answer.context["finding_years"]] == [(2021, 2), (2020, 1)]
    assert [(line.case.pk, len(line.sealed)) for line in answer.context["versions"]] == [
        (newer.case.pk, 1),
        (older.case.pk, 1),
    ]
    html = answer.content.decode()
    assert reverse("case", args=[older.case.pk]) in html
    assert "institution_head" in html


def test_a_draft_leaves_no_trace_in_the_file(story: Story) -> None:
    story.fill({"A1-08": problem()}).seal()
    html = page(story.world.county_officer, reverse("unit", args=[story.unit.pk]))
    assert "Nothing has been submitted yet." in html
    assert "现场照片.jpg" not in html


def test_the_file_costs_the_same_with_more_years(world: World, django_assert_max_num_queries: Any) -> None:
    Story.open(world, 2020, "2020-01-04").on("2020-03-01").submit({"A1-08": problem(planned_on=dt.date(2020, 6, 1))})
    client, address = sign_in(world.county_officer), reverse("unit", args=[world.institution.pk])
    client.get(address)
    with django_assert_max_num_queries(18) as few:
        client.get(address)
    cost = len(few)
    Story.open(world, 2021).on("2021-03-01").submit({"A1-08": problem(), "A1-09": problem()})
    client.get(address)
    with django_assert_max_num_queries(cost):
        client.get(address)


# ── signing in, and one's own page ─────────────────────────────────────────


def test_signing_in_leads_to_the_inbox_and_a_wrong_password_says_so(world: World, client: Client) -> None:
    name = world.county_officer.username
    wrong = client.post(reverse("login"), {"username": name, "password": "wrong"})
    assert wrong.status_code == 422
    right = client.post(reverse("login"), {"username": name, "password": "correct horse"})
    assert (right.status_code, right["Location"]) == (302, reverse("inbox"))
    assert client.get(reverse("login")).status_code == 302
    assert client.post(reverse("logout"))["Location"] == reverse("login")
    assert client.get(reverse("inbox")).status_code == 302


def test_my_page_lists_my_appointments_with_their_dates(world: World) -> None:
    html = page(world.expired, reverse("me"))
    assert "天山区卫生健康委" in html
    assert "ended" in html
    assert "in force" in page(world.county_officer, reverse("me"))


def test_a_password_is_changed_and_the_session_goes_on(world: World) -> None:
    user, address = world.county_officer, reverse("me")
    client = sign_in(user)
    fields = {"old_password": "correct horse", "new_password1": "battery staple", "new_password2": "battery staple"}
    for wrong in (
        {"old_password": "x"},
        {"new_password2": "other staple"},
        {"new_password1": "1", "new_password2": "1"},
    ):
        answer = client.post(address, {**fields, **wrong})
        assert answer.status_code == 422
        assert "battery staple" not in answer.content.decode()
    assert client.post(address, fields).status_code == 302
    assert client.get(address).status_code == 200
    user.refresh_from_db()
    assert user.check_password("battery staple")
