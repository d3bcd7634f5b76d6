"""Typical cases and good practices: who files, who selects, what everybody reads, and who does not see what."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.errors import Conflict, WrongRole
from cases.models import Case, CaseEvent, Practice, WorkItem
from cases.practice_drafts import save_practice
from tests.workflows.ledger_rows import findings
from tests.worlds import World, moment, person, unit
from workflows.engine import perform
from workflows.practice.bulletin import published
from workflows.practice.opening import begin_practice

pytestmark = pytest.mark.django_db
NOW = moment("2021-06-08")
GOOD = {
    "sort": "good_practice",
    "title": "手卫生五步走",
    "text": "每周抽查，月月通报。",
    "institution": None,
    "finding": None,
}


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def sign_in(user: Any) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def begun(world: World, role: str = "institution_filler", **values: Any) -> Case:
    institution = world.institution if role == "institution_filler" else values.pop("institution", None)
    return begin_practice({**GOOD, "institution": institution, **values}, by=world.actor(role), at=NOW)


def through(world: World, case: Case, *verbs: str) -> Case:
    """The case after some verbs, each by the one whose turn it is."""
    by = {
        "forward": "county_officer",
        "select": "prefecture_officer",
        "publish": "region_officer",
        "retract": "region_officer",
    }
    writer = "institution_filler" if case.unit_id == world.institution.pk else "county_officer"
    for verb in verbs:
        case = perform(case, verb, by=world.actor(by.get(verb, writer)), at=NOW, reason="说明。")
    return case


def in_bulletin(world: World, **values: Any) -> Case:
    return through(world, begun(world, **values), "file", "forward", "select", "publish")


# ── the way ──


def test_a_good_practice_goes_from_the_institution_to_the_bulletin(world: World) -> None:
    case = begun(world)
    assert case.number == "2021-650102-001-J001"
    seats = []
    for verb in ("file", "forward", "select"):
        case = through(world, case, verb)
        item = WorkItem.objects.open().get(process=case.pk)
        seats.append((item.unit, item.role))
    assert seats == [
        (world.county, "county_officer"),
        (world.prefecture, "prefecture_officer"),
        (world.region, "region_officer"),
    ]
    assert published(world.viewer("institution_head", NOW)).count() == 0
    done = through(world, case, "publish")
    assert (done.state, done.finished is not None) == ("published", True)
    assert Practice.objects.get(pk=case.pk).published_at == NOW


def test_a_county_s_own_goes_straight_to_its_prefecture(world: World) -> None:
    case = through(world, begun(world, "county_officer", sort="typical_case", institution=world.sibling), "file")
    assert case.state == "prefecture"
    assert WorkItem.objects.open().get(process=case.pk).unit == world.prefecture


def test_what_is_returned_is_mended_and_filed_again(world: World) -> None:
    case = through(world, begun(world), "file", "forward")
    case = perform(case, "return_", by=world.actor("prefecture_officer"), at=NOW, reason="请补充数据。")
    item = WorkItem.objects.open().get(process=case.pk)
    assert (case.state, item.unit, item.role) == ("drafting", world.institution, "institution_filler")
    writer: Any = world.institution_filler
    save_practice(
        case, {**GOOD, "institution": world.institution, "text": "已补充。"}, row_version=0, by=writer, at=NOW
    )
    assert through(world, case, "file").state == "county"


def test_only_the_unit_that_files_it_withdraws_it(world: World) -> None:
    case = through(world, begun(world), "file")
    with pytest.raises(WrongRole):
        perform(case, "withdraw", by=world.actor("county_officer"), at=NOW)
    assert perform(case, "withdraw", by=world.actor("institution_head"), at=NOW).state == "withdrawn"


def test_what_is_taken_out_of_the_bulletin_is_read_no_more_and_its_trail_stays(world: World) -> None:
    case = in_bulletin(world)
    case = through(world, case, "retract")
    assert (case.state, Practice.objects.get(pk=case.pk).published_at) == ("withdrawn", None)
    assert published(world.viewer("region_officer", NOW)).count() == 0
    assert CaseEvent.objects.filter(case=case.pk, verb__in=("publish", "retract")).count() == 2


def test_nobody_above_the_county_files(world: World) -> None:
    for role in ("prefecture_officer", "region_officer", "inspector", "county_approver"):
        with pytest.raises(WrongRole):
            begin_practice(GOOD, by=world.actor(role), at=NOW)


def test_a_draft_is_saved_on_the_version_that_was_shown_and_while_it_is_written(world: World) -> None:
    case, writer = begun(world), world.institution_filler
    values: Any = {**GOOD, "institution": world.institution}
    saved = save_practice(case, values, row_version=0, by=writer, at=NOW)
    assert saved.row_version == 1
    assert saved.history.latest().history_user == writer
    with pytest.raises(Conflict):
        save_practice(case, values, row_version=0, by=writer, at=NOW)
    through(world, case, "file")
    with pytest.raises(Conflict):
        save_practice(case, values, row_version=1, by=writer, at=NOW)


# ── pages ──


def fields(text: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(version|row_version)" value="(\d+)"', text))


def test_a_filler_writes_keeps_and_files_on_the_pages(world: World) -> None:
    client = sign_in(world.institution_filler)
    given = {"title": "手卫生五步走", "text": ""}
    answer = client.post(reverse("practice_new"), given)
    case = Case.objects.get(kind="practice")
    assert answer.headers["Location"] == reverse("practice", args=[case.pk])
    page = client.get(reverse("practice", args=[case.pk])).content.decode()
    assert "No names, identity numbers" in page
    hidden = fields(page)
    refused = client.post(reverse("practice_save", args=[case.pk]), {**hidden, **given, "file": "1"})
    assert refused.status_code == 422
    assert "手卫生五步走" in refused.content.decode()
    filed = client.post(reverse("practice_save", args=[case.pk]), {**hidden, **given, "text": "做法。", "file": "1"})
    assert filed.status_code == 302
    record = Practice.objects.get(pk=case.pk)
    assert (record.sort, record.institution, record.text) == ("good_practice", world.institution, "做法。")
    assert Case.objects.get(pk=case.pk).state == "county"


def test_what_a_colleague_saved_is_not_overwritten_and_nothing_typed_is_lost(world: World) -> None:
    case = begun(world)
    client = sign_in(world.institution_head)
    hidden = fields(client.get(reverse("practice", args=[case.pk])).content.decode())
    values: Any = {**GOOD, "institution": world.institution, "text": "同事的。"}
    save_practice(case, values, row_version=0, by=world.institution_filler, at=NOW)
    answer = client.post(reverse("practice_save", args=[case.pk]), {**hidden, "title": "题", "text": "我写的。"})
    assert answer.status_code == 409
    assert "我写的。" in answer.content.decode()
    assert Practice.objects.get(pk=case.pk).text == "同事的。"


def test_a_county_nominates_a_typical_case_about_one_of_its_institutions(world: World) -> None:
    (finding,) = findings(world.institution, [{}])
    client = sign_in(world.county_officer)
    given = {"sort": "typical_case", "title": "无证上岗", "text": "经过与教训。", "file": "1"}
    answer = client.post(reverse("practice_new"), given)
    assert answer.status_code == 422
    assert "Say which institution" in answer.content.decode()
    wrong = {**given, "institution": world.sibling.pk, "number": finding.case.number}
    assert client.post(reverse("practice_new"), wrong).status_code == 422
    assert client.post(reverse("practice_new"), {**given, "institution": world.other_institution.pk}).status_code == 422
    right = {**given, "institution": world.institution.pk, "number": finding.case.number}
    assert client.post(reverse("practice_new"), right).status_code == 302
    record = Practice.objects.get()
    assert (record.finding, record.case.state) == (finding, "prefecture")
    assert finding.case.number in client.get(reverse("practice", args=[record.pk])).content.decode()


def test_each_level_decides_on_the_page_and_a_reason_is_asked_for(world: World) -> None:
    case = through(world, begun(world), "file")
    client = sign_in(world.county_officer)
    address = reverse("practice", args=[case.pk])
    page = client.get(address).content.decode()
    assert "Recommend to the prefecture" in page
    assert "Withdraw</button>" not in page
    no_reason = client.post(
        reverse("practice_verb", args=[case.pk, "decline"]), {"version": case.version, "reason": ""}
    )
    assert no_reason.status_code == 422
    stale = client.post(reverse("practice_verb", args=[case.pk, "decline"]), {"version": 1, "reason": "不典型。"})
    assert stale.status_code == 409
    assert "不典型。" in stale.content.decode()
    done = client.post(reverse("practice_verb", args=[case.pk, "forward"]), {"version": case.version})
    assert done.status_code == 302
    gone = client.post(reverse("practice_verb", args=[case.pk, "decline"]), {"version": 2, "reason": "晚了。"})
    assert gone.status_code in (403, 409)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("institution_head", 200),
        ("county_officer", 200),
        ("prefecture_head", 200),
        ("region_officer", 200),
        ("inspector", 200),
        ("other_filler", 404),
        ("other_officer", 404),
        ("system_admin", 404),
        ("nobody", 404),
    ],
)
def test_a_practice_under_way_is_seen_from_above_and_not_from_beside(world: World, role: str, status: int) -> None:
    case = through(world, begun(world), "file")
    client = sign_in(world.people[role])
    assert client.get(reverse("practice", args=[case.pk])).status_code == status
    listed = client.get(reverse("practices"), {"view": "below"}).content.decode()
    assert ("手卫生五步走" in listed) == (status == 200)


def test_what_is_still_being_written_is_read_by_its_unit_alone(world: World) -> None:
    case = begun(world)
    for role, seen in (("institution_head", True), ("county_officer", False), ("region_head", False)):
        client = sign_in(world.people[role])
        assert ("每周抽查" in client.get(reverse("practice", args=[case.pk])).content.decode()) == seen
        assert ("手卫生五步走" in client.get(reverse("practices"), {"view": "below"}).content.decode()) == seen
    answer = sign_in(world.county_officer).post(reverse("practice_save", args=[case.pk]), {"title": "x"})
    assert answer.status_code == 403


def test_those_who_do_not_file_are_told_so(world: World) -> None:
    assert sign_in(world.prefecture_officer).get(reverse("practice_new")).status_code == 403
    assert sign_in(world.prefecture_officer).post(reverse("practice_new"), {}).status_code == 403
    assert (
        sign_in(world.region_officer).post(reverse("practice_verb", args=[begun(world).pk, "claim"])).status_code == 400
    )


# ── the bulletin ──


@pytest.mark.parametrize(
    "role",
    [
        "institution_head",
        "other_filler",
        "other_officer",
        "prefecture_head",
        "region_expert",
        "nation_officer",
        "inspector",
        "system_admin",
        "auditor",
    ],
)
def test_everybody_of_the_region_reads_the_bulletin(world: World, role: str) -> None:
    case = in_bulletin(world)
    client = sign_in(world.people[role])
    assert "手卫生五步走" in client.get(reverse("bulletin")).content.decode()
    article = client.get(reverse("article", args=[case.pk]))
    assert article.status_code == 200
    assert "每周抽查，月月通报。" in article.content.decode()


@pytest.mark.parametrize("role", ["nobody", "expired"])
def test_who_has_no_role_in_the_region_reads_nothing(world: World, role: str) -> None:
    case = in_bulletin(world)
    client = sign_in(world.people[role])
    assert "手卫生五步走" not in client.get(reverse("bulletin")).content.decode()
    assert client.get(reverse("article", args=[case.pk])).status_code == 404


def test_another_region_has_a_bulletin_of_its_own(world: World) -> None:
    case = in_bulletin(world)
    elsewhere = unit("region", "宁夏卫生健康委", "640000", world.region.superior, division="宁夏回族自治区")
    stranger = person("马某", "region_officer", elsewhere)
    assert sign_in(stranger).get(reverse("article", args=[case.pk])).status_code == 404


def test_a_typical_case_is_told_without_the_name_of_the_institution(world: World) -> None:
    record = begun(world, "county_officer", sort="typical_case", institution=world.institution)
    case = through(world, record, "file", "select", "publish")
    page = sign_in(world.other_filler).get(reverse("article", args=[case.pk])).content.decode()
    assert world.institution.name not in page
    assert world.county.name in page
    good = in_bulletin(world)
    assert (
        world.institution.name in sign_in(world.other_filler).get(reverse("article", args=[good.pk])).content.decode()
    )


def test_the_bulletin_may_be_narrowed_to_one_sort(world: World) -> None:
    in_bulletin(world)
    client = sign_in(world.other_filler)
    assert "手卫生五步走" in client.get(reverse("bulletin"), {"sort": "good_practice"}).content.decode()
    assert "手卫生五步走" not in client.get(reverse("bulletin"), {"sort": "typical_case"}).content.decode()


def test_words_of_a_practice_are_words_and_no_markup(world: World) -> None:
    case = in_bulletin(world, text="<script>alert(1)</script>")
    page = sign_in(world.other_filler).get(reverse("article", args=[case.pk])).content.decode()
    assert "&lt;script&gt;" in page


def test_the_pages_cost_the_same_queries_for_few_and_for_many(world: World, django_assert_max_num_queries: Any) -> None:
    first = in_bulletin(world)
    for _number in range(6):
        in_bulletin(world)
    through(world, begun(world), "file")
    client = sign_in(world.county_officer)
    client.get(reverse("bulletin"))
    for address, cost in (
        (reverse("bulletin"), 10),
        (reverse("article", args=[first.pk]), 11),
        (reverse("practices") + "?view=below", 9),
        (reverse("practice", args=[first.pk]), 14),
    ):
        with django_assert_max_num_queries(cost):
            client.get(address)
