"""Sentences that both Annex 2 and the annual quality report say of findings put together."""

from __future__ import annotations

from cases.editions.quality import QualityEdition
from cases.figures.narrative_tally import Count, Status
from cases.figures.narrative_words import Words

STATUSES = (Status.CLOSED, Status.FIXED, Status.OPEN, Status.REFERRED)


def items_line(edition: QualityEdition, words: Words, count: Count, most: int | None = None) -> str:
    """Check items with their findings and institutions, those of most institutions first."""
    return words.semicolon.join(
        words.say(
            "item_count",
            item=words.item(edition, code),
            findings=group.findings,
            institutions=group.institutions,
        )
        for code, group in count.by_item()[:most]
    )


def common_line(edition: QualityEdition, words: Words, count: Count, most: int | None = None) -> str:
    """The problems that so many institutions share that they are common (普遍性问题); empty where there are none."""
    shared = [pair for pair in count.by_facet() if pair[1].institutions >= edition.settings.common_from]
    return words.semicolon.join(
        words.say("facet_count", problem=words.problem(edition, *key), institutions=group.institutions)
        for key, group in shared[:most]
    )


def standing_lines(words: Words, count: Count) -> list[str]:
    """How many findings are closed, rectified, open and referred, and how many of the open ones are overdue."""
    if count.closed == count.findings:
        return [words.say("all_closed", findings=count.findings)]
    parts = [words.say(status, n=count.by_status[status]) for status in STATUSES if count.by_status[status]]
    share = words.share(count.closed, count.findings)
    lines = [words.say("standing", findings=count.findings, parts=words.listed(parts), share=share)]
    late = count.overdue
    if late.findings:
        lines.append(words.say("overdue", findings=late.findings, institutions=late.institutions))
    return lines
