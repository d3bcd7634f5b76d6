"""What people write into a filing, and which one they begin anew."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from cases.evidence import ACCEPT
from cases.models import Filing
from workflows.finding.forms import SeveralFiles

LONGEST = 50_000


class FilingForm(forms.Form):
    """The text of a version; files lie beside it."""

    text = forms.CharField(
        label=gettext_lazy("Contents"),
        max_length=LONGEST,
        required=False,
        strip=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("The signed original may lie with it as a file; say here what it says."),
    )


class FilesForm(forms.Form):
    """Files of a version: the signed agreement, the plan as it was printed."""

    evidence = SeveralFiles(label=gettext_lazy("Add files"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "files-%s", **kwargs})
        self.fields["evidence"].widget.attrs["accept"] = ACCEPT


class NewFilingForm(forms.Form):
    """Which of the two is filed anew."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is filed anew"), choices=Filing.Kind.choices, widget=forms.RadioSelect
    )
