"""What every edition says, as frozen values: its windows, its limits, its ladders and its settings.

An edition is the policy of a programme as data. What only one programme has is in an edition class of its own (the
form and Annex 2 in :mod:`cases.editions.quality`). Everything here is read-only; the loader in
:mod:`cases.editions.load` is the only maker and refuses a malformed file with the place of the fault.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cases.editions.form import CheckItem
from cases.editions.terms import in_language
from cases.editions.times import DeadlineRule, Ladder, Phase


@dataclass(frozen=True)
class Reading:
    """How this edition reads the plan where the plan leaves a question open; printed with the result."""

    code: str
    text_zh: str
    text_en: str

    @property
    def text(self) -> str:
        return in_language(self.text_zh, self.text_en)


@dataclass(frozen=True)
class Settings:
    """Readings of the policy that an edition may change."""

    seal_required: bool = True
    closing_needs_approver: bool = False
    immediate_days: int = 5
    rectification_days: int = 22
    max_upload_mb: int = 20
    light_amber_days: int = 7
    nudge_hours: int = 24
    extension_limit: int = 2
    plan_from_severity: Literal["general", "major", "serious", "never"] = "serious"
    continuing_reviews: int = 2
    recurrence_years: int = 2
    common_from: int = 3
    patient_years: int = 3
    keep_photo_location: bool = False


@dataclass(frozen=True, kw_only=True)
class EditionData:
    """What the editions of all programmes have; ``valid_until`` is the first day that no longer counts."""

    code: str
    version: str
    title_zh: str
    title_en: str
    valid_from: dt.date
    valid_until: dt.date | None
    phases: tuple[Phase, ...]
    deadlines: dict[str, DeadlineRule]
    ladders: dict[str, Ladder]
    settings: Settings = field(default_factory=Settings)
    readings: tuple[Reading, ...] = ()

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)

    @property
    def items(self) -> Mapping[str, CheckItem]:
        """The check items that findings can name, by code; none where the programme has no form."""
        return {}

    def phase(self, code: str) -> Phase:
        return next(phase for phase in self.phases if phase.code == code)

    def amber_days(self, rule: DeadlineRule) -> int:
        """Calendar days before the date at which the light turns amber; a limit in hours has hours of its own."""
        return rule.amber_days or self.settings.light_amber_days

    def ladder_code(self, rule: DeadlineRule, *, serious: bool = False) -> str:
        """The ladder that holds for work under the rule; none where the work has no date."""
        if rule.kind == "none":
            return ""
        return rule.serious_ladder if serious and rule.serious_ladder else rule.ladder
