"""The words of a summary: drafted by the system, edited by the officer, the two kept apart (附件2, 存在问题、整改情况).

The chapters of the annual quality report (年度医养结合机构服务质量报告) are passages of the same summary.

The caller has locked the case and has checked state and grants. Drafting again renews what was drafted and leaves
what was edited alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.editions.annex2 import Annex2, Heading
from cases.errors import Invalid
from cases.models import Summary, SummaryText, User
from cases.paper.quality_report import CHAPTERS, Chapter
from cases.saving import StaleRow, sign

LONGEST = 8_000
DRAFTED = "drafted"
ANNEX2 = (SummaryText.Part.PROBLEMS, SummaryText.Part.RECTIFICATION)
REPORT = (SummaryText.Part.REPORT,)

Drafts = Mapping[tuple[str, int], str]


@dataclass(frozen=True)
class Passage:
    """One heading of the narrative with its words, as a page shows it."""

    part: str
    no: int
    label: str
    drafted: str = ""
    edited: str = ""
    row_version: int = 0

    @property
    def key(self) -> str:
        return key_of(self.part, self.no)

    @property
    def text(self) -> str:
        """What is printed."""
        return self.edited or self.drafted


def key_of(part: str, no: int) -> str:
    """How a passage is named in a filed version and in an address: ``problems.1``."""
    return f"{part}.{no}"


def headings_of(annex2: Annex2) -> dict[tuple[str, int], str]:
    """The headings that the document prints, and the chapters of the quality report, by part and number."""
    parts: tuple[tuple[str, Sequence[Heading | Chapter]], ...] = (
        (SummaryText.Part.PROBLEMS, annex2.problems),
        (SummaryText.Part.RECTIFICATION, annex2.rectification),
        (SummaryText.Part.REPORT, CHAPTERS),
    )
    return {(str(part), heading.no): heading.label for part, headings in parts for heading in headings}


def passages_of(summary: Summary, annex2: Annex2, parts: Container[str] = ANNEX2) -> list[Passage]:
    """Every heading of the parts with what is written under it, in printed order; one query."""
    rows = {(row.part, row.no): row for row in summary.texts.all()}
    found = []
    for (part, no), label in headings_of(annex2).items():
        if part not in parts:
            continue
        row = rows.get((part, no))
        words = (row.drafted, row.edited, row.row_version) if row is not None else ()
        found.append(Passage(part, no, label, *words))
    return found


def passages_in(
    texts: Mapping[str, Mapping[str, str]], annex2: Annex2, parts: Container[str] = ANNEX2
) -> list[Passage]:
    """The same from the texts of a filed version."""
    return [
        Passage(part, no, label, words.get("drafted", ""), words.get("edited", ""))
        for (part, no), label in headings_of(annex2).items()
        for words in [texts.get(key_of(part, no), {})]
        if part in parts
    ]


def draft(summary: Summary, drafts: Drafts, *, by: User | None, at: dt.datetime) -> int:
    """Put down what the system drafts; how many passages changed. What was edited stays."""
    rows = {(row.part, row.no): row for row in summary.texts.all()}
    changed = 0
    for (part, no), text in drafts.items():
        row: Any = rows.get((part, no)) or SummaryText(summary=summary, part=part, no=no)
        if row.pk is not None and row.drafted == text:
            continue
        row.drafted, row.drafted_at = text, at
        _save(row, by, at, reason=DRAFTED)
        changed += 1
    return changed


def save_passage(
    summary: Summary, part: str, no: int, text: str, *, row_version: int, by: User, at: dt.datetime
) -> SummaryText:
    """Save what the officer wrote; nothing, or exactly the draft, lets the draft stand.

    Raises Invalid where it is too long, or StaleRow. Saving what stands there already succeeds.
    """
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        message = _("Keep the text under %(limit)d characters.") % {"limit": LONGEST}
        raise Invalid("text_too_long", message, faults={"text": [message]})
    row: Any = summary.texts.filter(part=part, no=no).first() or SummaryText(summary=summary, part=part, no=no)
    edited = "" if text == row.drafted.strip() else text
    if edited != row.edited:
        if row.row_version != row_version:
            raise StaleRow(row)
        row.edited, row.row_version = edited, row.row_version + 1
        row.updated_by, row.updated_at = by, at
        _save(row, by, at)
    stored: SummaryText = row
    return stored


def frozen_texts(summary: Summary) -> dict[str, dict[str, str]]:
    """The passages as a filed version keeps them."""
    return {key_of(row.part, row.no): {"drafted": row.drafted, "edited": row.edited} for row in summary.texts.all()}


def _save(row: Any, by: User | None, at: dt.datetime, reason: str | None = None) -> None:
    sign(row, by, at, reason)
    row.save()
