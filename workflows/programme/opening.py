"""Opening a region's year: the draft of its programme, and in one transaction everything that it asks of prefectures.

What is opened below a running programme beside the work plans (summaries, the region's reports) is added to
``OPENERS`` by the package that has the kind, as consequences are added to the engine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import Actor
from cases.clock import local_date
from cases.editions.pinned import edition_of
from cases.editions.quality import quality_of
from cases.errors import Conflict, Invalid, WrongRole
from cases.models import Case, OrgUnit, Programme, Round, WorkPlan
from cases.saving import sign
from cases.signals import recorded
from workflows.engine import open_case, perform
from workflows.quality_cycle.opening import edition_for
from workflows.step import Batch, Step

KIND = "programme"
MANAGE = "manage_cycles"
AHEAD = 1  # years that a programme may be prepared before its own
# Whoever opens cases for the rounds of a programme and some of its prefectures: set-wise, into the step's batch, and
# safe to repeat: a prefecture may come later, and what is there already stays as it is.
Opener = Callable[[Step, list[Round], list[OrgUnit]], None]
OPENERS: list[Opener] = []


def start_programme(region: OrgUnit, year: int, *, by: Actor, at: dt.datetime) -> Case:
    """The draft of a region's year with the rounds and dates of the edition; nobody below hears of it yet.

    Raises WrongRole (403), Conflict (409: the year has one) or Invalid (422: too early, or no edition in force).
    """
    grant = by.viewer(at).grant_for(MANAGE, region)
    if grant is None or grant.unit_id != region.pk or region.kind != OrgUnit.Kind.REGION:
        raise WrongRole(
            "wrong_role",
            _("Only the region itself opens its year."),
            hint=_("The officers of the regional health commission do that."),
        )
    if year > local_date(at).year + AHEAD:
        message = _("A programme is prepared at most a year ahead.")
        raise Invalid("too_early", message, faults={"year": [message]})
    edition = edition_for(year)
    with transaction.atomic(durable=True):
        # Two officers at once: the second one waits here, and sees what the first has started.
        OrgUnit.objects.select_for_update(no_key=True).get(pk=region.pk)
        if programme_of(region, year) is not None:
            raise Conflict(
                "already_started",
                _("The region has a programme for %(year)d already.") % {"year": year},
                hint=_("Open it from the list, and go on with it."),
            )
        batch = Batch()
        record = Programme()
        case = open_case(
            KIND,
            unit=region,
            year=year,
            edition=edition,
            batch=batch,
            by=by,
            at=at,
            record=record,
            slot=f"programme:{region.pk}:{year}",
            grant=grant,
        )
        batch.write()
        for rule in quality_of(edition_of(case)).rounds_of(year):
            cutoff_on, due_on = rule.dates(year)
            planned = Round(programme=record, code=rule.code, cycle_year=year - rule.years_back)
            planned.cutoff_on, planned.due_on = cutoff_on, due_on
            sign(planned, by.user, at)
            planned.save()
    recorded.send(Case)
    return case


def open_programme(region: OrgUnit, year: int, *, by: Actor, at: dt.datetime, notice: str = "") -> Case:
    """Start the region's programme where there is none yet, and open it; safe to repeat.

    A programme that runs already takes in the prefectures that it lacks. Raises what the verbs raise.
    """
    case = programme_of(region, year) or start_programme(region, year, by=by, at=at)
    if case.state == "drafting":
        if notice:
            record = Programme.objects.get(pk=case.pk)
            record.notice, record.row_version = notice, record.row_version + 1
            sign(record, by.user, at)
            record.save(update_fields=["notice", "row_version"])
        return perform(case, "open", by=by, at=at)
    if case.state == "running" and missing_prefectures(case, local_date(at)):
        return perform(case, "include_prefecture", by=by, at=at)
    return case


def open_below(step: Step, prefectures: list[OrgUnit]) -> None:
    """What a programme asks of these prefectures, as cases below it: their work plans, and whatever the openers add."""
    case: Any = step.case
    programme = case.programme
    for prefecture in prefectures:
        open_case(
            "work_plan",
            unit=prefecture,
            year=case.year,
            edition=case.edition,
            batch=step.batch,
            by=step.actor,
            at=step.at,
            record=WorkPlan(programme=programme),
            parent=case,
            slot=f"work_plan:{case.pk}:{prefecture.pk}",
            grant=step.grant,
        )
    rounds = list(programme.rounds.all())
    for opener in OPENERS:
        opener(step, rounds, prefectures)
    step.facts = {
        "prefectures": [prefecture.pk for prefecture in prefectures],
        "rounds": {each.code: [each.cutoff_on.isoformat(), each.due_on.isoformat()] for each in rounds},
    }


def programme_of(region: OrgUnit, year: int) -> Case | None:
    """The region's programme of the year, whatever its state: there is never a second one."""
    return Case.objects.filter(kind=KIND, unit=region.pk, year=year).select_related("unit").first()


def prefectures_of(region: OrgUnit, on: dt.date) -> list[OrgUnit]:
    """The prefectures of a region that exist on the day."""
    found: Iterable[OrgUnit] = OrgUnit.objects.within(region.path).active(on).filter(kind=OrgUnit.Kind.PREFECTURE)
    return list(found)


def missing_prefectures(case: Case, on: dt.date) -> list[OrgUnit]:
    """The prefectures of the day that the programme has opened nothing for: they were created after it."""
    asked = set(Case.objects.filter(parent=case.pk, kind="work_plan").values_list("unit_id", flat=True))
    return [prefecture for prefecture in prefectures_of(case.unit, on) if prefecture.pk not in asked]
