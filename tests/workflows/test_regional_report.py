"""The region's report: what it rolls up, what the prefectures filed beside it, and how it comes to the nation."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from cases.access import SYSTEM
from cases.clock import local_date
from cases.editions.pinned import edition_of
from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.models import Case, Round, Summary, SummaryOverride, SummaryVersion, WorkItem
from cases.summaries.cells import numbers_of
from cases.summaries.comparing import printed_numbers, recompute
from cases.summaries.reading import figures_of
from tests.filing import Filing
from tests.story import Story, problem
from tests.workflows.crowds import crowd
from tests.workflows.spot_checks import planned
from tests.worlds import World, moment, person, unit
from workflows.engine import perform
from workflows.moving import merge_units
from workflows.quality_cycle.opening import open_year
from workflows.reporting.matrix import matrix, tally
from workflows.summary.regional_comparison import BY_HAND, MISSING, MOMENT, Comparison, compare

pytestmark = pytest.mark.django_db
DAY = "2021-11-08"


@pytest.fixture(autouse=True)
def present() -> Any:
    with time_machine.travel(moment(DAY), tick=False):
        yield


@pytest.fixture
def year(story: Story) -> Story:
    """A year with one verified institution that has a problem, and a second prefecture with an institution."""
    county = unit("county", "克拉玛依区卫生健康委", "650203", story.world.other_prefecture)
    unit("institution", "克拉玛依颐养院", "650203-001", county)
    open_year(story.world.region, 2021, by=SYSTEM, at=moment("2021-01-05"))
    story.on("2021-03-01").submit({"A1-19": problem(["hand"])})
    story.on("2021-05-10").approve()
    return story


@pytest.fixture
def report(year: Story) -> Filing:
    """The region's report of the annual round, with the prefectures' summaries open."""
    return regional(year.world)


def regional(world: World) -> Filing:
    filing = Filing.open(world)
    case = Case.objects.get(kind="regional_report", summary__round=filing.case.summary.round)
    return Filing(world, case, moment(DAY))


def prefecture(
    world: World, place: Any, verbs: tuple[str, ...] = ("submit", "accept"), on: str = "2021-10-08"
) -> Filing:
    """A prefecture's summary, filed and accepted; whoever is missing an officer is helped out by the engine's door."""
    case = Case.objects.get(kind="summary", unit=place, summary__round__code="annual")
    filing = Filing(world, case, moment(on)).explain()
    filing.perform("request_confirmation", officer_of(world, place))
    for verb in verbs:
        filing.perform(verb, head_of(world, place) if verb == "submit" else "region_officer", reason="说明。")
    return filing


def officer_of(world: World, place: Any) -> str:
    return "prefecture_officer" if place == world.prefecture else "second_officer"


def head_of(world: World, place: Any) -> str:
    return "prefecture_head" if place == world.prefecture else "second_head"


@pytest.fixture
def staffed(report: Filing) -> Filing:
    """The second prefecture has its people, too."""
    world = report.world
    world.people["second_officer"] = person("克拉玛依经办", "prefecture_officer", world.other_prefecture)
    world.people["second_head"] = person("克拉玛依负责人", "prefecture_head", world.other_prefecture)
    return report


def beside(report: Filing, version: SummaryVersion | None = None) -> Comparison:
    case = Case.objects.select_related("summary__round", "unit", "edition").get(pk=report.case.pk)
    return compare(case, printed_numbers(version) if version else numbers_of(figures_of(case)), version)


def page(client: Client, filing: Filing, role: str, name: str = "", **data: Any) -> Any:
    client.force_login(filing.world.people[role])
    address = f"/regional-reports/{filing.case.pk}/{name}"
    return client.post(address, {"version": filing.case.version, **data}) if name else client.get(address)


# ── opening ──


def test_the_programme_opens_one_report_for_each_of_its_rounds(report: Filing) -> None:
    found = Case.objects.filter(kind="regional_report").order_by("number")
    assert [(case.number, case.state, case.summary.round.code) for case in found] == [
        ("2021-650000-ZJ01", "drafting", "first_report"),
        ("2021-650000-ZJ02", "drafting", "annual"),
    ]
    assert {case.parent.kind for case in found if case.parent} == {"programme"}
    assert Case.objects.filter(kind="regional_report", unit=report.world.region).count() == Round.objects.count()


def test_the_report_of_the_one_off_round_is_due_a_month_after_those_of_the_prefectures(report: Filing) -> None:
    items = WorkItem.objects.filter(process__kind="regional_report", finished=None).order_by("process__number")
    assert [local_date(item.due_at).isoformat() for item in items] == ["2021-03-31", "2021-11-30"]
    first = items[0]
    assert first.due_trace == [{"step": "fixed", "on": "2021-03-31"}]
    assert "3月31日" in str(edition_of(first.process).deadlines[first.due_rule].clause)


def test_what_comes_back_after_the_date_leaves_at_least_three_working_days(report: Filing) -> None:
    report.on("2021-11-29").explain().perform("request_confirmation", "region_officer")
    report.on("2021-12-01").perform("submit", "region_head")
    report.on("2021-12-06").perform("return_", "nation_officer", reason="缺少说明。")
    item = WorkItem.objects.get(process=report.case, finished=None)
    assert (item.role, local_date(item.due_at).isoformat()) == ("region_officer", "2021-12-09")


def test_a_prefecture_that_comes_later_opens_no_second_report(report: Filing) -> None:
    unit("prefecture", "吐鲁番市卫生健康委", "650400", report.world.region)
    programme = Case.objects.get(kind="programme")
    Filing(report.world, programme, moment(DAY)).perform("include_prefecture", "region_officer")
    assert Case.objects.filter(kind="regional_report").count() == 2


# ── roll-up and sum ──


def test_where_nothing_was_changed_by_hand_the_roll_up_is_the_sum_of_the_prefectures(staffed: Filing) -> None:
    for place in (staffed.world.prefecture, staffed.world.other_prefecture):
        prefecture(staffed.world, place)
    found = beside(staffed)
    assert found.differences == []
    assert found.sums["A2-C1"] == 4
    assert found.sums["A2-C4"] == 1
    assert any(number for code, number in found.sums.items() if code.endswith("problem"))


def test_a_prefecture_that_has_not_filed_is_named_with_what_the_records_say(staffed: Filing) -> None:
    prefecture(staffed.world, staffed.world.prefecture)
    found = beside(staffed)
    (difference,) = found.differences
    assert (difference.cell.code, difference.own, difference.sum, difference.unexplained) == ("A2-C1", 4, 3, 0)
    (reason,) = difference.reasons
    assert (reason.kind, reason.filed.standing.unit, reason.computed) == (MISSING, staffed.world.other_prefecture, 1)


def test_a_figure_changed_by_hand_is_named_with_its_reason(staffed: Filing) -> None:
    record = Summary.objects.get(case__unit=staffed.world.prefecture, round__code="annual")
    by = staffed.world.prefecture_officer
    SummaryOverride.objects.create(
        summary=record, cell="A2-C2", computed=80, value=90, reason="一家机构少报10张。", by=by, at=moment(DAY)
    )
    for place in (staffed.world.prefecture, staffed.world.other_prefecture):
        prefecture(staffed.world, place)
    (difference,) = beside(staffed).differences
    assert (difference.cell.code, difference.own, difference.sum) == ("A2-C2", 80, 90)
    (reason,) = difference.reasons
    assert (reason.kind, reason.words) == (BY_HAND, "一家机构少报10张。")


def test_what_a_prefecture_filed_at_another_moment_is_named_as_that(staffed: Filing) -> None:
    for place in (staffed.world.prefecture, staffed.world.other_prefecture):
        prefecture(staffed.world, place)
    # Found out later: the institution was opened before the cut-off.
    county = Case.objects.filter(kind="quality_cycle")[0].unit.superior
    unit("institution", "天山区晚报院", "650102-099", county)
    differences = {each.cell.code: each for each in beside(staffed).differences}
    assert set(differences) == {"A2-C1"}
    (reason,) = differences["A2-C1"].reasons
    assert (reason.kind, reason.number, reason.computed) == (MOMENT, 3, 4)


def test_a_filed_report_keeps_the_comparison_of_its_own_moment(staffed: Filing) -> None:
    for place in (staffed.world.prefecture, staffed.world.other_prefecture):
        prefecture(staffed.world, place)
    staffed.perform("request_confirmation", "region_officer")
    staffed.perform("submit", "region_head")
    version = staffed.last
    county = Case.objects.filter(kind="quality_cycle")[0].unit.superior
    unit("institution", "天山区晚报院", "650102-099", county, at=moment("2021-11-20"))
    assert beside(staffed, version).differences == []
    assert recompute(staffed.case, version).is_same


# ── missing prefectures ──


def test_a_report_is_not_handed_on_while_prefectures_are_missing_and_nobody_says_why(staffed: Filing) -> None:
    prefecture(staffed.world, staffed.world.prefecture)
    with pytest.raises(Invalid) as refused:
        staffed.perform("request_confirmation", "region_officer")
    assert "missing_reason" in refused.value.faults
    staffed.explain("克拉玛依市因疫情延期报送。").perform("request_confirmation", "region_officer")
    staffed.perform("submit", "region_head")
    missing = staffed.last.missing
    assert [each["name"] for each in missing["prefectures"]] == ["克拉玛依市卫生健康委"]
    assert missing["reason"] == "克拉玛依市因疫情延期报送。"


def test_a_summary_that_waits_for_the_region_is_missing_until_it_is_accepted(staffed: Filing) -> None:
    prefecture(staffed.world, staffed.world.prefecture)
    other = prefecture(staffed.world, staffed.world.other_prefecture, ("submit",))
    with pytest.raises(Invalid):
        staffed.perform("request_confirmation", "region_officer")
    other.perform("accept", "region_officer")
    assert staffed.perform("request_confirmation", "region_officer").state == "confirming"


def test_a_prefecture_that_was_merged_into_another_counts_there_and_is_named_with_its_end(
    staffed: Filing, client: Client
) -> None:
    world = staffed.world
    by, at = world.system_admin, moment("2021-07-02")
    merge_units([world.other_prefecture], world.prefecture, on=dt.date(2021, 7, 1), by=by, at=at)
    prefecture(world, world.prefecture)
    found = beside(staffed)
    assert (found.differences, found.sums["A2-C1"]) == ([], 4)
    shown = page(client, staffed, "region_officer")
    (line,) = shown.context["missing"]
    assert (line["name"], line["closed_on"]) == (world.other_prefecture.name, dt.date(2021, 7, 1))
    staffed.explain("克拉玛依市已并入乌鲁木齐市。").perform("request_confirmation", "region_officer")
    staffed.perform("submit", "region_head")
    assert [each["closed_on"] for each in staffed.last.missing["prefectures"]] == ["2021-07-01"]
    assert beside(staffed, staffed.last).differences == []


def test_a_prefecture_that_is_reopened_between_officer_and_head_is_missing_again(staffed: Filing) -> None:
    first = prefecture(staffed.world, staffed.world.prefecture)
    prefecture(staffed.world, staffed.world.other_prefecture)
    staffed.perform("request_confirmation", "region_officer")
    first.perform("correct", "prefecture_officer", reason="床位数有误。")
    with pytest.raises(Invalid):
        staffed.perform("submit", "region_head")


# ── approval, acknowledgement, correction ──


def test_the_report_comes_to_the_nation_and_a_correction_is_a_new_version(report: Filing) -> None:
    report.explain().perform("request_confirmation", "region_officer")
    report.perform("submit", "region_head")
    assert report.perform("acknowledge", "nation_officer").finished
    report.perform("correct", "region_officer", reason="克拉玛依市补报。")
    report.perform("request_confirmation", "region_officer")
    report.perform("submit", "region_head")
    assert list(SummaryVersion.objects.filter(summary=report.case.pk).values_list("no", flat=True)) == [1, 2]
    assert report.perform("acknowledge", "nation_officer").state == "acknowledged"


def test_what_the_nation_returns_is_revised_and_filed_again(report: Filing) -> None:
    report.explain().perform("request_confirmation", "region_officer")
    report.perform("submit", "region_head")
    assert report.perform("return_", "nation_officer", reason="缺少说明。").state == "returned"
    report.perform("request_confirmation", "region_officer")
    assert report.perform("send_back", "region_head", reason="再核对。").state == "returned"
    report.perform("request_confirmation", "region_officer")
    report.perform("submit", "region_head")
    assert report.last.no == 2


def test_before_the_cut_off_has_passed_nothing_is_handed_on(report: Filing) -> None:
    report.on("2021-09-30 23:00").explain()
    with pytest.raises(Refusal) as refused:
        report.perform("request_confirmation", "region_officer")
    assert refused.value.code == "cutoff_not_reached"


def test_the_nation_nudges_a_region_about_its_report_and_nobody_nudges_their_own_level(report: Filing) -> None:
    report.perform("nudge", "nation_officer", reason="请尽快报送。")
    event = report.case.events.get(verb="nudge")
    item = WorkItem.objects.get(process=report.case, finished=None)
    assert (event.item, event.details["to"], event.appointment.unit) == (item, ["person"], report.world.region.superior)
    for role in ("region_officer", "region_head", "inspector"):
        with pytest.raises(WrongRole):
            report.perform("nudge", role)
    report.explain().perform("request_confirmation", "region_officer")
    report.perform("nudge", "nation_officer")  # other work, that of the head
    report.perform("submit", "region_head")
    with pytest.raises(Conflict):
        report.perform("nudge", "nation_officer")


def test_a_report_that_is_late_can_be_nudged_from_its_page(report: Filing, client: Client) -> None:
    address = f"/cases/{report.case.pk}/do/nudge/"
    assert address in page(client, report, "nation_officer").text
    assert address not in page(client, report, "region_head").text
    client.force_login(report.world.nation_officer)
    assert client.get(address).status_code == 200
    assert client.post(address, {"version": report.case.version, "reason": "请尽快报送。"}).status_code == 302
    assert report.case.events.filter(verb="nudge", reason="请尽快报送。").exists()
    assert address not in page(client, report, "nation_officer").text


@pytest.mark.parametrize("verb", ["claim", "hand_over"])
def test_the_nation_neither_takes_a_regions_work_nor_gives_it_to_somebody(
    report: Filing, client: Client, verb: str
) -> None:
    """Its grants reach down the tree; a crafted request must not."""
    spot_check = planned(report.world)
    colleague = person("自治区另一经办", "region_officer", report.world.region)
    client.force_login(report.world.nation_officer)
    for case in (report.case, spot_check):
        answer = client.post(f"/cases/{case.pk}/do/{verb}/", {"version": case.version, "to": colleague.pk})
        assert answer.status_code in (403, 422)
        with pytest.raises(WrongRole):
            perform(case, verb, by=report.world.actor("nation_officer"), at=moment(DAY), to=colleague)
        assert WorkItem.objects.get(process=case, finished=None).owner is None
    client.force_login(report.world.region_officer)
    sent = {"version": report.case.version, "to": colleague.pk}
    assert client.post(f"/cases/{report.case.pk}/do/{verb}/", sent).status_code == 302


# ── pages ──


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("region_officer", 200),
        ("region_head", 200),
        ("nation_officer", 200),
        ("inspector", 200),
        ("prefecture_officer", 404),
        ("prefecture_head", 404),
        ("county_officer", 404),
        ("institution_head", 404),
        ("national_expert", 404),
        ("system_admin", 404),
    ],
)
def test_the_page_is_there_for_the_region_and_the_levels_above(
    report: Filing, client: Client, role: str, status: int
) -> None:
    assert page(client, report, role).status_code == status


def test_officer_head_and_nation_do_their_parts_on_the_page(report: Filing, client: Client) -> None:
    assert page(client, report, "region_officer", "do/request_confirmation/").status_code == 422
    answer = page(client, report, "region_officer", "missing/", missing_reason="两地州延期。", row_version=0)
    assert answer.status_code == 302
    assert page(client, report, "nation_officer", "do/request_confirmation/").status_code == 403
    assert page(client, report, "region_officer", "do/request_confirmation/").status_code == 302
    report.case = Case.objects.get(pk=report.case.pk)
    assert page(client, report, "region_officer", "do/submit/").status_code == 403
    assert page(client, report, "region_head", "do/submit/").status_code == 302
    report.case = Case.objects.get(pk=report.case.pk)
    assert page(client, report, "region_head", "do/acknowledge/").status_code == 403
    assert page(client, report, "nation_officer", "do/return_/", reason="").status_code == 422
    report.case.version -= 1
    stale = page(client, report, "nation_officer", "do/return_/", reason="缺少说明。")
    assert stale.status_code == 409
    assert "缺少说明。" in stale.content.decode()
    report.case.version += 1
    assert page(client, report, "nation_officer", "do/acknowledge/").status_code == 302
    assert Case.objects.get(pk=report.case.pk).state == "acknowledged"
    assert page(client, report, "nation_officer", "do/nonsense/").status_code == 400


def test_a_former_version_stays_readable_beside_the_later_one(report: Filing, client: Client) -> None:
    report.explain().perform("request_confirmation", "region_officer")
    report.perform("submit", "region_head")
    report.perform("return_", "nation_officer", reason="缺少说明。")
    client.force_login(report.world.nation_officer)
    former = client.get(f"/summaries/{report.case.pk}/versions/1/", follow=True)
    assert former.redirect_chain == [(f"/regional-reports/{report.case.pk}/?version=1", 302)]
    assert (former.status_code, former.context["is_former"], former.context["version"].no) == (200, True, 1)
    assert former.context["verbs"] == set()
    assert client.get(f"/regional-reports/{report.case.pk}/?version=9").status_code == 404


def test_two_officers_who_explain_at_once_do_not_overwrite_each_other(report: Filing, client: Client) -> None:
    page(client, report, "region_officer", "missing/", missing_reason="先写的。", row_version=0)
    answer = page(client, report, "region_officer", "missing/", missing_reason="后写的。", row_version=0)
    assert answer.status_code == 409
    assert "先写的。" in answer.content.decode()
    assert "后写的。" in answer.content.decode()
    assert Summary.objects.get(pk=report.case.pk).missing_reason == "先写的。"


def test_a_figure_changed_by_hand_is_marked_in_the_roll_up_and_in_the_sum(staffed: Filing, client: Client) -> None:
    world, address = staffed.world, f"/summaries/{staffed.case.pk}/cells/A2-C3/"
    by = {"by": world.prefecture_officer, "at": moment(DAY)}
    record = Summary.objects.get(case__unit=world.prefecture, round__code="annual")
    SummaryOverride.objects.create(summary=record, cell="A2-C2", computed=80, value=90, reason="少报10张。", **by)
    prefecture(world, world.prefecture)
    client.force_login(world.region_officer)
    assert client.post(address, {"value": "20", "reason": "两家补报。", "seen": ""}).status_code == 302
    shown = page(client, staffed, "region_officer")
    marks = {
        each["number"].cell.code: (each["number"].change is not None, each["sum_by_hand"])
        for each in shown.context["rows"]
    }
    assert {code: mark for code, mark in marks.items() if any(mark)} == {"A2-C2": (False, True), "A2-C3": (True, False)}
    assert (shown.text.count("✎ 20"), shown.text.count("✎ 90")) == (3, 1)


@pytest.mark.parametrize("code", ["A2-C1", "A2-C2", "A2-06.selfcheck.problem", "missing_beds"])
def test_the_roll_up_opens_to_institutions_and_findings_as_the_prefectures_tables_do(
    staffed: Filing, client: Client, code: str
) -> None:
    prefecture(staffed.world, staffed.world.prefecture)
    staffed.explain().perform("request_confirmation", "region_officer")
    staffed.perform("submit", "region_head")
    client.force_login(staffed.world.nation_officer)
    for query in ("", "?version=1"):
        shown = client.get(f"/summaries/{staffed.case.pk}/cells/{code}/{query}")
        assert shown.status_code == 200
        assert shown.context["institutions"] == {"A2-C1": 4, "missing_beds": 3}.get(code, 1)


def test_the_page_shows_where_roll_up_and_sum_differ_and_why(staffed: Filing, client: Client) -> None:
    prefecture(staffed.world, staffed.world.prefecture)
    shown = page(client, staffed, "region_officer")
    assert [each.cell.code for each in shown.context["comparison"].differences] == ["A2-C1"]
    assert "克拉玛依市卫生健康委" in shown.content.decode()


def test_the_page_costs_the_same_for_many_prefectures(
    staffed: Filing, client: Client, django_assert_max_num_queries: Any
) -> None:
    prefecture(staffed.world, staffed.world.prefecture)
    page(client, staffed, "region_officer")
    with django_assert_max_num_queries(45) as few:
        page(client, staffed, "region_officer")
    add_prefectures(staffed)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert page(client, staffed, "region_officer").status_code == 200


def add_prefectures(filing: Filing) -> None:
    """Five more, two of which have counties with institutions that have told their year."""
    for no in range(5):
        place = unit("prefecture", f"地区{no}", f"65{no + 30}00", filing.world.region)
        unit("county", f"县{no}", f"65{no + 30}01", place)
        if no < 2:
            crowd(filing.world, place)
    programme = Case.objects.get(kind="programme")
    Filing(filing.world, programme, moment(DAY)).perform("include_prefecture", "region_officer")


# ── the matrix of a round, and the list of the nation ──


def round_of(filing: Filing) -> Round:
    found = Round.objects.select_related("programme__case__unit").get(code="annual")
    assert filing.case.summary.round_id == found.pk
    return found


def ask(client: Client, filing: Filing, role: str, name: str = "", **data: Any) -> Any:
    client.force_login(filing.world.people[role])
    address = f"/rounds/{round_of(filing).pk}/{name}"
    return client.post(address, data) if name and not name.startswith("?") else client.get(address)


def test_the_matrix_tells_the_six_ways_in_which_a_prefecture_may_stand(staffed: Filing) -> None:
    def groups() -> list[tuple[str, bool]]:
        lines = matrix(staffed.world.viewer("region_officer", moment(DAY)), round_of(staffed))
        return [(line.group, line.is_late) for line in lines]

    assert groups() == [("not_begun", True), ("not_begun", True)]
    first = prefecture(staffed.world, staffed.world.prefecture, ())
    assert groups()[0] == ("drafting", True)
    first.perform("submit", "prefecture_head")
    assert groups()[0] == ("submitted", False)
    first.perform("return_", "region_officer", reason="床位数有误。")
    assert groups()[0] == ("returned", True)
    first.on("2021-10-25").perform("request_confirmation", "prefecture_officer")
    first.perform("submit", "prefecture_head")
    first.perform("accept", "region_officer")
    assert groups()[0] == ("accepted", False)
    viewer = staffed.world.viewer("region_officer", moment(DAY))
    counted = {code: number for code, _word, number in tally(matrix(viewer, round_of(staffed)))}
    assert counted == {"not_begun": 1, "drafting": 0, "returned": 0, "submitted": 0, "accepted": 1, "late": 1}


def test_the_region_accepts_and_returns_from_the_matrix(staffed: Filing, client: Client) -> None:
    case = prefecture(staffed.world, staffed.world.prefecture, ("submit",)).case
    name = f"summaries/{case.pk}/"
    assert ask(client, staffed, "region_officer", f"{name}return_/", version=case.version).status_code == 422
    stale = ask(client, staffed, "region_officer", f"{name}return_/", version=case.version - 1, reason="数据有误。")
    assert stale.status_code == 409
    assert "数据有误。" in stale.content.decode()
    assert ask(client, staffed, "region_head", f"{name}accept/", version=case.version).status_code == 403
    assert ask(client, staffed, "nation_officer", f"{name}accept/", version=case.version).status_code == 403
    assert ask(client, staffed, "prefecture_officer", f"{name}accept/", version=case.version).status_code == 404
    assert ask(client, staffed, "region_officer", f"{name}submit/", version=case.version).status_code == 400
    assert ask(client, staffed, "region_officer", f"{name}accept/", version=case.version).status_code == 302
    assert Case.objects.get(pk=case.pk).state == "accepted"


def test_the_region_nudges_those_who_are_late_and_nobody_else(staffed: Filing, client: Client) -> None:
    accepted = prefecture(staffed.world, staffed.world.prefecture).case
    late = Case.objects.get(kind="summary", unit=staffed.world.other_prefecture, summary__round__code="annual")
    assert ask(client, staffed, "region_officer", "nudge/").status_code == 422
    assert ask(client, staffed, "region_officer", "nudge/", all="1", words="请尽快报送。").status_code == 302
    nudged = Case.objects.filter(events__verb="nudge")
    assert list(nudged) == [late]
    assert accepted not in nudged
    again = ask(client, staffed, "region_officer", "nudge/", pick=[late.pk], words="再次提醒。")
    assert again.status_code == 409
    assert "再次提醒。" in again.content.decode()


def test_the_matrix_can_be_narrowed_to_those_who_stand_alike(staffed: Filing, client: Client) -> None:
    prefecture(staffed.world, staffed.world.prefecture)
    late = ask(client, staffed, "region_officer", "?group=late").context["lines"]
    assert [(line.unit, line.outcome) for line in late] == [(staffed.world.other_prefecture, "overdue")]
    assert len(ask(client, staffed, "region_officer", "?group=accepted").context["lines"]) == 1
    assert ask(client, staffed, "region_officer", "?group=returned").context["lines"] == []
    assert len(ask(client, staffed, "region_officer", "?group=nonsense").context["lines"]) == 2


def test_the_matrix_costs_the_same_for_many_prefectures(
    staffed: Filing, client: Client, django_assert_max_num_queries: Any
) -> None:
    ask(client, staffed, "region_officer")
    with django_assert_max_num_queries(33) as few:  # half of them sign in
        ask(client, staffed, "region_officer")
    add_prefectures(staffed)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert len(ask(client, staffed, "region_officer").context["lines"]) == 7


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("nation_officer", 200),
        ("region_officer", 200),
        ("region_head", 200),
        ("inspector", 200),
        ("prefecture_officer", 403),
        ("county_officer", 403),
        ("institution_filler", 403),
        ("nobody", 403),
    ],
)
def test_the_list_of_reports_is_there_for_nation_and_region(
    report: Filing, client: Client, role: str, status: int
) -> None:
    client.force_login(report.world.people[role])
    assert client.get("/rounds/").status_code == status


def test_the_nation_sees_the_regions_and_acknowledges_or_returns(report: Filing, client: Client) -> None:
    client.force_login(report.world.nation_officer)
    lines = client.get("/rounds/?year=2021").context["lines"]
    assert [(line.region, line.version) for line in lines] == [(report.world.region, None)] * 2
    assert client.get("/rounds/").context["to_decide"] == []
    report.explain().perform("request_confirmation", "region_officer")
    report.perform("submit", "region_head")
    (waiting,) = client.get("/rounds/").context["to_decide"]
    assert waiting["line"].version.no == 1
    address = f"/regional-reports/{report.case.pk}/decide/"
    assert client.post(f"{address}return_/", {"version": report.case.version}).status_code == 422
    assert client.post(f"{address}acknowledge/", {"version": report.case.version}).status_code == 302
    assert Case.objects.get(pk=report.case.pk).state == "acknowledged"
    client.force_login(report.world.region_officer)
    assert client.post(f"{address}acknowledge/", {}).status_code == 403


def test_the_nations_first_page_names_the_regions_and_what_waits(report: Filing, client: Client) -> None:
    client.force_login(report.world.nation_officer)
    first = client.get("/")
    assert [line.region for line in first.context["reports"]] == [report.world.region] * 2
    assert first.context["lines"] == []
    report.explain().perform("request_confirmation", "region_officer")
    report.perform("submit", "region_head")
    (line,) = client.get("/").context["lines"]
    assert line.href == f"/regional-reports/{report.case.pk}/"
    client.force_login(report.world.region_officer)
    assert "reports" not in client.get("/").context
