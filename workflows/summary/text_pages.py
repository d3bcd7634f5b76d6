"""The words of a summary: drafted by the system, edited by the officer, never written over (存在问题、整改情况)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.editions.quality import quality_of
from cases.errors import Invalid, OutOfScope, WrongRole
from cases.models import SummaryText
from cases.saving import StaleRow
from cases.summaries import passages
from cases.summaries.passages import LONGEST, Passage
from cases.summaries.reading import drafts_of
from cases.web import viewer_of, whole_number
from workflows.summary.scope import OPEN_STATES, completing, may_complete, reads_draft, summary_in_scope

PARTS = {part: part.label for part in SummaryText.Part}


@require_safe
def summary_texts(request: HttpRequest, pk: int) -> HttpResponse:
    """All passages, each in a form of its own that saves itself."""
    return _page(request, summary_in_scope(request, pk))


@require_http_methods(["POST"])
def summary_text(request: HttpRequest, pk: int, part: str, no: int) -> HttpResponse:
    """Save one passage; with ``drafted`` the system's draft stands again."""
    viewer = viewer_of(request)
    user: Any = viewer.user
    version = whole_number(request.POST.get("row_version", ""))
    try:
        with completing(request, pk) as case:
            if (part, no) not in passages.headings_of(quality_of(case.edition).annex2):
                raise OutOfScope("no_such_passage", _("The form has no such heading."))
            typed = "" if "drafted" in request.POST else request.POST.get("text", "")
            row = passages.save_passage(
                case.summary, part, no, typed, row_version=-1 if version is None else version, by=user, at=viewer.at
            )
    except StaleRow as stale:
        return _stale(request, pk, stale)
    except Invalid as refusal:
        if _wants_json(request):
            errors = {name: [str(text) for text in found] for name, found in refusal.faults.items()}
            return JsonResponse({"errors": errors}, status=refusal.status)
        typed_now = {(part, no): (request.POST.get("text", ""), "", refusal.faults["text"])}
        return _page(request, summary_in_scope(request, pk), typed=typed_now, status=refusal.status)
    if _wants_json(request):
        saved_at = date_format(timezone.localtime(viewer.at), "TIME_FORMAT")
        return JsonResponse({"row_version": row.row_version, "saved_at": saved_at})
    messages.success(request, _("The passage has been saved."))
    return redirect(f"{reverse('summary_texts', args=[pk])}#{passages.key_of(part, no)}")


@require_POST
def summary_redraft(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft every passage again from the findings; what was edited stays as it is."""
    viewer = viewer_of(request)
    user: Any = viewer.user
    with completing(request, pk) as case:
        changed = passages.draft(case.summary, drafts_of(case), by=user, at=viewer.at)
    said = ngettext(
        "%(n)d passage has been drafted anew; what was edited stays as it is.",
        "%(n)d passages have been drafted anew; what was edited stays as it is.",
        changed,
    )
    messages.success(request, said % {"n": changed})
    return redirect("summary_texts", pk)


def _stale(request: HttpRequest, pk: int, stale: StaleRow) -> HttpResponse:
    row = stale.stored
    if _wants_json(request):
        answer = {"row_version": row.row_version, "theirs": {"text": row.text}}
        return JsonResponse(answer, status=stale.status)
    typed = {(row.part, row.no): (request.POST.get("text", ""), row.text, [stale.message])}
    return _page(request, summary_in_scope(request, pk), typed=typed, status=stale.status)


def _page(request: HttpRequest, case: Any, *, typed: Any = None, status: int = 200) -> HttpResponse:
    if not reads_draft(request, case):
        raise WrongRole(
            "draft_is_theirs",
            _("The draft belongs to its authors until it is filed."),
            hint=_("Filed versions can be read and downloaded."),
        )
    found = passages.passages_of(case.summary, quality_of(case.edition).annex2, PARTS)
    context = {
        "case": case,
        "parts": [
            (label, [_shown(each, typed or {}) for each in found if each.part == part]) for part, label in PARTS.items()
        ],
        "writable": case.state in OPEN_STATES and may_complete(request, case),
        "has_drafts": any(each.drafted for each in found),
        "longest": LONGEST,
        "errors": [
            (each.key, each.label, (typed or {})[each.part, each.no][2])
            for each in found
            if (each.part, each.no) in (typed or {})
        ],
        "back": reverse(case.kind, args=[case.pk]),
        "nav_current": "programmes",
    }
    return render(request, "workflows/summary/texts.html", context, status=status)


def _shown(passage: Passage, typed: Any) -> dict[str, Any]:
    """A passage with what was typed into it, what somebody else has saved meanwhile, and what is wrong."""
    text, theirs, faults = typed.get((passage.part, passage.no), (passage.text, "", []))
    return {"passage": passage, "text": text, "theirs": theirs, "faults": faults}


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
