"""What the registers of a pilot say about the rows of the scorecard, and the paper that shows the scored table."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from cases.models import Activity, Case, Pilot
from cases.paper.scorecard import ScorecardPaper, sheet_of
from cases.paper.scorecard_excel import scorecard_excel
from cases.paper.scorecard_pdf import scorecard_pdf
from cases.paper.scorecard_word import scorecard_word
from cases.scoring.given import number_text, restored, stored
from cases.scoring.registers import Answers
from tests.cases.test_scoring import BOUNDARIES, edition, row
from tests.workflows.alliances import City, again, build_city, in_practice
from tests.worlds import moment

END = dt.date(2021, 5, 20)


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def pilot(city: City) -> Pilot:
    case: Any = again(in_practice(city))
    record: Pilot = case.pilot
    return record


def enter(city: City, pilot: Pilot, register: str, first: str, last: str = "", **values: Any) -> Activity:
    days = {"from_on": dt.date.fromisoformat(first), "until_on": dt.date.fromisoformat(last or first)}
    by = {"entered_by": city.people["lead"], "entered_at": moment("2021-05-01"), "unit": city.institution}
    return Activity.objects.create(pilot=pilot, register=register, title="登记", **{**days, **by, **values})


def said(pilot: Pilot, code: str, on: dt.date = END) -> tuple[dict[str, Any], Decimal]:
    found = Answers(pilot, on).computed(row(code))
    assert found is not None
    return dict(found.given), found.points


@pytest.mark.parametrize(
    ("register", "code", "name"),
    [
        ("dispatch", "staff_dispatch", "dispatch_person_times"),
        ("discipline", "discipline_count", "supported_disciplines"),
        ("technique", "new_technology", "new_technologies"),
        ("rule", "rules_building", "rules_updated"),
    ],
)
def test_entries_of_the_practice_are_counted_without_struck_ones(
    city: City, pilot: Pilot, register: str, code: str, name: str
) -> None:
    kept = [enter(city, pilot, register, "2020-04-01"), enter(city, pilot, register, "2021-04-30", count=3)]
    enter(city, pilot, register, "2020-03-31")
    enter(city, pilot, register, "2021-05-01")
    enter(city, pilot, register, "2020-06-01", struck_at=moment("2020-06-02"))
    found = Answers(pilot, END).computed(row(code))
    assert found is not None
    assert found.given == {name: 4}
    assert found.records == tuple(("activity", entry.pk) for entry in kept)
    assert said(pilot, code, dt.date(2020, 12, 31))[0] == {name: 1}


def test_registers_without_an_entry_say_none_and_earn_nothing(pilot: Pilot) -> None:
    for code in ("staff_dispatch", "discipline_count", "new_technology", "rules_building", "lectures"):
        assert said(pilot, code)[1] == 0
    assert said(pilot, "training_received") == ({"trainees": 0, "longest_continuous_months": 0}, Decimal(0))
    assert said(pilot, "referral_practice") == ({"priority": False, "down_referrals": 0}, Decimal(0))
    assert Answers(pilot, END).computed(row("satisfaction")) is None
    assert Answers(pilot, END).computed(row("agreement")) is None


@pytest.mark.parametrize(
    ("stays", "trainees", "points"),
    [
        ([("2020-05-01", "2020-05-30")], 1, "0"),
        ([("2020-05-01", "2020-05-31")], 1, "2"),
        ([("2020-05-01", "2020-06-30")], 1, "2"),
        ([("2020-05-01", "2020-07-01")], 1, "4"),
        ([("2020-05-01", "2020-05-31"), ("2020-06-01", "2020-07-31")], 1, "2"),
    ],
)
def test_one_trainee_satisfies_number_and_length(
    city: City, pilot: Pilot, stays: list[tuple[str, str]], trainees: int, points: str
) -> None:
    for first, last in stays:
        enter(city, pilot, "trainee", first, last, person=city.people["member"])
    given, earned = said(pilot, "training_received")
    assert (given["trainees"], earned) == (trainees, Decimal(points))


def test_a_stay_that_has_not_ended_counts_to_the_day_asked_for(city: City, pilot: Pilot) -> None:
    enter(city, pilot, "trainee", "2020-05-01", "2020-08-31")
    assert said(pilot, "training_received", dt.date(2020, 5, 31))[0]["longest_continuous_months"] == 1


@pytest.mark.parametrize(
    ("extended", "days", "fewest"),
    [
        # 13 months are one year; the thirteenth belongs to it.
        (None, ["2020-05-01", "2021-04-15"], 2),
        # 25 months are two years, and the one with fewer lectures counts.
        ("2022-04-30", ["2020-05-01", "2020-06-01", "2021-04-01"], 1),
        ("2022-04-30", ["2020-05-01", "2020-06-01", "2021-04-01", "2022-04-15"], 2),
        ("2022-04-30", ["2020-05-01", "2020-06-01"], 0),
    ],
)
def test_the_year_with_the_fewest_lectures_counts(
    city: City, pilot: Pilot, extended: str | None, days: list[str], fewest: int
) -> None:
    pilot.extended_until = dt.date.fromisoformat(extended) if extended else None
    for day in days:
        enter(city, pilot, "lecture", day)
    assert said(pilot, "lectures", dt.date(2022, 6, 1))[0] == {"lectures_per_year": fewest}


def test_what_the_registers_hold_for_a_bonus_is_shown_and_decides_nothing(city: City, pilot: Pilot) -> None:
    enter(city, pilot, "paper", "2020-09-01", count=2)
    enter(city, pilot, "publicity", "2020-10-01")
    answers = Answers(pilot, END)
    shown = {code: answers.held(row(code)) for code in ("media", "research", "agreement")}
    assert {code: {name: len(found) for name, found in held.items()} for code, held in shown.items()} == {
        "media": {"publicity": 1},
        "research": {"paper": 1},
        "agreement": {},
    }
    assert answers.computed(row("research")) is None
    assert answers.computed(row("media")) is None


@pytest.mark.parametrize(
    ("register", "code", "name", "counted"),
    [
        # 向医养结合机构派出；医养结合机构开展；医养结合机构中的医疗机构
        ("dispatch", "staff_dispatch", "dispatch_person_times", {"institution"}),
        ("technique", "new_technology", "new_technologies", {"institution"}),
        ("rule", "rules_building", "rules_updated", {"institution"}),
        # 在下级医养结合机构或所在地举办
        ("lecture", "lectures", "lectures_per_year", {"institution", "community"}),
        ("trainee", "training_received", "trainees", {"institution", "community"}),
        ("discipline", "discipline_count", "supported_disciplines", {"institution", "community", "hospital"}),
    ],
)
def test_a_row_counts_what_took_place_where_its_criteria_say(
    city: City, pilot: Pilot, register: str, code: str, name: str, counted: set[str]
) -> None:
    entries = {
        at: enter(city, pilot, register, "2020-06-01", unit=getattr(city, at))
        for at in ("institution", "community", "hospital")
    }
    found = Answers(pilot, END).computed(row(code))
    assert found is not None
    assert found.given[name] == len(counted)
    assert set(found.records) == {("activity", entries[at].pk) for at in counted}
    assert bool(row(code).reading_zh) is (code != "discipline_count"), "the reading is printed with the result"


def test_only_people_whom_the_lead_hospital_sent_count(city: City, pilot: Pilot) -> None:
    enter(city, pilot, "dispatch", "2020-06-01", sender=city.community)
    sent = enter(city, pilot, "dispatch", "2020-06-01", sender=city.hospital)
    found = Answers(pilot, END).computed(row("staff_dispatch"))
    assert found is not None
    assert (found.points, found.records) == (Decimal(2), (("activity", sent.pk),))


@pytest.mark.parametrize(
    ("second", "points"),
    [
        ([], "0"),
        ([("2021-05-01", "2021-06-30")], "2"),
        ([("2021-05-01", "2021-07-01")], "4"),
        # A stay belongs to the year in which it began.
        ([("2021-03-15", "2021-06-30")], "0"),
    ],
)
def test_trainees_are_asked_for_in_every_year(
    city: City, pilot: Pilot, second: list[tuple[str, str]], points: str
) -> None:
    pilot.extended_until = dt.date(2022, 4, 30)
    for first, last in [("2020-05-01", "2020-08-31"), *second]:
        enter(city, pilot, "trainee", first, last)
    assert said(pilot, "training_received", dt.date(2022, 6, 1))[1] == Decimal(points)


def test_reading_the_registers_takes_few_queries(city: City, pilot: Pilot, django_assert_max_num_queries: Any) -> None:
    for register in ("dispatch", "trainee", "lecture"):
        enter(city, pilot, register, "2020-09-01")
    Case.objects.get(pk=pilot.pk)
    with django_assert_max_num_queries(6):
        answers = Answers(pilot, END)
        for each in answers.edition.scorecard.rows:
            answers.computed(each)


@pytest.mark.parametrize(("code", "values", "points"), BOUNDARIES)
def test_what_is_kept_of_an_answer_is_read_back_as_it_was(code: str, values: dict[str, Any], points: str) -> None:
    assert restored(row(code), stored(values)) == values
    assert points


def test_numbers_are_cut_off_and_not_rounded_up_over_a_limit() -> None:
    assert [number_text(Decimal(each)) for each in ("94.9999", "95", "10", "2.50", "0")] == [
        "94.99",
        "95",
        "10",
        "2.5",
        "0",
    ]


# ── paper ────────────────────────────────────────────────────────────────────


def paper(**values: Any) -> ScorecardPaper:
    card = edition().scorecard
    points = {each.code: each.points for each in card.rows} | {"incentive": Decimal(3), "research": Decimal("0.5")}
    reasons = {"incentive": "=激励办法未兑现"}
    given = {"points": points, "reasons": reasons, "digest": "ab" * 32, **values}
    return ScorecardPaper(edition(), "拱墅区紧密医养联合体", "市老年病医院", "市级评分", **given)


def test_the_table_keeps_the_printed_numbers_and_merges_as_the_document_does() -> None:
    sheet = sheet_of(paper())
    assert sheet.columns == ("序号", "基本指标", "具体指标", "计分项目", "分值", "计分标准", "考评得分", "扣分理由")
    assert [line.no for line in sheet.rows] == ["1", "2", *map(str, range(4, 16)), "", *map(str, range(16, 23))]
    assert [line.group_span for line in sheet.rows if line.group_span] == [3, 10, 6, 1, 2]
    assert sum(line.indicator_span for line in sheet.rows) == 22
    assert sheet.sums == ("基本分：97分", "加分：3.5分（上限6分）", "合计：100.5分")
    assert any("不足5个百分点" in reading for reading in sheet.readings)


def test_a_draft_says_so_and_names_what_is_missing() -> None:
    sheet = sheet_of(paper(digest="", points={"agreement": Decimal(5)}))
    assert sheet.draft
    assert sheet.sums[-1] == "合计：5分（另有21项未评）"


def test_a_column_leaves_to_others_what_they_score_and_its_sum_says_so() -> None:
    others = frozenset(edition().scorecard.by_code) - {"funds"}
    points = {code: each.points for code, each in edition().scorecard.by_code.items() if code in others}
    sheet = sheet_of(paper(points=points, scored=others))
    assert [line.no for line in sheet.rows if line.given == "／"] == ["19"]
    assert sheet.sums[-1] == "合计：102分（不含由其他方评定的1项）"
    unfinished = sheet_of(paper(points={**points, "media": Decimal(0)}, scored=others | {"funds"}))
    assert unfinished.sums[-1] == "合计：99分（另有1项未评）"
    page = load_workbook(io.BytesIO(scorecard_excel(paper(points=points, scored=others)))).active
    assert [cell.value for cell in page["G"]].count("／") == 1


def test_word_and_excel_show_what_the_sheet_says_and_are_the_same_each_time() -> None:
    for make in (scorecard_word, scorecard_excel):
        assert make(paper()) == make(paper())
    [table] = Document(io.BytesIO(scorecard_word(paper()))).tables
    assert [cell.text for cell in table.rows[3].cells][3:8] == [
        "紧密医养联合体内促进医疗资源整合和下沉的考核和激励机制建立情况",
        "6",
        "出台相关文件并执行得6分，出台相关文件但未有效执行得3分，未出台相关文件不得分",
        "3",
        "=激励办法未兑现",
    ]
    assert table.rows[1].cells[1].text == table.rows[3].cells[1].text == "工作组织\n（16分）"
    page = load_workbook(io.BytesIO(scorecard_excel(paper()))).active
    assert (page["G7"].value, page["H7"].value, page["H7"].data_type) == (3, "=激励办法未兑现", "s")
    assert "B5:B7" in {str(each) for each in page.merged_cells.ranges}


@pytest.mark.font
def test_the_table_is_set_as_pdf() -> None:
    assert scorecard_pdf(paper()).startswith(b"%PDF")


def test_a_row_that_the_card_does_not_have_is_not_printed() -> None:
    with pytest.raises(ValueError, match="invented"):
        paper(points={"invented": Decimal(1)})
