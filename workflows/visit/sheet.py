"""What a visit's pages show: the check items with all that was said of them, read once for one reader."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.editions.form import CheckItem, Section
from cases.editions.quality import QualityEdition, quality_of
from cases.models import (
    AnswerStatus,
    Case,
    Evidence,
    Finding,
    SelfCheckSubmission,
    Verification,
    VerificationItem,
    Visit,
    VisitItem,
)
from workflows.step import edition_of
from workflows.visit.assessing import is_said
from workflows.visit.kind import EXPERT, State
from workflows.visit.record import organiser

OPEN_TO_ALL = (State.DELIVERED, State.CONCLUDING, State.CONCLUDED)
SQUARES = {AnswerStatus.COMPLIANT: "ok", AnswerStatus.PROBLEM: "problem", AnswerStatus.NOT_APPLICABLE: "na"}


@dataclass
class Line:
    """One check item: what was submitted, what the county says, what is on the ledger, and the team's own words."""

    item: CheckItem
    section: Section
    mine: VisitItem
    answer: dict[str, Any] = field(default_factory=dict)
    county: VerificationItem | None = None
    findings: list[Finding] = field(default_factory=list)
    files: list[Evidence] = field(default_factory=list)
    changes: tuple[Any, ...] = ()  # the words of an answer are shown without what changed in it

    @property
    def code(self) -> str:
        return self.item.code

    @property
    def is_problem(self) -> bool:
        return self.mine.status == AnswerStatus.PROBLEM

    @property
    def belies(self) -> bool:
        """Whether the team found a problem where the institution had said “compliant”."""
        return self.is_problem and self.answer.get("status") == AnswerStatus.COMPLIANT

    @property
    def said(self) -> bool:
        return bool(self.mine.status) or is_said(self.mine)


@dataclass
class Sheet:
    """One visit as one reader sees it."""

    case: Any
    record: Visit
    viewer: Viewer
    edition: QualityEdition
    submission: SelfCheckSubmission | None
    verification: Verification | None
    lines: dict[str, Line]

    @cached_property
    def is_expert(self) -> bool:
        return self.viewer.may(EXPERT, self.case)

    @property
    def assessing(self) -> bool:
        """Whether the reader writes the assessment now."""
        return self.is_expert and self.case.state == State.VISITING

    @cached_property
    def organises(self) -> bool:
        """Whether the reader sends out teams for the unit whose spot-check it is."""
        unit = organiser(self.case).pk
        return any(grant.permission == "draw" and grant.unit_id == unit for grant in self.viewer.grants)

    @property
    def open(self) -> bool:
        """Whether the reader may see what the team writes: it is the team's and the organiser's until delivered."""
        return self.case.state in OPEN_TO_ALL or self.is_expert or self.organises

    @property
    def looked_at(self) -> int:
        return sum(bool(line.mine.status) for line in self.lines.values())

    @property
    def problems(self) -> list[Line]:
        return [line for line in self.lines.values() if line.is_problem]

    @property
    def sections(self) -> list[tuple[Section, list[Line]]]:
        return [(section, [self.lines[item.code] for item in section.items]) for section in self.edition.form.sections]

    def cells(self, current: str = "") -> list[dict[str, Any]]:
        """The squares, for the tag of that name."""
        return [
            {
                "no": line.item.no,
                "state": SQUARES.get(AnswerStatus(line.mine.status), "todo") if line.mine.status else "todo",
                "href": self.address(line.code),
                "current": line.code == current,
                "label": _("Item %(no)d: %(word)s") % {"no": line.item.no, "word": word_of(line)},
            }
            for line in self.lines.values()
        ]

    def neighbours(self, code: str) -> tuple[Line | None, Line | None]:
        """The items before and after, in printed order."""
        ordered = list(self.lines.values())
        place = next(number for number, line in enumerate(ordered) if line.code == code)
        before = ordered[place - 1] if place else None
        return before, ordered[place + 1] if place + 1 < len(ordered) else None

    def address(self, code: str) -> str:
        return reverse("visit_item", args=[self.case.pk, code])


def word_of(line: Line) -> str:
    """What the team says of an item, in a word or two."""
    return str(AnswerStatus(line.mine.status).label) if line.mine.status else _("Not looked at")


def cell_names() -> dict[str, str]:
    """The key under the squares."""
    return {
        "ok": _("Compliant"),
        "problem": _("Problem found"),
        "na": _("Not applicable"),
        "todo": _("Not looked at"),
    }


def read_sheet(case: Any, viewer: Viewer) -> Sheet:
    """The visit with both sides of every item; the same few queries whatever was written."""
    record = case.visit
    edition = quality_of(edition_of(case))
    submission = record.submission or _latest(record)
    verification = _verification(submission)
    mine = {row.item_code: row for row in record.items.select_related("updated_by")}
    county = {row.item_code: row for row in verification.items.all()} if verification else {}
    findings = _by_item(_findings(case))
    files = _by_item(Evidence.objects.current().filter(case=case.pk, purpose=Evidence.Purpose.VISIT).order_by("pk"))
    lines = {
        item.code: Line(
            item=item,
            section=section,
            mine=mine.get(item.code) or VisitItem(item_code=item.code),
            answer=submission.answer(item.code) if submission else {},
            county=county.get(item.code),
            findings=findings.get(item.code, []),
            files=files.get(item.code, []),
        )
        for section in edition.form.sections
        for item in section.items
    }
    return Sheet(case, record, viewer, edition, submission, verification, lines)


def _latest(record: Visit) -> SelfCheckSubmission | None:
    """While the team visits: the latest version there is."""
    return SelfCheckSubmission.objects.filter(selfcheck=record.cycle_id).order_by("-no").first()


def _verification(submission: SelfCheckSubmission | None) -> Verification | None:
    """The county's approved verification of a version; one that is still being written is the county's own."""
    if submission is None:
        return None
    found = Verification.objects.filter(submission=submission.pk, approved_at__isnull=False)
    return found.select_related("concluded_by", "approved_by").first()


def _findings(case: Case) -> Iterable[Finding]:
    """The institution's findings of the visit's year and the one before; what was dropped or not upheld is left out."""
    found = Finding.objects.filter(case__unit=case.unit_id, case__year__in=(case.year - 1, case.year))
    return found.exclude(case__state__in=("rejected", "cancelled")).select_related("case").order_by("case")


def _by_item(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.item_code, []).append(row)
    return found
