"""What the values of every edition must mean together: phases, limits and ladders that name each other."""

from __future__ import annotations

from dataclasses import fields

from django.utils.translation import gettext as _

from cases.editions.checking import LONGEST, any_day, check_code, check_length, filled, once
from cases.editions.reader import FaultList
from cases.editions.schema import EditionData, Settings
from cases.editions.times import DeadlineRule, Ladder, Phase

MOST_DAYS = 366
MOST_HOURS = 24 * MOST_DAYS


def check_edition(edition: EditionData, faults: FaultList) -> None:
    """Adds every fault in the meaning of what all editions have."""
    for name, text in (("code", edition.code), ("version", edition.version)):
        check_code(text, name, faults, longest=LONGEST[name])
    for name in ("title_zh", "title_en"):
        check_length(getattr(edition, name), name, faults, longest=LONGEST["title"])
    if edition.valid_from and edition.valid_until and edition.valid_until <= edition.valid_from:
        faults.add("valid_until", _("the edition ends before it begins"))
    _check_phases(edition.phases, faults)
    _check_deadlines(edition, faults)
    _check_ladders(edition.ladders, faults)
    if edition.settings is not None:
        _check_settings(edition.settings, faults)
    once("readings", edition.readings, faults)


def _check_phases(phases: tuple[Phase, ...] | None, faults: FaultList) -> None:
    once("phases", phases, faults)
    for index, phase in enumerate(phases or ()):
        if phase is None:
            continue
        start = any_day(phase.start, f"phases[{index}].start", faults)
        end = any_day(phase.end, f"phases[{index}].end", faults)
        if start and end and end < start:
            faults.add(f"phases[{index}].end", _("the phase ends before it begins"))


def _check_deadlines(edition: EditionData, faults: FaultList) -> None:
    for code, rule in (edition.deadlines or {}).items():
        path = f"deadlines.{code}"
        if rule is not None:
            _check_day(rule, path, edition.phases, faults)
            _check_days(rule, path, faults)
            _check_hours(rule, path, edition.ladders, faults)
            _check_ladder_names(rule, path, edition.ladders, faults)


def _check_day(rule: DeadlineRule, path: str, phases: tuple[Phase, ...] | None, faults: FaultList) -> None:
    """A day of the year only where the kind asks for one, and no date before the work's first day."""
    if rule.kind == "fixed":
        on = any_day(rule.on, f"{path}.on", faults)
        opens = any_day(rule.opens, f"{path}.opens", faults) if rule.opens else None
        if on and opens and on < opens:
            faults.add(f"{path}.on", _("the deadline lies before its start"))
    elif rule.kind is not None:
        for name in ("on", "opens"):
            if getattr(rule, name):
                faults.add(f"{path}.{name}", _("only a fixed deadline has a day of the year"))
    if rule.kind == "window":
        known = [phase.code for phase in phases or () if phase is not None and phase.code]
        if rule.phase not in known:
            message = _("unknown phase “%(phase)s”; the edition has: %(phases)s")
            faults.add(f"{path}.phase", message % {"phase": rule.phase, "phases": ", ".join(known)})
    elif rule.phase and rule.kind is not None:
        faults.add(f"{path}.phase", _("only a window names a phase"))


def _check_ladder_names(rule: DeadlineRule, path: str, ladders: dict[str, Ladder] | None, faults: FaultList) -> None:
    for name in ("ladder", "serious_ladder"):
        code = getattr(rule, name)
        if ladders is not None and code and code not in ladders:
            message = _("unknown ladder “%(code)s”; the edition has: %(known)s")
            faults.add(f"{path}.{name}", message % {"code": code, "known": ", ".join(ladders)})
    if rule.amber_days is not None and not 0 <= rule.amber_days <= MOST_DAYS:
        faults.add(f"{path}.amber_days", _("expected 0 to 366 days, found %(days)d") % {"days": rule.amber_days})


def _check_ladders(ladders: dict[str, Ladder] | None, faults: FaultList) -> None:
    for code, ladder in (ladders or {}).items():
        if ladder is None:
            continue
        path = f"ladders.{code}"
        _check_rungs(ladder, path, faults)
        for name in ("before", "after"):
            for index, rung in enumerate(getattr(ladder, name) or ()):
                if rung is not None:
                    filled(f"{path}.{name}[{index}].to", rung.to, faults)
        _check_end(ladder, path, faults)
        if ladder.hour is not None and not 0 <= ladder.hour <= 23:
            faults.add(f"{path}.hour", _("expected an hour from 0 to 23, found %(hour)d") % {"hour": ladder.hour})


def _check_end(ladder: Ladder, path: str, faults: FaultList) -> None:
    """Whatever stays open must reach somebody above, and the telling must stop some day."""
    named = {target for rung in ladder.after or () if rung for target in rung.to or () if target}
    above = {target for target in named if "+" in target or target == "commission"}
    if ladder.after is not None and not above:
        faults.add(f"{path}.after", _("the ladder has no end: nobody above the unit ever hears of it"))
    if ladder.repeat_days is None or ladder.repeat_times is None:
        return
    if ladder.repeat_days < 0 or ladder.repeat_times < 0:
        faults.add(f"{path}.repeat_days", _("expected a number that is not negative"))
    elif ladder.repeat_days and not ladder.repeat_times:
        faults.add(f"{path}.repeat_times", _("the ladder has no end: say how many times its last rung is repeated"))
    elif ladder.repeat_times and not ladder.repeat_days:
        faults.add(f"{path}.repeat_days", _("say after how many days the last rung is repeated"))


def _check_rungs(ladder: Ladder, path: str, faults: FaultList) -> None:
    """Every rung counts what its ladder counts; in hours the first one after the date may come at once."""
    if ladder.unit is None:
        return
    other = "hours" if ladder.unit == "days" else "days"
    for name in ("before", "after"):
        rungs = [rung for rung in getattr(ladder, name) or () if rung]
        for index, rung in enumerate(rungs):
            if getattr(rung, other):
                message = _("the rungs of this ladder count %(unit)s")
                faults.add(f"{path}.{name}[{index}].{other}", message % {"unit": ladder.unit})
        falling = name == "before"
        if ladder.unit == "days":
            _rising(f"{path}.{name}", [rung.days for rung in rungs], faults, falling=falling)
        else:
            _rising_hours(f"{path}.{name}", [rung.hours for rung in rungs], faults, falling=falling)


def _rising_hours(path: str, hours: list[int], faults: FaultList, *, falling: bool) -> None:
    numbers = [number for number in hours if number is not None]
    for index, number in enumerate(numbers):
        if not int(falling) <= number <= MOST_HOURS:
            message = _("expected %(least)d to %(most)d hours, found %(hours)d")
            faults.add(f"{path}[{index}].hours", message % {"least": int(falling), "most": MOST_HOURS, "hours": number})
    if numbers != sorted(set(numbers), reverse=falling):
        faults.add(path, _("the rungs must stand in the order in which they are reached, each hour once"))


def _rising(path: str, days: list[int], faults: FaultList, *, falling: bool = False) -> None:
    numbers = [number for number in days if number is not None]
    for index, number in enumerate(numbers):
        if not 1 <= number <= MOST_DAYS:
            faults.add(f"{path}[{index}].days", _("expected 1 to 366 days, found %(days)d") % {"days": number})
    if numbers != sorted(set(numbers), reverse=falling):
        faults.add(path, _("the rungs must stand in the order in which they are reached, each day once"))


def _check_days(rule: DeadlineRule, path: str, faults: FaultList) -> None:
    if rule.days is None or rule.minimum_days is None or rule.kind is None:
        return
    counted = rule.kind in ("working_days", "record")
    if counted and not 1 <= rule.days <= MOST_DAYS:
        faults.add(f"{path}.days", _("expected 1 to 366 working days, found %(days)d") % {"days": rule.days})
    elif not counted and rule.days:
        faults.add(f"{path}.days", _("only limits in working days count days"))
    if not 0 <= rule.minimum_days <= max(rule.days, 0):
        faults.add(f"{path}.minimum_days", _("the minimum must lie between 0 and the days of the limit"))


def _check_hours(rule: DeadlineRule, path: str, ladders: dict[str, Ladder] | None, faults: FaultList) -> None:
    """A limit in hours has a ladder in hours, and is not extended: a request would take longer than the limit."""
    if rule.kind is None or rule.hours is None or rule.amber_hours is None:
        return
    if rule.kind != "hours":
        for name in ("hours", "amber_hours"):
            if getattr(rule, name):
                faults.add(f"{path}.{name}", _("only a limit in hours counts hours"))
        return
    if not 1 <= rule.hours <= MOST_HOURS:
        message = _("expected %(least)d to %(most)d hours, found %(hours)d")
        faults.add(f"{path}.hours", message % {"least": 1, "most": MOST_HOURS, "hours": rule.hours})
    elif not 0 <= rule.amber_hours <= rule.hours:
        faults.add(f"{path}.amber_hours", _("the light must turn amber within the hours of the limit"))
    if rule.amber_days:
        faults.add(f"{path}.amber_days", _("a limit in hours turns amber by hours"))
    if rule.extendable:
        faults.add(f"{path}.extendable", _("a limit in hours cannot be extended"))
    ladder = (ladders or {}).get(rule.ladder)
    if ladder is not None and ladder.unit == "days":
        faults.add(f"{path}.ladder", _("a limit in hours needs a ladder in hours"))


def _check_settings(settings: Settings, faults: FaultList) -> None:
    for each in fields(settings):
        value = getattr(settings, each.name)
        if isinstance(value, int) and not isinstance(value, bool) and value < 1:
            faults.add(f"settings.{each.name}", _("expected a number above zero, found %(value)d") % {"value": value})
