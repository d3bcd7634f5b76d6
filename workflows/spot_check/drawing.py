"""What the draw writes: the seed, the frame with its probabilities, a visit for every institution that was drawn."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from cases.clock import local_date
from cases.editions.quality import quality_of
from cases.errors import Conflict, Invalid
from cases.models import Case, DrawEntry, SpotCheck, Visit
from cases.sampling.entries import entries_of, next_in_line
from cases.sampling.frame import members
from cases.sampling.numbers import seed_from, system_part
from cases.saving import sign
from workflows.engine import cascade, lock, lock_many
from workflows.spot_check.planning import save_record
from workflows.step import Step
from workflows.visit.kind import State as VisitState
from workflows.visit.opening import open_visit, open_visits

LONGEST_PUBLIC = 100
CHUNK = 500


def draw_institutions(step: Step, record: SpotCheck) -> None:
    """Draw once, from the institutions of this day; the event names the seed, its two parts and the frame's digest.

    Raises Conflict (409) where there is nobody to draw, Invalid (422) for what was typed or a plan that has run out.
    """
    public, today = str(step.details.get("public") or "").strip(), local_date(step.at)
    if len(public) > LONGEST_PUBLIC:
        message = _("Keep it under %(limit)d characters.") % {"limit": LONGEST_PUBLIC}
        raise Invalid("public_seed_too_long", message, faults={"public": [message]})
    if record.visits_until is not None and record.visits_until < today:
        raise Conflict(
            "plan_has_run_out",
            _("The last day of the visits has passed already."),
            hint=_("Change the plan first, then draw."),
        )
    frame = members(step.case.unit, quality_of(step.edition).draw, year=step.case.year, at=step.at)
    if not frame:
        raise Conflict("nobody_to_draw", _("There is no institution that could be drawn."))
    system = system_part()
    record.seed, record.frame_on, record.drawn_at = seed_from(system, public), today, step.at
    entries = entries_of(record, frame)
    save_record(record, ["seed", "frame_on", "frame_digest", "drawn_at"], by=step.person, at=step.at, verb=step.verb)
    saved = bulk_create_with_history(
        entries, DrawEntry, batch_size=CHUNK, default_user=step.person, default_date=step.at
    )
    visits = open_visits(step, [(entry, []) for entry in saved if entry.drawn])
    step.facts = {
        "seed": record.seed,
        "system": system,
        "public": public,
        "frame": record.frame_digest,
        "institutions": len(saved),
        "drawn": len(visits),
    }


def replace_institution(step: Step, record: SpotCheck) -> None:
    """Let the next in line come in the place of an institution that closed or cannot be visited; both stay visible.

    Nobody comes where the stratum has no other left. Raises Conflict (409) where it is not drawn or has been visited.
    """
    entries = list(record.entries.select_related("institution").order_by("stratum", "position"))
    dropped = next((entry for entry in entries if entry.pk == step.details.get("entry")), None)
    if dropped is None or not dropped.drawn or dropped.dropped_at is not None:
        raise Conflict("not_drawn", _("This institution is not among those to be visited."))
    visit = visit_of(dropped)
    if visit.state != VisitState.VISITING:
        raise Conflict(
            "visited_already",
            _("This institution has been visited already."),
            hint=_("What has been assessed there stays part of the spot-check."),
        )
    dropped.dropped_at, dropped.dropped_reason = step.at, step.reason
    _save_entry(step, dropped, "dropped_at", "dropped_reason")
    cascade(step, lock(visit), "cancel", reason=step.reason, noted=True)
    today = local_date(step.at)
    follower = next_in_line((entry for entry in entries if entry.institution.is_active(today)), dropped)
    if follower is not None:
        follower.drawn, follower.replaces = True, dropped
        _save_entry(step, follower, "drawn", "replaces")
        open_visit(step, follower, [])
    step.facts = {
        "dropped": dropped.institution_id,
        "in_place": follower.institution_id if follower is not None else None,
    }


def cancel_visits(step: Step) -> None:
    """Cancel the visits that are not over, each with its own event."""
    running = list(visits_of(step.case).filter(finished=None).order_by("pk"))
    for visit in lock_many(running):
        cascade(step, visit, "cancel", reason=step.reason, noted=True)


def visits_of(case: Case) -> Any:
    """The cases of a spot-check's visits."""
    return Case.objects.filter(parent=case.pk, kind="visit")


def visit_of(entry: DrawEntry) -> Case:
    """The case of the visit to an institution that was drawn."""
    return Visit.objects.select_related("case").get(entry=entry.pk).case


def _save_entry(step: Step, entry: DrawEntry, *names: str) -> None:
    sign(entry, step.person, step.at, step.verb)
    entry.save(update_fields=list(names))
