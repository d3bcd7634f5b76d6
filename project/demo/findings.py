"""What becomes of a finding on the ledger, once the county has confirmed it."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

from cases.models import Finding
from project.demo.acts import Cycle, Person, Purpose
from project.demo.days import Story
from project.demo.source import read, words
from project.demo.stations import Act
from workflows.engine import perform
from workflows.finding.planning import plan_needed
from workflows.finding.states import State


class Ending(enum.StrEnum):
    """How far a finding comes."""

    UNTOUCHED = "untouched"
    STARTED = "started"
    FIXED = "fixed"
    RETURNED = "returned"
    FIXED_AGAIN = "fixed_again"
    RETURNED_TWICE = "returned_twice"
    CLOSED = "closed"
    RETURNED_CLOSED = "returned_closed"
    REFERRED = "referred"


ROUNDS = {Ending.RETURNED: 1, Ending.FIXED_AGAIN: 1, Ending.RETURNED_CLOSED: 1, Ending.RETURNED_TWICE: 2}
STOPS_RETURNED = {Ending.RETURNED, Ending.RETURNED_TWICE}
CLOSES = {Ending.CLOSED, Ending.RETURNED_CLOSED}


def rectified(cycle: Cycle, finding: Finding, at: dt.datetime, ending: Ending, *, pace: int = 1) -> Story:
    """Start, fix, return, close or refer: as far as the ending says, a few days a step, times the pace.

    What was put right on the spot is only reviewed.
    """
    rng, days = cycle.rng, cycle.days
    if finding.on_spot and ending != Ending.REFERRED:
        ending = Ending.CLOSED
    if ending == Ending.UNTOUCHED:
        return
    if ending == Ending.REFERRED:
        at = days.after(at, 2, 8)
        yield at
        referral = rng.choice(words("referred"))
        reference = f"卫移〔{at.year}〕{int(finding.item_code[-2:])}号"
        details = {"reason": referral["reason"], "referred_to": referral["to"], "reference": reference}
        _do(finding, "refer", cycle.cast.officer, at, **details)
        return
    if not finding.on_spot:
        at = days.after(at, 1, 3)
        yield at
        _before(cycle, finding, at)
        finding.refresh_from_db()
        if plan_needed(finding):
            at = yield from _planned(cycle, finding, at)
        else:
            _do(finding, "start", cycle.cast.filler, at)
        if ending == Ending.STARTED:
            return
        at = yield from _fix(cycle, finding, days.after(at, 2 * pace, 4 * pace))
    for number in range(ROUNDS.get(ending, 0)):
        at = days.after(at, pace, 3 * pace)
        yield at
        reasons = words("finding_returned_again" if number else "finding_returned")
        _do(finding, "return_", cycle.cast.officer, at, reason=rng.choice(reasons))
        if ending in STOPS_RETURNED and number == ROUNDS[ending] - 1:
            return
        at = yield from _fix(cycle, finding, days.after(at, 2 * pace, 4 * pace))
    if ending in CLOSES:
        at = days.after(at, pace, 3 * pace)
        yield at
        _do(finding, "close", cycle.cast.officer, at)
        if finding.case.state == State.CONTINUING:
            yield from _kept_up(cycle, finding, at)


def _kept_up(cycle: Cycle, finding: Finding, at: dt.datetime) -> Story:
    """What has to go on for good is looked at again every five weeks, and closed after the second time."""
    for verb in ("pass_review", "pass_review", "close"):
        at = cycle.days.after(at, 22, 26) if verb == "pass_review" else cycle.days.after(at, 1, 3)
        yield at
        _do(finding, verb, cycle.cast.officer, at)


def _planned(cycle: Cycle, finding: Finding, at: dt.datetime) -> Act:
    """A serious finding is rectified by a plan that the county has accepted."""
    _do(finding, "submit_plan", cycle.cast.filler, at, plan=cycle.rng.choice(words("plans")))
    at = cycle.days.after(at, 0, 2)
    yield at
    _do(finding, "accept_plan", cycle.cast.officer, at)
    return at


def _fix(cycle: Cycle, finding: Finding, at: dt.datetime) -> Act:
    """The institution reports what it did, with files of the state afterwards."""
    yield at
    before = at - dt.timedelta(minutes=15)
    number = int(finding.item_code[-2:])
    for file in _after(cycle, number):
        cycle.store(finding.case, file, Purpose.AFTER, cycle.cast.filler, before)
    _do(finding, "fix", cycle.cast.filler, at, result=_result(cycle, finding))
    return at


def _after(cycle: Cycle, number: int) -> list[Any]:
    """A photo nearly always; now and then a table or a notice with it."""
    files = [cycle.drawer.photo(f"第{number}项整改后.jpg")]
    chance = cycle.rng.random()
    if chance < 0.12:
        rows = [["日期", "检查内容", "结果"], ["第1周", f"第{number}项", "合格"], ["第2周", f"第{number}项", "合格"]]
        files.append(cycle.drawer.workbook(f"第{number}项复查登记.xlsx", rows))
    elif chance < 0.2:
        files.append(cycle.drawer.pdf("整改通知（盖章）.pdf"))
    elif chance < 0.26:
        files.append(cycle.drawer.document("培训记录.docx", ["培训记录", f"第{number}项专题培训，全体护理人员参加。"]))
    elif chance < 0.3:
        files.append(cycle.drawer.screenshot("质控统计.png"))
    return files


def _before(cycle: Cycle, finding: Finding, at: dt.datetime) -> None:
    if cycle.rng.random() < 0.4:
        photo = cycle.drawer.photo(f"第{int(finding.item_code[-2:])}项整改前.jpg")
        cycle.store(finding.case, photo, Purpose.BEFORE, cycle.cast.filler, at - dt.timedelta(minutes=10))


def _result(cycle: Cycle, finding: Finding) -> str:
    for entry in read("problems"):
        if entry["item"] == finding.item_code and finding.measure.startswith(entry["measure"]):
            return cycle.writer.worded(entry["result"])
    return "已按要求整改到位，责任科室复查合格，并纳入每月质控检查。"


def _do(finding: Finding, verb: str, by: Person, at: dt.datetime, **details: Any) -> None:
    finding.case = perform(finding.case, verb, by=by, at=at, **details)
