"""What a superior types about a supervision: the date with the reason, and what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workflows.engine import MAX_REASON
from workflows.supervision.opening import FURTHEST

LONGEST = 4_000


class SuperviseForm(forms.Form):
    """By when it shall be done, and why it is under supervision; the engine judges both."""

    due_on = forms.DateField(
        label=_("To be done by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(label=_("Reason and demands"), max_length=MAX_REASON, widget=forms.Textarea)

    def __init__(self, *args: Any, today: dt.date, days: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        on = self.fields["due_on"]
        on.help_text = _("Left empty: %(days)d working days from today.") % {"days": days}
        on.widget.attrs |= {"min": today.isoformat(), "max": (today + dt.timedelta(days=FURTHEST)).isoformat()}
        self.fields["reason"].error_messages["required"] = _("Give the reason.")


class EndForm(forms.Form):
    """What came of the supervision."""

    outcome = forms.CharField(
        label=_("Outcome"),
        max_length=LONGEST,
        widget=forms.Textarea,
        help_text=_("What was done, how it was checked, and whether the demands are met."),
        error_messages={"required": _("Say what came of it.")},
    )
