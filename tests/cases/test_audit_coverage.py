"""Every tracked write is in some chain, with who and why; by what each model is written stands here as a table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.accounts.administering import lend_password, set_active
from cases.accounts.proposing import propose
from cases.audit.layouts import label_of, tracked_tables
from cases.audit.sealing import SEALED, seal_rows
from cases.models import CaseEvent, Finding, SelfCheck, SystemEvent
from cases.models.audit import UnsealedRow
from cases.saving import sign
from tests.cases.audited import complete_history, faults
from tests.story import Story, problem
from tests.worlds import World, build_world, moment, person

ROOT = Path(__file__).parents[2]
AT = moment("2021-03-02")
STEP, DRAFT, NOTED = "a verb of its case", "drafts, sealed within a minute", "a named event of the system"

# A model with a history that is not here fails: say by what it is written, and see that it is so.
WRITTEN_BY: dict[str, set[str]] = {
    "accounts.proposal": {NOTED},
    "cases.activity": {STEP},
    "cases.annualplan": {STEP},
    "cases.appointment": {NOTED},
    "cases.case": {STEP},
    "cases.caseparty": {STEP},
    "cases.committeemember": {STEP},
    "cases.commonproblem": {STEP},
    "cases.drawentry": {STEP},
    "cases.edition": {NOTED, STEP},
    "cases.evidence": {DRAFT, STEP},
    "cases.extension": {STEP},
    "cases.filing": {DRAFT, STEP},
    "cases.finalscore": {DRAFT, STEP},
    "cases.finding": {STEP},
    "cases.findingprogress": {STEP},
    "cases.fund": {STEP},
    "cases.funduse": {STEP},
    "cases.guidanceentry": {STEP},
    "cases.guidanceyear": {STEP},
    "cases.hold": {STEP},
    "cases.inspectionnote": {STEP},
    "cases.localclosure": {NOTED},
    "cases.meeting": {STEP},
    "cases.membership": {STEP},
    "cases.orgunit": {NOTED},
    "cases.pilot": {DRAFT, STEP},
    "cases.pilotprogramme": {STEP},
    "cases.practice": {DRAFT, STEP},
    "cases.programme": {DRAFT, STEP},
    "cases.referral": {STEP},
    "cases.round": {DRAFT, STEP},
    "cases.score": {DRAFT, STEP},
    "cases.scoring": {DRAFT, STEP},
    "cases.selfcheck": {DRAFT, STEP},
    "cases.selfcheckanswer": {DRAFT},
    "cases.spotcheck": {DRAFT, STEP},
    "cases.summary": {DRAFT, STEP},
    "cases.summaryoverride": {DRAFT},
    "cases.summarytext": {DRAFT},
    "cases.supervision": {STEP},
    "cases.survey": {STEP},
    "cases.surveyanswer": {STEP},
    "cases.targetreading": {NOTED},
    "cases.user": {NOTED},
    "cases.verification": {DRAFT, STEP},
    "cases.verificationitem": {DRAFT, STEP},
    "cases.visit": {DRAFT, STEP},
    "cases.visititem": {DRAFT},
    "cases.workplan": {DRAFT, STEP},
    "notifications.preference": {NOTED},
    "notifications.webhook": {NOTED},
}
# Writing that sends no signal, on tracked models: each is followed by its history, or writes what has none.
PAST_THE_SIGNALS = {
    "cases/audit/people.py": "last_login, which the history leaves out",
    "cases/orgtree.py": "numchild, which the history leaves out",
    "cases/roster/links.py": "password, which the history leaves out",
    "notifications/alarms.py": "number of events and head of the chain, of which no version is kept",
    "workflows/step.py": "the engine's batch, with insert_history; the pin of an edition, with its history",
}


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> World:
    settings.AUDIT_DIR = tmp_path
    return build_world()


def test_every_model_with_a_history_is_in_the_table() -> None:
    assert {label_of(table) for table in tracked_tables()} == set(WRITTEN_BY)


def test_nothing_writes_a_tracked_model_past_the_signals_but_what_is_named_here() -> None:
    names = "|".join({table.instance_type.__name__ for table in tracked_tables()})
    bare = re.compile(
        rf"\b({names})\.objects\b[^\n]*\.(update|bulk_create|bulk_update|_raw_delete)\(|(update|insert)_rows\(({names}),"
    )
    found = {
        str(path.relative_to(ROOT))
        for folder in ("cases", "workflows", "notifications")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts and bare.search(path.read_text())
    }
    assert found == set(PAST_THE_SIGNALS)


def sealed_by() -> dict[str, set[str]]:
    """By which verbs the versions of each model are sealed."""
    found: dict[str, set[str]] = {}
    for model in (CaseEvent, SystemEvent):
        for verb, sealed in model._base_manager.values_list("verb", "sealed"):
            for name, _key, _digest in sealed:
                found.setdefault(name.removeprefix("file:").split("/")[0], set()).add(verb)
    return found


def test_a_cycle_leaves_nothing_that_no_verb_of_its_case_has_sealed(world: World) -> None:
    story = Story.open(world)
    seal_rows(AT, limit=10_000)  # what the builder of the world has put in
    before = SystemEvent.objects.filter(verb=SEALED).count()
    story.on("2021-03-01").submit({"A1-08": problem(), "A1-13": problem()})
    while seal_rows(AT):
        pass
    drafts = {
        name.split("/")[0]
        for sealed in SystemEvent.objects.filter(verb=SEALED).order_by("pk").values_list("sealed", flat=True)[before:]
        for name, _key, _digest in sealed
        if not name.startswith("file:")
    }
    assert drafts <= {label for label, ways in WRITTEN_BY.items() if DRAFT in ways}


def test_an_act_of_an_administrator_seals_what_it_wrote_and_says_why(world: World) -> None:
    newcomer = person("新来的")
    seal_rows(AT, limit=10_000)
    proposal = propose(
        newcomer,
        world.county,
        "county_officer",
        valid_from=AT.date(),
        valid_until=None,
        by=world.security_admin,
        at=AT,
        reason="调入。",
    )
    event = SystemEvent.objects.get(verb="propose")
    assert [name.split("/")[0] for name, _key, _digest in event.sealed] == ["accounts.proposal"]
    assert event.reason == "调入。"
    set_active(world.county_officer, False, by=world.system_admin, at=AT)
    lend_password(world.county_approver, by=world.system_admin, at=AT)
    disabled, lent = SystemEvent.objects.filter(verb__in=("disable_account", "lend_password")).order_by("pk")
    for event in (disabled, lent):
        assert [name.split("/")[0] for name, _key, _digest in event.sealed] == ["cases.user"]
        assert event.chain.unit == world.county
    row = world.county_approver.history.latest()
    assert (row.history_user, row.history_change_reason) == (world.system_admin, "lend_password")
    assert proposal.pk is not None
    assert not UnsealedRow.objects.exists()


def test_settings_and_closures_are_named_events(world: World) -> None:
    seal_rows(AT, limit=10_000)
    client = Client()
    client.force_login(world.county_officer)
    answer = client.post(
        reverse("message_settings"),
        {
            "address": "a@example.org",
            "email": "at_once",
            "digest_hour": "7",
            "quiet_from": "21:00",
            "quiet_until": "07:00",
            "language": "zh-hans",
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    event = SystemEvent.objects.get(verb="set_preferences")
    assert {name.split("/")[0] for name, _key, _digest in event.sealed} == {"notifications.preference", "cases.user"}
    assert (event.actor, event.chain.unit) == (world.county_officer, world.county)
    assert not UnsealedRow.objects.exists()


def test_steps_openings_and_the_clock_say_by_whom_and_why(world: World) -> None:
    story = Story.open(world)
    story.on("2021-03-01").submit({"A1-08": problem()})
    record = SelfCheck.history.filter(case_id=story.case.pk).earliest("history_id")
    for row in [*story.case.history.all(), *Finding.history.all(), record]:
        assert row.history_change_reason, row
        assert row.history_user is not None or row.history_change_reason == "open", row  # opened by the system here
    opened = story.case.history.earliest("history_id")
    assert opened.history_change_reason == "open"
    assert story.case.history.latest("history_id").history_change_reason == "submit"
    draft: Any = SelfCheck.objects.get(pk=story.case.pk)
    sign(draft, story.filler.user, AT)
    draft.save()
    assert draft.history.latest("history_id").history_change_reason == "draft"
    complete_history()
    assert faults() == []
