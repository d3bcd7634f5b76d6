"""The life of a guidance centre's year: open → closed (老年健康指导中心; pilot plan, part 2 (1) 2).

Sessions are entered while the year is open; an entry is corrected with its old values in the history, or struck with a
reason, never deleted. A year that is over is closed by the centre with its review.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from viewflow import this
from viewflow.workflow import flow

from cases.clock import local_date
from cases.editions.alliance import CODE as PROGRAMME
from cases.editions.alliance import alliance_of
from cases.errors import Conflict, Invalid
from cases.evidence import store
from cases.models import Case, Evidence, GuidanceEntry, GuidanceYear, WorkItem
from cases.roles import Role
from cases.saving import StaleRow, sign
from cases.targets import progress_of_years
from workflows.alliance.words import YEARS
from workflows.common import ItemVerbs
from workflows.holding import HoldVerbs
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Finish, Task
from workflows.nudging import NudgeVerbs
from workflows.rules import verb
from workflows.step import Step
from workflows.supervision.opening import SuperviseVerbs

FIELDS = ("register", "held_on", "title", "audience", "attendances", "note")
LONGEST_REVIEW = 4000


class State(models.TextChoices):
    OPEN = "open", pgettext_lazy("guidance", "Register open")
    CLOSED = "closed", pgettext_lazy("guidance", "Year closed")


class GuidanceYearCase(HoldVerbs, SuperviseVerbs, NudgeVerbs, ItemVerbs, Case):
    """A guidance centre’s year as a case; its unit is the centre."""

    guidance_year: GuidanceYear

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("Year of a guidance centre")
        verbose_name_plural = gettext_lazy("Years of guidance centres")

    @verb(
        label=pgettext_lazy("guidance", "Enter a session"),
        source=State.OPEN,
        permission="keep_register",
        deliver=False,
    )
    def enter(self, step: Step) -> None:
        """A session of the year that has taken place."""
        values = _checked(step)
        entry = GuidanceEntry(guidance_year=self.guidance_year, entered_by=step.person, entered_at=step.at, **values)
        sign(entry, step.person, step.at, step.verb)
        entry.save()
        _note(step, entry)

    @verb(
        label=pgettext_lazy("guidance", "Correct a session"),
        source=State.OPEN,
        permission="keep_register",
        deliver=False,
    )
    def correct(self, step: Step) -> None:
        """The old values stay in the history; somebody else's correction in the meantime is not overwritten."""
        entry = _entry_of(self, step)
        if step.details.get("row_version") != entry.row_version:
            raise StaleRow(entry)
        for name, value in _checked(step).items():
            setattr(entry, name, value)
        entry.row_version += 1
        sign(entry, step.person, step.at, step.verb)
        entry.save(update_fields=[*FIELDS, "row_version"])
        _note(step, entry)

    @verb(
        label=pgettext_lazy("guidance", "Strike a session"),
        source=State.OPEN,
        permission="keep_register",
        reason=True,
        deliver=False,
    )
    def strike(self, step: Step) -> None:
        """What was entered wrongly no longer counts and stays readable with the reason."""
        entry = _entry_of(self, step)
        entry.struck_at, entry.struck_reason = step.at, step.reason
        sign(entry, step.person, step.at, step.verb)
        entry.save(update_fields=["struck_at", "struck_reason"])
        step.facts = {"entry": entry.pk}

    @verb(label=pgettext_lazy("guidance", "Remind of the targets"), source=State.OPEN)
    def note_behind(self, step: Step) -> None:
        """The clock's: on a day of the edition the centre has less than the share of the year that has passed."""
        day: dt.date = step.details["check"]
        if self.events.filter(verb=step.verb, details__check=day.isoformat()).exists():
            raise Conflict("already_told", _("The centre has been reminded on this day."))
        edition = alliance_of(step.edition)
        rows = progress_of_years(edition, [(self.pk, self.year)], day)[self.pk]
        step.facts = {"check": day.isoformat(), "behind": [row.rule.code for row in rows if row.behind]}

    @verb(
        label=pgettext_lazy("guidance", "Close the year"),
        source=State.OPEN,
        target=State.CLOSED,
        permission="keep_register",
    )
    def close(self, step: Step) -> None:
        """With its review, once the year is over; its numbers no longer change."""
        if local_date(step.at).year <= self.year:
            raise Conflict(
                "year_not_over",
                _("The year %(year)d is not over yet.") % {"year": self.year},
                hint=_("Sessions can be entered until it is closed."),
            )
        review = str(step.details.get("review") or "").strip()
        if not review or len(review) > LONGEST_REVIEW:
            message = _("Write the review of the year, in at most %(limit)d characters.") % {"limit": LONGEST_REVIEW}
            raise Invalid("review_missing", message, faults={"review": [message]})
        record = self.guidance_year
        record.review = review
        sign(record, step.person, step.at, step.verb)
        record.save(update_fields=["review"])
        rows = progress_of_years(alliance_of(step.edition), [(self.pk, self.year)], dt.date(self.year, 12, 31))
        step.facts = {"done": {row.rule.code: str(row.done) for row in rows[self.pk]}}


def _note(step: Step, entry: GuidanceEntry) -> None:
    """Keep the files that came with the entry, and say in the event what was entered."""
    files = [
        store(
            case=step.case,
            upload=upload,
            purpose=Evidence.Purpose.REGISTER,
            by=step.person,
            at=step.at,
            item_code=f"entry:{entry.pk}",
        ).sha256
        for upload in step.details.get("attached") or ()
    ]
    step.facts = {"entry": entry.pk, "register": entry.register, "attendances": entry.attendances, "files": files}


def _entry_of(case: GuidanceYearCase, step: Step) -> GuidanceEntry:
    """The entry of this register that is meant, locked by its case; raises Conflict where it no longer counts."""
    entry = GuidanceEntry.objects.filter(guidance_year=case.pk, pk=step.details["entry"], struck_at=None).first()
    if entry is None:
        raise Conflict("no_such_entry", _("This session has been struck, or is not of this register."))
    return entry


def _checked(step: Step) -> dict[str, Any]:
    """The values of a session; raises Invalid for a day outside the year or in the future, with the rule."""
    values: dict[str, Any] = {name: step.details.get(name) for name in FIELDS}
    values["audience"], values["note"] = str(values["audience"] or "").strip(), str(values["note"] or "").strip()
    values["title"] = str(values["title"] or "").strip()
    held_on, faults = values["held_on"], {}
    if held_on is None or held_on.year != step.case.year:
        faults["held_on"] = [_("This register is of %(year)d: enter a day of that year.") % {"year": step.case.year}]
    elif held_on > local_date(step.at):
        faults["held_on"] = [_("The day lies in the future: enter a session once it has taken place.")]
    if not values["title"]:
        faults["title"] = [_("Say what it was.")]
    if values["register"] not in GuidanceEntry.Register.values:
        faults["register"] = [_("Choose a register.")]
    attendances = values["attendances"] = values["attendances"] or 0
    if not 0 <= attendances <= 1_000_000:
        faults["attendances"] = [_("Enter how many people attended.")]
    elif not attendances and values["register"] in (GuidanceEntry.Register.EDUCATION, GuidanceEntry.Register.TRAINING):
        faults["attendances"] = [_("The plan counts attendances (人次) here: enter how many there were.")]
    if faults:
        raise Invalid("session_incomplete", _("The session cannot be entered like this."), faults=faults)
    return values


class GuidanceYearFlow(flow.Flow):
    """A guidance centre's year"""

    process_class = GuidanceYearCase
    task_class = WorkItem
    process_title = gettext_lazy("A guidance centre’s year")

    start = Begin().Next(this.keep)
    keep = Task(
        title=gettext_lazy("Keep the registers and reach the year’s targets"),
        state=State.OPEN,
        role=Role.CENTRE_OFFICER,
        permission="keep_register",
        deadline="guidance_year",
    ).Next(this.end)
    end = Finish()


GUIDANCE_YEAR = register(
    Kind(
        code="guidance_year",
        programme=PROGRAMME,
        label=gettext_lazy("Year of a guidance centre"),
        model=GuidanceYearCase,
        flow=GuidanceYearFlow,
        states=State,
        initial=State.OPEN,
        finals=frozenset({State.CLOSED}),
        page=lambda case: reverse("guidance_year", args=[case.pk]),
        work=YEARS,
        section="guidance",
        record="guidance_year",
    )
)
