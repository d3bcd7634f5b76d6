"""Rules for the answer to one check item: what may never be saved, and what hinders submission (Annex 1)."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.editions.form import CheckItem, Measure
from cases.selfcheck_rules.faults import Fault, text_faults

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MAX_TEXT = 2000
MAX_NAME = 60
STATUSES = ("compliant", "problem", "not_applicable")
RECTIFICATIONS = ("immediate", "time_limited", "ongoing")
_FINEST = Decimal("0.0001")
_YEARS_AHEAD = 3
_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d{1,12})?")
_LIMITS = {
    ">=": _("at least {limit}"),
    "<=": _("at most {limit}"),
    "==": _("exactly {limit}"),
    "<": _("below {limit}"),
    ">": _("above {limit}"),
}


@dataclass(frozen=True)
class AnswerValues:
    """What the institution says of one item, as plain values; as made without arguments it is not answered."""

    status: str = ""
    facets: tuple[str, ...] = ()
    values: Mapping[str, Decimal] = field(default_factory=dict)
    problem: str = ""
    measure: str = ""
    rectification: str = ""
    fixed_on_spot: bool = False
    responsible: str = ""
    planned_on: dt.date | None = None
    reason: str = ""
    evidence_count: int = 0


def read_number(text: str) -> Decimal:
    """The number that a person typed, full-width digits and a percent sign included; NaN where it is none."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("%").strip()
    return Decimal(plain) if _NUMBER.fullmatch(plain) else Decimal("NaN")


def limit_text(measure: Measure) -> StrOrPromise:
    """The limit in words, such as "at least 95%"."""
    return format_lazy(_LIMITS[measure.op], limit=measure.shown(measure.limit))


def implied_facets(item: CheckItem, values: Mapping[str, Decimal]) -> tuple[str, ...]:
    """The facets that the broken limits among the values point to, in printed order."""
    broken = {each.facet for each in item.measures if each.facet and _breaks(each, values.get(each.code))}
    return tuple(facet.code for facet in item.facets if facet.code in broken)


def check_draft(item: CheckItem, answer: AnswerValues, *, year: int) -> list[Fault]:
    """What may not even be saved: values that the item does not know or that no institution can have."""
    return [
        *_unknown_choices(item, answer),
        *_value_faults(item, answer),
        *text_faults("problem", answer.problem, MAX_TEXT),
        *text_faults("measure", answer.measure, MAX_TEXT),
        *text_faults("responsible", answer.responsible, MAX_NAME),
        *_date_faults(answer, year),
        *text_faults("reason", answer.reason, MAX_TEXT),
    ]


def check_complete(item: CheckItem, answer: AnswerValues, *, year: int) -> list[Fault]:
    """What hinders submission, including what may not even be saved."""
    faults = check_draft(item, answer, year=year)
    match answer.status:
        case "":
            faults.append(Fault("status", "not_answered", _("Choose an answer for this item.")))
        case "compliant":
            faults += [*_missing_values(item, answer), *_broken_limits(item, answer)]
        case "problem":
            faults += [*_missing_values(item, answer), *_incomplete_problem(item, answer)]
        case "not_applicable" if not answer.reason.strip():
            faults.append(Fault("reason", "missing", _("Say why this item does not apply.")))
    return faults


def _unknown_choices(item: CheckItem, answer: AnswerValues) -> Iterator[Fault]:
    if answer.status and answer.status not in STATUSES:
        yield Fault("status", "unknown", _("This answer is not one of the choices."))
    known = [facet.code for facet in item.facets]
    for facet in dict.fromkeys(answer.facets):
        if facet not in known:
            message = _("Item {no} has no aspect “{facet}”.")
            yield Fault("facets", "unknown", format_lazy(message, no=item.no, facet=facet))
    if answer.rectification and answer.rectification not in RECTIFICATIONS:
        yield Fault("rectification", "unknown", _("This way of rectification is not one of the choices."))


def _value_faults(item: CheckItem, answer: AnswerValues) -> Iterator[Fault]:
    measures = {each.code: each for each in item.measures}
    for code, value in answer.values.items():
        name = f"values.{code}"
        if code not in measures:
            message = _("Item {no} does not ask for the number “{measure}”.")
            yield Fault(name, "unknown", format_lazy(message, no=item.no, measure=code))
            continue
        measure = measures[code]
        if not value.is_finite():
            message = _("{label}: enter a number.")
            yield Fault(name, "not_a_number", format_lazy(message, label=measure.label))
        elif not measure.minimum <= value <= measure.maximum:
            message = _("{label}: enter a number from {minimum} to {maximum}.")
            limits = {"minimum": f"{measure.minimum:f}", "maximum": f"{measure.maximum:f}"}
            yield Fault(name, "out_of_range", format_lazy(message, label=measure.label, **limits))
        elif value != value.quantize(_FINEST):
            message = _("{label}: enter at most four decimal places.")
            yield Fault(name, "too_precise", format_lazy(message, label=measure.label))


def _date_faults(answer: AnswerValues, year: int) -> Iterator[Fault]:
    if answer.planned_on is None:
        return
    if answer.planned_on.year < year:
        message = _("The due date lies before the year {year}.")
        yield Fault("planned_on", "too_early", format_lazy(message, year=year))
    elif answer.planned_on.year > year + _YEARS_AHEAD:
        message = _("The due date lies after the year {year}.")
        yield Fault("planned_on", "too_late", format_lazy(message, year=year + _YEARS_AHEAD))


def _missing_values(item: CheckItem, answer: AnswerValues) -> Iterator[Fault]:
    for measure in item.measures:
        if measure.code not in answer.values:
            message = _("{label}: enter the number.")
            yield Fault(f"values.{measure.code}", "missing", format_lazy(message, label=measure.label))


def _broken_limits(item: CheckItem, answer: AnswerValues) -> Iterator[Fault]:
    for measure in item.measures:
        value = answer.values.get(measure.code)
        if value is not None and _breaks(measure, value):
            message = _("{label} is {value}, required is {limit}: the item cannot be “compliant”.")
            words = {"label": measure.label, "value": measure.shown(value), "limit": limit_text(measure)}
            yield Fault(f"values.{measure.code}", "limit_broken", format_lazy(message, **words))


def _incomplete_problem(item: CheckItem, answer: AnswerValues) -> Iterator[Fault]:
    if item.facets and not answer.facets:
        yield Fault("facets", "missing", _("Choose at least one aspect that the problem belongs to."))
    for code in implied_facets(item, answer.values):
        facet = item.facet(code)
        if facet is not None and answer.facets and code not in answer.facets:
            message = _("A number breaks its limit: choose the aspect “{facet}” too.")
            yield Fault("facets", "implied_missing", format_lazy(message, facet=facet.label))
    if not answer.problem.strip():
        yield Fault("problem", "missing", _("Describe the problem."))
    if not answer.measure.strip():
        yield Fault("measure", "missing", _("Enter the corrective measure."))
    if not answer.rectification:
        yield Fault("rectification", "missing", _("Choose the way of rectification."))
    if not answer.responsible.strip():
        yield Fault("responsible", "missing", _("Enter the person responsible."))
    if answer.fixed_on_spot and answer.evidence_count < 1:
        yield Fault("evidence", "missing", _("Add evidence for what was rectified on the spot."))
    if not answer.fixed_on_spot and answer.planned_on is None:
        yield Fault("planned_on", "missing", _("Enter the due date."))


def _breaks(measure: Measure, value: Decimal | None) -> bool:
    """Whether there is a number and it breaks the measure's limit; what is no number breaks none."""
    return value is not None and value.is_finite() and not measure.holds(value)
