"""Deciding where many are listed: accept or acknowledge, or return with a reason, without leaving the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases.errors import Conflict, Invalid, Refusal, WrongRole
from workflows.engine import MAX_REASON
from workflows.web import perform_from


class ReturnForm(forms.Form):
    """Why it goes back."""

    reason = forms.CharField(
        label=_("Reason for returning it"),
        max_length=MAX_REASON,
        widget=forms.Textarea,
        error_messages={"required": _("Give the reason.")},
    )


@dataclass
class Refused:
    """What hindered a decision: on which case, and the form with what was typed."""

    case_id: int
    form: ReturnForm | None = None
    refusal: Refusal | None = None
    status: int = 422


def decide(request: HttpRequest, case: Any, verb: str) -> Refused | None:
    """Perform the decision; None where it was done."""
    form = ReturnForm(request.POST, auto_id=f"return-{case.pk}-%s") if verb == "return_" else None
    if form is not None and not form.is_valid():
        return Refused(case.pk, form)
    try:
        perform_from(request, case, verb)
    except (Invalid, Conflict, WrongRole) as refusal:
        return Refused(case.pk, form, refusal, refusal.status)
    return None


def return_form(case_id: int, refused: Refused | None) -> ReturnForm:
    """The form of a case's row: with what was typed where it was refused, else empty."""
    if refused is not None and refused.case_id == case_id and refused.form is not None:
        return refused.form
    return ReturnForm(auto_id=f"return-{case_id}-%s")
