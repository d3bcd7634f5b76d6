"""What people type about an extension: the new date with the reason, and the decision."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workflows.engine import MAX_REASON


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AskForm(forms.Form):
    """The date asked for and why; the engine judges both."""

    due_asked = forms.DateField(label=_("New date"), widget=day_input())
    reason = forms.CharField(label=_("Reason"), max_length=MAX_REASON, widget=forms.Textarea)

    def __init__(self, *args: Any, after: dt.date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_asked"].error_messages["required"] = _("Give the date that you ask for.")
        self.fields["reason"].error_messages["required"] = _("Give the reason.")
        if after is not None:
            self.fields["due_asked"].widget.attrs["min"] = (after + dt.timedelta(days=1)).isoformat()


class DecideForm(forms.Form):
    """A granted date, which may be shorter than the one asked for, and words that a refusal needs."""

    due_granted = forms.DateField(label=_("Date granted"), required=False, widget=day_input())
    reason = forms.CharField(
        label=_("Opinion, or reason of the refusal"),
        max_length=MAX_REASON,
        required=False,
        widget=forms.Textarea,
        help_text=_("A refusal needs its reason; whoever asked reads it."),
    )
