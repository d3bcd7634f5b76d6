"""Four alliances of a city: one fully evaluated and promoted, one being scored, one reporting, one extended.

All of it goes through the doors of the pages, from the opening of the programme in February 2020 to the twelfth of May
2021 (pilot plan, part 3). Patients are called 测试 (test): nobody real bears such a name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from cases.clock import local_date
from cases.editions.alliance import alliance_of
from cases.editions.pinned import edition_of
from cases.editions.scorecard import BonusAnyRule, BonusUnitsRule, ChoiceRule
from cases.models import Case, Filing, OrgUnit, Scoring
from cases.roles import Role
from cases.scoring.columns import lines_of, rows_of, save_score
from cases.scoring.joint import joint_lines, round_of, save_final
from project.demo.acts import Person
from project.demo.alliance_centres import guidance
from project.demo.alliance_city import CITY, FINANCE
from project.demo.alliance_funds import pay, subsidy_of
from project.demo.days import Story, moment
from project.demo.files import Drawer
from project.demo.source import read
from project.demo.units import Units
from workflows.alliance.agreements import remind_of_agreements
from workflows.alliance.clock import turn_phases
from workflows.alliance.filing.drafts import save_filing
from workflows.alliance.funds.opening import allocate
from workflows.alliance.opening import apply, open_programme
from workflows.alliance.referral.opening import request_referral
from workflows.engine import perform

Who = Callable[[str, str], Person]
FILES = Drawer()
# Which rows a column finds fault with, and what it gives instead.
FAULTS = {"incentive": "issued_not_effective", "informatisation": "built_not_running"}


@dataclass
class City:
    """Who acts: each method is what somebody does at one moment."""

    units: Units
    person: Who

    @property
    def words(self) -> Any:
        return read("alliance")

    @property
    def officer(self) -> Person:
        return self.person(CITY, Role.PREFECTURE_OFFICER)

    @property
    def head(self) -> Person:
        return self.person(CITY, Role.PREFECTURE_HEAD)

    @property
    def bureau(self) -> Person:
        return self.person(FINANCE, Role.FINANCE_OFFICER)

    def office(self, plot: Any) -> Person:
        return self.person(plot["lead"], Role.ALLIANCE_OFFICER)


@dataclass
class Alliance:
    """One pilot with the plot that it follows."""

    city: City
    plot: dict[str, Any]
    case: Any = None

    @property
    def lead(self) -> OrgUnit:
        return self.city.units[self.plot["lead"]]

    @property
    def member(self) -> OrgUnit:
        """The institution of the alliance, which stands last among its members."""
        return self.city.units[self.plot["members"][-1][0]]

    @property
    def office(self) -> Person:
        return self.city.office(self.plot)

    def do(self, verb: str, by: Any, at: dt.datetime, **details: Any) -> None:
        """A step of the pilot, whatever has moved it meanwhile."""
        self.case = perform(Case.objects.get(pk=self.case.pk), verb, by=by, at=at, **details)

    def below(self, kind: str, **wanted: Any) -> Case:
        return Case.objects.filter(parent=self.case.pk, kind=kind, **wanted).latest("pk")

    def file(self, kind: str, text: str, at: dt.datetime) -> Case:
        """The office writes the filing and sends it."""
        case: Any = self.below("filing", filing__kind=kind, state__in=("drafting", "returned"))
        with transaction.atomic():
            save_filing(case.filing, text, based_on=case.filing.row_version, by=self.office, at=at)
        return perform(case, "submit", by=self.office, at=at)

    def score(self, column: str, by: Person, at: dt.datetime, *, rows: int | None = None, strict: bool = False) -> Case:
        """Fill in the rows of a column, or the first so many; a strict one finds fault."""
        case: Any = self.below("scoring", scoring__column=column)
        scoring = Scoring.objects.select_related("case__edition", "pilot__case__edition").get(pk=case.pk)
        edition = alliance_of(edition_of(case))
        computed = {line.row.code for line in lines_of(scoring, local_date(at)) if line.computed is not None}
        for row in rows_of(edition, column)[:rows]:
            if row.code not in computed:
                values = _given(row, strict=strict, reasons=self.city.words["deductions"])
                save_score(scoring, row, values, based_on=0, by=by.user, at=at)
        return case


def _given(row: Any, *, strict: bool, reasons: dict[str, str]) -> dict[str, Any]:
    """The best answer to a row, or the one that a strict column gives with its reason."""
    rule = row.rule.shape
    if isinstance(rule, ChoiceRule):
        option = FAULTS.get(row.code, "") if strict else ""
        best = max(rule.options, key=lambda each: each.score if each.score is not None else -1)
        return {"given": {"option": option or best.code}, "reason": reasons[row.code] if option else ""}
    if isinstance(rule, BonusAnyRule):
        return {"given": {each.code: number == 0 for number, each in enumerate(rule.triggers)}}
    if isinstance(rule, BonusUnitsRule):
        return {
            "given": {
                each.code: "1" if number == len(rule.units) - 1 else "0" for number, each in enumerate(rule.units)
            }
        }
    return {"given": None}


def alliances(units: Units, person: Who) -> list[Story]:
    """The stories of the city: its programme with the four pilots, and its guidance centres."""
    city = City(units, person)
    return [_pilots(city), guidance(city)]


def _pilots(city: City) -> Story:
    """From the programme to the outcome; the pilots go side by side, as their plots part in May 2021."""
    words = city.words
    at = moment("2020-02-10 10:20")
    yield at
    said = words["programme"]
    programme = open_programme(
        city.units[CITY], title=said["title"], notice=said["notice"], year=2020, by=city.officer, at=at
    )
    pilots = []
    for number, plot in enumerate(words["pilots"]):
        at = moment(f"2020-02-{19 + number} 15:10")
        yield at
        alliance = Alliance(city, plot)
        members = [
            {
                "unit": city.units[code],
                "tier": tier,
                "has_hospital": has_hospital,
                "agreement": "紧密医养联合体协议书",
                "valid_from": dt.date(2020, 3, 1),
                "valid_until": dt.date.fromisoformat(plot["until"]) if "until" in plot else None,
                "contact": city.person(code, Role.REFERRAL_CONTACT).user,
            }
            for code, tier, has_hospital in plot["members"]
        ]
        application = {
            "name": plot["name"],
            "structure": plot["structure"],
            "lead": alliance.lead,
            "application": plot["why"],
            "members": members,
        }
        alliance.case = apply(Case.objects.get(pk=programme.pk), application, by=alliance.office, at=at)
        pilots.append(alliance)
    at = moment("2020-03-16 16:05")
    yield at
    for alliance in pilots:
        alliance.do("select", city.head, at)
    perform(Case.objects.get(pk=programme.pk), "finish_selection", by=city.officer, at=moment("2020-03-16 17:10"))
    at = moment("2020-03-20 11:30")
    yield at
    for alliance in pilots:
        alliance.do("set_up_group", alliance.office, at, working_group=words["working_group"])
        who = city.person(alliance.plot["lead"], alliance.plot.get("contact", Role.INSTITUTION_HEAD)).user
        named = alliance.case.pilot.memberships.get(tier="lead")
        alliance.do("name_contact", alliance.office, at, membership=named, contact=who)
        alliance.file(Filing.Kind.PLAN, words["plan"], at)
        alliance.file(Filing.Kind.AGREEMENT, words["agreement"], at)
    at = moment("2020-04-01 00:05")
    yield at
    turn_phases(at)
    at = moment("2020-04-08 10:40")
    yield at
    for alliance in pilots:
        for kind in Filing.Kind.values:
            perform(alliance.below("filing", filing__kind=kind), "accept", by=city.officer, at=at)
    yield from _year_of_practice(city, pilots)
    yield from _evaluation(city, *pilots)


def _year_of_practice(city: City, pilots: list[Alliance]) -> Story:
    """Committee and plan, the money, the registers, referrals of the first alliance."""
    words, first = city.words, pilots[0]
    at = moment("2020-04-15 14:45")
    yield at
    for alliance in pilots:
        _seat_committee(alliance, at)
        plan = {"year": 2020, "text": words["annual_plan"], "agreed_on": dt.date(2020, 4, 15)}
        alliance.do("write_annual_plan", alliance.office, at, **plan)
    at = moment("2020-05-20 16:30")
    yield at
    for alliance in pilots[:2]:
        met = {"held_on": dt.date(2020, 5, 20), "agenda": words["agenda"], "decisions": words["decisions"]}
        present = list(alliance.case.pilot.committee.values_list("pk", flat=True))
        minutes = FILES.scan("管委会会议纪要.jpg")
        alliance.do("enter_meeting", alliance.office, at, present=present, files=[minutes], **met)
    at = moment("2020-06-10 11:05")
    yield at
    given = {"kind": "earmarked", "holder": first.lead, "year": 2020, "amount": Decimal("43600.00")}
    values = {**given, "pilot": first.case.pilot, "purpose": words["fund_purpose"]}
    fund = allocate(city.units[CITY], values, by=city.officer, at=at)
    at = moment("2020-12-21 15:20")
    yield at
    for payment in words["payments"]:
        fund = pay(first, fund, payment, at)
    fund = perform(fund, "account", by=first.office, at=at, report=words["fund_report"])
    direct = next(each for each in pilots if each.plot["key"] == words["subsidy"]["key"])
    subsidy = subsidy_of(direct, 2020, moment("2020-12-22 09:40"), moment("2020-12-28 15:30"))
    at = moment("2021-01-13 10:15")
    yield at
    for each in (fund, subsidy):
        perform(each, "pass_check", by=city.bureau, at=at, opinion=words["fund_opinion"])
    at = moment("2021-03-02 11:25")
    yield at
    yield from _referrals(city, first)
    at = moment("2021-04-19 10:50")
    yield at
    more = words["second_fund"]
    given = {"kind": "earmarked", "holder": first.lead, "pilot": first.case.pilot, "purpose": more["purpose"]}
    values = {**given, "year": more["year"], "amount": Decimal(more["amount"])}
    fund = allocate(city.units[CITY], values, by=city.officer, at=at)
    pay(first, fund, words["second_payment"], at)
    subsidy_of(direct, 2021, at, moment("2021-05-07 11:20"))
    at = moment("2021-04-20 14:30")
    yield at
    for number, alliance in enumerate(pilots):
        for entry in words["activities"][: None if number == 0 else 11 - 2 * number]:
            _enter(alliance, entry, at)
    at = moment("2021-04-22 10:20")
    yield at
    for alliance, satisfied in zip(pilots, (58, 47, 40, 31), strict=True):
        alliance.do("open_survey", city.officer, at)
        for group, fair in (("authority", 0), ("staff", 2), ("patient", 1)):
            counts = {"satisfied": satisfied // 3, "fair": fair, "dissatisfied": 0}
            alliance.do("enter_answers", city.officer, at, group=group, entered_on=local_date(at), **counts)


def _seat_committee(alliance: Alliance, at: dt.datetime) -> None:
    """The president as director, the office, the district and the member, as the plan has them."""
    city, plot, since = alliance.city, alliance.plot, dt.date(2020, 4, 15)
    seats = (
        ("director", plot["lead"], Role.INSTITUTION_HEAD),
        ("office", plot["lead"], Role.ALLIANCE_OFFICER),
        ("member", plot["district"], Role.COUNTY_OFFICER),
        ("member", plot["members"][-1][0], Role.MEMBER_OFFICER),
    )
    for kind, code, role in seats:
        seat = {"seat": kind, "unit": city.units[code], "user": city.person(code, role).user, "valid_from": since}
        alliance.do("seat_member", alliance.office, at, **seat)


def _enter(alliance: Alliance, entry: list[Any], at: dt.datetime) -> None:
    register, title, first, last, people = entry
    office = alliance.office
    rule = alliance_of(edition_of(alliance.case)).registers[register]
    seat = (alliance.plot["lead"], Role.ALLIANCE_OFFICER)
    if register == "trainee":
        seat = (alliance.plot["members"][-1][0], Role.REFERRAL_CONTACT)
    person = alliance.city.person(*seat).user.pk if rule.person else None
    values = {
        "register": register,
        "title": title,
        "from_on": dt.date.fromisoformat(first),
        "until_on": dt.date.fromisoformat(last),
        "unit_id": alliance.member.pk,
        "sender_id": alliance.lead.pk if rule.visit else None,
        "person_id": person,
        "count": 1,
        "people": people,
        "note": "",
    }
    alliance.do("enter_activity", office, at, **values)


def _referrals(city: City, alliance: Alliance) -> Story:
    """One patient goes up and is admitted with the three priorities; one comes down with the information."""
    words = city.words
    hospital = city.person(alliance.plot["lead"], Role.REFERRAL_CONTACT)
    home = city.person(alliance.plot["members"][-1][0], Role.REFERRAL_CONTACT)
    consent = {"consent_on": dt.date(2021, 3, 2), "consent_how": "written"}
    at = moment("2021-03-02 11:30")
    up = request_referral(alliance.case, alliance.lead, {**words["patients"][0], **consent}, by=home, at=at)
    at = moment("2021-03-02 12:40")
    yield at
    coming: dict[str, Any] = {"department": "心内科", "bed": "12床", "expected_at": moment("2021-03-02 16:00")}
    up = perform(up, "accept", by=hospital, at=at, **coming)
    at = moment("2021-03-02 16:20")
    yield at
    up = perform(up, "arrive", by=hospital, at=at)
    at = moment("2021-03-04 10:30")
    yield at
    kept: dict[str, Any] = dict.fromkeys(("appointment", "examination", "admission"), "kept")
    perform(up, "close", by=home, at=at, outcome="inpatient", **kept)
    at = moment("2021-03-10 15:40")
    yield at
    consent["consent_on"] = dt.date(2021, 3, 10)
    down = request_referral(alliance.case, alliance.member, {**words["patients"][1], **consent}, by=hospital, at=at)
    at = moment("2021-03-10 17:10")
    yield at
    coming = {"department": "康复区", "bed": "3床", "expected_at": moment("2021-03-11 10:00")}
    down = perform(down, "accept", by=home, at=at, **coming)
    at = moment("2021-03-11 10:25")
    yield at
    down = perform(down, "arrive", by=home, at=at)
    told: dict[str, Any] = {"discharge": words["discharge"], "follow_up": words["follow_up"]}
    down = perform(down, "inform", by=hospital, at=moment("2021-03-11 11:00"), **told)
    at = moment("2021-03-12 14:30")
    yield at
    perform(down, "close", by=home, at=at, outcome="continued")


def _evaluation(city: City, canal: Alliance, beishan: Alliance, houchao: Alliance, jiangpan: Alliance) -> Story:
    """May 2021: two are scored at once, one is being scored, one has still to report."""
    words = city.words
    at = moment("2021-05-01 00:05")
    yield at
    turn_phases(at)
    at = moment("2021-05-06 10:40")
    yield at
    for alliance in (canal, jiangpan, beishan):
        files = [FILES.document("试点工作总结报告.docx", [words["summary"]])]
        alliance.do("report", alliance.office, at, summary=words["summary"], attached=files)
        alliance.do("close_survey", city.officer, moment("2021-05-06 16:20"))
    for alliance in (canal, jiangpan):
        at = moment("2021-05-07 11:15")
        perform(alliance.score("self", alliance.office, at), "submit", by=alliance.office, at=at)
    at = moment("2021-05-08 15:30")
    yield at
    for alliance in (canal, jiangpan):
        perform(alliance.score("city", city.officer, at, strict=True), "submit", by=city.officer, at=at)
        perform(alliance.score("finance", city.bureau, at), "submit", by=city.bureau, at=at)
    at = moment("2021-05-10 10:30")
    yield at
    perform(beishan.score("self", beishan.office, at), "submit", by=beishan.office, at=at)
    beishan.score("city", city.officer, at, rows=9, strict=True)
    houchao.do("new_filing", houchao.office, at, kind=Filing.Kind.PLAN)
    houchao.file(Filing.Kind.PLAN, words["plan"] + "\n四、增加夜间转诊值班。", moment("2021-05-10 16:10"))
    for alliance in (canal, jiangpan):
        _decide_rows(alliance, city.officer, at)
        alliance.do("fix_score", city.officer, at)
        alliance.do("countersign", city.bureau, moment("2021-05-10 16:40"))
    at = moment("2021-05-11 14:30")
    yield at
    for alliance in (canal, jiangpan):
        held = {"exchange_on": dt.date(2021, 5, 11), "exchange": words["exchange"]}
        alliance.do("hold_exchange", city.officer, at, **held)
    at = moment("2021-05-11 17:05")
    yield at
    canal.do("promote", city.head, at)
    canal.do("publish_experience", city.officer, at, experience=words["experience"])
    jiangpan.do("extend_practice", city.head, at, reason=words["extension"], extended_until=dt.date(2021, 12, 31))
    remind_of_agreements(moment("2021-05-11 18:00"))
    at = moment("2021-05-12 09:10")
    yield at
    consent = {"consent_on": dt.date(2021, 5, 12), "consent_how": "written"}
    home = city.person(jiangpan.plot["members"][-1][0], Role.REFERRAL_CONTACT)
    request_referral(jiangpan.case, jiangpan.lead, {**words["patients"][2], **consent}, by=home, at=at)


def _decide_rows(alliance: Alliance, officer: Person, at: dt.datetime) -> None:
    """Where the columns differ, the commission takes the city's."""
    pilot = alliance.case.pilot
    round_ = round_of(pilot)
    for line in joint_lines(pilot, round_):
        if line.points is None and "city" in line.columns:
            taken: dict[str, Any] = {"source": "city", "points": None, "reason": "", "based_on": line.row_version}
            save_final(pilot, line, round_=round_, by=officer.user, at=at, **taken)
