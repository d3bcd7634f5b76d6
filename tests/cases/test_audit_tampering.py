"""Whoever owns the database and switches the triggers off is found, and the place is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from cases.access import SYSTEM
from cases.audit import note
from cases.audit.anchors import anchors_file
from cases.audit.chains import hash_of_system_event
from cases.audit.faults import Counts, Fault
from cases.audit.layouts import layout_of
from cases.audit.verifying import verify
from cases.editions.pinned import forget_editions
from cases.events import event_hash
from cases.immutability import rewriting
from cases.models import Case, CaseEvent, Evidence, Finding, SelfCheckSubmission
from cases.models.audit import AuditChain, SystemEvent
from cases.selfcheck import digest
from tests.cases.audited import as_owner, counted, faults, rewrite_consistently, whole_story
from tests.filing import Filing
from tests.story import Story
from tests.worlds import moment

pytestmark = pytest.mark.each


@pytest.fixture(autouse=True)
def fresh_editions() -> Iterator[None]:
    yield
    forget_editions()


@pytest.fixture
def story(db: None, settings: Any, tmp_path: Path) -> Story:
    settings.AUDIT_DIR = tmp_path
    told = whole_story()
    note("sign_in", by=SYSTEM, at=moment("2021-03-02"), unit=told.unit)
    note("sign_out", by=SYSTEM, at=moment("2021-03-03"), unit=told.unit)
    note("sign_in", by=SYSTEM, at=moment("2021-03-04"), unit=told.unit)
    return told


def test_what_nobody_has_touched_agrees_with_itself_and_is_not_called_anchored(story: Story) -> None:
    found = counted()
    assert found.events == found.cases + 2
    assert (found.system_events, found.files, found.unsealed_rows) == (SystemEvent.objects.count(), 1, 0)
    assert found.history_rows > found.live_rows
    assert found.not_anchored == found.events + found.system_events


# ── events ──


def edit_event(story: Story) -> str:
    as_owner("UPDATE cases_caseevent SET reason = %s WHERE case_id = %s AND seq = 2", ["改写", story.case.pk])
    return f"case {story.case.uid}, event 2"


def edit_event_with_its_hash(story: Story) -> str:
    with rewriting():
        event = CaseEvent.objects.select_related("case").get(case=story.case, seq=2)
        event.reason = "改写"
        CaseEvent.objects.filter(pk=event.pk).update(reason=event.reason, hash=event_hash(event))
    return f"case {story.case.uid}, event 3"


def edit_what_an_event_seals(story: Story) -> str:
    as_owner("UPDATE cases_caseevent SET sealed = '[]' WHERE case_id = %s AND seq = 3", [story.case.pk])
    return f"case {story.case.uid}, event 3"


def call_an_event_one_of_before(story: Story) -> str:
    as_owner("UPDATE cases_caseevent SET format = 1 WHERE case_id = %s AND seq = 1", [story.case.pk])
    return f"case {story.case.uid}, event 1"


def delete_event(story: Story) -> str:
    free_events()
    as_owner("DELETE FROM cases_caseevent WHERE case_id = %s AND seq = 2", [story.case.pk])
    return f"case {story.case.uid}, event 2"


def delete_last_event(story: Story) -> str:
    free_events()
    as_owner("DELETE FROM cases_caseevent WHERE case_id = %s AND seq = 3", [story.case.pk])
    return f"case {story.case.uid}, event 3"


def insert_event(story: Story) -> str:
    with rewriting():
        event = CaseEvent.objects.select_related("case").get(case=story.case, seq=3)
        event.pk, event.seq, event.previous_hash = None, 4, event.hash
        event.hash = event_hash(event)
        event.save(force_insert=True)
    return f"case {story.case.uid}"


def replace_event(story: Story) -> str:
    with rewriting():
        first = CaseEvent.objects.get(case=story.case, seq=1)
        values = {f.attname: getattr(first, f.attname) for f in CaseEvent._meta.concrete_fields}
        del values["id"], values["seq"]
        CaseEvent.objects.filter(case=story.case, seq=2).update(**values)
    return f"case {story.case.uid}, event 2"


def reorder_events(story: Story) -> str:
    for old, new in ((1, 9), (2, 1), (9, 2)):
        as_owner("UPDATE cases_caseevent SET seq = %s WHERE case_id = %s AND seq = %s", [new, story.case.pk, old])
    return f"case {story.case.uid}, event 1"


def empty_events(story: Story) -> str:
    free_events()
    if connection.vendor == "postgresql":
        as_owner("SET CONSTRAINTS ALL IMMEDIATE")
        as_owner("TRUNCATE cases_caseevent CASCADE")
    else:
        as_owner("DELETE FROM cases_caseevent")
    return f"case {Case.objects.earliest('pk').uid}, event 1"


def free_events() -> None:
    """What refers to events stands in the way of their deletion."""
    for table in ("notifications_message", "notifications_alarm", "cases_eventdelivery"):
        as_owner(f"DELETE FROM {table}")  # noqa: S608


# ── the system's own events ──


def edit_system_event(story: Story) -> str:
    key = chain_of(story)
    as_owner("UPDATE cases_systemevent SET address = '10.0.0.1' WHERE chain_id = %s AND seq = 2", [key.pk])
    return f"chain {key.key}, event 2"


def delete_system_event(story: Story) -> str:
    key = chain_of(story)
    as_owner("DELETE FROM cases_systemevent WHERE chain_id = %s AND seq = 3", [key.pk])
    return f"chain {key.key}, event 3"


def chain_of(story: Story) -> AuditChain:
    return AuditChain.objects.get(unit=story.unit)


def insert_system_event(story: Story) -> str:
    key = chain_of(story)
    with rewriting():
        event = SystemEvent.objects.get(chain=key, seq=3)
        event.pk, event.seq, event.previous_hash = None, 4, event.hash
        event.hash = hash_of_system_event(key.key, event)
        event.save(force_insert=True)
    return f"chain {key.key}"


def replace_system_event(story: Story) -> str:
    key = chain_of(story)
    with rewriting():
        first = SystemEvent.objects.get(chain=key, seq=1)
        values = {f.attname: getattr(first, f.attname) for f in SystemEvent._meta.concrete_fields}
        del values["id"], values["seq"]
        SystemEvent.objects.filter(chain=key, seq=2).update(**values)
    return f"chain {key.key}, event 2"


def reorder_system_events(story: Story) -> str:
    key = chain_of(story)
    for old, new in ((1, 9), (2, 1), (9, 2)):
        as_owner("UPDATE cases_systemevent SET seq = %s WHERE chain_id = %s AND seq = %s", [new, key.pk, old])
    return f"chain {key.key}, event 1"


def empty_system_events(story: Story) -> str:
    if connection.vendor == "postgresql":
        as_owner("SET CONSTRAINTS ALL IMMEDIATE")
        as_owner("TRUNCATE cases_systemevent CASCADE")
    else:
        as_owner("DELETE FROM cases_systemevent")
    return f"chain {AuditChain.objects.earliest('pk').key}, event 1"


# ── what was submitted ──


def edit_submission(story: Story) -> str:
    row = submission_of(story)
    with rewriting():
        answers = {**row.snapshot["answers"], "A1-08": {**row.snapshot["answers"]["A1-08"], "status": "compliant"}}
        SelfCheckSubmission.objects.filter(pk=row.pk).update(snapshot={**row.snapshot, "answers": answers})
    return f"cases.selfchecksubmission {row.pk}"


def edit_submission_with_its_digest(story: Story) -> str:
    row = submission_of(story)
    with rewriting():
        content = {**row.snapshot, "report": "改写"}
        SelfCheckSubmission.objects.filter(pk=row.pk).update(snapshot=content, digest=digest(content))
    return f"cases.selfchecksubmission {row.pk}"


def edit_what_is_counted_of_a_submission(story: Story) -> str:
    row = submission_of(story)
    as_owner("UPDATE cases_selfchecksubmission SET medical_beds = 999 WHERE id = %s", [row.pk])
    return f"cases.selfchecksubmission {row.pk}"


def delete_submission(story: Story) -> str:
    row = submission_of(story)
    as_owner("DELETE FROM cases_selfchecksubmission WHERE id = %s", [row.pk])
    return f"cases.selfchecksubmission {row.pk}"


def insert_submission(story: Story) -> str:
    row = submission_of(story)
    row.pk, row.no = None, 2
    row.save(force_insert=True)
    return f"cases.selfchecksubmission {row.pk}"


def submission_of(story: Story) -> SelfCheckSubmission:
    return SelfCheckSubmission.objects.get(selfcheck=story.case.pk)


# ── history ──


def history_of_finding() -> Any:
    return Finding.history.earliest("history_id")


def edit_history(story: Story) -> str:
    row = history_of_finding()
    as_owner("UPDATE cases_historicalfinding SET problem = %s WHERE history_id = %s", ["没有问题。", row.pk])
    return f"first cases.finding history row of case {row.case_id}"


def edit_history_and_the_row(story: Story) -> str:
    as_owner("UPDATE cases_finding SET problem = %s WHERE case_id = %s", ["没有。", history_of_finding().case_id])
    return edit_history(story)


def edit_who_changed_it(story: Story) -> str:
    row = Case.history.filter(id=story.case.pk).latest("history_id")
    other: Any = story.officer.user
    as_owner("UPDATE cases_historicalcase SET history_user_id = %s WHERE history_id = %s", [other.pk, row.pk])
    return f"cases.case history row {row.pk}"


def delete_history(story: Story) -> str:
    row = Case.history.filter(id=story.case.pk).order_by("history_id")[1]
    as_owner("DELETE FROM cases_historicalcase WHERE history_id = %s", [row.pk])
    return f"cases.case history row {row.pk}"


def insert_history(story: Story) -> str:
    row = Case.history.filter(id=story.case.pk).latest("history_id")
    row.pk = None
    row.save(force_insert=True)
    return f"cases.case history row {row.pk}"


def replace_history(story: Story) -> str:
    rows = Case.history.filter(id=story.case.pk).order_by("history_id")
    as_owner("UPDATE cases_historicalcase SET state = %s WHERE history_id = %s", [rows[2].state, rows[1].pk])
    return f"cases.case history row {rows[1].pk}"


def reorder_history(story: Story) -> str:
    one, two = (row.pk for row in Case.history.filter(id=story.case.pk).order_by("history_id")[1:3])
    for old, new in ((one, 10**6), (two, one), (10**6, two)):
        as_owner("UPDATE cases_historicalcase SET history_id = %s WHERE history_id = %s", [new, old])
    return f"cases.case history row {one}"


def empty_history(story: Story) -> str:
    first = history_of_finding().case_id
    if connection.vendor == "postgresql":
        as_owner("SET CONSTRAINTS ALL IMMEDIATE")
        as_owner("TRUNCATE cases_historicalfinding")
    else:
        as_owner("DELETE FROM cases_historicalfinding")
    return f"first cases.finding history row of case {first}"


def edit_the_row(story: Story) -> str:
    as_owner("UPDATE cases_case SET state = 'archived' WHERE id = %s", [story.case.pk])
    return f"cases.case {story.case.pk}"


def delete_the_row(story: Story) -> str:
    row = Evidence.objects.get()
    as_owner("DELETE FROM cases_evidence WHERE id = %s", [row.pk])
    return f"evidence {row.pk}"


# ── files and editions ──


def replace_file(story: Story) -> str:
    kept = Evidence.objects.get()
    Path(kept.file.path).write_bytes(b"x" * kept.size)
    return f"evidence {kept.pk}"


def lose_file(story: Story) -> str:
    kept = Evidence.objects.get()
    default_storage.delete(str(kept.file.name))
    return f"evidence {kept.pk}"


def change_an_edition(story: Story) -> str:
    edition = story.case.edition
    with rewriting():
        type(edition).objects.filter(pk=edition.pk).update(data={**edition.data, "title_zh": "改名"})
    return f"edition {edition.pk}"


TAMPERING: list[Callable[[Story], str]] = [
    edit_event,
    edit_event_with_its_hash,
    edit_what_an_event_seals,
    call_an_event_one_of_before,
    delete_event,
    delete_last_event,
    insert_event,
    replace_event,
    reorder_events,
    empty_events,
    edit_system_event,
    delete_system_event,
    insert_system_event,
    replace_system_event,
    reorder_system_events,
    empty_system_events,
    edit_submission,
    edit_submission_with_its_digest,
    edit_what_is_counted_of_a_submission,
    delete_submission,
    insert_submission,
    edit_history,
    edit_history_and_the_row,
    edit_who_changed_it,
    delete_history,
    insert_history,
    replace_history,
    reorder_history,
    empty_history,
    edit_the_row,
    delete_the_row,
    replace_file,
    lose_file,
    change_an_edition,
]


@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda tamper: tamper.__name__)
def test_it_is_found_and_the_first_fault_names_the_place(tamper: Callable[[Story], str], story: Story) -> None:
    counted()
    place = tamper(story)
    found = faults()
    assert found, "nothing was found"
    assert found[0].where == place, [str(each) for each in found[:5]]


# ── rewriting everything so that it agrees with itself again ──


def test_a_chain_rewritten_as_a_whole_agrees_with_itself_and_is_said_not_to_be_anchored(story: Story) -> None:
    rewrite_consistently(story.case, 2, "改写")
    assert counted().not_anchored > 0


def anchor(day: str) -> None:
    from cases.audit.anchors import write_anchor

    assert write_anchor(moment(day)) == 1


def test_a_chain_rewritten_as_a_whole_after_an_anchor_is_found_by_the_anchor(story: Story) -> None:
    anchor("2021-03-05 01:00")
    assert counted().not_anchored == 1  # the note of the anchor itself
    rewrite_consistently(story.case, 2, "改写")
    (fault, *_others) = faults()
    assert fault == Fault(
        "anchor",
        f"chain {story.case.uid}, up to event 3",
        "is not what anchor 1 covers: it was rewritten afterwards",
    )


def test_an_older_anchor_still_counts_after_the_chain_has_gone_on(story: Story) -> None:
    anchor("2021-03-05 01:00")
    story.on("2021-03-06").perform("withdraw", story.head, reason="补充。")
    anchor("2021-03-07 01:00")
    anchor("2021-03-08 01:00")
    counted()
    rewrite_consistently(story.case, 4, "改写")
    assert [fault.where for fault in faults()][:1] == [f"chain {story.case.uid}, up to event 4"]
    rewrite_consistently(story.case, 1, "改写")
    assert [fault.where for fault in faults()][:1] == [f"chain {story.case.uid}, up to event 3"]


def test_events_cut_off_with_the_count_of_the_case_are_found_by_the_anchor(story: Story) -> None:
    anchor("2021-03-05 01:00")
    free_events()
    before = CaseEvent.objects.get(case=story.case, seq=2)
    as_owner("DELETE FROM cases_caseevent WHERE case_id = %s AND seq = 3", [story.case.pk])
    Case.objects.filter(pk=story.case.pk).update(event_count=2, chain_head=before.hash)
    assert faults()[0].where == f"chain {story.case.uid}, event 3"


def test_a_chain_that_is_taken_away_as_a_whole_is_missed_by_the_anchor(story: Story) -> None:
    anchor("2021-03-05 01:00")
    key = chain_of(story)
    as_owner("DELETE FROM cases_systemevent WHERE chain_id = %s", [key.pk])
    as_owner("DELETE FROM cases_auditchain WHERE id = %s", [key.pk])
    assert faults()[0].where == f"chain {key.key}"


def rewrite_history_and_all(story: Story) -> Any:
    """A finding's words in its row, its versions, what events seal of them, and every hash after that."""
    finding = Finding.objects.get(case=history_of_finding().case_id)
    with rewriting():
        Finding.objects.filter(pk=finding.pk).update(problem="没有问题。")
        versions = Finding.history.filter(case_id=finding.pk)
        before = {row.pk: digests(row) for row in versions}
        versions.update(problem="没有问题。")
        after = {row.pk: digests(row) for row in Finding.history.filter(case_id=finding.pk)}
        anew = {old: new for key in before for old, new in zip(before[key], after[key], strict=True)}
        for event in CaseEvent.objects.filter(case=finding.case_id):
            sealed = [[name, key, anew.get(digest, digest)] for name, key, digest in event.sealed]
            CaseEvent.objects.filter(pk=event.pk).update(sealed=sealed)
    rewrite_consistently(finding.case, 1, "")
    return finding.case


def digests(row: Any) -> tuple[str, str]:
    model: Any = type(row)
    layout = layout_of(model)
    values = [getattr(row, name) for name in layout.columns]
    return layout.digest(values), layout.digest_at_opening(values)


def test_records_versions_and_events_rewritten_together_are_found_by_the_anchor_alone(story: Story) -> None:
    rewrite_history_and_all(story)
    assert counted().not_anchored > 0  # before the first anchor nothing proves it, and that is said


def test_records_versions_and_events_rewritten_together_after_an_anchor_are_found(story: Story) -> None:
    anchor("2021-03-05 01:00")
    case = rewrite_history_and_all(story)
    assert faults()[0].where == f"chain {case.uid}, up to event {case.event_count}"


def test_anchors_rewritten_with_everything_else_are_found_by_a_copy_of_the_old_ones(
    story: Story, settings: Any, tmp_path: Path
) -> None:
    anchor("2021-03-05 01:00")
    kept = tmp_path / "kept.jsonl"
    kept.write_bytes(anchors_file().read_bytes())
    rewrite_history_and_all(story)
    settings.AUDIT_DIR = tmp_path / "made-anew"
    told = SystemEvent.objects.select_related("chain").get(verb="anchor")
    as_owner("DELETE FROM cases_systemevent WHERE id = %s", [told.pk])
    AuditChain.objects.filter(pk=told.chain_id).update(count=told.seq - 1, head=told.previous_hash)
    anchor("2021-03-05 01:00")
    assert faults() == []
    assert next(verify(Counts(), anchors=kept)).part == "anchor"


def test_figures_and_records_behind_them_that_were_changed_after_filing_are_found(story: Story) -> None:
    version = Filing.open(story.world).on("2021-10-18").submit()
    assert [each for each in faults() if each.part == "filed"] == []
    assert version.entries.exists()
    as_owner("UPDATE cases_summaryentry SET amount = amount + 1 WHERE version_id = %s", [version.pk])
    (found,) = [each for each in faults() if each.part == "filed"]
    assert found.where == f"cases.summaryversion {version.pk}"
