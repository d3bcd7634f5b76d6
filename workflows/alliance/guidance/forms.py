"""The forms of guidance centres: a session, a share of the city, the review of a year."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.editions.alliance import AllianceEdition
from cases.models import GuidanceEntry
from workflows.alliance.guidance.kind import LONGEST_REVIEW
from workflows.finding.forms import SeveralFiles
from workflows.programme.forms import DayInput


class SessionForm(forms.ModelForm):
    """A session in a register; made for a phone: what, when, how many."""

    attached = SeveralFiles(label=gettext_lazy("Add files"), required=False)

    class Meta:
        model = GuidanceEntry
        fields = ("register", "held_on", "title", "audience", "attendances", "note")
        widgets: ClassVar[dict[str, Any]] = {"held_on": DayInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "session-%s", **kwargs})
        self.fields["attendances"].required = False
        self.fields["note"].widget = forms.Textarea()


class ReadingForm(forms.Form):
    """A share that the commission reads off: so many hospitals of so many, as of a day."""

    target = forms.ChoiceField(label=pgettext_lazy("guidance", "Target"))
    as_of = forms.DateField(label=gettext_lazy("As of"), widget=DayInput)
    numerator = forms.IntegerField(label=gettext_lazy("Meeting it"), min_value=0, max_value=100_000)
    denominator = forms.IntegerField(label=gettext_lazy("Of"), min_value=1, max_value=100_000)
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=1000)

    def __init__(self, *args: Any, edition: AllianceEdition, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "reading-%s", **kwargs})
        target: Any = self.fields["target"]
        target.choices = [(rule.code, rule.label) for rule in edition.targets.values() if rule.scope == "city"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        above, below = values.get("numerator"), values.get("denominator")
        if above is not None and below is not None and above > below:
            self.add_error("numerator", gettext_lazy("No more can meet it than there are."))
        return values


class ReviewForm(forms.Form):
    """The review with which a year is closed."""

    review = forms.CharField(label=gettext_lazy("Review of the year"), max_length=LONGEST_REVIEW, widget=forms.Textarea)
