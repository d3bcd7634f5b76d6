"""What of a cycle counts in figures: whether it has self-checked, and its beds (Annex 2, counts 2 to 4)."""

from __future__ import annotations

from typing import Any

from cases.models import CycleFact, SelfCheckSubmission
from workflows.step import Step

NOTHING: dict[str, Any] = {"self_checked": False, "verified": False, "medical_beds": None, "home_beds": None}


def count(step: Step, **changes: Any) -> None:
    """Note what counts of the cycle from this step on; what is not named stays as it was."""
    present = CycleFact.objects.filter(cycle=step.case.pk, valid_until=None).values(*NOTHING).first()
    now = (present or NOTHING) | changes
    if now == NOTHING:
        count_no_more(step)
    elif now != present:
        step.replace_facts((now,))


def count_beds(step: Step, submission: SelfCheckSubmission) -> None:
    """The county has completed its verification of this version: its beds count from now on."""
    count(step, verified=True, medical_beds=submission.medical_beds, home_beds=submission.home_beds)


def count_no_more(step: Step) -> None:
    """The cycle counts nowhere any more: it was cancelled, or its only form withdrawn."""
    if CycleFact.objects.filter(cycle=step.case.pk, valid_until=None).exists():
        step.replace_facts(())


def count_again(step: Step) -> None:
    """A cancelled cycle was reopened: what it had submitted and what was verified of it counts again."""
    if step.case.state != "cancelled":
        return
    last = CycleFact.objects.filter(cycle=step.case.pk).order_by("-valid_from").values(*NOTHING).first()
    if last is not None:
        step.replace_facts((last,))
