"""Why this date? The steps of a stored date in words, one after the other (为什么是这一天; design, Deadlines).

Works on the plain data that :mod:`cases.deadlines` keeps with every date. Days are those of Asia/Shanghai.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from chinese_calendar import constants
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cases.deadlines import Trace
from cases.editions.schema import EditionData
from cases.editions.times import DeadlineRule
from cases.wording import cdate, cdatetime


@dataclass(frozen=True)
class Skipped:
    """Days in a row that did not count, for the same reason."""

    first: dt.date
    last: dt.date
    reason: str

    @property
    def days(self) -> str:
        """5月1日 or 5月1日至5月5日."""
        if self.first == self.last:
            return cdate(self.first)
        return _("%(first)s to %(last)s") % {"first": cdate(self.first), "last": cdate(self.last)}


@dataclass(frozen=True)
class Line:
    """One step: what was done, the day or minute it led to, and the days that did not count on the way."""

    text: str
    on: dt.date | dt.datetime | None = None
    skipped: tuple[Skipped, ...] = ()
    weekends: int = 0
    made_up: tuple[dt.date, ...] = ()
    provisional: tuple[int, ...] = ()

    @property
    def made_up_days(self) -> str:
        return _listed(map(cdate, self.made_up))

    @property
    def weekend_words(self) -> str:
        """Weekends are told by their number: naming each helps nobody."""
        words = ngettext("%(n)d weekend day", "%(n)d weekend days", self.weekends)
        return words % {"n": self.weekends} if self.weekends else ""

    @property
    def provisional_years(self) -> str:
        return _listed(map(str, self.provisional))


@dataclass(frozen=True)
class Explanation:
    """A date with the rule that it follows, the clause that this rests on, and its steps.

    ``on`` is a day, or the moment of a limit in hours, which is ``timed``.
    """

    on: dt.date | dt.datetime | None
    rule: str
    basis: str
    lines: tuple[Line, ...]
    original: dt.date | None = None
    provisional: bool = False
    extendable: bool = False
    kept: bool = field(default=True)

    @property
    def timed(self) -> bool:
        return isinstance(self.on, dt.datetime)


def explain(
    trace: Trace, *, on: dt.date | None, rule: DeadlineRule | None, edition: EditionData, provisional: bool = False
) -> Explanation:
    """The explanation of a date; ``rule`` is None where the edition does not have it any more."""
    first = next((step for step in trace if step["step"] == "extension"), None)
    return Explanation(
        on=_moment(trace[-1], "at") if trace and "at" in trace[-1] else on,
        rule=rule_in_words(rule, edition) if rule is not None else "",
        basis=rule.basis if rule is not None else "",
        lines=tuple(_line(step, edition) for step in trace),
        original=dt.date.fromisoformat(first["due"]) if first is not None and first["due"] else None,
        provisional=provisional,
        extendable=rule is not None and rule.extendable,
        kept=bool(trace),
    )


def rule_in_words(rule: DeadlineRule, edition: EditionData) -> str:
    """What the edition says about such dates."""
    match rule.kind:
        case "none":
            return _("This work waits for something else and has no date of its own.")
        case "fixed":
            month, day = rule.on.split("-")
            return _("A fixed day of every year: %(month)d-%(day)d. It never moves.") % {
                "month": int(month),
                "day": int(day),
            }
        case "window":
            return _("The last day of the phase “%(phase)s”. It never moves.") % {
                "phase": edition.phase(rule.phase).label
            }
        case "record":
            words = ngettext(
                "The date that is named for it; else %(n)d working day.",
                "The date that is named for it; else %(n)d working days.",
                rule.days,
            )
        case "working_days":
            words = ngettext(
                "%(n)d working day from the day the work begins.",
                "%(n)d working days from the day the work begins.",
                rule.days,
            )
        case "hours":
            hours = ngettext(
                "%(n)d hour from the moment the work begins, day and night.",
                "%(n)d hours from the moment the work begins, day and night.",
                rule.hours,
            )
            return hours % {"n": rule.hours}
    text = words % {"n": rule.days}
    if rule.minimum_days:
        least = ngettext(
            "After a return never less than %(n)d working day.",
            "After a return never less than %(n)d working days.",
            rule.minimum_days,
        )
        both = {"first": text, "second": least % {"n": rule.minimum_days}}
        text = pgettext("two sentences", "%(first)s %(second)s") % both
    return text


def _line(step: Mapping[str, Any], edition: EditionData) -> Line:
    """A step in words; one of a kind that this version does not know stands with its name."""
    word = _WORDS.get(step["step"])
    text = word(step, edition) if word else str(step["step"])
    reached = step.get("to") or step.get("on")
    on: dt.date | dt.datetime | None = dt.date.fromisoformat(reached) if reached else None
    off = [_Off(dt.date.fromisoformat(entry[0]), entry[1], _reason(entry)) for entry in step.get("skipped", ())]
    return Line(
        text=text,
        on=_moment(step, "at") if "at" in step else on,
        skipped=tuple(_runs(day for day in off if day.code != "weekend")),
        weekends=sum(day.code == "weekend" for day in off),
        made_up=tuple(dt.date.fromisoformat(day) for day in step.get("made_up", ())),
        provisional=tuple(step.get("provisional", ())),
    )


@dataclass(frozen=True)
class _Off:
    day: dt.date
    code: str
    reason: str


def _runs(days: Iterable[_Off]) -> Iterable[Skipped]:
    """Days that follow each other for the same reason, as one."""
    numbered = enumerate(days)
    for (reason, _start), run in groupby(numbered, lambda pair: (pair[1].reason, pair[1].day.toordinal() - pair[0])):
        listed = [off.day for _place, off in run]
        yield Skipped(listed[0], listed[-1], reason)


def _reason(entry: list[str]) -> str:
    day, code = dt.date.fromisoformat(entry[0]), entry[1]
    if code == "closure":
        return _("closed here: %(why)s") % {"why": entry[2]} if len(entry) > 2 else _("closed here")
    if code == "holiday":
        return _holiday(day)
    return pgettext("reason of a day off", "weekend")


def _holiday(day: dt.date) -> str:
    """The name of the holiday where the calendar knows it."""
    name = constants.holidays.get(day, "")
    known = {
        "New Year's Day": _("New Year’s Day"),
        "Spring Festival": _("Spring Festival"),
        "Tomb-sweeping Day": _("Tomb-sweeping Day"),
        "Labour Day": _("Labour Day"),
        "Dragon Boat Festival": _("Dragon Boat Festival"),
        "Mid-autumn Festival": _("Mid-autumn Festival"),
        "National Day": _("National Day"),
    }
    return known.get(name) or pgettext("reason of a day off", "public holiday")


def _none(step: Mapping[str, Any], edition: EditionData) -> str:
    return _("The work has no date.")


def _fixed(step: Mapping[str, Any], edition: EditionData) -> str:
    return _("The day is fixed by the edition.")


def _window(step: Mapping[str, Any], edition: EditionData) -> str:
    labels = {phase.code: phase.label for phase in edition.phases}
    words = {"phase": labels.get(step["phase"], step["phase"]), "from": _day(step, "from"), "to": _day(step, "to")}
    return _("The phase “%(phase)s” runs from %(from)s to %(to)s; its last day counts.") % words


def _record(step: Mapping[str, Any], edition: EditionData) -> str:
    return {
        "institution": _("The institution planned this day."),
        "county": _("The county set this day."),
        "team": _("The team of the spot-check set this day."),
    }.get(step.get("by", ""), _("The day is kept in the record."))


def _count(step: Mapping[str, Any], edition: EditionData) -> str:
    words = ngettext(
        "Counting begins after %(from)s: %(n)d working day.",
        "Counting begins after %(from)s: %(n)d working days.",
        step["days"],
    )
    return words % {"from": _day(step, "from"), "n": step["days"]}


def _paused(step: Mapping[str, Any], edition: EditionData) -> str:
    values = {"from": _day(step, "from"), "until": _day(step, "until"), "due": _day(step, "due"), "n": step["days"]}
    if not step["days"]:
        late = step["due"] < step["from"]
        unmoved = {
            ("return", True): _(
                "Handed on on %(from)s and back on %(until)s: the date %(due)s had passed, so it does not move."
            ),
            ("return", False): _("Handed on on %(from)s and back on %(until)s: no working day lay between."),
            ("hold", True): _("On hold from %(from)s to %(until)s: the date %(due)s had passed, so it does not move."),
            ("hold", False): _("On hold from %(from)s to %(until)s: no working day lay between."),
        }
        return unmoved[step["step"], late] % values
    words = {
        "return": ngettext(
            "Handed on on %(from)s and back on %(until)s: the clock stood still for %(n)d working day, "
            "and what was left of the limit runs on.",
            "Handed on on %(from)s and back on %(until)s: the clock stood still for %(n)d working days, "
            "and what was left of the limit runs on.",
            step["days"],
        ),
        "hold": ngettext(
            "On hold from %(from)s to %(until)s: the date moves by %(n)d working day.",
            "On hold from %(from)s to %(until)s: the date moves by %(n)d working days.",
            step["days"],
        ),
    }
    return words[step["step"]] % values


def _hours(step: Mapping[str, Any], edition: EditionData) -> str:
    words = ngettext(
        "Counting begins on %(from)s: %(n)d hour, day and night.",
        "Counting begins on %(from)s: %(n)d hours, day and night.",
        step["hours"],
    )
    return words % {"from": _minute(step, "from"), "n": step["hours"]}


def _stood_still(step: Mapping[str, Any], edition: EditionData) -> str:
    values = {"from": _minute(step, "from"), "until": _minute(step, "until"), "due": _minute(step, "due")}
    if not step["seconds"]:
        return _("On hold or handed on from %(from)s to %(until)s: the date %(due)s does not move.") % values
    hours, minutes = divmod(int(step["seconds"]) // 60, 60)
    words = _("On hold or handed on from %(from)s to %(until)s: the date moves by %(hours)d h %(minutes)d min.")
    return words % {**values, "hours": hours, "minutes": minutes}


def _minimum(step: Mapping[str, Any], edition: EditionData) -> str:
    words = ngettext(
        "Less than the minimum was left: %(n)d working day from %(from)s.",
        "Less than the minimum was left: %(n)d working days from %(from)s.",
        step["days"],
    )
    return words % {"from": _day(step, "from"), "n": step["days"]}


def _extension(step: Mapping[str, Any], edition: EditionData) -> str:
    words = {"number": step["number"], "due": _day(step, "due") if step["due"] else ""}
    return _("Extended by request %(number)s; the date before was %(due)s.") % words


def _inherited(step: Mapping[str, Any], edition: EditionData) -> str:
    return _("Taken over from the version before, which did not keep how the day was found.")


_WORDS: dict[str, Callable[[Mapping[str, Any], EditionData], str]] = {
    "none": _none,
    "fixed": _fixed,
    "window": _window,
    "record": _record,
    "count": _count,
    "hours": _hours,
    "pause": _stood_still,
    "return": _paused,
    "hold": _paused,
    "minimum": _minimum,
    "extension": _extension,
    "inherited": _inherited,
}


def _day(step: Mapping[str, Any], name: str) -> str:
    return cdate(dt.date.fromisoformat(step[name]))


def _moment(step: Mapping[str, Any], name: str) -> dt.datetime:
    return dt.datetime.fromisoformat(step[name])


def _minute(step: Mapping[str, Any], name: str) -> str:
    return cdatetime(_moment(step, name))


def _listed(names: Iterable[str]) -> str:
    return pgettext("list separator", ", ").join(names)
