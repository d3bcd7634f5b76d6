"""The ledger's list: scope, filters, counts, pages and the Excel file; and the page of one finding."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from cases.access import Viewer
from cases.clock import end_of_day
from cases.lights import SIGNS, light_of
from cases.models import Case, Evidence, Finding, WorkItem
from tests.story import Story, problem
from tests.workflows.ledger_rows import findings
from tests.worlds import World, moment
from workflows.engine import perform
from workflows.finding import pages
from workflows.finding.kind import FindingFlow
from workflows.finding.ledger_query import Criteria, findings_for, page_of, read, tally

FIRST_DATE = end_of_day(dt.date(2021, 6, 1))
NOW = "2021-06-10 10:00"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture(autouse=True)
def the_day() -> Any:
    with time_machine.travel(moment(NOW), tick=False), translation.override("en"):
        yield


def enter(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def listed(user: Any, **query: Any) -> list[str]:
    """The numbers on the first page of somebody's ledger."""
    page = enter(user).get(reverse("ledger"), {"year": "all", "state": "all", **query})
    assert page.status_code == 200
    return [row.finding.case.number for row in page.context["rows"]]


def numbers(records: list[Finding]) -> list[str]:
    return [record.case.number for record in records]


def viewer(world: World, role: str = "county_officer") -> Viewer:
    return world.viewer(role, moment(NOW))


# ── who sees what ──


@pytest.fixture
def two_counties(world: World) -> dict[str, list[str]]:
    return {
        "own": numbers(findings(world.institution, [{}])),
        "sibling": numbers(findings(world.sibling, [{}])),
        "other": numbers(findings(world.other_institution, [{}])),
    }


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("institution_filler", "own"),
        ("institution_head", "own"),
        ("county_officer", "own sibling"),
        ("county_approver", "own sibling"),
        ("prefecture_officer", "own sibling other"),
        ("region_head", "own sibling other"),
        ("inspector", "own sibling other"),
        ("other_filler", "other"),
        ("other_officer", "other"),
        ("national_expert", ""),
        ("system_admin", ""),
        ("nobody", ""),
        ("expired", ""),
    ],
)
def test_everybody_sees_the_findings_of_their_own_subtree_and_no_others(
    role: str, seen: str, world: World, two_counties: dict[str, list[str]]
) -> None:
    wanted = sorted(number for name in seen.split() for number in two_counties[name])
    assert sorted(listed(world.people[role])) == wanted


def test_the_ledger_asks_for_a_sign_in() -> None:
    assert Client().get(reverse("ledger")).status_code == 302


def test_an_institution_has_simpler_columns_and_no_choice_of_units(world: World, two_counties: Any) -> None:
    page = enter(world.institution_filler).get(reverse("ledger"), {"year": "all"}).content.decode()
    assert "天山区康宁护理院</td>" not in page
    assert 'name="pick"' not in page
    assert 'name="county"' not in page


def test_a_finding_of_another_subtree_does_not_exist(world: World, two_counties: Any) -> None:
    other = Finding.objects.get(case__unit=world.other_institution)
    for role, status in [("county_officer", 404), ("other_officer", 200), ("nobody", 404), ("inspector", 200)]:
        client = enter(world.people[role])
        assert client.get(reverse("finding", args=[other.pk])).status_code == status
    assert enter(world.institution_filler).post(reverse("finding_verb", args=[other.pk, "start"])).status_code == 404


# ── filters, counts, order ──


def test_the_list_shows_what_is_not_settled_of_the_latest_year_unless_asked_otherwise(world: World) -> None:
    findings(world.institution, [{}], year=2020)
    open_ones = findings(world.institution, [{}, {"state": "fixed"}])
    findings(world.institution, [{"state": "closed"}, {"state": "referred"}])
    page = enter(world.county_officer).get(reverse("ledger"))
    assert sorted(row.finding.case.number for row in page.context["rows"]) == sorted(numbers(open_ones))
    assert [chip["value"] for chip in page.context["chips"]] == ["2021", "Not settled"]
    assert page.context["counts"]["closed"] == "1"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"item": "A1-19"}, 1),
        ({"state": "fixed"}, 1),
        ({"source": "self_check"}, 1),
        ({"responsible": "张"}, 1),
        ({"responsible": "后勤"}, 1),
        ({"facet": "hand"}, 1),
        ({"facet": "law"}, 0),
        ({"severity": "serious"}, 1),
        ({"recurrence": "yes"}, 1),
        ({"returned": "yes"}, 2),
        ({"q": "疏散"}, 1),
        ({"q": "-900777"}, 1),
        ({"q": "100%"}, 0),
        ({"light": "late"}, 1),
        ({"light": "soon"}, 1),
        ({"light": "idle"}, 1),
        ({}, 6),
    ],
)
def test_each_filter_narrows_the_list(query: dict[str, str], wanted: int, world: World) -> None:
    far = dt.date(2021, 9, 1)
    (before,) = findings(world.other_institution, [{}], year=2020)
    findings(
        world.institution,
        [
            {"item_code": "A1-19", "due_on": far, "problem": "疏散通道堵塞", "facets": ["hand"], "severity": "serious"},
            {"state": "fixed", "source": "self_check", "due_on": far, "review_due": moment("2021-07-30")},
            {"responsible": "张丽华", "due_on": dt.date(2021, 6, 9), "return_count": 1},
            {"number": "2021-650102-900777", "due_on": dt.date(2021, 6, 17), "responsible_unit": "后勤部"},
            {"due_on": None, "recurrence_of": before, "return_count": 3},
            {"state": "closed", "facets": ["core_systems"]},
        ],
    )
    assert len(listed(world.county_officer, **query)) == wanted


def test_units_are_offered_as_far_as_the_subtree_has_them(world: World, two_counties: dict[str, list[str]]) -> None:
    region = world.region_officer
    assert listed(region, prefecture=world.other_prefecture.pk) == []
    assert listed(region, county=world.other_county.pk) == two_counties["other"]
    assert listed(region, county=world.county.pk, institution=world.sibling.pk) == two_counties["sibling"]
    assert listed(region, institution=world.sibling.pk) == two_counties["sibling"]
    assert listed(world.county_officer, institution=world.sibling.pk) == two_counties["sibling"]


@pytest.mark.parametrize(
    "query",
    [
        {"state": "nonsense"},
        {"year": "1"},
        {"light": "green"},
        {"facet": "nonsense"},
        {"recurrence": "maybe"},
        {"item": "X"},
        {"q": "x" * 61},
        {"institution": "999999"},
    ],
)
def test_a_filter_that_is_not_on_offer_is_said_so_and_lists_nothing(query: dict[str, str], world: World) -> None:
    findings(world.institution, [{}])
    page = enter(world.county_officer).get(reverse("ledger"), query)
    assert page.status_code == 422
    assert "rows" not in page.context
    assert 'role="alert"' in page.content.decode()


def test_a_foreign_unit_is_not_on_offer(world: World, two_counties: Any) -> None:
    query = {"institution": world.other_institution.pk}
    page = enter(world.county_officer).get(reverse("ledger"), query)
    assert page.status_code == 422
    assert "沙依巴克区" not in page.content.decode()


def test_the_tally_counts_lights_of_whoever_has_to_act(world: World) -> None:
    rows: list[dict[str, Any]] = [
        {"due_on": dt.date(2021, 6, 9)},
        {"due_on": dt.date(2021, 6, 10)},
        {"due_on": dt.date(2021, 6, 17), "state": "in_progress"},
        {"due_on": dt.date(2021, 6, 18)},
        {"due_on": dt.date(2021, 1, 1), "state": "fixed", "review_due": moment("2021-08-01")},
        {"due_on": dt.date(2021, 12, 1), "state": "fixed", "review_due": moment("2021-06-10 09:59")},
        {"due_on": None},
        {"due_on": dt.date(2021, 6, 20), "amber_days": 10},
        {"due_on": dt.date(2021, 6, 9), "held_at": moment("2021-06-08")},
        {"due_on": dt.date(2021, 1, 1), "state": "closed"},
        {"due_on": dt.date(2021, 1, 1), "state": "referred"},
    ]
    records = findings(world.institution, rows)
    counts = tally(viewer(world), Criteria(year=2021, state="live"))
    assert {name: counts[name] for name in (*SIGNS, "live", "total", "shown")} == {
        "late": 2, "soon": 3, "ok": 2, "idle": 1, "held": 1, "live": 9, "total": 11, "shown": 9,
    }  # fmt: skip
    items = {item.process_id: item for item in WorkItem.objects.select_related("process")}
    for code in SIGNS:
        found = {row.pk for row in findings_for(viewer(world), Criteria(state="live", light=code))}
        assert found == {row.pk for row in records if row.pk in items and light_of(items[row.pk], moment(NOW)) == code}
        assert tally(viewer(world), Criteria(state="live", light=code))["shown"] == len(found)


days = st.none() | st.dates(dt.date(2021, 6, 1), dt.date(2021, 6, 6))


@trying(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    rows=st.lists(days, min_size=1, max_size=12),
    arriving=st.lists(st.lists(days, max_size=2), max_size=8),
    order=st.sampled_from(["due", "number"]),
    size=st.integers(1, 4),
)
def test_paging_visits_each_row_once_while_others_arrive(
    rows: list[Any], arriving: list[list[Any]], order: str, size: int, world: World
) -> None:
    with transaction.atomic():
        there = {record.pk for record in findings(world.institution, [{"due_on": day} for day in rows])}
        everything = findings_for(viewer(world), Criteria())
        visited: list[int] = []
        late = iter(arriving)
        cursor = None
        while True:
            page = page_of(everything, order, cursor, size)
            visited += [row.pk for row in page.rows]
            if not page.after:
                break
            findings(world.institution, [{"due_on": day} for day in next(late, [])])
            cursor = read(order, page.after)
        assert len(visited) == len(set(visited))
        assert there <= set(visited)
        back = [row.pk for row in page.rows][::-1]
        while page.before:
            page = page_of(everything, order, read(order, page.before, backward=True), size)
            back += [row.pk for row in reversed(page.rows)]
        ordered = list(everything.order_by("case__number") if order == "number" else everything)
        if order == "due":
            ordered.sort(key=lambda row: (row.due_on is None, row.due_on or dt.date.max, row.pk))
        assert back == [row.pk for row in ordered][::-1]
        transaction.set_rollback(True)


def test_a_line_carries_its_marks_and_its_original_date(world: World) -> None:
    (earlier,) = findings(world.institution, [{"state": "closed"}], year=2020)
    rows: list[dict[str, Any]] = [
        {"recurrence_of": earlier, "return_count": 2, "severity": "major", "original_due_at": FIRST_DATE},
        {},
    ]
    marked, plain = findings(world.institution, rows)
    common = {"unit": world.institution, "year": 2021, "edition": marked.case.edition, "parent": marked.case}
    Case.objects.create(kind="supervision", flow_class=FindingFlow, **common)
    found = enter(world.county_officer).get(reverse("ledger"))
    lines = {row.finding.pk: row for row in found.context["rows"]}
    assert lines[marked.pk].marks == ("Under supervision", "Repeated", "Extended", "returned 2 times")
    assert lines[plain.pk].marks == ()
    text = found.content.decode()
    assert "originally Tue 1 Jun" in text
    assert "<b>Major</b>" in text
    Case.objects.filter(kind="supervision").update(finished=moment(NOW))
    lines = {row.finding.pk: row for row in enter(world.county_officer).get(reverse("ledger")).context["rows"]}
    assert "Under supervision" not in lines[marked.pk].marks


def test_what_is_on_hold_says_so_instead_of_a_light(world: World) -> None:
    held: dict[str, Any] = {"due_on": dt.date(2021, 6, 1), "held_at": moment("2021-05-20")}
    findings(world.institution, [held, {"due_on": dt.date(2021, 6, 1)}])
    page = enter(world.county_officer).get(reverse("ledger"))
    assert sorted((row.light, row.light_word) for row in page.context["rows"]) == [
        ("held", "On hold"),
        ("late", "Overdue"),
    ]
    assert len(listed(world.county_officer, light="held")) == len(listed(world.county_officer, light="late")) == 1


def test_where_everything_is_closed_the_empty_list_says_so(world: World) -> None:
    findings(world.institution, [{"state": "closed"}, {"state": "closed"}])
    assert "Everything is closed<" in enter(world.county_officer).get(reverse("ledger")).content.decode()
    assert "Nothing matches" in enter(world.county_officer).get(reverse("ledger"), {"q": "nothing"}).content.decode()
    findings(world.institution, [{"state": "referred"}])
    page = enter(world.county_officer).get(reverse("ledger")).content.decode()
    assert "Everything is closed or referred" in page
    assert "2 closed, 1 referred" in page


def test_the_list_for_paper_holds_all_that_is_filtered_up_to_its_bound(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "应急灯不亮。" * 40
    findings(world.institution, [{"problem": long, "due_on": dt.date(2021, 6, 1)}] + [{}] * (pages.PAGE + 3))
    client = enter(world.county_officer)
    page = client.get(reverse("ledger"), {"print": "1"})
    text = page.content.decode()
    assert len(page.context["rows"]) == pages.PAGE + 4
    assert long in text
    assert "page--landscape" in text
    assert "Year 2021" in text
    assert "State Not settled" in text
    assert "as of Thu 10 Jun" in text
    assert 'name="pick"' not in text
    monkeypatch.setattr(pages, "PRINT_SIZE", 5)
    assert "Only the first 5 are printed" in client.get(reverse("ledger"), {"print": "1"}).content.decode()


def test_pages_follow_each_other_by_their_links(world: World) -> None:
    records = findings(world.institution, [{} for _ in range(pages.PAGE + 2)])
    client = enter(world.county_officer)
    first = client.get(reverse("ledger"), {"sort": "number"})
    second = client.get(reverse("ledger"), {"sort": "number", "after": first.context["page"].after})
    shown = [row.finding.pk for page in (first, second) for row in page.context["rows"]]
    assert shown == [record.pk for record in records]
    assert not second.context["page"].after
    assert 'rel="prev"' in second.content.decode()


@pytest.mark.parametrize("cursor", ["", "x", "2021-13-01_5", "2021-06-01_x", "_", "2021-06-01_9999999999999999999"])
def test_a_cursor_that_nobody_gave_out_starts_from_the_beginning(cursor: str, world: World) -> None:
    records = findings(world.institution, [{}])
    assert listed(world.county_officer, after=cursor) == numbers(records)


def test_the_page_costs_the_same_queries_for_few_and_for_many(world: World, django_assert_max_num_queries: Any) -> None:
    findings(world.institution, [{"due_on": None}, {"state": "fixed"}] * 40)
    for role in ("county_officer", "region_officer", "institution_filler"):
        client = enter(world.people[role])
        client.get(reverse("ledger"))
        with django_assert_max_num_queries(17):
            assert client.get(reverse("ledger"), {"state": "all"}).status_code == 200


# ── one finding ──


@pytest.fixture
def finding(story: Story) -> Finding:
    """A confirmed finding that the institution has to rectify."""
    story.on("2021-03-01").submit({"A1-08": problem(planned_on=dt.date(2021, 6, 30))})
    story.on("2021-05-20").approve()
    story.on(NOW)
    return story.findings()[0]


def photo(name: str = "after.png", content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def page_of_finding(user: Any, finding: Finding) -> Any:
    return enter(user).get(reverse("finding", args=[finding.pk]))


def send(user: Any, finding: Finding, verb: str, **data: Any) -> Any:
    version = Finding.objects.select_related("case").get(pk=finding.pk).case.version
    return enter(user).post(reverse("finding_verb", args=[finding.pk, verb]), {"version": version, **data})


RESULT = {"measure": "培训。", "responsible": "张丽华", "result": "已整改。", "purpose": "after"}


def state(finding: Finding) -> str:
    return Finding.objects.select_related("case").get(pk=finding.pk).case.state


def test_only_what_the_viewer_may_do_now_is_offered(story: Story, finding: Finding) -> None:
    people = story.world.people

    def offered() -> dict[str, set[str]]:
        roles = ("institution_filler", "county_officer", "county_approver", "prefecture_officer", "inspector")
        found = {}
        for role in roles:
            page = page_of_finding(people[role], finding)
            assert page.status_code == 200
            found[role] = set(page.context["turn"].verbs) - {"claim", "hand_over"}
        return found

    nothing: set[str] = set()
    assert offered() == {
        "institution_filler": {"start", "fix", "note_progress"},
        "county_officer": {"refer", "grade"},
        "county_approver": nothing,
        "prefecture_officer": nothing,
        "inspector": nothing,
    }
    story.fix(finding)
    assert offered() == {
        "institution_filler": {"withdraw"},
        "county_officer": {"close", "return_", "refer", "grade"},
        "county_approver": nothing,
        "prefecture_officer": nothing,
        "inspector": nothing,
    }
    story.close(finding)
    assert offered() == {
        "institution_filler": nothing,
        "county_officer": nothing,
        "county_approver": nothing,
        "prefecture_officer": {"reopen"},
        "inspector": nothing,
    }


def test_a_result_with_its_photo_is_submitted_in_one_go(story: Story, finding: Finding) -> None:
    answer = send(
        story.world.institution_filler, finding, "fix", **RESULT, evidence=[photo(), photo("b.png", PNG + b"x")]
    )
    assert (answer.status_code, state(finding)) == (302, "fixed")
    assert Evidence.objects.filter(case=finding.pk, purpose="after").count() == 2
    record = Finding.objects.get(pk=finding.pk)
    assert (record.measure, record.responsible, record.result) == ("培训。", "张丽华", "已整改。")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Add at least one file"),
        ({"result": "", "evidence": photo()}, "Describe what was done"),
        ({"responsible": "张" * 61, "evidence": photo()}, "at most 60 characters"),
        ({"evidence": photo("after.exe")}, "not accepted"),
        ({"evidence": photo("after.pdf")}, "not what its name says"),
        ({"evidence": photo("empty.png", b"")}, "empty"),
    ],
)
def test_a_refused_result_keeps_what_was_typed(
    fields: dict[str, Any], message: str, story: Story, finding: Finding
) -> None:
    data = {**RESULT, **fields}
    answer = send(story.world.institution_filler, finding, "fix", **data)
    text = answer.content.decode()
    assert (answer.status_code, state(finding)) == (422, "open")
    assert message in text
    assert 'role="alert"' in text
    for name in ("measure", "responsible", "result"):
        assert data[name] in text


def test_a_stale_page_keeps_the_reason_and_says_what_happened(story: Story, finding: Finding) -> None:
    finding = story.fix(finding)
    old = finding.case.version
    story.on("2021-06-10 09:50")
    perform(finding.case, "withdraw", by=story.filler, at=story.at)
    story.fix(story.again(finding))
    data = {"version": old, "reason": "照片看不清，请重拍。"}
    answer = enter(story.world.county_officer).post(reverse("finding_verb", args=[finding.pk, "return_"]), data)
    assert answer.status_code == 409
    assert "照片看不清，请重拍。" in answer.content.decode()
    assert state(finding) == "fixed"
    assert send(story.world.county_officer, finding, "return_", reason="照片看不清，请重拍。").status_code == 302


def test_what_can_no_longer_be_sent_is_given_back_for_copying(story: Story, finding: Finding) -> None:
    finding = story.fix(finding)
    perform(finding.case, "return_", by=story.world.actor("colleague"), at=story.at, reason="同事已退回。")
    answer = send(story.world.county_officer, finding, "return_", reason="我写的退回原因。")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "我写的退回原因。" in text
    assert "What you had typed" in text


def test_the_wrong_role_is_forbidden_and_an_unknown_verb_is_a_bad_request(story: Story, finding: Finding) -> None:
    assert send(story.world.inspector, finding, "fix", **RESULT).status_code == 403
    assert (
        send(story.world.institution_filler, finding, "refer", referred_to="x", reference="1", reason="y").status_code
        == 403
    )
    assert send(story.world.county_officer, finding, "explode").status_code == 400
    assert send(story.world.county_officer, finding, "drop").status_code == 400
    assert state(finding) == "open"


def test_the_county_returns_with_a_reason_closes_or_refers(story: Story, finding: Finding) -> None:
    story.fix(finding)
    officer = story.world.county_officer
    assert send(officer, finding, "return_", reason=" ").status_code == 422
    assert send(officer, finding, "return_", reason="缺签到表。").status_code == 302
    story.fix(story.again(finding))
    assert send(officer, finding, "return_", reason="仍缺签到表。").status_code == 302
    text = page_of_finding(story.world.institution_filler, finding).content.decode()
    assert "Returned by the county, no. 2" in text
    assert "仍缺签到表。" in text
    story.fix(story.again(finding))
    assert send(officer, finding, "close", reason="材料齐全。").status_code == 302
    assert state(finding) == "closed"
    assert send(story.world.prefecture_head, finding, "reopen", reason="").status_code == 422
    assert send(story.world.prefecture_head, finding, "reopen", reason="抽查未落实。").status_code == 302
    assert send(officer, finding, "refer", reason="涉嫌违法。").status_code == 422
    data = {"reason": "涉嫌违法。", "referred_to": "卫生监督所", "reference": "3号"}
    assert send(officer, finding, "refer", **data).status_code == 302
    assert "卫生监督所" in page_of_finding(officer, finding).content.decode()


def test_the_one_who_rectified_is_told_why_closing_is_not_on_offer(story: Story, finding: Finding) -> None:
    story.fix(finding)
    Finding.objects.filter(pk=finding.pk).update(fixed_by=story.world.county_officer)
    page = page_of_finding(story.world.county_officer, finding)
    assert "cannot close it" in page.content.decode()
    assert "close" not in page.context["turn"].verbs
    assert "return_" in page.context["turn"].verbs


def test_files_are_added_and_removed_only_while_it_is_the_institutions_turn(story: Story, finding: Finding) -> None:
    address = reverse("finding_evidence", args=[finding.pk])
    client = enter(story.world.institution_filler)
    answer = client.post(address, {**RESULT, "result": "写到一半", "purpose": "before", "evidence": [photo()]})
    assert answer.status_code == 200
    assert "写到一半" in answer.content.decode()
    (file,) = Evidence.objects.filter(case=finding.pk)
    assert file.purpose == "before"
    assert client.post(address, {"result": "写到一半"}).status_code == 422
    assert enter(story.world.county_officer).post(address, {"evidence": [photo()]}).status_code == 403
    assert client.post(address, {"remove": file.pk}).status_code == 200
    assert not Evidence.objects.current().filter(case=finding.pk).exists()
    assert client.post(address, {"remove": "999999"}).status_code == 404
    story.fix(finding)
    assert client.post(address, {"evidence": [photo()]}).status_code == 409
    kept = Evidence.objects.current().get(case=finding.pk)
    assert client.post(address, {"remove": kept.pk}).status_code == 409


def test_one_bad_file_among_good_ones_stores_none(story: Story, finding: Finding) -> None:
    answer = send(story.world.institution_filler, finding, "fix", **RESULT, evidence=[photo(), photo("x.exe")])
    assert answer.status_code == 422
    assert "x.exe" in answer.content.decode()
    assert not Evidence.objects.filter(case=finding.pk).exists()


def test_starting_keeps_a_result_that_was_typed_already(story: Story, finding: Finding) -> None:
    answer = send(story.world.institution_filler, finding, "start", **RESULT)
    assert (answer.status_code, state(finding)) == (200, "in_progress")
    assert "已整改。" in answer.content.decode()
    assert send(story.world.institution_filler, finding, "start", measure="甲").status_code == 409


def test_the_course_tells_who_why_and_what_changed(story: Story, finding: Finding) -> None:
    story.fix(finding)
    send(story.world.county_officer, finding, "return_", reason="缺签到表。")
    page = page_of_finding(story.world.prefecture_officer, finding)
    entries = page.context["entries"]
    assert [str(entry["what"]) for entry in entries] == [
        "Rectify", "Return", "Submit rectification result", "Confirm", "entered the ledger",
    ]  # fmt: skip
    returned, submitted = entries[1], entries[2]
    assert (returned["quote"], returned["kind"]) == ("缺签到表。", "back")
    assert "county_officer" in returned["who"]
    assert ("State", "Fixed, awaiting review", "Rectifying") in returned["diff"]
    assert ("Result of rectification", "", "已完成培训，抽查合格。") in submitted["diff"]


def test_a_finding_costs_a_fixed_number_of_queries(
    story: Story, finding: Finding, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        story.evidence(finding.case, Evidence.Purpose.BEFORE, story.filler)
        finding = story.fix(finding)
        perform(finding.case, "return_", by=story.officer, at=story.at, reason="不合格。")
        finding = story.again(finding)
    client = enter(story.world.institution_filler)
    client.get(reverse("finding", args=[finding.pk]))
    with django_assert_max_num_queries(20):
        assert client.get(reverse("finding", args=[finding.pk])).status_code == 200
