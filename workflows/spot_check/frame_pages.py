"""The whole frame of a draw with weights and probabilities, to filter and to take away as Excel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models.fields.json import KT
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from cases.editions.quality import quality_of
from cases.errors import Conflict
from cases.keyset import page_of
from cases.models import OrgUnit
from cases.spreadsheets import download
from cases.web import viewer_of
from workflows.spot_check.export import write_frame
from workflows.spot_check.shown import Seen, Words, meaning, percent, seen, weight_words
from workflows.step import edition_of


class FrameFilter(forms.Form):
    """Which part of the frame is shown."""

    q = forms.CharField(label=gettext_lazy("Institution"), required=False, max_length=60)
    prefecture = forms.ChoiceField(label=gettext_lazy("Prefecture"), required=False)
    drawn = forms.ChoiceField(
        label=pgettext_lazy("draw", "Drawn"),
        required=False,
        choices=[
            ("", gettext_lazy("All institutions")),
            ("yes", pgettext_lazy("draw", "Drawn")),
            ("no", pgettext_lazy("draw", "Not drawn")),
        ],
    )

    def __init__(self, *args: Any, prefectures: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["prefecture"]
        field.choices = [("", _("All prefectures")), *prefectures]


@require_safe
def spot_check_frame(request: HttpRequest, pk: int) -> HttpResponse:
    """Every institution that could have been drawn, in the order of the draw; a prefecture sees its own."""
    found = _drawn(request, pk)
    codes = found.entries.order_by().annotate(above=KT("values__prefecture")).values("above")
    above = OrgUnit.objects.filter(kind=OrgUnit.Kind.PREFECTURE, code__in=codes).order_by("path")
    prefectures = [(unit.code, unit.division or unit.name) for unit in above]
    form = FrameFilter(request.GET or None, prefectures=prefectures)
    rows = found.entries
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        if asked["q"]:
            rows = rows.filter(institution__name__icontains=asked["q"])
        if asked["prefecture"]:
            rows = rows.filter(values__prefecture=asked["prefecture"])
        if asked["drawn"]:
            rows = rows.filter(drawn=asked["drawn"] == "yes")
    page = page_of(rows, "pk", after=request.GET.get("after", ""))
    words = Words(page.rows, quality_of(edition_of(found.case)))
    context = {
        "case": found.case,
        "record": found.record,
        "whole": found.whole,
        "form": form,
        "page": page,
        "total": rows.count(),
        "lines": [
            {
                "entry": entry,
                "prefecture": words.prefecture(entry),
                "size": words.size(entry),
                "type": words.type(entry),
                "chance": percent(entry),
                "how": weight_words(entry, found.record.factors),
            }
            for entry in page.rows
        ],
        "meaning": meaning(found.record, page.rows),
        "nav_current": "spot_checks",
    }
    return render(request, "workflows/spot_check/frame.html", context)


@require_safe
def spot_check_export(request: HttpRequest, pk: int) -> FileResponse:
    """The frame with all that the draw can be done again from, as an Excel file; a prefecture gets its own stratum."""
    found = _drawn(request, pk)
    return download(request, write_frame(found), found.case.number, "draw", subject=f"cases.case:{found.case.pk}")


def _drawn(request: HttpRequest, pk: int) -> Seen:
    found = seen(viewer_of(request), pk)
    if not found.record.seed:
        raise Conflict("not_drawn_yet", _("Nothing has been drawn yet."), hint=_("The frame is that of the draw."))
    return found
