"""Every lifecycle: state × verb × role, refusals included, against the tables written by hand."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.db import transaction

from cases.access import SYSTEM
from cases.editions.pinned import _editions
from cases.errors import Refusal
from cases.models import Case, DrawEntry, Edition, Finding
from tests.filing import Filing
from tests.story import Story, problem
from tests.visiting import FOUND, send_team
from tests.workflows.ledger_rows import findings
from tests.workflows.lifecycle_tables import (
    ABOVE_THE_WORK,
    BLIND,
    COMMON_PROBLEM,
    CYCLE,
    DATE_VERBS,
    EVERYBODY,
    EXTENSION,
    FINDING,
    INSIDE,
    ITEM_HOLDERS,
    ITEM_VERBS,
    OF_WHOEVER_HAS_IT,
    OUTSIDE,
    PARTIES,
    PRACTICE,
    PROGRAMME,
    REGIONAL_REPORT,
    SPOT_CHECK,
    SUMMARY,
    SUPERVISION,
    VISIT,
    WORK_PLAN,
    Row,
)
from tests.workflows.programmes import write_plan
from tests.workflows.spot_checks import PLAN, act, drawn, planned, visits
from tests.worlds import World, unit
from workflows import engine
from workflows.common_problem.declaring import declare
from workflows.engine import perform
from workflows.kinds import KINDS
from workflows.practice.opening import begin_practice
from workflows.programme.opening import open_programme, start_programme

TABLES = {
    "quality_cycle": CYCLE,
    "finding": FINDING,
    "extension": EXTENSION,
    "supervision": SUPERVISION,
    "visit": VISIT,
    "common_problem": COMMON_PROBLEM,
    "programme": PROGRAMME,
    "work_plan": WORK_PLAN,
    "summary": SUMMARY,
    "spot_check": SPOT_CHECK,
    "practice": PRACTICE,
    "regional_report": REGIONAL_REPORT,
}
DECIDERS = frozenset(" ".join(ITEM_HOLDERS["extension"].values()).split())
GATES = {"no_such_case", "wrong_role", "wrong_state", "not_extendable", "not_for_the_system", "unknown_verb"}
TEAMS_FINDING: dict[str, Any] = {
    "visit": 1,
    "source": "region",
    "problems": [{"item_code": "A1-19", "facets": ["hand"], "problem": "无洗手液。"}],
}
DETAILS: dict[str, dict[str, Any]] = {
    "fix": {"result": "已整改。"},
    "refer": {"referred_to": "市场监督管理局", "reference": "天卫移〔2021〕3号"},
    "record_outcome": {"enforcement_outcome": "警告，罚款五千元。", "enforcement_on": dt.date(2021, 5, 10)},
    "submit_plan": {"plan": "六月底前更换全部应急灯，由后勤科负责。"},
    "note_progress": {"progress": "已采购，正在安装。"},
    "grade": {"severity": "major"},
    "set_measure": {"measure": "全区统一培训手卫生。", "due_on": dt.date(2021, 9, 30)},
    "report": {"result": "全部机构已完成。"},
    "request_extension": {"due_asked": dt.date(2021, 7, 15)},
    "extend": {"to": dt.date(2021, 12, 20), "number": "2021-650102-Y001"},
    "end": {"outcome": "已督促整改到位。"},
    "reply": {"reply": "已整改。"},
    "conclude": {"conclusion": "限期整改。"},
    "revise": PLAN,
    "take_spot_check": TEAMS_FINDING,
    "note_spot_check": TEAMS_FINDING,
    "add_finding": {"item_code": "A1-01", "facets": ["qualification"], "problem": "资质证书过期。"},
}


def cycle_in(state: str, story: Story) -> Case:
    """A cycle in the given state, each step taken by the one whose turn it was."""
    if state == "self_check":
        return story.on("2021-03-01").fill().case
    if state == "confirming":
        story.on("2021-03-01").fill()
        story.perform("request_confirmation", story.filler)
        return story.seal().case
    story.on("2021-03-01").submit({"A1-08": problem()} if state == "rectifying" else {})
    if state == "submitted":
        return story.case
    if state == "returned":
        return story.on("2021-05-10").perform("return_", story.officer, reason="请补充材料。")
    if state == "cancelled":
        return story.perform("cancel", story.approver, reason="机构已停业。")
    story.on("2021-05-10").verify().perform("conclude", story.officer)
    if state == "approving":
        return story.case
    story.perform("approve", story.approver)
    if state == "archived":
        story.on("2022-01-04").perform("archive", SYSTEM)
    return story.case


def finding_in(state: str, story: Story) -> Case:
    """A finding in the given state."""
    way = "ongoing" if state == "continuing" else "time_limited"
    story.on("2021-03-01").submit({"A1-08": problem(rectification=way)})
    (finding,) = story.findings()
    said = {
        "rejected": {"conclusion": "disagree", "opinion": "不属于问题。"},
        "plan_submitted": {"conclusion": "agree", "severity": "serious"},
    }
    conclusions = {"A1-08": said[state]} if state in said else {}
    if state == "cancelled":
        story.perform("cancel", story.approver, reason="机构已停业。")
        return story.again(finding).case
    story.on("2021-05-10").approve(conclusions)
    finding = story.again(finding)
    if state in ("open", "rejected"):
        return finding.case
    if state == "referred":
        perform(finding.case, "refer", by=story.officer, at=story.at, reason="涉嫌违法。", **DETAILS["refer"])
    elif state == "plan_submitted":
        perform(finding.case, "submit_plan", by=story.filler, at=story.at, **DETAILS["submit_plan"])
    elif state == "in_progress":
        perform(finding.case, "start", by=story.filler, at=story.at)
    else:
        finding = story.fix(finding)
        if state in ("closed", "closing", "continuing"):
            finding = story.close(finding)
    return story.again(finding).case


def extension_in(state: str, story: Story) -> Case:
    """A request for more time in the given state; a second one follows a granted one."""
    story.on("2021-03-01").submit({"A1-08": problem()})
    finding = story.on("2021-05-10").approve() and story.findings()[0].case

    def ask(to: dt.date) -> Case:
        perform(finding, "request_extension", by=story.filler, at=story.at, reason="说明。", due_asked=to)
        return Case.objects.filter(parent=finding.pk, kind="extension").latest("pk")

    request = ask(dt.date(2021, 7, 15))
    if state in ("granted", "requested_again"):
        request = perform(request, "grant", by=story.approver, at=story.at)
    if state == "requested_again":
        request = ask(dt.date(2021, 8, 2))
    if state == "refused":
        request = perform(request, "refuse", by=story.approver, at=story.at, reason="说明。")
    if state == "withdrawn":
        request = perform(request, "withdraw", by=story.filler, at=story.at)
    return request


def supervision_in(state: str, story: Story) -> Case:
    """A prefecture officer's supervision of a cycle in the given state."""
    superior = story.world.actor("prefecture_officer")
    story.on("2021-05-20").perform("supervise", superior, reason="自查进度滞后。", due_on=dt.date(2021, 6, 10))
    case = Case.objects.get(kind="supervision")
    return perform(case, "end", by=superior, at=story.at, **DETAILS["end"]) if state == "ended" else case


def common_problem_in(state: str, story: Story) -> Case:
    """A common problem of the county in the given state."""
    third = unit("institution", "天山区安康护理院", "650102-003", story.world.county)
    for place in (story.world.institution, story.world.sibling, third):
        findings(place, [{"item_code": "A1-08"}])
    story.on("2021-06-10")
    case = declare(story.world.county, ("A1-08", ""), by=story.officer, at=story.at)
    if state in ("in_progress", "done"):
        measure = {**DETAILS["set_measure"], "owner": story.approver.user}
        case = perform(case, "set_measure", by=story.officer, at=story.at, **measure)
    if state == "done":
        case = perform(case, "report", by=story.officer, at=story.at, **DETAILS["report"])
    if state == "cancelled":
        case = perform(case, "cancel", by=story.officer, at=story.at, reason="重复认定。")
    return case


def programme_in(state: str, story: Story) -> Case:
    """The region's programme in the given state."""
    region, officer = story.world.region, story.world.actor("region_officer")
    case = start_programme(region, 2021, by=officer, at=story.at)
    if state in ("running", "ended"):
        case = perform(case, "open", by=officer, at=story.at)
    if state == "ended":
        case = perform(case, "end", by=SYSTEM, at=story.on("2022-01-04").at)
    return case


def work_plan_in(state: str, story: Story) -> Case:
    """The prefecture's work plan in the given state, each step taken by the one whose turn it was."""
    world, at = story.world, story.at
    open_programme(world.region, 2021, by=world.actor("region_officer"), at=at)
    case = Case.objects.get(kind="work_plan", unit=world.prefecture)
    write_plan(case)
    steps = {
        "confirming": ["request_confirmation"],
        "filed": ["request_confirmation", "submit"],
        "returned": ["request_confirmation", "submit", "return_"],
        "accepted": ["request_confirmation", "submit", "accept"],
    }
    actors = {"request_confirmation": "prefecture_officer", "submit": "prefecture_head"}
    for verb in steps.get(state, []):
        case = perform(case, verb, by=world.actor(actors.get(verb, "region_officer")), at=at, reason="说明。")
    return case


def summary_in(state: str, story: Story) -> Case:
    """The prefecture's summary in the given state, each step taken by the one whose turn it was."""
    filing = Filing.open(story.world).on("2021-10-08").explain()
    story.on("2021-10-08")
    steps = {
        "confirming": ["request_confirmation"],
        "submitted": ["request_confirmation", "submit"],
        "returned": ["request_confirmation", "submit", "return_"],
        "accepted": ["request_confirmation", "submit", "accept"],
        "archived": ["request_confirmation", "submit", "accept"],
    }
    actors = {"request_confirmation": "prefecture_officer", "submit": "prefecture_head"}
    for verb in steps.get(state, []):
        filing.perform(verb, actors.get(verb, "region_officer"), reason="说明。")
    if state == "archived":
        return perform(filing.case, "archive", by=SYSTEM, at=story.at)
    return filing.case


def regional_report_in(state: str, story: Story) -> Case:
    """The region's report in the given state; its prefectures are missing, and it says why."""
    filing = Filing.open(story.world).on("2021-11-08")
    story.on("2021-11-08")
    filing.case = Case.objects.get(kind="regional_report", summary__round=filing.case.summary.round)
    filing.explain()
    steps = {
        "confirming": ["request_confirmation"],
        "submitted": ["request_confirmation", "submit"],
        "returned": ["request_confirmation", "submit", "return_"],
        "acknowledged": ["request_confirmation", "submit", "acknowledge"],
    }
    actors = {"request_confirmation": "region_officer", "submit": "region_head"}
    for verb in steps.get(state, []):
        filing.perform(verb, actors.get(verb, "nation_officer"), reason="说明。")
    return filing.case


def practice_in(state: str, story: Story) -> Case:
    """A good practice of the institution in the given state."""
    world = story.on("2021-06-08").world
    words = {"sort": "good_practice", "title": "手卫生", "text": "做法。", "institution": story.unit, "finding": None}
    case = begin_practice(words, by=story.filler, at=story.at)
    way = {
        "file": story.filler,
        "forward": story.officer,
        "select": world.actor("prefecture_officer"),
        "publish": world.actor("region_officer"),
    }
    for verb, by in way.items():
        if case.state == state or (state in ("declined", "withdrawn") and verb == "forward"):
            break
        case = perform(case, verb, by=by, at=story.at)
    if state == "declined":
        case = perform(case, "decline", by=story.officer, at=story.at, reason="不典型。")
    if state == "withdrawn":
        case = perform(case, "withdraw", by=story.filler, at=story.at)
    return case


def spot_check_in(state: str, story: Story) -> Case:
    """A spot-check of the region in the given state."""
    world = story.on("2021-09-01").world
    if state == "planning":
        return planned(world)
    case = drawn(world)
    if state == "cancelled":
        return act(world, case, "cancel", reason="计划调整。")
    return conclude_visits(world, case) if state == "concluded" else case


def conclude_visits(world: World, case: Case) -> Case:
    """The spot-check once nothing is left to visit."""
    for visit in visits(case):
        act(world, visit, "cancel", reason="另行安排。")
    return act(world, case, "conclude")


def visit_in(state: str, story: Story) -> Case:
    """A visit of the region's team in the given state, its assessment written."""
    story.on("2021-03-01").submit()
    story.on("2021-05-10").approve()
    visiting = send_team(story.on("2021-08-02")).assess({"A1-19": FOUND})
    if state == "cancelled":
        return visiting.perform("cancel", story.world.actor("region_officer"), reason="机构已停业。")
    steps = {"visiting": 0, "delivered": 1, "concluding": 2, "concluded": 3}[state]
    for go_on in (visiting.deliver, visiting.sign, visiting.conclude)[:steps]:
        go_on()
    return visiting.case


BUILDERS: dict[str, Callable[[str, Story], Case]] = {
    "visit": visit_in,
    "spot_check": spot_check_in,
    "practice": practice_in,
    "quality_cycle": cycle_in,
    "finding": finding_in,
    "extension": extension_in,
    "supervision": supervision_in,
    "common_problem": common_problem_in,
    "programme": programme_in,
    "work_plan": work_plan_in,
    "summary": summary_in,
    "regional_report": regional_report_in,
}


def roles_of(kind: str, state: str, verb: str, row: Row | None) -> frozenset[str]:
    if verb in ("claim", "hand_over"):
        return frozenset(ITEM_HOLDERS[kind].get(state, "").split()) - ABOVE_THE_WORK.get(kind, frozenset())
    if (
        verb in ITEM_VERBS
        or verb == "request_extension"
        or (kind == "common_problem" and verb not in DATE_VERBS | {"note_inspection"})
    ):
        return frozenset(ITEM_HOLDERS[kind].get(state, "").split())
    if verb in DATE_VERBS:
        return frozenset({"system"})
    if kind == "practice" and verb in OF_WHOEVER_HAS_IT:
        return frozenset(ITEM_HOLDERS[kind].get(state, "").split())
    assert row is not None
    return row.roles


def expected(kind: str, state: str, verb: str, role: str) -> str:
    """``ok`` where the tables allow it, else the refusal that names the first thing in the way."""
    row = TABLES[kind].get(verb)
    if (role in OUTSIDE and role not in PARTIES.get(kind, ())) or role in BLIND.get(kind, ()):
        return "no_such_case"
    if verb in DATE_VERBS and role == "system":
        return "ok"
    if verb in ("grant", "refuse") and role in DECIDERS and role not in ITEM_HOLDERS[kind].get(state, role):
        return "wrong_role"
    not_their_own = {("practice", "withdraw", "county_officer"), ("visit", "cancel", "nation_officer")}
    not_their_own |= {
        ("spot_check", each, "nation_officer") for each, row in SPOT_CHECK.items() if row.roles != {"system"}
    }
    if (kind, verb, role) in not_their_own:  # their grant is for their own unit's
        return "wrong_role" if row is not None and state in row.moves else "wrong_state"
    if role not in roles_of(kind, state, verb, row):
        return "not_for_the_system" if role == "system" else "wrong_role"
    if row is not None and state not in row.moves:
        return "not_extendable" if verb == "request_extension" else "wrong_state"
    return "ok"


def details_for(story: Story, case: Case, verb: str) -> dict[str, Any]:
    """What the verb wants to be told about this case."""
    details = dict(DETAILS.get(verb, {}))
    if verb == "set_measure":
        details["owner"] = story.world.county_approver
    if case.kind == "spot_check" and (rows := DrawEntry.objects.filter(spot_check=case.pk, drawn=True)):
        details |= {"entry": rows[0].pk, "visit": rows[0].visit.pk, "experts": [story.world.region_expert]}
    if (case.kind, case.state, verb) == ("spot_check", "visiting", "conclude"):
        for visit in visits(case):
            act(story.world, visit, "cancel", reason="另行安排。")
    return details


def attempt(story: Story, case: Case, verb: str, role: str) -> tuple[str, str]:
    """What comes of it: ``ok`` or the refusal's code, and the state afterwards; undone again."""
    return _attempt(story, case, verb, role, lambda: details_for(story, case, verb))


def attempt_in_vain(story: Story, as_read: AsRead, verb: str, role: str) -> tuple[str, str]:
    """The same of what should be refused, without reading the case from the database again."""
    with mock.patch.object(engine, "lock", as_read.again):
        return _attempt(story, as_read.again(), verb, role, lambda: DETAILS.get(verb, {}))


def _attempt(story: Story, case: Case, verb: str, role: str, details: Callable[[], dict[str, Any]]) -> tuple[str, str]:
    actor = SYSTEM if role == "system" else story.world.actor(role)
    point = transaction.savepoint()
    try:
        moved = perform(case, verb, by=actor, at=story.at, reason="说明。", **details())
    except Refusal as refusal:
        return refusal.code, case.state
    else:
        return "ok", moved.state
    finally:
        transaction.savepoint_rollback(point)


class AsRead:
    """A case as the engine's ``lock`` reads it; every attempt is undone, so that each would read the same rows."""

    def __init__(self, case: Case) -> None:
        self.locked: Any = engine.lock(case)

    def again(self, _case: Case | None = None) -> Case:
        case: Case = copy.copy(self.locked)
        engine._attach_items(case, [copy.copy(item) for item in self.locked.open_items])
        return case


CASES = [(kind, state) for kind in TABLES for state in KINDS[kind].states.values]


@pytest.mark.parametrize(("kind", "state"), CASES)
def test_every_verb_by_every_role_does_what_the_table_says(kind: str, state: str, story: Story) -> None:
    if state == "closing":
        ask_for_approval_of_closing(story)
    case = BUILDERS[kind](state, story)
    assert case.state == state
    as_read = AsRead(case)
    wrong = []
    for verb in KINDS[kind].verbs:
        for role in EVERYBODY:
            wanted = expected(kind, state, verb, role)
            if wanted == "ok":
                outcome, after = attempt(story, Case.objects.get(pk=case.pk), verb, role)
            else:
                outcome, after = attempt_in_vain(story, as_read, verb, role)
            passed_the_gates = outcome not in GATES
            if (wanted == "ok") != passed_the_gates or (wanted != "ok" and outcome != wanted):
                wrong.append(f"{verb} by {role}: {outcome}, the table says {wanted}")
            row = TABLES[kind].get(verb)
            if outcome == "ok" and row is not None and after not in row.moves[state]:
                wrong.append(f"{verb} by {role} leads to {after}")
    assert wrong == []


def ask_for_approval_of_closing(story: Story) -> None:
    """Let the story's edition ask for the approver when a finding is closed."""
    edition = Edition.objects.get(pk=story.case.edition_id)
    settings = dataclasses.replace(edition.parsed.settings, closing_needs_approver=True)
    _editions[edition.pk] = dataclasses.replace(edition.parsed, settings=settings)


@pytest.mark.parametrize("kind", sorted(TABLES))
def test_the_table_names_every_verb_of_the_code_and_no_other(kind: str) -> None:
    assert set(KINDS[kind].verbs) - ITEM_VERBS - DATE_VERBS == set(TABLES[kind])


@pytest.mark.parametrize(
    ("kind", "state", "verb"),
    [
        (kind, state, verb)
        for kind, rows in TABLES.items()
        for verb, row in rows.items()
        for state in row.moves
        if verb not in ("withdraw", "archive")
        and (kind, state) != ("finding", "closing")
        and (state, verb) != ("filed", "nudge")  # a filed plan waits for the region, and nobody above it nudges
        and (kind, state, verb) != ("summary", "submitted", "nudge")  # so does a filed summary
    ],
)
def test_every_allowed_move_really_happens(kind: str, state: str, verb: str, story: Story) -> None:
    case = BUILDERS[kind](state, story)
    row = TABLES[kind][verb]
    if (kind, state, verb) == ("quality_cycle", "submitted", "conclude"):
        story.verify()
    if kind == "finding" and verb == "fix":
        story.evidence(case, "after", story.filler)
    if verb == "submit_plan":
        Finding.objects.filter(pk=case.pk).update(severity="serious")
    if (state, verb) == ("continuing", "close"):
        Finding.objects.filter(pk=case.pk).update(review_count=2)
    if verb == "pass_review":
        story.on("2021-08-10")
    if verb == "include_prefecture":
        unit("prefecture", "吐鲁番市卫生健康委", "650400", story.world.region)
    if verb == "end" and kind == "programme":
        story.on("2022-01-04")
    if verb == "proceed":
        story.on("2021-08-20")
    if verb == "release_hold":
        perform(case, "hold", by=story.world.actor("prefecture_head"), at=story.at, reason="机构整体搬迁。")
    nudges = {"work_plan": "region_head", "summary": "region_head", "regional_report": "nation_officer"}
    superior = nudges.get(kind, "prefecture_officer") if verb == "nudge" else None
    if kind == "practice" and verb in OF_WHOEVER_HAS_IT:
        superior = min(ITEM_HOLDERS[kind][state].split())
    role = superior or min(set(ITEM_HOLDERS[kind][state].split()) if verb in ("grant", "refuse") else row.roles)
    outcome, after = attempt(story, Case.objects.get(pk=case.pk), verb, role)
    assert outcome == "ok"
    assert after in row.moves[state]


def test_inside_and_outside_cover_every_persona_of_the_world(story: Story) -> None:
    assert INSIDE | OUTSIDE | {"colleague"} == set(story.world.people)


def test_a_finding_needs_the_approver_where_the_edition_says_so(story: Story) -> None:
    ask_for_approval_of_closing(story)
    case = finding_in("closing", story)
    assert case.state == "closing"
    done = perform(case, "approve_closing", by=story.approver, at=story.at)
    assert (done.state, Finding.objects.get(pk=case.pk).closed_by) == ("closed", story.approver.user)
