"""The demonstration: every role finds something to do, and every case is as the engine makes them."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db import transaction
from django.db.models import F
from django.test import RequestFactory, override_settings

from cases.access import Viewer
from cases.editions.pinned import forget_editions
from cases.models import (
    Appointment,
    Case,
    CaseEvent,
    EventDelivery,
    Evidence,
    Finding,
    OrgUnit,
    SelfCheckAnswer,
    SelfCheckSubmission,
    SpotCheck,
    User,
    Verification,
    WorkItem,
)
from cases.roles import PARTY_ROLES
from cases.sampling.entries import reproduce
from cases.sampling.numbers import seed_from
from cases.vacancies import vacancies
from notifications.models import Alarm, Dispatch, Message
from project.demo.clock import TODAY
from project.demo.institutions import institutions
from project.demo.people import PASSWORD
from project.demo.personas import PERSONAS
from project.demo.source import prefectures
from project.demo.stories import THIS_YEAR
from tests.demonstration import BEGINNING, TIANSHAN, chains_break, content, ledgers_break, seed
from workflows.quality_cycle.kind import State

pytestmark = [pytest.mark.slow(50), pytest.mark.django_db]
HERE = [persona for persona in PERSONAS if not persona.seats[0][0].startswith("33")]  # not those of the alliances
AHEAD = {"due_at", "original_due_at", "amber_at", "next_alarm_at"}  # dates of work lie ahead


@pytest.fixture(scope="module")
def tianshan(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[None]:
    """The county that the personas work in, made once for the tests here that only look."""
    with django_db_blocker.unblock(), override_settings(VAR_DIR=tmp_path_factory.mktemp("demo")):
        block = transaction.atomic()
        block._from_testcase = True  # type: ignore[attr-defined]  # the engine opens the outermost transactions
        with block:
            seed(TIANSHAN)
            yield
            transaction.set_rollback(True)
        forget_editions()


def waiting(login: str) -> Counter[str]:
    """What waits for a persona on the demonstration's first day, by node."""
    items = WorkItem.objects.open().addressed_to(Viewer(User.objects.get(username=login), TODAY))
    return Counter(item.node for item in items)


def test_every_state_of_a_year_occurs(tianshan: None) -> None:
    cycles = Case.objects.filter(kind="quality_cycle")
    assert set(cycles.filter(year=2020).values_list("state", flat=True)) == {State.ARCHIVED}
    assert set(cycles.filter(year=2021).values_list("state", flat=True)) == set(State) - {State.ARCHIVED}
    assert {"open", "in_progress", "fixed", "closed", "referred"} <= set(
        Case.objects.filter(kind="finding", year=2021).values_list("state", flat=True)
    )


def test_every_case_has_an_unbroken_chain_and_a_ledger_that_goes_with_its_state(tianshan: None) -> None:
    assert chains_break() == []
    assert ledgers_break() == []
    assert CaseEvent.objects.filter(verb="archive").exists()


def test_nothing_is_dated_outside_the_time_that_it_tells_of(tianshan: None) -> None:
    outside = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("cases").get_models()
        for field in model._meta.concrete_fields
        if field.get_internal_type() == "DateTimeField" and field.name not in AHEAD
        if "edition" not in model.__name__.lower()
        if model._base_manager.exclude(**{f"{field.name}__range": (BEGINNING, TODAY)})
        .exclude(**{f"{field.name}__isnull": True})
        .exists()
    ]
    assert outside == []


def test_each_submitted_version_is_sealed_and_the_files_are_what_their_rows_say(tianshan: None) -> None:
    seals = set(Evidence.objects.filter(purpose="sealed").values_list("case", "shows_digest"))
    assert seals == set(SelfCheckSubmission.objects.values_list("selfcheck", "digest"))
    endings = set()
    for evidence in Evidence.objects.all():
        with evidence.file.open() as file:
            assert hashlib.sha256(file.read()).hexdigest() == evidence.sha256
        endings.add(evidence.name.rpartition(".")[2])
    assert {"jpg", "pdf", "xlsx"} <= endings


def test_each_persona_signs_in_and_finds_something_to_do(tianshan: None) -> None:
    users = {user.username: user for user in User.objects.all()}
    for persona in HERE:
        assert users[persona.login].check_password(PASSWORD)
        seats = Viewer(users[persona.login], TODAY).own_seats
        codes = dict(OrgUnit.objects.values_list("pk", "code"))
        expected = {seat for seat in persona.seats if seat[1] not in PARTY_ROLES}  # who have no grants, only parts
        assert {(codes[unit], role) for unit, role in seats} == expected
    assert authenticate(RequestFactory().post("/login/"), username="filler", password=PASSWORD) == users["filler"]
    assert waiting("filler") == {"fill": 1}
    assert waiting("head")["confirm"] == 1
    assert waiting("filler2").keys() == {"take_up", "rectify"}
    assert waiting("filler3")["supplement"] == 1
    assert waiting("officer")["verify"] >= 3
    assert waiting("officer")["review"] >= 2
    assert waiting("approver") == {"approve": 1, "decide": 1}
    assert waiting("prefecture") == {"supervise": 1, "compile": 1}
    assert Case.objects.filter(kind="quality_cycle", unit__superior__code=TIANSHAN, state=State.VERIFIED).exists()


def test_the_halves_that_people_go_on_with_are_as_announced(tianshan: None) -> None:
    answers = SelfCheckAnswer.objects.filter(selfcheck__case__unit__code="650102-001", selfcheck__case__year=2021)
    assert (answers.count(), answers.filter(status="problem").count()) == (22, 4)
    verification = Verification.objects.get(case__unit__code="650102-003", case__year=2021, submission__no=2)
    assert verification.items.exclude(conclusion="").count() == 17
    assert WorkItem.objects.open().get(process=verification.case_id).owner.username == "officer"
    returned = Verification.objects.get(case__unit__code="650102-004", case__year=2021)
    assert list(returned.items.filter(to_return=True).values_list("item_code", flat=True)) == ["A1-18", "A1-26"]


def test_every_kind_of_incident_is_told(tianshan: None) -> None:
    assert Case.objects.exclude(held_at=None).filter(kind="quality_cycle").count() == 1
    extensions = Case.objects.filter(kind="extension").order_by("pk").values_list("state", flat=True)
    assert list(extensions) == ["granted", "requested"]
    assert Case.objects.filter(kind="supervision", state="active").count() == 1
    assert CaseEvent.objects.filter(verb="nudge").count() == 1
    assert Case.objects.filter(kind="common_problem", state="in_progress").count() == 1
    findings = Finding.objects.filter(case__year=2021)
    assert findings.filter(severity="serious").exclude(plan_accepted_at=None).count() == 1
    assert findings.exclude(recurrence_of=None).exists()
    assert findings.filter(case__state="continuing").exists()
    assert findings.filter(case__state="referred").exclude(enforcement_outcome="").count() == 1


def test_a_spot_check_stands_at_every_station_and_can_be_drawn_again(tianshan: None) -> None:
    record = SpotCheck.objects.get()
    assert reproduce(record).same
    event = CaseEvent.objects.get(case=record.pk, verb="draw")
    assert seed_from(event.details["system"], event.details["public"]) == record.seed
    states = Counter(Case.objects.filter(kind="visit").values_list("state", flat=True))
    assert states == {"concluded": 1, "visiting": 2, "delivered": 1, "concluding": 1, "cancelled": 1}
    assert record.entries.exclude(replaces=None).exclude(replaces__dropped_reason="").count() == 1
    concluded = Case.objects.get(kind="visit", state="concluded")
    found = Finding.objects.filter(source="region", case__created=concluded.visit.concluded_at)
    assert {finding.case.unit_id for finding in found} == {concluded.unit_id}
    assert found.exists()
    assert Evidence.objects.filter(case=concluded.pk, purpose="visit").count() == found.count()
    half = Case.objects.exclude(visit__visited_on=None).get(kind="visit", state="visiting")
    assert half.visit.items.exclude(status="").count() == 12
    assert waiting("expert2") == {"assess": 1, "sum_up": 1}
    follow = WorkItem.objects.open().get(process=record.pk)
    assert (follow.due_rule, follow.due_at > TODAY) == ("spot_check_teams", True)


def test_a_delegation_is_in_force_and_another_was_acted_under(tianshan: None) -> None:
    colleague = Viewer(User.objects.get(username="officer2"), TODAY)
    assert [name for absent in colleague.stands_in.values() for name in absent.values()] == ["李敏"]
    submitted = CaseEvent.objects.get(appointment__delegated_by__isnull=False, verb="submit")
    assert submitted.case.unit.code == "650102-003"
    assert submitted.appointment is not None
    assert submitted.appointment not in Appointment.objects.valid(TODAY.date())


def test_a_post_is_vacant_and_the_administrator_sees_it(tianshan: None) -> None:
    [found] = vacancies(Viewer(User.objects.get(username="sysadmin"), TODAY))
    assert (found.unit.code, found.role) == ("650102-011", "institution_filler")
    assert found.heads


def test_people_were_told_at_the_time_and_have_read_what_is_old(tianshan: None) -> None:
    assert not EventDelivery.objects.filter(done_at=None).exists()
    told = Message.objects.filter(recipient__username__in=[persona.login for persona in PERSONAS])
    levels = set(told.values_list("level", flat=True))
    assert {"task", "reminder", "escalation", "nudge", "info"} <= levels
    assert not told.exclude(created_at=F("event__at")).exists()
    assert told.filter(read_at=None).exists()
    assert not told.filter(read_at=None, created_at__lt=TODAY - dt.timedelta(days=7)).exists()
    assert not Dispatch.objects.exists()
    rungs = Alarm.objects.filter(item__process__unit__code="650102-001", item__process__year=2021)
    assert list(rungs.order_by("pk").values_list("rung", flat=True)) == [
        "-30",
        "-14",
        "-7",
        "-3",
        "-1",
        "+1",
        "+3",
        "+7",
    ]


def test_a_login_is_printed_for_each_persona(tianshan: None) -> None:
    said = io.StringIO()
    call_command("demo_logins", stdout=said)
    lines = said.getvalue().splitlines()
    assert any(PASSWORD in line for line in lines)
    for persona in HERE:
        assert any(line.startswith(f"{persona.login} ") and persona.name in line for line in lines)


def test_a_second_run_changes_nothing(tianshan: None) -> None:
    before = content()
    assert len(seed(TIANSHAN).splitlines()) == 1
    assert content() == before


def test_the_divisions_are_those_of_the_region() -> None:
    places = prefectures()
    counties = [county for place in places for county in place.counties]
    assert (len(places), len(counties)) == (14, 96)
    assert len({county.code for county in counties}) == len({county.name for county in counties}) == 96
    assert all(county.code[:4] == place.code[:4] for place in places for county in place.counties)
    assert len(institutions()) == 160
    assert {each.fate for each in institutions()} == {*THIS_YEAR, "told"}
