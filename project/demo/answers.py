"""What institutions write into their self-checks: mostly compliant, with a few problems that really occur."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from cases.editions.form import CheckItem, Form, Measure
from cases.selfcheck_rules import AnswerValues
from cases.workdays import add_working_days
from project.demo.source import read, words

Answers = dict[str, AnswerValues]


@dataclass(frozen=True)
class Writer:
    """Who writes for an institution: names for the persons responsible, and its own chance."""

    rng: random.Random
    staff: tuple[str, ...]
    limits: tuple[str, str]
    month: int

    def answers(self, form: Form, problems: int, *, items: Iterable[str] = ()) -> Answers:
        """A whole form with so many problems: at the named items first, then wherever chance puts them."""
        chosen = {entry["item"]: entry for entry in self._problems(problems, tuple(items))}
        absent = self._not_applicable(chosen)
        answers: Answers = {}
        for code, item in form.items.items():
            if code in chosen:
                answers[code] = self.problem(item, chosen[code])
            elif code in absent:
                answers[code] = AnswerValues(status="not_applicable", reason=absent[code])
            else:
                answers[code] = AnswerValues(status="compliant", values=self._good_values(item))
        return answers

    def problem(self, item: CheckItem, entry: dict[str, Any]) -> AnswerValues:
        """An answer that reports a problem of the list; some are put right at once."""
        spot = entry["way"] == "immediate" and self.rng.random() < 0.2
        values = {**self._good_values(item), **{code: Decimal(text) for code, text in entry.get("values", {}).items()}}
        return AnswerValues(
            status="problem",
            facets=tuple(entry["facets"]),
            values=values,
            problem=self.worded(entry["problem"]),
            measure=self.worded(entry["measure"]),
            rectification=entry["way"],
            fixed_on_spot=spot,
            responsible=f"{entry['who']} {self.rng.choice(self.staff)}",
            planned_on=None if spot else self._limit(),
            evidence_count=1 if spot else self.rng.choice((0, 0, 1, 1, 2)),
        )

    def worded(self, text: str) -> str:
        """A sentence of the lists with its numbers."""
        return text.format(n=self.rng.randint(2, 6), m=self.month)

    def improved(self, item: CheckItem, answer: AnswerValues) -> AnswerValues:
        """The answer after the county asked for more: another number, or a fuller measure."""
        if answer.status == "problem":
            return replace(answer, measure=f"{answer.measure}每周向院务会报告进度。", evidence_count=1)
        if item.measures:
            return replace(answer, values=self._good_values(item), evidence_count=1)
        return replace(answer, evidence_count=1)

    def _problems(self, count: int, items: tuple[str, ...]) -> list[dict[str, Any]]:
        entries = self.rng.sample(read("problems"), k=len(read("problems")))
        named = [next(entry for entry in entries if entry["item"] == code) for code in items]
        rest = [entry for entry in entries if entry["item"] not in items]
        unique = list({entry["item"]: entry for entry in rest}.values())
        return (named + unique)[:count] if count >= len(named) else named

    def _not_applicable(self, chosen: dict[str, Any]) -> dict[str, str]:
        reasons: dict[str, str] = words("not_applicable")
        return {code: reason for code, reason in reasons.items() if code not in chosen and self.rng.random() < 0.2}

    def _good_values(self, item: CheckItem) -> dict[str, Decimal]:
        return {measure.code: self._good_value(measure) for measure in item.measures}

    def _good_value(self, measure: Measure) -> Decimal:
        if measure.op == "==":
            return measure.limit
        if measure.op == "<":
            return Decimal(self.rng.randint(0, int(measure.limit) * 10 - 10)) / 10
        if measure.unit == "%":
            return Decimal(self.rng.randint(int(measure.limit) * 10 + 5, 999)) / 10
        return measure.limit + self.rng.randint(0, 1)

    def _limit(self) -> dt.date:
        first, last = (dt.date.fromisoformat(day) for day in self.limits)
        return add_working_days(first + dt.timedelta(days=self.rng.randint(0, (last - first).days)), 0)


@dataclass
class Content:
    """A form as it is to be written: basic information and answers; the number of files goes with the answers."""

    basic: dict[str, Any]
    answers: Answers = field(default_factory=dict)

    def part(self, codes: Iterable[str]) -> Content:
        """Only some of its answers."""
        return Content(self.basic, {code: self.answers[code] for code in codes})
