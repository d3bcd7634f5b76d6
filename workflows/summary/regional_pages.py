"""The page of a region's report: the roll-up with its records, what the prefectures filed beside it, what to do now."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases.clock import end_of_day
from cases.editions.quality import quality_of
from cases.errors import Refusal
from cases.models import CaseEvent, SummaryVersion
from cases.naming import ACTOR
from cases.summaries import passages, reading
from cases.summaries.cells import numbers_of, printed
from cases.summaries.comparing import printed_numbers
from cases.summaries.later import changes_since
from cases.web import viewer_of
from workflows.desk.timeline import entries
from workflows.desk.verb_pages import open_item
from workflows.desk.verbs import above_offers
from workflows.forms import ReasonForm
from workflows.reporting.steps import label_of
from workflows.summary.acting import ASKING, LONGEST_REASON, MissingForm, act, save_missing
from workflows.summary.regional import State
from workflows.summary.regional_comparison import Comparison, compare
from workflows.summary.regional_opening import KIND
from workflows.summary.regional_prefectures import missing_prefectures, state_word
from workflows.summary.scope import (
    BEFORE_FILING,
    OPEN_STATES,
    may_complete,
    reads_draft,
    summary_in_scope,
    version_of,
)
from workflows.summary.sealing import sealed_copies
from workflows.summary.shown import Sheet, draft_sheet, filed_sheet
from workflows.web import possible_verbs

MOST_EVENTS = 50
SAID = {
    "request_confirmation": gettext_lazy("Handed to the head for approval."),
    "submit": gettext_lazy("The regional report has been filed; its figures are frozen."),
    "withdraw": gettext_lazy("The regional report has been taken back."),
    "acknowledge": gettext_lazy("The regional report has been acknowledged."),
    "send_back": gettext_lazy("The regional report has been sent back to the officer."),
    "return_": gettext_lazy("The regional report has been returned to the region."),
    "correct": gettext_lazy("The report can be corrected now; the next filing is a new version beside the old."),
}


class MissingPrefecturesForm(MissingForm):
    """Why prefectures have not reported."""

    missing_reason = forms.CharField(
        label=gettext_lazy("Reason for the missing prefectures"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("It is filed with the report, beside the names of the prefectures that are missing."),
    )


@require_safe
def regional_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft while it is being completed, else what was filed last; ``version`` asks for a former one."""
    case = summary_in_scope(request, pk, KIND)
    asked = request.GET.get("version", "")
    return report_page(request, case, version=version_of(case, asked) if asked else None)


@require_POST
def regional_report_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Hand on, file, acknowledge, return or correct."""
    return act(request, pk, KIND, verb, SAID, report_page)


@require_POST
def regional_report_missing(request: HttpRequest, pk: int) -> HttpResponse:
    """Save why prefectures are missing."""
    return save_missing(request, pk, KIND, MissingPrefecturesForm(request.POST), report_page)


def report_page(
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
    former = version is not None
    if version is None and case.state not in BEFORE_FILING and versions:
        version = versions[0]
    own = reads_draft(request, case)
    words, missing = _words_and_missing(case, version, own)
    sheet, comparison = _sheet(case, version, own)
    verbs = set() if former else _verbs(request, case, item)
    cutoff_on = record.round.cutoff_on
    has_passed = viewer.at > end_of_day(cutoff_on)
    events = CaseEvent.objects.filter(case=case.pk).select_related(*ACTOR).order_by("-seq")
    context = {
        "case": case,
        "round": record.round,
        "round_name": label_of(record.round),
        "item": None if former else item,
        "state": State(case.state).label,
        "sheet": sheet,
        "rows": _rows(sheet, comparison),
        "changed_by_hand": {number.cell.code for number in sheet.changed},
        "comparison": comparison,
        "version": version,
        "is_former": former,
        "versions": versions,
        "words": words,
        "own": own,
        "missing": [_missing_line(each) for each in missing.get("prefectures", ())],
        "missing_reason": missing.get("reason", record.missing_reason),
        "writable": version is None and case.state in OPEN_STATES and may_complete(request, case),
        "cutoff_has_passed": has_passed,
        "later": changes_since(case.unit, record.round.cycle_year, cutoff_on, viewer.at) if has_passed else 0,
        "seals": sealed_copies(case, version) if version is not None else [],
        "max_mb": case.edition.parsed.settings.max_upload_mb,
        "missing_form": missing_form or MissingPrefecturesForm(initial={"missing_reason": record.missing_reason}),
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
        "offers": [] if former else above_offers(request, case, item),
        "entries": entries(case, list(events[:MOST_EVENTS])),
        "nav_current": "rounds",
    }
    return render(request, "workflows/summary/regional.html", context, status=status)


def _missing_line(each: dict[str, Any]) -> dict[str, Any]:
    """A prefecture that is missing, in words; what stands in a version is plain data."""
    closed_on = dt.date.fromisoformat(each["closed_on"]) if "closed_on" in each else None
    return {**each, "word": state_word(each["state"]), "closed_on": closed_on}


def _words_and_missing(case: Any, version: SummaryVersion | None, own: bool) -> tuple[Any, Any]:
    annex2 = quality_of(case.edition).annex2
    if version is not None:
        return passages.passages_in(version.texts, annex2), version.missing
    return passages.passages_of(case.summary, annex2) if own else [], missing_prefectures(case)


def _sheet(case: Any, version: SummaryVersion | None, own: bool) -> tuple[Sheet, Comparison]:
    """The roll-up as it is printed, and beside it what the prefectures filed."""
    if version is not None:
        return filed_sheet(case, version), compare(case, printed_numbers(version), version)
    figures = reading.figures_of(case)
    sheet = draft_sheet(case, figures, own=own)
    changed = {number.cell.code: number.value for number in sheet.changed}
    return sheet, compare(case, printed(numbers_of(figures), changed))


def _rows(sheet: Sheet, comparison: Comparison) -> list[dict[str, Any]]:
    """The numbers of the sheet, each with the sum of what the prefectures filed."""
    numbers = [*sheet.counts, *(number for line in sheet.lines for number in line.numbers)]
    by_hand = {code for each in comparison.prefectures if each.version for code in each.version.overrides}
    return [
        {
            "number": number,
            "sum": comparison.sums[number.cell.code],
            "sum_by_hand": number.cell.code in by_hand,
            "differs": number.cell.code in comparison.differing,
        }
        for number in numbers
    ]


def _verbs(request: HttpRequest, case: Any, item: Any) -> set[str]:
    found = {verb.name for verb in possible_verbs(request, case, item)} & SAID.keys()
    previous = item.after if item is not None else None
    handed_on = previous is not None and item.owner_id is None and previous.done_by_id == request.user.pk
    return found if handed_on else found - {"withdraw"}


def _fault_lines(case: Any, refusal: Refusal) -> list[tuple[str, Any]]:
    """What hinders, each with the address where it can be put right."""
    lines = []
    for place, said in refusal.faults.items():
        kind, _colon, code = place.partition(":")
        href = reverse("summary_cell", args=[case.pk, code]) if kind == "cell" else "#missing"
        lines += [(href, message) for message in said]
    return lines
