"""Opening the region’s report of each round, in the programme’s own step (part 3 (3))."""

from __future__ import annotations

from cases.models import Case, OrgUnit, Round, Summary
from workflows.engine import open_case
from workflows.programme.opening import OPENERS
from workflows.step import Step

KIND = "regional_report"


def open_reports(step: Step, rounds: list[Round], prefectures: list[OrgUnit]) -> None:
    """Put the region's report of each round that has none yet into the batch; safe to repeat.

    One a round, whatever prefectures are named: those that come later are in the same report.
    """
    programme = step.case
    slots = [slot_of(each.pk, programme.unit_id) for each in rounds]
    taken = set(Case.objects.filter(slot__in=slots).values_list("slot", flat=True))
    for no, (each, slot) in enumerate(zip(rounds, slots, strict=True), start=1):
        if slot in taken:
            continue
        open_case(
            KIND,
            unit=programme.unit,
            year=programme.year,
            edition=programme.edition,
            batch=step.batch,
            by=step.actor,
            at=step.at,
            record=Summary(round=each),
            parent=programme,
            number=f"{programme.year}-{programme.unit.code}-ZJ{no:02d}",
            slot=slot,
            grant=step.grant,
            facts={"round": each.code, "cutoff_on": str(each.cutoff_on), "due_on": str(each.due_on)},
        )


def slot_of(round_id: int, unit_id: int) -> str:
    """One report a round and region."""
    return f"{KIND}:{round_id}:{unit_id}"


OPENERS.append(open_reports)
