"""The institutions of 天山区, told one by one, because visitors sign in there: every role finds something to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from cases.models import Conclusion, User
from cases.selfcheck_rules import AnswerValues
from cases.workdays import add_working_days
from project.demo.acts import Cycle, Purpose
from project.demo.answers import Content
from project.demo.days import Diary, Story, moment
from project.demo.findings import Ending, rectified
from project.demo.personas import (
    BOAI,
    FUSHOU,
    HEPINGLU,
    HONGSHAN,
    JINQIU,
    KANGNING,
    NUANYANG,
    SONGHE,
    WANQING,
    XUELIAN,
)
from project.demo.source import words
from project.demo.stations import new_finding, submitted, verified
from project.demo.stories import THIS_YEAR, last_year


def _fixed_year(items: tuple[str, ...]) -> Callable[[Cycle, Diary], Story]:
    """A year 2020 with problems at these items, all closed by the autumn."""

    def story(cycle: Cycle, diary: Diary) -> Story:
        content = cycle.content(len(items), items=items)
        at = yield from submitted(cycle, content, cycle.days.between("2020-03-16", "2020-04-10"))
        at = yield from verified(cycle, max(at, cycle.days.on("2020-05-20")), on_site=True)
        for finding in cycle.findings():
            diary.add(rectified(cycle, finding, at, Ending.CLOSED))

    return story


def _kangning(cycle: Cycle, diary: Diary) -> Story:
    """Twenty-two of thirty items, four problems: what the filler goes on with."""
    content = cycle.content(4, items=("A1-06", "A1-13", "A1-18", "A1-25"))
    content.answers["A1-04"] = AnswerValues(
        status="not_applicable", reason="本年度无新建、改建，2020年已通过适老化验收。"
    )
    content.answers["A1-18"] = RECORDS
    answered = [*list(content.answers)[:18], "A1-23", "A1-24", "A1-25", "A1-26"]
    yield moment("2021-04-23 17:20")
    cycle.fill(content.part(answered), moment("2021-04-23 17:20"), report=False)
    at = moment("2021-04-23 17:32")
    rows = [["日期", "抽查份数", "合格份数", "合格率"], ["3月31日", "36", "35", "97.2%"]]
    for file in (cycle.drawer.workbook("3月病历质控表.xlsx", rows), cycle.drawer.pdf("整改通知（盖章）.pdf")):
        cycle.store(cycle.case, file, Purpose.SELF_CHECK, cycle.cast.filler, at, item_code="A1-18")


RECORDS = AnswerValues(
    status="problem",
    facets=("record_rate",),
    values={"record_pass_rate": Decimal("97.2"), "order_prescription_pass_rate": Decimal(96)},
    problem="抽查3月出院病历36份，1份首次病程记录未在8小时内完成，病历记录合格率97.2%，未达到100%。",
    measure="补记并由上级医师审签；病案室每周抽查10份并通报；5月底前完成全体医师病历书写培训1次。",
    rectification="time_limited",
    responsible="医务科 张丽华",
    planned_on=dt.date(2021, 5, 30),
    evidence_count=1,
)


def _xuelian(cycle: Cycle, diary: Diary) -> Story:
    """Verified in March; its findings stand at every station, some late, one waiting too long for its review."""
    items = ("A1-10", "A1-28", "A1-19", "A1-07", "A1-25", "A1-09", "A1-13", "A1-27")
    content = cycle.content(len(items), items=items)
    limits = (
        "2021-05-07",
        "2021-05-07",
        "2021-05-18",
        "2021-05-20",
        "2021-06-30",
        "2021-05-14",
        "2021-05-11",
        "2021-05-28",
    )
    for code, limit in zip(items, limits, strict=True):
        answer = replace(content.answers[code], fixed_on_spot=False, planned_on=dt.date.fromisoformat(limit))
        content.answers[code] = answer
    at = yield from submitted(cycle, content, moment("2021-03-08 11:15"))
    at = cycle.days.after(at, 6, 8)
    yield at
    extra = next(entry for entry in words("county_findings") if entry["item"] == "A1-20")
    late = next(entry for entry in words("county_findings") if entry["item"] == "A1-03")
    cycle.verify({"A1-20": new_finding(cycle, extra), "A1-03": new_finding(cycle, late)}, at, on_site=True)
    at = cycle.days.after(at, 0, 1)
    yield at
    cycle.do("conclude", cycle.cast.officer, at)
    at = cycle.days.after(at, 1, 2)
    yield at
    cycle.do("approve", cycle.cast.approver, at)
    endings = {
        "A1-10": Ending.FIXED_AGAIN,
        "A1-28": Ending.UNTOUCHED,
        "A1-19": Ending.STARTED,
        "A1-07": Ending.RETURNED,
        "A1-25": Ending.STARTED,
        "A1-09": Ending.FIXED,
        "A1-13": Ending.CLOSED,
        "A1-27": Ending.CLOSED,
        "A1-20": Ending.RETURNED_TWICE,
        "A1-03": Ending.REFERRED,
    }
    for finding in cycle.findings():
        start = moment("2021-04-13 10:00" if finding.item_code == "A1-09" else "2021-04-20 10:00")
        diary.add(rectified(cycle, finding, start, endings[finding.item_code]))


def _songhe(cycle: Cycle, diary: Diary) -> Story:
    """Returned once, submitted again as version 2, and verified on seventeen items so far."""
    content = _to_rectify(cycle.content(5, items=("A1-02", "A1-06", "A1-18", "A1-20", "A1-27")))
    low = {"record_pass_rate": Decimal("97.2"), "order_prescription_pass_rate": Decimal("95.1")}
    content.answers["A1-18"] = replace(RECORDS, values=low)
    yield from submitted(cycle, content, moment("2021-04-19 12:40"))
    at = moment("2021-04-27 16:05")
    yield at
    marks = {"A1-18": {"conclusion": "", "to_return": True, "return_reason": "请补充处方抽查表，并核对处方合格率。"}}
    cycle.verify(marks, at, items=18, opinion=False)
    at = moment("2021-04-27 17:20")
    yield at
    cycle.do("return_", cycle.cast.officer, at)
    at = moment("2021-05-06 11:30")
    yield at
    better = {"record_pass_rate": Decimal("97.2"), "order_prescription_pass_rate": Decimal("96.0")}
    cycle.change({"A1-18": replace(RECORDS, values=better, evidence_count=0)}, at)
    rows = [["科室", "抽查处方", "合格", "合格率"], ["内科", "100", "96", "96.0%"]]
    file = cycle.drawer.workbook("处方抽查表.xlsx", rows)
    cycle.store(cycle.case, file, Purpose.SELF_CHECK, cycle.cast.filler, at, item_code="A1-18")
    at = moment("2021-05-06 12:10")
    yield at
    cycle.ask(at)
    at = moment("2021-05-06 18:02")
    yield at
    cycle.submit(at, by=cycle.cast.filler)  # the head is away and has delegated the post
    at = moment("2021-05-10 10:40")
    yield at
    cycle.do("claim", cycle.cast.officer, at)
    at = moment("2021-05-11 16:50")
    yield at
    agreed = {"conclusion": Conclusion.AGREE, "opinion": "情况属实，同意整改措施。"}
    cycle.verify({"A1-02": agreed, "A1-06": agreed}, at, items=17, on_site=True, opinion=False)


def _fushou(cycle: Cycle, diary: Diary) -> Story:
    """Two items returned, one of them supplemented already."""
    content = _to_rectify(cycle.content(2, items=("A1-05", "A1-12")))
    yield from submitted(cycle, content, moment("2021-04-14 15:50"))
    at = moment("2021-04-30 17:10")
    yield at
    marks = {
        "A1-18": {"conclusion": "", "to_return": True, "return_reason": "请补充处方抽查表。"},
        "A1-26": {"conclusion": "", "to_return": True, "return_reason": "请补充“三基”考核成绩汇总表。"},
    }
    cycle.verify(marks, at, opinion=False)
    at = moment("2021-04-30 18:05")
    yield at
    cycle.do("return_", cycle.cast.officer, at)
    at = moment("2021-05-11 12:20")
    yield at
    cycle.change({"A1-26": replace(content.answers["A1-26"], evidence_count=1)}, at)


def _waiting(*items: str, day: str, colleague: str = "") -> Callable[[Cycle, Diary], Story]:
    """Submitted, and nobody has looked at it yet; perhaps handed over to a colleague."""

    def story(cycle: Cycle, diary: Diary) -> Story:
        at = yield from submitted(cycle, _to_rectify(cycle.content(len(items), items=items)), cycle.days.on(day))
        if colleague:
            at = cycle.days.after(at, 2, 3)
            yield at
            cycle.do("claim", cycle.cast.officer, at)
            at = cycle.days.after(at, 0, 1)
            yield at
            cycle.do("hand_over", cycle.cast.officer, at, to=User.objects.get(username=colleague))

    return story


def _to_rectify(content: Content) -> Content:
    """The content with nothing put right on the spot, which could only be reviewed after the verification."""
    for number, (code, answer) in enumerate(content.answers.items()):
        if answer.status == "problem":
            limit = add_working_days(dt.date(2021, 6, number % 28 + 1), 0)
            content.answers[code] = replace(answer, fixed_on_spot=False, planned_on=answer.planned_on or limit)
    return content


def _nuanyang(cycle: Cycle, diary: Diary) -> Story:
    """Verified on site, with one disagreement and one new finding: what the approver decides on."""
    content = _to_rectify(cycle.content(3, items=("A1-17", "A1-22", "A1-24")))
    at = yield from submitted(cycle, content, moment("2021-04-12 13:05"))
    at = moment("2021-05-10 12:15")
    yield at
    extra = next(entry for entry in words("county_findings") if entry["item"] == "A1-07")
    marks = {
        "A1-24": {"conclusion": Conclusion.DISAGREE, "opinion": "现场复核，该项已符合要求，不列入台账。"},
        "A1-07": new_finding(cycle, extra),
        "A1-17": {"conclusion": Conclusion.AGREE, "opinion": "情况属实。", "due_on": dt.date(2021, 6, 15)},
    }
    cycle.verify(marks, at, on_site=True)
    at = moment("2021-05-11 17:30")
    yield at
    cycle.do("conclude", cycle.cast.officer, at)


def _hepinglu(cycle: Cycle, diary: Diary) -> Story:
    """The filler has finished; the head has to confirm."""
    content: Content = cycle.content(2, items=("A1-20",))
    at = moment("2021-05-10 17:45")
    yield at
    cycle.fill(content, at)
    at = moment("2021-05-11 10:35")
    yield at
    cycle.ask(at)


STORIES: dict[tuple[str, int], Callable[[Cycle, Diary], Story]] = {
    (KANGNING, 2020): _fixed_year(("A1-19", "A1-27")),
    (XUELIAN, 2020): _fixed_year(("A1-10", "A1-15", "A1-28")),
    (SONGHE, 2020): _fixed_year(("A1-06", "A1-18")),
    (FUSHOU, 2020): last_year,
    (HONGSHAN, 2020): last_year,
    (NUANYANG, 2020): _fixed_year(("A1-17",)),
    (HEPINGLU, 2020): _fixed_year(("A1-20",)),
    (BOAI, 2020): last_year,
    (WANQING, 2020): last_year,
    (JINQIU, 2020): last_year,
    (KANGNING, 2021): _kangning,
    (XUELIAN, 2021): _xuelian,
    (SONGHE, 2021): _songhe,
    (FUSHOU, 2021): _fushou,
    (HONGSHAN, 2021): _waiting("A1-10", "A1-25", day="2021-04-20"),
    (NUANYANG, 2021): _nuanyang,
    (HEPINGLU, 2021): _hepinglu,
    (BOAI, 2021): THIS_YEAR["verified"],
    (WANQING, 2021): _waiting("A1-02", "A1-10", day="2021-04-26", colleague="officer2"),
    (JINQIU, 2021): THIS_YEAR["cancelled"],
}
