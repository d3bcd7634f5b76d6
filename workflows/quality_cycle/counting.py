"""What of a cycle counts in figures: whether it has self-checked, and its beds (Annex 2, counts 2 to 4)."""

from __future__ import annotations

from typing import Any

from cases.models import CycleFact, SelfCheckSubmission, Verification
from workflows.kinds import Facts
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
    # Not the last fact that there was: a form that had been withdrawn before the cancelling counts no more.
    now = _by_records(step.case)
    if now:
        step.replace_facts(now)


def told_by_records(case: Any) -> Facts:
    """What the trail, the versions and the verifications say that counts of the cycle now: to check the facts by."""
    return () if case.state == "cancelled" else _by_records(case)


def _by_records(case: Any) -> Facts:
    self_checked = sent_back = False
    for verb, source in case.events.order_by("seq").values_list("verb", "source"):
        sent_back = sent_back or verb in ("return_", "reopen")
        if verb == "submit":
            self_checked = True
        elif verb == "withdraw" and source == "submitted" and not sent_back:
            self_checked = False
    approved = Verification.objects.filter(case=case.pk).exclude(approved_at=None).order_by("-submission__no")
    beds = approved.values("submission__medical_beds", "submission__home_beds").first()
    now = NOTHING | {"self_checked": self_checked}
    if beds is not None:
        medical, home = beds.values()
        now |= {"verified": True, "medical_beds": medical, "home_beds": home}
    return () if now == NOTHING else (now,)
