"""What the pages of a verification show beside the county's own fields: progress, the other side, who, until when."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cases.models import CaseEvent, Evidence, Finding, WorkItem
from cases.naming import Signatures
from cases.selfcheck_previous import previous_submission
from workflows.kinds import KINDS
from workflows.quality_cycle import verification_words as words
from workflows.quality_cycle.kind import State
from workflows.quality_cycle.verification_sheet import Line, Sheet, cell_names


def frame(sheet: Sheet) -> dict[str, Any]:
    """What every page of one verification shows: the case, who works on it until when, and what was sent back."""
    item = WorkItem.objects.open().filter(process=sheet.case.pk).select_related("owner").first()
    return {
        "nav_current": "verifications",
        "case": sheet.case,
        "sheet": sheet,
        "open_item": item if item is not None and item.role else None,
        "sent_back": _sent_back(sheet),
        "signatures": Signatures([sheet.case.pk]),
    }


def _sent_back(sheet: Sheet) -> CaseEvent | None:
    """The event by which this version went back: from the approver to the officer, or to the institution."""
    events = CaseEvent.objects.filter(case=sheet.case.pk, verb__in=("return_", "reject_verification", "conclude"))
    newest_first = list(events.select_related("actor").order_by("-seq"))
    to_officer = sheet.is_latest and sheet.case.state == State.SUBMITTED and sheet.county_side
    if to_officer and newest_first and newest_first[0].verb == "reject_verification":
        return newest_first[0]
    own = sheet.verification.pk if sheet.verification else None
    returns = (event for event in newest_first if event.verb == "return_")
    return next((event for event in returns if own and event.details.get("verification") == own), None)


def progress(sheet: Sheet, line: Line | None, only: str) -> dict[str, Any]:
    """The squares that a filter leaves, the filters with their counts, and the neighbours."""
    shown = sheet.filtered(only)
    current = line.code if line else ""
    before = [each for each in shown if line and each.item.no < line.item.no]
    after = [each for each in shown if line and each.item.no > line.item.no]
    return {
        "case": sheet.case,
        "sheet": sheet,
        "line": line,
        "only": only,
        "cells": sheet.cells(shown, only, current),
        "cell_names": cell_names(),
        "tabs": [(name, label, len(sheet.filtered(name)), _tab(sheet, name)) for name, label in _tab_labels(sheet)],
        "before": (before[-1].item.no, sheet.address(before[-1].code, only)) if before else None,
        "after": (after[0].item.no, sheet.address(after[0].code, only)) if after else None,
    }


def _tab_labels(sheet: Sheet) -> list[tuple[str, str]]:
    labels = [("", _("All items")), ("problems", _("Only problems"))]
    if sheet.basis is not None:
        labels.append(("changes", _("Only changes")))
    if sheet.drafting:
        labels.append(("unverified", _("Only not verified")))
    return labels


def _tab(sheet: Sheet, only: str) -> str:
    shown = sheet.filtered(only)
    return sheet.address(entrance(sheet, shown).code, only) if shown else ""


def both_sides(sheet: Sheet, line: Line) -> dict[str, Any]:
    """The submitted answer of an item in words, and what else is known of the item."""
    case = sheet.case
    files = list(Evidence.objects.filter(case=case.pk, item_code=line.code).order_by("uploaded_at", "pk"))
    findings = Finding.objects.filter(
        item_code=line.code, cycle__unit=case.unit_id, cycle__year__in=(case.year - 1, case.year)
    ).select_related("case")
    last_year = previous_submission(case)
    known = [(finding, KINDS["finding"].state_label(finding.case.state)) for finding in findings.order_by("case")]
    return {
        "status_word": words.status_word(line.answer.get("status", "")),
        "facet_words": words.facet_words(line.item, line.answer.get("facets", [])),
        "figures": words.figures(line.item, line.answer),
        "answer_rows": words.answer_rows(line.item, line.answer),
        "proofs": words.proofs(line, files),
        "change_rows": words.change_rows(line.item, line.changes),
        "own_rows": words.own_rows(line.item, line.mine),
        "amended_rows": words.amended_rows(line),
        "own_files": [f for f in files if f.purpose == Evidence.Purpose.VERIFICATION and f.removed_at is None],
        "last_year": words.status_word(last_year.answer(line.code).get("status", "")) if last_year else "",
        "findings_now": [pair for pair in known if pair[0].case.year == case.year],
        "findings_then": [pair for pair in known if pair[0].case.year != case.year],
    }


def entrance(sheet: Sheet, shown: list[Line]) -> Any:
    """Where one comes in: the first item that is still open for an officer, else the first."""
    still_open = [line for line in shown if not line.seen] if sheet.drafting else []
    return next(iter([*still_open, *shown]), None)
