"""Agreements that run out: renewed by the office, noticed in time, and the parts that hang on them (自愿原则、协议).

A unit reads and acts as a member for as long as its agreements last, one following on another; a district takes part
through its units, or because it nominated the alliance. Days are half-open: ``valid_until`` no longer counts.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from cases.access import SYSTEM
from cases.clock import local_date
from cases.editions.alliance import alliance_of
from cases.errors import Conflict, Invalid
from cases.models import Case, CaseEvent, Membership, OrgUnit, Pilot
from cases.saving import sign
from workflows.alliance.membership import AGREEMENT, hold_units, member_faults, require_sound
from workflows.alliance.parties import end_everywhere, keep_everywhere
from workflows.alliance.states import LIVE
from workflows.engine import perform_many
from workflows.rules import verb
from workflows.step import Step

VERB = "note_agreement"
LONGEST_AGREEMENT = 120
LEAD = Membership.Tier.LEAD


class AgreementVerbs:
    """What a pilot does with agreements that have an end."""

    pilot: Pilot

    @verb(label=pgettext_lazy("pilot", "Renew an agreement"), source=LIVE, permission="party:lead")
    def renew_membership(self, step: Step) -> None:
        """A new agreement that follows on the old one; the unit goes on as what it is, with its contact."""
        renew(step, self.pilot)

    @verb(label=pgettext_lazy("pilot", "Remind of an agreement that ends"), source=LIVE)
    def note_agreement(self, step: Step) -> None:
        """The clock's: so many days before the end, as the edition says; office and member hear of it, once."""
        row: Membership = step.details["membership"]
        if _told(step.case, row):
            raise Conflict("already_told", _("They have been reminded of this agreement."))
        until = row.valid_until or local_date(step.at)
        step.facts = {"membership": row.pk, "until": until.isoformat(), "units": [row.unit_id, self.pilot.lead_id]}


def renewable(pilot: Pilot) -> QuerySet[Membership]:
    """The memberships whose agreement has an end that nobody wished for, and that no other one follows."""
    same = {"pilot": OuterRef("pilot"), "unit": OuterRef("unit")}
    later = Membership.objects.filter(**same, valid_from__gte=OuterRef("valid_until"))
    rows = Membership.objects.filter(pilot=pilot, end_reason="").exclude(valid_until=None).exclude(tier=LEAD)
    return rows.exclude(Exists(later)).select_related("unit")


def renew(step: Step, pilot: Pilot) -> None:
    """Let a membership go on by a new agreement; raises Conflict (409) or Invalid (422) with the clause."""
    given = step.details.get("membership")
    key = given.pk if isinstance(given, Membership) else int(given or 0)
    old = renewable(pilot).filter(pk=key).first()
    if old is None or old.valid_until is None:
        raise Conflict(
            "nothing_to_renew",
            _("This agreement has no end, was ended, or has been renewed already."),
            hint=_("A unit that has left is admitted anew."),
        )
    until, agreement = step.details.get("valid_until"), str(step.details.get("agreement") or old.agreement).strip()
    if not isinstance(until, dt.date | None) or len(agreement) > LONGEST_AGREEMENT:
        message = _("Give a day, or leave it open; keep the name of the agreement short.")
        raise Invalid("agreement_incomplete", message, faults={"valid_until": [message]})
    if until is not None and until <= max(old.valid_until, local_date(step.at)):
        message = _("The new agreement ends after today and after the old one (%(clause)s).") % {"clause": AGREEMENT}
        raise Invalid("ends_before_it_begins", message, faults={"valid_until": [message]})
    row = Membership(
        pilot=pilot,
        unit=old.unit,
        tier=old.tier,
        has_hospital=old.has_hospital,
        agreement=agreement,
        contact=old.contact,
        valid_from=old.valid_until,
        valid_until=until,
    )
    hold_units([row.unit_id])
    require_sound(list(member_faults(pilot.structure, row, city=step.case.unit, pilot=pilot.pk)))
    sign(row, step.person, step.at, step.verb)
    row.save()
    keep_parts(step, pilot, row.unit)
    step.facts = {
        "membership": row.pk,
        "unit": row.unit_id,
        "from": row.valid_from.isoformat(),
        "until": until.isoformat() if until else None,
    }


def keep_parts(step: Step, pilot: Pilot, unit: OrgUnit) -> None:
    """Bring the parts of a member and of its district in line with the agreements that last or are to come."""
    today = local_date(step.at)
    lasting = pilot.memberships.exclude(tier=LEAD).exclude(valid_until__lte=today)
    _keep(step, unit.pk, "member", list(lasting.filter(unit=unit)), today)
    district = unit.superior
    if district is None or district.kind != OrgUnit.Kind.COUNTY:
        return
    if district.pk == pilot.applicant_id:  # it takes part because it nominated the alliance
        keep_everywhere(step, step.case, district.pk, "district", today, None)
        return
    _keep(step, district.pk, "district", list(lasting.filter(unit__superior=district)), today)


def _keep(step: Step, unit: int, part: str, rows: list[Membership], today: dt.date) -> None:
    if not rows:
        end_everywhere(step, step.case, unit, part, today)
        return
    ends = [row.valid_until for row in rows if row.valid_until is not None]
    keep_everywhere(step, step.case, unit, part, today, max(ends) if len(ends) == len(rows) else None)


def ending_soon(pilot: Pilot, on: dt.date) -> QuerySet[Membership]:
    """The agreements that end within the days of notice that the edition gives, and that nobody has renewed."""
    notice = alliance_of(pilot.case.edition).agreements
    last = on + dt.timedelta(days=notice.notice_days)
    return renewable(pilot).filter(valid_until__gt=on, valid_until__lte=last)


def remind_of_agreements(at: dt.datetime, limit: int = 100) -> int:
    """Tell offices and members of agreements that are about to end, each once a date; safe to repeat."""
    today, done = local_date(at), 0
    dated = Q(pilot__memberships__valid_until__gt=today)
    cases = Case.objects.filter(dated, kind="pilot", state__in=LIVE, held_at=None).select_related("pilot", "edition")
    for case in cases.distinct().order_by("pk"):
        pilot: Any = case.pilot
        for row in ending_soon(pilot, today):
            if done < limit and not _told(case, row):
                told = perform_many([case], VERB, by=SYSTEM, at=at, membership=row)
                done += sum(refusal is None for _case, refusal in told)
    return done


def _told(case: Case, row: Membership) -> bool:
    until = row.valid_until.isoformat() if row.valid_until else ""
    found = CaseEvent.objects.filter(case=case.pk, verb=VERB, details__membership=row.pk, details__until=until)
    return found.exists()
