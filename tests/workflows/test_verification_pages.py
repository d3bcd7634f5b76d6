"""The pages of county verification: what each role sees and may write, and that nothing typed is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cases.models import Case, Conclusion, Evidence, SelfCheckSubmission, Verification, VerificationItem
from tests.story import Story, problem
from tests.worlds import World, moment

NOW = "2021-05-12 10:42"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture(autouse=True)
def the_day() -> Any:
    with time_machine.travel(moment(NOW), tick=False):
        yield


@pytest.fixture
def submitted(story: Story) -> Story:
    """A form with two problems, waiting for the county."""
    story.on("2021-04-28").submit({"A1-19": problem(["hand"]), "A1-08": problem()})
    return story.on(NOW)


def enter(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, case: Case, *more: Any) -> str:
    return reverse(name, args=[case.pk, *more])


def save(client: Client, case: Case, code: str, *, by_itself: bool = False, **fields: Any) -> Any:
    data = {"row_version": 0, **fields}
    headers = {"Accept": "application/json"} if by_itself else {}
    return client.post(address("verification_item", case, code), data, headers=headers)


def row(code: str) -> VerificationItem:
    return VerificationItem.objects.get(item_code=code)


# ── reading ────────────────────────────────────────────────────────────────


def test_both_sides_of_an_item_stand_on_one_page(submitted: Story) -> None:
    page = enter(submitted.world.county_officer).get(address("verification", submitted.case), {"item": "A1-19"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "手卫生依从性抽查不合格。" in text
    assert 'name="conclusion"' in text
    assert text.count('class="cell"') == 30 + 4


def test_the_officer_comes_in_at_the_first_item_that_is_not_verified(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    save(client, submitted.case, "A1-01", act="agree")
    page = client.get(address("verification", submitted.case))
    assert page.context["line"].code == "A1-02"


def test_the_filters_leave_problems_changes_and_what_is_not_verified(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    url = address("verification", submitted.case)
    assert [cell["no"] for cell in client.get(url, {"only": "problems"}).context["cells"]] == [8, 19]
    save(client, submitted.case, "A1-01", act="agree")
    assert [cell["no"] for cell in client.get(url, {"only": "unverified"}).context["cells"]] == list(range(2, 31))


def test_measures_stand_beside_their_limits_and_last_year_beside_this_one(world: World) -> None:
    before = Story.open(world, 2020, at="2020-01-06")
    before.on("2020-03-02").submit(
        {"A1-18": problem(["record_rate"], values={"record_pass_rate": "91", "order_prescription_pass_rate": "96"})}
    )
    story = Story.open(world)
    story.on("2021-04-28").submit()
    page = enter(world.county_officer).get(address("verification", story.case), {"item": "A1-18"})
    assert [(each.value, each.kept) for each in page.context["figures"]] == [("100%", True), ("96%", True)]
    assert page.context["last_year"] == "存在问题" or page.context["last_year"] == "Problem found"
    assert [finding.case.year for finding, _state in page.context["findings_then"]] == [2020]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("county_officer", 200),
        ("county_approver", 200),
        ("prefecture_officer", 200),
        ("region_head", 200),
        ("inspector", 200),
        ("institution_filler", 200),
        ("other_filler", 404),
        ("other_officer", 404),
        ("national_expert", 404),
        ("nobody", 404),
        ("expired", 404),
    ],
)
def test_who_may_open_the_page(submitted: Story, role: str, status: int) -> None:
    client = enter(submitted.world.people[role])
    assert client.get(address("verification", submitted.case)).status_code == status
    assert client.get(address("verification_conclusion", submitted.case)).status_code == status


def test_only_the_countys_officers_get_fields_to_write_in(submitted: Story) -> None:
    for role in ("county_approver", "prefecture_officer", "inspector"):
        page = enter(submitted.world.people[role]).get(address("verification", submitted.case), {"item": "A1-19"})
        assert b'name="conclusion"' not in page.content
        assert b'name="verb"' not in page.content


def test_an_unknown_item_or_version_is_not_found(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    url = address("verification", submitted.case)
    assert client.get(url, {"item": "A1-99"}).status_code == 404
    assert client.get(url, {"v": "7"}).status_code == 404


def test_before_anything_is_submitted_there_is_nothing_to_read(story: Story) -> None:
    for name in ("verification", "verification_conclusion"):
        page = enter(story.world.county_officer).get(address(name, story.case))
        assert page.status_code == 200
        assert page.templates[0].name == "workflows/verification/none.html"


# ── what the institution sees ──────────────────────────────────────────────


def test_the_institution_sees_nothing_while_the_county_writes(submitted: Story) -> None:
    save(enter(submitted.world.county_officer), submitted.case, "A1-19", opinion="现场抽查两名护士。")
    for name in ("verification", "verification_conclusion"):
        page = enter(submitted.world.institution_head).get(address(name, submitted.case))
        assert "现场抽查" not in page.content.decode()
        assert page.templates[0].name == "workflows/verification/none.html"


def test_after_a_return_the_institution_sees_the_returned_items_with_their_reasons_and_no_others(
    submitted: Story,
) -> None:
    returned = {"A1-18": {"to_return": True, "return_reason": "请补充处方抽查表。", "conclusion": ""}}
    submitted.verify({**returned, "A1-19": {"opinion": "内部意见"}})
    submitted.perform("return_", submitted.officer)
    client = enter(submitted.world.institution_filler)
    page = client.get(address("verification", submitted.case))
    assert [line.code for line in page.context["sheet"].visible_lines] == ["A1-18"]
    assert "请补充处方抽查表。" in page.content.decode()
    assert f"{address('selfcheck', submitted.case)}#i18" in page.content.decode()
    hidden = client.get(address("verification", submitted.case), {"item": "A1-19"}).content.decode()
    assert "内部意见" not in hidden
    assert "内部意见" not in client.get(address("verification_conclusion", submitted.case)).content.decode()


def test_a_form_returned_as_a_whole_shows_its_reason(submitted: Story) -> None:
    submitted.perform("return_", submitted.officer, reason="床位数与执业许可不符。")
    for name in ("verification", "verification_conclusion"):
        page = enter(submitted.world.institution_filler).get(address(name, submitted.case))
        assert "床位数与执业许可不符。" in page.content.decode()


def test_after_the_approval_the_institution_reads_every_conclusion(submitted: Story) -> None:
    submitted.approve({"A1-19": {"opinion": "情况属实，限期整改。"}})
    page = enter(submitted.world.institution_filler).get(address("verification", submitted.case), {"item": "A1-19"})
    assert len(page.context["cells"]) == 30
    assert "情况属实，限期整改。" in page.content.decode()
    assert b'name="conclusion"' not in page.content


# ── writing ────────────────────────────────────────────────────────────────


def test_agreeing_saves_the_conclusion_and_leads_to_the_next_open_item(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    answer = save(client, submitted.case, "A1-01", act="agree", opinion="已查看原件。")
    assert answer.status_code == 302
    assert answer["Location"].endswith("?item=A1-02")
    kept = row("A1-01")
    assert (kept.conclusion, kept.opinion, kept.row_version) == (Conclusion.AGREE, "已查看原件。", 1)
    assert kept.updated_by == submitted.world.county_officer
    assert kept.history.get().history_user == submitted.world.county_officer


def test_agreeing_to_the_last_item_leads_to_the_conclusion(submitted: Story) -> None:
    submitted.verify()
    VerificationItem.objects.filter(item_code="A1-30").update(conclusion="")
    answer = save(enter(submitted.world.county_officer), submitted.case, "A1-30", act="agree")
    assert answer["Location"] == address("verification_conclusion", submitted.case)


def test_a_problem_that_the_institution_did_not_see_needs_its_words_before_it_goes_onto_the_ledger(
    submitted: Story,
) -> None:
    client = enter(submitted.world.county_officer)
    refused = save(client, submitted.case, "A1-18", act="ledger", opinion="抽查 20 份病历，1 份缺审签。")
    assert refused.status_code == 422
    assert {"problem", "facets"} <= set(refused.context["form"].errors)
    assert "抽查 20 份病历，1 份缺审签。" in refused.content.decode()
    assert not VerificationItem.objects.exists()
    written: dict[str, Any] = {
        "opinion": "现场抽查。",
        "problem": "1 份病历缺上级医师审签。",
        "facets": ["record_practice"],
    }
    assert save(client, submitted.case, "A1-18", act="ledger", **written).status_code == 302
    assert row("A1-18").conclusion == Conclusion.DISAGREE


def test_a_reported_problem_goes_onto_the_ledger_as_it_was_reported(submitted: Story) -> None:
    assert save(enter(submitted.world.county_officer), submitted.case, "A1-19", act="ledger").status_code == 302
    assert row("A1-19").conclusion == Conclusion.AGREE


def test_a_problem_that_is_not_upheld_cannot_be_put_onto_the_ledger(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    answer = save(client, submitted.case, "A1-19", act="ledger", conclusion="disagree", opinion="依从性合格。")
    assert answer.status_code == 422
    assert "依从性合格。" in answer.content.decode()


def test_returning_an_item_asks_for_the_reason_and_then_goes_on(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    answer = save(client, submitted.case, "A1-18", act="return", opinion="缺处方抽查表")
    assert answer["Location"].endswith("?item=A1-18#id_return_reason")
    assert row("A1-18").to_return
    page = client.get(address("verification", submitted.case), {"item": "A1-18"})
    assert page.context["cells"][17]["state"] == "na"
    answer = save(client, submitted.case, "A1-18", act="return", return_reason="请补充处方抽查表。", row_version=1)
    assert answer["Location"].endswith("?item=A1-19")


def test_typing_saves_by_itself_and_brings_the_squares_up_to_date(submitted: Story) -> None:
    answer = save(
        enter(submitted.world.county_officer),
        submitted.case,
        "A1-19",
        by_itself=True,
        conclusion="agree",
        opinion="属实",
    )
    said = json.loads(answer.content)
    assert (answer.status_code, said["row_version"], said["saved_at"]) == (200, 1, "10:42")
    assert 'id="progress"' in said["fragments"]["#progress"]
    assert row("A1-19").opinion == "属实"


def test_two_officers_on_one_item_lose_nothing(submitted: Story) -> None:
    save(enter(submitted.world.colleague), submitted.case, "A1-19", conclusion="disagree", opinion="同事的意见")
    mine = enter(submitted.world.county_officer)
    answer = save(mine, submitted.case, "A1-19", by_itself=True, conclusion="agree", opinion="我的意见")
    said = json.loads(answer.content)
    assert answer.status_code == 409
    assert (said["row_version"], said["theirs"]["opinion"], said["theirs"]["conclusion"]) == (
        1,
        "同事的意见",
        "disagree",
    )
    page = save(mine, submitted.case, "A1-19", conclusion="agree", opinion="我的意见")
    text = page.content.decode()
    assert page.status_code == 409
    assert "同事的意见" in text
    assert "我的意见" in text
    assert row("A1-19").opinion == "同事的意见"
    kept = save(mine, submitted.case, "A1-19", conclusion="agree", opinion="我的意见", row_version=1)
    assert kept.status_code == 302
    assert row("A1-19").history.count() == 2


def test_sending_the_same_words_twice_is_no_conflict_and_leaves_one_history_row(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    for _time in range(2):
        assert save(client, submitted.case, "A1-19", by_itself=True, conclusion="agree").status_code == 200
    assert row("A1-19").history.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"conclusion": "perhaps"}, "conclusion"),
        ({"facets": ["nonsense"]}, "facets"),
        ({"due_on": "2031-01-01"}, "due_on"),
        ({"due_on": "soon"}, "due_on"),
        ({"opinion": "长" * 2001}, "opinion"),
        ({"opinion": "a\x07b"}, "opinion"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(submitted: Story, fields: dict[str, Any], field: str) -> None:
    client = enter(submitted.world.county_officer)
    typed = {"measure": "每周抽查。", **fields}
    page = save(client, submitted.case, "A1-19", **typed)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert "每周抽查。" in page.content.decode()
    answer = save(client, submitted.case, "A1-19", by_itself=True, **typed)
    assert answer.status_code == 422
    assert list(json.loads(answer.content)["errors"]) == [field]
    assert not VerificationItem.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("colleague", 302),
        ("county_approver", 403),
        ("prefecture_officer", 403),
        ("inspector", 403),
        ("institution_head", 403),
        ("other_officer", 404),
        ("nobody", 404),
    ],
)
def test_who_may_write(submitted: Story, role: str, status: int) -> None:
    client = enter(submitted.world.people[role])
    assert save(client, submitted.case, "A1-01", act="agree").status_code == status
    assert VerificationItem.objects.exists() == (status == 302)
    for name in ("verification_visit", "verification_agree"):
        refused = client.post(address(name, submitted.case), {"method": "paper", "item": []})
        assert refused.status_code in (status, 302, 409) if status == 302 else refused.status_code == status


@pytest.mark.parametrize("state", ["returned", "approving", "rectifying"])
def test_nothing_is_written_outside_the_verification(submitted: Story, state: str) -> None:
    if state == "returned":
        submitted.perform("return_", submitted.officer, reason="请补正。")
    else:
        submitted.verify().perform("conclude", submitted.officer)
        if state == "rectifying":
            submitted.perform("approve", submitted.approver)
    client = enter(submitted.world.county_officer)
    answer = save(client, submitted.case, "A1-01", opinion="迟到的意见", row_version=0)
    assert answer.status_code == 409
    assert "迟到的意见" in answer.content.decode()
    visit = client.post(address("verification_visit", submitted.case), {"method": "paper", "opinion": "迟到"})
    assert visit.status_code == 409
    assert client.post(address("verification_agree", submitted.case), {"item": ["A1-01"]}).status_code == 409
    assert not VerificationItem.objects.filter(opinion="迟到的意见").exists()


def test_nothing_that_the_institution_wrote_is_touched(submitted: Story) -> None:
    before = SelfCheckSubmission.objects.get().snapshot
    draft = list(submitted.case.selfcheck.answers.order_by("item_code").values())
    client = enter(submitted.world.county_officer)
    save(client, submitted.case, "A1-19", act="ledger", problem="县级的描述", measure="县级的措施", due_on="2021-07-01")
    assert SelfCheckSubmission.objects.get().snapshot == before
    assert list(submitted.case.selfcheck.answers.order_by("item_code").values()) == draft


# ── the county's own evidence ──────────────────────────────────────────────


def test_a_photo_from_the_visit_is_kept_with_the_words_that_came_with_it(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    photo = SimpleUploadedFile("现场.png", PNG, "image/png")
    answer = save(client, submitted.case, "A1-19", act="save", opinion="见照片", evidence=photo)
    assert answer.status_code == 302
    kept = Evidence.objects.get(purpose="verification")
    assert (kept.item_code, kept.name, row("A1-19").opinion) == ("A1-19", "现场.png", "见照片")
    page = client.get(address("verification", submitted.case), {"item": "A1-19"})
    assert "现场.png" in page.content.decode()
    save(client, submitted.case, "A1-19", remove=kept.pk, opinion="见照片", row_version=1)
    kept.refresh_from_db()
    assert kept.removed_by == submitted.world.county_officer


def test_a_file_that_lies_is_refused_and_the_words_stay(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    lying = SimpleUploadedFile("现场.png", b"MZ not a picture", "image/png")
    page = save(client, submitted.case, "A1-19", act="save", opinion="见照片", evidence=lying)
    assert page.status_code == 422
    assert "见照片" in page.content.decode()
    assert not Evidence.objects.filter(purpose="verification").exists()
    assert not Verification.objects.exists()


def test_the_institutions_files_cannot_be_taken_away_by_the_county(submitted: Story) -> None:
    theirs = submitted.evidence(submitted.case, Evidence.Purpose.SELF_CHECK, submitted.filler, "A1-19")
    client = enter(submitted.world.county_officer)
    assert save(client, submitted.case, "A1-19", remove=theirs.pk, opinion="x").status_code == 404
    theirs.refresh_from_db()
    assert theirs.removed_at is None


# ── several at once ────────────────────────────────────────────────────────


def test_the_items_without_problems_are_agreed_to_at_once_after_seeing_the_list(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    save(client, submitted.case, "A1-02", opinion="还要看一眼")
    page = client.get(address("verification_agree", submitted.case))
    codes = [line.code for line in page.context["sheet"].agreeable]
    assert len(codes) == 27
    assert not {"A1-02", "A1-08", "A1-19"} & set(codes)
    answer = client.post(address("verification_agree", submitted.case), {"item": codes})
    assert answer.status_code == 302
    assert VerificationItem.objects.filter(conclusion=Conclusion.AGREE).count() == 27
    assert row("A1-01").history.get().history_user == submitted.world.county_officer


def test_agreeing_to_a_list_that_has_changed_changes_nothing(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    codes = [line.code for line in client.get(address("verification_agree", submitted.case)).context["sheet"].agreeable]
    save(enter(submitted.world.colleague), submitted.case, "A1-01", conclusion="disagree", opinion="许可证已过期")
    answer = client.post(address("verification_agree", submitted.case), {"item": codes})
    assert answer.status_code == 409
    assert len(answer.context["sheet"].agreeable) == 27
    assert not VerificationItem.objects.filter(conclusion=Conclusion.AGREE).exists()


# ── the verification as a whole ────────────────────────────────────────────


def visit(client: Client, case: Case, *, by_itself: bool = False, **fields: Any) -> Any:
    data = {"row_version": 0, "method": "paper", **fields}
    headers = {"Accept": "application/json"} if by_itself else {}
    return client.post(address("verification_visit", case), data, headers=headers)


def test_method_date_and_officials_are_kept_once_for_the_whole(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    fields: dict[str, Any] = {
        "method": "on_site",
        "visited_on": "2021-05-06",
        "officials": "李敏、艾山江",
        "opinion": "总体良好。",
    }
    answer = visit(client, submitted.case, by_itself=True, **fields)
    assert json.loads(answer.content)["row_version"] == 1
    again = visit(client, submitted.case, by_itself=True, **{**fields, "opinion": "另一句"})
    assert (again.status_code, json.loads(again.content)["theirs"]["opinion"]) == (409, "总体良好。")
    page = visit(client, submitted.case, **{**fields, "opinion": "另一句"})
    assert page.status_code == 409
    assert "另一句" in page.content.decode()
    assert "总体良好。" in page.content.decode()


def test_a_visit_that_cannot_be_read_is_refused_at_its_field(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    page = visit(client, submitted.case, method="by_phone", officials="李敏")
    assert (page.status_code, list(page.context["visit_form"].errors)) == (422, ["method"])
    assert "李敏" in page.content.decode()
    assert visit(client, submitted.case, by_itself=True, visited_on="gestern").status_code == 422


def decide(client: Client, case: Case, verb: str, **fields: Any) -> Any:
    version = Case.objects.get(pk=case.pk).version
    return client.post(address("verification_conclusion", case), {"verb": verb, "version": version, **fields})


def test_an_unfinished_verification_says_what_is_missing_and_where(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    page = client.get(address("verification_conclusion", submitted.case))
    assert page.context["missing_count"] == 30
    submitted.verify({"A1-19": {"conclusion": "disagree"}})
    page = decide(client, submitted.case, "conclude")
    assert page.status_code == 422
    ((href, _place, _said),) = page.context["refused_places"]
    assert "item=A1-19" in href
    assert Case.objects.get(pk=submitted.case.pk).state == "submitted"


def test_officer_concludes_and_approver_reads_what_approving_will_do(submitted: Story) -> None:
    submitted.verify(
        {
            "A1-19": {"problem": "县级的描述"},
            "A1-08": {"conclusion": "disagree", "opinion": "不属实"},
            "A1-01": {"conclusion": "new_finding", "problem": "许可证未公示", "facets": ["qualification"]},
        }
    )
    assert decide(enter(submitted.world.county_officer), submitted.case, "conclude").status_code == 302
    client = enter(submitted.world.county_approver)
    page = client.get(address("verification_conclusion", submitted.case))
    effects = page.context["effects"]
    assert [len(each) for each in (effects.confirmed, effects.amended, effects.rejected, effects.added)] == [1, 1, 1, 1]
    item = client.get(address("verification", submitted.case), {"item": "A1-19"})
    assert item.context["amended_rows"][0][1:] == ("手卫生依从性抽查不合格。", "县级的描述")
    assert decide(client, submitted.case, "approve").status_code == 302
    assert Case.objects.get(pk=submitted.case.pk).state == "rectifying"


def test_the_approver_sends_back_with_a_reason_that_the_officer_reads(submitted: Story) -> None:
    submitted.verify().perform("conclude", submitted.officer)
    client = enter(submitted.world.county_approver)
    assert decide(client, submitted.case, "reject_verification").status_code == 422
    assert decide(client, submitted.case, "reject_verification", reason="第 19 项请附照片。").status_code == 302
    page = enter(submitted.world.county_officer).get(address("verification", submitted.case))
    assert "第 19 项请附照片。" in page.content.decode()


def test_a_return_without_a_reason_is_refused_and_one_with_marked_items_goes_out(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    page = decide(client, submitted.case, "return_")
    assert (page.status_code, list(page.context["reason_form"].errors)) == (422, ["reason"])
    save(client, submitted.case, "A1-18", act="return")
    page = decide(client, submitted.case, "return_", reason="总的说明")
    assert page.status_code == 422
    assert "item=A1-18" in page.context["refused_places"][0][0]
    assert "总的说明" in page.content.decode()
    save(client, submitted.case, "A1-18", act="return", return_reason="请补充处方抽查表。", row_version=1)
    assert decide(client, submitted.case, "return_").status_code == 302
    assert Case.objects.get(pk=submitted.case.pk).state == "returned"


def test_wrong_role_wrong_state_and_stale_version_are_refused(submitted: Story) -> None:
    officer = enter(submitted.world.county_officer)
    assert decide(enter(submitted.world.county_approver), submitted.case, "conclude").status_code == 403
    assert decide(enter(submitted.world.institution_head), submitted.case, "return_", reason="x").status_code == 403
    assert decide(enter(submitted.world.other_officer), submitted.case, "return_", reason="x").status_code == 404
    assert decide(enter(submitted.world.county_approver), submitted.case, "approve").status_code == 409
    assert decide(officer, submitted.case, "cancel", reason="x").status_code == 400
    stale = decide(officer, submitted.case, "return_", reason="请补充材料", version=1)
    assert stale.status_code == 409
    assert "请补充材料" in stale.content.decode()
    assert Case.objects.get(pk=submitted.case.pk).state == "submitted"


def test_whoever_verified_cannot_approve(submitted: Story) -> None:
    from cases.access import appoint
    from tests.worlds import BEGINNING

    world = submitted.world
    appoint(world.county_officer, world.county, "county_approver", valid_from=BEGINNING)
    submitted.verify().perform("conclude", submitted.officer)
    assert decide(enter(world.county_officer), submitted.case, "approve").status_code == 403
    assert Case.objects.get(pk=submitted.case.pk).state == "approving"


# ── findings added later ───────────────────────────────────────────────────


def test_a_finding_is_added_after_the_verification(submitted: Story) -> None:
    submitted.approve()
    client = enter(submitted.world.county_officer)
    url = address("finding_add", submitted.case)
    assert client.get(url).status_code == 200
    assert b'name="facets"' in client.get(url, {"item": "A1-18"}).content
    fields = {"item_code": "A1-18", "version": submitted.case.version, "measure": "每周抽查"}
    refused = client.post(url, fields)
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"facets", "problem"}
    assert "每周抽查" in refused.content.decode()
    written = {**fields, "problem": "处方缺签名", "facets": ["order_rx_rate"], "due_on": "2021-07-01"}
    assert client.post(url, written).status_code == 302
    added = submitted.findings()[-1]
    assert (added.item_code, added.source, added.facets) == ("A1-18", "county", ["order_rx_rate"])
    stale = client.post(url, written)
    assert stale.status_code == 409
    assert "处方缺签名" in stale.content.decode()
    assert len(submitted.findings()) == 3


def test_no_finding_is_added_without_an_item_by_the_wrong_people_or_too_early(submitted: Story) -> None:
    officer = enter(submitted.world.county_officer)
    url = address("finding_add", submitted.case)
    assert officer.get(url).status_code == 409
    submitted.approve()
    assert officer.post(url, {"problem": "x"}).status_code == 422
    assert officer.get(url, {"item": "A1-77"}).status_code == 404
    assert enter(submitted.world.institution_head).get(url).status_code == 403
    assert enter(submitted.world.prefecture_officer).get(url).status_code == 403
    assert enter(submitted.world.other_officer).get(url).status_code == 404


# ── the list ───────────────────────────────────────────────────────────────


def test_the_list_shows_how_far_each_verification_is(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    (shown,) = client.get(reverse("verifications")).context["rows"]
    assert (shown["begun"], shown["submission"].no, shown["submission"].problem_count) == (False, 1, 2)
    save(client, submitted.case, "A1-01", act="agree")
    save(client, submitted.case, "A1-18", act="return")
    save(client, submitted.case, "A1-02", opinion="还没有结论")
    (shown,) = client.get(reverse("verifications")).context["rows"]
    assert (shown["seen"], shown["total"]) == (2, 30)


@pytest.mark.parametrize(
    ("role", "status", "count"),
    [
        ("county_officer", 200, 1),
        ("county_approver", 200, 1),
        ("prefecture_head", 200, 1),
        ("region_officer", 200, 1),
        ("inspector", 200, 1),
        ("other_officer", 200, 0),
        ("institution_head", 403, None),
        ("nobody", 403, None),
    ],
)
def test_who_has_the_list(submitted: Story, role: str, status: int, count: int | None) -> None:
    page = enter(submitted.world.people[role]).get(reverse("verifications"))
    assert page.status_code == status
    assert count is None or len(page.context["rows"]) == count


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"state": "submitted"}, 1),
        ({"state": "approving"}, 0),
        ({"q": "康宁"}, 1),
        ({"q": "松鹤"}, 0),
        ({"who": "nobody"}, 1),
        ({"who": "me"}, 0),
        ({"light": "ok"}, 1),
        ({"light": "late"}, 0),
        ({"year": "2020"}, 0),
        ({"year": "nonsense", "after": "nonsense", "state": "nonsense"}, 1),
    ],
)
def test_the_list_is_filtered(submitted: Story, query: dict[str, str], count: int) -> None:
    assert len(enter(submitted.world.county_officer).get(reverse("verifications"), query).context["rows"]) == count


def test_the_list_is_paged_without_gaps_or_repetitions(submitted: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.worlds import unit

    world = submitted.world
    monkeypatch.setattr("workflows.quality_cycle.verification_queue.PAGE", 2)
    for number in range(4):
        world.institution = unit("institution", f"机构{number}", f"650102-1{number}", world.county)
        story = Story.open(world)
        Case.objects.filter(pk=story.case.pk).update(state="submitted")
    client = enter(world.county_officer)
    seen, after = [], ""
    for _page in range(5):
        page = client.get(reverse("verifications"), {"after": after} if after else {})
        seen += [row["case"].pk for row in page.context["rows"]]
        after = page.context["after"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == Case.objects.filter(kind="quality_cycle", state="submitted").count()


# ── cost ───────────────────────────────────────────────────────────────────


def test_pages_cost_a_fixed_number_of_queries(submitted: Story, django_assert_max_num_queries: Any) -> None:
    with translation.override("zh-hans"):
        submitted.verify({"A1-19": {"problem": "县级的描述"}})
        client = enter(submitted.world.county_officer)
        client.get(reverse("verifications"))
        with django_assert_max_num_queries(15):
            client.get(reverse("verifications"))
        with django_assert_max_num_queries(15):
            client.get(address("verification", submitted.case), {"item": "A1-19"})
        with django_assert_max_num_queries(15):
            client.get(address("verification_conclusion", submitted.case))
        with django_assert_max_num_queries(15):
            client.get(address("verification_agree", submitted.case))


def test_the_pages_speak_english_to_who_has_switched(submitted: Story) -> None:
    client = enter(submitted.world.county_officer)
    client.cookies["django_language"] = "en"
    for name in ("verification", "verification_conclusion", "verification_agree"):
        answer = client.get(address(name, submitted.case))
        assert answer.status_code == 200
        assert "submitted" in answer.content.decode()
