"""The pages of the registers: the list with its figures by month, one entry, and the quick form for a new one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.editions.alliance import RegisterRule, alliance_of
from cases.errors import Conflict, Invalid, OutOfScope, WrongRole
from cases.keyset import page_of
from cases.models import Activity
from cases.saving import StaleRow
from cases.spreadsheets import download
from cases.web import viewer_of, whole_number
from workflows.alliance.filing_state import CLAUSE, missing
from workflows.alliance.period import practice_of
from workflows.alliance.registers.export import write_registers
from workflows.alliance.registers.forms import EntryForm, fitting_day, initial_of
from workflows.alliance.registers.listing import Listing, files_of
from workflows.alliance.registers.verbs import units_kept_by
from workflows.finding.forms import take_over
from workflows.forms import ReasonForm
from workflows.step import edition_of
from workflows.web import case_in_scope, perform_from, possible_verbs

KIND = "pilot"


@require_safe
def pilot_activities(request: HttpRequest, pk: int) -> HttpResponse:
    """The entries of a pilot, the latest first, with their figures by month."""
    case = case_in_scope(request, pk, KIND)
    listing = Listing(case, request.GET)
    page = page_of(listing.rows, "from_on", "pk", after=request.GET.get("after", ""), descending=True)
    files = files_of(case, page.rows)
    registers = alliance_of(case.edition).registers
    months, lines = listing.months()
    context = {
        "case": case,
        "pilot": case.pilot,
        "form": listing.form,
        "chosen": listing.chosen,
        "page": page,
        "rows": [(row, _label(registers, row.register), files[row.pk]) for row in page.rows],
        "months": months,
        "lines": lines,
        "missing": missing(case) if case.finished is None else [],
        "clause": CLAUSE,
        "may_enter": "enter_activity" in {verb.name for verb in possible_verbs(request, case)},
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/registers/activities.html", context)


@require_safe
def activities_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The filtered entries as an Excel file."""
    case = case_in_scope(request, pk, KIND)
    book = write_registers(Listing(case, request.GET), viewer_of(request))
    name = f"活动登记_{case.pilot.name}"
    return download(request, book, name, "activities", subject=f"cases.case:{case.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
def activity_new(request: HttpRequest, pk: int) -> HttpResponse:
    """First the register, then its few fields; what was refused comes back as it was typed."""
    case = case_in_scope(request, pk, KIND)
    registers = alliance_of(case.edition).registers
    given = request.POST if request.method == "POST" else request.GET
    rule = registers.get(given.get("register", ""))
    if rule is None:
        context = {"case": case, "pilot": case.pilot, "registers": list(registers.values()), "nav_current": "pilots"}
        return render(request, "workflows/alliance/registers/choose.html", context)
    viewer = viewer_of(request)
    asked: dict[str, Any] = {"case": case, "rule": rule, "kept": units_kept_by(viewer, case)}
    if request.method != "POST":
        day = fitting_day(viewer.on, *practice_of(case.pilot))
        initial = {"from_on": day, "unit": whole_number(request.GET.get("unit", ""))}
        initial |= {"sender": case.pilot.lead_id} if rule.visit else {}
        return _entry_page(request, case, rule, EntryForm(initial=initial, **asked), 200)
    form = EntryForm(request.POST, request.FILES, **asked)
    if not form.is_valid():
        return _entry_page(request, case, rule, form, 422)
    try:
        perform_from(request, case, "enter_activity", **form.details)
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        return _entry_page(request, case_in_scope(request, pk, KIND), rule, form, refusal.status)
    messages.success(request, _("Entered: %(what)s.") % {"what": form.cleaned_data["title"]})
    if "again" in request.POST:
        more = urlencode({"register": rule.code, "unit": form.cleaned_data["unit"]})
        return redirect(f"{reverse('activity_new', args=[pk])}?{more}")
    return redirect("pilot_activities", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def activity(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """One entry with its files and what it was before; POST corrects it."""
    case = case_in_scope(request, pk, KIND)
    record = _entry(case, entry)
    if request.method != "POST":
        return _page(request, case, record, {}, 200)
    rule = alliance_of(case.edition).registers[record.register]
    form = EntryForm(request.POST, request.FILES, case=case, rule=rule, kept=units_kept_by(viewer_of(request), case))
    if not form.is_valid():
        return _page(request, case, record, {"correct": form}, 422)
    shown = whole_number(request.POST.get("row_version", ""))
    try:
        perform_from(request, case, "correct_activity", activity=record.pk, row_version=shown, **form.details)
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        stored = _entry(case, entry)
        theirs = stored if isinstance(refusal, StaleRow) else None
        return _page(request, case_in_scope(request, pk, KIND), stored, {"correct": form}, refusal.status, theirs)
    messages.success(request, _("Corrected; what stood there before stays in the course of the entry."))
    return redirect("activity", pk, entry)


@require_POST
def activity_strike(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """Strike an entry with the reason; it stays to be read."""
    case = case_in_scope(request, pk, KIND)
    record, form = _entry(case, entry), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, case, record, {"strike": form}, 422)
    try:
        perform_from(request, case, "strike_activity", activity=record.pk)
    except (Invalid, Conflict, WrongRole) as refusal:
        take_over(form, refusal)
        return _page(request, case_in_scope(request, pk, KIND), _entry(case, entry), {"strike": form}, refusal.status)
    messages.success(request, _("Struck; it does not count any more."))
    return redirect("activity", pk, entry)


def _entry(case: Any, pk: int) -> Activity:
    rows = Activity.objects.filter(pilot=case.pk, pk=pk).select_related("unit", "sender", "person", "entered_by")
    found = rows.first()
    if found is None:
        raise OutOfScope("no_such_activity", _("There is no such entry in the registers of this alliance."))
    return found


def _label(registers: dict[str, RegisterRule], code: str) -> str:
    return registers[code].label if code in registers else code


def _entry_page(request: HttpRequest, case: Any, rule: RegisterRule, form: EntryForm, status: int) -> HttpResponse:
    context = {
        "case": case,
        "pilot": case.pilot,
        "rule": rule,
        "form": form,
        "practice": practice_of(case.pilot),
        "missing": missing(case),
        "clause": CLAUSE,
        "max_mb": edition_of(case).settings.max_upload_mb,
        "may_enter": "enter_activity" in {verb.name for verb in possible_verbs(request, case)},
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/registers/entry.html", context, status=status)


def _page(
    request: HttpRequest,
    case: Any,
    record: Activity,
    bound: dict[str, Any],
    status: int,
    theirs: Activity | None = None,
) -> HttpResponse:
    rule = alliance_of(case.edition).registers[record.register]
    kept = units_kept_by(viewer_of(request), case)
    own = kept is None or record.unit_id in kept
    verbs = {verb.name for verb in possible_verbs(request, case)} if own and record.struck_at is None else set()
    correct = bound.get("correct") or EntryForm(initial=initial_of(record), case=case, rule=rule, kept=kept)
    context = {
        "case": case,
        "pilot": case.pilot,
        "record": record,
        "rule": rule,
        "files": files_of(case, [record])[record.pk],
        "course": list(record.history.select_related("history_user").order_by("-history_date", "-history_id")),
        "correct": correct if "correct_activity" in verbs else None,
        "strike": (bound.get("strike") or ReasonForm()) if "strike_activity" in verbs else None,
        "correcting": "correct" in bound,
        "theirs": theirs,
        "max_mb": edition_of(case).settings.max_upload_mb,
        "refused": next((form for form in bound.values() if form.errors), None),
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/registers/activity.html", context, status=status)
