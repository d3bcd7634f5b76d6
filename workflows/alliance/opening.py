"""Opening a city's programme of pilots, and applying for one or being nominated (pilot plan, part 3 (1))."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import Actor, Grant, Viewer
from cases.clock import local_date
from cases.errors import Conflict, Invalid, WrongRole
from cases.models import Case, Edition, OrgUnit, Pilot, PilotProgramme, Sequence
from cases.signals import recorded
from cases.wording import cdate
from workflows.alliance.editions import edition_on
from workflows.alliance.parties import give_part
from workflows.engine import cascade, lock, open_case, perform
from workflows.step import Batch, Step

KIND = "pilot_programme"
PILOT = "pilot"
LONGEST_TITLE = 120
LONGEST = 4000


def running_grant(viewer: Viewer, city: OrgUnit) -> Grant | None:
    """The grant by which somebody runs the pilots of a city: one at exactly that commission."""
    grant = viewer.grant_for("run_pilots", city)
    return grant if grant is not None and grant.unit_id == city.pk else None


def open_programme(unit: OrgUnit, *, title: str, notice: str = "", year: int, by: Actor, at: dt.datetime) -> Case:
    """Open a city's programme: its districts, hospitals and finance bureau read it, and may apply or nominate.

    Raises WrongRole (403), Conflict (409: the year has one) or Invalid (422: no title, no edition, no finance bureau).
    """
    grant = running_grant(by.viewer(at), unit)
    if grant is None or unit.kind != OrgUnit.Kind.PREFECTURE:
        raise WrongRole(
            "wrong_role",
            _("Only the city’s health commission opens its pilots."),
            hint=_("The officers of the city do that."),
        )
    today = local_date(at)
    title = title.strip()
    faults: dict[str, list[Any]] = {}
    if not title or len(title) > LONGEST_TITLE:
        faults["title"] = [_("Give the programme a title of at most %(limit)d characters.") % {"limit": LONGEST_TITLE}]
    if year != today.year:
        faults["year"] = [_("A programme is opened in its own year.")]
    if faults:
        raise Invalid("programme_incomplete", _("The programme is not complete."), faults=faults)
    bureaus = finance_bureaus(unit, today)
    if not bureaus:
        raise Invalid(
            "no_finance_bureau",
            _("The city has no finance bureau in the roster; it evaluates the pilots together with the commission."),
            hint=_("Have the administrator enter it below the city first."),
        )
    edition = edition_on(today)
    if (practice := over(edition, year, today)) is not None:
        message = _(
            "The practice of the edition in force ended on %(day)s (%(clause)s): no pilot could begin any more."
        )
        raise Invalid(
            "phase_over",
            message % {"day": cdate(practice.window(year)[1]), "clause": practice.clause},
            hint=_("Have the administrator load an edition with the phases of a new round first."),
        )
    with transaction.atomic(durable=True):
        # Two officers at once: the second one waits here, and sees what the first has opened.
        OrgUnit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        if Case.objects.filter(kind=KIND, unit=unit.pk, year=year).exists():
            raise Conflict(
                "already_started",
                _("The city has a programme of pilots for %(year)d already.") % {"year": year},
                hint=_("Open it from the list, and go on with it."),
            )
        batch = Batch()
        case: Any = open_case(
            KIND,
            unit=unit,
            year=year,
            edition=edition,
            batch=batch,
            by=by,
            at=at,
            record=PilotProgramme(title=title, notice=notice.strip()),
            number=f"{year}-{unit.code}-SD",
            slot=f"{KIND}:{unit.pk}:{year}",
            grant=grant,
        )
        for part, each in taking_part(unit, today):
            give_part(case.step, case, each, part, today)
        batch.write()
        step: Step = case.step
        step.batch = Batch()
        opened = lock(case)
        cascade(step, opened, "announce")
        step.batch.write()
    recorded.send(Case)
    return opened


def over(edition: Edition, year: int, today: dt.date) -> Any:
    """The practice of an edition, where it lies behind for a programme of the year; None while pilots can begin."""
    practice = edition.parsed.phase("practice")
    return practice if today > practice.window(year)[1] else None


def may_open(city: OrgUnit, today: dt.date) -> bool:
    """Whether a city has no programme of the year yet and could have one."""
    if Case.objects.filter(kind=KIND, unit=city.pk, year=today.year).exists():
        return False
    try:
        return over(edition_on(today), today.year, today) is None
    except Invalid:
        return False


def taking_part(city: OrgUnit, on: dt.date) -> list[tuple[str, OrgUnit]]:
    """The units that a city's programme is for, each with its part, as the roster stands on the day."""
    districts = OrgUnit.objects.active(on).filter(superior=city.pk, kind=OrgUnit.Kind.COUNTY).order_by("path")
    parts = (("district", list(districts)), ("lead", city_hospitals(city, on)), ("finance", finance_bureaus(city, on)))
    return [(part, unit) for part, units in parts for unit in units]


def city_hospitals(city: OrgUnit, on: dt.date) -> list[OrgUnit]:
    """The hospitals directly below a city: they may lead an alliance (part 2 (2) 1)."""
    return list(OrgUnit.objects.active(on).filter(superior=city.pk, kind=OrgUnit.Kind.HOSPITAL))


def finance_bureaus(city: OrgUnit, on: dt.date) -> list[OrgUnit]:
    """The finance bureau of a city; a list, because nothing keeps a roster from naming two."""
    return list(OrgUnit.objects.active(on).filter(superior=city.pk, kind=OrgUnit.Kind.FINANCE_BUREAU))


def apply(programme: Case, application: Mapping[str, Any], *, by: Actor, at: dt.datetime, **asked: Any) -> Case:
    """Apply for a pilot as its lead hospital, or nominate one as a district; returns the pilot's case.

    ``application`` has ``name``, ``structure``, ``lead`` (a unit), ``application`` (why), and ``members``: for each
    ``unit``, ``tier``, ``has_hospital``, ``agreement``, ``valid_from``, ``valid_until`` (the first day that no longer
    counts, or None) and ``contact``. The lead's own membership is added. Raises what the verb ``apply`` raises.
    """
    moved: Any = perform(programme, "apply", by=by, at=at, **application, **asked)
    return Case.objects.get(pk=moved.step.facts["pilot"])


def open_pilot(programme: Any, record: Pilot, districts: list[OrgUnit]) -> Any:
    """Write the case of a pilot that was applied for, with its parties but its members; within the programme's step.

    It is written at once and not with the step: what belongs to it wants its key.
    """
    step, city, year = programme.step, programme.unit, programme.year
    today = local_date(step.at)
    batch = Batch()
    case: Any = open_case(
        PILOT,
        unit=city,
        year=year,
        edition=programme.edition,
        batch=batch,
        by=step.actor,
        at=step.at,
        record=record,
        parent=programme,
        number=f"{year}-{city.code}-LHT{Sequence.take(f'{PILOT}:{year}:{city.code}'):02d}",
        grant=step.grant,
        facts={"lead": record.lead_id, "applicant": record.applicant_id, "structure": record.structure},
    )
    give_part(case.step, case, record.lead, "lead", today)
    for part, units in (("district", districts), ("finance", finance_bureaus(city, today))):
        for each in units:
            give_part(case.step, case, each, part, today)
    batch.write()
    return case
