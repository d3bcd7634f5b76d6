"""The pages of a scorecard: rows save themselves and lose nothing, refusals name rows, columns stand side by side."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document

from cases.models import Case, FinalScore, Score
from tests.workflows.alliances import City, act, again, build_city
from tests.workflows.scoring_cards import FIXED, FULL, SCORED, WIREFRAME, card, column, fill, in_joint, in_scoring
from tests.worlds import moment

JSON = {"Accept": "application/json"}


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture(autouse=True)
def on_the_day(time_machine: Any) -> None:
    time_machine.move_to(moment(FIXED))


def row_of(case: Case, code: str) -> str:
    return reverse("scoring_row", args=[case.pk, code])


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_row_saves_itself_and_tells_the_sums(city: City, client: Client) -> None:
    case = column(in_scoring(city), "self")
    client.force_login(city.people["lead"])
    shown = client.get(reverse("scoring", args=[case.pk]))
    assert shown.status_code == 200
    assert "责、权、利明确" in text(shown)
    saved = client.post(row_of(case, "agreement"), {"option": "clear", "row_version": "0"}, headers=JSON)
    assert saved.status_code == 200
    assert saved.json()["row_version"] == 1
    assert set(saved.json()["fragments"]) == {"#got-agreement", "#sum-organisation", "#sums"}
    assert Score.objects.get(scoring=case.pk).points == 5
    wrong = client.post(row_of(case, "standard_care"), {"option": "substandard", "score": "x"}, headers=JSON)
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["score"])


def test_a_stale_row_is_shown_with_both_versions(city: City, client: Client) -> None:
    case = column(in_scoring(city), "self")
    client.force_login(city.people["lead"])
    client.post(row_of(case, "agreement"), {"option": "clear", "row_version": "0"})
    typed = {"option": "unclear", "reason": "协议缺目标。", "row_version": "0"}
    stale = client.post(row_of(case, "agreement"), typed, headers=JSON)
    assert (stale.status_code, stale.json()["theirs"]["option"]) == (409, "clear")
    page = client.post(row_of(case, "agreement"), typed)
    assert page.status_code == 409
    assert "协议缺目标。" in text(page)
    assert Score.objects.get(scoring=case.pk).given == {"option": "clear"}


def test_a_departure_from_the_registers_is_saved_only_where_it_is_ticked(city: City, client: Client) -> None:
    case = column(in_scoring(city), "self")
    client.force_login(city.people["lead"])
    typed = {"dispatch_person_times": "3", "override_reason": "漏登两人次。", "row_version": "0"}
    client.post(row_of(case, "staff_dispatch"), typed, headers=JSON)
    assert Score.objects.get(scoring=case.pk).given is None
    client.post(row_of(case, "staff_dispatch"), {**typed, "depart": "on", "row_version": "1"}, headers=JSON)
    assert Score.objects.get(scoring=case.pk).given == {"dispatch_person_times": "3"}


def test_a_refused_submission_names_each_row_on_the_page(city: City, client: Client) -> None:
    case = column(in_scoring(city), "self")
    fill(city, case, card())
    Score.objects.filter(scoring=case.pk, row="agreement").update(given={"option": "unclear"}, reason="")
    client.force_login(city.people["lead"])
    step = reverse("scoring_step", args=[case.pk])
    refused = client.post(step, {"verb": "submit", "version": str(case.version)})
    assert refused.status_code == 422
    assert 'href="#agreement"' in text(refused)
    assert 'href="#annual_plan"' not in text(refused)
    assert client.post(step, {"verb": "submit", "version": "99"}).status_code == 409


def test_what_cannot_be_is_said_while_it_is_typed(city: City, client: Client) -> None:
    case = column(in_scoring(city), "self")
    client.force_login(city.people["lead"])
    typed = {"option": "substandard", "score": "6", "row_version": "0"}
    saved = client.post(row_of(case, "standard_care"), typed, headers=JSON).json()
    assert len(saved["warnings"]) == 1
    assert "2" in saved["warnings"][0]
    assert "5" in saved["warnings"][0]
    again_ = client.post(row_of(case, "standard_care"), {**typed, "score": "5", "row_version": "1"}, headers=JSON)
    assert again_.json()["warnings"] == [], "a reason that is still missing is no fault while somebody types"


def test_the_page_leads_to_what_a_row_rests_on_and_says_what_the_registers_hold(city: City, client: Client) -> None:
    pilot = in_scoring(city)
    client.cookies["django_language"] = "en"
    client.force_login(city.people["finance"])
    page = text(client.get(reverse("scoring", args=[column(pilot, "finance").pk])))
    funds = reverse("pilot_funds", args=[pilot.pk])
    assert funds in page
    assert client.get(funds).status_code == 200
    for who, name in (("lead", "self"), ("commission", "city")):
        client.force_login(city.people[who])
        address = reverse("scoring", args=[column(pilot, name).pk])
        page = text(client.get(address))
        assert "0 answers to the survey; at least 1 count." in page
        for where in ("pilot_filings", "pilot_meetings", "pilot_survey", "pilot_activities", "pilot_referral_figures"):
            assert reverse(where, args=[pilot.pk]) in page
            assert client.get(reverse(where, args=[pilot.pk])).status_code == 200


def test_columns_stand_beside_each_other_only_where_they_score_the_row(city: City, client: Client) -> None:
    pilot = in_joint(city)
    client.cookies["django_language"] = "en"
    client.force_login(city.people["commission"])
    answer = client.get(reverse("pilot_scoring", args=[pilot.pk]))
    beside = {shown.row.code: len(shown.cells) for group in answer.context["groups"] for shown in group.rows}
    assert beside.pop("funds") == 1
    assert set(beside.values()) == {2}
    assert "without 1 row that another column scores" in text(answer)


def test_what_others_are_still_writing_is_not_shown(city: City, client: Client) -> None:
    pilot = in_scoring(city)
    case = column(pilot, "self")
    address = reverse("scoring", args=[case.pk])
    client.force_login(city.people["commission"])
    assert client.get(address).status_code == 403
    assert client.post(row_of(case, "agreement"), {"option": "clear"}).status_code == 403
    client.force_login(city.people["member"])
    assert client.get(address).status_code == 404
    fill(city, case, card())
    act(city, case, "submit", "lead", SCORED)
    client.force_login(city.people["commission"])
    assert client.get(address).status_code == 200
    assert client.get(reverse("scoring_records", args=[case.pk, "lectures"])).status_code == 200
    assert client.get(reverse("scoring_records", args=[case.pk, "agreement"])).status_code == 404


def test_the_joint_score_is_decided_row_by_row_fixed_and_countersigned(city: City, client: Client) -> None:
    pilot = in_joint(city, WIREFRAME, own=FULL)
    page, step = (reverse(name, args=[pilot.pk]) for name in ("pilot_scoring", "pilot_scoring_step"))
    client.force_login(city.people["commission"])
    shown = text(client.get(page))
    assert shown.count("card__row--differs") == 4
    assert client.post(step, {"verb": "fix_score"}).status_code == 422
    decide = {code: reverse("pilot_scoring_row", args=[pilot.pk, code]) for code in ("incentive", "standard_care")}
    refused = client.post(decide["incentive"], {"source": "own", "points": "7", "reason": "说明"}, headers=JSON)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["points"])
    saved = client.post(decide["incentive"], {"source": "city", "row_version": "0"}, headers=JSON)
    assert saved.status_code == 200
    for code in ("standard_care", "satisfaction", "research"):
        address = reverse("pilot_scoring_row", args=[pilot.pk, code])
        assert client.post(address, {"source": "city", "row_version": "0"}).status_code == 302
    assert client.post(step, {"verb": "fix_score"}).status_code == 302
    assert client.post(decide["incentive"], {"source": "self", "row_version": "1"}, headers=JSON).status_code == 409
    assert FinalScore.objects.filter(pilot=pilot.pk).count() == 22
    for who, final in (("member", False), ("lead", False), ("finance", True)):
        client.force_login(city.people[who])
        assert ("94.5" in text(client.get(page))) is final
    assert client.get(reverse("pilot_scoring_paper", args=[pilot.pk, "docx"])).status_code == 200
    assert client.post(step, {"verb": "countersign"}).status_code == 302
    client.force_login(city.people["member"])
    assert "94.5" in text(client.get(page))
    assert again(pilot).state == "exchange"
    paper = client.get(reverse("pilot_scoring_paper", args=[pilot.pk, "xlsx"]))
    assert paper.content.startswith(b"PK")
    assert client.get(reverse("pilot_scoring_paper", args=[pilot.pk, "odt"])).status_code == 404


def test_an_objection_without_a_reason_is_refused_on_its_page(city: City, client: Client) -> None:
    pilot = in_joint(city)
    act(city, pilot, "fix_score", "commission", FIXED)
    client.force_login(city.people["finance"])
    step = reverse("pilot_scoring_step", args=[pilot.pk])
    assert client.post(step, {"verb": "object_score", "reason": " "}).status_code == 422
    assert client.post(step, {"verb": "object_score", "reason": "资金结余未核。"}).status_code == 302
    client.force_login(city.people["commission"])
    assert "资金结余未核。" in text(client.get(reverse("pilot_scoring", args=[pilot.pk])))


def test_the_table_prints_why_a_number_is_not_the_registers(city: City, client: Client) -> None:
    pilot = in_joint(city)
    act(city, pilot, "fix_score", "commission", FIXED)
    client.force_login(city.people["commission"])
    for name, key in (("scoring_paper", column(pilot, "city").pk), ("pilot_scoring_paper", pilot.pk)):
        [table] = Document(io.BytesIO(client.get(reverse(name, args=[key, "docx"])).content)).tables
        last = {row.cells[0].text: row.cells[-1].text for row in table.rows}
        assert last["9"] == "与登记结果不一致的理由：以现场核实为准。"
        assert last["20"] == "数据来源：以现场核实为准。"
        assert last["1"] == ""


def test_the_paper_of_a_column_is_for_whoever_may_read_it(city: City, client: Client) -> None:
    pilot = in_scoring(city)
    address = reverse("scoring_paper", args=[column(pilot, "self").pk, "docx"])
    client.force_login(city.people["lead"])
    assert client.get(address).content.startswith(b"PK")
    client.force_login(city.people["commission"])
    assert client.get(address).status_code == 403
    assert client.get(reverse("pilot_scoring_paper", args=[pilot.pk, "docx"])).status_code in (200, 409)
