"""How far the self-check has come, section by section (Annex 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cases.editions.form import Form, Section
from cases.selfcheck_rules.answers import AnswerValues


@dataclass(frozen=True)
class SectionProgress:
    """One section's count of items: answered, all, and those with a problem."""

    section: Section
    answered: int
    total: int
    problems: int


def progress(form: Form, answers: Mapping[str, AnswerValues]) -> list[SectionProgress]:
    """Progress in printed order; an item without an answer or with a blank one is not answered."""
    lines = []
    for section in form.sections:
        statuses = [answers[item.code].status for item in section.items if item.code in answers]
        lines.append(
            SectionProgress(
                section=section,
                answered=sum(bool(status) for status in statuses),
                total=len(section.items),
                problems=statuses.count("problem"),
            )
        )
    return lines
