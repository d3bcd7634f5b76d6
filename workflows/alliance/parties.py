"""Who takes part in a pilot although the tree does not say so: its parties and those of the cases below it.

An alliance cuts across the tree, so a unit reads and acts by its part (``lead``, ``member``, ``district``,
``finance``); days are half-open, as everywhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from cases.clock import local_date
from cases.models import Case, CaseParty, OrgUnit
from cases.saving import sign
from workflows.step import Step

# Which parts of a pilot the cases below it share, by their kind; each kind adds itself.
_shared: dict[str, frozenset[str]] = {}


def share_parts(kind: str, *parts: str) -> None:
    """Have cases of this kind keep these parts of their pilot, whoever joins or leaves it later."""
    _shared[kind] = frozenset(parts)


def give_part(
    step: Step, case: Case, unit: OrgUnit | int, part: str, from_: dt.date, until: dt.date | None = None
) -> None:
    """Give a unit a part in a case from a day on; what it has already is kept, with the new end.

    For a case that the step opens, the batch writes it; nothing is given that would end before it begins.
    """
    if until is not None and until <= from_:
        return
    unit_id = unit if isinstance(unit, int) else unit.pk
    row = CaseParty(case=case, unit_id=unit_id, part=part, valid_from=from_, valid_until=until)
    if case.pk is None:
        step.batch.records.append(row)
        return
    held = _counting(case, from_).filter(unit=unit_id, part=part).first()
    if held is None:
        _save(step, row)
    elif held.valid_until != until:
        held.valid_until = until
        _save(step, held)


def end_part(step: Step, case: Case, unit: OrgUnit | int, part: str, on: dt.date) -> None:
    """End a unit's part in a case; ``on`` is the first day that no longer counts."""
    unit_id = unit if isinstance(unit, int) else unit.pk
    for row in _counting(case, on).filter(unit=unit_id, part=part):
        if row.valid_from >= on:  # it never counted: nobody has read anything by it
            sign(row, step.person, step.at, step.verb)
            row.delete()
            continue
        row.valid_until = on
        _save(step, row)


def copy_parts(step: Step, pilot: Case, child: Case, parts: Iterable[str] = ()) -> None:
    """Give a case below a pilot the parties of the pilot that count from today on; by default those of its kind."""
    wanted = frozenset(parts) or _shared.get(child.kind, frozenset())
    today = local_date(step.at)
    for row in _counting(pilot, today).filter(part__in=wanted).order_by("pk"):
        give_part(step, child, row.unit_id or 0, row.part, max(row.valid_from, today), row.valid_until)


def give_everywhere(step: Step, pilot: Case, unit: OrgUnit | int, part: str, from_: dt.date, until: Any = None) -> None:
    """Give a part in the pilot and in every case below it that shares it."""
    give_part(step, pilot, unit, part, from_, until)
    for child in _sharing(pilot, part):
        give_part(step, child, unit, part, from_, until)


def keep_everywhere(step: Step, pilot: Case, unit: OrgUnit | int, part: str, from_: dt.date, until: Any) -> None:
    """Give a part as ``give_everywhere`` does, with its new end in every case below that lets the unit read besides."""
    give_everywhere(step, pilot, unit, part, from_, until)
    counting = Q(parties__valid_until=None) | Q(parties__valid_until__gt=from_)
    for child in Case.objects.filter(counting, parent=pilot.pk, parties__unit=unit, parties__part=part).distinct():
        give_part(step, child, unit, part, from_, until)


def end_everywhere(step: Step, pilot: Case, unit: OrgUnit | int, part: str, on: dt.date) -> None:
    """End a part in the pilot and in every case below it.

    The two sides of a referral (``sender``, ``receiver``) are no parts of the pilot and stay: whoever is responsible
    for a patient reads and finishes the referral, also after a membership or the pilot has ended.
    """
    end_part(step, pilot, unit, part, on)
    for child in Case.objects.filter(parent=pilot.pk, parties__unit=unit, parties__part=part).distinct():
        end_part(step, child, unit, part, on)


def _sharing(pilot: Case, part: str) -> Iterable[Case]:
    kinds = [kind for kind, parts in _shared.items() if part in parts]
    return Case.objects.filter(parent=pilot.pk, kind__in=kinds) if kinds else ()


def _counting(case: Case, on: dt.date) -> Any:
    """The parties of a case that count on the day, or will."""
    return CaseParty.objects.filter(Q(valid_until=None) | Q(valid_until__gt=on), case=case.pk)


def _save(step: Step, row: CaseParty) -> None:
    sign(row, step.person, step.at, step.verb)
    row.save()
