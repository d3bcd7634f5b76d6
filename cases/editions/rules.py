"""What the values of an edition must mean together: codes once, numbers in sequence, limits within their ranges.

Every function takes what the reader made, in which a faulty field is ``None`` and already reported; it is passed
over here, so that each fault is named once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.editions.annex2 import Annex2
from cases.editions.form import BasicField, CheckItem, Form, Measure, Section
from cases.editions.reader import FaultList
from cases.editions.rounds import DrawRules, RoundRule
from cases.editions.schema import EditionData, Settings
from cases.editions.terms import day_of
from cases.editions.times import DeadlineRule, Ladder, Phase

DEADLINE_CODES = (
    "self_check",
    "confirm",
    "verify",
    "approve",
    "supplement",
    "rectify",
    "review",
    "close_approval",
    "findings",
    "year_end",
    "extension",
    "supervision",
    "plan",
    "plan_acceptance",
    "continuing_review",
    "joint_measure",
    "joint_measure_done",
    "programme",
    "programme_year",
    "work_plan",
    "work_plan_review",
    "summary",
    "summary_confirm",
    "summary_review",
    "summary_accepted",
    "regional_report",
    "regional_report_confirm",
    "acknowledgement",
    "spot_check",
    "spot_check_visits",
    "visit",
    "visit_reply",
    "visit_conclusion",
    "practice",
    "practice_review",
)
PHASE_CODES = ("self_check", "verification", "summary")
SOURCES = ("self_check", "county", "region", "nation", "complaint", "inspector")
HEADER_TYPES = ("region", "org+seal", "text", "phone", "date")
OTHER_SUFFIX = "_other"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_ANNEX2_ROW = re.compile(r"A2-\d{2}")
_LONGEST = {"code": 40, "version": 20, "title": 120, "item": 20}
_LEAP_YEAR = 2020
MOST_DAYS = 366


def check_edition(edition: EditionData, faults: FaultList) -> None:
    """Adds every fault in the meaning of the edition."""
    for name, text in (("code", edition.code), ("version", edition.version)):
        _code(text, name, faults, longest=_LONGEST[name])
    for name in ("title_zh", "title_en"):
        _length(getattr(edition, name), name, faults, longest=_LONGEST["title"])
    if edition.valid_from and edition.valid_until and edition.valid_until <= edition.valid_from:
        faults.add("valid_until", _("the edition ends before it begins"))
    if edition.form is not None:
        _check_form(edition.form, faults)
    _check_phases(edition.phases, faults)
    _check_deadlines(edition, faults)
    _check_ladders(edition.ladders, faults)
    _check_annex2(edition, faults)
    _check_rounds(edition.rounds, faults)
    if edition.draw is not None:
        _check_draw(edition.draw, faults)
    if edition.settings is not None:
        _check_settings(edition.settings, faults)
    _once("readings", edition.readings, faults)


def _check_form(form: Form, faults: FaultList) -> None:
    _once("form.header", form.header, faults)
    for index, line in enumerate(form.header or ()):
        if line is not None and line.type is not None and line.type not in HEADER_TYPES:
            message = _("unknown type “%(type)s”; expected one of: %(types)s")
            faults.add(f"form.header[{index}].type", message % {"type": line.type, "types": ", ".join(HEADER_TYPES)})
    _check_basic(form, faults)
    _filled("form.columns", form.columns, faults)
    _filled("form.sections", form.sections, faults)
    _once("form.sections", form.sections, faults)
    _numbers([(f"form.sections[{at}]", section) for at, section in enumerate(form.sections or ())], faults)
    items = [
        (f"form.sections[{at}].items[{index}]", item)
        for at, section in enumerate(form.sections or ())
        if section is not None
        for index, item in enumerate(section.items or ())
    ]
    _codes_once(((path, item.code) for path, item in items if item is not None), faults, longest=_LONGEST["item"])
    _numbers(items, faults)
    for at, section in enumerate(form.sections or ()):
        if section is not None:
            _check_section(section, f"form.sections[{at}]", faults)


def _check_basic(form: Form, faults: FaultList) -> None:
    lines = [
        (f"form.basic[{at}].fields[{index}]", line)
        for at, group in enumerate(form.basic or ())
        if group is not None
        for index, line in enumerate(group.fields or ())
        if line is not None
    ]
    _codes_once(((path, line.code) for path, line in lines), faults)
    taken = {line.code for _path, line in lines}
    for path, line in lines:
        _check_basic_field(line, path, taken, faults)


def _check_basic_field(line: BasicField, path: str, taken: set[str], faults: FaultList) -> None:
    if line.type == "choice":
        _filled(f"{path}.options", line.options, faults)
    elif line.options and line.type is not None:
        faults.add(f"{path}.options", _("only a choice has options"))
    _once(f"{path}.options", line.options, faults)
    needs_text = any(option is not None and option.requires_text for option in line.options or ())
    if needs_text and line.code and line.code + OTHER_SUFFIX in taken:
        message = _("the code “%(code)s” is kept for the text of a choice")
        faults.add(f"{path}.code", message % {"code": line.code + OTHER_SUFFIX})


def _check_section(section: Section, path: str, faults: FaultList) -> None:
    _filled(f"{path}.items", section.items, faults)
    for index, item in enumerate(section.items or ()):
        if item is None:
            continue
        here = f"{path}.items[{index}]"
        if None not in (item.section, section.no) and item.section != section.no:
            message = _("the item names section %(named)d but stands in section %(actual)d")
            faults.add(f"{here}.section", message % {"named": item.section, "actual": section.no})
        _check_item(item, here, faults)


def _check_item(item: CheckItem, path: str, faults: FaultList) -> None:
    _once(f"{path}.facets", item.facets, faults)
    _once(f"{path}.measures", item.measures, faults)
    for index, facet in enumerate(item.facets or ()):
        if facet is not None and facet.annex2 and not _ANNEX2_ROW.fullmatch(facet.annex2):
            message = _("“%(row)s” is no row of Annex 2; expected a code such as A2-08")
            faults.add(f"{path}.facets[{index}].annex2", message % {"row": facet.annex2})
    known = {facet.code for facet in item.facets or () if facet is not None}
    for index, measure in enumerate(item.measures or ()):
        if measure is not None:
            _check_measure(measure, f"{path}.measures[{index}]", known, faults)


def _check_measure(measure: Measure, path: str, facets: set[str], faults: FaultList) -> None:
    if measure.facet and measure.facet not in facets:
        message = _("unknown facet “%(facet)s”; the item has: %(facets)s")
        listed = ", ".join(sorted(filter(None, facets))) or pgettext("facets of an item", "none")
        faults.add(f"{path}.facet", message % {"facet": measure.facet, "facets": listed})
    if measure.minimum is None or measure.maximum is None:
        return
    if measure.minimum >= measure.maximum:
        faults.add(f"{path}.maximum", _("the maximum must be greater than the minimum"))
    elif measure.limit is not None and not measure.minimum <= measure.limit <= measure.maximum:
        message = _("the limit %(limit)s lies outside %(minimum)s to %(maximum)s")
        values = {"limit": measure.limit, "minimum": measure.minimum, "maximum": measure.maximum}
        faults.add(f"{path}.limit", message % values)


def _check_phases(phases: tuple[Phase, ...] | None, faults: FaultList) -> None:
    _once("phases", phases, faults)
    if phases is None:
        return
    _all_present("phases", {phase.code for phase in phases if phase is not None}, PHASE_CODES, faults)
    for index, phase in enumerate(phases):
        if phase is None:
            continue
        start = _month_day(phase.start, f"phases[{index}].start", faults)
        end = _month_day(phase.end, f"phases[{index}].end", faults)
        if start and end and end < start:
            faults.add(f"phases[{index}].end", _("the phase ends before it begins"))


def _check_deadlines(edition: EditionData, faults: FaultList) -> None:
    deadlines = edition.deadlines
    if deadlines is None:
        return
    _all_present("deadlines", set(deadlines), DEADLINE_CODES, faults)
    for code, rule in deadlines.items():
        path = f"deadlines.{code}"
        if code not in DEADLINE_CODES:
            message = _("unknown deadline “%(code)s”; known are: %(known)s")
            faults.add(path, message % {"code": code, "known": ", ".join(DEADLINE_CODES)})
        if rule is not None:
            _check_day(rule, path, edition.phases, faults)
            _check_days(rule, path, faults)
            _check_ladder_names(rule, path, edition.ladders, faults)


def _check_day(rule: DeadlineRule, path: str, phases: tuple[Phase, ...] | None, faults: FaultList) -> None:
    """A day of the year only where the kind asks for one, and no date before the work's first day."""
    if rule.kind == "fixed":
        on = _month_day(rule.on, f"{path}.on", faults)
        opens = _month_day(rule.opens, f"{path}.opens", faults) if rule.opens else None
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
        _rising(f"{path}.before", [rung.days for rung in ladder.before or () if rung], faults, falling=True)
        _rising(f"{path}.after", [rung.days for rung in ladder.after or () if rung], faults)
        for name in ("before", "after"):
            for index, rung in enumerate(getattr(ladder, name) or ()):
                if rung is not None:
                    _filled(f"{path}.{name}[{index}].to", rung.to, faults)
        _check_end(ladder, path, faults)
        if ladder.hour is not None and not 0 <= ladder.hour <= 23:
            faults.add(f"{path}.hour", _("expected an hour from 0 to 23, found %(hour)d") % {"hour": ladder.hour})


def _check_end(ladder: Ladder, path: str, faults: FaultList) -> None:
    """Whatever stays open must reach somebody above, and the telling must stop some day."""
    above = {target for rung in ladder.after or () if rung for target in rung.to or () if target and "+" in target}
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


def _check_annex2(edition: EditionData, faults: FaultList) -> None:
    """Rows with numbers in sequence, each fed by a facet; known sources, each counted once."""
    table = edition.annex2
    if table is None:
        return
    for name in ("counts", "checks"):
        rows = getattr(table, name)
        _filled(f"annex2.{name}", rows, faults)
        _once(f"annex2.{name}", rows, faults)
        _numbers([(f"annex2.{name}[{at}]", row) for at, row in enumerate(rows or ())], faults)
    if edition.form is not None:
        _check_fed(table, edition.form, faults)
    _check_sources(table, faults)


def _check_fed(table: Annex2, form: Form, faults: FaultList) -> None:
    """Every row has a facet that feeds it, every facet its row, every heading a part of the form."""
    fed = {facet.annex2 for facet in _facets(form) if facet.annex2}
    rows = {row.code for row in table.checks or () if row is not None}
    for code in sorted(fed - rows):
        faults.add("annex2.checks", _("a facet feeds the row %(code)s, which is missing") % {"code": code})
    for code in sorted(filter(None, rows - fed)):
        faults.add("annex2.checks", _("no facet of the form feeds the row %(code)s") % {"code": code})
    sections = {section.no for section in form.sections or () if section is not None}
    for name in ("problems", "rectification"):
        for at, heading in enumerate(getattr(table, name) or ()):
            if heading is not None and heading.section is not None and heading.section not in sections:
                message = _("the form has no part %(section)d")
                faults.add(f"annex2.{name}[{at}].section", message % {"section": heading.section})


def _check_sources(table: Annex2, faults: FaultList) -> None:
    """Known sources, and each counted in one pair of columns only."""
    for name in ("selfcheck_sources", "spotcheck_sources"):
        for at, source in enumerate(getattr(table, name) or ()):
            if source is not None and source not in SOURCES:
                message = _("unknown source “%(source)s”; known are: %(known)s")
                faults.add(f"annex2.{name}[{at}]", message % {"source": source, "known": ", ".join(SOURCES)})
    if both := set(table.selfcheck_sources or ()) & set(table.spotcheck_sources or ()):
        message = _("the source “%(source)s” is counted in both columns")
        faults.add("annex2.spotcheck_sources", message % {"source": min(both)})


def _facets(form: Form) -> Iterable[Any]:
    for section in form.sections or ():
        for item in (section.items if section is not None else None) or ():
            yield from (facet for facet in (item.facets if item is not None else None) or () if facet is not None)


def _check_rounds(rounds: dict[str, RoundRule] | None, faults: FaultList) -> None:
    if rounds is not None and not rounds:
        faults.add("rounds", _("at least one entry is expected"))
    for code, rule in (rounds or {}).items():
        if rule is None:
            continue
        path = f"rounds.{code}"
        due, cutoff = _month_day(rule.due, f"{path}.due", faults), _month_day(rule.cutoff, f"{path}.cutoff", faults)
        if due and cutoff and due < cutoff:
            faults.add(f"{path}.due", _("the report is due before its cut-off"))
        if rule.years_back is not None and not 0 <= rule.years_back <= 1:
            faults.add(f"{path}.years_back", _("a round reports its own year or the one before"))


def _check_draw(draw: DrawRules, faults: FaultList) -> None:
    for name in ("findings", "disagreements", "overdue", "never_visited"):
        share = getattr(draw, name)
        if share is not None and share < 0:
            faults.add(f"draw.{name}", _("expected a number that is not negative"))
    if draw.strata is not None and len(set(draw.strata)) != len(draw.strata):
        faults.add("draw.strata", _("each stratum stands once"))
    if draw.beds_large is not None and draw.beds_large < 1:
        faults.add("draw.beds_large", _("expected a number above zero, found %(value)d") % {"value": draw.beds_large})


def _check_settings(settings: Settings, faults: FaultList) -> None:
    for each in fields(settings):
        value = getattr(settings, each.name)
        if isinstance(value, int) and not isinstance(value, bool) and value < 1:
            faults.add(f"settings.{each.name}", _("expected a number above zero, found %(value)d") % {"value": value})


def _month_day(text: str | None, path: str, faults: FaultList) -> tuple[int, int] | None:
    if text is None:
        return None
    if re.fullmatch(r"\d{2}-\d{2}", text, re.ASCII):
        try:
            day = day_of(_LEAP_YEAR, text)
        except ValueError:
            faults.add(path, _("“%(text)s” is not a day of the year") % {"text": text})
            return None
        return day.month, int(text[3:])
    faults.add(path, _("expected a day of the year as MM-DD, found “%(text)s”") % {"text": text})
    return None


def _once(path: str, entries: Iterable[Any] | None, faults: FaultList) -> None:
    listed = enumerate(entries or ())
    _codes_once(((f"{path}[{at}]", entry.code) for at, entry in listed if entry is not None), faults)


def _codes_once(codes: Iterable[tuple[str, str | None]], faults: FaultList, longest: int = _LONGEST["code"]) -> None:
    seen: dict[str, str] = {}
    for path, code in codes:
        if code is None:
            continue
        _code(code, f"{path}.code", faults, longest)
        if code in seen:
            message = _("the code “%(code)s” stands at %(first)s already")
            faults.add(f"{path}.code", message % {"code": code, "first": seen[code]})
        seen.setdefault(code, path)


def _code(code: str | None, path: str, faults: FaultList, longest: int) -> None:
    if code is not None and not _CODE.fullmatch(code):
        message = _("“%(code)s” is no code; expected letters, digits, hyphens and underscores")
        faults.add(path, message % {"code": code[:40]})
    _length(code, path, faults, longest)


def _length(text: str | None, path: str, faults: FaultList, longest: int) -> None:
    if text is not None and len(text) > longest:
        message = _("%(length)d characters are too many; expected at most %(longest)d")
        faults.add(path, message % {"length": len(text), "longest": longest})


def _numbers(entries: list[tuple[str, Any]], faults: FaultList) -> None:
    """Numbers run on from 1 without a gap; what follows a faulty one may go on from it or from its place."""
    previous = 0
    for place, (path, entry) in enumerate(entries, start=1):
        number = entry.no if entry is not None and entry.no is not None else previous + 1
        if number not in (previous + 1, place):
            message = _("expected number %(expected)d, found %(found)d")
            faults.add(f"{path}.no", message % {"expected": previous + 1, "found": number})
        previous = number


def _filled(path: str, entries: tuple[Any, ...] | None, faults: FaultList) -> None:
    if entries == ():
        faults.add(path, _("at least one entry is expected"))


def _all_present(path: str, found: set[str], expected: Iterable[str], faults: FaultList) -> None:
    for code in expected:
        if code not in found:
            faults.add(path, _("“%(code)s” is missing") % {"code": code})
