"""The page of a prefecture's summary: Annex 2 with its figures, its words, who is missing, and what may be done now."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases.clock import end_of_day
from cases.editions.quality import quality_of
from cases.errors import Refusal
from cases.models import CaseEvent, SummaryVersion
from cases.naming import ACTOR
from cases.summaries import passages, reading
from cases.summaries.later import changes_since
from cases.summaries.missing import missing_counties
from cases.web import viewer_of
from workflows.desk.timeline import entries
from workflows.desk.verb_pages import open_item
from workflows.desk.verbs import above_offers
from workflows.forms import ReasonForm
from workflows.kinds import kind_of
from workflows.summary.acting import ASKING, MissingForm, act, save_missing
from workflows.summary.kind import KIND
from workflows.summary.scope import (
    BEFORE_FILING,
    OPEN_STATES,
    may_complete,
    reads_draft,
    summary_in_scope,
    version_of,
)
from workflows.summary.sealing import sealed_copies
from workflows.summary.shown import draft_sheet, filed_sheet
from workflows.web import possible_verbs

MOST_EVENTS = 50
SAID = {
    "request_confirmation": gettext_lazy("Handed to the head for confirmation."),
    "submit": gettext_lazy("The summary has been filed; its figures are frozen."),
    "withdraw": gettext_lazy("The summary has been taken back."),
    "accept": gettext_lazy("The summary has been accepted."),
    "send_back": gettext_lazy("The summary has been sent back to the officer."),
    "return_": gettext_lazy("The summary has been returned to the prefecture."),
    "correct": gettext_lazy("The summary can be corrected now; the next filing is a new version beside the old."),
}


@require_safe
def summary(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft while it is being completed, else the version that was filed last."""
    return summary_page(request, summary_in_scope(request, pk, KIND))


@require_safe
def summary_version(request: HttpRequest, pk: int, no: int) -> HttpResponse:
    """A filed version, as it was filed."""
    case = summary_in_scope(request, pk)
    if case.kind != KIND:  # the region's report has a page of its own
        return redirect(f"{reverse(case.kind, args=[pk])}?version={no}")
    return summary_page(request, case, version=version_of(case, str(no)))


@require_POST
def summary_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Hand on, file, accept, return or correct."""
    return act(request, pk, KIND, verb, SAID, summary_page)


@require_POST
def summary_missing(request: HttpRequest, pk: int) -> HttpResponse:
    """Save why institutions have not reported."""
    return save_missing(request, pk, KIND, MissingForm(request.POST), summary_page)


def summary_page(
    request: HttpRequest,
    case: Any,
    *,
    version: SummaryVersion | None = None,
    refusal: Refusal | None = None,
    form: tuple[str, forms.Form] | None = None,
    missing_form: MissingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page itself; ``version`` asks for a filed one, else the state decides."""
    viewer, item, record = viewer_of(request), open_item(case), case.summary
    versions = list(SummaryVersion.objects.filter(summary=case.pk).select_related("by").order_by("-no"))
    asked_for = version
    if version is None and case.state not in BEFORE_FILING and versions:
        version = versions[0]
    own = reads_draft(request, case)
    annex2, cutoff_on = quality_of(case.edition).annex2, record.round.cutoff_on
    if version is None:
        sheet = draft_sheet(case, reading.figures_of(case), own=own)
        words = passages.passages_of(record, annex2) if own else []
        missing = missing_counties(case)
    else:
        sheet, words, missing = filed_sheet(case, version), passages.passages_in(version.texts, annex2), version.missing
    verbs = {verb.name for verb in possible_verbs(request, case, item)} & SAID.keys()
    if asked_for is not None:
        verbs = set()
    if "withdraw" in verbs and not _handed_on(viewer, item):
        verbs.discard("withdraw")
    events = CaseEvent.objects.filter(case=case.pk).select_related(*ACTOR).order_by("-seq")
    has_passed = viewer.at > end_of_day(cutoff_on)
    context = {
        "case": case,
        "round": record.round,
        "round_name": _round_name(case),
        "item": item if asked_for is None else None,
        "state": kind_of(case).state_label(case.state),
        "sheet": sheet,
        "version": version,
        "is_former": asked_for is not None,
        "versions": versions,
        "words": words,
        "own": own,
        "missing": missing,
        "writable": version is None and case.state in OPEN_STATES and may_complete(request, case),
        "cutoff_has_passed": has_passed,
        "later": changes_since(case.unit, record.round.cycle_year, cutoff_on, viewer.at) if has_passed else 0,
        "missing_form": missing_form or MissingForm(initial={"missing_reason": record.missing_reason}),
        "verbs": verbs,
        "verb_url": f"{KIND}_verb",
        "forms": {
            verb: form[1] if form and form[0] == verb else ReasonForm(auto_id=f"{verb}-%s")
            for verb in ASKING
            if verb in verbs
        },
        "refusal": refusal if refusal is not None and not refusal.faults else None,
        "fault_lines": _fault_lines(case, refusal) if refusal is not None else [],
        "refused_form": form[1] if form else missing_form,
        "offers": above_offers(request, case, item) if asked_for is None else [],
        "entries": entries(case, list(events[:MOST_EVENTS])),
        "seals": sealed_copies(case, version) if version is not None else [],
        "back": reverse(case.kind, args=[case.pk]),
        "max_mb": case.edition.parsed.settings.max_upload_mb,
        "nav_current": "programmes",
    }
    return render(request, "workflows/summary/summary.html", context, status=status)


def _round_name(case: Any) -> str:
    rule = quality_of(case.edition).rounds.get(case.summary.round.code)
    return rule.label if rule is not None else case.summary.round.code


def _handed_on(viewer: Any, item: Any) -> bool:
    """Whether it was the viewer who handed the case on to this open item, and nobody has taken it up since."""
    previous = item.after if item is not None else None
    return previous is not None and item.owner_id is None and previous.done_by_id == viewer.user.pk


def _fault_lines(case: Any, refusal: Refusal) -> list[tuple[str, Any]]:
    """What hinders, each with the address where it can be put right."""
    lines = []
    for place, said in refusal.faults.items():
        kind, _colon, code = place.partition(":")
        href = reverse("summary_cell", args=[case.pk, code]) if kind == "cell" else "#missing"
        lines += [(href, message) for message in said]
    return lines
