"""What people type into the self-check, and what it means: posted fields to values, and stored rows back to fields."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from cases.editions.form import CheckItem, Form
from cases.models import SelfCheckAnswer
from cases.selfcheck import values_of
from cases.selfcheck_rules import AnswerValues, Fault, other_key, read_number
from cases.web import whole_number

Typed = Mapping[str, Any]  # field name → text, or a list of texts where several can be chosen

VALUES = "values."
FRAME = frozenset({"csrfmiddlewaretoken", "row_version", "version", "file"})
CHECKED = "on"
ANSWER = (
    "status",
    "facets",
    "problem",
    "measure",
    "rectification",
    "fixed_on_spot",
    "responsible",
    "planned_on",
    "reason",
)


def row_version_of(request: HttpRequest) -> int:
    """The row version that the page was made from; one that no row has where none was sent."""
    number = whole_number(request.POST.get("row_version", ""))
    return -1 if number is None else number


def typed_answer(item: CheckItem, row: SelfCheckAnswer | None) -> dict[str, Any]:
    """A stored answer as the fields of its form, blank ones included; a conflict tells theirs in the same way."""
    row = row or SelfCheckAnswer()
    fields: dict[str, Any] = {
        "status": row.status,
        "facets": list(row.facets),
        "problem": row.problem,
        "measure": row.measure,
        "rectification": row.rectification,
        "fixed_on_spot": CHECKED if row.fixed_on_spot else "",
        "responsible": row.responsible,
        "planned_on": row.planned_on.isoformat() if row.planned_on else "",
        "reason": row.reason,
    }
    return fields | {f"{VALUES}{each.code}": row.values.get(each.code, "") for each in item.measures}


def posted_answer(post: QueryDict) -> dict[str, Any]:
    """The posted fields as they were typed, to be shown again."""
    fields: dict[str, Any] = {name: post.get(name, "") for name in ANSWER}
    fields["facets"] = post.getlist("facets")
    return fields | {name: post.get(name, "") for name in post if name.startswith(VALUES)}


def read_answer(typed: Typed, stored: SelfCheckAnswer | None) -> tuple[AnswerValues, list[Fault]]:
    """The answer that the fields give, and what cannot be read.

    Fields that the chosen status hides stay as they were stored: who changes their mind finds them again.
    """
    faults: list[Fault] = []
    status = typed["status"]
    answer = replace(values_of(stored, 0) if stored else AnswerValues(), status=status)
    if status != "not_applicable":
        numbers = {name.removeprefix(VALUES): text for name, text in typed.items() if name.startswith(VALUES)}
        answer = replace(answer, values={code: read_number(text) for code, text in numbers.items() if text.strip()})
    else:
        answer = replace(answer, reason=typed["reason"].strip())
    if status == "problem":
        answer = replace(
            answer,
            facets=tuple(typed["facets"]),
            problem=_text(typed["problem"]),
            measure=_text(typed["measure"]),
            rectification=typed["rectification"],
            fixed_on_spot=bool(typed["fixed_on_spot"]),
            responsible=typed["responsible"].strip(),
            planned_on=_day(typed["planned_on"], faults),
        )
    return answer, faults


def typed_basic(form: Form, basic: Mapping[str, Any]) -> dict[str, str]:
    """Stored basic information as the fields of its form, blank ones included."""
    names = list(form.basic_fields)
    names += [other_key(fld.code) for fld in form.basic_fields.values() if any(o.requires_text for o in fld.options)]
    return {name: "" if basic.get(name) is None else str(basic[name]) for name in names}


def posted_basic(post: QueryDict) -> dict[str, str]:
    """The posted basic information as it was typed, unknown fields included: the rules name them."""
    return {name: post.get(name, "") for name in post if name not in FRAME}


def _text(typed: str) -> str:
    """Browsers send line ends of their own."""
    return typed.replace("\r\n", "\n").strip()


def _day(typed: str, faults: list[Fault]) -> dt.date | None:
    plain = unicodedata.normalize("NFKC", typed).strip().replace("/", "-").replace(".", "-")
    if not plain:
        return None
    try:
        year, month, day = (int(part) for part in plain.split("-"))
        return dt.date(year, month, day)
    except ValueError:
        faults.append(Fault("planned_on", "not_a_date", _("Enter a date such as 2021-05-30.")))
        return None
