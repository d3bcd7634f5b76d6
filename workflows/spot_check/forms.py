"""What officers type about a spot-check: plan, public text for the seed, teams, reasons; the verbs judge it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import User
from workflows.extension.forms import day_input
from workflows.spot_check.drawing import LONGEST_PUBLIC
from workflows.spot_check.planning import LONGEST_TITLE, MOST


class PlanForm(forms.Form):
    """Title, number of institutions, and the last day of the visits."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    size = forms.IntegerField(label=_("Institutions to draw"), min_value=1, max_value=MOST)
    visits_until = forms.DateField(
        label=_("Visits until"),
        required=False,
        widget=day_input(),
        help_text=_("Left empty, each visit has the limit that the edition sets."),
    )


class DrawForm(forms.Form):
    """A text that nobody could know before, mixed into the seed."""

    public = forms.CharField(
        label=_("Public text for the seed"),
        required=False,
        max_length=LONGEST_PUBLIC,
        help_text=_(
            "For example the winning numbers of today’s lottery; may be empty. The system adds random bytes of its own "
            "and records both."
        ),
    )


class TeamForm(forms.Form):
    """Who leads a visit and who goes along."""

    leader = forms.ModelChoiceField(
        label=_("Leader of the team"),
        queryset=User.objects.none(),
        empty_label=_("Choose an expert"),
        error_messages={"required": _("Choose at least one expert.")},
    )
    experts = forms.ModelMultipleChoiceField(
        label=_("Further experts"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, experts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("leader", "experts"):
            field: Any = self.fields[name]
            field.queryset = experts
            field.label_from_instance = str

    @property
    def team(self) -> list[User]:
        """The leader first; call where the form is valid."""
        leader = self.cleaned_data["leader"]
        return [leader, *(expert for expert in self.cleaned_data["experts"] if expert != leader)]
