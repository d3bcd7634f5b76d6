"""What the county types while it verifies, and how it is read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.editions.form import CheckItem, Form
from cases.evidence import ACCEPT
from cases.models import AnswerStatus, Conclusion, Rectification, Severity, Verification, VerificationItem
from cases.selfcheck_rules import MAX_TEXT
from cases.selfcheck_rules.faults import text_faults
from cases.verification_drafts import ITEM_FIELDS, VISIT_FIELDS
from workflows.quality_cycle.verification import ADDED_FROM

YEARS_AHEAD = 3  # as for the institution's own planned dates
LONGEST_OFFICIALS = 200


def day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class Text(forms.CharField):
    """A text of several lines, with the limits that the institution's texts have."""

    def __init__(self, *, label: Any, rows: int, help_text: Any = "", longest: int = MAX_TEXT) -> None:
        super().__init__(label=label, required=False, help_text=help_text, widget=forms.Textarea({"rows": rows}))
        self.longest = longest

    def clean(self, value: Any) -> str:
        text: str = super().clean(value).replace("\r\n", "\n")
        faults = list(text_faults("", text, self.longest))
        if faults:
            raise forms.ValidationError([str(fault.message) for fault in faults])
        return text


class ProblemFields(forms.Form):
    """What is wrong and what is to be done about it, in the county's words."""

    facets = forms.MultipleChoiceField(
        label=_("Aspects of the problem"), required=False, widget=forms.CheckboxSelectMultiple
    )
    problem = Text(label=_("Problem"), rows=3)
    measure = Text(label=_("Corrective measure"), rows=2)
    rectification = forms.ChoiceField(
        label=_("Way of rectification"), required=False, choices=Rectification.choices, widget=forms.RadioSelect
    )
    severity = forms.ChoiceField(
        label=_("Severity"), required=False, choices=Severity.choices, widget=forms.RadioSelect
    )
    due_on = forms.DateField(label=_("Due date"), required=False, widget=day_input())

    def __init__(self, *args: Any, item: CheckItem, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year
        facets: Any = self.fields["facets"]
        if item.facets:
            facets.choices = [(facet.code, facet.label) for facet in item.facets]
        else:
            del self.fields["facets"]

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day is not None and not self.year <= day.year <= self.year + YEARS_AHEAD:
            message = _("The due date must lie between the years %(first)d and %(last)d.")
            raise forms.ValidationError(message, params={"first": self.year, "last": self.year + YEARS_AHEAD})
        return day


class ItemForm(ProblemFields):
    """The county's record of one item."""

    conclusion = forms.ChoiceField(
        label=_("Conclusion"), required=False, choices=Conclusion.choices, widget=forms.RadioSelect
    )
    opinion = Text(label=_("Verification opinion"), rows=3)
    to_return = forms.BooleanField(
        label=_("Return this item to the institution for supplement"), required=False, widget=forms.CheckboxInput
    )
    return_reason = Text(
        label=_("Return reason"), rows=2, help_text=_("The institution reads this sentence: say what is missing.")
    )
    field_order = ["conclusion", "opinion", *ITEM_FIELDS]

    def values(self) -> dict[str, Any]:
        """The cleaned values as the row keeps them."""
        return {"facets": [], **{name: self.cleaned_data[name] for name in ITEM_FIELDS if name in self.cleaned_data}}


class VisitForm(forms.Form):
    """How the county verified, and its opinion on the whole; once for the whole verification."""

    method = forms.ChoiceField(label=_("Method"), choices=Verification.Method.choices, widget=forms.RadioSelect)
    visited_on = forms.DateField(label=_("Date of the visit"), required=False, widget=day_input())
    officials = forms.CharField(
        label=_("Officials present"),
        required=False,
        max_length=LONGEST_OFFICIALS,
        help_text=_("Everybody who was there, at least two officials."),
    )
    opinion = Text(label=_("Opinion on the whole"), rows=3)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in VISIT_FIELDS}


class ReasonForm(forms.Form):
    """A reason beside the verb that wants one; the engine says whether it is missing."""

    reason = Text(label=_("Reason"), rows=3)


class EvidenceForm(forms.Form):
    """One file of the county's own evidence."""

    evidence = forms.FileField(
        label=_("County’s own evidence"),
        required=False,
        help_text=_("jpg, png, pdf, docx or xlsx; on a phone you can take a photo."),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )


class FindingForm(ProblemFields):
    """A problem that the county finds after its verification."""

    source = forms.ChoiceField(label=_("Source"), required=False, widget=forms.RadioSelect)
    responsible_unit = forms.CharField(
        label=_("Unit responsible"),
        required=False,
        max_length=60,
        help_text=_("The department of the institution, where it is known."),
    )
    responsible = forms.CharField(label=_("Person responsible"), required=False, max_length=60)
    field_order = ["source", "facets", "problem", "measure", "rectification", "severity", "due_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source: Any = self.fields["source"]
        source.choices = [(each.value, each.label) for each in ADDED_FROM]
        source.initial = ADDED_FROM[0]
        self.fields["severity"].initial = Severity.GENERAL


class ItemChoiceForm(forms.Form):
    """Which of the thirty items."""

    item = forms.ChoiceField(label=_("Check item"))

    def __init__(self, *args: Any, form: Form, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["item"]
        field.choices = [
            ("", _("Choose an item of the form.")),
            *(
                (section.title, [(item.code, f"{item.no} {item.short}") for item in section.items])
                for section in form.sections
            ),
        ]


class QueueFilter(forms.Form):
    """Filters of the list of verifications."""

    q = forms.CharField(label=_("Institution"), required=False, max_length=60)
    state = forms.ChoiceField(label=_("State"), required=False)
    who = forms.ChoiceField(
        label=_("Claimed by"),
        required=False,
        choices=[
            ("", pgettext_lazy("filter", "Anybody")),
            ("me", _("Me")),
            ("nobody", pgettext_lazy("filter", "Nobody yet")),
        ],
    )
    light = forms.ChoiceField(label=_("Light"), required=False)

    def __init__(self, *args: Any, states: list[tuple[str, Any]], lights: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = [("", pgettext_lazy("filter", "All"))]
        for name, choices in (("state", states), ("light", lights)):
            field: Any = self.fields[name]
            field.choices = [*everything, *choices]


def initial_of(row: VerificationItem | Verification, names: tuple[str, ...]) -> dict[str, Any]:
    """A row's values as the initial values of its form."""
    return {name: getattr(row, name) for name in names}


def theirs_of(row: VerificationItem | Verification, names: tuple[str, ...]) -> dict[str, Any]:
    """A row's values by the names and in the writing of its form, for the officer who was overtaken."""
    found: dict[str, Any] = {}
    for name in names:
        value = getattr(row, name)
        if name == "to_return":
            found[name] = ["on"] if value else []
        elif isinstance(value, list):
            found[name] = value
        else:
            found[name] = "" if value is None else str(value)
    return found


def button_conclusion(act: str, chosen: str, status: str) -> str:
    """The conclusion that a button stands for: agreeing, or putting a problem onto the ledger."""
    if act == "agree":
        return Conclusion.AGREE
    if act == "ledger" and chosen in ("", Conclusion.AGREE):
        return Conclusion.AGREE if status == AnswerStatus.PROBLEM else Conclusion.DISAGREE
    return chosen
