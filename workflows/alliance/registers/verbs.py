"""What a pilot does with its registers: an entry is made, corrected, or struck with a reason (活动登记)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access import Viewer
from cases.clock import local_date
from cases.editions.alliance import RegisterRule, alliance_of
from cases.errors import Conflict, Invalid, OutOfScope, WrongRole
from cases.evidence import store
from cases.models import Activity, Appointment, Case, CaseParty, Evidence, Membership, Pilot
from cases.roles import PART_ROLES
from cases.saving import StaleRow, sign
from workflows.alliance.filing_state import require_filed
from workflows.alliance.period import in_practice
from workflows.alliance.registers.rules import FIELDS, Entry, Span, faults_of, fitted
from workflows.alliance.states import State
from workflows.rules import verb
from workflows.step import Step

ENTERING = (State.PRACTICE, State.REPORTING)
KEEPERS = ("party:lead", "party:member")
MOST_FILES = 20  # of one entry
SAME = ("register", "title", "from_on", "until_on", "unit_id", "sender_id", "person_id")


class RegisterVerbs:
    """By the lead office for the whole alliance, by a member's office for what took place at itself."""

    pilot: Pilot

    @verb(label=gettext_lazy("Enter an activity"), source=ENTERING, permission=KEEPERS, deliver=False)
    def enter_activity(self, step: Step) -> None:
        """Waits for the accepted filing, and lies in the practice (pilot plan, 2 (2) 2 and 3 (2))."""
        require_filed(step.case)
        entry = _checked(step, self.pilot)
        if _current(self.pilot, **{name: getattr(entry, name) for name in SAME}).exists():
            raise Conflict(
                "entered_already",
                _("The same entry is in the register already."),
                hint=_("Where it took place twice, say so in the number, or in the words."),
            )
        activity = Activity(pilot=self.pilot, entered_by=step.person, entered_at=step.at)
        _write(step, activity, entry)

    @verb(label=gettext_lazy("Correct an activity"), source=ENTERING, permission=KEEPERS, deliver=False)
    def correct_activity(self, step: Step) -> None:
        """What stood there before stays in the history; the event says which entry it was."""
        activity = _entry_of(step, self.pilot)
        if activity.row_version != step.details.get("row_version"):
            raise StaleRow(activity)
        _own(step, activity.unit_id)
        activity.row_version += 1
        _write(step, activity, _checked(step, self.pilot))

    @verb(label=gettext_lazy("Strike an activity"), source=ENTERING, permission=KEEPERS, reason=True, deliver=False)
    def strike_activity(self, step: Step) -> None:
        """It counts no more, and stays to be read with the reason."""
        activity = _entry_of(step, self.pilot)
        _own(step, activity.unit_id)
        activity.struck_at, activity.struck_reason = step.at, step.reason
        activity.row_version += 1
        sign(activity, step.person, step.at, step.verb)
        activity.save(update_fields=["struck_at", "struck_reason", "row_version"])
        step.facts = {"activity": activity.pk, "register": activity.register}


def rule_of(step_or_case: Any, code: Any) -> RegisterRule:
    """The register of the pilot's edition; raises Invalid for one that it does not have."""
    registers = alliance_of(step_or_case.edition).registers
    if code not in registers:
        message = _("Choose the register.")
        raise Invalid("no_such_register", message, faults={"register": [message]})
    return registers[code]


def units_kept_by(viewer: Viewer, case: Case) -> set[int] | None:
    """The units for which the viewer keeps the registers; None for the whole alliance (the lead office)."""
    if viewer.may("party:lead", case):
        return None
    held = [grant.unit_id for grant in viewer.grants if grant.role in PART_ROLES["member"]]
    parties = CaseParty.objects.valid(viewer.on).filter(case=case.pk, part="member", unit__in=held)
    return {unit for unit in parties.values_list("unit", flat=True) if unit is not None}


def memberships(pilot: Pilot) -> dict[int, list[Span]]:
    """When each unit belongs to the alliance; one query."""
    found: dict[int, list[Span]] = defaultdict(list)
    for unit, start, until in Membership.objects.filter(pilot=pilot.pk).values_list(
        "unit_id", "valid_from", "valid_until"
    ):
        found[unit].append(Span(start, until))
    return found


def appointments(person: int | None) -> dict[int, list[Span]]:
    """When a person belongs to which unit, by their own appointments; one query."""
    found: dict[int, list[Span]] = defaultdict(list)
    if person is not None:
        rows = Appointment.objects.own().filter(user=person)
        for unit, start, until in rows.values_list("unit_id", "valid_from", "valid_until"):
            found[unit].append(Span(start, until))
    return found


def _checked(step: Step, pilot: Pilot) -> Entry:
    """The entry that the details describe; raises Invalid (422) by field, WrongRole for another unit's."""
    rule = rule_of(step, step.details.get("register"))
    entry = fitted(Entry(**{name: step.details[name] for name in FIELDS if name in step.details}), rule)
    _own(step, entry.unit_id)
    faults = faults_of(
        entry,
        rule,
        members=memberships(pilot),
        person=appointments(entry.person_id),
        today=local_date(step.at),
    )
    if faults:
        first = next(iter(faults.values()))[0]
        raise Invalid("entry_not_possible", first, faults=faults)
    in_practice(pilot, entry.from_on, "from_on")
    in_practice(pilot, entry.until_on, "until_on")
    return entry


def _own(step: Step, unit: int) -> None:
    """A member enters what took place at itself; the lead office enters for everybody."""
    kept = units_kept_by(step.actor.viewer(step.at), step.case)
    if kept is not None and unit not in kept:
        raise WrongRole(
            "not_your_unit",
            _("A member keeps what took place at itself; the lead hospital’s office keeps the rest."),
            hint=_("Choose your own unit, or ask the office to enter it."),
        )


def _current(pilot: Pilot, **values: Any) -> Any:
    return Activity.objects.current().filter(pilot=pilot.pk, **values)


def _entry_of(step: Step, pilot: Pilot) -> Any:
    activity = Activity.objects.filter(pilot=pilot.pk, pk=step.details.get("activity") or 0).first()
    if activity is None:
        raise OutOfScope("no_such_activity", _("There is no such entry in the registers of this alliance."))
    if activity.struck_at is not None:
        raise Conflict("struck", _("The entry has been struck."), hint=_("Enter it anew where it was struck wrongly."))
    return activity


def _write(step: Step, activity: Any, entry: Entry) -> None:
    for name in FIELDS:
        setattr(activity, name, getattr(entry, name))
    activity.title = entry.title.strip()
    sign(activity, step.person, step.at, step.verb)
    activity.save()
    step.facts = {"activity": activity.pk, "register": activity.register, "files": _store(step, activity)}


def _store(step: Step, activity: Activity) -> list[str]:
    """Keep the files that came with an entry; their digests, for the event."""
    uploads = step.details.get("files") or ()
    code, user = code_of(activity), step.person
    kept = Evidence.objects.current().filter(case=step.case.pk, item_code=code).count()
    if uploads and kept + len(uploads) > MOST_FILES:
        message = _("An entry can have at most %(most)d files.") % {"most": MOST_FILES}
        raise Invalid("too_many_files", message, faults={"evidence": [message]})
    stored = [
        store(
            case=step.case,
            upload=upload,
            purpose=Evidence.Purpose.ACTIVITY,
            by=user,
            at=step.at,
            item_code=code,
            max_mb=step.edition.settings.max_upload_mb,
        )
        for upload in uploads
    ]
    return sorted(file.sha256 for file in stored)


def code_of(activity: Activity) -> str:
    """Under which item code the files of an entry lie with the case."""
    return f"activity:{activity.pk}"
