"""Opening a year: one cycle for every active institution of a unit, in bulk and safe to repeat."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import Actor, Grant
from cases.clock import local_date
from cases.editions.quality import CODE as PROGRAMME
from cases.errors import Invalid
from cases.models import Case, Edition, OrgUnit, SelfCheck
from workflows.engine import open_case
from workflows.quality_cycle.kind import QUALITY_CYCLE, slot_of
from workflows.step import Batch

CHUNK = 500


@dataclass
class Opening:
    """What an opening did: how many cycles it opened, and how many institutions already had theirs."""

    edition: Edition
    opened: int = 0
    present: int = 0
    cases: list[Case] = field(default_factory=list)


def edition_for(year: int) -> Edition:
    """The edition in force on 1 January of the year.

    Raises Invalid when there is none.
    """
    day = dt.date(year, 1, 1)
    candidates = Edition.objects.filter(code=PROGRAMME, valid_from__lte=day).exclude(valid_until__lte=day)
    edition = candidates.order_by("-valid_from").first()
    if edition is None:
        raise Invalid("no_edition", _("No edition is in force for %(year)d.") % {"year": year})
    return edition


def open_year(
    unit: OrgUnit,
    year: int,
    *,
    by: Actor,
    at: dt.datetime,
    chunk: int = CHUNK,
    progress: Callable[[int, int], None] | None = None,
    keep_cases: bool = False,
) -> Opening:
    """Open the year's cycles for the institutions of the unit that are active on the day and have none yet.

    Memory does not grow with the number of institutions: a chunk is one transaction. An institution that joins in
    mid-year is picked up by the next run; one that has closed is left out (its open cycle is cancelled by hand, with
    the reason). ``progress`` is told (done, total) after each chunk.
    """
    edition = edition_for(year)
    result = Opening(edition)
    grant = None if by.is_system else by.viewer(at).grant_for("manage_cycles", unit)
    active = OrgUnit.objects.within(unit.path).active(local_date(at)).filter(kind=OrgUnit.Kind.INSTITUTION)
    total = active.count()
    last, done = "", 0
    while institutions := list(active.filter(path__gt=last).order_by("path")[:chunk]):
        last = institutions[-1].path
        with transaction.atomic(durable=True):
            opened = _open_chunk(institutions, year, edition, by, at, grant)
        result.opened += len(opened)
        result.present += len(institutions) - len(opened)
        if keep_cases:
            result.cases += opened
        done += len(institutions)
        if progress is not None:
            progress(done, total)
    return result


def _open_chunk(
    institutions: list[OrgUnit], year: int, edition: Edition, by: Actor, at: dt.datetime, grant: Grant | None
) -> list[Case]:
    """The chunk's missing cycles; the unit rows are locked, so that two openings at once cannot both add one.

    Not their keys: nobody who writes a row that names the unit, which is every step of its cases, has to wait.
    """
    keys = [institution.pk for institution in institutions]
    list(OrgUnit.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
    present = set(
        Case.objects.filter(kind=QUALITY_CYCLE.code, year=year, unit__in=keys).values_list("unit_id", flat=True)
    )
    batch = Batch()
    opened = [
        open_case(
            QUALITY_CYCLE.code,
            unit=institution,
            year=year,
            edition=edition,
            batch=batch,
            by=by,
            at=at,
            record=SelfCheck(),
            slot=slot_of(institution.pk, year),
            grant=grant,
        )
        for institution in institutions
        if institution.pk not in present
    ]
    batch.write()
    return opened
