"""Saving the draft of a self-check: answers, basic information and report, each with a row version of its own.

The caller has locked the case and has checked state and grants. A save that was based on an older row version is a
conflict and changes nothing; one that only repeats what stands there succeeds, so that a lost answer may be resent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.editions.form import CheckItem, Form
from cases.editions.quality import QualityEdition
from cases.errors import Invalid
from cases.models import SelfCheck, SelfCheckAnswer, User
from cases.saving import StaleRow, sign
from cases.selfcheck_rules import (
    AnswerValues,
    Fault,
    SectionProgress,
    check_basic,
    check_draft,
    normalise_basic,
    progress,
)

LONGEST_REPORT = 20_000
REDRAFTED = "report drafted again"


@dataclass(frozen=True)
class Overview:
    """How far a self-check has come: what the institution's home page and the form's index count."""

    basic_done: bool
    answered: int
    total: int
    problems: int
    report_done: bool
    sections: list[SectionProgress]


def overview(selfcheck: SelfCheck, edition: QualityEdition) -> Overview:
    """The progress of a draft by its edition (Annex 1); one query, none where the answers are prefetched."""
    statuses = {answer.item_code: AnswerValues(status=answer.status) for answer in selfcheck.answers.all()}
    sections = progress(edition.form, statuses)
    return Overview(
        basic_done=not check_basic(edition.form, selfcheck.basic),
        answered=sum(section.answered for section in sections),
        total=sum(section.total for section in sections),
        problems=sum(section.problems for section in sections),
        report_done=bool(selfcheck.report.strip()),
        sections=sections,
    )


def save_answer(
    selfcheck: SelfCheck,
    item: CheckItem,
    answer: AnswerValues,
    *,
    stored: SelfCheckAnswer | None,
    row_version: int,
    year: int,
    by: User,
    at: dt.datetime,
    faults: Iterable[Fault] = (),
) -> SelfCheckAnswer:
    """Save the answer to one item over ``stored``, the row as it is in the database (none: not answered yet).

    ``faults`` are those of reading what was typed. Raises Invalid with the faults by field, or StaleRow.
    """
    refuse_faults([*faults, *check_draft(item, answer, year=year)])
    row = stored or SelfCheckAnswer(selfcheck=selfcheck, item_code=item.code)
    columns = columns_of(item, answer)
    if all(getattr(row, name) == value for name, value in columns.items()):
        return row
    if row.row_version != row_version:
        raise StaleRow(row, row.row_version)
    for name, value in columns.items():
        setattr(row, name, value)
    stamp(row, by, at)
    row.save()
    name_filler(selfcheck, by, at)
    return row


def save_basic(
    selfcheck: SelfCheck, form: Form, typed: Mapping[str, object], *, row_version: int, by: User, at: dt.datetime
) -> SelfCheck:
    """Save the basic information; who does so is the filler whom the printed form names.

    Raises Invalid with the faults by field, or StaleRow.
    """
    basic = normalise_basic(form, typed)
    refuse_faults(check_basic(form, basic, complete=False))
    if basic == selfcheck.basic:
        return selfcheck
    if selfcheck.basic_version != row_version:
        raise StaleRow(selfcheck, selfcheck.basic_version)
    selfcheck.basic, selfcheck.basic_version = basic, selfcheck.basic_version + 1
    selfcheck.filler = by
    return _save(selfcheck, by, at, "basic", "basic_version", "filler")


def save_report(
    selfcheck: SelfCheck, text: str, *, row_version: int, by: User, at: dt.datetime, redrafted: bool = False
) -> SelfCheck:
    """Save the report (自查整改报告); ``redrafted`` marks the moment before which an older text can be had back.

    Raises Invalid where the text is too long, or StaleRow.
    """
    text = text.replace("\r\n", "\n")
    if len(text) > LONGEST_REPORT:
        message = _("Keep the report under %(limit)d characters.") % {"limit": LONGEST_REPORT}
        raise Invalid("report_too_long", message, faults={"report": [message]})
    if text == selfcheck.report:
        return selfcheck
    if selfcheck.report_version != row_version:
        raise StaleRow(selfcheck, selfcheck.report_version)
    selfcheck.report, selfcheck.report_version = text, selfcheck.report_version + 1
    return _save(selfcheck, by, at, "report", "report_version", reason=REDRAFTED if redrafted else None)


def text_before_redraft(selfcheck: SelfCheck) -> Any:
    """The history record with the report as it was before it was last drafted again, if it ever was."""
    marks = selfcheck.history.filter(history_change_reason=REDRAFTED).order_by("-history_id")
    mark = marks.values_list("history_id", flat=True).first()
    if mark is None:
        return None
    return selfcheck.history.filter(history_id__lt=mark).exclude(report="").order_by("-history_id").first()


def last_change(selfcheck: SelfCheck) -> dt.datetime | None:
    """When something of the draft was last changed; UTC."""
    moments = [selfcheck.updated_at, *(answer.updated_at for answer in selfcheck.answers.all())]
    return max((moment for moment in moments if moment is not None), default=None)


def refuse_faults(faults: Iterable[Fault]) -> None:
    """Raise Invalid with the faults by field, unless there are none."""
    by_field: dict[str, list[Any]] = {}
    for fault in faults:
        by_field.setdefault(fault.field, []).append(fault.message)
    if by_field:
        raise Invalid("draft_invalid", _("This cannot be saved; please correct what is marked."), faults=by_field)


def columns_of(item: CheckItem, answer: AnswerValues) -> dict[str, Any]:
    """An answer as the columns of its row, with choices in printed order."""
    return {
        "status": answer.status,
        "facets": [facet.code for facet in item.facets if facet.code in answer.facets],
        "values": {each.code: f"{answer.values[each.code]:f}" for each in item.measures if each.code in answer.values},
        "problem": answer.problem,
        "measure": answer.measure,
        "rectification": answer.rectification,
        "fixed_on_spot": answer.fixed_on_spot,
        "responsible": answer.responsible,
        "planned_on": answer.planned_on,
        "reason": answer.reason,
    }


def stamp(row: Any, by: User, at: dt.datetime) -> None:
    row.row_version += 1
    row.updated_by, row.updated_at = by, at
    sign(row, by, at)


def name_filler(selfcheck: SelfCheck, by: User, at: dt.datetime) -> None:
    """The first to write anything is the filler until somebody fills in the basic information."""
    if selfcheck.filler_id is None:
        selfcheck.filler = by
        _save(selfcheck, by, at, "filler")


def _save(selfcheck: Any, by: User, at: dt.datetime, *fields: str, reason: str | None = None) -> SelfCheck:
    selfcheck.updated_at = at
    sign(selfcheck, by, at, reason)
    selfcheck.save(update_fields=[*fields, "updated_at"])
    saved: SelfCheck = selfcheck
    return saved
