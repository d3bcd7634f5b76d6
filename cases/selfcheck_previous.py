"""Last year's self-check beside this year's: what was said then, and taking it over into the draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from simple_history.utils import bulk_create_with_history

from cases.editions.form import CheckItem, Form
from cases.models import Case, SelfCheck, SelfCheckAnswer, SelfCheckSubmission, User
from cases.selfcheck_drafts import columns_of, name_filler, save_basic, stamp
from cases.selfcheck_rules import AnswerValues, check_basic, check_draft

LAST_YEARS = "_prev"  # medical_beds_prev asks for what medical_beds was a year ago


def previous_submission(case: Case) -> SelfCheckSubmission | None:
    """The version that the same unit submitted last for the year before."""
    return (
        SelfCheckSubmission.objects.filter(
            selfcheck__case__kind=case.kind, selfcheck__case__unit=case.unit_id, selfcheck__case__year=case.year - 1
        )
        .order_by("-at", "-pk")
        .first()
    )


def answer_from(item: CheckItem, then: Mapping[str, Any], *, year: int) -> AnswerValues | None:
    """Last year's answer as this year's edition can hold it; None where there was none.

    Dates and what was fixed on the spot belong to last year, as evidence does, and are not taken over.
    """
    if not then.get("status"):
        return None
    answer = AnswerValues(
        status=then["status"],
        facets=tuple(code for code in then.get("facets", ()) if item.facet(code)),
        values=_numbers(item, then.get("values", {})),
        problem=then.get("problem", ""),
        measure=then.get("measure", ""),
        rectification=then.get("rectification", ""),
        responsible=then.get("responsible", ""),
        reason=then.get("reason", ""),
    )
    return None if check_draft(item, answer, year=year) else answer


def basic_from(form: Form, then: Mapping[str, Any], *, beds_only: bool = False) -> dict[str, Any]:
    """Last year's basic information as this year's form can hold it; its beds also answer for the year before.

    With ``beds_only`` just the lines that ask for last year's beds.
    """
    found = {}
    for code in form.basic_fields:
        source = code.removesuffix(LAST_YEARS)
        if code.endswith(LAST_YEARS) and source in form.basic_fields:
            found[code] = then.get(source)
        elif not beds_only:
            found[code] = then.get(code)
            found |= {key: then[key] for key in then if key.startswith(code) and key not in form.basic_fields}
    found = {key: value for key, value in found.items() if value is not None}
    bad = {fault.field for fault in check_basic(form, found, complete=False)}
    return {key: value for key, value in found.items() if key not in bad}


def take_over(
    selfcheck: SelfCheck,
    form: Form,
    previous: SelfCheckSubmission,
    *,
    year: int,
    by: User,
    at: dt.datetime,
    only: Collection[str] | None = None,
) -> int:
    """Answer what is not answered yet as last year; ``only`` names items, without it the basic information goes too.

    Returns how many items were taken over. The caller has locked the case.
    """
    stored = {answer.item_code: answer for answer in selfcheck.answers.all()}
    fresh: list[SelfCheckAnswer] = []
    taken = 0
    for code, item in form.items.items():
        row = stored.get(code) or SelfCheckAnswer(selfcheck=selfcheck, item_code=code)
        answer = answer_from(item, previous.answer(code), year=year)
        if answer is None or row.status or (only is not None and code not in only):
            continue
        for name, value in columns_of(item, answer).items():
            setattr(row, name, value)
        stamp(row, by, at)
        taken += 1
        if row.pk is None:
            fresh.append(row)
        else:
            row.save()
    bulk_create_with_history(fresh, SelfCheckAnswer, default_user=by, default_date=at)
    if only is None:
        basic = basic_from(form, previous.snapshot["basic"]) | selfcheck.basic
        save_basic(selfcheck, form, basic, row_version=selfcheck.basic_version, by=by, at=at)
    elif taken:
        name_filler(selfcheck, by, at)
    return taken


def _numbers(item: CheckItem, then: Mapping[str, str]) -> dict[str, Decimal]:
    """Last year's numbers that this year's item asks for."""
    numbers = {}
    for measure in item.measures:
        try:
            numbers[measure.code] = Decimal(then[measure.code])
        except (KeyError, InvalidOperation):
            continue
    return numbers
