"""What a row of the scorecard asks for, how an answer to it is kept, and how it is said in words.

Numbers are kept as texts, so that a share of 94.9999 per cent is compared as it is and not as a computer rounds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from django.utils.translation import gettext as _

from cases.editions.scorecard import (
    BandedRule,
    BonusAnyRule,
    BonusUnitsRule,
    ChoiceRule,
    FirstMatchRule,
    NumberInput,
    ScoreRow,
    SumRule,
)
from cases.editions.terms import in_language

Kind = Literal["option", "score", "number", "flag"]
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Input:
    """One thing that a row asks for, by the name that its rule knows it by."""

    name: str
    kind: Kind
    label_zh: str = ""
    label_en: str = ""
    unit_zh: str = ""
    unit_en: str = ""

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)

    @property
    def unit(self) -> str:
        return in_language(self.unit_zh, self.unit_en)


def inputs_of(row: ScoreRow) -> tuple[Input, ...]:
    """What a row asks for, in the order of its rule."""
    rule = row.rule.shape
    if isinstance(rule, ChoiceRule):
        free = (Input("score", "score", "得分", "Points"),) if any(each.is_free for each in rule.options) else ()
        return (Input("option", "option", row.item_zh, row.item_en), *free)
    if isinstance(rule, FirstMatchRule):
        return tuple(map(_number, rule.inputs))
    if isinstance(rule, SumRule):
        return tuple(
            _number(part.threshold.input) if part.threshold else Input(part.code, "flag", part.label_zh, part.label_en)
            for part in rule.parts
        )
    if isinstance(rule, BonusAnyRule):
        return tuple(Input(each.code, "flag", each.label_zh, each.label_en) for each in rule.triggers)
    if isinstance(rule, BonusUnitsRule):
        return tuple(Input(each.code, "number", each.label_zh, each.label_en, each.unit) for each in rule.units)
    return (_number(rule.input),)


def _number(asked: NumberInput) -> Input:
    return Input(asked.code, "number", asked.label_zh, asked.label_en, asked.unit, asked.unit_en)


def stored(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given as JSON can carry it, without what was left blank."""
    return {
        name: str(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value
        for name, value in given.items()
        if value is not None and value != ""
    }


def restored(row: ScoreRow, kept: Mapping[str, Any] | None) -> dict[str, Any]:
    """What was kept as the rule of the row reads it; what the row no longer asks for, or cannot read, is left out."""
    found: dict[str, Any] = {}
    for asked in inputs_of(row):
        value = (kept or {}).get(asked.name)
        if asked.kind in ("number", "score"):
            value = _decimal(value)
        if value is not None:
            found[asked.name] = value
    return found


def _decimal(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value)) if value is not None and not isinstance(value, bool) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def number_text(value: Any) -> str:
    """A number for reading: at most two decimals, cut off rather than rounded up over a limit, no zeros behind."""
    shown = Decimal(value).quantize(HUNDREDTH, rounding="ROUND_DOWN")
    text = f"{shown:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def words_of(row: ScoreRow, given: Mapping[str, Any]) -> str:
    """What was given, in the reader’s language: “Staff sent 3 person-times”."""
    said = []
    for asked in inputs_of(row):
        value = given.get(asked.name)
        if value is None:
            continue
        if asked.kind == "option":
            said.append(next((each.label for each in row.rule.shape.options if each.code == value), str(value)))
        elif asked.kind == "flag":
            said.append(f"{asked.label}{_(': ')}{_('yes') if value else _('no')}")
        elif asked.kind == "number":
            said.append(" ".join(filter(None, (asked.label, number_text(value), asked.unit))))
    return _("; ").join(said)


def result_zh(row: ScoreRow, given: Mapping[str, Any], points: Decimal) -> str:
    """What the rule makes of what was given, as it is printed for a deduction (扣分理由); fixed Chinese."""
    said = []
    for asked in inputs_of(row):
        value = given.get(asked.name)
        if asked.kind == "number" and value is not None:
            said.append(f"{asked.label_zh}{number_text(value)}{asked.unit_zh}")
        elif asked.kind == "flag":
            said.append(f"{asked.label_zh}：{'是' if value else '否'}")
        elif asked.kind == "option":
            said += [each.label_zh for each in row.rule.shape.options if each.code == value]
    rounding = _reading_zh(row)
    return f"{'，'.join(said)}，按计分标准得{number_text(points)}分{rounding}。"


def _reading_zh(row: ScoreRow) -> str:
    """The share is pooled and not rounded before it is banded; whoever reads the reason should know."""
    return "（满意占比不四舍五入）" if isinstance(row.rule.shape, BandedRule) else ""
