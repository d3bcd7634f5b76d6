"""One record of every sort, by a short name: of a year of the quality cycle, and of an alliance that is scored."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from cases.accounts.models import Proposal
from cases.evidence import store
from cases.models import (
    Activity,
    Appointment,
    Case,
    CommitteeMember,
    Evidence,
    FundUse,
    GuidanceEntry,
    LocalClosure,
    Pilot,
    RosterImport,
    SavedView,
    WorkItem,
)
from cases.roles import Role
from tests.filing import Filing
from tests.story import Story, problem
from tests.visiting import send_team
from tests.workflows.alliances import City, act, again, in_practice
from tests.workflows.filings import filed, filing_of
from tests.workflows.referrals import accept, ask
from tests.workflows.scoring_cards import EVALUATION, REPORTED, column
from tests.workflows.spot_checks import drawn, first_drawn
from tests.worlds import World, moment, person
from workflows.alliance.funds.opening import allocate
from workflows.alliance.guidance.opening import open_guidance_years
from workflows.alliance.survey.answering import digest_of
from workflows.engine import perform
from workflows.practice.opening import begin_practice

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TOKEN = "one-time-link"


def a_year(world: World) -> dict[str, Any]:
    """One record of every sort, all of the first institution, its county, prefecture or region."""
    story = Story.open(world)
    filing = Filing.open(world, at="2021-01-11")
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    finding = story.findings()[0]
    story.on("2021-05-20").perform(
        "supervise", world.actor("prefecture_officer"), reason="督办", due_on=dt.date(2021, 10, 10)
    )
    asked = perform(
        finding.case,
        "request_extension",
        by=story.filler,
        at=moment("2021-06-01"),
        reason="设备采购周期长。",
        due_asked=dt.date(2021, 7, 15),
    )
    draw = drawn(world, size=1)
    visiting = send_team(story.on("2021-09-01"), until=dt.date(2021, 10, 15))
    written = {"sort": "good_practice", "title": "五步走", "text": "每周抽查。", "institution": world.institution}
    practice = begin_practice({**written, "finding": None}, by=story.filler, at=moment("2021-09-02"))
    newest = Case.objects.order_by("-pk")
    proposed = Proposal.objects.create(
        user=world.nobody,
        unit=world.county,
        role=Role.COUNTY_OFFICER,
        valid_from=dt.date(2021, 10, 1),
        reason="补员",
        proposed_by=person("第二安全员", Role.SECURITY_ADMIN, world.prefecture),
        proposed_at=moment("2021-09-03"),
    )
    imported = RosterImport.objects.create(
        by=world.system_admin, unit=world.region, at=moment("2021-09-03"), name="名册.xlsx", sha256="0" * 64, counts={}
    )
    saved = SavedView.objects.create(user=world.county_officer, page="ledger", name="逾期")
    closure = LocalClosure.objects.create(
        unit=world.county,
        first_on=dt.date(2021, 9, 22),
        last_on=dt.date(2021, 9, 23),
        reason="防汛",
        created_by=world.county_officer,
        created_at=moment("2021-09-01"),
    )
    return {
        "cycle": story.case.pk,
        "finding": finding.case.pk,
        "item": WorkItem.objects.filter(process=finding.case.pk).latest("pk").pk,
        "extension": newest.filter(kind="extension", parent=asked.pk).first().pk,
        "supervision": newest.filter(kind="supervision").first().pk,
        "programme": newest.filter(kind="programme").first().pk,
        "plan": newest.filter(kind="work_plan", unit=world.prefecture).first().pk,
        "summary": filing.case.pk,
        "report": newest.filter(kind="regional_report").first().pk,
        "round": filing.case.summary.round_id,
        "spot_check": draw.pk,
        "visit": visiting.case.pk,
        "entry": first_drawn(draw).pk,
        "practice": practice.pk,
        "evidence": story.evidence(finding.case, "after", story.filler).pk,
        "unit": world.institution.pk,
        "post": world.county_officer.appointments.get().pk,
        "own_post": world.institution_head.appointments.get().pk,
        "delegation": Appointment.objects.exclude(delegated_by=None).get().pk,
        "person": world.county_officer.pk,
        "proposal": proposed.pk,
        "import": imported.pk,
        "saved": saved.pk,
        "closure": closure.pk,
        "none": 999_999,
    }


def an_alliance(city: City) -> dict[str, Any]:
    """A pilot of the first hospital with all that hangs on it, whose columns are being scored."""
    pilot = in_practice(city)
    plan = filing_of(pilot)
    signed: dict[str, Any] = {"by": city.people["lead"], "at": moment("2020-04-01")}
    paper = SimpleUploadedFile("方案扫描件.pdf", PDF)
    file = store(case=plan, upload=paper, purpose=Evidence.Purpose.FILING, **signed)
    pilot = filed(city, pilot)
    since = {"valid_from": dt.date(2020, 4, 6)}
    seat = {"user": city.people["lead_head"], "unit": city.hospital, "seat": "director"}
    act(city, pilot, "seat_member", "lead", "2020-04-06", **seat, **since)
    director = CommitteeMember.objects.get()
    words = {"agenda": "一、年度计划", "decisions": "同意。", "present": [director.pk]}
    act(city, pilot, "enter_meeting", "lead", "2020-04-20", held_on=dt.date(2020, 4, 20), **words)
    day = dt.date(2020, 6, 9)
    doctor = city.people["lead_head"].pk
    sent = {
        "register": "dispatch",
        "title": "驻点门诊",
        "sender_id": city.hospital.pk,
        "person_id": doctor,
        "people": 0,
    }
    where = {"unit_id": city.institution.pk, "from_on": day, "until_on": day}
    act(city, pilot, "enter_activity", "lead", "2020-06-10", **sent, **where)
    referral = accept(city, ask(city, pilot))
    of = Pilot.objects.get(pk=pilot.pk)
    given = {"kind": "earmarked", "holder": city.hospital, "pilot": of, "year": 2020, "amount": Decimal(100_000)}
    fund = allocate(city.city, {**given, "purpose": "人员培训。"}, by=city.actor("commission"), at=moment("2020-06-01"))
    paid = {"paid_on": dt.date(2020, 6, 20), "amount": Decimal(30_000), "purpose": "远程会诊设备", "voucher": "记-018"}
    act(city, fund, "enter_use", "lead", "2020-06-21", **paid)
    years = open_guidance_years(city.city, 2021, by=city.actor("commission"), at=moment("2021-01-05"))
    guidance = next(case for case in years if case.unit_id == city.centre.pk)
    session = {"register": "education", "held_on": dt.date(2021, 1, 8), "title": "健康讲座", "attendances": 60}
    act(city, guidance, "enter", "centre", "2021-01-11", **session)
    act(city, pilot, "open_survey", "commission", "2021-04-12")
    act(city, pilot, "make_links", "lead", "2021-04-26", group="patient", digests=[digest_of(TOKEN)])
    act(city, pilot, "begin_evaluation", "system", EVALUATION)
    pilot = act(city, again(pilot), "report", "lead", REPORTED, summary="试点工作总结。")
    return {
        "pilot": pilot.pk,
        "programme": pilot.parent_id,
        "filing": plan.pk,
        "file": file.pk,
        "scoring": column(pilot, "self").pk,
        "joint": column(pilot, "city").pk,
        "entry": Activity.objects.get().pk,
        "referral": referral.pk,
        "fund": fund.pk,
        "use": FundUse.objects.get().pk,
        "guidance": guidance.pk,
        "session": GuidanceEntry.objects.get().pk,
        "doctor": doctor,
        "none": 999_999,
    }
