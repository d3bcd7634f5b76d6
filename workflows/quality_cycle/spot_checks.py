"""What a spot-check's team found comes onto the ledger of the institution's year (part 3 (3), part 4 (2): 建立台账).

Also after the year's summary was filed: what was filed is frozen with its list of records, and does not follow. The
same problem from the self-check or the county stays a finding of its own beside the team's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from cases.deadlines import named
from workflows.finding import ledger
from workflows.finding.record import limit_fields
from workflows.quality_cycle.verification import finding_fields
from workflows.rules import verb
from workflows.step import Step

LABEL = gettext_lazy("Take up findings of a spot-check")


class SpotCheckVerbs:
    """System verbs of the annual cycle; the visit's conclusion calls one of them, once."""

    @verb(label=LABEL, source=("rectifying", "verified"), target="rectifying", back=True)
    def take_spot_check(self, step: Step) -> None:
        """A verified cycle goes back to rectification, one that rectifies has more to rectify."""
        _take_up(step)

    @verb(label=LABEL, source=("self_check", "confirming", "submitted", "returned", "approving"))
    def note_spot_check(self, step: Step) -> None:
        """Before the county has approved: the findings wait on the ledger, the cycle stays where it is."""
        _take_up(step)


def _take_up(step: Step) -> None:
    problems: Sequence[Mapping[str, Any]] = step.details["problems"]
    ledger.open_findings(
        step, str(step.details["source"]), [(str(each["item_code"]), _fields(step, each)) for each in problems]
    )
    step.facts = {
        "visit": step.details["visit"],
        "source": str(step.details["source"]),
        "items": [each["item_code"] for each in problems],
        "added": len(problems),
    }


def _fields(step: Step, problem: Mapping[str, Any]) -> dict[str, Any]:
    """As the county's findings; a date that the team named is the team's."""
    due_on = problem.get("due_on")
    return finding_fields(step, problem) | (limit_fields(named(due_on, "team")) if due_on else {})
