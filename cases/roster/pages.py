"""Pages of the roster: upload and dry run, import, and the links for new people. Only who manages people gets in."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.access import Viewer
from cases.accounts import recording
from cases.accounts.recording import acting
from cases.audit import note
from cases.clock import now
from cases.errors import Invalid, OutOfScope
from cases.models import RosterImport, User
from cases.passwords import one_time
from cases.passwords.profiles import in_words
from cases.roster.apply import RosterRefused, check_roster, import_roster, require_manager
from cases.roster.kept import forget, keep, kept
from cases.roster.links import LINKS, days_valid, fresh_links, links_file, waiting
from cases.roster.plan import Plan, What
from cases.roster.report import report_file
from cases.roster.rules import make_plan
from cases.roster.template import template_file
from cases.roster.workbook import LARGEST_FILE, MOST_MEGABYTES, MOST_ROWS, read, too_large
from cases.saving import sign
from cases.web import actor_of, viewer_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LATEST = 20
SHOWN = 200  # lines of a table; the report has them all


class UploadForm(forms.Form):
    """The one field: the filled-in file."""

    file = forms.FileField(
        label=gettext_lazy("Roster file (xlsx)"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": f".xlsx,{XLSX}"}),
    )


def manager(request: HttpRequest) -> tuple[Viewer, User]:
    """The viewer and the person, who must manage people somewhere; WrongRole (403) otherwise."""
    viewer = viewer_of(request)
    require_manager(viewer)
    return viewer, cast("User", request.user)


@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: HttpRequest) -> HttpResponse:
    """[roster] Upload, template, and the latest imports; POST checks a file and leads to the dry run."""
    viewer, user = manager(request)
    if request.method != "POST":
        return _upload_page(request, viewer, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, viewer, form, status=422)
    upload = form.cleaned_data["file"]
    try:
        content = _content(upload)
        read(content)
    except Invalid as refusal:
        *first, last = str(refusal.message).splitlines()
        for message in (*first, _("%(what)s %(do)s") % {"what": last, "do": refusal.hint}):
            form.add_error("file", message)
        return _upload_page(request, viewer, form, status=refusal.status)
    digest = keep(content, name=upload.name or "", by=user, at=viewer.at)
    return redirect("roster_check", digest)


def _content(upload: UploadedFile) -> bytes:
    if (upload.size or 0) > LARGEST_FILE:
        raise too_large()
    content: bytes = upload.read()
    return content


def _upload_page(request: HttpRequest, viewer: Viewer, form: UploadForm, *, status: int = 200) -> HttpResponse:
    latest = RosterImport.objects.visible_to(viewer).select_related("by").order_by("-at", "-pk")[:LATEST]
    shown = {
        "form": form,
        "imports": [(done, counted(done)) for done in latest],
        "limits": {"megabytes": MOST_MEGABYTES, "rows": f"{MOST_ROWS:,}"},
        "nav_current": "roster",
    }
    return render(request, "cases/roster/upload.html", shown, status=status)


@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """[roster_template] The empty file, in the language of the page."""
    manager(request)
    return _workbook(template_file(), _("roster-template.xlsx"))


@never_cache
@require_safe
def check(request: HttpRequest, digest: str) -> HttpResponse:
    """[roster_check] What would become of every row, computed now from the file that was kept; 422 with faults."""
    viewer, user = manager(request)
    name, content = _kept(digest, user, viewer)
    return _check_page(request, digest, name, check_roster(content, viewer))


@never_cache
@require_safe
def report(request: HttpRequest, digest: str) -> HttpResponse:
    """[roster_report] The same as an Excel file with the faulty cells marked."""
    viewer, user = manager(request)
    _name, content = _kept(digest, user, viewer)
    book = read(content)
    return _workbook(report_file(book, make_plan(book, viewer)), _("roster-check.xlsx"))


@require_POST
def apply(request: HttpRequest, digest: str) -> HttpResponse:
    """[roster_apply] Check again and write everything or nothing."""
    viewer, user = manager(request)
    name, content = _kept(digest, user, viewer)
    try:
        done = import_roster(content, name=name, viewer=viewer)
    except RosterRefused as refusal:
        return _check_page(request, digest, name, refusal.plan)
    forget(digest, by=user)
    if done is None:
        messages.info(request, _("Everything in the file is in the system already; nothing was changed."))
        return redirect("roster")
    messages.success(request, _("The roster has been imported."))
    return redirect("roster_import", done.pk)


def _kept(digest: str, user: User, viewer: Viewer) -> tuple[str, bytes]:
    found = kept(digest, by=user, at=viewer.at)
    if found is None:
        raise OutOfScope(
            "check_expired",
            _("This checked file is no longer kept: it has been imported, or an hour has passed."),
            hint=_("Upload it again; importing a file twice changes nothing."),
        )
    return found


def _check_page(request: HttpRequest, digest: str, name: str, plan: Plan) -> HttpResponse:
    told = [outcome for outcome in plan.outcomes if outcome.what != What.UNCHANGED]
    shown = {
        "digest": digest,
        "name": name,
        "plan": plan,
        "counts": [(What(what).label, number) for what, number in plan.counts.items()],
        "faulty_rows": len({(fault.sheet, fault.row) for fault in plan.faults}),
        "faults": plan.faults[:SHOWN],
        "outcomes": told[:SHOWN],
        "more_faults": max(0, len(plan.faults) - SHOWN),
        "more_outcomes": max(0, len(told) - SHOWN),
        "nav_current": "roster",
    }
    return render(request, "cases/roster/check.html", shown, status=422 if plan.faults else 200)


@require_safe
def imported(request: HttpRequest, pk: int) -> HttpResponse:
    """[roster_import] What an import changed, and who of its new people has not set a password yet."""
    viewer, _user = manager(request)
    done = _import(viewer, pk)
    shown = {
        "done": done,
        "counts": counted(done),
        "new_people": done.counts.get("people_new", 0),
        "waiting": waiting(done, viewer).count(),
        "days": days_valid(),
        "nav_current": "roster",
    }
    return render(request, "cases/roster/import.html", shown)


@never_cache
@require_POST
def links(request: HttpRequest, pk: int) -> HttpResponse:
    """[roster_links] An Excel file with a fresh link for everybody who is waiting; earlier links stop working."""
    viewer, _user = manager(request)
    done = _import(viewer, pk)
    links = fresh_links(waiting(done, viewer), request.build_absolute_uri)
    note(LINKS, by=actor_of(request), at=viewer.at, unit=done.unit_id, subject=done, details={"count": len(links)})
    return _workbook(links_file(links), _("password-links.xlsx"))


def _import(viewer: Viewer, pk: int) -> RosterImport:
    done = RosterImport.objects.visible_to(viewer).select_related("by").filter(pk=pk).first()
    if done is None:
        raise OutOfScope("no_such_import", _("There is no such import, or it is outside your area."))
    return done


def counted(done: RosterImport) -> list[tuple[str, int]]:
    """What an import wrote, in words; what it did not touch is left out."""
    words = {
        "units_new": _("new units"),
        "units_changed": _("changed units"),
        "people_new": _("new people"),
        "people_changed": _("changed people"),
        "appointments_new": _("new appointments"),
        "appointments_changed": _("changed appointments"),
    }
    return [(word, done.counts[key]) for key, word in words.items() if done.counts.get(key)]


def _workbook(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response


class SetPassword(PasswordResetConfirmView):
    """[set_password] The page behind a link: a new password, twice; 410 for a link that was used or is too old."""

    template_name = "registration/set_password.html"
    success_url = reverse_lazy("login")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Your password is set. Please sign in with it."))
        at = now()
        with acting("change_password"):
            sign(form.user, form.user, at, "change_password")
            answer = super().form_valid(form)
            one_time.changed(form.user)
            recording.note("change_password", unit=None, at=at, subject=form.user, by=form.user)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"password_hint": in_words()}

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if not context.get("validlink"):
            kwargs["status"] = 410
        return super().render_to_response(context, **kwargs)
