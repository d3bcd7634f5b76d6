"""Forms that the pages of several kinds of case share."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from workflows.engine import MAX_REASON


class ReasonForm(forms.Form):
    """The reason of a verb that wants one: why something goes back, is corrected, cancelled or replaced."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MAX_REASON,
        widget=forms.Textarea,
        error_messages={"required": gettext_lazy("Give the reason.")},
    )
