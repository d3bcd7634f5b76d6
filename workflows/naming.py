"""How cases, their work and their verbs are called, and where they are found, for packages that may not import them.

Named in ``settings.CASE_NAMING``; the messages are worded with it (``notifications.subject``).
"""

from __future__ import annotations

from cases.models import Case, CaseEvent, WorkItem
from workflows.desk import destinations, timeline
from workflows.kinds import KINDS


def verbs() -> dict[str, frozenset[str]]:
    """The verbs of every kind of case."""
    return {code: frozenset(kind.verbs) for code, kind in KINDS.items()}


def work_title(item: WorkItem) -> str:
    """What is to be done, for a work item whose case is loaded."""
    return destinations.title_of(item)


def case_title(case: Case) -> str:
    """The kind of case with its number, or its year where it has none."""
    return f"{KINDS[case.kind].label} {case.number or case.year}"


def verb_word(case: Case, verb: str) -> str:
    """What a verb is called on a button; the verb itself where the kind no longer has it."""
    known = KINDS[case.kind].verbs.get(verb)
    return str(known.rule.label) if known else verb


def event_word(case: Case, event: CaseEvent) -> str:
    """What an event of a case is called in its course."""
    return str(timeline.what_of(KINDS[case.kind], event))


def state_word(case: Case, state: str) -> str:
    return str(KINDS[case.kind].state_label(state))


def work_address(item: WorkItem) -> str:
    """Where the work is done, for a work item whose case is loaded."""
    return destinations.href_of(item)


def case_address(case: Case) -> str:
    return KINDS[case.kind].page(case)
