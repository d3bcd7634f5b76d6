"""What people type about a common problem: the joint measure with its owner and date, and what it has brought."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import User
from workflows.engine import MAX_REASON

LONGEST_TEXT = 4_000


class MeasureForm(forms.Form):
    """One measure for all institutions that have the problem."""

    measure = forms.CharField(
        label=_("Joint measure"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea,
        help_text=_("Every institution that has the problem reads it on the page of its own finding."),
    )
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), empty_label=_("Choose"))
    due_on = forms.DateField(
        label=pgettext_lazy("joint measure", "Due date"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "measure-%s", **kwargs})
        owner: Any = self.fields["owner"]
        owner.queryset = User.objects.filter(pk__in=people.values("user")).order_by("name", "pk")


class ResultForm(forms.Form):
    """What the joint measure has brought."""

    result = forms.CharField(label=_("Result"), max_length=LONGEST_TEXT, widget=forms.Textarea)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "result-%s", **kwargs})


class CancelForm(forms.Form):
    """Why the declaration is withdrawn."""

    reason = forms.CharField(label=_("Reason"), max_length=MAX_REASON, widget=forms.Textarea)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "cancel-%s", **kwargs})
