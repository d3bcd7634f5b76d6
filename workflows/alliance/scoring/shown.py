"""What the pages of a scorecard show: groups with their rows and sums, and who may see which column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.editions.alliance import AllianceEdition
from cases.editions.scorecard import ScoreGroup
from cases.models import Activity, Case
from cases.scoring.card import Totals
from cases.scoring.columns import Line
from cases.scoring.given import number_text, words_of
from cases.scoring.joint import JointLine, column_totals
from workflows.alliance.scoring.forms import RowForm
from workflows.alliance.scoring.kind import State
from workflows.alliance.scoring.opening import columns_of
from workflows.alliance.scoring.seats import LABELS, may_score


@dataclass
class Shown:
    """One row of a column on its page, with its form where the reader fills it in."""

    line: Line
    form: RowForm | None = None
    conflict: Any = None
    row_version: int = 0

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


def records_of(keys: Iterable[tuple[str, int]]) -> list[Activity]:
    """The entries behind a number, struck ones marked; a survey has a page of its own."""
    activities = [pk for kind, pk in keys if kind == "activity"]
    rows = Activity.objects.filter(pk__in=activities).select_related("unit", "sender", "person")
    return list(rows.order_by("from_on", "pk"))
