"""What goes on beside the institutions' years in 天山区: absence, nudge, supervision, more time, a hold, a pattern."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction

from cases import delegating
from cases.models import Appointment, Case, Finding, User
from cases.roles import Role
from cases.saving import sign
from project.demo.acts import Person
from project.demo.days import Story, moment
from project.demo.institutions import TIANSHAN
from project.demo.personas import AIWANYUAN, COUNTY, HONGSHAN, PREFECTURE, SONGHE, XUELIAN
from project.demo.units import Units
from workflows.common_problem.declaring import declare
from workflows.engine import perform

Who = Callable[[str, str], Person]


def incidents(units: Units, person: Who) -> Iterator[Story]:
    """The stories; none where 天山区 is not part of the demonstration."""
    if TIANSHAN not in units:
        return
    yield _covered(person)
    yield _away(person)
    yield _extended(person)
    yield _asked_for_more(person)
    yield _graded(person)
    yield _nudged_and_supervised(person)
    yield _held(person)
    yield _common(units, person)
    yield _enforced(person)
    yield _left(person)


def _finding(unit: str, item: str) -> Case:
    return Finding.objects.select_related("case").get(case__unit__code=unit, case__year=2021, item_code=item).case


def _do(case: Case, verb: str, by: Person, at: dt.datetime, **details: Any) -> None:
    perform(case, verb, by=by, at=at, **details)


def _delegate(absent: Person, to: Person, at: dt.datetime, first: str, until: str, reason: str) -> None:
    source = Appointment.objects.own().get(user=absent.user)
    days = {"from_": dt.date.fromisoformat(first), "until": dt.date.fromisoformat(until)}
    delegating.delegate(source, to.user, **days, by=absent.user, at=at, reason=reason)


def _covered(person: Who) -> Story:
    """松鹤's head was away when version 2 was due: its filler confirmed it in the head's stead."""
    at = moment("2021-04-29 17:40")
    yield at
    head, filler = person(SONGHE, Role.INSTITUTION_HEAD), person(SONGHE, Role.INSTITUTION_FILLER)
    _delegate(head, filler, at, "2021-04-30", "2021-05-10", "住院治疗")


def _away(person: Who) -> Story:
    """李敏 is at a training course; her colleague stands in for her from today."""
    at = moment("2021-05-11 18:30")
    yield at
    officer = person(COUNTY, Role.COUNTY_OFFICER)
    colleague = Person(User.objects.get(username="officer2"), address=officer.address, request_id="demo")
    _delegate(officer, colleague, at, "2021-05-12", "2021-05-22", "参加自治区医养结合质量管理培训")


def _extended(person: Who) -> Story:
    """More time was asked for before the date, and granted."""
    at = moment("2021-04-28 12:10")
    yield at
    case = _finding(XUELIAN, "A1-19")
    reason = "速干手消毒剂和感应式洗手设施需统一采购，供货期约三周，申请延期。"
    _do(
        case,
        "request_extension",
        person(XUELIAN, Role.INSTITUTION_FILLER),
        at,
        due_asked=dt.date(2021, 6, 18),
        reason=reason,
    )
    at = moment("2021-04-29 16:20")
    yield at
    extension = Case.objects.get(kind="extension", parent=case.pk)
    reason = "情况属实，同意延期，期间加强手卫生督查。"
    _do(extension, "grant", person(COUNTY, Role.COUNTY_APPROVER), at, due_granted=dt.date(2021, 6, 11), reason=reason)


def _asked_for_more(person: Who) -> Story:
    """Another request waits for the approver."""
    at = moment("2021-05-11 12:35")
    yield at
    reason = "冷藏药品温度自动记录仪已招标，预计6月初到货安装，申请延期。"
    filler = person(XUELIAN, Role.INSTITUTION_FILLER)
    _do(_finding(XUELIAN, "A1-07"), "request_extension", filler, at, due_asked=dt.date(2021, 6, 10), reason=reason)


def _graded(person: Who) -> Story:
    """The county holds one finding for serious, before the work on it begins: it needs a plan."""
    at = moment("2021-04-19 11:50")
    yield at
    reason = "安全常识培训缺失涉及夜班全体护理员，存在较大安全隐患，定为严重问题。"
    officer = person(COUNTY, Role.COUNTY_OFFICER)
    _do(_finding(XUELIAN, "A1-25"), "grade", officer, at, severity="serious", reason=reason)


def _nudged_and_supervised(person: Who) -> Story:
    """What nobody has begun: the county nudges, and the prefecture takes it under supervision."""
    at = moment("2021-05-10 17:15")
    yield at
    case = _finding(XUELIAN, "A1-28")
    _do(case, "nudge", person(COUNTY, Role.COUNTY_OFFICER), at, reason="已超过整改时限，请立即整改并上报进展。")
    at = moment("2021-05-11 16:05")
    yield at
    reason = "预检分诊问题上年度已整改，本年度再次出现且逾期，列为市级督办。"
    _do(case, "supervise", person(PREFECTURE, Role.PREFECTURE_OFFICER), at, due_on=dt.date(2021, 5, 20), reason=reason)


def _held(person: Who) -> Story:
    """红山's buildings are being refitted; its case stands still."""
    at = moment("2021-05-10 11:25")
    yield at
    case = Case.objects.get(kind="quality_cycle", unit__code=HONGSHAN, year=2021)
    reason = "该院消防改造施工，部分区域停用，暂缓核查，改造验收后恢复。"
    _do(case, "hold", person(PREFECTURE, Role.PREFECTURE_OFFICER), at, reason=reason)


def _common(units: Units, person: Who) -> Story:
    """The same point in three institutions: the county declares it common and sets a joint measure."""
    at = moment("2021-05-10 15:50")
    yield at
    officer = person(COUNTY, Role.COUNTY_OFFICER)
    case = declare(units[COUNTY], ("A1-10", ""), by=officer, at=at)
    at = moment("2021-05-11 15:45")
    yield at
    measure = "联合消防救援大队开展疏散通道和消防器材专项检查，统一组织一次消防培训和应急演练，逐院验收。"
    _do(case, "set_measure", officer, at, measure=measure, owner=officer.user, due_on=dt.date(2021, 6, 30))


def _enforced(person: Who) -> Story:
    """What came of the matter that was handed over."""
    at = moment("2021-05-11 11:10")
    yield at
    outcome = "责令限期改正，给予警告，并处罚款3000元。"
    officer = person(COUNTY, Role.COUNTY_OFFICER)
    day = dt.date(2021, 5, 10)
    _do(_finding(XUELIAN, "A1-03"), "record_outcome", officer, at, enforcement_outcome=outcome, enforcement_on=day)


def _left(person: Who) -> Story:
    """爱晚苑's filler has left without a successor."""
    at = moment("2021-05-06 18:10")
    yield at
    with transaction.atomic():
        held: Any = Appointment.objects.get(user=person(AIWANYUAN, Role.INSTITUTION_FILLER).user)
        held.valid_until = dt.date(2021, 5, 7)
        sign(held, None, at)
        held._change_reason = "离职"
        held.save(update_fields=["valid_until"])
