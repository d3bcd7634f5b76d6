"""The points of one row from what was given for it (绩效评价表, 计分标准).

What is given is a mapping: ``option`` and, where the option is free, ``score`` for a choice; a number by the code of
each input; ``True`` or ``False`` by the code of a part or of a trigger. Numbers are Decimal, whole where the rule
counts things; a percentage is not rounded before it is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from django.utils.translation import gettext as _

from cases.editions.scorecard import (
    BandedRule,
    BonusAnyRule,
    BonusUnitsRule,
    ChoiceRule,
    Condition,
    FirstMatchRule,
    ScoreOption,
    ScoreRow,
    StepsRule,
    SumRule,
    ThresholdRule,
)
from cases.editions.terms import holds
from cases.errors import Invalid

Given = Mapping[str, Any]
Faults = dict[str, list[Any]]
HUNDRED, ZERO = Decimal(100), Decimal(0)


def points_of(row: ScoreRow, given: Given) -> Decimal:
    """The points of a row; raises Invalid (422) with the fault of each input where they do not answer the rule."""
    if faults := faults_of(row, given):
        message = _("%(row)s is not answered.") % {"row": row.place}
        raise Invalid("row_not_answered", message, faults=faults)
    points: Decimal = _POINTS[type(row.rule.shape)](row.rule.shape, given)
    return points


def faults_of(row: ScoreRow, given: Given, reason: str | None = None) -> Faults:
    """What is missing or impossible, by input; with ``reason`` also whether a deduction has one (扣分理由).

    A row earns less than its points by a deduction; a bonus that is not earned is none.
    """
    faults: Faults = _FAULTS[type(row.rule.shape)](row.rule.shape, given)
    if faults or reason is None:
        return faults
    points = _POINTS[type(row.rule.shape)](row.rule.shape, given)
    if needs_reason(row, given, points) and not reason.strip():
        faults["reason"] = [_("Give the reason for the deduction.")]
    return faults


def needs_reason(row: ScoreRow, given: Given, points: Decimal) -> bool:
    """Every deduction, and every score that is free within a range (pilot plan, 扣分理由)."""
    shape = row.rule.shape
    if isinstance(shape, BonusAnyRule | BonusUnitsRule):
        return False
    free = isinstance(shape, ChoiceRule) and _chosen(shape, given).is_free
    return free or points < row.points


# ── a choice ─────────────────────────────────────────────────────────────────


def _choice(rule: ChoiceRule, given: Given) -> Decimal:
    option = _chosen(rule, given)
    return Decimal(given["score"]) if option.score is None else option.score


def _chosen(rule: ChoiceRule, given: Given) -> ScoreOption:
    return next(option for option in rule.options if option.code == given["option"])


def _choice_faults(rule: ChoiceRule, given: Given) -> Faults:
    option = next((option for option in rule.options if option.code == given.get("option")), None)
    if option is None:
        return {"option": [_("Choose one of the options.")]}
    if not option.is_free:
        return {}
    least, most = option.score_min or ZERO, option.score_max or ZERO
    score = given.get("score")
    if not isinstance(score, Decimal | int) or not least <= score <= most or (score - least) % option.step:
        message = _("Give %(least)s to %(most)s points in steps of %(step)s.")
        return {"score": [message % {"least": least, "most": most, "step": option.step}]}
    return {}


# ── numbers ──────────────────────────────────────────────────────────────────


def _steps(rule: StepsRule, given: Given) -> Decimal:
    number = given[rule.input.code]
    return next(
        step.score for step in rule.steps if step.least <= number and (step.most is None or number <= step.most)
    )


def _steps_faults(rule: StepsRule, given: Given) -> Faults:
    return _count_fault(rule.input.code, given)


def _threshold(rule: ThresholdRule, given: Given) -> Decimal:
    return rule.score if holds(Decimal(given[rule.input.code]), rule.op, rule.value) else rule.else_score


def _threshold_faults(rule: ThresholdRule, given: Given) -> Faults:
    return _count_fault(rule.input.code, given)


def _first_match(rule: FirstMatchRule, given: Given) -> Decimal:
    return next(case.score for case in rule.cases if all(_keeps(each, given) for each in case.when))


def _keeps(condition: Condition, given: Given) -> bool:
    return holds(Decimal(given[condition.input]), condition.op, condition.value)


def _first_match_faults(rule: FirstMatchRule, given: Given) -> Faults:
    faults: Faults = {}
    for each in rule.inputs:
        faults |= _number_fault(each.code, given)
    return faults


def _sum(rule: SumRule, given: Given) -> Decimal:
    earned = ZERO
    for part in rule.parts:
        if part.threshold is not None:
            earned += _threshold(part.threshold, given)
        elif given[part.code]:
            earned += part.score
    return earned


def _sum_faults(rule: SumRule, given: Given) -> Faults:
    faults: Faults = {}
    for part in rule.parts:
        faults |= _threshold_faults(part.threshold, given) if part.threshold else _flag_fault(part.code, given)
    return faults


def _banded(rule: BandedRule, given: Given) -> Decimal:
    share = Decimal(given[rule.input.code])
    if share < rule.zero_below:
        return ZERO
    steps = max(rule.full_from - share, ZERO) / rule.step
    if rule.partial_step != "linear":
        steps = steps.to_integral_value(ROUND_CEILING if rule.partial_step == "ceil" else ROUND_FLOOR)
    return max(rule.full_score - steps * rule.deduct, ZERO)


def _banded_faults(rule: BandedRule, given: Given) -> Faults:
    code = rule.input.code
    if faults := _number_fault(code, given):
        return faults
    if given[code] > HUNDRED:
        return {code: [_("A share is 0 to 100 %.")]}
    return {}


# ── bonus ────────────────────────────────────────────────────────────────────


def _bonus_any(rule: BonusAnyRule, given: Given) -> Decimal:
    return rule.score if any(given[trigger.code] for trigger in rule.triggers) else ZERO


def _bonus_any_faults(rule: BonusAnyRule, given: Given) -> Faults:
    faults: Faults = {}
    for trigger in rule.triggers:
        faults |= _flag_fault(trigger.code, given)
    return faults


def _bonus_units(rule: BonusUnitsRule, given: Given) -> Decimal:
    return min(sum((given[unit.code] * unit.score for unit in rule.units), ZERO), rule.cap)


def _bonus_units_faults(rule: BonusUnitsRule, given: Given) -> Faults:
    faults: Faults = {}
    for unit in rule.units:
        faults |= _count_fault(unit.code, given)
    return faults


def _count_fault(code: str, given: Given) -> Faults:
    """A count is a whole number that is not negative."""
    if faults := _number_fault(code, given):
        return faults
    return {code: [_("Give a whole number.")]} if given[code] % 1 else {}


def _number_fault(code: str, given: Given) -> Faults:
    number = given.get(code)
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        return {code: [_("Give a number.")]}
    return {code: [_("The number cannot be negative.")]} if number < 0 else {}


def _flag_fault(code: str, given: Given) -> Faults:
    return {} if isinstance(given.get(code), bool) else {code: [_("Answer with yes or no.")]}


_POINTS: dict[type, Callable[[Any, Given], Decimal]] = {
    ChoiceRule: _choice,
    StepsRule: _steps,
    ThresholdRule: _threshold,
    FirstMatchRule: _first_match,
    SumRule: _sum,
    BandedRule: _banded,
    BonusAnyRule: _bonus_any,
    BonusUnitsRule: _bonus_units,
}
_FAULTS: dict[type, Callable[[Any, Given], Faults]] = {
    ChoiceRule: _choice_faults,
    StepsRule: _steps_faults,
    ThresholdRule: _threshold_faults,
    FirstMatchRule: _first_match_faults,
    SumRule: _sum_faults,
    BandedRule: _banded_faults,
    BonusAnyRule: _bonus_any_faults,
    BonusUnitsRule: _bonus_units_faults,
}
