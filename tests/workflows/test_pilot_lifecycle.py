"""The lifecycle of a pilot and its programme: every state, verb and role, refusals included, as the plan has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cases.errors import Refusal
from cases.models import Case
from tests.workflows.alliances import PRACTICE, City, act, applied, build_city, parent_of, placed, programme_of
from tests.workflows.lifecycle_tables import DATE_VERBS, ITEM_VERBS, Row, leads, stays, table
from tests.worlds import moment
from workflows import engine
from workflows.kinds import KINDS
from workflows.step import Batch

RUNNING = "selected practice reporting scoring joint countersigning exchange deciding"
LIVE = f"applied {RUNNING}"
# What their methods refuse (a case that is over, the commission's own work): test_alliance_holding and its siblings.
ANY = f"{LIVE} promoted stopped declined withdrawn"
LEAD = "lead lead_head"
MEMBERS = "member member_head community"
COMMISSION = "commission commission_head"

PILOT = table(
    f"""
    select             | commission_head              | applied>selected
    decline            | commission_head              | applied>declined
    withdraw           | {LEAD} district district_head | {leads("applied selected", "withdrawn")}
    admit              | {LEAD} system                | {stays("applied selected practice")}
    end_membership     | {LEAD} {MEMBERS}             | {stays(LIVE)}
    renew_membership   | {LEAD}                       | {stays(LIVE)}
    note_agreement     | system                       | {stays(LIVE)}
    name_contact       | {LEAD} {MEMBERS}             | {stays(LIVE)}
    set_up_group       | {LEAD}                       | {stays("selected practice")}
    begin_practice     | {LEAD} system                | selected>practice
    begin_evaluation   | {LEAD} system                | practice>reporting
    report             | {LEAD}                       | reporting>scoring
    columns_done       | system                       | scoring>joint
    return_column      | commission                   | joint>scoring
    fix_score          | commission                   | joint>countersigning
    countersign        | finance                      | countersigning>exchange
    object_score       | finance                      | countersigning>joint
    hold_exchange      | commission                   | exchange>deciding
    promote            | commission_head              | deciding>promoted
    extend_practice    | commission_head              | deciding>practice
    stop               | commission_head              | {leads(RUNNING, "stopped")}
    publish_experience | commission                   | promoted>promoted
    nudge              | {COMMISSION} region          | {stays(f"{LIVE} promoted stopped declined withdrawn")}
    new_filing         | {LEAD}                       | {stays("selected practice reporting")}
    write_annual_plan  | {LEAD}                       | {stays("selected practice reporting")}
    seat_member        | {LEAD}                       | {stays(RUNNING)}
    end_seat           | {LEAD}                       | {stays(RUNNING)}
    enter_meeting      | {LEAD}                       | {stays(RUNNING)}
    correct_meeting    | {LEAD}                       | {stays(RUNNING)}
    enter_activity     | {LEAD} {MEMBERS}             | {stays("practice reporting")}
    correct_activity   | {LEAD} {MEMBERS}             | {stays("practice reporting")}
    strike_activity    | {LEAD} {MEMBERS}             | {stays("practice reporting")}
    open_survey        | commission                   | {stays("practice reporting scoring")}
    close_survey       | commission                   | {stays("practice reporting scoring joint")}
    make_links         | commission {LEAD}            | {stays("practice reporting scoring joint")}
    enter_answers      | commission {LEAD}            | {stays("practice reporting scoring joint")}
    withdraw_answer    | commission {LEAD}            | {stays("practice reporting scoring joint")}
    hold               | {COMMISSION} region          | {stays(ANY)}
    release_hold       | {COMMISSION} region          | {stays(ANY)}
    supervise          | {COMMISSION} region          | {stays(ANY)}
    request_extension  | {LEAD} finance {COMMISSION}  | {stays(ANY)}
    """
)
PROGRAMME = table(
    f"""
    announce         | system                        | selecting>selecting
    invite           | commission system             | {stays("selecting running")}
    note_behind      | system                        | {stays("selecting running")}
    apply            | {LEAD} other_lead district district_head other_district | selecting>selecting
    finish_selection | commission                    | selecting>running,closed
    close            | system                        | running>closed
    nudge            | {COMMISSION} region           | {stays("selecting running closed")}
    hold             | {COMMISSION} region           | {stays("selecting running closed")}
    release_hold     | {COMMISSION} region           | {stays("selecting running closed")}
    supervise        | {COMMISSION} region           | {stays("selecting running closed")}
    """
)
OF_WHOEVER_HAS_IT = ITEM_VERBS | {"request_extension"}
TABLES: dict[str, dict[str, Row]] = {"pilot": PILOT, "pilot_programme": PROGRAMME}
HOLDERS = {
    "pilot": {
        "applied": "commission_head",
        **dict.fromkeys(("selected", "practice", "reporting"), LEAD),
        "joint": "commission",
        "countersigning": "finance",
        "exchange": "commission",
        "deciding": "commission_head",
    },
    "pilot_programme": {"selecting": "commission"},
}
READERS = {
    "pilot": f"{COMMISSION} district district_head lead lead_head lead_contact community community_contact member"
    " member_head member_contact finance region nation inspector",
    "pilot_programme": f"{COMMISSION} district district_head other_district lead lead_head lead_contact other_lead"
    " finance region nation inspector",
}
OUTSIDE = ("sibling", "nursing", "centre", "auditor", "expired", "nobody")


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def programme_in(city: City, state: str) -> Case:
    """The city's programme in the given state."""
    if state == "selecting":
        return programme_of(city)
    pilot = applied(city)
    act(city, pilot, "select" if state == "running" else "decline", "commission_head", "2020-03-16")
    return act(city, parent_of(pilot), "finish_selection", "commission", "2020-03-20")


BUILDERS: dict[str, Callable[[City, str], Case]] = {"pilot": placed, "pilot_programme": programme_in}


def expected(kind: str, state: str, verb: str, role: str) -> str:
    if role != "system" and role not in READERS[kind].split():
        return "no_such_case"
    row = TABLES[kind].get(verb)
    holders = HOLDERS[kind].get(state, "").split()
    roles = {"system"} if verb in DATE_VERBS else holders if verb in OF_WHOEVER_HAS_IT else row.roles if row else ()
    if role not in roles:
        return "not_for_the_system" if role == "system" else "wrong_role"
    return "wrong_state" if row is not None and state not in row.moves else "ok"


def gates(city: City, case: Any, verb: str, role: str, viewers: dict[str, Any]) -> str:
    """What the engine says before the verb's own method: the code of the refusal, or ``ok``."""
    at = moment(PRACTICE)
    actor = city.actor(role)
    viewer = viewers.setdefault(role, actor.viewer(at))
    try:
        engine.begin(case, verb, by=actor, at=at, viewer=viewer, batch=Batch(), reason="说明。")
    except Refusal as refusal:
        return refusal.code
    return "ok"


CASES = [(kind, state) for kind in TABLES for state in KINDS[kind].states.values]


@pytest.mark.parametrize(("kind", "state"), CASES)
def test_every_verb_by_every_role_is_let_in_or_refused_as_the_table_says(kind: str, state: str, city: City) -> None:
    case = engine.lock(BUILDERS[kind](city, state))
    assert case.state == state
    viewers: dict[str, Any] = {}
    wrong = []
    for verb in KINDS[kind].verbs:
        for role in [*READERS[kind].split(), *OUTSIDE, "system"]:
            found, wanted = gates(city, case, verb, role, viewers), expected(kind, state, verb, role)
            if found != wanted:
                wrong.append(f"{verb} by {role}: {found}, the table says {wanted}")
    assert wrong == []


@pytest.mark.parametrize("kind", sorted(TABLES))
def test_the_table_names_every_verb_of_the_code_and_where_each_leads(kind: str) -> None:
    verbs = {name: verb for name, verb in KINDS[kind].verbs.items() if name not in ITEM_VERBS | DATE_VERBS}
    assert set(verbs) == set(TABLES[kind])
    for name, verb in verbs.items():
        for state, targets in TABLES[kind][name].moves.items():
            assert set(verb.targets_from(state)) == (targets if verb.rule.movement != "stay" else set()), name
