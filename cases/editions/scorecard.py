"""The scorecard of a pilot as an edition has it: rows, points, verbatim criteria, and the rule of each row.

Source: pilot plan, annex “紧密医养联合体”试点项目绩效评价表. A rule is data of one of eight shapes; what it makes of
the values of a row is in :mod:`cases.scoring`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from django.utils.translation import gettext as _

from cases.editions.terms import Operator, in_language

PartialStep = Literal["ceil", "floor", "linear"]
Tier = Literal["lead", "community", "institution"]


@dataclass(frozen=True)
class ScoreOption:
    """One answer of a choice; with ``score_min`` and ``score_max`` the assessor gives any step between them."""

    code: str
    label_zh: str
    label_en: str
    score: Decimal | None = None
    score_min: Decimal | None = None
    score_max: Decimal | None = None
    step: Decimal = Decimal(1)

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)

    @property
    def is_free(self) -> bool:
        return self.score is None


@dataclass(frozen=True)
class ChoiceRule:
    """The points of the option that is chosen."""

    options: tuple[ScoreOption, ...]


@dataclass(frozen=True)
class NumberInput:
    """A number that a rule asks for."""

    code: str
    label_zh: str
    label_en: str
    unit: str
    unit_en: str = ""

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


@dataclass(frozen=True)
class Step:
    """The points of the whole numbers from ``least`` to ``most``, both counted; no ``most``: and more."""

    least: int
    score: Decimal
    most: int | None = None


@dataclass(frozen=True)
class StepsRule:
    """The points of the step that a whole number falls on."""

    input: NumberInput
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class ThresholdRule:
    """All points where the number keeps the limit, else ``else_score``."""

    input: NumberInput
    op: Operator
    value: Decimal
    score: Decimal
    else_score: Decimal = Decimal(0)


@dataclass(frozen=True)
class Condition:
    """What a number must keep, such as trainees >= 1."""

    input: str
    op: Operator
    value: Decimal


@dataclass(frozen=True)
class MatchCase:
    """The points where all conditions hold; without any, always."""

    score: Decimal
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class FirstMatchRule:
    """The points of the first case that holds."""

    inputs: tuple[NumberInput, ...]
    cases: tuple[MatchCase, ...]


@dataclass(frozen=True)
class SumPart:
    """A part of a sum: answered with yes or no, or by a number with its threshold."""

    code: str
    label_zh: str
    label_en: str
    score: Decimal
    threshold: ThresholdRule | None = None

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


@dataclass(frozen=True)
class SumRule:
    """The points of its parts together."""

    parts: tuple[SumPart, ...]


@dataclass(frozen=True)
class BandedRule:
    """Points by a percentage: all from ``full_from``, ``deduct`` less a ``step`` below, none under ``zero_below``.

    ``partial_step`` is the reading of a fall by less than a whole step: it counts as one (``ceil``), not at all
    (``floor``), or by its share (``linear``). Percentages are compared unrounded.
    """

    input: NumberInput
    full_from: Decimal
    full_score: Decimal
    step: Decimal
    deduct: Decimal
    zero_below: Decimal
    partial_step: PartialStep
    least_answers: int = 1


@dataclass(frozen=True)
class BonusTrigger:
    """Something that earns a bonus."""

    code: str
    label_zh: str
    label_en: str

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


@dataclass(frozen=True)
class BonusAnyRule:
    """The points once, however many triggers there are."""

    score: Decimal
    triggers: tuple[BonusTrigger, ...]


@dataclass(frozen=True)
class BonusUnit:
    """What is counted for a bonus, and the points of one."""

    code: str
    label_zh: str
    label_en: str
    unit: str
    score: Decimal

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


@dataclass(frozen=True)
class BonusUnitsRule:
    """The points of everything counted, up to the cap."""

    cap: Decimal
    units: tuple[BonusUnit, ...]


@dataclass(frozen=True)
class ScoreRule:
    """The rule of a row: exactly one of these shapes."""

    choice: ChoiceRule | None = None
    steps: StepsRule | None = None
    threshold: ThresholdRule | None = None
    first_match: FirstMatchRule | None = None
    sum: SumRule | None = None
    banded_percent: BandedRule | None = None
    bonus_any: BonusAnyRule | None = None
    bonus_units: BonusUnitsRule | None = None

    @cached_property
    def shapes(self) -> dict[str, Any]:
        """The shapes that are given, by name; a sound rule has one."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: shape for name, shape in found.items() if shape is not None}

    @property
    def shape(self) -> Any:
        return next(iter(self.shapes.values()))


@dataclass(frozen=True)
class ScoreRow:
    """One row of the table; ``printed_no`` is the document's own number, which it left out once and skipped once.

    ``criteria_zh`` and ``item_zh`` are verbatim. ``register`` says that the registers answer it, ``counts_at`` at units
    of which tiers something counts (医养结合机构 …; none: all); ``finance`` that the finance bureau scores it.
    """

    no: int
    code: str
    group: str
    indicator_zh: str
    indicator_en: str
    item_zh: str
    item_en: str
    points: Decimal
    criteria_zh: str
    rule: ScoreRule
    printed_no: int | None = None
    register: bool = False
    counts_at: tuple[Tier, ...] = ()
    finance: bool = False
    reading_zh: str = ""
    reading_en: str = ""

    @property
    def place(self) -> str:
        """Where the row stands, by the number that is printed and shown: row 4 “…”; one row has none."""
        if self.printed_no is None:
            return _("The row without a number, “%(item)s”") % {"item": self.item}
        return _("Row %(no)d, “%(item)s”") % {"no": self.printed_no, "item": self.item}

    @property
    def indicator(self) -> str:
        return in_language(self.indicator_zh, self.indicator_en)

    @property
    def item(self) -> str:
        return in_language(self.item_zh, self.item_en)

    @property
    def reading(self) -> str:
        return in_language(self.reading_zh, self.reading_en)


@dataclass(frozen=True)
class ScoreGroup:
    """A printed group of rows with the points that the document gives it."""

    code: str
    name_zh: str
    name_en: str
    points: Decimal
    bonus: bool = False

    @property
    def name(self) -> str:
        return in_language(self.name_zh, self.name_en)


@dataclass(frozen=True)
class Scorecard:
    """The whole table; ``bonus_cap`` is the most that the rows of bonus groups add to the others."""

    title_zh: str
    title_en: str
    columns: tuple[str, ...]
    groups: tuple[ScoreGroup, ...]
    rows: tuple[ScoreRow, ...]
    bonus_cap: Decimal

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)

    @cached_property
    def by_code(self) -> dict[str, ScoreRow]:
        """Rows by code, in printed order."""
        return {row.code: row for row in self.rows}

    @cached_property
    def bonus_groups(self) -> frozenset[str]:
        return frozenset(group.code for group in self.groups if group.bonus)
