"""What somebody types for one row of a scorecard: its inputs, the reason for a deduction, and for a departure."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.editions.scorecard import ScoreRow
from cases.models import Score
from cases.scoring.columns import LONGEST_REASON, Line
from cases.scoring.given import Input, inputs_of, number_text, restored, stored
from cases.scoring.joint import OWN, JointLine
from workflows.alliance.scoring.seats import LABELS

FLAGS = (("yes", _("Yes")), ("no", _("No")))


class RowForm(forms.Form):
    """One row; drafts may be incomplete, but a number has to be one.

    ``depart`` stands where the registers answer the row: only then do its own inputs count. A row that they should
    answer and do not yet asks where its number comes from.
    """

    def __init__(self, *args: Any, row: ScoreRow, computed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{row.code}-%s", **kwargs})
        self.row, self.asked = row, inputs_of(row)
        if computed:
            self.fields["depart"] = forms.BooleanField(label=_("Score otherwise than the registers"), required=False)
        for asked in self.asked:
            self.fields[asked.name] = _field(row, asked)
        if computed:
            self.fields["override_reason"] = _reason(_("Why you depart from the registers"))
        elif row.register:
            self.fields["override_reason"] = _reason(_("Where this number comes from"))
        self.fields["reason"] = _reason(_("Reason for the deduction"))
        # Asked for when the row is submitted, not when it is saved.
        for name in ("override_reason",) if row.register else ("reason",):
            field: Any = self.fields[name]
            field.needed = True

    @classmethod
    def of(cls, line: Line) -> RowForm:
        """The form with what has been saved."""
        return cls(row=line.row, computed=line.computed is not None, initial=shown_values(line.row, line.score))

    @property
    def inputs(self) -> list[tuple[Any, str]]:
        """The fields of the row's rule with their units."""
        return [(self[asked.name], asked.unit) for asked in self.asked]

    def values(self) -> dict[str, Any]:
        """The cleaned values as a score keeps them."""
        given = {asked.name: _typed(asked, self.cleaned_data.get(asked.name)) for asked in self.asked}
        kept = stored(given)
        counts = self.cleaned_data["depart"] if "depart" in self.fields else bool(kept)
        return {
            "given": kept if counts else None,
            "reason": self.cleaned_data["reason"],
            "override_reason": self.cleaned_data.get("override_reason", ""),
        }


def shown_values(row: ScoreRow, score: Score | None) -> dict[str, Any]:
    """What was saved of a row, by the names of the form's fields."""
    values: dict[str, Any] = {asked.name: "" for asked in inputs_of(row)}
    if score is None:
        return {**values, "reason": "", "override_reason": "", "depart": False}
    given = restored(row, score.given)
    for asked in inputs_of(row):
        value = given.get(asked.name)
        if value is not None:
            values[asked.name] = _said(asked, value)
    return {
        **values,
        "reason": score.reason,
        "override_reason": score.override_reason,
        "depart": score.given is not None,
    }


def theirs_of(row: ScoreRow, score: Score) -> dict[str, Any]:
    """What a colleague saved meanwhile, as the script puts it into the form."""
    values = shown_values(row, score)
    return {**values, "depart": "on" if values["depart"] else []}


def _field(row: ScoreRow, asked: Input) -> forms.Field:
    if asked.kind == "option":
        options = [(each.code, each.label) for each in row.rule.shape.options]
        return forms.ChoiceField(
            label=pgettext_lazy("scorecard", "Assessment"), choices=[("", "—"), *options], required=False
        )
    if asked.kind == "flag":
        return forms.ChoiceField(label=asked.label, choices=[("", "—"), *FLAGS], required=False)
    hint = _range_hint(row) if asked.kind == "score" else ""
    return forms.DecimalField(
        label=asked.label, min_value=0, max_digits=9, decimal_places=4, required=False, help_text=hint
    )


def _range_hint(row: ScoreRow) -> Any:
    """For which answer the assessor gives the points, and from which range."""
    free = next(each for each in row.rule.shape.options if each.is_free)
    words = {"option": free.label, "least": number_text(free.score_min), "most": number_text(free.score_max)}
    return _("For “%(option)s”: %(least)s to %(most)s points, always with a reason.") % words


def _typed(asked: Input, value: Any) -> Any:
    if asked.kind == "flag":
        return {"yes": True, "no": False}.get(value or "")
    return value


def _said(asked: Input, value: Any) -> Any:
    if asked.kind == "flag":
        return "yes" if value else "no"
    return f"{value.normalize():f}" if asked.kind in ("number", "score") else value


def _reason(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST_REASON, required=False, widget=forms.Textarea)


class FinalForm(forms.Form):
    """Where the commission takes a row of the joint score from."""

    source = forms.ChoiceField(label=_("Take"), required=False, widget=forms.RadioSelect)
    points = forms.DecimalField(label=_("Own points"), required=False, max_digits=6, decimal_places=2)
    reason = forms.CharField(
        label=_("Reason for the own value"), max_length=LONGEST_REASON, required=False, widget=forms.Textarea
    )

    def __init__(self, *args: Any, line: JointLine, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{line.row.code}-%s", **kwargs})
        source: Any = self.fields["source"]
        source.choices = [(column, LABELS[column]) for column in line.columns] + [(OWN, LABELS[OWN])]

    @classmethod
    def of(cls, line: JointLine) -> FinalForm:
        return cls(line=line, initial=final_values(line))


def final_values(line: JointLine) -> dict[str, Any]:
    """What is decided of a row, by the names of the form's fields."""
    own = line.source == OWN
    return {
        "source": line.source,
        "points": number_text(line.points) if own and line.points is not None else "",
        "reason": line.reason if own else "",
    }
