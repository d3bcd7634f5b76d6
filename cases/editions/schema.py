"""What an edition says, as frozen values: the form, its windows, its limits and its settings.

An edition is the policy of one year as data (action plan, part 3 and Annex 1). Everything here is read-only; the
loader in :mod:`cases.editions.load` is the only maker and refuses a malformed file with the place of the fault.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal

from django.utils.translation import get_language

Operator = Literal[">=", "<=", "==", "<", ">"]


def in_language(zh: str, en: str) -> str:
    """The wording for the reader's language; the verbatim Chinese text wherever there is no English one."""
    return en if en and (get_language() or "").startswith("en") else zh


@dataclass(frozen=True)
class Option:
    """One tick box of a choice of the form's basic information."""

    code: str
    label_zh: str
    label_en: str
    requires_text: bool = False

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


@dataclass(frozen=True)
class BasicField:
    """One line of the form's basic information (Annex 1, head of the table)."""

    code: str
    label_zh: str
    label_en: str
    type: Literal["text", "int", "choice"]
    unit: str = ""
    required: bool = True
    label_context: str = ""
    options: tuple[Option, ...] = ()

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)

    @property
    def full_label(self) -> str:
        """The label with the printed heading above it, without which it is unclear (上年度 + 家庭病床数量)."""
        return in_language(self.label_context + self.label_zh, self.label_en)


@dataclass(frozen=True)
class BasicGroup:
    """A printed block of the basic information, such as 医养结合机构中医疗机构基本情况."""

    label_zh: str
    label_en: str
    fields: tuple[BasicField, ...]

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


@dataclass(frozen=True)
class Measure:
    """A number that an item asks for, with the limit that the text sets (e.g. item 18: at least 95 %)."""

    code: str
    op: Operator
    limit: Decimal
    unit: str
    label_zh: str
    label_en: str
    minimum: Decimal = Decimal(0)
    maximum: Decimal = Decimal(100)
    facet: str = ""
    unit_en: str = ""

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)

    def shown(self, value: Decimal) -> str:
        """The value with its unit as the reader writes it: 95%, 1次/年, 1 a year."""
        number = f"{value:f}"
        return in_language(f"{number}{self.unit}", f"{number} {self.unit_en}" if self.unit_en else "")

    def holds(self, value: Decimal) -> bool:
        """Whether the value keeps the limit."""
        match self.op:
            case ">=":
                return value >= self.limit
            case "<=":
                return value <= self.limit
            case "==":
                return value == self.limit
            case "<":
                return value < self.limit
            case ">":
                return value > self.limit


@dataclass(frozen=True)
class Facet:
    """A part of an item that a problem can belong to; the mapped ones feed a row of Annex 2."""

    code: str
    label_zh: str
    label_en: str
    annex2: str = ""

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


@dataclass(frozen=True)
class CheckItem:
    """One of the 30 check items of Annex 1; ``text_zh`` is verbatim."""

    no: int
    code: str
    section: int
    text_zh: str
    text_en: str
    short_zh: str
    short_en: str
    measures: tuple[Measure, ...] = ()
    facets: tuple[Facet, ...] = ()

    @property
    def text(self) -> str:
        return in_language(self.text_zh, self.text_en)

    @property
    def short(self) -> str:
        return in_language(self.short_zh, self.short_en)

    def facet(self, code: str) -> Facet | None:
        return next((facet for facet in self.facets if facet.code == code), None)


@dataclass(frozen=True)
class Section:
    """One of the six parts of Annex 1."""

    no: int
    code: str
    title_zh: str
    title_en: str
    items: tuple[CheckItem, ...]

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)


@dataclass(frozen=True)
class HeaderField:
    """A blank in the head of the printed form: place, unit and seal, filler, phone, date."""

    code: str
    label_zh: str
    label_en: str
    type: str


@dataclass(frozen=True)
class Form:
    """Annex 1 as the document prints it."""

    title_zh: str
    title_en: str
    header: tuple[HeaderField, ...]
    basic: tuple[BasicGroup, ...]
    columns: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)

    @cached_property
    def items(self) -> dict[str, CheckItem]:
        """Items by code, in printed order."""
        return {item.code: item for section in self.sections for item in section.items}

    @cached_property
    def basic_fields(self) -> dict[str, BasicField]:
        return {fld.code: fld for group in self.basic for fld in group.fields}


@dataclass(frozen=True)
class Phase:
    """A window of the year (action plan, part 3): first and last day, both counted."""

    code: str
    label_zh: str
    label_en: str
    start: str
    end: str
    clause: str

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)

    def window(self, year: int) -> tuple[dt.date, dt.date]:
        return day_of(year, self.start), day_of(year, self.end)


@dataclass(frozen=True)
class DeadlineRule:
    """When a piece of work is due, with the clause that the rule rests on.

    ``fixed``: the month-day ``on`` of the case's year, not before ``opens``, where the work has a first day, too.
    ``window``: the last day of the phase ``phase``. ``working_days``: ``days`` working days after the work began.
    ``record``: the date stands in the record itself (a finding's own limit); ``days`` is used where it has none.
    ``none``: the work waits for other cases or for the year's end and has no date of its own.

    ``ladder`` names who hears of it before and after, ``serious_ladder`` the one for a serious case; ``amber_days`` is
    the number of calendar days at which the light turns amber (0: the edition's setting). ``extendable`` work may be
    given a later date on request.
    """

    code: str
    kind: Literal["fixed", "window", "working_days", "record", "none"]
    clause: str
    on: str = ""
    opens: str = ""
    phase: str = ""
    days: int = 0
    minimum_days: int = 0
    clause_en: str = ""
    ladder: str = "standard"
    serious_ladder: str = ""
    amber_days: int = 0
    extendable: bool = False

    @property
    def basis(self) -> str:
        """The clause for the reader; English says "proposed" where the plan sets no date."""
        return in_language(self.clause, self.clause_en)


Target = Literal["person", "head", "officer+1", "head+1", "officer+2", "head+2"]


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: so many calendar days before or after the date, these people hear of it.

    ``person``: whoever has the work; ``head``: the head of their unit; ``officer+1`` and ``head+1``: the officer and
    the head one level up; ``+2``: two levels up.
    """

    days: int
    to: tuple[Target, ...]


@dataclass(frozen=True)
class Ladder:
    """Who hears of work before its date, and up the line after it (design, Ladder); ``hour`` is that of the day, local.

    The last rung is repeated every ``repeat_days`` days, ``repeat_times`` times; then the ladder has ended.
    """

    code: str
    title_zh: str
    title_en: str
    clause: str
    before: tuple[Rung, ...]
    after: tuple[Rung, ...]
    repeat_days: int = 0
    repeat_times: int = 0
    hour: int = 9
    clause_en: str = ""

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)

    @property
    def basis(self) -> str:
        return in_language(self.clause, self.clause_en)


@dataclass(frozen=True)
class Heading:
    """One heading of Annex 2's narrative, with the part of Annex 1 whose findings it speaks of."""

    no: int
    label_zh: str
    label_en: str
    section: int

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


@dataclass(frozen=True)
class CountRow:
    """One of the counts at the head of Annex 2; ``text_zh`` is verbatim."""

    no: int
    code: str
    text_zh: str
    text_en: str

    @property
    def text(self) -> str:
        return in_language(self.text_zh, self.text_en)


@dataclass(frozen=True)
class CheckRow:
    """One of the rows of Annex 2's table; the facets of Annex 1 that feed it name its code."""

    no: int
    code: str
    text_zh: str
    text_en: str

    @property
    def text(self) -> str:
        return in_language(self.text_zh, self.text_en)


@dataclass(frozen=True)
class Annex2:
    """The summary table as the document prints it (附件2), and how this edition reads it.

    ``sources`` are the sources of findings that each pair of columns counts. ``referred``: what was handed over for
    enforcement counts as a problem that is not rectified (``not_rectified``), or is only shown beside the table
    (``beside``).
    """

    title_zh: str
    title_en: str
    commission_zh: str
    counts_title_zh: str
    checks_title_zh: str
    footnote_zh: str
    counts: tuple[CountRow, ...]
    checks: tuple[CheckRow, ...]
    problems: tuple[Heading, ...]
    rectification: tuple[Heading, ...]
    selfcheck_sources: tuple[str, ...] = ("self_check", "county")
    spotcheck_sources: tuple[str, ...] = ("region",)
    referred: Literal["not_rectified", "beside"] = "not_rectified"
    commission_en: str = ""
    counts_title_en: str = ""
    checks_title_en: str = ""
    footnote_en: str = ""

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """The sources of each population."""
        return {"selfcheck": self.selfcheck_sources, "spotcheck": self.spotcheck_sources}


@dataclass(frozen=True)
class RoundRule:
    """A reporting round of a programme: whose year it reports, by when, with what cut-off.

    ``due`` and ``cutoff`` are days of the programme's year; ``years_back`` is how many years before it the cycles lie
    that it reports; ``only_in`` names the only years that have it (the one-off report of 28 February 2021).
    """

    code: str
    label_zh: str
    due: str
    cutoff: str
    clause: str
    label_en: str = ""
    clause_en: str = ""
    years_back: int = 0
    only_in: tuple[int, ...] = ()

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)

    @property
    def basis(self) -> str:
        return in_language(self.clause, self.clause_en)

    def dates(self, year: int) -> tuple[dt.date, dt.date]:
        """The cut-off and the due date in a programme's year."""
        return day_of(year, self.cutoff), day_of(year, self.due)


@dataclass(frozen=True)
class DrawRules:
    """What weighs in the draw of spot-checks: shares added to the weight 1 of every institution (风险加权).

    A weight is 1 plus each factor's share times the institution's value in it; ``strata`` names what the draw is
    spread over.
    """

    strata: tuple[Literal["prefecture", "size", "type"], ...]
    findings: Decimal
    disagreements: Decimal
    overdue: Decimal
    never_visited: Decimal
    beds_large: int
    basis_zh: str
    basis_en: str = ""

    @property
    def basis(self) -> str:
        return in_language(self.basis_zh, self.basis_en)


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


@dataclass(frozen=True)
class EditionData:
    """A whole edition of the annual quality cycle; ``valid_until`` is the first day that no longer counts."""

    code: str
    version: str
    title_zh: str
    title_en: str
    valid_from: dt.date
    valid_until: dt.date | None
    form: Form
    phases: tuple[Phase, ...]
    deadlines: dict[str, DeadlineRule]
    ladders: dict[str, Ladder]
    annex2: Annex2
    rounds: dict[str, RoundRule]
    draw: DrawRules
    settings: Settings = field(default_factory=Settings)
    readings: tuple[Reading, ...] = ()

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)

    def rounds_of(self, year: int) -> list[RoundRule]:
        """The reporting rounds of a programme's year, the first due first."""
        found = [rule for rule in self.rounds.values() if not rule.only_in or year in rule.only_in]
        return sorted(found, key=lambda rule: day_of(year, rule.due))

    def phase(self, code: str) -> Phase:
        return next(phase for phase in self.phases if phase.code == code)

    def amber_days(self, rule: DeadlineRule) -> int:
        """Calendar days before the date at which the light turns amber."""
        return rule.amber_days or self.settings.light_amber_days

    def ladder_code(self, rule: DeadlineRule, *, serious: bool = False) -> str:
        """The ladder that holds for work under the rule; none where the work has no date."""
        if rule.kind == "none":
            return ""
        return rule.serious_ladder if serious and rule.serious_ladder else rule.ladder


def day_of(year: int, month_day: str) -> dt.date:
    """The day written as ``MM-DD`` in the given year; 02-29 falls to the 28th in common years."""
    month, day = (int(part) for part in month_day.split("-"))
    if (month, day) == (2, 29):
        return dt.date(year, 3, 1) - dt.timedelta(days=1)
    return dt.date(year, month, day)
