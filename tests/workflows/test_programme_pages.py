"""The pages of the year's programme, of work plans and of what is asked, as each of those concerned meets them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, OrgUnit, Programme, Round, WorkPlan
from tests.workflows.programmes import PARTS, write_plan
from tests.worlds import World, moment, unit
from workflows.programme.opening import open_programme, start_programme

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def today() -> Iterator[Any]:
    with time_machine.travel(moment("2021-01-11"), tick=False) as clock:
        yield clock


def client_of(user: Any) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


@pytest.fixture
def officer(world: World) -> Client:
    return client_of(world.region_officer)


@pytest.fixture
def draft(world: World) -> Case:
    return start_programme(world.region, 2021, by=world.actor("region_officer"), at=moment("2021-01-11"))


@pytest.fixture
def running(world: World) -> Case:
    by, notice = world.actor("region_officer"), "今年重点抓院感防控。"
    return open_programme(world.region, 2021, by=by, at=moment("2021-01-11"), notice=notice)


@pytest.fixture
def plan(world: World, running: Case) -> Case:
    return Case.objects.get(kind="work_plan", unit=world.prefecture)


def dates(**changed: str) -> dict[str, Any]:
    given = {
        "notice": "请各地州认真组织。",
        "first_report_cutoff": "2021-01-31",
        "first_report_due": "2021-02-28",
        "annual_cutoff": "2021-09-30",
        "annual_due": "2021-10-20",
        "row_version": "0",
    }
    return given | changed


# ── the region's year ──


def test_the_region_prepares_and_opens_its_year(world: World, officer: Client) -> None:
    listed = officer.get(reverse("programmes"))
    assert "No year has a programme yet" in listed.text
    case_page = officer.post(reverse("programme_start"), {"year": 2021}, follow=True)
    case = Case.objects.get(kind="programme")
    assert case_page.redirect_chain[-1][0] == reverse("programme", args=[case.pk])
    assert 'value="2021-10-20"' in case_page.text
    opened = officer.post(reverse("programme_verb", args=[case.pk, "open"]), {"version": 1}, follow=True)
    assert "3 cycles opened, 0 were open already" in opened.text
    assert "Write the work plan" not in opened.text
    assert "Being drafted" in opened.text
    assert Case.objects.filter(kind="quality_cycle", year=2021).count() == 3
    assert "No year has a programme yet" not in officer.get(reverse("programmes")).text


def test_a_second_programme_for_the_year_is_not_offered_and_refused(officer: Client, draft: Case) -> None:
    assert '<option value="2021"' not in officer.get(reverse("programmes")).text
    answer = officer.post(reverse("programme_start"), {"year": 2021})
    assert answer.status_code == 422
    assert Case.objects.filter(kind="programme").count() == 1


def test_notice_and_dates_are_saved_with_a_row_version_and_moved_dates_are_named(officer: Client, draft: Case) -> None:
    address = reverse("programme_draft", args=[draft.pk])
    answer = officer.post(address, dates(annual_due="2021-10-25"), headers=JSON)
    assert (answer.status_code, answer.json()["row_version"]) == (200, 1)
    assert Round.objects.get(code="annual").due_on == dt.date(2021, 10, 25)
    assert Programme.objects.get().notice == "请各地州认真组织。"
    assert "Set by the region instead of the edition’s date" in officer.get(reverse("programme", args=[draft.pk])).text
    again = officer.post(address, dates(annual_due="2021-10-25"), headers=JSON)
    assert (again.status_code, again.json()["row_version"]) == (200, 1)


def test_rounds_out_of_order_are_refused_at_the_field_and_nothing_typed_is_lost(officer: Client, draft: Case) -> None:
    address = reverse("programme_draft", args=[draft.pk])
    wrong = dates(annual_cutoff="2021-11-30")
    answer = officer.post(address, wrong, headers=JSON)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["annual_due"])
    page = officer.post(address, wrong)
    assert page.status_code == 422
    assert 'value="2021-11-30"' in page.text
    assert "请各地州认真组织。" in page.text
    assert "The due date lies before the cut-off." in page.text
    for wrong in (dates(annual_cutoff="2020-12-31"), dates(annual_due="2031-10-20"), dates(annual_due="20.10.")):
        assert officer.post(address, wrong).status_code == 422
    assert Round.objects.get(code="annual").cutoff_on == dt.date(2021, 9, 30)


def test_of_two_who_write_at_once_the_second_is_shown_what_the_first_has_saved(officer: Client, draft: Case) -> None:
    address = reverse("programme_draft", args=[draft.pk])
    officer.post(address, dates(), headers=JSON)
    late = officer.post(address, dates(notice="另一份通知。"), headers=JSON)
    assert late.status_code == 409
    assert late.json()["theirs"]["notice"] == "请各地州认真组织。"
    assert set(late.json()["theirs"]) == set(dates()) - {"row_version"}
    page = officer.post(address, dates(notice="另一份通知。"))
    assert page.status_code == 409
    assert "另一份通知。" in page.text
    assert Programme.objects.get().notice == "请各地州认真组织。"


def test_after_the_opening_notice_and_dates_stand(officer: Client, running: Case) -> None:
    answer = officer.post(reverse("programme_draft", args=[running.pk]), dates(notice="更正。", row_version="1"))
    assert answer.status_code == 409
    assert "更正。" in answer.text
    assert "Open the year</button>" not in officer.get(reverse("programme", args=[running.pk])).text
    again = officer.post(reverse("programme_verb", args=[running.pk, "open"]), {"version": 2})
    assert again.status_code == 409


def test_a_stale_page_does_not_open_the_year(officer: Client, draft: Case) -> None:
    assert officer.post(reverse("programme_verb", args=[draft.pk, "open"]), {"version": 7}).status_code == 409
    assert officer.post(reverse("programme_verb", args=[draft.pk, "accept"]), {"version": 1}).status_code == 400
    assert Case.objects.get(pk=draft.pk).state == "drafting"


def test_without_prefectures_the_page_says_so_and_opening_is_refused(officer: Client, draft: Case) -> None:
    OrgUnit.objects.filter(kind="prefecture").update(closed_on=dt.date(2020, 6, 1))
    page = officer.get(reverse("programme", args=[draft.pk]))
    assert "The region has no active prefecture" in page.text
    assert 'form="open"' not in page.text
    answer = officer.post(reverse("programme_verb", args=[draft.pk, "open"]), {"version": 1})
    assert answer.status_code == 422
    assert "there is nobody to ask anything of" in answer.text


def test_the_missing_cycles_are_opened_again_from_the_page(world: World, officer: Client, running: Case) -> None:
    page = officer.get(reverse("programme", args=[running.pk]))
    assert "Open the 3 missing cycles" in page.text
    done = officer.post(reverse("programme_cycles", args=[running.pk]), follow=True)
    assert "3 cycles opened" in done.text
    assert "missing cycle" not in done.text
    again = officer.post(reverse("programme_cycles", args=[running.pk]), follow=True)
    assert "0 cycles opened, 3 were open already" in again.text
    assert client_of(world.inspector).post(reverse("programme_cycles", args=[running.pk])).status_code == 403


def test_cycles_are_opened_only_while_the_programme_runs(officer: Client, draft: Case) -> None:
    assert officer.post(reverse("programme_cycles", args=[draft.pk])).status_code == 409


def test_a_new_prefecture_is_named_and_taken_in_from_the_page(world: World, officer: Client, running: Case) -> None:
    unit("prefecture", "吐鲁番市卫生健康委", "650400", world.region)
    page = officer.get(reverse("programme", args=[running.pk]))
    assert "1 prefecture is not in the programme yet" in page.text
    address = reverse("programme_verb", args=[running.pk, "include_prefecture"])
    done = officer.post(address, {"version": running.version}, follow=True)
    assert "The new prefectures are in the programme." in done.text
    assert officer.post(address, {"version": running.version}).status_code == 409


def test_the_year_is_ended_from_the_page_once_it_is_over(
    world: World, officer: Client, running: Case, today: Any
) -> None:
    assert 'id="h-end"' not in officer.get(reverse("programme", args=[running.pk])).text
    assert officer.post(reverse("programme_verb", args=[running.pk, "end"]), {"version": 2}).status_code == 409
    today.move_to(moment("2022-01-04"))
    officer = client_of(world.region_officer)
    assert 'id="h-end"' in officer.get(reverse("programme", args=[running.pk])).text
    done = officer.post(reverse("programme_verb", args=[running.pk, "end"]), {"version": 2}, follow=True)
    assert "Ended" in done.text


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("region_head", 200),
        ("inspector", 200),
        ("nation_officer", 200),
        ("prefecture_officer", 302),
        ("county_officer", 302),
        ("institution_filler", 302),
        ("nobody", 404),
        ("region_expert", 404),
        ("system_admin", 404),
    ],
)
def test_who_sees_a_running_programme_and_who_is_led_to_what_is_asked(
    world: World, running: Case, role: str, status: int
) -> None:
    answer = client_of(world.people[role]).get(reverse("programme", args=[running.pk]))
    assert answer.status_code == status
    if status == 302:
        assert answer.headers["Location"] == f"{reverse('requirements')}?year=2021"


def test_nobody_below_sees_a_programme_that_is_being_prepared(world: World, draft: Case) -> None:
    for role in ("prefecture_head", "county_officer", "institution_head"):
        assert client_of(world.people[role]).get(reverse("programme", args=[draft.pk])).status_code == 404
    reader = client_of(world.inspector).get(reverse("programme", args=[draft.pk]))
    assert "The programme is being prepared" in reader.text
    assert reverse("programme_draft", args=[draft.pk]) not in reader.text
    assert client_of(world.inspector).post(reverse("programme_draft", args=[draft.pk]), dates()).status_code == 403
    assert client_of(world.county_officer).post(reverse("programme_draft", args=[draft.pk]), dates()).status_code == 404


def test_the_matrix_costs_the_same_queries_for_two_prefectures_and_for_ten(world: World, officer: Client) -> None:
    def queries(case: Case) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert officer.get(reverse("programme", args=[case.pk])).status_code == 200
        return len(captured)

    by = world.actor("region_officer")
    first = open_programme(world.region, 2021, by=by, at=moment("2021-01-11"))
    few = queries(first)
    for number in range(10):
        unit("prefecture", f"第{number}地区卫生健康委", f"6530{number}0", world.region)
    open_programme(world.region, 2021, by=by, at=moment("2021-01-11"))
    assert queries(first) <= few <= 26


# ── the work plan ──


def test_the_officer_writes_the_plan_and_hands_it_to_the_head(world: World, plan: Case) -> None:
    officer = client_of(world.prefecture_officer)
    page = officer.get(reverse("work_plan", args=[plan.pk]))
    assert "Goals of the year" in page.text
    address = reverse("work_plan_draft", args=[plan.pk])
    saved = officer.post(address, {**PARTS, "row_version": 0}, headers=JSON)
    assert (saved.status_code, saved.json()["row_version"]) == (200, 1)
    assert WorkPlan.objects.get(pk=plan.pk).updated_by == world.prefecture_officer
    late = officer.post(address, {**PARTS, "goals": "另写。", "row_version": 0}, headers=JSON)
    assert (late.status_code, late.json()["theirs"]) == (409, PARTS)
    shown = officer.post(address, {**PARTS, "goals": "另写。", "row_version": 0})
    assert shown.status_code == 409
    assert "另写。" in shown.text
    assert PARTS["goals"] in shown.text
    done = officer.post(reverse("work_plan_verb", args=[plan.pk, "request_confirmation"]), {"version": 1}, follow=True)
    assert "Awaiting the head’s confirmation" in done.text
    assert officer.post(address, {**PARTS, "row_version": 1}, headers=JSON).status_code == 409


def test_an_incomplete_plan_is_marked_at_its_part(world: World, plan: Case) -> None:
    write_plan(plan, organisation="")
    officer = client_of(world.prefecture_officer)
    answer = officer.post(reverse("work_plan_verb", args=[plan.pk, "request_confirmation"]), {"version": 1})
    assert answer.status_code == 422
    assert 'href="#id_organisation"' in answer.text
    assert PARTS["goals"] in answer.text


def test_a_part_that_is_too_long_is_refused_and_kept_on_the_page(world: World, plan: Case) -> None:
    officer, address = client_of(world.prefecture_officer), reverse("work_plan_draft", args=[plan.pk])
    endless = "长" * 20_001
    assert officer.post(address, {"goals": endless, "row_version": 0}, headers=JSON).status_code == 422
    page = officer.post(address, {"goals": endless, "row_version": 0})
    assert page.status_code == 422
    assert endless in page.text


def test_the_region_puts_it_on_file_or_returns_it_with_a_reason(world: World, officer: Client, plan: Case) -> None:
    write_plan(plan)
    writer, head = client_of(world.prefecture_officer), client_of(world.prefecture_head)

    def verb(client: Client, name: str, **given: Any) -> Any:
        version = Case.objects.get(pk=plan.pk).version
        return client.post(reverse("work_plan_verb", args=[plan.pk, name]), {"version": version, **given}, follow=True)

    verb(writer, "request_confirmation")
    assert "Send back to the officer" in head.get(reverse("work_plan", args=[plan.pk])).text
    assert verb(head, "send_back").status_code == 422
    assert verb(head, "submit").status_code == 200
    refused = verb(officer, "return_", reason=" ")
    assert refused.status_code == 422
    assert "Give the reason." in refused.text
    assert "returned to the prefecture" in verb(officer, "return_", reason="目标未量化。").text
    assert "目标未量化。" in writer.get(reverse("work_plan", args=[plan.pk])).text
    verb(writer, "request_confirmation")
    assert "Withdraw" in writer.get(reverse("work_plan", args=[plan.pk])).text
    verb(head, "submit")
    assert "put on file" in verb(officer, "accept").text
    assert verb(officer, "accept").status_code == 409
    assert verb(officer, "archive").status_code == 400


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("prefecture_head", 200),
        ("region_head", 200),
        ("inspector", 200),
        ("nation_officer", 200),
        ("county_officer", 404),
        ("institution_head", 404),
        ("nobody", 404),
    ],
)
def test_who_reads_a_work_plan_and_nobody_of_them_writes_it(world: World, plan: Case, role: str, status: int) -> None:
    client = client_of(world.people[role])
    page = client.get(reverse("work_plan", args=[plan.pk]))
    assert page.status_code == status
    if status == 200:
        assert "Nothing has been written yet" in page.text
    written = client.post(reverse("work_plan_draft", args=[plan.pk]), {**PARTS, "row_version": 0})
    assert written.status_code == (403 if status == 200 else 404)
    assert not WorkPlan.objects.get(pk=plan.pk).goals


def test_a_plan_is_not_a_programme_and_the_other_way_round(officer: Client, running: Case, plan: Case) -> None:
    assert officer.get(reverse("work_plan", args=[running.pk])).status_code == 404
    assert officer.get(reverse("programme", args=[plan.pk])).status_code == 404


# ── what is asked of us ──


@pytest.mark.parametrize("role", ["prefecture_officer", "county_officer", "institution_filler", "other_filler"])
def test_everybody_below_reads_notice_windows_and_rounds(world: World, running: Case, role: str) -> None:
    page = client_of(world.people[role]).get(reverse("requirements")).text
    assert "今年重点抓院感防控。" in page
    assert "First report (one-off)" in page
    assert "20 October" in page
    assert "Phases of the year" in page
    assert ("Our work plan" in page) == (role == "prefecture_officer")


def test_before_the_year_is_opened_the_page_says_so_and_shows_the_edition(world: World, draft: Case) -> None:
    page = client_of(world.county_officer).get(reverse("requirements")).text
    assert "The region has not opened 2021 yet" in page
    assert "By the edition in force" in page
    assert "Reporting rounds" not in page
    assert client_of(world.county_officer).get(f"{reverse('requirements')}?year=1999").status_code == 200


def test_a_page_for_those_who_work_in_a_region(world: World, running: Case) -> None:
    for role in ("nobody", "system_admin", "region_expert"):
        assert client_of(world.people[role]).get(reverse("requirements")).status_code == 403


def test_another_regions_programme_is_not_ours(world: World, running: Case) -> None:
    neighbour = unit("region", "另一自治区卫生健康委", "640000", OrgUnit.objects.get(kind="nation"))
    Case.objects.filter(pk=running.pk).update(unit=neighbour)
    assert "今年重点抓院感防控。" not in client_of(world.county_officer).get(reverse("requirements")).text


def test_below_the_region_the_list_of_programmes_leads_to_what_is_asked(world: World, running: Case) -> None:
    answer = client_of(world.county_officer).get(reverse("programmes"))
    assert answer.headers["Location"] == reverse("requirements")
    assert client_of(world.county_officer).post(reverse("programme_start"), {"year": 2022}).status_code == 403


def test_the_inbox_leads_to_what_is_asked_while_the_year_runs(world: World, draft: Case) -> None:
    filler = client_of(world.institution_filler)
    link = f'class="btn" href="{reverse("requirements")}"'
    assert link not in filler.get("/").text
    open_programme(world.region, 2021, by=world.actor("region_officer"), at=moment("2021-01-11"))
    assert link in filler.get("/").text


def test_the_pages_of_those_below_cost_few_queries(world: World, plan: Case) -> None:
    for role, name, args, most in [
        ("institution_filler", "requirements", [], 10),
        ("prefecture_officer", "requirements", [], 11),
        ("prefecture_officer", "work_plan", [plan.pk], 18),
    ]:
        client = client_of(world.people[role])
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(name, args=args))
        assert len(captured) <= most, (role, name, len(captured))
