"""When a piece of work is due, by the rule of its edition (action plan, part 3; design, Deadlines)."""

from __future__ import annotations

import datetime as dt

from cases.clock import end_of_day, local_date
from cases.editions.schema import DeadlineRule, day_of
from cases.workdays import add_working_days, working_days_between


def due_at(
    rule: DeadlineRule, *, year: int, start: dt.datetime, record_date: dt.date | None = None
) -> dt.datetime | None:
    """The last moment in time, in UTC: the end of the due day in Asia/Shanghai; ``None`` for work without a date.

    ``year`` is the case's year, ``start`` the aware moment at which the work began, ``record_date`` the date that the
    record itself carries (a finding's limit). Fixed days never move, holiday or not.
    """
    day: dt.date
    match rule.kind:
        case "none":
            return None
        case "fixed":
            day = day_of(year, rule.on)
        case "record" if record_date is not None:
            day = record_date
        case "record" | "working_days":
            day = add_working_days(local_date(start), rule.days)
    return end_of_day(day).astimezone(dt.UTC)


def remainder(rule: DeadlineRule, due_on: dt.date, *, stopped_on: dt.date, resumed_on: dt.date) -> dt.date:
    """The last day for work that comes back: what was left of its limit, never less than the rule's minimum.

    The clock stood still on the working days in (stopped, resumed]; a hold that began after the limit does not move it
    (design, Readings: Working days). All are days in Asia/Shanghai.
    """
    held = working_days_between(stopped_on, resumed_on) if stopped_on <= due_on else 0
    moved = add_working_days(due_on, held) if held > 0 else due_on
    return max(moved, add_working_days(resumed_on, rule.minimum_days)) if rule.minimum_days else moved
