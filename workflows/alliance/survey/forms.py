"""What is typed about a survey: how many links, answers from paper, and why one is withdrawn."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Respondents, SurveyAnswer
from workflows.alliance.survey.verbs import MOST_ANSWERS, MOST_LINKS
from workflows.quality_cycle.verification_forms import day_input

Answer = SurveyAnswer.Answer


class _OfAGroup(forms.Form):
    group = forms.ChoiceField(label=_("Respondents"), choices=Respondents.choices, widget=forms.RadioSelect)


class LinksForm(_OfAGroup):
    """A batch of one-time links for one group."""

    number = forms.IntegerField(label=_("Number of links"), min_value=1, max_value=MOST_LINKS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "links-%s", **kwargs})


class AnswersForm(_OfAGroup):
    """Answers of one group and day that were given on paper or by word of mouth."""

    entered_on = forms.DateField(label=_("Day"), widget=day_input())
    satisfied = forms.IntegerField(label=Answer.SATISFIED.label, min_value=0, max_value=MOST_ANSWERS, required=False)
    fair = forms.IntegerField(label=Answer.FAIR.label, min_value=0, max_value=MOST_ANSWERS, required=False)
    dissatisfied = forms.IntegerField(
        label=Answer.DISSATISFIED.label, min_value=0, max_value=MOST_ANSWERS, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "answers-%s", **kwargs})


class WithdrawForm(forms.Form):
    """How many of the entries that are alike count no more, and why."""

    answer = forms.IntegerField(widget=forms.HiddenInput)
    number = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_ANSWERS, required=False)
    reason = forms.CharField(label=pgettext_lazy("survey", "Reason"), widget=forms.TextInput, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        shown = kwargs.get("initial") or (args[0] if args else {})
        super().__init__(*args, **{"auto_id": f"withdraw-{shown.get('answer', '')}-%s", **kwargs})
