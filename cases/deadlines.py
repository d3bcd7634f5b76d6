"""When a piece of work is due, by the rule of its edition, and why (action plan, part 3; design, Deadlines).

Every date comes with its trace: the steps by which it was found, as plain data that is stored with the work item and
put into words by :mod:`cases.explaining`. Dates are days in Asia/Shanghai, written as ISO in the trace. A limit in
hours runs day and night; its steps (``hours``, ``pause``) lead to a moment, written as ISO in UTC.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from cases.clock import end_of_day, local_date, start_of_day
from cases.editions.schema import EditionData
from cases.editions.terms import day_of
from cases.editions.times import DeadlineRule
from cases.workdays import NATIONAL, WorkCalendar, is_made_up, is_provisional

Trace = list[dict[str, Any]]


@dataclass(frozen=True)
class Due:
    """A date with the steps that led to it; ``on`` is None for work that has no date."""

    on: dt.date | None
    trace: Trace = field(default_factory=list)

    @property
    def at(self) -> dt.datetime | None:
        """The last moment in time, in UTC: the end of the due day in Asia/Shanghai, or that of a limit in hours."""
        if self.trace and "at" in self.trace[-1]:
            return dt.datetime.fromisoformat(self.trace[-1]["at"])
        return end_of_day(self.on).astimezone(dt.UTC) if self.on else None

    @property
    def provisional(self) -> bool:
        """Whether working days of a year whose holidays are not announced yet went into it.

        A granted date names its day, whatever it was counted from before.
        """
        return any(step.get("provisional") for step in self.trace[_last_extension(self.trace) + 1 :])

    @property
    def original_on(self) -> dt.date | None:
        """The date before the first extension; None where there was none."""
        first = next((step for step in self.trace if step["step"] == "extension"), None)
        return dt.date.fromisoformat(first["due"]) if first is not None else None

    @property
    def original_at(self) -> dt.datetime | None:
        """The end of the day before the first extension, in UTC."""
        return end_of_day(self.original_on).astimezone(dt.UTC) if self.original_on else None

    def amber_at(self, days: int) -> dt.datetime | None:
        """The moment, in UTC, at which the light turns amber, so many calendar days before the date."""
        return start_of_day(self.on - dt.timedelta(days=days)).astimezone(dt.UTC) if self.on else None

    def amber_by(self, edition: EditionData, rule: DeadlineRule) -> dt.datetime | None:
        """The moment, in UTC, at which the light turns amber by the rule; a limit in hours counts hours."""
        if rule.kind != "hours" or self.at is None:
            return self.amber_at(edition.amber_days(rule))
        return self.at - dt.timedelta(hours=rule.amber_hours) if rule.amber_hours else None


def due(
    edition: EditionData,
    rule: DeadlineRule,
    *,
    year: int,
    start: dt.datetime,
    record_date: dt.date | None = None,
    calendar: WorkCalendar = NATIONAL,
) -> Due:
    """The date of work that begins at ``start``.

    ``year`` is the case's year, ``record_date`` the date that the record itself carries (a finding's limit). Fixed
    days never move, holiday or not.
    """
    match rule.kind:
        case "none":
            return Due(None, [{"step": "none"}])
        case "fixed":
            day = day_of(year, rule.on)
            return Due(day, [{"step": "fixed", "on": day.isoformat()}])
        case "window":
            first, last = edition.phase(rule.phase).window(year)
            window = {"step": "window", "phase": rule.phase, "from": first.isoformat(), "to": last.isoformat()}
            return Due(last, [window])
        case "record" if record_date is not None:
            return Due(record_date, [{"step": "record", "on": record_date.isoformat()}])
        case "record" | "working_days":
            return counted(local_date(start), rule.days, calendar)
        case "hours":
            return in_hours(start, rule.hours)


def in_hours(start: dt.datetime, hours: int) -> Due:
    """A limit of so many hours from a moment, day and night."""
    start = start.astimezone(dt.UTC)
    end = start + dt.timedelta(hours=hours)
    return Due(local_date(end), [{"step": "hours", "from": start.isoformat(), "hours": hours, "at": end.isoformat()}])


def named(on: dt.date, by: str) -> Due:
    """A date that somebody named: ``institution`` planned it, ``county`` set it."""
    return Due(on, [{"step": "record", "on": on.isoformat(), "by": by}])


def known(on: dt.date, trace: Trace) -> Due:
    """A stored date with its steps; one from before steps were kept stands as it was recorded."""
    return Due(on, list(trace)) if trace else named(on, "")


def counted(start: dt.date, days: int, calendar: WorkCalendar = NATIONAL, step: str = "count") -> Due:
    """A limit of so many working days, with every day that did not count."""
    end = calendar.add(start, days)
    entry: dict[str, Any] = {"step": step, "from": start.isoformat(), "days": days, "to": end.isoformat()}
    entry |= _days_of(start, end, calendar)
    return Due(end, [entry])


def went_on(
    rule: DeadlineRule,
    before: Due,
    *,
    stopped_at: dt.datetime,
    resumed_at: dt.datetime,
    calendar: WorkCalendar = NATIONAL,
    cause: str = "return",
) -> Due:
    """The date of work that goes on after a pause: by days of the calendar, or to the second for a limit in hours."""
    if rule.kind == "hours":
        return paused(before, stopped_at=stopped_at, resumed_at=resumed_at, cause=cause)
    days = {"stopped_on": local_date(stopped_at), "resumed_on": local_date(resumed_at)}
    return resumed(rule, before, calendar=calendar, cause=cause, **days)


def paused(before: Due, *, stopped_at: dt.datetime, resumed_at: dt.datetime, cause: str) -> Due:
    """A limit in hours moved by the time for which it stood still; a pause after the date does not move it."""
    due_at = before.at
    if due_at is None:
        return before
    held = max(resumed_at - stopped_at, dt.timedelta(0)) if stopped_at <= due_at else dt.timedelta(0)
    end = due_at + held
    step = {
        "step": "pause",
        "cause": cause,
        "due": due_at.isoformat(),
        "from": stopped_at.astimezone(dt.UTC).isoformat(),
        "until": resumed_at.astimezone(dt.UTC).isoformat(),
        "seconds": held.total_seconds(),
        "at": end.isoformat(),
    }
    return Due(local_date(end), [*before.trace, step])


def resumed(
    rule: DeadlineRule,
    before: Due,
    *,
    stopped_on: dt.date,
    resumed_on: dt.date,
    calendar: WorkCalendar = NATIONAL,
    cause: str = "return",
) -> Due:
    """The date of work that goes on after a pause: what was left of its limit, never less than the rule's minimum.

    The clock stood still on the working days in (stopped, resumed]; a pause that began after the date does not move it,
    but the minimum holds then too (design, Readings: Working days). ``cause`` is ``return`` or ``hold``; a hold
    shifts by its working days and knows no minimum.
    """
    if before.on is None:
        return before
    held = calendar.between(stopped_on, resumed_on) if stopped_on <= before.on else 0
    moved = calendar.add(before.on, held) if held > 0 else before.on
    pause: dict[str, Any] = {
        "step": cause,
        "due": before.on.isoformat(),
        "from": stopped_on.isoformat(),
        "until": resumed_on.isoformat(),
        "days": max(held, 0),
        "to": moved.isoformat(),
    }
    if held > 0:
        pause |= _days_of(before.on, moved, calendar)
        unsure = {*pause.get("provisional", ()), *_unsure(stopped_on, resumed_on)}
        if unsure:
            pause["provisional"] = sorted(unsure)
    trace = [*before.trace, pause]
    if cause == "return" and rule.minimum_days:
        least = counted(resumed_on, rule.minimum_days, calendar, step="minimum")
        if least.on is not None and least.on > moved:
            return Due(least.on, [*trace, *least.trace])
    return Due(moved, trace)


def replayed(rule: DeadlineRule, trace: Trace, calendar: WorkCalendar = NATIONAL) -> Due:
    """The date that the same steps lead to by the calendar as it now is (design, Readings: Working days).

    What was named, a fixed day or a granted one, stays; what was counted is counted again.
    """
    date = Due(None)
    for step in trace:
        match step["step"]:
            case "count":
                date = counted(_day(step, "from"), step["days"], calendar)
            case "return" | "hold" as cause:
                stopped_on, resumed_on = _day(step, "from"), _day(step, "until")
                pause = {"stopped_on": stopped_on, "resumed_on": resumed_on, "cause": cause}
                date = resumed(rule, date, calendar=calendar, **pause)
            case "minimum":
                continue  # follows from its return
            case "extension":
                date = extended(date, _day(step, "to"), number=step["number"])
            case "hours" | "pause":
                date = Due(local_date(dt.datetime.fromisoformat(step["at"])), [*date.trace, step])
            case _:
                named_on = step.get("to") or step.get("on")
                date = Due(dt.date.fromisoformat(named_on) if named_on else None, [step])
    return date


def extended(before: Due, to: dt.date, *, number: str) -> Due:
    """The later date that was granted; ``number`` is that of the extension."""
    step = {"step": "extension", "due": before.on.isoformat() if before.on else "", "to": to.isoformat()}
    return replace(before, on=to, trace=[*before.trace, {**step, "number": number}])


def _days_of(start: dt.date, end: dt.date, calendar: WorkCalendar) -> dict[str, Any]:
    """The days in (start, end] that did not count, or count although they are weekend days, and what is not sure."""
    skipped = [
        [day.isoformat(), reason, *([calendar.closed[day]] if reason == "closure" else [])]
        for day, reason in calendar.days_off(start, end)
    ]
    span = (start + dt.timedelta(days=number) for number in range(1, (end - start).days + 1))
    made_up = [day.isoformat() for day in span if is_made_up(day) and calendar.is_working_day(day)]
    facts = {"skipped": skipped, "made_up": made_up, "provisional": _unsure(start, end)}
    return {name: value for name, value in facts.items() if value}


def _unsure(start: dt.date, end: dt.date) -> list[int]:
    return [year for year in range(start.year, end.year + 1) if is_provisional(year)]


def _last_extension(trace: Trace) -> int:
    return max((place for place, step in enumerate(trace) if step["step"] == "extension"), default=-1)


def _day(step: dict[str, Any], name: str) -> dt.date:
    return dt.date.fromisoformat(step[name])
