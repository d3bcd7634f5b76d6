"""The words of Annex 2 as the system drafts them: 6 headings on problems, 6 on rectification (附件2).

An officer edits what is drafted; the draft itself is only ever made anew. It names institutions and says what was
written of problems and measures; it names no person.
"""

from __future__ import annotations

import datetime as dt

from cases.editions.annex2 import Heading
from cases.editions.quality import QualityEdition
from cases.figures.narrative_lines import common_line, items_line, standing_lines
from cases.figures.narrative_report import report_chapters, report_lists
from cases.figures.narrative_tally import Count, Record, Said, Status, said, tally
from cases.figures.narrative_words import Words, words_of
from cases.models import OrgUnit

EXAMPLES = 3
MEASURES = 2

__all__ = ["draft", "report_chapters", "report_lists"]


def draft(
    edition: QualityEdition,
    unit: OrgUnit,
    cycle_year: int,
    cutoff_on: dt.date,
    known_at: dt.datetime | None = None,
    *,
    language: str = "zh-hans",
) -> dict[tuple[str, int], str]:
    """The text under every heading of Annex 2, by part and number, from the findings as of the end of the cut-off day.

    Three queries. ``known_at`` (UTC) asks for the institutions as they were known to be placed then. Every heading has
    a text: one without findings says so. Raises ValueError for a unit that is no prefecture or region.
    """
    words = words_of(language)
    counted = tally(edition, unit, cycle_year, cutoff_on, known_at)
    sections = {
        heading.section: counted.section(edition, heading.section)
        for heading in (*edition.annex2.problems, *edition.annex2.rectification)
    }
    quoted = {no: (_typical(count), _rectified(count)) for no, count in sections.items()}
    texts = said(record for pair in quoted.values() for records in pair for record in records)
    drafted: dict[tuple[str, int], str] = {}
    for heading in edition.annex2.problems:
        examples = [texts[record.finding_id] for record in quoted[heading.section][0]]
        text = _problems(edition, words, heading, sections[heading.section], examples, cutoff_on)
        drafted["problems", heading.no] = text
    for heading in edition.annex2.rectification:
        examples = [texts[record.finding_id] for record in quoted[heading.section][1]]
        text = _rectification(edition, words, heading, sections[heading.section], examples, cutoff_on)
        drafted["rectification", heading.no] = text
    return drafted


def _problems(
    edition: QualityEdition, words: Words, heading: Heading, count: Count, examples: list[Said], cutoff_on: dt.date
) -> str:
    about, day = words.about(heading), words.day(cutoff_on)
    if not count.findings:
        return words.say("none", about=about, day=day)
    found = words.say("found", about=about, day=day, findings=count.findings, institutions=count.institutions)
    lines = [words.together([found, words.say("items", items=items_line(edition, words, count))])]
    if common := common_line(edition, words, count):
        lines.append(words.say("common", least=edition.settings.common_from, problems=common))
    cases = [
        words.say("case", institution=each.institution, problem=words.shortened(each.problem))
        for each in examples
        if each.problem.strip()
    ]
    if cases:
        lines.append(words.say("typical", cases=words.semicolon.join(cases)))
    return words.paragraphs(lines)


def _rectification(
    edition: QualityEdition, words: Words, heading: Heading, count: Count, examples: list[Said], cutoff_on: dt.date
) -> str:
    about, day = words.about(heading), words.day(cutoff_on)
    if not count.findings:
        return words.say("nothing_to_rectify", about=about, day=day)
    lines = [words.together(standing_lines(words, count))]
    left = count.where(lambda record: record.status != Status.CLOSED)
    if left.findings:
        lines.append(words.say("left", items=items_line(edition, words, left)))
    measures = dict.fromkeys(words.shortened(each.measure) for each in examples if each.measure.strip())
    if measures:
        lines.append(words.say("measures", measures=words.semicolon.join(measures)))
    return words.paragraphs(lines)


def _typical(count: Count) -> list[Record]:
    """A finding of each of the most frequent items, each of another institution as far as there are others."""
    return _spread([list(group.records) for _code, group in count.by_item()], EXAMPLES)


def _rectified(count: Count) -> list[Record]:
    """What was rectified, closed before only reported, from the most frequent items."""
    done = count.where(lambda record: record.status == Status.CLOSED)
    if not done.findings:
        done = count.where(lambda record: record.status == Status.FIXED)
    return _spread([list(group.records) for _code, group in done.by_item()], MEASURES)


def _spread(groups: list[list[Record]], most: int) -> list[Record]:
    chosen: list[Record] = []
    while len(chosen) < most and any(groups):
        for group in groups:
            if not group or len(chosen) == most:
                continue
            seen = {record.institution_id for record in chosen}
            fresh = next((record for record in group if record.institution_id not in seen), group[0])
            group.remove(fresh)
            chosen.append(fresh)
    return chosen
