"""What a team types while it visits, and what the institution answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import AnswerStatus
from cases.visits.drafts import ITEM_FIELDS, PARTICULARS
from workflows.quality_cycle.verification_forms import EvidenceForm, ProblemFields, Text, day_input
from workflows.visit.kind import LONGEST

LONGEST_PRESENT = 200


class ItemForm(ProblemFields):
    """The team's own assessment of one item."""

    status = forms.ChoiceField(
        label=_("Assessment"), required=False, choices=AnswerStatus.choices, widget=forms.RadioSelect
    )
    note = Text(label=_("Note"), rows=2, help_text=_("What was looked at, with whom, where; not on the ledger."))
    field_order = ["status", "facets", "problem", "measure", "rectification", "severity", "due_on", "note"]

    def values(self) -> dict[str, Any]:
        """The cleaned values as the row keeps them."""
        return {"facets": [], **{name: self.cleaned_data[name] for name in ITEM_FIELDS if name in self.cleaned_data}}


class ParticularsForm(forms.Form):
    """When the team was there, with whom, and what it thinks of the whole."""

    visited_on = forms.DateField(label=_("Day of the visit"), required=False, widget=day_input())
    present = forms.CharField(
        label=_("Persons present"),
        required=False,
        max_length=LONGEST_PRESENT,
        help_text=_("The team and the institution’s people."),
    )
    opinion = Text(label=_("Opinion of the team"), rows=3)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in PARTICULARS}


class PhotoForm(EvidenceForm):
    """One photo or document of the team's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evidence"].label = _("Photos and documents of the team")


class ReplyForm(forms.Form):
    """What the institution's head states instead of signing; the engine says whether it is missing."""

    reply = Text(
        label=_("Reply of the institution"),
        rows=4,
        longest=LONGEST,
        help_text=_("State what you see otherwise, item by item; the team reads it before it concludes."),
    )


class ConclusionForm(forms.Form):
    """The team's conclusion."""

    conclusion = Text(label=pgettext_lazy("visit", "Conclusion"), rows=5, longest=LONGEST)


class ReasonForm(forms.Form):
    """A reason beside a verb that wants one."""

    reason = Text(label=pgettext_lazy("visit", "Reason"), rows=2)


class CancelForm(ReasonForm):
    """The reason of the organiser, who may be on the team, too, and then finds both forms on the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "id_cancel_%s"})
