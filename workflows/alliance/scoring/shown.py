"""What the pages of a scorecard show: groups with their rows and sums, and who may see which column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access import Viewer
from cases.editions.alliance import AllianceEdition
from cases.editions.scorecard import ScoreGroup
from cases.models import Activity, Case
from cases.scoring.card import Totals
from cases.scoring.columns import Line
from cases.scoring.given import number_text, words_of
from cases.scoring.joint import JointLine, column_totals
from cases.scoring.registers import Answers
from cases.scoring.survey import satisfaction
from workflows.alliance.scoring.forms import RowForm
from workflows.alliance.scoring.kind import State
from workflows.alliance.scoring.opening import columns_of
from workflows.alliance.scoring.seats import LABELS, may_score

# Where somebody who scores a row by hand looks what it rests on.
LOOK: dict[str, tuple[str, Any]] = {
    "agreement": ("pilot_filings", gettext_lazy("Filings")),
    "annual_plan": ("pilot_meetings", gettext_lazy("Committee and plans")),
    "referral_practice": ("pilot_referral_figures", gettext_lazy("Figures of referrals")),
    "grassroots_support": ("pilot_activities", gettext_lazy("Activity registers")),
    "funds": ("pilot_funds", gettext_lazy("Earmarked funds")),
    "satisfaction": ("pilot_survey", gettext_lazy("Satisfaction survey")),
    "media": ("pilot_activities", gettext_lazy("Activity registers")),
    "research": ("pilot_activities", gettext_lazy("Activity registers")),
}


@dataclass
class Shown:
    """One row of a column on its page, with its form where the reader fills it in.

    ``held`` is what the registers have for a row that stays somebody’s judgement, or why they do not answer it yet;
    ``pilot`` is given where the reader is led to what the row rests on.
    """

    line: Line
    form: RowForm | None = None
    conflict: Any = None
    row_version: int = 0
    held: str = ""
    pilot: int = 0

    @property
    def code(self) -> str:
        return self.line.row.code

    @property
    def points(self) -> str:
        return "" if self.line.points is None else number_text(self.line.points)

    @property
    def most(self) -> str:
        return number_text(self.line.row.points)

    @property
    def given(self) -> str:
        return words_of(self.line.row, self.line.given)

    @property
    def from_registers(self) -> str:
        """What the registers say, and what it is worth."""
        if self.line.computed is None:
            return ""
        words = {
            "given": words_of(self.line.row, self.line.computed.given),
            "points": number_text(self.line.computed.points),
        }
        return _("%(given)s → %(points)s points") % words

    @property
    def records(self) -> int:
        return len(self.line.computed.records) if self.line.computed is not None else 0

    @property
    def look(self) -> tuple[str, Any] | None:
        """Address and name of the page that the row rests on."""
        found = LOOK.get(self.code)
        return (reverse(found[0], args=[self.pilot]), found[1]) if found is not None and self.pilot else None

    @property
    def own_reason(self) -> str:
        """What a deduction by the registers is given as its reason where nobody writes one."""
        line = self.line
        if line.departs or not line.deducted or (line.score is not None and line.score.reason.strip()):
            return ""
        return _("Left empty it reads: %(reason)s") % {"reason": line.reason} if line.reason else ""

    @property
    def warnings(self) -> list[str]:
        """What was typed and cannot be, such as more points than the range has."""
        return [str(each) for name, said in self.line.faults.items() if name in self.line.given for each in said]


@dataclass(frozen=True)
class GroupShown:
    """A group of the table with its rows, and what it has earned of its points."""

    group: ScoreGroup
    rows: list[Any]
    earned: Decimal

    @property
    def sum(self) -> str:
        return f"{number_text(self.earned)} / {number_text(self.group.points)}"


@dataclass(frozen=True)
class Sum:
    """The sums of a column: base, bonus within its cap, together."""

    column: str
    totals: Totals

    @property
    def label(self) -> Any:
        return LABELS.get(self.column, "")

    @property
    def base(self) -> str:
        return number_text(self.totals.base)

    @property
    def bonus(self) -> str:
        return number_text(self.totals.bonus)

    @property
    def total(self) -> str:
        return number_text(self.totals.total)

    @property
    def missing(self) -> int:
        return len(self.totals.missing)


def grouped(edition: AllianceEdition, rows: Iterable[Any], totals: Totals) -> list[GroupShown]:
    """Rows (``Shown`` or joint lines) under the groups of the table; groups without rows are left out."""
    by_group: dict[str, list[Any]] = {}
    for each in rows:
        line = each.line if isinstance(each, Shown) else each
        by_group.setdefault(line.row.group, []).append(each)
    groups = edition.scorecard.groups
    return [
        GroupShown(group, by_group[group.code], totals.groups[group.code]) for group in groups if group.code in by_group
    ]


def readable_columns(viewer: Viewer, pilot: Any, round_: int) -> dict[str, Case]:
    """The columns of a round that the reader may see: cases in scope, and those of others once they are submitted.

    Until the score is final a column is seen by whoever scores it and by the commission; the bureau sees all of them
    when it has to countersign.
    """
    found: dict[str, Case] = {}
    cases = columns_of(pilot, round_).visible_to(viewer).select_related("scoring", "unit", "parent")
    for case in cases:
        if case.state != State.OPEN or may_score(viewer, case):
            found[case.scoring.column] = case
    order = list(LABELS)
    return dict(sorted(found.items(), key=lambda pair: order.index(pair[0])))


def sums_of(pilot: Any, lines: list[JointLine], columns: Iterable[str]) -> list[Sum]:
    return [Sum(column, column_totals(pilot, lines, column)) for column in columns]


def held_words(answers: Answers, line: Line) -> str:
    """What the registers hold for a row that they do not answer, or what is still missing of its survey."""
    row = line.row
    if row.register and line.computed is None:
        survey = answers.survey
        found = satisfaction(survey).together.answers if survey is not None else 0
        words = {"found": found, "least": answers.edition.evaluation.survey_least}
        return _("%(found)d answers to the survey; at least %(least)d count.") % words
    registers = answers.edition.registers
    return _("; ").join(
        f"{registers[code].label} {sum(entry.count for entry in entries)}"
        for code, entries in answers.held(row).items()
    )


def records_of(keys: Iterable[tuple[str, int]]) -> list[Activity]:
    """The entries behind a number, struck ones marked; a survey has a page of its own."""
    activities = [pk for kind, pk in keys if kind == "activity"]
    rows = Activity.objects.filter(pk__in=activities).select_related("unit", "sender", "person")
    return list(rows.order_by("from_on", "pk"))
