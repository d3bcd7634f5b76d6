"""Who gets in where: every address of the project × method × persona, against tables to be read (``urls*.txt``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from cases.accounts.models import Proposal
from cases.delegating import delegate
from cases.models import Appointment, Case, LocalClosure, RosterImport, SavedView, WorkItem
from cases.roles import Role
from tests.filing import Filing
from tests.project.url_walk import names_of_the_project, read, walk
from tests.story import Story, problem
from tests.visiting import send_team
from tests.workflows.spot_checks import drawn, first_drawn
from tests.worlds import World, build_world, moment, person, unit
from workflows.engine import perform
from workflows.practice.opening import begin_practice

HERE = Path(__file__).parent
TABLES = sorted(HERE.glob("urls*.txt"))
NOW = "2021-09-20 10:00"
SAID = "If this is right, the line in the table is:\n"


@pytest.fixture
def present() -> Iterator[None]:
    with time_machine.travel(moment(NOW), tick=False):
        yield


def people_of(world: World) -> dict[str, Any]:
    """One person a column of ``urls.txt``."""
    far_region = unit("region", "外区卫生健康委", "540000", world.region.superior)
    stand_in = person("代办", Role.INSTITUTION_FILLER, world.institution)
    head = world.institution_head
    delegate(
        head.appointments.get(),
        stand_in,
        from_=dt.date(2021, 9, 1),
        until=dt.date(2021, 10, 1),
        by=head,
        at=moment("2021-09-01"),
        reason="出差",
    )
    return {
        "anonymous": None,
        "nobody": world.nobody,
        "expired": world.expired,
        "filler": world.institution_filler,
        "delegate": stand_in,
        "sibling": person("邻居", Role.INSTITUTION_FILLER, world.sibling),
        "officer": world.county_officer,
        "approver": world.county_approver,
        "next_county": world.other_officer,
        "prefecture": world.prefecture_officer,
        "region": world.region_officer,
        "far_region": person("远区", Role.REGION_OFFICER, far_region),
        "party": world.region_expert,
        "inspector": world.inspector,
        "sysadmin": world.system_admin,
        "secadmin": world.security_admin,
        "auditor": world.auditor,
    }


def objects_of(world: World) -> dict[str, Any]:
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


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.usefixtures("present")
def test_every_address_answers_every_person_as_the_table_says() -> None:
    table = read(HERE / "urls.txt")
    world = build_world()
    people = people_of(world)
    found = walk(table, people, objects_of(world))
    wrong = [f"{here}" for there, here in zip(table.lines, found, strict=True) if there != here]
    assert not wrong, SAID + "\n".join(wrong)


def test_every_address_of_the_project_stands_in_a_table() -> None:
    listed = {line.name for path in TABLES for line in read(path).lines}
    missing = sorted(set(names_of_the_project()) - listed)
    assert not missing, f"Add a line for each of these to one of the tables in tests/project: {missing}"
    assert not listed - set(names_of_the_project())


def test_a_table_says_something_of_every_persona() -> None:
    for path in TABLES:
        table = read(path)
        assert all(len(word) == len(table.personas) for line in table.lines for word in (line.get, line.post)), path
        assert len({(line.name, line.arguments) for line in table.lines}) == len(table.lines), path
