"""Gathering what the form page of the self-check shows, in a number of queries that does not grow with the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.template.loader import render_to_string

from cases.editions.form import BasicField, Form, Option
from cases.editions.quality import quality_of
from cases.models import CaseEvent, Evidence, SelfCheckAnswer, SelfCheckSubmission, VerificationItem, WorkItem
from cases.selfcheck_drafts import Overview, overview
from cases.selfcheck_previous import basic_from, previous_submission
from cases.selfcheck_rules import check_basic, other_key
from cases.web import viewer_of, whole_number
from cases.wording import cday, remaining
from workflows.quality_cycle.kind import State
from workflows.quality_cycle.selfcheck_forms import typed_basic
from workflows.quality_cycle.selfcheck_shown import BASIC, ItemShown, SectionShown, by_item, cells_of, items_shown


@dataclass(frozen=True)
class LineShown:
    """One line of the basic information with what stands in it, and what stood in it last year."""

    fld: BasicField
    typed: str
    other: str = ""
    last_year: str = ""
    errors: Sequence[Any] = ()
    other_errors: Sequence[Any] = ()

    @property
    def other_name(self) -> str:
        return other_key(self.fld.code)

    @property
    def options(self) -> list[tuple[Option, bool]]:
        return [(option, option.code == self.typed) for option in self.fld.options]

    @property
    def takes_text(self) -> bool:
        return any(option.requires_text for option in self.fld.options)


@dataclass(frozen=True)
class BasicShown:
    """The basic information as stored or as just typed."""

    groups: Sequence[tuple[Any, Sequence[LineShown]]]
    row_version: int
    answered: int
    total: int
    unplaced_errors: Sequence[Any] = ()
    theirs: Sequence[tuple[str, str]] = ()


@dataclass
class Typing:
    """What one refused request had typed: it is shown in the place of what is stored."""

    item: ItemShown | None = None
    basic: Mapping[str, str] | None = None
    basic_faults: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    basic_conflict: bool = False


def form_context(request: HttpRequest, case: Any, typing: Typing | None = None) -> dict[str, Any]:
    """Everything that the form page shows."""
    typing = typing or Typing()
    selfcheck, edition = case.selfcheck, case.edition.parsed
    answers = load_answers(selfcheck)
    files = Evidence.objects.current().filter(case=case.pk, purpose=Evidence.Purpose.SELF_CHECK).order_by("pk")
    previous = previous_submission(case)
    reason, returned = returned_words(case)
    shown = items_shown(
        edition.form,
        answers,
        files=by_item(files),
        previous=previous.snapshot["answers"] if previous else {},
        returned=returned,
    )
    if typing.item is not None:
        code = typing.item.item.code
        shown[code] = replace(shown[code], **{name: getattr(typing.item, name) for name in TYPED})
    basic = basic_shown(case, previous, typing)
    here = _section_here(request, case, overview(selfcheck, edition), typing)
    item = WorkItem.objects.open().filter(process=case.pk).order_by("pk").first()
    if item is not None:
        item.process = case
    at = viewer_of(request).at
    return {
        "case": case,
        "form_title": edition.form.title,
        "nav_current": "cycles",
        "work_item": item,
        "due_note": f"{cday(item.due_at, at)} · {remaining(item.due_at, at)}" if item and item.due_at else "",
        "sections": sections_shown(selfcheck, edition, shown, here),
        "basic": basic,
        "basic_here": here == BASIC,
        "previous": previous,
        "return_reason": reason,
        "returned_items": [each for each in shown.values() if each.returned],
        "max_mb": edition.settings.max_upload_mb,
        "lines": error_lines(shown, basic),
        **index_context(case, here),
    }


TYPED = ("typed", "row_version", "faults", "conflict", "file_errors")


def load_answers(selfcheck: Any) -> dict[str, SelfCheckAnswer]:
    """The answers by item code, read afresh and kept with the form, so that counting progress costs no query."""
    getattr(selfcheck, "_prefetched_objects_cache", {}).pop("answers", None)
    prefetch_related_objects([selfcheck], "answers")
    return {row.item_code: row for row in selfcheck.answers.all()}


def index_context(case: Any, here: int) -> dict[str, Any]:
    """Progress beside the form: counts, sections and squares."""
    form = quality_of(case.edition).form
    seen = overview(case.selfcheck, case.edition.parsed)
    answered, total = basic_progress(form, case.selfcheck.basic)
    return {
        "overview": seen,
        "here": here,
        "basic_answered": answered,
        "basic_total": total,
        "cells": cells_of(form, {answer.item_code: answer.status for answer in case.selfcheck.answers.all()}),
    }


def index_fragments(case: Any, here: int) -> dict[str, str]:
    """The parts of the index as autosave replaces them."""
    context = {"case": case, **index_context(case, here)}
    fragments: dict[str, str] = {
        f"#{part}": render_to_string(f"workflows/selfcheck/_{part.replace('-', '_')}.html", context)
        for part in ("index-count", "index-secs", "index-cells")
    }
    for section in context["overview"].sections:
        fragments[f"#count-{section.section.no}"] = render_to_string(
            "workflows/selfcheck/_count.html", {"progress": section}
        )
    return fragments


def basic_progress(form: Form, basic: Mapping[str, Any]) -> tuple[int, int]:
    """How many of the lines that have to be filled in are."""
    total = sum(fld.required for fld in form.basic_fields.values())
    missing = {fault.field for fault in check_basic(form, basic)} & set(form.basic_fields)
    return total - len(missing), total


def basic_shown(case: Any, previous: SelfCheckSubmission | None, typing: Typing) -> BasicShown:
    """The basic information; before it is first saved, the name and last year's beds are filled in for convenience."""
    selfcheck, form = case.selfcheck, quality_of(case.edition).form
    last_year = previous.snapshot["basic"] if previous else {}
    stored = dict(selfcheck.basic)
    if not selfcheck.basic_version:
        prefilled = {"institution_name": case.unit.name} if "institution_name" in form.basic_fields else {}
        stored = prefilled | basic_from(form, last_year, beds_only=True) | stored
    typed = typed_basic(form, stored) | dict(typing.basic or {})
    faults = typing.basic_faults
    groups = [
        (
            group,
            [
                LineShown(
                    fld,
                    typed[fld.code],
                    typed.get(other_key(fld.code), ""),
                    basic_text(fld, basic_from(form, last_year)),
                    faults.get(fld.code, ()),
                    faults.get(other_key(fld.code), ()),
                )
                for fld in group.fields
            ],
        )
        for group in form.basic
    ]
    answered, total = basic_progress(form, selfcheck.basic)
    placed = set(typed_basic(form, {}))
    return BasicShown(
        groups,
        selfcheck.basic_version,
        answered,
        total,
        [message for name, messages in faults.items() if name not in placed for message in messages],
        basic_lines(form, selfcheck.basic) if typing.basic_conflict else (),
    )


def basic_text(fld: BasicField, basic: Mapping[str, Any]) -> str:
    """The value of a line in words."""
    value = basic.get(fld.code)
    if value is None:
        return ""
    if fld.type == "choice":
        option = next((option for option in fld.options if option.code == value), None)
        other = basic.get(other_key(fld.code))
        return f"{option.label if option else value}{f' {other}' if other else ''}"
    return f"{value} {fld.unit}".strip()


def basic_lines(form: Form, basic: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The basic information in words, blanks included."""
    return [(fld.full_label, basic_text(fld, basic)) for fld in form.basic_fields.values()]


def sections_shown(selfcheck: Any, edition: Any, shown: Mapping[str, ItemShown], here: int) -> list[SectionShown]:
    return [
        SectionShown(line, [shown[item.code] for item in line.section.items], line.section.no == here)
        for line in overview(selfcheck, edition).sections
    ]


def returned_words(case: Any) -> tuple[str, dict[str, str]]:
    """Why the form came back: the reason for the whole, and the reasons by item code."""
    if case.state != State.RETURNED:
        return "", {}
    event = CaseEvent.objects.filter(case=case.pk, verb__in=("return_", "reopen")).order_by("-seq").first()
    if event is None:
        return "", {}
    items = VerificationItem.objects.filter(verification=event.details.get("verification"), to_return=True)
    return event.reason, dict(items.values_list("item_code", "return_reason"))


def error_lines(shown: Mapping[str, ItemShown], basic: BasicShown) -> list[tuple[str, str, Any]]:
    """The error summary: where (an id of the page), of what, and the message."""
    lines = [("basic", "", message) for message in basic.unplaced_errors]
    for _group, fields in basic.groups:
        for line in fields:
            lines += [(f"b-{line.fld.code}", "", message) for message in line.errors]
            lines += [(f"b-{line.other_name}", "", message) for message in line.other_errors]
    for each in shown.values():
        for name, messages in each.faults.items():
            lines += [(f"f{each.item.no}-{name}", str(each.item.short), message) for message in messages]
        lines += [(f"f{each.item.no}-file", str(each.item.short), message) for message in each.file_errors]
    return lines


def _section_here(request: HttpRequest, case: Any, seen: Overview, typing: Typing) -> int:
    """The section that a phone shows: the one asked for, else where the work goes on."""
    if typing.item is not None:
        return typing.item.item.section
    if typing.basic is not None:
        return BASIC
    asked = whole_number(request.GET.get("section", ""))
    numbers = [section.section.no for section in seen.sections]
    if asked in [BASIC, *numbers]:
        return asked
    if not seen.basic_done:
        return BASIC
    return next((s.section.no for s in seen.sections if s.answered < s.total), numbers[0])
