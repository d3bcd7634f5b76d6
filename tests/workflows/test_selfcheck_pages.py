"""The pages of the self-check: who sees what, what saving answers, and that nothing typed is lost on the way."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from cases.models import Case, Evidence, SelfCheck, SelfCheckAnswer
from cases.paper import MissingChineseFont
from cases.selfcheck import digest, snapshot
from tests.story import BASIC, Story, problem
from tests.worlds import World

JSON = {"accept": "application/json"}


@pytest.fixture
def sign_in(client: Client) -> Any:
    def sign_in_as(user: Any) -> Client:
        client.force_login(user)
        return client

    return sign_in_as


@pytest.fixture
def filler(story: Story, client: Client) -> Client:
    story.on("2021-03-01")
    client.force_login(story.world.institution_filler)
    return client


def photo() -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "gray").save(content, "JPEG")
    return SimpleUploadedFile("现场照片.jpg", content.getvalue(), "image/jpeg")


def at(name: str, story: Story, *more: Any) -> str:
    return reverse(name, args=[story.case.pk, *more])


def answer(code: str) -> SelfCheckAnswer:
    return SelfCheckAnswer.objects.get(item_code=code)


def state(story: Story) -> str:
    return Case.objects.get(pk=story.case.pk).state


# ── the form ───────────────────────────────────────────────────────────────


def test_the_form_shows_every_item_and_costs_the_same_however_full_it_is(
    filler: Client, story: Story, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        empty = filler.get(at("selfcheck", story))
    story.fill({"A1-19": problem(["hand"])})
    for code in ("A1-01", "A1-19"):
        story.evidence(story.case, Evidence.Purpose.SELF_CHECK, story.filler, code)
    with django_assert_max_num_queries(12):
        full = filler.get(at("selfcheck", story))
    for page in (empty, full):
        assert page.content.count(b'class="item"') == 30
    assert "手卫生依从性抽查不合格。" in full.text
    assert "现场照片.jpg" in full.text


@pytest.mark.parametrize(("asked", "shown"), [("", "basic"), ("3", "s3"), ("99", "basic"), ("x", "basic")])
def test_a_phone_is_shown_the_section_asked_for_or_the_one_to_go_on_with(
    filler: Client, story: Story, asked: str, shown: str
) -> None:
    page = filler.get(at("selfcheck", story), {"section": asked})
    assert f'<section class="sheet sec sec--here" id="{shown}"' in page.text
    assert page.text.count("sec--here") == 1


def test_a_returned_form_says_what_to_supplement(
    client: Client, story: Story, django_assert_max_num_queries: Any
) -> None:
    story.on("2021-03-01").submit()
    story.verify({"A1-18": {"to_return": True, "return_reason": "请补充处方抽查表"}})
    story.perform("return_", story.officer, reason="部分项目依据不足")
    client.force_login(story.world.institution_filler)
    with django_assert_max_num_queries(13):
        page = client.get(at("selfcheck", story))
    assert "请补充处方抽查表" in page.text
    assert "部分项目依据不足" in page.text
    assert 'href="#i18"' in page.text


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("institution_head", 200),
        ("county_officer", 200),
        ("region_officer", 200),
        ("other_filler", 404),
        ("nobody", 404),
    ],
)
def test_who_may_open_the_form(story: Story, world: World, sign_in: Any, role: str, status: int) -> None:
    story.fill()
    page = sign_in(world.people[role]).get(at("selfcheck", story))
    assert page.status_code == status
    if role != "institution_head":
        assert "data-autosave" not in page.text
        assert "item__text" not in page.text


def test_the_county_reads_what_was_submitted_and_never_the_draft(story: Story, client: Client) -> None:
    story.on("2021-03-01").submit({"A1-19": problem(["hand"])})
    story.perform("return_", story.officer, reason="补充")
    SelfCheckAnswer.objects.filter(item_code="A1-19").update(problem="只在草稿中")
    client.force_login(story.world.county_officer)
    page = client.get(at("selfcheck", story))
    assert "手卫生依从性抽查不合格。" in page.text
    assert "只在草稿中" not in page.text
    assert client.get(at("selfcheck", story), {"version": "draft"}).status_code == 404
    assert client.get(at("selfcheck", story), {"version": "2"}).status_code == 404


# ── saving ─────────────────────────────────────────────────────────────────


def test_an_item_is_saved_in_few_queries_and_tells_its_progress(
    filler: Client, story: Story, django_assert_max_num_queries: Any
) -> None:
    data = {"row_version": "0", "status": "compliant", "values.record_pass_rate": "97.2"}
    with django_assert_max_num_queries(15):  # with the row for the trail and the session’s age
        reply = filler.post(at("selfcheck_item", story, "A1-18"), data, headers=JSON)
    body = reply.json()
    assert (reply.status_code, body["row_version"]) == (200, 1)
    assert "1/30" in body["fragments"]["#index-count"]
    assert "tag--solid" in body["fragments"]["#verdict-18-record_pass_rate"]
    assert len(body["warnings"]) == 1  # the limit is broken: it cannot be compliant
    assert answer("A1-18").values == {"record_pass_rate": "97.2"}


def test_without_script_the_same_form_leads_back_to_its_item(filler: Client, story: Story) -> None:
    reply = filler.post(at("selfcheck_item", story, "A1-18"), {"row_version": "0", "status": "compliant"})
    assert (reply.status_code, reply.headers["Location"]) == (302, at("selfcheck", story) + "?section=3#i18")


def test_a_problem_is_saved_with_all_that_belongs_to_it(filler: Client, story: Story) -> None:
    data = {
        "row_version": "0",
        "status": "problem",
        "facets": ["hand"],
        "problem": " 依从性不足\r\n抽查两次 ",
        "measure": "培训",
        "rectification": "immediate",
        "fixed_on_spot": "on",
        "responsible": "护理部",
        "planned_on": "2021/5/30",
    }
    reply = filler.post(at("selfcheck_item", story, "A1-19"), data, headers=JSON).json()
    saved = answer("A1-19")
    assert (saved.facets, saved.problem, saved.fixed_on_spot) == (["hand"], "依从性不足\n抽查两次", True)
    assert str(saved.planned_on) == "2021-05-30"
    assert "field__hint" in reply["fragments"]["#day-19"]
    assert len(reply["fragments"]["#day-19"]) > 60  # a Sunday


def test_what_the_new_status_hides_is_still_there_when_it_comes_back(filler: Client, story: Story) -> None:
    url = at("selfcheck_item", story, "A1-19")
    filler.post(url, {"row_version": "0", "status": "problem", "problem": "依从性不足"}, headers=JSON)
    filler.post(url, {"row_version": "1", "status": "compliant"}, headers=JSON)
    assert (answer("A1-19").status, answer("A1-19").problem) == ("compliant", "依从性不足")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("values.record_pass_rate", "101"),
        ("values.record_pass_rate", "abc"),
        ("values.bogus", "1"),
        ("status", "bogus"),
        ("problem", "长" * 2001),
        ("facets", "bogus"),
        ("planned_on", "31 May"),
        ("planned_on", "2019-01-01"),
        ("responsible", "长" * 61),
    ],
)
def test_what_cannot_be_saved_is_named_at_its_field_and_kept_on_the_page(
    filler: Client, story: Story, field: str, typed: str
) -> None:
    url = at("selfcheck_item", story, "A1-18")
    data = {"row_version": "0", "status": "problem", "problem": "我写的文字", field: typed}
    reply = filler.post(url, data, headers=JSON)
    assert reply.status_code == 422
    assert list(reply.json()["errors"]) == [field]
    page = filler.post(url, data)
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    if field != "facets":
        assert "我写的文字" in page.text or field == "problem"
    if field not in {"facets", "status", "values.bogus"}:
        assert typed in page.text
    assert not SelfCheckAnswer.objects.exists()


def test_two_people_on_one_item_see_each_others_version_and_lose_nothing(filler: Client, story: Story) -> None:
    url = at("selfcheck_item", story, "A1-08")
    filler.post(url, {"row_version": "0", "status": "problem", "problem": "同事写的"}, headers=JSON)
    mine = {"row_version": "0", "status": "problem", "problem": "我写的"}
    reply = filler.post(url, mine, headers=JSON)
    assert reply.status_code == 409
    assert (reply.json()["row_version"], reply.json()["theirs"]["problem"]) == (1, "同事写的")
    page = filler.post(url, mine)
    assert page.status_code == 409
    assert "同事写的" in page.text
    assert "我写的" in page.text
    assert 'name="row_version" value="1"' in page.text
    assert answer("A1-08").problem == "同事写的"
    filler.post(url, mine | {"row_version": "1"})
    assert answer("A1-08").problem == "我写的"


def test_an_unknown_item_is_not_found(filler: Client, story: Story) -> None:
    assert filler.post(at("selfcheck_item", story, "A1-99"), {"status": "compliant"}, headers=JSON).status_code == 404
    assert filler.post(at("selfcheck_take_over", story), {"item": "A1-99"}).status_code == 404


@pytest.mark.parametrize(
    "name", ["selfcheck_item", "selfcheck_basic", "selfcheck_evidence", "selfcheck_take_over", "selfcheck_report"]
)
@pytest.mark.parametrize(("role", "status"), [("county_officer", 403), ("other_filler", 404), ("nobody", 404)])
def test_nobody_else_writes_the_form(
    story: Story, world: World, sign_in: Any, name: str, role: str, status: int
) -> None:
    code = ["A1-01"] if name in {"selfcheck_item", "selfcheck_evidence"} else []
    url = at(name, story, *code)
    assert sign_in(world.people[role]).post(url, {"row_version": "0", "status": "compliant"}).status_code == status
    assert not SelfCheckAnswer.objects.exists()


def test_a_form_that_has_been_handed_on_is_not_written_any_more(filler: Client, story: Story) -> None:
    story.fill()
    story.perform("request_confirmation", story.filler)
    url = at("selfcheck_item", story, "A1-01")
    reply = filler.post(url, {"row_version": "0", "status": "problem"}, headers=JSON)
    assert reply.status_code == 409
    assert "row_version" not in reply.json()  # no conflict between two texts: nothing can be saved at all
    page = filler.post(url, {"row_version": "0", "status": "problem", "problem": "来不及保存的文字"})
    assert page.status_code == 409
    assert "来不及保存的文字" in page.text


def test_basic_information_is_saved_and_refused_like_an_item(filler: Client, story: Story) -> None:
    url = at("selfcheck_basic", story)
    typed = {key: str(value) for key, value in BASIC.items()}
    reply = filler.post(url, typed | {"row_version": "0"}, headers=JSON)
    assert (reply.status_code, reply.json()["row_version"]) == (200, 1)
    assert SelfCheck.objects.get().basic == BASIC
    assert filler.post(url, {"row_version": "1", "medical_beds": "-1"}, headers=JSON).status_code == 422
    page = filler.post(url, {"row_version": "1", "medical_beds": "很多"})
    assert page.status_code == 422
    assert 'value="很多"' in page.text
    stale = filler.post(url, {"row_version": "0", "medical_beds": "9"}, headers=JSON)
    assert (stale.status_code, stale.json()["theirs"]["medical_beds"]) == (409, "80")
    assert filler.post(url, {"row_version": "0", "medical_beds": "9"}).status_code == 409
    assert filler.post(url, {"row_version": "1", "unknown": "9"}, headers=JSON).status_code == 422
    assert SelfCheck.objects.get().basic == BASIC


def test_last_year_stands_beside_the_form_and_can_be_taken_over(client: Client, world: World) -> None:
    Story.open(world, 2020, "2020-01-06").on("2020-03-01").submit()
    story = Story.open(world, 2021)
    client.force_login(story.world.institution_filler)
    page = client.get(at("selfcheck", story))
    assert page.text.count('class="take-over"') == 30
    assert 'name="medical_beds_prev" inputmode="numeric" autocomplete="off" value="80"' in page.text
    one = client.post(at("selfcheck_take_over", story), {"item": "A1-18"})
    assert one.headers["Location"].endswith("?section=3#i18")
    assert story.case.selfcheck.answers.get().values["record_pass_rate"] == "100"
    client.post(at("selfcheck_take_over", story))
    assert SelfCheckAnswer.objects.filter(selfcheck=story.case.pk).count() == 30
    assert client.get(at("selfcheck", story)).text.count('class="take-over"') == 0


# ── evidence ───────────────────────────────────────────────────────────────


def test_a_photo_is_added_and_removed_beside_its_item(filler: Client, story: Story) -> None:
    url = at("selfcheck_evidence", story, "A1-19")
    added = filler.post(url, {"file": photo()}, headers={"hx-request": "true"})
    assert added.status_code == 200
    assert 'id="evidence-19"' in added.text
    assert "现场照片.jpg" in added.text
    file = Evidence.objects.get()
    assert (file.item_code, file.purpose) == ("A1-19", Evidence.Purpose.SELF_CHECK)
    gone = at("selfcheck_evidence_remove", story, "A1-19", file.pk)
    assert "现场照片.jpg" not in filler.post(gone, headers={"hx-request": "true"}).text
    assert not Evidence.objects.current().exists()
    assert filler.post(gone, headers={"hx-request": "true"}).status_code == 409
    assert filler.post(at("selfcheck_evidence_remove", story, "A1-18", file.pk)).status_code == 404


def test_without_script_a_file_comes_with_what_was_typed(filler: Client, story: Story) -> None:
    data = {"row_version": "0", "status": "problem", "problem": "依从性不足", "file": photo()}
    reply = filler.post(at("selfcheck_evidence", story, "A1-19"), data)
    assert reply.headers["Location"].endswith("#i19")
    assert (answer("A1-19").problem, Evidence.objects.count()) == ("依从性不足", 1)


@pytest.mark.parametrize("name", ["病毒.exe", "假照片.jpg"])
def test_a_refused_file_leaves_alone_what_was_typed(filler: Client, story: Story, name: str) -> None:
    url = at("selfcheck_evidence", story, "A1-19")
    upload = lambda: SimpleUploadedFile(name, b"MZ not a picture")  # noqa: E731
    page = filler.post(url, {"row_version": "0", "status": "problem", "problem": "依从性不足", "file": upload()})
    assert page.status_code == 422
    assert "依从性不足" in page.text
    assert 'href="#f19-file"' in page.text
    fragment = filler.post(url, {"file": upload()}, headers={"hx-request": "true"})
    assert (fragment.status_code, fragment.text.count("field__error")) == (422, 1)
    assert not Evidence.objects.exists()
    assert filler.post(url, headers={"hx-request": "true"}).status_code == 422


# ── report ─────────────────────────────────────────────────────────────────


def test_the_report_is_drafted_and_never_overwritten_unseen(filler: Client, story: Story) -> None:
    draft, url = at("selfcheck_report_draft", story), at("selfcheck_report", story)
    filler.post(draft, {"row_version": "0"})
    assert SelfCheck.objects.get().report.startswith("一、基本情况")
    filler.post(url, {"row_version": "1", "report": "本人所写"}, headers=JSON)
    page = filler.post(draft, {"row_version": "2"})
    assert page.status_code == 200
    assert "一、基本情况" in page.text
    assert SelfCheck.objects.get().report == "本人所写"
    assert filler.post(draft, {"row_version": "1", "replace": "1"}).status_code == 409
    filler.post(draft, {"row_version": "2", "replace": "1"})
    assert SelfCheck.objects.get().report.startswith("一、基本情况")
    assert "本人所写" in filler.get(url).text
    filler.post(draft, {"row_version": "3", "restore": "1"})
    assert SelfCheck.objects.get().report == "本人所写"


def test_a_refused_report_keeps_its_text(filler: Client, story: Story) -> None:
    url = at("selfcheck_report", story)
    assert filler.post(url, {"row_version": "0", "report": "同事写的"}, headers=JSON).json()["row_version"] == 1
    stale = filler.post(url, {"row_version": "0", "report": "我写的"}, headers=JSON)
    assert (stale.status_code, stale.json()["theirs"]) == (409, {"report": "同事写的"})
    page = filler.post(url, {"row_version": "0", "report": "我写的"})
    assert page.status_code == 409
    assert "我写的" in page.text
    assert "同事写的" in page.text
    long = "我写的" + "长" * 20_000
    assert filler.post(url, {"row_version": "1", "report": long}, headers=JSON).status_code == 422
    assert long in filler.post(url, {"row_version": "1", "report": long}).text


# ── check, seal, hand on ───────────────────────────────────────────────────


def test_the_check_page_names_every_gap_and_leads_to_it(
    filler: Client, story: Story, django_assert_max_num_queries: Any
) -> None:
    story.fill({"A1-19": problem(["hand"], measure="")})
    with django_assert_max_num_queries(14):
        page = filler.get(at("selfcheck_check", story))
    form = at("selfcheck", story)
    assert f'<a href="{form}?section=3#i19">' in page.text
    assert page.text.split('id="errors"')[1].split("</ul>")[0].count("<li>") == 1
    refused = filler.post(
        at("selfcheck_check", story), {"verb": "request_confirmation", "version": str(story.case.version)}
    )
    assert refused.status_code == 422
    assert f"{form}?section=3#i19" in refused.text
    assert state(story) == "self_check"


def test_filler_and_head_hand_the_sealed_form_on(filler: Client, story: Story) -> None:
    story.fill()
    check = at("selfcheck_check", story)
    filler.post(check, {"verb": "request_confirmation", "version": str(story.case.version)})
    assert state(story) == "confirming"
    version = str(Case.objects.get().version)
    assert filler.post(check, {"verb": "submit", "version": version, "checked": "on"}).status_code == 403
    filler.force_login(story.world.institution_head)
    unsealed = filler.post(check, {"verb": "submit", "version": version, "checked": "on"})
    assert unsealed.status_code == 422
    assert 'id="seal-error"' in unsealed.text
    printed = digest(snapshot(SelfCheck.objects.get()))
    filler.post(at("selfcheck_seal", story), {"digest": printed, "file": photo()})
    assert Evidence.objects.get().shows_digest == printed
    assert filler.post(check, {"verb": "submit", "version": version}).status_code == 422
    assert filler.post(check, {"verb": "submit", "version": "1", "checked": "on"}).status_code == 409
    done = filler.post(check, {"verb": "submit", "version": version, "checked": "on"})
    assert done.headers["Location"] == at("selfcheck", story)
    assert state(story) == "submitted"
    assert filler.get(check).status_code == 302


def test_a_head_who_sends_back_gives_the_reason(client: Client, story: Story) -> None:
    story.fill()
    story.perform("request_confirmation", story.filler)
    client.force_login(story.world.institution_head)
    check, version = at("selfcheck_check", story), str(story.case.version)
    assert client.post(check, {"verb": "send_back", "version": version, "reason": " "}).status_code == 422
    assert client.post(check, {"verb": "send_back", "version": version, "reason": "床位有误"}).status_code == 302
    assert state(story) == "self_check"


def test_a_seal_shows_one_content_and_a_later_change_asks_for_a_new_one(filler: Client, story: Story) -> None:
    story.fill()
    seal, check = at("selfcheck_seal", story), at("selfcheck_check", story)
    printed = digest(snapshot(SelfCheck.objects.get()))
    filler.post(seal, {"digest": printed, "file": photo()})
    assert "seal--old" not in filler.get(check).text
    filler.post(at("selfcheck_evidence", story, "A1-01"), {"file": photo()}, headers={"hx-request": "true"})
    assert "seal--old" in filler.get(check).text
    stale = filler.post(seal, {"digest": printed, "file": photo()})
    assert stale.status_code == 409
    assert 'id="seal-error"' in stale.text
    assert filler.post(seal, {"digest": digest(snapshot(SelfCheck.objects.get()))}).status_code == 422
    copy = Evidence.objects.get(purpose=Evidence.Purpose.SEALED)
    filler.post(at("selfcheck_seal_remove", story, copy.pk))
    assert not Evidence.objects.current().filter(purpose=Evidence.Purpose.SEALED).exists()


@pytest.mark.parametrize(("role", "status"), [("county_officer", 403), ("other_filler", 404)])
def test_nobody_else_checks_the_form(story: Story, world: World, sign_in: Any, role: str, status: int) -> None:
    assert sign_in(world.people[role]).get(at("selfcheck_check", story)).status_code == status


def test_who_handed_the_form_on_is_offered_to_withdraw_it(client: Client, story: Story) -> None:
    story.fill()
    story.perform("request_confirmation", story.filler)
    story.seal()
    withdraw = at("case_verb", story, "withdraw")
    client.force_login(story.world.institution_filler)
    assert withdraw in client.get(at("selfcheck_check", story)).text
    story.perform("submit", story.head)
    assert withdraw not in client.get(at("selfcheck", story)).text
    client.force_login(story.world.institution_head)
    assert withdraw in client.get(at("selfcheck", story)).text


def test_an_unknown_verb_is_refused(filler: Client, story: Story) -> None:
    assert filler.post(at("selfcheck_check", story), {"verb": "cancel", "reason": "x"}).status_code == 422
    assert state(story) == "self_check"


# ── paper ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["paper", "paper_report"])
def test_the_draft_is_printed_for_the_institution_alone(story: Story, world: World, sign_in: Any, name: str) -> None:
    story.fill()
    url = at(name, story, "docx")
    mine = sign_in(story.world.institution_filler).get(url)
    assert mine.status_code == 200
    assert "filename*=utf-8''" in mine.headers["Content-Disposition"]
    assert sign_in(world.county_officer).get(url).status_code == 403
    assert sign_in(world.other_filler).get(url).status_code == 404
    assert sign_in(world.county_officer).get(url, {"version": "1"}).status_code == 404
    assert sign_in(world.county_officer).get(at(name, story, "txt")).status_code == 404


def test_submitted_versions_and_the_blank_form_are_printed_for_all_who_see_the_case(
    story: Story, client: Client
) -> None:
    story.on("2021-03-01").submit()
    client.force_login(story.world.county_officer)
    for version in ("1", "blank"):
        assert client.get(at("paper", story, "docx"), {"version": version}).status_code == 200
    assert client.get(at("paper_report", story, "docx"), {"version": "1"}).status_code == 200


@pytest.mark.font
def test_the_pdf_is_one(filler: Client, story: Story) -> None:
    story.fill()
    for name in ("paper", "paper_report"):
        assert filler.get(at(name, story, "pdf")).content.startswith(b"%PDF")


def test_a_missing_font_is_a_message_and_no_error(
    filler: Client, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_font(*args: Any) -> bytes:
        raise MissingChineseFont

    monkeypatch.setattr("workflows.quality_cycle.paper_pages.annex1_pdf", no_font)
    page = filler.get(at("paper", story, "pdf"))
    assert page.status_code == 503
    assert "fonts-noto-cjk" in page.text
    assert at("paper", story, "docx") in page.text
