"""Notes of inspections: of one case, and all that the reader may read."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cases.errors import Invalid
from cases.keyset import page_of
from cases.models import InspectionNote
from cases.web import viewer_of
from workflows.desk.destinations import page_of_case
from workflows.finding.forms import take_over
from workflows.inspection.pages import title_of
from workflows.inspection.reading import require_reader_of_notes
from workflows.inspection.verbs import LONGEST_NOTE
from workflows.web import case_in_scope, perform_from

NAV = "inspection_notes"


class NoteForm(forms.Form):
    """The words of a note; the engine judges them."""

    text = forms.CharField(
        label=gettext_lazy("Words of the note"),
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("Read by inspectors and by the commissions above them, not by those who are inspected."),
    )


@require_safe
def inspection_notes(request: HttpRequest) -> HttpResponse:
    """Every note that the viewer may read, the latest first."""
    viewer = viewer_of(request)
    require_reader_of_notes(viewer)
    notes = InspectionNote.objects.visible_to(viewer).select_related("case__unit", "by", "unit")
    page = page_of(notes, "pk", after=request.GET.get("after", ""), descending=True)
    rows = [{"note": note, "title": title_of(note.case)} for note in page.rows]
    return render(request, "workflows/inspection/notes.html", {"page": page, "rows": rows, "nav_current": NAV})


@require_http_methods(["GET", "HEAD", "POST"])
def case_notes(request: HttpRequest, pk: int) -> HttpResponse:
    """The notes on one case; an inspector writes another one. A refusal keeps what was typed."""
    case, viewer = case_in_scope(request, pk), viewer_of(request)
    require_reader_of_notes(viewer, case)
    form, status = NoteForm(), HTTPStatus.OK
    if request.method == "POST":
        form = NoteForm(request.POST)
        try:
            perform_from(request, case, "note_inspection", text=request.POST.get("text", ""))
        except Invalid as refusal:
            take_over(form, refusal)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        else:
            messages.success(request, _("The note is kept with the case."))
            return redirect("case_notes", pk)
    notes = InspectionNote.objects.visible_to(viewer).filter(case=case.pk).select_related("by", "unit")
    context = {
        "case": case,
        "title": title_of(case),
        "case_url": page_of_case(case),
        "notes": list(notes.order_by("-pk")),
        "form": form,
        "most": LONGEST_NOTE,
        "may_write": viewer.may("inspect", case),
        "nav_current": NAV,
    }
    return render(request, "workflows/inspection/case_notes.html", context, status=status)
