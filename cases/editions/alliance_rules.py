"""What an edition of the alliance pilot must mean together: groups that add up, rules that cover what can be given."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cases.editions.alliance import AllianceEdition, EvaluationRule
from cases.editions.checking import filled, numbers, once
from cases.editions.reader import FaultList
from cases.editions.scorecard import (
    BandedRule,
    BonusAnyRule,
    BonusUnitsRule,
    ChoiceRule,
    FirstMatchRule,
    Scorecard,
    ScoreRow,
    StepsRule,
    SumRule,
    ThresholdRule,
)

PHASES = ("start", "practice", "evaluation")
ZERO = Decimal(0)


def check_alliance(edition: AllianceEdition, faults: FaultList) -> None:
    """Adds every fault in the meaning of what only this programme has."""
    found = [phase.code for phase in edition.phases or () if phase is not None]
    for code in PHASES:
        if code not in found:
            faults.add("phases", _("“%(code)s” is missing") % {"code": code})
    if edition.scorecard is not None:
        _check_card(edition.scorecard, faults)
    if edition.registers is not None and not edition.registers:
        faults.add("registers", _("at least one entry is expected"))
    if edition.evaluation is not None:
        _check_evaluation(edition.evaluation, faults)
        if edition.scorecard is not None:
            _check_answers(edition.scorecard, edition.evaluation, faults)
    if edition.targets is not None and not edition.targets:
        faults.add("targets", _("at least one entry is expected"))


def _check_evaluation(rule: EvaluationRule, faults: FaultList) -> None:
    """Everybody who has to score does: the lead itself, the commission, and the bureau for the funds."""
    columns = tuple(rule.columns or ())
    for code in ("self", "city", "finance"):
        if code not in columns:
            faults.add("evaluation.columns", _("“%(code)s” is missing") % {"code": code})
    if len(set(columns)) < len(columns):
        faults.add("evaluation.columns", _("each column stands once"))
    for name in ("survey_least", "survey_days"):
        if (value := getattr(rule, name)) is not None and value < 1:
            faults.add(f"evaluation.{name}", _("must be at least 1"))


def _check_answers(card: Scorecard, rule: EvaluationRule, faults: FaultList) -> None:
    """The card and the survey ask for the same number of answers."""
    for at, row in enumerate(card.rows or ()):
        banded = row.rule.banded_percent if row is not None and row.rule is not None else None
        if banded is not None and banded.least_answers != rule.survey_least:
            message = _("must be evaluation.survey_least, %(least)s")
            faults.add(
                f"scorecard.rows[{at}].rule.banded_percent.least_answers", message % {"least": rule.survey_least}
            )


def _check_card(card: Scorecard, faults: FaultList) -> None:
    for name in ("columns", "groups", "rows"):
        filled(f"scorecard.{name}", getattr(card, name), faults)
    once("scorecard.groups", card.groups, faults)
    once("scorecard.rows", card.rows, faults)
    rows = [(f"scorecard.rows[{at}]", row) for at, row in enumerate(card.rows or ()) if row is not None]
    numbers(rows, faults)
    groups = {group.code for group in card.groups or () if group is not None}
    for path, row in rows:
        if row.group is not None and row.group not in groups:
            message = _("unknown group “%(group)s”; the card has: %(groups)s")
            faults.add(f"{path}.group", message % {"group": row.group, "groups": ", ".join(sorted(groups))})
        _check_row(row, path, faults)
    if not faults:
        _check_sums(card, faults)


def _check_sums(card: Scorecard, faults: FaultList) -> None:
    """The rows of a group give together what the group is worth, and the bonus is capped at its groups."""
    for at, group in enumerate(card.groups):
        found = sum((row.points for row in card.rows if row.group == group.code), ZERO)
        if found != group.points:
            message = _("the rows give %(found)s points, the group %(points)s")
            faults.add(f"scorecard.groups[{at}].points", message % {"found": found, "points": group.points})
    most = sum((group.points for group in card.groups if group.bonus), ZERO)
    if card.bonus_cap > most:
        message = _("the bonus is capped at %(cap)s, its groups give only %(most)s")
        faults.add("scorecard.bonus_cap", message % {"cap": card.bonus_cap, "most": most})


def _check_row(row: ScoreRow, path: str, faults: FaultList) -> None:
    rule = row.rule
    if rule is None:
        return
    if len(rule.shapes) != 1:
        faults.add(f"{path}.rule", _("a row has exactly one rule, found %(count)d") % {"count": len(rule.shapes)})
        return
    try:
        wrong = _CHECKS[type(rule.shape)](rule.shape, row.points)
    except (TypeError, AttributeError):
        return  # a value of the rule is faulty, and has been named by the reader
    for message in wrong:
        faults.add(f"{path}.rule", message)


def _too_many(found: Decimal, points: Decimal) -> list[Any]:
    """The most that a rule can give is what the row is worth."""
    if found == points:
        return []
    return [_("the rule gives at most %(found)s points, the row %(points)s") % {"found": found, "points": points}]


def _choice(rule: ChoiceRule, points: Decimal) -> list[Any]:
    wrong: list[Any] = []
    for option in rule.options:
        if option.is_free and (option.score_min is None or option.score_max is None):
            wrong.append(_("the option “%(code)s” has neither a score nor a range") % {"code": option.code})
        elif option.is_free and not ZERO <= option.score_min <= option.score_max:  # type: ignore[operator]
            wrong.append(_("the range of the option “%(code)s” is empty") % {"code": option.code})
    if wrong:
        return wrong
    best = [option.score_max if option.score is None else option.score for option in rule.options]
    return _too_many(max(each for each in best if each is not None), points)


def _steps(rule: StepsRule, points: Decimal) -> list[Any]:
    """The steps cover every whole number from 0 once."""
    steps = sorted(rule.steps, key=lambda step: step.least)
    ends = [-1, *(step.most for step in steps)]
    gapless = all(end is not None and step.least == end + 1 for step, end in zip(steps, ends, strict=False))
    if not gapless or steps[-1].most is not None:
        return [_("the steps must cover every whole number from 0, each once")]
    return _too_many(max(step.score for step in steps), points)


def _threshold(rule: ThresholdRule, points: Decimal) -> list[Any]:
    return _too_many(max(rule.score, rule.else_score), points)


def _first_match(rule: FirstMatchRule, points: Decimal) -> list[Any]:
    known = {each.code for each in rule.inputs}
    unknown = {condition.input for case in rule.cases for condition in case.when} - known
    wrong: list[Any] = [_("the rule asks for no number “%(code)s”") % {"code": code} for code in sorted(unknown)]
    if rule.cases[-1].when:
        wrong.append(_("the last case must hold always"))
    return wrong or _too_many(max(case.score for case in rule.cases), points)


def _sum(rule: SumRule, points: Decimal) -> list[Any]:
    return _too_many(sum((part.score for part in rule.parts), ZERO), points)


def _banded(rule: BandedRule, points: Decimal) -> list[Any]:
    if not rule.step > ZERO or not ZERO <= rule.zero_below <= rule.full_from <= 100:
        return [_("the bands must lie between 0 and 100 %, with a step above zero")]
    return _too_many(rule.full_score, points)


def _bonus_any(rule: BonusAnyRule, points: Decimal) -> list[Any]:
    return _too_many(rule.score, points)


def _bonus_units(rule: BonusUnitsRule, points: Decimal) -> list[Any]:
    return _too_many(rule.cap, points)


_CHECKS: dict[type, Callable[[Any, Decimal], list[Any]]] = {
    ChoiceRule: _choice,
    StepsRule: _steps,
    ThresholdRule: _threshold,
    FirstMatchRule: _first_match,
    SumRule: _sum,
    BandedRule: _banded,
    BonusAnyRule: _bonus_any,
    BonusUnitsRule: _bonus_units,
}
