"""The page of a fund: its payments with vouchers, the account, the finance bureau's check (pilot plan, 4 (3))."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.errors import Conflict, Invalid, Refusal
from cases.models import Case, CaseEvent, Evidence, FundUse
from cases.naming import ACTOR
from cases.web import viewer_of, whole_number
from workflows.alliance.funds.forms import AccountForm, CheckForm, ObjectionForm, UseForm
from workflows.alliance.funds.kind import FUND, State
from workflows.alliance.funds.uses import spent, use_of
from workflows.desk.beside import beside
from workflows.desk.timeline import entries
from workflows.desk.verb_pages import open_item
from workflows.finding.forms import take_over
from workflows.forms import ReasonForm
from workflows.web import case_in_scope, perform_from, possible_verbs

KIND = FUND.code
MOST_EVENTS, MOST_USES = 50, 500
DONE = {
    "enter_use": gettext_lazy("The payment has been entered."),
    "correct_use": gettext_lazy("The payment has been corrected."),
    "strike_use": gettext_lazy("The payment has been struck; it no longer counts."),
    "account": gettext_lazy("The account is with the finance bureau."),
    "return_": gettext_lazy("The account has been returned."),
    "pass_check": gettext_lazy("The use has been found in order."),
    "object_use": gettext_lazy("The misuse has been put on the ledger as a finding."),
}


@require_safe
def fund(request: HttpRequest, pk: int) -> HttpResponse:
    """One fund; forms for whoever has the turn, read-only for everybody else."""
    return _page(request, case_in_scope(request, pk, KIND), {}, 200)


@require_POST
def fund_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Enter a payment, account, check; a refusal shows the page with what was typed."""
    case = case_in_scope(request, pk, KIND)
    if verb not in DONE or verb in ("correct_use", "strike_use"):
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    form = _form(case, verb, request)
    if not form.is_valid():
        return _page(request, case, {verb: form}, 422)
    values = {name: value for name, value in form.cleaned_data.items() if name != "reason"}
    try:
        perform_from(request, case, verb, **values)
    except (Invalid, Conflict) as refusal:
        take_over(form, refusal)
        return _page(request, case_in_scope(request, pk, KIND), {verb: form}, refusal.status)
    messages.success(request, DONE[verb])
    return redirect(KIND, pk)


@require_http_methods(["GET", "HEAD", "POST"])
def fund_use(request: HttpRequest, pk: int, use: int) -> HttpResponse:
    """One payment with its files: correct it while the fund is in use."""
    case = case_in_scope(request, pk, KIND)
    row = _use(case, use)
    reason = ReasonForm(auto_id="strike-%s")
    if request.method != "POST":
        return _use_page(request, case, row, UseForm(instance=row), reason, 200)
    form = UseForm(request.POST, request.FILES)
    if not form.is_valid():
        return _use_page(request, case, row, form, reason, 422)
    shown = whole_number(request.POST.get("row_version", ""))
    try:
        perform_from(request, case, "correct_use", **form.cleaned_data, use=row.pk, row_version=shown)
    except (Invalid, Conflict) as refusal:
        take_over(form, refusal)
        return _use_page(request, case, _use(case, use), form, reason, refusal.status)
    messages.success(request, DONE["correct_use"])
    return redirect(KIND, pk)


@require_POST
def fund_strike(request: HttpRequest, pk: int, use: int) -> HttpResponse:
    """Strike a payment, with the reason."""
    case = case_in_scope(request, pk, KIND)
    row, form = _use(case, use), ReasonForm(request.POST, auto_id="strike-%s")
    if not form.is_valid():
        return _use_page(request, case, row, UseForm(instance=row), form, 422)
    try:
        perform_from(request, case, "strike_use", use=row.pk)
    except (Invalid, Conflict) as refusal:
        take_over(form, refusal)
        return _use_page(request, case, _use(case, use), UseForm(instance=row), form, refusal.status)
    messages.success(request, DONE["strike_use"])
    return redirect(KIND, pk)


def _form(case: Any, verb: str, request: HttpRequest | None = None) -> Any:
    given: dict[str, Any] = {"data": request.POST} if request else {}
    match verb:
        case "enter_use":
            return UseForm(files=request.FILES, **given) if request else UseForm()
        case "account":
            return AccountForm(auto_id="account-%s", initial={"report": case.fund.report}, **given)
        case "pass_check":
            return CheckForm(auto_id="check-%s", **given)
        case "object_use":
            return ObjectionForm(payments=_payments(case), **given)
    return ReasonForm(auto_id=f"{verb}-%s", **given)


def _payments(case: Any) -> list[FundUse]:
    return list(FundUse.objects.filter(fund=case.pk, struck_at=None).order_by("paid_on", "pk")[:MOST_USES])


def _use(case: Any, pk: int) -> FundUse:
    found = FundUse.objects.filter(fund=case.pk, pk=pk).select_related("entered_by").first()
    return found if found is not None else use_of(case.fund, pk)


def _use_page(
    request: HttpRequest, case: Any, row: FundUse, form: UseForm, reason: ReasonForm, status: int
) -> HttpResponse:
    verbs = {verb.name for verb in possible_verbs(request, case)}
    context = {
        "case": case,
        "row": row,
        "may": "correct_use" in verbs and row.struck_at is None,
        "form": form,
        "reason": reason,
        "refused": next((each for each in (form, reason) if each.is_bound and each.errors), None),
        "files": Evidence.objects.current().filter(case=case.pk, item_code=f"use:{row.pk}").order_by("pk"),
        "nav_current": "funds",
    }
    return render(request, "workflows/alliance/funds/use.html", context, status=status)


def _page(request: HttpRequest, case: Any, bound: dict[str, forms.BaseForm], status: int) -> HttpResponse:
    item = open_item(case)
    verbs = {verb.name for verb in possible_verbs(request, case, item)} & set(DONE)
    uses = FundUse.objects.filter(fund=case.pk).order_by("paid_on", "pk")[:MOST_USES]
    events = CaseEvent.objects.filter(case=case.pk).select_related(*ACTOR).order_by("-seq")
    findings = Case.objects.visible_to(viewer_of(request)).filter(parent=case.pk, kind="finding")
    total = spent(case.fund)
    context = {
        "case": case,
        "record": case.fund,
        "item": item if item is not None and item.role else None,
        "state": State(case.state).label,
        "over": case.state == State.CHECKED,
        "uses": uses,
        "spent": total,
        "left": case.fund.amount - total,
        "share": float(total / case.fund.amount),
        "findings": findings.select_related("finding").order_by("pk"),
        "forms": {verb: bound.get(verb) or _form(case, verb) for verb in verbs},
        "refused": next((form for form in bound.values() if form.errors), None),
        "returned": events.filter(verb="return_").first() if case.state == State.IN_USE else None,
        **beside(request, case, item),
        "entries": entries(case, list(events[:MOST_EVENTS])),
        "nav_current": "funds",
    }
    return render(request, "workflows/alliance/funds/fund.html", context, status=status)
