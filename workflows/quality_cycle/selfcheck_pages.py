"""The form of the self-check (自查整改表): filling it in, saving item by item, taking over last year's answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cases.editions.form import CheckItem
from cases.editions.quality import quality_of
from cases.errors import Invalid
from cases.models import SelfCheckAnswer
from cases.saving import StaleRow
from cases.selfcheck_drafts import save_answer, save_basic
from cases.selfcheck_previous import previous_submission
from cases.selfcheck_previous import take_over as take_over_from
from cases.web import viewer_of
from workflows.quality_cycle.drafting import WRITABLE, cycle_in_scope, drafting, item_of, may_fill
from workflows.quality_cycle.selfcheck_context import Typing, form_context, index_fragments, load_answers
from workflows.quality_cycle.selfcheck_forms import (
    posted_answer,
    posted_basic,
    read_answer,
    row_version_of,
    typed_answer,
    typed_basic,
)
from workflows.quality_cycle.selfcheck_reading import reading_page
from workflows.quality_cycle.selfcheck_shown import BASIC, ItemShown

Also = Callable[[Any, CheckItem], None]


@require_safe
def form(request: HttpRequest, pk: int) -> HttpResponse:
    """The form to fill in while it is the institution's turn; to read at any other time and for anybody else."""
    case = cycle_in_scope(request, pk)
    if may_fill(request, case) and case.state in WRITABLE:
        return form_page(request, case)
    return reading_page(request, case)


@require_POST
def item(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Save the answer to one item; autosave asks for JSON, a browser without script is sent back to the item."""
    return save_item(request, pk, code)


@require_POST
def basic(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the basic information."""
    viewer = viewer_of(request)
    user: Any = viewer.user
    typed = posted_basic(request.POST)
    try:
        with drafting(request, pk) as case:
            form = quality_of(case.edition).form
            selfcheck = save_basic(
                case.selfcheck, form, typed, row_version=row_version_of(request), by=user, at=viewer.at
            )
            load_answers(selfcheck)
    except Invalid as refusal:
        if wants_json(request):
            return _errors(refusal)
        return form_page(request, case, Typing(basic=typed, basic_faults=refusal.faults), status=refusal.status)
    except StaleRow as stale:
        if wants_json(request):
            return _theirs(stale, typed_basic(form, stale.stored.basic))
        return form_page(request, case, Typing(basic=typed, basic_conflict=True), status=stale.status)
    if wants_json(request):
        return _saved(viewer.at, selfcheck.basic_version, index_fragments(case, BASIC))
    messages.success(request, _("The basic information has been saved."))
    return redirect(address(pk, BASIC, "basic"))


@require_POST
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer one item, or all that are unanswered, as last year; evidence stays where it was."""
    viewer = viewer_of(request)
    user: Any = viewer.user
    code = request.POST.get("item", "")
    with drafting(request, pk) as case:
        only = {item_of(case, code).code} if code else None
        previous = previous_submission(case)
        taken = 0
        if previous is not None:
            form = quality_of(case.edition).form
            taken = take_over_from(case.selfcheck, form, previous, year=case.year, by=user, at=viewer.at, only=only)
    if taken:
        said = ngettext(
            "%(count)d answer of last year has been taken over; please check it.",
            "%(count)d answers of last year have been taken over; please check them.",
            taken,
        )
        messages.success(request, said % {"count": taken})
    else:
        messages.warning(request, _("There was nothing to take over: what is answered already is left alone."))
    return redirect(item_address(case, item_of(case, code)) if code else address(pk, BASIC))


def save_item(request: HttpRequest, pk: int, code: str, also: Also | None = None) -> HttpResponse:
    """Save one answer and do what came with it (adding or removing a file), both or neither.

    What was typed comes back with the page when either is refused.
    """
    viewer = viewer_of(request)
    user: Any = viewer.user
    case: Any = None
    typed = posted_answer(request.POST)
    try:
        with drafting(request, pk) as case:
            check_item = item_of(case, code)
            stored = load_answers(case.selfcheck).get(code)
            answer, faults = read_answer(typed, stored)
            row = save_answer(
                case.selfcheck,
                check_item,
                answer,
                stored=stored,
                row_version=row_version_of(request),
                year=case.year,
                by=user,
                at=viewer.at,
                faults=faults,
            )
            if also is not None:
                also(case, check_item)
            load_answers(case.selfcheck)
    except Invalid as refusal:
        if wants_json(request):
            return _errors(refusal)
        version = row_version_of(request)
        about_files = set(refusal.faults) == {"evidence"}
        shown = ItemShown(
            check_item,
            typed,
            version,
            faults={} if about_files else refusal.faults,
            file_errors=[f"{refusal.message} {refusal.hint}".strip()] if about_files else (),
        )
        return form_page(request, case, Typing(item=shown), status=refusal.status)
    except StaleRow as stale:
        theirs = typed_answer(check_item, stale.stored)
        if wants_json(request):
            return _theirs(stale, theirs)
        shown = ItemShown(check_item, typed, stale.row_version, conflict=theirs)
        return form_page(request, case, Typing(item=shown), status=stale.status)
    if wants_json(request):
        return _saved_item(request, case, check_item, row)
    messages.success(request, _("Item %(no)d has been saved.") % {"no": check_item.no})
    return redirect(item_address(case, check_item))


def form_page(request: HttpRequest, case: Any, typing: Typing | None = None, status: int = 200) -> HttpResponse:
    """The whole form; ``typing`` is what a refused request had typed."""
    context = form_context(request, case, typing)
    return render(request, "workflows/selfcheck/form.html", context, status=status)


def address(pk: int, section: int, anchor: str = "") -> str:
    """The form at a section; a phone shows that section alone."""
    return f"{reverse('selfcheck', args=[pk])}?section={section}{f'#{anchor}' if anchor else ''}"


def item_address(case: Any, item: CheckItem) -> str:
    return address(case.pk, item.section, f"i{item.no}")


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _saved_item(request: HttpRequest, case: Any, item: CheckItem, row: SelfCheckAnswer) -> JsonResponse:
    shown = ItemShown(item, typed_answer(item, row), row.row_version, answered=bool(row.status))
    fragments = index_fragments(case, item.section)
    for reading in shown.readings:
        fragments[f"#verdict-{item.no}-{reading.measure.code}"] = render_to_string(
            "workflows/selfcheck/_verdict.html", {"no": item.no, "reading": reading}
        )
    fragments[f"#day-{item.no}"] = render_to_string(
        "workflows/selfcheck/_day.html", {"no": item.no, "hint": shown.day_hint}
    )
    return _saved(viewer_of(request).at, row.row_version, fragments, shown.warnings)


def _saved(at: Any, row_version: int, fragments: dict[str, str], warnings: Any = ()) -> JsonResponse:
    return JsonResponse(
        {
            "row_version": row_version,
            "saved_at": date_format(timezone.localtime(at), "TIME_FORMAT"),
            "fragments": fragments,
            "warnings": [str(text) for text in warnings],
        }
    )


def _errors(refusal: Invalid) -> JsonResponse:
    faults = {name: [str(message) for message in found] for name, found in refusal.faults.items()}
    return JsonResponse({"errors": faults or {"__all__": [str(refusal.message)]}}, status=refusal.status)


def _theirs(stale: StaleRow, fields: dict[str, Any]) -> JsonResponse:
    body = {"row_version": stale.row_version, "theirs": fields, "message": str(stale.message), "hint": str(stale.hint)}
    return JsonResponse(body, status=stale.status)
