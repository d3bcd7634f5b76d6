"""What a press on the page of a summary or of a region's report does: a verb, or the reason for what is missing.

Both pages look different and act the same: a refusal shows the page again, with its status and with what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.saving import StaleRow
from cases.summaries.missing import explain
from cases.web import viewer_of
from workflows.forms import ReasonForm
from workflows.summary.scope import completing, summary_in_scope
from workflows.web import perform_from

LONGEST_REASON = 2_000
ASKING = ("send_back", "return_", "correct")  # verbs that want a reason


class MissingForm(forms.Form):
    """Why those who are missing have not reported."""

    missing_reason = forms.CharField(
        label=gettext_lazy("Reason for the missing reports"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("It is filed with the summary, beside the names of those who are missing."),
    )
    row_version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class Page(Protocol):
    """Shows a case again after a press that did nothing."""

    def __call__(
        self,
        request: HttpRequest,
        case: Any,
        *,
        refusal: Refusal | None = None,
        form: tuple[str, forms.Form] | None = None,
        missing_form: MissingForm | None = None,
        status: int = 200,
    ) -> HttpResponse: ...


def act(request: HttpRequest, pk: int, kind: str, verb: str, said: Mapping[str, Any], page: Page) -> HttpResponse:
    """Perform one of the verbs that ``said`` has words for."""
    case = summary_in_scope(request, pk, kind)
    if verb not in said:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    form = ReasonForm(request.POST, auto_id=f"{verb}-%s") if verb in ASKING else None
    if form is not None and not form.is_valid():
        return page(request, case, form=(verb, form), status=422)
    try:
        perform_from(request, case, verb)
    except (Invalid, Conflict, WrongRole) as refusal:
        again = summary_in_scope(request, pk, kind)
        return page(request, again, refusal=refusal, form=(verb, form) if form else None, status=refusal.status)
    messages.success(request, str(said[verb]))
    return redirect(kind, pk)


def save_missing(request: HttpRequest, pk: int, kind: str, form: MissingForm, page: Page) -> HttpResponse:
    """Save why reports are missing; what somebody else has typed since is not overwritten."""
    viewer = viewer_of(request)
    user: Any = viewer.user
    if not form.is_valid():
        return page(request, summary_in_scope(request, pk, kind), missing_form=form, status=422)
    text = form.cleaned_data["missing_reason"].replace("\r\n", "\n").strip()
    seen = form.cleaned_data["row_version"]
    try:
        with completing(request, pk) as case:
            explain(case.summary, text, row_version=-1 if seen is None else seen, by=user, at=viewer.at)
    except StaleRow as stale:
        form.add_error(
            "missing_reason", _("Somebody else has written: %(text)s") % {"text": stale.stored.missing_reason}
        )
        return page(request, summary_in_scope(request, pk, kind), missing_form=form, status=409)
    messages.success(request, _("The reason has been saved."))
    return redirect(f"{reverse(kind, args=[pk])}#missing")
