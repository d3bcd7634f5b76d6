"""The system's own chains: what goes there, with ids and digests and nothing else; and that every write is in one."""

from __future__ import annotations

import datetime as dt
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from cases.access import SYSTEM, Actor, appoint
from cases.audit import note, noting
from cases.audit.chains import MORE_ROWS
from cases.audit.daily import verify_daily, verify_now
from cases.audit.faults import Counts
from cases.audit.layouts import layout_of, tracked_tables
from cases.audit.sealing import seal_rows
from cases.audit.tracking import collecting
from cases.audit.verifying import verify
from cases.delegating import delegate
from cases.editions.pinned import forget_editions
from cases.models import Appointment, Case, CaseEvent, Finding, RowLayout, SavedView, SelfCheck, User, WorkItem
from cases.models.audit import AuditChain, SystemEvent, UnsealedRow
from cases.saving import sign
from tests.cases.audited import as_owner, complete_history, counted, faults, whole_story
from tests.story import Story, problem
from tests.worlds import World, build_world, moment, person

AT = moment("2021-03-02")


@pytest.fixture(autouse=True)
def fresh_editions() -> Iterator[None]:
    yield
    forget_editions()


@pytest.fixture(autouse=True)
def own_directory(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_DIR = tmp_path


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def verbs() -> list[str]:
    return list(SystemEvent.objects.order_by("pk").values_list("verb", flat=True))


# ── chains ──


def test_a_unit_has_a_chain_a_month_and_the_month_is_that_of_shanghai(world: World) -> None:
    for at in (dt.datetime(2021, 3, 31, 15, 59, tzinfo=dt.UTC), dt.datetime(2021, 3, 31, 16, 0, tzinfo=dt.UTC)):
        note("sign_in", by=SYSTEM, at=at, unit=world.county)
    chains = AuditChain.objects.filter(unit=world.county).values_list("key", "count")
    assert list(chains.order_by("key")) == [(f"{world.county.pk}/2021-03", 1), (f"{world.county.pk}/2021-04", 1)]


def test_an_event_seals_the_one_before_it(world: World) -> None:
    one, two = (note("sign_in", by=SYSTEM, at=AT, unit=world.county) for _time in range(2))
    assert (two.seq, two.previous_hash) == (2, one.hash)
    assert AuditChain.objects.get(unit=world.county).head == two.hash


def test_an_event_of_the_system_is_written_once(world: World) -> None:
    note("sign_in", by=SYSTEM, at=AT)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        SystemEvent.objects.update(verb="other")
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        SystemEvent.objects.all()._raw_delete("default")


@pytest.mark.postgres
def test_postgresql_refuses_to_truncate_events_of_the_system(world: World) -> None:
    note("sign_in", by=SYSTEM, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in ("cases_systemevent", "cases_historicalcase", "cases_rowlayout"):
        with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.sqlite
def test_sqlite_refuses_to_replace_an_event_of_the_system(world: World) -> None:
    note("sign_in", by=SYSTEM, at=AT)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT OR REPLACE INTO cases_systemevent SELECT * FROM cases_systemevent LIMIT 1")


# ── which rows belong to an event ──


def test_a_block_under_noting_seals_its_history_rows_and_leaves_nothing_behind_when_it_fails(world: World) -> None:
    before = UnsealedRow.objects.count()
    user = world.institution_filler
    with noting("change", by=SYSTEM, at=AT, unit=world.institution) as told:
        user.phone = "1"
        user.save()
        told.subject = user
    event = SystemEvent.objects.get(verb="change")
    row: Any = User.history.filter(id=user.pk).latest("history_id")
    layout = layout_of(row.__class__)
    assert event.sealed == [[layout.name, row.pk, layout.digest(getattr(row, name) for name in layout.columns)]]
    with pytest.raises(DatabaseError), noting("change", by=SYSTEM, at=AT):
        User(username=user.username).save()
    assert (SystemEvent.objects.filter(verb="change").count(), UnsealedRow.objects.count()) == (1, before)


def test_a_block_that_did_nothing_leaves_no_event(world: World) -> None:
    with noting("change", by=SYSTEM, at=AT):
        pass
    assert "change" not in verbs()


def test_a_large_import_is_several_events_of_the_same_chain(world: World) -> None:
    with collecting() as rows:
        User.history.bulk_history_create([world.institution_filler] * 1100)
    note("import", by=SYSTEM, at=AT, rows=rows)
    found = SystemEvent.objects.order_by("seq").filter(verb__in=("import", MORE_ROWS))
    assert [len(event.sealed) for event in found] == [500, 500, 100]


def test_a_draft_waits_in_the_queue_and_is_sealed_by_the_sweep(world: World) -> None:
    story = Story.open(world)
    seal_rows(AT, limit=10_000)
    draft: Any = SelfCheck.objects.get(pk=story.case.pk)
    draft.report = "草稿"
    sign(draft, story.filler.user, AT)
    draft.save()
    waiting = UnsealedRow.objects.get()
    assert waiting.row == draft.history.latest().pk
    assert seal_rows(AT) == 1
    event = SystemEvent.objects.filter(verb="seal_rows").latest("pk")
    assert event.sealed == [[waiting.label, waiting.row, waiting.digest]]
    assert (UnsealedRow.objects.count(), seal_rows(AT)) == (0, 0)


def test_a_draft_that_is_changed_before_the_sweep_comes_is_found_all_the_same(world: World) -> None:
    story = Story.open(world)
    complete_history()
    draft: Any = SelfCheck.objects.get(pk=story.case.pk)
    draft.save()
    row = draft.history.latest().pk
    as_owner("UPDATE cases_historicalselfcheck SET report = 'x' WHERE history_id = %s", [row])
    assert f"cases.selfcheck history row {row}" in [fault.where for fault in faults()]
    seal_rows(AT, limit=10_000)
    assert f"cases.selfcheck history row {row}" in [fault.where for fault in faults()]


def test_a_step_seals_the_versions_of_the_case_and_of_what_it_changed(world: World) -> None:
    story = Story.open(world)
    story.on("2021-03-01").submit({"A1-08": problem()})
    opened, *_others = CaseEvent.objects.filter(case=story.case).order_by("seq")
    assert [(name.split("/")[0], key) for name, key, _digest in opened.sealed] == [
        ("cases.case", None),
        ("cases.selfcheck", None),
    ]
    submitted = CaseEvent.objects.get(case=story.case, verb="submit")
    last = Case.history.filter(id=story.case.pk).latest("history_id")
    assert last.pk in [key for name, key, _digest in submitted.sealed if name.startswith("cases.case/")]
    finding = CaseEvent.objects.get(case=Finding.objects.get().case, seq=1)
    assert {name.split("/")[0] for name, _key, _digest in finding.sealed} == {"cases.case", "cases.finding"}


def test_a_file_that_comes_with_a_step_is_sealed_by_its_digest(world: World) -> None:
    story = Story.open(world)
    with collecting() as rows:
        kept = story.evidence(story.case, "sealed", story.head)
    assert ["file:cases.evidence", kept.pk, kept.sha256] in rows


def test_an_event_says_in_whose_name_it_was_done(world: World) -> None:
    story = Story.open(world)
    story.on("2021-03-02").submit()
    item = WorkItem.objects.open().get(process=story.case)
    WorkItem.objects.filter(pk=item.pk).update(owner=world.county_officer)
    held = Appointment.objects.get(user=world.county_officer, role="county_officer")
    days = {"from_": dt.date(2021, 3, 2), "until": dt.date(2021, 4, 1)}
    delegate(held, to=world.colleague, by=world.county_officer, at=story.at, reason="出差。", **days)
    assert verbs()[-1] == "delegate"
    story.verify().perform("conclude", Actor(world.colleague))
    submitted, concluded = CaseEvent.objects.filter(case=story.case, verb__in=("submit", "conclude")).order_by("seq")
    said = (submitted.acted_for, concluded.actor, concluded.acted_for)
    assert said == (None, world.colleague, world.county_officer)


def test_events_of_before_verify_in_the_form_of_their_time(world: World) -> None:
    story = whole_story_of_before(world)
    assert faults() == []
    as_owner("UPDATE cases_caseevent SET reason = 'x' WHERE case_id = %s AND seq = 1", [story.case.pk])
    assert faults()[0].where == f"case {story.case.uid}, event 1"


def whole_story_of_before(world: World) -> Story:
    """A chain whose first event was written by the release that sealed no rows."""
    from cases.events import event_hash
    from cases.immutability import rewriting

    story = Story.open(world)
    complete_history()
    with rewriting():
        event = CaseEvent.objects.select_related("case").get(case=story.case)
        rows = [*Case.history.filter(id=story.case.pk), *SelfCheck.history.filter(case_id=story.case.pk)]
        event.format, event.sealed = 1, []
        event.hash = event_hash(event)
        CaseEvent.objects.filter(pk=event.pk).update(format=1, sealed=[], hash=event.hash)
        Case.objects.filter(pk=story.case.pk).update(chain_head=event.hash)
    # As the migration does it: what is there is queued without a digest and sealed as it is found.
    for row in rows:
        UnsealedRow.objects.create(label=layout_of(row.__class__).label, row=row.pk)
    seal_rows(AT, limit=10_000)
    return story


# ── what is noted ──


def test_signing_in_and_out_and_failing_are_noted_without_a_word_of_what_was_typed(world: World) -> None:
    client = Client()
    credentials = {"username": world.county_officer.username, "password": "correct horse"}
    client.post(reverse("login"), {**credentials, "password": "hunter2-secret"})
    client.post(reverse("login"), {"username": "nobody-here-13812345678", "password": "hunter2-secret"})
    client.post(reverse("login"), credentials)
    client.post(reverse("logout"))
    found = list(SystemEvent.objects.filter(verb__startswith="sign_").order_by("pk"))
    assert [event.verb for event in found] == ["sign_in_failed", "sign_in_failed", "sign_in", "sign_out"]
    assert [event.subject for event in found] == [f"cases.user:{world.county_officer.pk}", "", *[found[0].subject] * 2]
    assert [event.actor_id for event in found] == [None, None, world.county_officer.pk, world.county_officer.pk]
    assert found[0].chain.unit == world.county
    assert {event.address for event in found} == {"127.0.0.1"}
    said = json.dumps([[event.details, event.reason, event.subject] for event in found])
    assert "hunter2" not in said
    assert "13812345678" not in said


def test_appointing_is_noted_in_the_chain_of_the_unit(world: World) -> None:
    held = appoint(
        person("新来的"), world.county, "county_officer", valid_from=AT.date(), by=world.security_admin, at=AT
    )
    event = SystemEvent.objects.get(verb="appoint", subject=f"cases.appointment:{held.pk}")
    assert (event.chain.unit, event.actor) == (world.county, world.security_admin)
    assert [name.split("/")[0] for name, _key, _digest in event.sealed] == ["cases.appointment"]


def test_an_edition_that_changes_is_noted_with_its_digest(world: World) -> None:
    event = SystemEvent.objects.get(verb="store_editions")
    assert set(event.details) >= {"quality-cycle 2021", "quality-cycle 2022"}


def test_what_an_inspector_reads_is_noted_and_what_others_read_in_their_work_is_not(world: World) -> None:
    story = Story.open(world)
    for reader in (world.county_officer, world.inspector):
        client = Client()
        client.force_login(reader)
        for _time in range(2):
            assert client.get(reverse("case", args=[story.case.pk])).status_code == 200
    event = SystemEvent.objects.get(verb="read")
    assert (event.actor, event.details) == (world.inspector, {"case": str(story.case.uid)})


def test_an_export_is_noted(world: World) -> None:
    Story.open(world)
    client = Client()
    client.force_login(world.county_officer)
    answer: Any = client.get(reverse("ledger_export"))
    assert b"".join(answer.streaming_content)
    assert SystemEvent.objects.get(verb="export").details["what"] == "ledger"


# ── the page, the day's verification, and alarms ──


def reads(world: World, who: str) -> Any:
    client = Client()
    client.force_login(world.people[who])
    return client.get(reverse("audit"))


@pytest.mark.parametrize("who", ["auditor", "inspector"])
def test_auditors_and_inspectors_see_what_was_found(who: str, world: World) -> None:
    assert "尚未" in reads(world, who).content.decode() or reads(world, who).status_code == 200
    complete_history()
    verify_daily(AT)
    assert reads(world, who).context["total"] == 0
    as_owner("UPDATE cases_user SET phone = '1' WHERE id = %s", [world.county_officer.pk])
    verify_now(AT, by=SYSTEM)
    page = reads(world, who)
    assert page.context["total"] == 1
    assert f"cases.user {world.county_officer.pk}" in page.content.decode()


def test_auditors_and_inspectors_are_told_of_faults_on_every_page_and_nobody_else_is(world: World) -> None:
    complete_history()
    verify_daily(AT)

    def told(who: str) -> bool:
        client = Client()
        client.force_login(world.people[who])
        return reverse("audit") in client.get(reverse("me")).content.decode().partition('role="alert"')[2]

    assert not told("auditor")
    as_owner("UPDATE cases_user SET phone = '1' WHERE id = %s", [world.county_officer.pk])
    verify_now(AT, by=SYSTEM)
    assert [told(who) for who in ("auditor", "inspector", "county_officer", "system_admin")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("who", ["county_officer", "institution_filler", "system_admin", "security_admin"])
def test_nobody_else_sees_the_proof(who: str, world: World) -> None:
    assert reads(world, who).status_code == 403


def test_it_is_verified_once_a_day_and_when_somebody_asks(world: World) -> None:
    complete_history()
    assert [verify_daily(moment(at)) for at in ("2021-03-02 00:10", "2021-03-02 18:00", "2021-03-03 00:01")] == [
        1,
        0,
        1,
    ]
    client = Client()
    client.force_login(world.inspector)
    client.post(reverse("audit_again"))
    client.post(reverse("audit_again"))
    assert verbs().count("verification_asked") == 1
    assert [verify_daily(moment("2021-03-03 09:00")) for _time in range(2)] == [1, 0]


def test_memory_does_not_grow_with_what_is_verified(db: None) -> None:
    story = whole_story()
    more_of(story, 2_500)
    peak()
    small = peak()
    more_of(story, 7_500)
    assert peak() < small * 1.25


def more_of(story: Story, rows: int) -> None:
    for _time in range(rows // 500):
        with noting("rows", by=SYSTEM, at=AT):
            Case.history.bulk_history_create([story.case] * 500, update=True)
        for _event in range(100):
            note("event", by=SYSTEM, at=AT, details={"x": "y" * 200})


def verify_once() -> None:
    for _fault in verify(Counts()):
        pass


def peak() -> int:
    tracemalloc.start()
    verify_once()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


# ── drift works for every model that has a history, present and to come ──


def test_every_history_table_has_its_layout_written_down(db: None) -> None:
    kept = set(RowLayout.objects.values_list("label", "tag"))
    assert {(layout.label, layout.tag) for layout in map(layout_of, tracked_tables())} <= kept
    assert "notifications.preference" in {label for label, _tag in kept}
    assert not hasattr(SavedView, "history")


def test_a_digest_is_the_same_before_a_row_is_stored_and_after_it_was_read(db: None) -> None:
    whole_story()
    assert counted().history_rows > 50
