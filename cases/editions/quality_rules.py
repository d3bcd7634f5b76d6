"""What an edition of the quality cycle must mean together: a form whose facets feed its table, rounds, a draw."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.editions.annex2 import Annex2
from cases.editions.checking import LONGEST, all_present, codes_once, filled, month_day, numbers, once
from cases.editions.form import BasicField, CheckItem, Form, Measure, Section
from cases.editions.quality import QualityEdition
from cases.editions.reader import FaultList
from cases.editions.rounds import DrawRules, RoundRule

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
    "spot_check_teams",
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
_ANNEX2_ROW = re.compile(r"A2-\d{2}")


def check_quality(edition: QualityEdition, faults: FaultList) -> None:
    """Adds every fault in the meaning of what only this programme has."""
    if edition.form is not None:
        _check_form(edition.form, faults)
    if edition.phases is not None:
        all_present("phases", {phase.code for phase in edition.phases if phase is not None}, PHASE_CODES, faults)
    if edition.deadlines is not None:
        _check_deadline_codes(set(edition.deadlines), faults)
    _check_annex2(edition, faults)
    _check_rounds(edition.rounds, faults)
    if edition.draw is not None:
        _check_draw(edition.draw, faults)


def _check_deadline_codes(found: set[str], faults: FaultList) -> None:
    all_present("deadlines", found, DEADLINE_CODES, faults)
    for code in sorted(found - set(DEADLINE_CODES)):
        message = _("unknown deadline “%(code)s”; known are: %(known)s")
        faults.add(f"deadlines.{code}", message % {"code": code, "known": ", ".join(DEADLINE_CODES)})


def _check_form(form: Form, faults: FaultList) -> None:
    once("form.header", form.header, faults)
    for index, line in enumerate(form.header or ()):
        if line is not None and line.type is not None and line.type not in HEADER_TYPES:
            message = _("unknown type “%(type)s”; expected one of: %(types)s")
            faults.add(f"form.header[{index}].type", message % {"type": line.type, "types": ", ".join(HEADER_TYPES)})
    _check_basic(form, faults)
    filled("form.columns", form.columns, faults)
    filled("form.sections", form.sections, faults)
    once("form.sections", form.sections, faults)
    numbers([(f"form.sections[{at}]", section) for at, section in enumerate(form.sections or ())], faults)
    items = [
        (f"form.sections[{at}].items[{index}]", item)
        for at, section in enumerate(form.sections or ())
        if section is not None
        for index, item in enumerate(section.items or ())
    ]
    codes_once(((path, item.code) for path, item in items if item is not None), faults, longest=LONGEST["item"])
    numbers(items, faults)
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
    codes_once(((path, line.code) for path, line in lines), faults)
    taken = {line.code for _path, line in lines}
    for path, line in lines:
        _check_basic_field(line, path, taken, faults)


def _check_basic_field(line: BasicField, path: str, taken: set[str], faults: FaultList) -> None:
    if line.type == "choice":
        filled(f"{path}.options", line.options, faults)
    elif line.options and line.type is not None:
        faults.add(f"{path}.options", _("only a choice has options"))
    once(f"{path}.options", line.options, faults)
    needs_text = any(option is not None and option.requires_text for option in line.options or ())
    if needs_text and line.code and line.code + OTHER_SUFFIX in taken:
        message = _("the code “%(code)s” is kept for the text of a choice")
        faults.add(f"{path}.code", message % {"code": line.code + OTHER_SUFFIX})


def _check_section(section: Section, path: str, faults: FaultList) -> None:
    filled(f"{path}.items", section.items, faults)
    for index, item in enumerate(section.items or ()):
        if item is None:
            continue
        here = f"{path}.items[{index}]"
        if None not in (item.section, section.no) and item.section != section.no:
            message = _("the item names section %(named)d but stands in section %(actual)d")
            faults.add(f"{here}.section", message % {"named": item.section, "actual": section.no})
        _check_item(item, here, faults)


def _check_item(item: CheckItem, path: str, faults: FaultList) -> None:
    once(f"{path}.facets", item.facets, faults)
    once(f"{path}.measures", item.measures, faults)
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


def _check_annex2(edition: QualityEdition, faults: FaultList) -> None:
    """Rows with numbers in sequence, each fed by a facet; known sources, each counted once."""
    table = edition.annex2
    if table is None:
        return
    for name in ("counts", "checks"):
        rows = getattr(table, name)
        filled(f"annex2.{name}", rows, faults)
        once(f"annex2.{name}", rows, faults)
        numbers([(f"annex2.{name}[{at}]", row) for at, row in enumerate(rows or ())], faults)
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
        due, cutoff = month_day(rule.due, f"{path}.due", faults), month_day(rule.cutoff, f"{path}.cutoff", faults)
        if due and cutoff and due < cutoff:
            faults.add(f"{path}.due", _("the report is due before its cut-off"))
        own = month_day(rule.report_due, f"{path}.report_due", faults) if rule.report_due else None
        if due and own and own < due:
            faults.add(f"{path}.report_due", _("the region’s report is due before those of its prefectures"))
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
