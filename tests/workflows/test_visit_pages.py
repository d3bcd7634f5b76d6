"""The pages of a visit for everybody who may open one: the team, the institution, the organiser, who reads along."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image

from cases.models import Case, CaseParty, Evidence, Finding, Visit, VisitItem
from tests.story import Story, problem
from tests.visiting import FOUND, Visiting, send_team
from tests.worlds import moment, person

NOW = "2021-08-05 10:42"
READERS = ["county_officer", "prefecture_head", "region_head", "nation_officer", "inspector"]
STRANGERS = ["other_officer", "other_filler", "national_expert", "auditor", "nobody"]


@pytest.fixture(autouse=True)
def the_day() -> Any:
    with time_machine.travel(moment(NOW), tick=False), translation.override("en"):
        yield


@pytest.fixture
def visiting(story: Story) -> Visiting:
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    return send_team(story.on("2021-08-02"), until=dt.date(2021, 8, 31)).on(NOW)


def photo() -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(content, "PNG")
    return SimpleUploadedFile("现场.png", content.getvalue(), content_type="image/png")


def enter(visiting: Visiting, role: str) -> Client:
    return enter_as(visiting.world.people[role])


def enter_as(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def address(visiting: Visiting, name: str = "visit", *more: str) -> str:
    return reverse(name, args=[visiting.case.pk, *more])


def item(visiting: Visiting, **fields: Any) -> dict[str, Any]:
    return {**FOUND, "row_version": 0, **fields}


def step(visiting: Visiting, client: Client, verb: str, **fields: Any) -> Any:
    version = fields.pop("version", Case.objects.get(pk=visiting.case.pk).version)
    return client.post(address(visiting, "visit_step"), {"verb": verb, "version": version, **fields})


# ── who sees what ──


def test_the_team_sees_its_visit_and_what_is_to_be_done(visiting: Visiting) -> None:
    page = enter(visiting, "region_expert").get(address(visiting)).content.decode()
    assert "Deliver the assessment" in page
    assert "Day of the visit" in page


def test_who_reads_along_is_led_to_no_item_before_the_visit_is_delivered(visiting: Visiting) -> None:
    """What a page leads to, opens."""
    for role, count in (("region_expert", 1), ("inspector", 0), ("region_head", 0)):
        client = enter(visiting, role)
        page = client.get(address(visiting, "visit_file")).content.decode()
        found = re.findall(rf'href="({address(visiting)}items/[^"]+)"', page)
        assert len(found) == count, role
        assert [client.get(link).status_code for link in found] == [200] * count


@pytest.mark.parametrize("role", STRANGERS)
def test_whoever_has_no_part_finds_no_visit(visiting: Visiting, role: str) -> None:
    client = enter(visiting, role)
    pages = [address(visiting), address(visiting, "visit_file"), address(visiting, "visit_item", "A1-19")]
    assert [client.get(each).status_code for each in pages] == [404, 404, 404]


def test_an_expert_of_the_region_who_is_not_sent_finds_no_visit(visiting: Visiting) -> None:
    client = enter_as(person("未派专家", "region_expert", visiting.world.region))
    assert client.get(address(visiting)).status_code == 404
    assert "There is no visit" in client.get(reverse("visits")).content.decode()


@pytest.mark.parametrize("role", ["institution_head", *READERS])
def test_what_the_team_writes_is_not_read_by_others_before_it_is_delivered(visiting: Visiting, role: str) -> None:
    visiting.assess({"A1-19": FOUND})
    client = enter(visiting, role)
    page = client.get(address(visiting))
    assert page.status_code == 200
    assert FOUND["problem"] not in page.content.decode()
    assert client.get(address(visiting, "visit_item", "A1-19")).status_code == 404
    visiting.perform("deliver", visiting.expert)
    assert FOUND["problem"] in client.get(address(visiting)).content.decode()
    assert FOUND["note"] in client.get(address(visiting, "visit_item", "A1-19")).content.decode()


@pytest.mark.parametrize("role", READERS)
def test_who_reads_along_is_offered_nothing(visiting: Visiting, role: str) -> None:
    visiting.deliver({"A1-19": FOUND})
    page = enter(visiting, role).get(address(visiting)).content.decode()
    assert 'name="verb"' not in page


def test_the_organiser_reads_the_draft_and_may_cancel(visiting: Visiting) -> None:
    visiting.assess({"A1-19": FOUND})
    client = enter(visiting, "region_officer")
    assert FOUND["problem"] in client.get(address(visiting)).content.decode()
    assert step(visiting, client, "cancel").status_code == 422
    assert step(visiting, client, "cancel", reason="机构已停业。").status_code == 302
    assert Case.objects.get(pk=visiting.case.pk).state == "cancelled"


def test_the_file_of_the_institution_is_at_hand_for_this_visit_only(visiting: Visiting) -> None:
    client = enter(visiting, "region_expert")
    page = client.get(address(visiting, "visit_file")).content.decode()
    assert "手卫生依从性抽查不合格。" in page
    assert "天山区康宁护理院" in page
    cycle = visiting.story.case.pk
    assert client.get(reverse("case", args=[cycle])).status_code == 404
    assert client.get(reverse("verification", args=[cycle])).status_code == 404
    CaseParty.objects.filter(case=visiting.case.pk).update(valid_until=dt.date(2021, 8, 5))
    assert client.get(address(visiting, "visit_file")).status_code == 404


def test_the_item_shows_what_was_said_before(visiting: Visiting) -> None:
    page = enter(visiting, "region_expert").get(address(visiting, "visit_item", "A1-08")).content.decode()
    assert "手卫生依从性抽查不合格。" in page
    assert "Agree with the self-check" in page
    assert visiting.story.findings()[0].case.number in page


def test_the_inbox_of_an_expert_leads_to_the_visit(visiting: Visiting) -> None:
    page = enter(visiting, "region_expert").get(reverse("inbox")).content.decode()
    assert address(visiting) in page
    assert "You have no valid appointment" not in page


# ── writing ──


def test_an_item_saves_itself_and_then_by_its_button(visiting: Visiting) -> None:
    client = enter(visiting, "region_expert")
    where = address(visiting, "visit_item", "A1-19")
    saved = client.post(where, item(visiting, problem=""), headers={"accept": "application/json"})
    assert (saved.status_code, saved.json()["row_version"]) == (200, 1)
    assert "1/30" in saved.json()["fragments"]["#progress"]
    refused = client.post(where, item(visiting, problem="", row_version=1, act="next"))
    assert refused.status_code == 422
    assert FOUND["note"] in refused.content.decode()
    answer = client.post(where, item(visiting, row_version=1, act="next"))
    assert answer["Location"] == address(visiting, "visit_item", "A1-20")
    row = VisitItem.objects.get(visit=visiting.case.pk)
    assert (row.problem, row.severity, row.row_version) == (FOUND["problem"], "major", 2)
    assert row.updated_by == visiting.expert.user


def test_the_second_of_two_experts_is_shown_what_the_first_wrote(visiting: Visiting) -> None:
    client = enter(visiting, "region_expert")
    where = address(visiting, "visit_item", "A1-19")
    client.post(where, item(visiting))
    by_script = client.post(where, item(visiting, note="别的话。"), headers={"accept": "application/json"})
    assert (by_script.status_code, by_script.json()["theirs"]["note"]) == (409, FOUND["note"])
    by_button = client.post(where, item(visiting, note="别的话。"))
    assert by_button.status_code == 409
    assert "别的话。" in by_button.content.decode()
    assert FOUND["note"] in by_button.content.decode()


def test_a_photo_is_kept_with_the_item_and_can_be_taken_away(visiting: Visiting) -> None:
    client = enter(visiting, "region_expert")
    where = address(visiting, "visit_item", "A1-19")
    assert client.post(where, item(visiting, evidence=photo(), act="save")).status_code == 302
    kept = Evidence.objects.get(case=visiting.case.pk)
    assert (kept.purpose, kept.item_code) == ("visit", "A1-19")
    assert client.get(reverse("evidence", args=[kept.pk])).status_code == 200
    assert enter(visiting, "institution_head").get(reverse("evidence", args=[kept.pk])).status_code == 404
    client.post(where, item(visiting, row_version=1, remove=kept.pk))
    assert not Evidence.objects.current().filter(case=visiting.case.pk).exists()


def test_a_file_that_is_not_what_it_says_is_refused_with_all_that_was_typed(visiting: Visiting) -> None:
    client = enter(visiting, "region_expert")
    liar = SimpleUploadedFile("现场.png", b"hello", content_type="image/png")
    answer = client.post(address(visiting, "visit_item", "A1-19"), item(visiting, evidence=liar, act="save"))
    assert answer.status_code == 422
    assert FOUND["problem"] in answer.content.decode()
    assert not VisitItem.objects.exists()


@pytest.mark.parametrize(("role", "status"), [("region_officer", 403), ("institution_head", 404), ("auditor", 404)])
def test_only_the_team_writes(visiting: Visiting, role: str, status: int) -> None:
    answer = enter(visiting, role).post(address(visiting, "visit_item", "A1-19"), item(visiting))
    assert answer.status_code == status
    assert not VisitItem.objects.exists()


def test_nothing_is_written_once_the_assessment_is_delivered(visiting: Visiting) -> None:
    visiting.deliver()
    client = enter(visiting, "region_expert")
    answer = client.post(address(visiting, "visit_item", "A1-19"), item(visiting, row_version=0))
    assert answer.status_code == 409
    particulars = {"visited_on": "2021-08-04", "present": "王敏", "row_version": 0}
    assert client.post(address(visiting, "visit_particulars"), particulars).status_code == 409


def test_the_particulars_save_themselves_and_tell_who_was_faster(visiting: Visiting) -> None:
    client = enter(visiting, "region_expert")
    where = address(visiting, "visit_particulars")
    given = {"visited_on": "2021-08-05", "present": "王敏、院长", "opinion": "总体较好。", "row_version": 0}
    assert client.post(where, given, headers={"accept": "application/json"}).json()["row_version"] == 1
    late = client.post(where, {**given, "present": "另一人"}, headers={"accept": "application/json"})
    assert (late.status_code, late.json()["theirs"]["present"]) == (409, "王敏、院长")
    page = client.post(where, {**given, "present": "另一人"})
    assert (page.status_code, "另一人" in page.content.decode()) == (409, True)
    wrong = client.post(where, {**given, "visited_on": "某日", "row_version": 1})
    assert (wrong.status_code, "王敏、院长" in wrong.content.decode()) == (422, True)
    assert Visit.objects.get(pk=visiting.case.pk).present == "王敏、院长"


# ── steps ──


def test_an_incomplete_assessment_is_refused_with_links_to_what_is_missing(visiting: Visiting) -> None:
    answer = step(visiting, enter(visiting, "region_expert"), "deliver")
    assert answer.status_code == 422
    assert "#id_visited_on" in answer.content.decode()


def test_the_whole_visit_through_its_pages(visiting: Visiting) -> None:
    visiting.assess({"A1-19": FOUND})
    expert, head = enter(visiting, "region_expert"), enter(visiting, "institution_head")
    assert step(visiting, expert, "deliver").status_code == 302
    assert "Sign the assessment" in head.get(address(visiting)).content.decode()
    empty = step(visiting, head, "reply", reply=" ")
    assert empty.status_code == 422
    assert step(visiting, head, "reply", reply="该处已整改。").status_code == 302
    page = expert.get(address(visiting)).content.decode()
    assert "该处已整改。" in page
    assert "goes back to rectification" not in page
    assert step(visiting, expert, "conclude", conclusion="").status_code == 422
    assert step(visiting, expert, "conclude", conclusion="限期整改。").status_code == 302
    finding = Finding.objects.get(source="region")
    assert finding.case.number in head.get(address(visiting)).content.decode()


def test_a_reply_to_an_assessment_that_was_taken_back_is_kept_for_copying(visiting: Visiting) -> None:
    visiting.deliver({"A1-19": FOUND})
    stale = visiting.case.version
    visiting.perform("withdraw", visiting.expert)
    answer = step(visiting, enter(visiting, "institution_head"), "reply", reply="该处已整改。", version=stale)
    assert answer.status_code == 409
    assert "该处已整改。" in answer.content.decode()


def test_the_team_is_told_until_when_the_institution_may_answer(visiting: Visiting) -> None:
    visiting.deliver({"A1-19": FOUND})
    client = enter(visiting, "region_expert")
    assert "may sign or reply until" in client.get(address(visiting)).content.decode()
    assert step(visiting, client, "proceed").status_code == 409
    with time_machine.travel(moment("2021-08-13"), tick=False):
        client = enter(visiting, "region_expert")
        assert "No reply came" in client.get(address(visiting)).content.decode()
        assert step(visiting, client, "proceed").status_code == 302
        page = client.get(address(visiting)).content.decode()
    assert "Neither a signature nor a reply came" in page


def test_where_no_year_is_open_the_page_says_so_and_keeps_the_conclusion(visiting: Visiting) -> None:
    visiting.deliver({"A1-19": FOUND})
    visiting.sign()
    story = visiting.story
    story.case = Case.objects.get(pk=story.case.pk)
    story.perform("cancel", story.approver, reason="机构停业。")
    client = enter(visiting, "region_expert")
    assert "No year of this institution is open" in client.get(address(visiting)).content.decode()
    answer = step(visiting, client, "conclude", conclusion="限期整改。")
    assert answer.status_code == 409
    assert "限期整改。" in answer.content.decode()


def test_signing_does_not_throw_away_a_reply_that_was_typed(visiting: Visiting) -> None:
    visiting.deliver({"A1-19": FOUND})
    client = enter(visiting, "institution_head")
    answer = step(visiting, client, "sign", reply="该处已整改。")
    assert (answer.status_code, "该处已整改。" in answer.content.decode()) == (422, True)
    assert step(visiting, client, "sign", reply="").status_code == 302
    assert visiting.record.signed_by == visiting.head.user


def test_an_unknown_step_is_refused(visiting: Visiting) -> None:
    assert step(visiting, enter(visiting, "region_expert"), "approve").status_code == 400


def test_a_stranger_to_the_form_is_no_item(visiting: Visiting) -> None:
    assert enter(visiting, "region_expert").get(address(visiting, "visit_item", "A1-99")).status_code == 404


# ── what a page costs ──


@pytest.mark.parametrize(
    ("name", "more", "most"), [("visit", (), 32), ("visit_item", ("A1-19",), 26), ("visit_file", (), 26)]
)
def test_a_page_asks_the_same_few_questions_whatever_was_found(
    visiting: Visiting, name: str, more: tuple[str, ...], most: int, django_assert_max_num_queries: Any
) -> None:
    visiting.assess({code: {**FOUND, "facets": []} for code in visiting.items})
    client = enter(visiting, "region_expert")
    with django_assert_max_num_queries(most):
        assert client.get(address(visiting, name, *more)).status_code == 200


def test_the_list_of_visits_asks_the_same_few_questions(visiting: Visiting, django_assert_max_num_queries: Any) -> None:
    for place in (visiting.world.sibling, visiting.world.other_institution):
        send_team(visiting.story, institution=place)
    client = enter(visiting, "region_officer")
    with django_assert_max_num_queries(10):
        page = client.get(reverse("visits")).content.decode()
    assert page.count("650000-C") >= 3


def test_who_watches_late_visits_reads_the_names_of_the_team_and_of_no_other_expert(visiting: Visiting) -> None:
    person("未派专家", "region_expert", visiting.world.region)
    with time_machine.travel(moment("2021-09-15"), tick=False):
        page = enter(visiting, "region_officer").get(reverse("inbox"), {"view": "overdue"}).content.decode()
    assert "Regional expert region_expert" in page
    assert "未派专家" not in page
