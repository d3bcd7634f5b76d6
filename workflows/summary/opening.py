"""Opening the summaries of a programme's rounds: one case a round and prefecture, in the programme's own step."""

from __future__ import annotations

from cases.models import Case, OrgUnit, Round, Summary
from workflows.engine import open_case
from workflows.programme.opening import OPENERS
from workflows.step import Step

KIND = "summary"


def open_summaries(step: Step, rounds: list[Round], prefectures: list[OrgUnit]) -> None:
    """Put the summary of each round and prefecture that has none yet into the batch; safe to repeat.

    The step is the programme's, whose case is locked; year and edition are the programme's, the date is the round's.
    """
    programme = step.case
    places = [(no, each, place) for no, each in enumerate(rounds, start=1) for place in prefectures]
    taken = set(
        Case.objects.filter(slot__in=[slot_of(each.pk, place.pk) for _no, each, place in places]).values_list(
            "slot", flat=True
        )
    )
    for no, each, place in places:
        if slot_of(each.pk, place.pk) in taken:
            continue
        open_case(
            KIND,
            unit=place,
            year=programme.year,
            edition=programme.edition,
            batch=step.batch,
            by=step.actor,
            at=step.at,
            record=Summary(round=each),
            parent=programme,
            number=f"{programme.year}-{place.code}-HZ{no:02d}",
            slot=slot_of(each.pk, place.pk),
            grant=step.grant,
            facts={"round": each.code, "cutoff_on": str(each.cutoff_on), "due_on": str(each.due_on)},
        )


def slot_of(round_id: int, unit_id: int) -> str:
    """The slot of a prefecture's summary for a round."""
    return f"{KIND}:{round_id}:{unit_id}"


OPENERS.append(open_summaries)
