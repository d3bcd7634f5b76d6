"""A programme that nobody has thought of runs on the same engine: a dozen lines of data and one flow, nothing else.

What it gets without a line of its own: the inbox and the case's page, dates with their clauses, reminders, messages,
holds and nudges, scope, the chain, and the check of its lifecycle.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from cases.editions.store import store_editions
from cases.errors import Conflict, Invalid, OutOfScope, WrongRole
from cases.models import Case, CaseEvent, Edition
from notifications.alarms import fire_alarms
from notifications.models import Message
from notifications.outbox import deliver_events
from tests.worlds import World, build_world, moment
from workflows import soundness
from workflows.consistency import faults
from workflows.engine import open_case, perform
from workflows.kinds import KINDS, Kind
from workflows.step import Batch

pytestmark = pytest.mark.django_db

EDITION = Path(__file__).parent.parent / "third_programme" / "edition.json"
AT = moment("2021-03-01 10:00")


@pytest.fixture
def kind(settings: Any) -> Iterator[Kind]:
    """The invented kind of case, as an installed application brings it."""
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "tests.third_programme"]
    from tests.third_programme.flow import FAMILY_BED

    KINDS[FAMILY_BED.code] = FAMILY_BED
    yield FAMILY_BED
    del KINDS[FAMILY_BED.code]


@pytest.fixture
def world() -> World:
    world = build_world()
    store_editions([EDITION])
    return world


@pytest.fixture
def bed(kind: Kind, world: World, django_capture_on_commit_callbacks: Any) -> Case:
    batch = Batch()
    case = open_case(
        kind.code,
        unit=world.institution,
        year=2021,
        edition=Edition.objects.get(code="family-beds"),
        batch=batch,
        by=world.actor("institution_filler"),
        at=AT,
        number="2021-650102-001-JT01",
    )
    batch.write()
    return Case.objects.get(pk=case.pk)


def of(world: World, role: str) -> Client:
    client = Client()
    client.force_login(world.people[role])
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def test_its_lifecycle_is_held_to_the_same_rules(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundness, "available", lambda: [EDITION])
    assert soundness.lifecycle_faults([kind]) == []


def test_its_dates_come_from_its_own_edition_and_its_steps_go_through_the_one_door(bed: Case, world: World) -> None:
    filler, officer = world.actor("institution_filler"), world.actor("county_officer")
    item = bed.work_items.get(finished=None)
    assert (item.unit, item.role, str(item.due_at)) == (
        world.institution,
        "institution_filler",
        "2021-06-30 15:59:59.999999+00:00",
    )
    with pytest.raises(WrongRole):
        perform(bed, "apply", by=officer, at=AT)
    with pytest.raises(OutOfScope):
        perform(bed, "apply", by=world.actor("other_officer"), at=AT)
    case = perform(bed, "apply", by=filler, at=AT)
    with pytest.raises(Invalid):
        perform(case, "return_", by=officer, at=AT)
    with pytest.raises(Conflict):
        perform(case, "enrol", by=officer, at=AT, version=1)
    case = perform(case, "return_", by=officer, at=AT, reason="请补充照片。")
    case = perform(case, "apply", by=filler, at=AT)
    visit = case.work_items.get(finished=None)
    assert (visit.unit, visit.due_rule) == (world.county, "bed_visit")
    case = perform(case, "hold", by=world.actor("prefecture_officer"), at=AT, reason="防汛。")
    with pytest.raises(Conflict):
        perform(case, "enrol", by=officer, at=AT)
    case = perform(case, "release_hold", by=world.actor("prefecture_officer"), at=AT)
    case = perform(case, "enrol", by=officer, at=AT)
    assert (case.state, case.finished) == ("registered", AT.astimezone(dt.UTC))
    assert list(faults([case])) == []


def test_it_is_reminded_of_and_told_like_everything_else(bed: Case, world: World) -> None:
    while fire_alarms(moment("2021-06-23 10:00")):
        pass
    perform(bed, "apply", by=world.actor("institution_filler"), at=moment("2021-06-24"))
    deliver_events(moment("2021-06-24 10:00"))
    assert CaseEvent.objects.filter(case=bed.pk, verb="remind").count() == 1
    told = {(message.rule, message.recipient) for message in Message.objects.filter(case=bed.pk)}
    assert ("reminder", world.institution_filler) in told
    assert ("next_task", world.county_officer) in told


def test_its_work_stands_in_the_inbox_and_is_done_on_the_pages_that_there_are(bed: Case, world: World) -> None:
    with time_machine.travel(AT, tick=False):
        filler, officer = of(world, "institution_filler"), of(world, "county_officer")
        assert "填写申请：2021-650102-001-JT01" in text(filler.get("/"))
        page = f"/cases/{bed.pk}/"
        assert "填写申请" in text(filler.get(page))
        assert filler.post(f"{page}do/apply/", {"version": "1"}).status_code == 302
        assert "上门核查" in text(officer.get("/"))
        assert officer.post(f"{page}do/refuse/", {"version": "2", "reason": ""}).status_code == 422
        assert officer.post(f"{page}do/refuse/", {"version": "2", "reason": "不符合条件。"}).status_code == 302
        shown = text(filler.get(page))
        assert "不予备案" in shown
        assert "不符合条件。" in shown
        assert of(world, "other_officer").get(page).status_code == 404


def test_no_other_file_knows_of_it() -> None:
    root, own = EDITION.parents[2], {Path(__file__), *EDITION.parent.iterdir()}
    places = [root / name for name in ("cases", "workflows", "notifications", "project", "templates", "tests")]
    files = [file for place in places for file in place.rglob("*") if file.suffix in {".py", ".json", ".html", ".txt"}]
    words = ("family_bed", "family-beds", "third_programme")
    assert len(files) > 1000
    assert [file for file in files if file not in own and any(word in file.read_text() for word in words)] == []
