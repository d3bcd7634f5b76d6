"""Check your answers (核对答案), print and seal, and hand the form on: to the head, and then to the county."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases import evidence
from cases.editions.form import Form
from cases.errors import Conflict, Invalid, WrongRole
from cases.models import Evidence, WorkItem
from cases.selfcheck import digest, faults_of, snapshot
from cases.web import viewer_of
from workflows.quality_cycle.drafting import (
    BEFORE_SUBMISSION,
    WRITABLE,
    cycle_in_scope,
    drafting,
    handed_on_by,
    may_fill,
)
from workflows.quality_cycle.kind import State
from workflows.quality_cycle.selfcheck_pages import address, item_address
from workflows.quality_cycle.selfcheck_reading import answers_context, files_by_digest
from workflows.web import look_at_files, perform_from, possible_verbs

VERBS = ("request_confirmation", "submit", "send_back")
MARK = 8  # digits of a digest that are enough to tell versions of one form apart


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """All answers before they go on, and the buttons that send them; POST performs one of the verbs."""
    case = cycle_in_scope(request, pk)
    if not may_fill(request, case):
        raise WrongRole("wrong_role", _("Only the institution itself checks and submits its form."))
    if request.method == "POST":
        return _perform(request, case)
    if case.state not in BEFORE_SUBMISSION:
        return redirect("selfcheck", pk)
    return check_page(request, case)


@require_POST
def seal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in the sealed copy of exactly the version that was printed, which the form names by its digest."""
    viewer = viewer_of(request)
    user: Any = viewer.user
    if request.FILES:
        look_at_files(request, cycle_in_scope(request, pk))
    try:
        with drafting(request, pk, BEFORE_SUBMISSION) as case:
            version = digest(snapshot(case.selfcheck))
            if request.POST.get("digest") != version:
                raise Conflict(
                    "form_changed",
                    _("The form has changed since you opened this page, so the sealed copy may show something else."),
                    hint=_("Compare the paper with the answers below; print and seal again where they differ."),
                )
            upload = request.FILES.get("file")
            if upload is None:
                raise Invalid("no_file", _("Choose the scan or photo of the sealed form first."))
            evidence.store(
                case=case,
                upload=upload,
                purpose=Evidence.Purpose.SEALED,
                by=user,
                at=viewer.at,
                max_mb=case.edition.parsed.settings.max_upload_mb,
                shows_digest=version,
            )
    except (Invalid, Conflict) as refusal:
        case = cycle_in_scope(request, pk)
        if not may_fill(request, case) or case.state not in BEFORE_SUBMISSION:
            raise
        faults = {"seal": [f"{refusal.message} {refusal.hint}".strip()]}
        return check_page(request, case, faults=faults, status=refusal.status)
    messages.success(request, _("The sealed copy has been uploaded."))
    return redirect(f"{reverse('selfcheck_check', args=[pk])}#seal")


@require_POST
def remove_seal(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """Take a sealed copy away; it is hidden and kept for the audit trail."""
    viewer = viewer_of(request)
    user: Any = viewer.user
    with drafting(request, pk, BEFORE_SUBMISSION) as case:
        found = get_object_or_404(Evidence, pk=file, case=case.pk, purpose=Evidence.Purpose.SEALED)
        evidence.remove(found, by=user, at=viewer.at)
    messages.success(request, _("The sealed copy has been removed."))
    return redirect(f"{reverse('selfcheck_check', args=[pk])}#seal")


def check_page(
    request: HttpRequest,
    case: Any,
    *,
    faults: Mapping[str, Sequence[Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page itself; ``faults`` are those of a refused action, by place."""
    edition = case.edition.parsed
    content = snapshot(case.selfcheck)
    version = digest(content)
    found = faults_of(case.selfcheck, edition, year=case.year)
    refused = {place: list(said) for place, said in (faults or {}).items()}
    copies = Evidence.objects.current().filter(case=case.pk, purpose=Evidence.Purpose.SEALED)
    submitted = set(case.selfcheck.submissions.values_list("digest", flat=True))
    seals = [
        {
            "file": copy,
            "valid": copy.shows_digest == version,
            "mark": copy.shows_digest[:MARK],
            "stays": copy.shows_digest in submitted,
        }
        for copy in copies.select_related("uploaded_by").order_by("-pk")
    ]
    item = WorkItem.objects.open().filter(process=case.pk).select_related("owner", "after").order_by("pk").first()
    if item is not None:
        item.process = case
    verbs = {verb.name for verb in possible_verbs(request, case, item)}
    context = {
        "case": case,
        "nav_current": "cycles",
        "form_title": edition.form.title,
        "work_item": item,
        "writable": case.state in WRITABLE,
        "confirming": case.state == State.CONFIRMING,
        "complete": not found,
        "lines": fault_lines(case, edition.form, found | refused),
        "bad": set(found),
        "refused": refused,
        "mark": version[:MARK],
        "digest": version,
        "seals": seals,
        "sealed": any(each["valid"] for each in seals),
        "seal_required": edition.settings.seal_required,
        "max_mb": edition.settings.max_upload_mb,
        "may_request": "request_confirmation" in verbs,
        "may_submit": "submit" in verbs,
        "withdrawable": "withdraw" in verbs and handed_on_by(request, item),
        "checked": "checked" in request.POST,
        "reason": request.POST.get("reason", ""),
        **answers_context(edition.form, content, files_by_digest(request, case, content)),
    }
    return render(request, "workflows/selfcheck/check.html", context, status=status)


def fault_lines(case: Any, form: Form, faults: Mapping[str, Sequence[Any]]) -> list[tuple[str, str, Any]]:
    """What is missing as (address, place in words, message), in the order of the form."""
    lines: list[tuple[str, str, Any]] = []
    for place, found in faults.items():
        kind, _colon, code = place.partition(":")
        if kind == "item" and code in form.items:
            item = form.items[code]
            where = _("Item %(no)s, %(short)s") % {"no": item.no, "short": item.short}
            lines += [(item_address(case, item), where, message) for message in found]
        elif kind == "basic":
            lines += [(address(case.pk, 0, f"b-{code}"), _("Basic information"), message) for message in found]
        elif place == "report":
            lines += [
                (reverse("selfcheck_report", args=[case.pk]), _("Self-check report"), message) for message in found
            ]
        else:
            lines += [(f"#{place}", "", message) for message in found]
    return lines


def _perform(request: HttpRequest, case: Any) -> HttpResponse:
    verb = request.POST.get("verb", "")
    if verb not in VERBS:
        raise Invalid("unknown_verb", _("There is no such action on this page."))
    if verb == "submit" and "checked" not in request.POST:
        said = _("Confirm that you have checked the form yourself.")
        return check_page(request, case, faults={"checked": [said]}, status=422)
    try:
        moved = perform_from(request, case, verb)
    except Invalid as refusal:
        case = cycle_in_scope(request, case.pk)
        faults = refusal.faults or {"actions": [refusal.message]}
        return check_page(request, case, faults=faults, status=refusal.status)
    messages.success(request, SAID[verb]())
    return redirect("selfcheck_check" if moved.state in BEFORE_SUBMISSION else "selfcheck", case.pk)


SAID = {
    "request_confirmation": lambda: _("Handed to the head for confirmation."),
    "submit": lambda: _("Submitted to the county health commission."),
    "send_back": lambda: _("Sent back to the filler."),
}
