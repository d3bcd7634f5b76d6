"""What people type into a finding: the result of rectification, an opinion or reason, a referral."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.errors import Refusal
from cases.evidence import ACCEPT
from cases.models import Evidence, Severity
from workflows.engine import MAX_REASON
from workflows.finding.following import LONGEST_NOTE

MOST_FILES = 20
LONGEST_TEXT = 4_000


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """Any number of files; what is in them is examined when they are stored."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = [file for file in (data if isinstance(data, (list, tuple)) else [data]) if file]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("Choose at most %(limit)d files at a time."), params={"limit": MOST_FILES})
        return files


class RectifyForm(forms.Form):
    """The institution's side: how it rectifies, who does it, and what came of it, with files of before and after."""

    measure = forms.CharField(label=_("Corrective measure"), max_length=LONGEST_TEXT, widget=forms.Textarea)
    responsible_unit = forms.CharField(label=_("Unit responsible"), max_length=60, required=False)
    responsible = forms.CharField(label=_("Person responsible"), max_length=60)
    result = forms.CharField(
        label=_("Result of rectification"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea,
        help_text=_("What was done, when, and how it was checked."),
    )
    evidence = SeveralFiles(label=_("Add files"), required=False, help_text=_("jpg, png, pdf, docx or xlsx"))
    purpose = forms.ChoiceField(
        label=_("The files show"),
        required=False,
        initial=Evidence.Purpose.AFTER,
        choices=[
            (Evidence.Purpose.AFTER, _("After rectification")),
            (Evidence.Purpose.BEFORE, _("Before rectification")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "fix-%s", **kwargs})
        self.fields["evidence"].widget.attrs["accept"] = ACCEPT


class PlanForm(forms.Form):
    """How the institution is going to put it right, before it begins."""

    plan = forms.CharField(
        label=_("Rectification plan"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea,
        help_text=_("The steps, who does them, and by when each is done."),
    )
    responsible_unit = forms.CharField(label=_("Unit responsible"), max_length=60, required=False)
    responsible = forms.CharField(label=_("Person responsible"), max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "plan-%s", **kwargs})


class ProgressForm(forms.Form):
    """A note on how the rectification goes on."""

    progress = forms.CharField(
        label=pgettext_lazy("of a finding", "Progress"), max_length=LONGEST_NOTE, widget=forms.Textarea
    )
    evidence = SeveralFiles(
        label=_("Files of the progress"), required=False, help_text=_("jpg, png, pdf, docx or xlsx")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "progress-%s", **kwargs})
        self.fields["evidence"].widget.attrs["accept"] = ACCEPT


class GradeForm(forms.Form):
    """How severe the county finds it, and why."""

    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), max_length=MAX_REASON, widget=forms.Textarea)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "grade-%s", **kwargs})


class OutcomeForm(forms.Form):
    """What the authority decided that the matter was handed over to."""

    enforcement_outcome = forms.CharField(
        label=_("Outcome of enforcement"), max_length=LONGEST_TEXT, widget=forms.Textarea
    )
    enforcement_on = forms.DateField(
        label=_("Date of the outcome"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    evidence = SeveralFiles(label=_("Files of the outcome"), required=False, help_text=_("jpg, png, pdf, docx or xlsx"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "outcome-%s", **kwargs})
        self.fields["evidence"].widget.attrs["accept"] = ACCEPT


class ReviewForm(forms.Form):
    """The county's side: an opinion, which a return needs as its reason."""

    reason = forms.CharField(
        label=_("Opinion, or reason of the return"),
        max_length=MAX_REASON,
        required=False,
        widget=forms.Textarea,
        help_text=_("A return needs its reason; the institution reads it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "review-%s", **kwargs})


class ReferForm(forms.Form):
    """Handing a violation over to the authority in charge (移交处置)."""

    referred_to = forms.CharField(label=_("Referred to"), max_length=120)
    reference = forms.CharField(
        label=_("Reference number"), max_length=60, help_text=_("Of the document by which the matter is handed over.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=MAX_REASON, widget=forms.Textarea)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "refer-%s", **kwargs})


class ReopenForm(forms.Form):
    """A superior opens a settled finding again."""

    reason = forms.CharField(label=_("Reason"), max_length=MAX_REASON, widget=forms.Textarea)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "reopen-%s", **kwargs})


def take_over(form: forms.BaseForm, refusal: Refusal) -> None:
    """Show a refusal on the form: at the fields that it names, else above the form with what to do."""
    for name, messages in refusal.faults.items():
        form.add_error(name if name in form.fields else None, [str(message) for message in messages])
    if not refusal.faults:
        text = str(refusal.message)
        form.add_error(None, f"{text} {refusal.hint}" if refusal.hint else text)
