"""The lifecycles as the ministry would write them down: for every verb, who may do it, from where, and where it leads.

Written by hand and independent of the code. Whatever is not in a table is refused.
"""

# ruff: noqa: E501 - a table is read line by line
from __future__ import annotations

from dataclasses import dataclass

SUPERIORS = "prefecture_officer prefecture_head region_officer region_head"


@dataclass(frozen=True)
class Row:
    """One verb: the roles that may do it, and each state it is possible in with the states it can lead to."""

    roles: frozenset[str]
    moves: dict[str, frozenset[str]]


class Anywhere(dict[str, frozenset[str]]):
    """The moves of a verb that is possible in every state and leaves the case in it."""

    def __contains__(self, state: object) -> bool:
        return True

    def __missing__(self, state: str) -> frozenset[str]:
        return frozenset({state})


def table(text: str) -> dict[str, Row]:
    rows = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        verb, roles, moves = (part.strip() for part in line.split("|"))
        pairs = (move.split(">") for move in moves.split())
        rows[verb] = Row(frozenset(roles.split()), {source: frozenset(targets.split(",")) for source, targets in pairs})
    rows["note_inspection"] = Row(frozenset({"inspector"}), Anywhere())  # of every kind of case
    return rows


def leads(states: str, target: str) -> str:
    """The moves of a verb that leads to the same state from several."""
    return " ".join(f"{state}>{target}" for state in states.split())


def stays(states: str) -> str:
    """The moves of a verb that leaves a case where it is."""
    return " ".join(f"{state}>{state}" for state in states.split())


CYCLE_LIVE = "self_check confirming submitted returned approving rectifying verified"
FINDING_IN_HAND = "open plan_submitted in_progress fixed closing"
FINDING_LIVE = f"{FINDING_IN_HAND} continuing"

CYCLE = table(
    f"""
    request_confirmation | institution_filler institution_head | self_check>confirming returned>confirming
    send_back            | institution_head                    | confirming>self_check,returned
    submit               | institution_head                    | confirming>submitted
    withdraw             | institution_filler institution_head county_officer | confirming>self_check,returned submitted>confirming approving>submitted
    return_              | county_officer                      | submitted>returned
    conclude             | county_officer                      | submitted>approving
    reject_verification  | county_approver                     | approving>submitted
    approve              | county_approver                     | approving>rectifying,verified
    settle               | system                              | rectifying>verified
    resume               | system                              | verified>rectifying
    add_finding          | county_officer inspector            | rectifying>rectifying verified>rectifying
    archive              | region_officer region_head system   | verified>archived
    cancel               | county_approver {SUPERIORS}         | self_check>cancelled confirming>cancelled submitted>cancelled returned>cancelled approving>cancelled rectifying>cancelled verified>cancelled
    reopen               | {SUPERIORS}                         | rectifying>returned verified>returned archived>returned cancelled>returned
    take_spot_check      | system                              | rectifying>rectifying verified>rectifying
    note_spot_check      | system                              | {stays("self_check confirming submitted returned approving")}
    hold                 | {SUPERIORS}                         | {stays(CYCLE_LIVE)}
    request_extension    | institution_filler institution_head | returned>returned
    release_hold         | {SUPERIORS}                         | {stays(CYCLE_LIVE)}
    nudge                | county_officer county_approver {SUPERIORS} | {stays("self_check confirming submitted returned approving")}
    supervise            | {SUPERIORS}                         | {stays(CYCLE_LIVE)}
    take_into_summary    | system                              | {stays(CYCLE_LIVE)} {stays("archived cancelled")}
    leave_summary        | system                              | {stays(CYCLE_LIVE)} {stays("archived cancelled")}
    """
)

FINDING = table(
    f"""
    start           | institution_filler institution_head | open>in_progress
    fix             | institution_filler institution_head | open>fixed in_progress>fixed
    withdraw        | institution_filler institution_head | fixed>in_progress plan_submitted>open
    submit_plan     | institution_filler institution_head | {leads("open in_progress", "plan_submitted")}
    accept_plan     | county_officer                      | plan_submitted>in_progress
    return_plan     | county_officer                      | plan_submitted>open
    note_progress   | institution_filler institution_head | {stays("open plan_submitted in_progress continuing")}
    grade           | county_officer                      | {stays(FINDING_LIVE)}
    close           | county_officer                      | fixed>closed,closing,continuing continuing>closed,closing
    pass_review     | county_officer                      | continuing>continuing
    approve_closing | county_approver                     | closing>closed
    return_         | county_officer county_approver      | {leads("fixed closing continuing", "in_progress")}
    refer           | county_officer                      | {leads(FINDING_LIVE, "referred")}
    record_outcome  | county_officer                      | referred>referred
    reopen          | {SUPERIORS}                         | closed>in_progress referred>in_progress rejected>in_progress
    confirm         | system                              | {stays(FINDING_IN_HAND)}
    update          | system                              | {stays(FINDING_IN_HAND)}
    reject          | system                              | {leads(FINDING_IN_HAND, "rejected")}
    drop            | system                              | {leads(FINDING_LIVE, "cancelled")}
    hold            | {SUPERIORS}                         | {stays(FINDING_LIVE)}
    request_extension | institution_filler institution_head | {stays("open in_progress")}
    release_hold    | {SUPERIORS}                         | {stays(FINDING_LIVE)}
    renew           | system                              | {leads("cancelled rejected closed continuing referred open fixed", "open,fixed")}
    nudge           | county_officer county_approver {SUPERIORS} | {stays(FINDING_LIVE)}
    supervise       | {SUPERIORS}                         | {stays(FINDING_LIVE)}
    """
)

EXTENSION = table(
    f"""
    grant    | county_approver {SUPERIORS}                        | {leads("requested requested_again", "granted")}
    refuse   | county_approver {SUPERIORS}                        | {leads("requested requested_again", "refused")}
    withdraw | institution_filler institution_head county_officer {SUPERIORS} | {leads("requested requested_again", "withdrawn")}
    lapse    | system                                             | {leads("requested requested_again", "withdrawn")}
    """
)

SUPERVISION = table(
    f"""
    end | {SUPERIORS} | active>ended
    """
)

# Of a county; a prefecture's is in the hands of its officer and of those above.
COMMON_PROBLEM = table(
    """
    set_measure | county_officer | declared>in_progress
    report      | county_officer | in_progress>done
    cancel      | county_officer | declared>cancelled in_progress>cancelled
    """
)

PROGRAMME = table(
    """
    open               | region_officer region_head        | drafting>running
    include_prefecture | region_officer region_head        | running>running
    end                | region_officer region_head system | running>ended
    """
)

WORK_PLAN = table(
    """
    request_confirmation | prefecture_officer                 | drafting>confirming returned>confirming
    send_back            | prefecture_head                    | confirming>drafting,returned
    submit               | prefecture_head                    | confirming>filed
    withdraw             | prefecture_officer prefecture_head | confirming>drafting,returned filed>confirming
    accept               | region_officer                     | filed>accepted
    return_              | region_officer                     | filed>returned
    nudge                | prefecture_officer prefecture_head region_officer region_head | drafting>drafting confirming>confirming filed>filed returned>returned
    """
)

SUMMARY = table(
    f"""
    request_confirmation | prefecture_officer                 | drafting>confirming returned>confirming
    send_back            | prefecture_head                    | confirming>drafting,returned
    submit               | prefecture_head                    | confirming>submitted
    withdraw             | prefecture_officer prefecture_head | confirming>drafting,returned submitted>confirming
    accept               | region_officer                     | submitted>accepted
    return_              | region_officer                     | submitted>returned
    correct              | prefecture_officer                 | accepted>drafting
    archive              | system                             | accepted>archived
    nudge                | {SUPERIORS}                        | {stays("drafting confirming submitted returned")}
    """
)

REGIONAL_REPORT = table(
    """
    request_confirmation | region_officer             | drafting>confirming returned>confirming
    send_back            | region_head                | confirming>drafting,returned
    submit               | region_head                | confirming>submitted
    withdraw             | region_officer region_head | confirming>drafting,returned submitted>confirming
    acknowledge          | nation_officer             | submitted>acknowledged
    return_              | nation_officer             | submitted>returned
    correct              | region_officer             | acknowledged>drafting
    nudge                | nation_officer             | drafting>drafting confirming>confirming returned>returned
    """
)

# Of a region's spot-check; its expert is sent, the nation's is not.
VISIT = table(
    f"""
    assign   | system                         | {stays("visiting delivered concluding")}
    deliver  | region_expert                  | visiting>delivered
    sign     | institution_head               | delivered>concluding
    reply    | institution_head               | delivered>concluding
    proceed  | region_expert                  | delivered>concluding
    conclude | region_expert                  | concluding>concluded
    reassess | region_expert                  | concluding>visiting
    withdraw | region_expert institution_head | delivered>visiting concluding>delivered
    cancel   | region_officer                 | {leads("visiting delivered concluding", "cancelled")}
    """
)

# Of a region: the nation holds the same grant, and does not draw for it.
SPOT_CHECK = table(
    f"""
    revise         | region_officer | {stays("planning")}
    draw           | region_officer | planning>visiting
    assign_team    | region_officer | {stays("visiting")}
    replace        | region_officer | {stays("visiting")}
    note_cancelled | system         | {stays("visiting")}
    conclude       | region_officer | visiting>concluded
    cancel         | region_officer | {leads("planning visiting", "cancelled")}
    """
)

# Of an institution; a county's own goes to its prefecture at once. Most verbs are those of whoever has it.
PRACTICE = table(
    f"""
    file     | institution_filler institution_head                | drafting>county,prefecture
    forward  | county_officer                                     | county>prefecture
    select   | prefecture_officer                                 | prefecture>region
    publish  | region_officer                                     | region>published
    return_  | county_officer prefecture_officer region_officer   | {leads("county prefecture region", "drafting")}
    decline  | county_officer prefecture_officer region_officer   | {leads("county prefecture region", "declined")}
    withdraw | institution_filler institution_head                | {leads("drafting county prefecture region", "withdrawn")}
    retract  | region_officer                                     | published>withdrawn
    """
)
OF_WHOEVER_HAS_IT = frozenset({"file", "forward", "select", "publish", "return_", "decline"})

# Whoever holds the open work item's grant at its unit may also claim, release and hand over; the item's role decides
# who that is.
ITEM_VERBS = frozenset({"claim", "release", "hand_over"})
# What the system does to the open work item and its date, of whatever kind; it refuses where there is none.
DATE_VERBS = frozenset({"extend", "redate", "affirm_date", "readdress"})
ITEM_HOLDERS = {
    "quality_cycle": {
        "self_check": "institution_filler institution_head",
        "returned": "institution_filler institution_head",
        "confirming": "institution_head",
        "submitted": "county_officer",
        "approving": "county_approver",
    },
    "extension": {"requested": "county_approver", "requested_again": SUPERIORS},
    "finding": {
        "open": "institution_filler institution_head",
        "in_progress": "institution_filler institution_head",
        "plan_submitted": "county_officer",
        "fixed": "county_officer",
        "closing": "county_approver",
        "continuing": "county_officer",
    },
    "supervision": {"active": SUPERIORS},
    "common_problem": {"declared": "county_officer", "in_progress": "county_officer"},
    "programme": {"drafting": "region_officer region_head"},
    "visit": {"visiting": "region_expert", "delivered": "institution_head", "concluding": "region_expert"},
    "spot_check": dict.fromkeys(("planning", "visiting"), "region_officer nation_officer"),
    "practice": {
        "drafting": "institution_filler institution_head",
        "county": "county_officer",
        "prefecture": "prefecture_officer",
        "region": "region_officer",
    },
    "work_plan": {
        "drafting": "prefecture_officer",
        "confirming": "prefecture_head",
        "filed": "region_officer",
        "returned": "prefecture_officer",
    },
    "regional_report": {
        "drafting": "region_officer",
        "confirming": "region_head",
        "submitted": "nation_officer",
        "returned": "region_officer",
    },
    "summary": {
        "drafting": "prefecture_officer",
        "confirming": "prefecture_head",
        "submitted": "region_officer",
        "returned": "prefecture_officer",
    },
}

# Who holds the item's grant at a unit above the one that has the work: they neither claim it nor give it away.
ABOVE_THE_WORK = {
    "extension": frozenset({"region_officer", "region_head"}),
    "supervision": frozenset({"region_officer", "region_head"}),
    "spot_check": frozenset({"nation_officer"}),
}

# Who does not see the cases of a kind, because they belong to a unit above theirs.
BELOW_PREFECTURE = frozenset(["institution_filler", "institution_head", "county_officer", "county_approver"])
BLIND = {
    "common_problem": frozenset({"institution_filler", "institution_head"}),
    "programme": BELOW_PREFECTURE | {"prefecture_officer", "prefecture_head"},
    "work_plan": BELOW_PREFECTURE,
    "summary": BELOW_PREFECTURE,
    "regional_report": BELOW_PREFECTURE | {"prefecture_officer", "prefecture_head"},
    "spot_check": BELOW_PREFECTURE | {"prefecture_officer", "prefecture_head"},
}

# Who sees the cases of a kind by their part in them.
PARTIES = {"visit": frozenset({"region_expert"})}

INSIDE = frozenset(
    f"institution_filler institution_head county_officer county_approver inspector nation_officer {SUPERIORS}".split()
)
OUTSIDE = frozenset(
    [
        "region_expert",
        "national_expert",
        "system_admin",
        "security_admin",
        "auditor",
        "other_filler",
        "other_officer",
        "nobody",
        "expired",
    ]
)
EVERYBODY = sorted(INSIDE | OUTSIDE | {"system"})
