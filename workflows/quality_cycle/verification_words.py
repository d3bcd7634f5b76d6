"""The submitted answer and the county's own words as rows of label and value, for reading and for comparing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.editions.form import CheckItem, Form, Measure
from cases.editions.quality_rules import OTHER_SUFFIX
from cases.models import AnswerStatus, Conclusion, Evidence, Rectification, Severity, VerificationItem
from cases.selfcheck_rules import Change, limit_text
from cases.wording import cdate
from workflows.quality_cycle.verification_sheet import Line

Row = tuple[str, str, str]


@dataclass(frozen=True)
class Figure:
    """One measured value beside its limit."""

    label: str
    value: str
    limit: str
    kept: bool


@dataclass(frozen=True)
class Proof:
    """A file as the submitted version names it; ``file`` is None where it cannot be opened by this reader."""

    name: str
    is_new: bool
    file: Evidence | None


def labels() -> dict[str, str]:
    """What the fields of an answer are called."""
    return {
        "status": _("Self-check status"),
        "facets": _("Aspects of the problem"),
        "problem": _("Problem"),
        "measure": _("Corrective measure"),
        "rectification": _("Way of rectification"),
        "severity": _("Severity"),
        "fixed_on_spot": _("Already rectified on the spot"),
        "responsible": _("Person responsible"),
        "planned_on": _("Due date"),
        "due_on": _("Due date"),
        "reason": _("Reason"),
        "evidence": _("Evidence"),
    }


def status_word(status: str) -> str:
    """符合, 存在问题, 不适用, or that there is no answer."""
    return str(AnswerStatus(status).label) if status in AnswerStatus.values else _("Not filled in")


def facet_words(item: CheckItem, codes: Iterable[str]) -> str:
    """The names of an item's aspects in printed order; a code that the edition lacks stands as it is."""
    chosen = set(codes)
    known = [facet.label for facet in item.facets if facet.code in chosen]
    rest = sorted(chosen - {facet.code for facet in item.facets})
    return pgettext("list separator", ", ").join([*known, *rest])


def figures(item: CheckItem, answer: dict[str, Any]) -> list[Figure]:
    """The measured values with their limits, in printed order."""
    found = []
    for measure in item.measures:
        text = answer.get("values", {}).get(measure.code)
        value = _decimal(text)
        if text is not None:
            kept = value is not None and measure.holds(value)
            found.append(Figure(measure.label, _shown(measure, text), str(limit_text(measure)), kept))
    return found


def proofs(line: Line, files: Sequence[Evidence]) -> list[Proof]:
    """The files that the submitted answer names, and which of them are new in this version."""
    by_digest = {file.sha256: file for file in files if file.purpose == Evidence.Purpose.SELF_CHECK}
    before: set[str] = set()
    compared = False
    for change in line.changes:
        if change.field == "evidence":
            compared, before = True, {entry["sha256"] for entry in change.old or []}
    return [
        Proof(entry["name"], compared and entry["sha256"] not in before, by_digest.get(entry["sha256"]))
        for entry in line.answer.get("evidence", [])
    ]


def change_rows(item: CheckItem, changes: Iterable[Change]) -> list[Row]:
    """What changed in an answer as (label, before, after)."""
    rows = []
    for change in changes:
        if change.field == "evidence":
            rows.append(_evidence_row(change))
        elif change.field.startswith("values."):
            rows.append(_value_row(item, change))
        else:
            label = labels().get(change.field, change.field)
            rows.append((label, _worded(item, change.field, change.old), _worded(item, change.field, change.new)))
    return rows


def basic_rows(form: Form, changes: Iterable[Change]) -> list[Row]:
    """What changed in the basic information."""
    return [
        (
            _basic_label(form, each.field),
            _basic_word(form, each.field, each.old),
            _basic_word(form, each.field, each.new),
        )
        for each in changes
    ]


def basic_values(form: Form, basic: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The basic information as (label, value), in printed order."""
    codes = [*form.basic_fields, *(code for code in basic if code not in form.basic_fields)]
    return [(_basic_label(form, code), _basic_word(form, code, basic[code])) for code in codes if code in basic]


def _basic_label(form: Form, code: str) -> str:
    """The label of a line; the text of a choice such as “Other” stands under the choice’s own label."""
    fld = form.basic_fields.get(code) or form.basic_fields.get(code.removesuffix(OTHER_SUFFIX))
    return fld.full_label if fld else code


def _basic_word(form: Form, code: str, value: Any) -> str:
    fld = form.basic_fields.get(code)
    names = {option.code: option.label for option in fld.options} if fld else {}
    text = "" if value is None else str(names.get(str(value), value))
    return f"{text} {fld.unit}" if fld and fld.unit and text else text


def answer_rows(item: CheckItem, answer: dict[str, Any]) -> list[tuple[str, str]]:
    """The submitted words about a problem or its absence as (label, value), blanks left out."""
    names = ("problem", "measure", "rectification", "fixed_on_spot", "responsible", "planned_on", "reason")
    rows = [(labels()[name], _worded(item, name, answer.get(name))) for name in names]
    return [(label, value) for label, value in rows if value]


def record_rows(item: CheckItem, mine: VerificationItem) -> list[tuple[str, str]]:
    """The county's whole record of an item as (label, value), for the officer who was overtaken."""
    rows = [(_("Conclusion"), str(Conclusion(mine.conclusion).label) if mine.conclusion else "")]
    rows += [(_("Verification opinion"), mine.opinion), *own_rows(item, mine)]
    rows += [(_("Return reason"), mine.return_reason)] if mine.to_return else []
    return [(label, value) for label, value in rows if value]


def own_rows(item: CheckItem, mine: VerificationItem) -> list[tuple[str, str]]:
    """The county's words about a problem as (label, value), blanks left out."""
    names = ("facets", "problem", "measure", "rectification", "severity", "due_on")
    values = {name: getattr(mine, name) for name in names}
    return [(labels()[name], _worded(item, name, value)) for name, value in values.items() if value]


def amended_rows(line: Line) -> list[Row]:
    """Where the county words the institution's problem differently: (label, institution's words, county's words)."""
    if not line.amends:
        return []
    pairs = {"facets": "facets", "problem": "problem", "measure": "measure", "rectification": "rectification"}
    rows = []
    for name, theirs in (pairs | {"severity": "", "due_on": "planned_on"}).items():
        new = _worded(line.item, name, getattr(line.mine, name))
        old = _worded(line.item, theirs, line.answer.get(theirs))
        if new and new != old:
            rows.append((labels()[name], old, new))
    return rows


def _worded(item: CheckItem, name: str, value: Any) -> str:
    """A field's value as people read it."""
    if value in (None, "", [], {}):
        return ""
    match name:
        case "status":
            return status_word(value)
        case "facets":
            return facet_words(item, value)
        case "rectification":
            return str(Rectification(value).label)
        case "severity":
            return str(Severity(value).label)
        case "fixed_on_spot":
            return _("Yes") if value else ""
        case "planned_on" | "due_on":
            return cdate(value if isinstance(value, dt.date) else dt.date.fromisoformat(value))
    return str(value)


def _value_row(item: CheckItem, change: Change) -> Row:
    code = change.field.removeprefix("values.")
    measure = next((each for each in item.measures if each.code == code), None)
    if measure is None:
        return code, str(change.old or ""), str(change.new or "")
    return measure.label, _shown(measure, change.old), _shown(measure, change.new)


def _evidence_row(change: Change) -> Row:
    old = {entry["sha256"]: entry["name"] for entry in change.old or []}
    new = {entry["sha256"]: entry["name"] for entry in change.new or []}
    comma = pgettext("list separator", ", ")
    removed = comma.join(name for digest, name in old.items() if digest not in new)
    return labels()["evidence"], removed, comma.join(name for digest, name in new.items() if digest not in old)


def _decimal(text: Any) -> Decimal | None:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return None


def _shown(measure: Measure, text: Any) -> str:
    value = _decimal(text)
    return "" if text is None else str(text) if value is None else measure.shown(value)
