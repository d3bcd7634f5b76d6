"""What a pilot does with its management committee: seats, meetings, and the plan of the year (管委会, 年度工作计划)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access import Viewer
from cases.clock import local_date
from cases.editions.pinned import edition_of
from cases.errors import Conflict, Invalid, OutOfScope
from cases.evidence import store
from cases.models import AnnualPlan, Appointment, Case, CaseParty, CommitteeMember, Evidence, Meeting, Pilot
from cases.roles import Role
from cases.saving import StaleRow, sign
from workflows.alliance.committee.rules import LONGEST, PLAN, Seat, committee_faults, meeting_faults, seat_faults
from workflows.alliance.states import RUNNING, State
from workflows.rules import verb
from workflows.step import Step

PARTS = ("lead", "member", "district")
PLANNING = (State.SELECTED, State.PRACTICE, State.REPORTING)
LEAD = "party:lead"
MOST_FILES = 20  # of one meeting


class CommitteeVerbs:
    """By the office at the lead hospital, which does the committee's daily work."""

    pilot: Pilot

    @verb(label=gettext_lazy("Seat a member of the committee"), source=RUNNING, permission=LEAD, deliver=False)
    def seat_member(self, step: Step) -> None:
        """管委会主任由牵头单位的院长担任; the office is there, too; others come from members and districts."""
        given = step.details
        day, seat, unit, user = given.get("valid_from"), given.get("seat", ""), given.get("unit"), given.get("user")
        missing = {name: [_("This is needed.")] for name in ("valid_from", "unit", "user") if given.get(name) is None}
        if missing or not isinstance(day, dt.date) or unit is None or user is None:
            raise Invalid("seat_incomplete", _("The seat is not complete."), faults=missing)
        held = Appointment.objects.valid(day).own().filter(user=user.pk, unit=unit.pk)
        faults = seat_faults(
            seat,
            unit.pk,
            lead=self.pilot.lead_id,
            units=units_on(step.case, day),
            belongs=held.exists(),
            presides=held.filter(role=Role.INSTITUTION_HEAD).exists(),
        )
        if faults:
            raise Invalid("seat_not_possible", next(iter(faults.values()))[0], faults=faults)
        seated = CommitteeMember.objects.filter(Q(valid_until=None) | Q(valid_until__gt=day), pilot=self.pilot)
        if seated.filter(user=user.pk, seat=seat).exists():
            raise Conflict("seated_already", _("This person has the seat already."))
        if seat == Seat.DIRECTOR and seated.filter(seat=seat).exists():
            raise Conflict(
                "has_director",
                _("The committee has a director."),
                hint=_("End that seat first, with the day on which the new one begins."),
            )
        member = CommitteeMember(pilot=self.pilot, user=user, unit=unit, seat=seat, valid_from=day)
        _save(step, member)
        step.facts = {"seat": member.pk, "kind": str(seat)}

    @verb(label=gettext_lazy("End a seat"), source=RUNNING, permission=LEAD, deliver=False)
    def end_seat(self, step: Step) -> None:
        """From the day named on the person is not on the committee any more; the seat stays to be read."""
        member: Any = CommitteeMember.objects.filter(pilot=self.pilot, pk=step.details.get("member") or 0).first()
        if member is None:
            raise OutOfScope("no_such_seat", _("There is no such seat on this committee."))
        until = step.details.get("valid_until")
        if member.valid_until is not None:
            raise Conflict("seat_ended", _("This seat has ended already."))
        if not isinstance(until, dt.date) or until <= member.valid_from:
            message = _("Give a day after the one on which the seat began.")
            raise Invalid("ends_before_it_begins", message, faults={"valid_until": [message]})
        member.valid_until = until
        _save(step, member)
        step.facts = {"seat": member.pk, "until": until.isoformat()}

    @verb(label=gettext_lazy("Enter a meeting"), source=RUNNING, permission=LEAD, deliver=False)
    def enter_meeting(self, step: Step) -> None:
        """Agenda, decisions, who was there; the minutes as text or as files."""
        _write_meeting(step, Meeting(pilot=self.pilot))

    @verb(label=gettext_lazy("Correct a meeting"), source=RUNNING, permission=LEAD, deliver=False)
    def correct_meeting(self, step: Step) -> None:
        """What stood there before stays in the history."""
        meeting = Meeting.objects.filter(pilot=self.pilot, pk=step.details.get("meeting") or 0).first()
        if meeting is None:
            raise OutOfScope("no_such_meeting", _("There is no such meeting of this committee."))
        _write_meeting(step, meeting)

    @verb(label=gettext_lazy("Write the plan of the year"), source=PLANNING, permission=LEAD, deliver=False)
    def write_annual_plan(self, step: Step) -> None:
        """双方协商制定年度工作计划 (annex, row 2): what the members agreed on for a year, and when."""
        year: Any = step.details.get("year")
        text = str(step.details.get("text") or "").strip()
        agreed_on = step.details.get("agreed_on")
        years = years_of(step.case)
        faults: dict[str, list[str]] = {}
        if year not in years:
            words = {"first": years[0], "last": years[-1], "clause": PLAN}
            faults["year"] = [_("The pilot has plans for %(first)d to %(last)d (%(clause)s).") % words]
        if not text or len(text) > LONGEST:
            faults["text"] = [_("Write goals and tasks, in at most %(limit)d characters.") % {"limit": LONGEST}]
        if not isinstance(agreed_on, dt.date) or agreed_on > local_date(step.at):
            faults["agreed_on"] = [_("Give the day on which the members agreed, not one in the future.")]
        if faults:
            raise Invalid("plan_incomplete", next(iter(faults.values()))[0], faults=faults)
        plan: Any = AnnualPlan.objects.filter(pilot=self.pilot, year=year).first()
        plan = plan or AnnualPlan(pilot=self.pilot, year=year)
        if plan.row_version != (step.details.get("row_version") or 0):
            raise StaleRow(plan)
        plan.text, plan.agreed_on, plan.row_version = text, agreed_on, plan.row_version + 1
        _save(step, plan)
        step.facts = {"year": year, "plan": plan.pk}


def years_of(case: Any) -> list[int]:
    """The calendar years for which a pilot may have a plan: those of its phases."""
    phases = [phase.window(case.year) for phase in edition_of(case).phases]
    return list(range(phases[0][0].year, phases[-1][1].year + 1))


def units_on(case: Case, day: dt.date) -> set[int]:
    """The units that take part in the alliance on a day: lead hospital, members, and their districts."""
    parties = CaseParty.objects.valid(day).filter(case=case.pk, part__in=PARTS)
    return {unit for unit in parties.values_list("unit", flat=True) if unit is not None}


def seated_on(pilot: Pilot, day: dt.date) -> Any:
    """The seats of the committee that count on a day."""
    rows = CommitteeMember.objects.filter(Q(valid_until=None) | Q(valid_until__gt=day), pilot=pilot)
    return rows.filter(valid_from__lte=day)


def lacking(case: Any, day: dt.date) -> list[str]:
    """What the committee of a pilot lacks on a day."""
    seats = list(seated_on(case.pilot, day))
    lead = case.pilot.lead_id
    director = next((seat.user_id for seat in seats if seat.seat == Seat.DIRECTOR), None)
    heads = Appointment.objects.valid(day).own().filter(user=director, unit=lead, role=Role.INSTITUTION_HEAD)
    parties = CaseParty.objects.valid(day).filter(case=case.pk)
    units = {part: set(parties.filter(part=part).values_list("unit", flat=True)) for part in ("district", "member")}
    return committee_faults(
        [(seat.seat, seat.unit_id) for seat in seats],
        lead=lead,
        districts=units["district"],
        members=units["member"],
        presides=director is not None and heads.exists(),
    )


def keeps_committee(viewer: Viewer, case: Case) -> bool:
    return viewer.may(LEAD, case)


def code_of(meeting: Meeting) -> str:
    """Under which item code the files of a meeting lie with the case."""
    return f"meeting:{meeting.pk}"


def _write_meeting(step: Step, meeting: Any) -> None:
    given, day = step.details, step.details.get("held_on")
    if not isinstance(day, dt.date):
        message = _("Give the day of the meeting.")
        raise Invalid("meeting_incomplete", message, faults={"held_on": [message]})
    texts = {name: str(given.get(name) or "").strip() for name in ("agenda", "decisions", "minutes")}
    faults = meeting_faults(day, local_date(step.at), **texts)
    present = sorted({int(pk) for pk in given.get("present") or ()})
    there = set(seated_on(meeting.pilot, day).values_list("pk", flat=True))
    if not present:
        faults["present"] = [_("Say who of the committee was present.")]
    elif not set(present) <= there:
        faults["present"] = [_("Only who sat on the committee on that day can have been present.")]
    if faults:
        raise Invalid("meeting_incomplete", next(iter(faults.values()))[0], faults=faults)
    meeting.held_on, meeting.present = day, present
    for name, text in texts.items():
        setattr(meeting, name, text)
    _save(step, meeting)
    step.facts = {"meeting": meeting.pk, "on": day.isoformat(), "files": _store(step, meeting)}


def _store(step: Step, meeting: Meeting) -> list[str]:
    uploads, user = step.details.get("files") or (), step.person
    kept = Evidence.objects.current().filter(case=step.case.pk, item_code=code_of(meeting))
    if uploads and kept.count() + len(uploads) > MOST_FILES:
        message = _("A meeting can have at most %(most)d files.") % {"most": MOST_FILES}
        raise Invalid("too_many_files", message, faults={"evidence": [message]})
    stored = [
        store(
            case=step.case,
            upload=upload,
            purpose=Evidence.Purpose.MINUTES,
            by=user,
            at=step.at,
            item_code=code_of(meeting),
            max_mb=step.edition.settings.max_upload_mb,
        )
        for upload in uploads
    ]
    return sorted(file.sha256 for file in stored)


def _save(step: Step, row: Any) -> None:
    sign(row, step.person, step.at, step.verb)
    row.save()
