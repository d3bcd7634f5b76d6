"""The inspector's workplace: trails searched and read, two days compared, one case proved; nothing else is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, reverse

from cases.access import SYSTEM
from cases.audit import people
from cases.audit.anchors import write_anchor
from cases.audit.sealing import seal_rows
from cases.delegating import delegate
from cases.errors import Refusal, WrongRole
from cases.models import Appointment, Case, CaseEvent, Finding, InspectionNote, SelfCheckAnswer, WorkItem
from cases.models.audit import SystemEvent
from cases.roles import Role
from cases.saving import sign
from tests.cases.audited import as_owner, complete_history, rewrite_consistently
from tests.story import Story, problem
from tests.worlds import moment, person
from workflows.engine import begin, perform
from workflows.inspection import search as searching
from workflows.inspection.proof import prove
from workflows.inspection.records import branches
from workflows.inspection.search import SearchForm, search
from workflows.inspection.spans import times_of
from workflows.inspection.trail import trail_of
from workflows.kinds import KINDS
from workflows.step import Batch

pytestmark = pytest.mark.django_db
TODAY = "2021-10-15 10:00"


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.AUDIT_DIR = tmp_path
    with time_machine.travel(moment(TODAY), tick=False):
        yield


@pytest.fixture
def told(story: Story) -> Story:
    """Submitted with a problem, returned once, submitted again, approved; the finding is put right in September."""
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-03-10").perform("return_", story.officer, whole="请补充。", items={}, reason="请补充。")
    story.on("2021-03-22").perform("request_confirmation", story.filler)
    story.seal().perform("submit", story.head)
    story.on("2021-04-06").approve()
    (finding,) = story.findings()
    perform(finding.case, "start", by=story.filler, at=moment("2021-09-01"))
    story.on("2021-10-08").fix(finding)
    complete_history()
    seal_rows(moment("2021-10-09"), limit=10_000)
    return story


def sign_in(user: Any) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def get(user: Any, name: str, *args: Any, **query: Any) -> Any:
    return sign_in(user).get(reverse(name, args=args), query)


def asked(**fields: str) -> dict[str, Any]:
    form = SearchForm(fields)
    assert form.is_valid(), form.errors
    return form.cleaned_data


def found(story: Story, **fields: str) -> list[CaseEvent]:
    return search(story.world.viewer("inspector", moment(TODAY)), asked(**fields)).events


def verbs(events: list[CaseEvent]) -> list[str]:
    return [event.verb for event in events]


# ── search ──


def test_all_events_of_the_units_below_are_listed_the_latest_first(told: Story) -> None:
    events = found(told)
    assert len(events) == CaseEvent.objects.count()
    assert [event.at for event in events] == sorted((event.at for event in events), reverse=True)


FILTERS: list[tuple[dict[str, str], set[str]]] = [
    ({"verb": "return_"}, {"return_"}),
    ({"verb": "*back"}, {"return_"}),
    ({"reason": "补充"}, {"return_"}),
    ({"person": "county_approver"}, {"approve", "confirm"}),
    ({"since": "2021-10-01"}, {"fix"}),
    ({"since": "2021-09-01", "until": "2021-09-30"}, {"start"}),
    ({"kind": "finding", "until": "2021-03-05"}, {"open"}),
    ({"unit": "650102-001", "verb": "fix"}, {"fix"}),
    ({"unit": "松鹤"}, set()),
    ({"unit": "没有这个单位"}, set()),
    ({"number": "2021-650102-0001", "verb": "*state"}, {"open", "start", "fix"}),
    ({"person": "没有这个人"}, set()),
]


def test_each_filter_narrows(told: Story) -> None:
    assert [set(verbs(found(told, **fields))) for fields, _wanted in FILTERS] == [wanted for _f, wanted in FILTERS]


def test_what_somebody_did_for_a_person_is_found_by_either_name(told: Story) -> None:
    officer, (finding,) = told.world.county_officer, told.findings()
    perform(finding.case, "claim", by=told.officer, at=moment("2021-10-09"))
    held = Appointment.objects.get(user=officer)
    dates = {"from_": moment("2021-10-10").date(), "until": moment("2021-11-10").date()}
    delegate(held, told.world.colleague, **dates, by=officer, at=moment("2021-10-09"), reason="外出")
    perform(finding.case, "return_", by=told.world.actor("colleague"), at=moment("2021-10-12"), reason="照片不清。")
    event = CaseEvent.objects.get(case=finding.pk, verb="return_")
    assert event.acted_for == officer
    assert event in found(told, person=officer.name)
    assert event in found(told, person=told.world.colleague.name)
    html = get(told.world.inspector, "inspection_case", finding.pk).content.decode()
    assert f"{told.world.colleague.name} (for {officer.name}" in html


def test_inspectors_see_the_events_of_their_own_units_only(told: Story) -> None:
    elsewhere = person("elsewhere", Role.INSPECTOR, told.world.other_prefecture)
    answer = get(elsewhere, "inspection")
    assert answer.status_code == 200
    assert answer.context["rows"] == []
    assert get(elsewhere, "inspection_case", told.case.pk).status_code == 404


def test_a_page_says_how_far_back_it_has_looked(told: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "LOOKED_THROUGH", 3)
    viewer, looked, events = told.world.viewer("inspector", moment(TODAY)), 0, []
    after = ""
    while True:
        page = search(viewer, asked(verb="open"), after=after)
        events += page.events
        if not page.next:
            break
        looked += page.looked_back_to is not None
        after = page.next
    assert len(events) == CaseEvent.objects.filter(verb="open").count()
    assert len({event.pk for event in events}) == len(events)
    assert looked > 1


def test_pages_follow_one_another_without_gaps(told: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "ROWS", 2)
    viewer, after, keys = told.world.viewer("inspector", moment(TODAY)), "", []
    while True:
        page = search(viewer, asked(), after=after)
        keys += [event.pk for event in page.events]
        after = page.next
        if not after:
            break
    assert sorted(keys) == sorted(CaseEvent.objects.values_list("pk", flat=True))


def test_a_page_asks_the_same_number_of_queries_whatever_it_shows(told: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = told.world.viewer("inspector", moment(TODAY))
    assert viewer.grants
    counts = set()
    for rows in (1, 20):
        monkeypatch.setattr(searching, "ROWS", rows)
        with CaptureQueriesContext(connection) as queries:
            page = search(viewer, asked())
            assert [str(event.case.unit) and str(event.actor) for event in page.events]
        counts.add(len(queries))
    assert counts == {2}


@pytest.mark.sqlite
def test_a_page_of_all_trails_begins_at_the_index_by_time(told: Story) -> None:
    viewer = told.world.viewer("inspector", moment(TODAY))
    assert viewer.grants
    for fields in ({}, {"verb": "*back", "kind": "finding"}, {"reason": "补充"}):
        with CaptureQueriesContext(connection) as queries:
            search(viewer, asked(**fields))
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {queries[-1]['sql']}")
            plan = [row[-1] for row in cursor.fetchall()]
        assert "event_by_time" in plan[0]
        assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan)


def test_filters_that_cannot_be_are_refused_and_kept(told: Story) -> None:
    answer = get(told.world.inspector, "inspection", since="2021-05-02", until="2021-05-01", reason="补充")
    assert answer.status_code == 422
    assert "补充" in answer.content.decode()


# ── the trail ──


def test_the_trail_shows_old_and_new_of_every_field(told: Story) -> None:
    (finding,) = told.findings()
    lines = {line.seq: line for line in trail_of(finding.case).lines}
    fix = max(lines.values(), key=lambda line: line.seq)
    rows = {label: (old, new) for change in fix.changes for label, old, new in change.rows}
    assert ("", "已完成培训，抽查合格。") in rows.values()
    states = {(str(old), str(new)) for old, new in rows.values()}
    kind = KINDS["finding"]
    assert (str(kind.state_label("in_progress")), str(kind.state_label("fixed"))) in states
    opening = lines[1].changes
    assert any(change.is_new and "饮用水" not in change.record for change in opening)


def test_drafts_stand_with_the_event_that_follows_them(told: Story) -> None:
    answer = SelfCheckAnswer.objects.get(selfcheck=told.case.pk, item_code="A1-08")
    answer.problem = "草稿里的话。"
    sign(answer, told.filler.user, moment("2021-03-25"))
    answer.save()
    events = CaseEvent.objects.filter(case=told.case.pk, at__gte=moment("2021-03-25")).order_by("seq")
    first = events.values_list("seq", flat=True).first()
    line = next(line for line in trail_of(told.case).lines if line.seq == first)
    drafts = [row for change in line.changes if change.draft for row in change.rows]
    assert "草稿里的话。" in {new for _label, _old, new in drafts}
    answer.problem = "之后的话。"
    sign(answer, told.filler.user, moment("2021-10-14"))
    answer.save()
    assert any("之后的话。" in row for change in trail_of(told.case).waiting for row in change.rows)


def test_the_page_says_who_how_often_and_how_long(told: Story) -> None:
    times = times_of(told.case, moment(TODAY))
    verify = [span for span in times.spans if span.item.node == "verify"]
    assert [(span.days, span.working_days) for span in verify] == [(9, 7), (15, 10)]
    assert [count for _label, count in times.returns] == [1]
    html = get(told.world.inspector, "inspection_case", told.case.pk).content.decode()
    assert "How long each step took" in html
    assert "请补充。" in html


def test_the_trail_of_a_case_costs_a_query_a_sort_of_record(told: Story) -> None:
    with CaptureQueriesContext(connection) as before:
        trail_of(told.case)
    told.evidence(told.case, "verification", told.officer)
    with CaptureQueriesContext(connection) as after:
        trail_of(told.case)
    assert len(after) == len(before)


def test_records_hang_on_their_case_and_cases_on_nothing() -> None:
    labels = {branch.label for branch in branches()}
    assert {"cases.finding", "cases.selfcheckanswer", "cases.verificationitem", "cases.evidence"} <= labels
    assert not labels & {"cases.case", "cases.orgunit", "cases.user", "cases.edition"}


# ── two days ──


def test_the_case_as_it_was_on_30_september(told: Story) -> None:
    (finding,) = told.findings()
    answer = get(told.world.inspector, "inspection_compare", finding.pk, on="2021-09-30")
    rows = {row for each in answer.context["compared"] for row in each.rows}
    kind = KINDS["finding"]
    assert (str(kind.state_label("in_progress")), str(kind.state_label("fixed"))) in {row[1:] for row in rows}
    assert ("", "已完成培训，抽查合格。") in {row[1:] for row in rows}
    between = get(told.world.inspector, "inspection_compare", finding.pk, on="2021-09-01", against="2021-09-30")
    assert between.context["compared"] == []
    whole = get(told.world.inspector, "inspection_compare", finding.pk, on="2021-09-30", everything="on")
    assert len({row for each in whole.context["compared"] for row in each.rows}) > len(rows)
    assert get(told.world.inspector, "inspection_compare", finding.pk, on="2022-09-30").status_code == 422


# ── proof ──


def test_an_untouched_case_is_complete(told: Story) -> None:
    proof = prove(told.case)
    assert proof.found == []
    assert (proof.events, proof.anchor) == (told.case.event_count, None)
    write_anchor(moment(TODAY))
    proof = prove(told.case)
    assert (proof.found, proof.anchored) == ([], proof.events)
    answer = sign_in(told.world.inspector).post(reverse("inspection_verify", args=[told.case.pk]))
    assert f"Complete: the {proof.events} events" in answer.content.decode()
    assert SystemEvent.objects.filter(verb="verify_case", details__faults=0).exists()


def test_a_record_that_was_changed_beside_the_system_is_named_with_old_and_new(told: Story) -> None:
    (finding,) = told.findings()
    as_owner("UPDATE cases_finding SET result = %s WHERE case_id = %s", ["改写。", finding.pk])
    answer = sign_in(told.world.inspector).post(reverse("inspection_verify", args=[finding.pk]))
    html = answer.content.decode()
    assert "Not consistent: 1 place" in html
    assert "<del>已完成培训，抽查合格。</del> <ins>改写。</ins>" in html


DOCTORING = [
    ("UPDATE cases_caseevent SET reason = '改写' WHERE case_id = %s AND seq = 4", 4),
    ("UPDATE cases_historicalcase SET state = 'archived' WHERE id = %s AND state = 'returned'", 4),
    ("DELETE FROM cases_historicalcase WHERE id = %s AND state = 'returned'", 4),
    ("UPDATE cases_evidence SET sha256 = 'x' WHERE case_id = %s", 0),
    ("UPDATE cases_selfcheckanswer SET problem = '无' WHERE selfcheck_id = %s AND item_code = 'A1-08'", 0),
    ("DELETE FROM cases_selfcheckanswer WHERE selfcheck_id = %s AND item_code = 'A1-08'", 0),
    ("UPDATE cases_selfchecksubmission SET problem_count = 9 WHERE selfcheck_id = %s AND no = 1", 3),
]


def test_each_sort_of_doctoring_is_found_and_located(told: Story) -> None:
    for statement, seq in DOCTORING:
        point = transaction.savepoint()
        as_owner(statement, [told.case.pk])
        places = {each.seq for each in prove(told.case).found}
        assert seq in places, statement
        transaction.savepoint_rollback(point)
    assert prove(told.case).found == []


def test_a_chain_that_was_rewritten_consistently_is_found_by_the_anchor(told: Story) -> None:
    write_anchor(moment(TODAY))
    rewrite_consistently(told.case, 4, "改写的理由")
    assert any("rewritten" in each.what for each in prove(told.case).found)


# ── notes and findings ──


def test_a_note_is_read_by_inspectors_and_those_above_and_nobody_else(told: Story) -> None:
    world = told.world
    answer = sign_in(world.inspector).post(reverse("case_notes", args=[told.case.pk]), {"text": "账实不符，待查。"})
    assert answer.status_code == 302
    note = InspectionNote.objects.get()
    assert (note.unit, note.by) == (world.region, world.inspector)
    case = Case.objects.get(pk=told.case.pk)
    assert (case.state, case.version) == (told.case.state, told.case.version)
    assert prove(case).found == []
    for role in ("inspector", "region_officer", "region_head", "nation_officer"):
        assert "账实不符" in get(world.people[role], "case_notes", case.pk).content.decode()
        assert "账实不符" in get(world.people[role], "inspection_notes").content.decode()
    for role in ("prefecture_officer", "prefecture_head"):  # the note is of an inspector from above
        assert "账实不符" not in get(world.people[role], "case_notes", case.pk).content.decode()
        assert "账实不符" not in get(world.people[role], "inspection_notes").content.decode()
    for role in ("institution_head", "county_officer", "county_approver"):
        assert get(world.people[role], "case_notes", case.pk).status_code == 403
        assert get(world.people[role], "inspection_notes").status_code == 403
        assert "账实不符" not in get(world.people[role], "case", case.pk).content.decode()
    assert get(world.auditor, "case_notes", case.pk).status_code == 404


def test_an_empty_note_is_refused_and_only_an_inspector_writes_one(told: Story) -> None:
    address = reverse("case_notes", args=[told.case.pk])
    assert sign_in(told.world.inspector).post(address, {"text": " "}).status_code == 422
    assert sign_in(told.world.region_head).post(address, {"text": "意见"}).status_code == 403
    long = sign_in(told.world.inspector).post(address, {"text": "长" * 5001})
    assert long.status_code == 422
    assert "长长长" in long.content.decode()


def test_a_finding_of_an_inspector_goes_onto_the_ledger_and_the_county_reviews_it(told: Story) -> None:
    inspector = sign_in(told.world.inspector)
    address = reverse("finding_add", args=[told.case.pk])
    assert "County verification" not in inspector.get(address, {"item": "A1-13"}).content.decode()
    fields = {
        "item_code": "A1-13",
        "problem": "现场抽查发现记录不全。",
        "rectification": "time_limited",
        "source": "county",
    }
    answer = inspector.post(address, fields)
    assert answer.status_code == 302, answer.content.decode()
    finding = Finding.objects.get(source=Finding.Source.INSPECTOR)
    event = CaseEvent.objects.get(case=told.case.pk, verb="add_finding")
    assert event.appointment is not None
    assert event.appointment.role == Role.INSPECTOR
    told.fix(finding)
    with pytest.raises(WrongRole):
        perform(finding.case, "close", by=told.world.actor("inspector"), at=told.at)
    assert told.close(finding).case.state == "closed"


# ── nothing else ──

MAY = {("quality_cycle", "add_finding")} | {(code, "note_inspection") for code in KINDS}


def test_an_inspector_is_refused_everything_else_on_every_kind_of_case(story: Story) -> None:
    at, inspector = moment(TODAY), story.world.actor("inspector")
    viewer, allowed = inspector.viewer(at), set()
    for code, kind in KINDS.items():
        for state in kind.states.values:
            case = kind.model(flow_class=kind.flow, kind=code, unit=story.unit, year=2021, edition=story.case.edition)
            case.pk, case.__dict__["state"] = 0, state
            node = kind.nodes_by_state.get(state)
            item = WorkItem(process=case, flow_task=node, unit=story.unit, role=node.role) if node else None
            case.open_items = [item] if item else []
            for name in kind.verbs:
                try:
                    begin(case, name, by=inspector, at=at, viewer=viewer, batch=Batch(), reason="理由")
                except WrongRole:
                    continue
                except Refusal:
                    pass
                allowed.add((code, name))
    assert allowed == MAY


# ── reading is recorded ──


# Addresses whose one argument is not the key of a case.
NOT_OF_A_CASE = {"unit", "work_item_due", "evidence", "message"}


def pages_of_one_key(patterns: Any = None) -> Iterator[str]:
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each, URLResolver):
            yield from pages_of_one_key(each.url_patterns)
        elif each.name and set(each.pattern.converters) == {"pk"}:
            yield each.name


def test_every_page_that_shows_a_case_records_that_an_inspector_has_read_it(
    told: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "READ_AGAIN", dt.timedelta(0))
    (finding,) = told.findings()
    client, seen = sign_in(told.world.inspector), set()
    for name in sorted(set(pages_of_one_key()) - NOT_OF_A_CASE):
        for case in (told.case, finding.case):
            before = SystemEvent.objects.filter(verb="read").count()
            if client.get(reverse(name, args=[case.pk])).status_code != 200:
                continue
            seen.add(name)
            assert SystemEvent.objects.filter(verb="read").count() == before + 1, name
    assert {"case", "finding", "inspection_case", "inspection_compare", "case_notes"} <= seen


def test_searching_and_verifying_are_recorded_without_names(told: Story) -> None:
    client = sign_in(told.world.inspector)
    for _twice in range(2):
        client.get(reverse("inspection"), {"person": "李敏", "reason": "补充"})
    client.get(reverse("inspection"))
    rows = SystemEvent.objects.filter(verb="search_trails")
    assert rows.count() == 2
    assert "李敏" not in str([row.details for row in rows])
    assert {row.unit_id for row in [each.chain for each in rows]} == {told.world.region.pk}


@pytest.mark.parametrize("role", ["county_officer", "region_head", "auditor", "system_admin", "institution_head"])
def test_others_do_not_open_the_inspectors_pages(told: Story, role: str) -> None:
    user = told.world.people[role]
    assert get(user, "inspection").status_code == 403
    for name in ("inspection_case", "inspection_compare"):
        assert get(user, name, told.case.pk).status_code in (403, 404)
    assert sign_in(user).post(reverse("inspection_verify", args=[told.case.pk])).status_code in (403, 404)


def test_the_system_cannot_leave_a_note(told: Story) -> None:
    with pytest.raises(WrongRole):
        perform(told.case, "note_inspection", by=SYSTEM, at=moment(TODAY), text="意见")
