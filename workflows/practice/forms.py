"""What people write about a typical case or good practice, and why one is returned, declined or taken back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.models import Finding, OrgUnit, Practice
from workflows.engine import MAX_REASON

LONGEST_TITLE = 120
LONGEST_TEXT = 20_000
Sort = Practice.Sort


class PracticeForm(forms.Form):
    """Sort, title, text; a typical case names the institution, and the finding where there is one."""

    sort = forms.ChoiceField(label=gettext_lazy("Sort"), choices=Sort.choices, widget=forms.RadioSelect)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=LONGEST_TITLE)
    institution = forms.ModelChoiceField(
        label=gettext_lazy("Institution concerned"),
        queryset=OrgUnit.objects.none(),
        required=False,
        help_text=gettext_lazy("Needed for a typical case. The bulletin names it for good practices only."),
    )
    number = forms.CharField(
        label=gettext_lazy("Number of the finding"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Where the typical case comes from the ledger, e.g. 2021-650102-0007."),
    )
    text = forms.CharField(label=pgettext_lazy("practice", "Text"), max_length=LONGEST_TEXT, widget=forms.Textarea)

    def __init__(self, *args: Any, unit: OrgUnit, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "practice-%s", **kwargs})
        self.unit = unit
        self.fields["title"].required = self.fields["text"].required = False  # a draft may lack them
        if unit.kind == OrgUnit.Kind.COUNTY:
            institution: Any = self.fields["institution"]
            institution.queryset = OrgUnit.objects.within(unit.path).filter(kind=OrgUnit.Kind.INSTITUTION)
        else:
            for name in ("sort", "institution", "number"):
                del self.fields[name]

    @classmethod
    def of(cls, practice: Practice, unit: OrgUnit) -> PracticeForm:
        """The form with what has been saved."""
        number = practice.finding.case.number if practice.finding_id and practice.finding else ""
        return cls(
            unit=unit,
            initial={
                "sort": practice.sort,
                "title": practice.title,
                "text": practice.text,
                "institution": practice.institution_id,
                "number": number,
            },
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values.setdefault("sort", Sort.GOOD_PRACTICE)
        institution, number = values.get("institution"), values.pop("number", "").strip()
        if values.get("sort") == Sort.TYPICAL_CASE and institution is None and "institution" not in self.errors:
            self.add_error("institution", _("Say which institution the typical case is about."))
        values["finding"] = None
        if number:
            found = Finding.objects.filter(case__number=number, case__unit=institution).first()
            if found is None:
                self.add_error("number", _("This institution has no finding of that number."))
            values["finding"] = found
        if self.unit.kind != OrgUnit.Kind.COUNTY:
            values["institution"] = self.unit
        return values


class ReasonForm(forms.Form):
    """Why it is returned, declined or taken out of the bulletin."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MAX_REASON,
        widget=forms.Textarea,
        help_text=gettext_lazy("The writer reads it."),
    )
