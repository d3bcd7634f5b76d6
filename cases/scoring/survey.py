"""How satisfied those who were asked are (满意度; scorecard, row 20): pooled over all groups, never rounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count

from cases.editions.alliance import alliance_of
from cases.models import Respondents, Survey, SurveyAnswer

Answer = SurveyAnswer.Answer
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Group:
    """The answers of one group of respondents, or of all of them together."""

    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def answers(self) -> int:
        return sum(self.counts.values())

    @property
    def satisfied(self) -> int:
        return self.counts.get(Answer.SATISFIED, 0)

    @property
    def share(self) -> Decimal | None:
        """满意/(满意+一般+不满意) in per cent, unrounded; None without answers."""
        return HUNDRED * self.satisfied / self.answers if self.answers else None

    @property
    def row(self) -> list[int]:
        """The counts in the order of the answers."""
        return [self.counts.get(answer, 0) for answer in Answer.values]


@dataclass(frozen=True)
class Satisfaction:
    """The answers that count, by group and together; ``least`` is the fewest that make a share (edition)."""

    groups: Mapping[str, Group]
    least: int

    @property
    def together(self) -> Group:
        return Group(
            {answer: sum(group.counts.get(answer, 0) for group in self.groups.values()) for answer in Answer.values}
        )

    @property
    def share(self) -> Decimal | None:
        """The share of “satisfied” that the scorecard takes; None while there are too few answers."""
        return self.together.share if self.is_enough else None

    @property
    def is_enough(self) -> bool:
        return self.together.answers >= max(self.least, 1)


def satisfaction(survey: Survey) -> Satisfaction:
    """The figures of a survey as they stand; withdrawn answers are out. One query beside the pilot’s edition."""
    rows = survey.answers.filter(withdrawn_at=None).values_list("group", "answer").annotate(Count("pk"))
    counts: dict[str, dict[str, int]] = {group: {} for group in Respondents.values}
    for group, answer, number in rows.order_by():
        counts[group][answer] = number
    least = alliance_of(survey.pilot.case.edition).evaluation.survey_least
    return Satisfaction({group: Group(each) for group, each in counts.items()}, least)
