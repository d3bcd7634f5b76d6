"""The annual quality report (年度医养结合机构服务质量报告; action plan, 3 (3)): its chapters as drafted, and its lists.

The plan names the report and prescribes no chapters; those below are this system's, as data.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from cases.clock import end_of_day
from cases.editions.quality import QualityEdition
from cases.figures.annex2 import BEDS, HOME_BEDS, INSTITUTIONS, SELF_CHECKED, VISITED, Figures
from cases.figures.narrative_lines import common_line, items_line, standing_lines
from cases.figures.narrative_tally import Count, Status, Tally, tally
from cases.figures.narrative_words import Words, words_of
from cases.models import CycleFact, OrgUnit, Practice, WorkPlan
from cases.paper.quality_report import ItemLine, PartLine
from cases.tree import within

TOP = 10
MENTIONED = 5
# What the parts are that a unit compares.
KINDS = {
    "region": ("地（州、市）", "prefectures"),
    "prefecture": ("县（市、区）", "counties"),
}


@dataclass(frozen=True)
class Basis:
    """All that the chapters speak of, looked up once."""

    edition: QualityEdition
    figures: Figures
    unit: OrgUnit
    year: int
    cutoff_on: dt.date
    words: Words
    tally: Tally
    names: dict[int, str]
    self_checked: frozenset[int]
    verified: int
    plan: WorkPlan | None
    practices: list[tuple[str, str]]

    @property
    def day(self) -> str:
        return self.words.day(self.cutoff_on)

    def spread(self, institutions: Iterable[int]) -> str:
        """Institutions by the part they lie in, in the order of the tree."""
        numbers = Counter(self.tally.places[institution] for institution in institutions)
        parts = [(self.names[part], numbers[part]) for part in self.names if numbers[part]]
        return self.words.listed(self.words.say("part_count", name=name, n=number) for name, number in parts)


def report_chapters(
    edition: QualityEdition,
    figures: Figures,
    unit: OrgUnit,
    cycle_year: int,
    cutoff_on: dt.date,
    known_at: dt.datetime | None = None,
    *,
    language: str = "zh-hans",
) -> dict[int, str]:
    """The text of every chapter by its number, from the figures and the records as of the end of the cut-off day.

    Six queries. ``known_at`` (UTC) asks for the institutions as they were known to be placed then. Raises ValueError
    for a unit that is no prefecture or region.
    """
    counted = tally(edition, unit, cycle_year, cutoff_on, known_at)
    checked = _self_checked(counted, cycle_year, cutoff_on)
    published = Practice.objects.filter(
        within("case__unit__path", [unit.path]), case__year=cycle_year, published_at__lte=end_of_day(cutoff_on)
    )
    basis = Basis(
        edition=edition,
        figures=figures,
        unit=unit,
        year=cycle_year,
        cutoff_on=cutoff_on,
        words=words_of(language),
        tally=counted,
        names=_names(counted),
        self_checked=frozenset(checked),
        verified=sum(checked.values()),
        plan=WorkPlan.objects.filter(case__unit=unit.pk, case__year=cycle_year).order_by("-pk").first(),
        practices=list(published.order_by("published_at", "pk").values_list("sort", "title")),
    )
    return {no: basis.words.paragraphs(lines(basis)) for no, lines in _CHAPTERS.items()}


def report_lists(
    edition: QualityEdition, unit: OrgUnit, cycle_year: int, cutoff_on: dt.date, known_at: dt.datetime | None = None
) -> tuple[tuple[PartLine, ...], tuple[ItemLine, ...]]:
    """The parts of the unit in the order of what they have closed, and its most frequent check items. Four queries."""
    counted = tally(edition, unit, cycle_year, cutoff_on, known_at)
    names = _names(counted)
    checked = Counter(counted.places[each] for each in _self_checked(counted, cycle_year, cutoff_on))
    institutions = Counter(counted.places.values())
    found = dict(counted.all.grouped(lambda record: [record.part_id]))
    lines = [_part(names[part], institutions[part], checked[part], found.get(part, Count(()))) for part in names]
    items = [
        ItemLine(*_item(edition, code), group.institutions, group.findings, group.closed)
        for code, group in counted.all.by_item()[:TOP]
    ]
    return tuple(sorted(lines, key=PartLine.order)), tuple(items)


def _part(name: str, institutions: int, self_checked: int, found: Count) -> PartLine:
    return PartLine(name, institutions, self_checked, found.findings, found.closed, found.overdue.findings)


def _item(edition: QualityEdition, code: str) -> tuple[str, str]:
    item = edition.items.get(code)
    return (str(item.no), item.short_zh) if item is not None else ("—", code)


def _names(counted: Tally) -> dict[int, str]:
    """The parts that have institutions, in the order of the tree: a division's name, or the unit's."""
    parts = {part for part in counted.places.values() if part is not None}
    rows = OrgUnit.objects.filter(pk__in=parts).order_by("path").values_list("pk", "division", "name")
    return {pk: division or name for pk, division, name in rows}


def _self_checked(counted: Tally, cycle_year: int, cutoff_on: dt.date) -> dict[int, bool]:
    """The institutions that had self-checked by the day, and whether the county had verified them."""
    facts = CycleFact.objects.as_of(end_of_day(cutoff_on)).filter(year=cycle_year, self_checked=True)
    rows = facts.values_list("institution_id", "verified")
    return {institution: verified for institution, verified in rows if institution in counted.places}


def _deployment(basis: Basis) -> Iterable[str]:
    words, institutions = basis.words, basis.figures.counts[INSTITUTIONS]
    if not institutions:
        yield words.say("no_institutions", day=basis.day)
        return
    kind = KINDS[basis.unit.kind][0 if words.language == "zh" else 1]
    parts = words.say("parts", n=len(basis.names), kind=kind)
    yield words.say("deployment", year=basis.year, unit=basis.unit.name, parts=parts, institutions=institutions)
    if basis.plan is not None:
        for phrase, text in (("plan", basis.plan.goals), ("organisation", basis.plan.organisation)):
            if text.strip():
                yield words.say(phrase, text=" ".join(text.split()))


def _base(basis: Basis) -> Iterable[str]:
    words, counts = basis.words, basis.figures.counts
    if not counts[INSTITUTIONS]:
        yield words.say("no_institutions", day=basis.day)
        return
    base = words.say(
        "base", day=basis.day, institutions=counts[INSTITUTIONS], beds=counts[BEDS], home_beds=counts[HOME_BEDS]
    )
    missing = basis.figures.missing_beds
    yield words.together([base, words.say("missing_beds", n=missing) if missing else ""])
    yield words.say("spread", parts=basis.spread(basis.tally.places))


def _checking(basis: Basis) -> Iterable[str]:
    words, institutions = basis.words, basis.figures.counts[INSTITUTIONS]
    checked = basis.figures.counts[SELF_CHECKED]
    if not institutions:
        yield words.say("no_institutions", day=basis.day)
        return
    line = words.say("selfchecked", day=basis.day, n=checked, share=words.share(checked, institutions))
    missing = [each for each in basis.tally.places if each not in basis.self_checked]
    rest = words.say("not_selfchecked", n=len(missing), parts=basis.spread(missing)) if missing else ""
    yield words.together([line, rest or words.say("all_selfchecked")])
    if checked:
        yield words.say("verified", n=basis.verified, share=words.share(basis.verified, checked))


def _problems(basis: Basis) -> Iterable[str]:
    words, edition, everything = basis.words, basis.edition, basis.tally.all
    if not everything.findings:
        yield words.say("no_problems", day=basis.day)
        return
    yield words.say(
        "all_found",
        day=basis.day,
        findings=everything.findings,
        institutions=everything.institutions,
        sources=_by_source(basis, list(words.sources), "count"),
    )
    sections = [(words.about(each), basis.tally.section(edition, each.section)) for each in edition.annex2.problems]
    named = [words.say("count", name=about, n=count.findings) for about, count in sections if count.findings]
    if named:
        yield words.say("sections", sections=words.listed(named))
    yield words.say("concentrated", items=items_line(edition, words, everything, MENTIONED))
    if common := common_line(edition, words, everything, MENTIONED):
        yield words.say("common", least=edition.settings.common_from, problems=common)


def _rectification(basis: Basis) -> Iterable[str]:
    words, everything = basis.words, basis.tally.all
    if not everything.findings:
        yield words.say("no_rectification", day=basis.day)
        return
    yield words.together(standing_lines(words, everything))
    late = dict(everything.overdue.grouped(lambda record: [record.part_id]))
    if late:
        counts = [(name, late[part].findings) for part, name in basis.names.items() if part in late]
        parts = words.listed(words.say("count", name=name, n=number) for name, number in counts)
        yield words.say("overdue_parts", parts=parts)


def _spot_checks(basis: Basis) -> Iterable[str]:
    words, visited = basis.words, basis.figures.counts[VISITED]
    sources = basis.edition.annex2.spotcheck_sources
    found = basis.tally.all.where(lambda record: record.source in sources)
    line = words.say("spot_checked", day=basis.day, n=visited) if visited else words.say("no_spot_check", day=basis.day)
    made = ""
    if found.findings:
        made = words.say("spot_found", findings=found.findings, institutions=found.institutions, closed=found.closed)
    elif visited:
        made = words.say("spot_clean")
    yield words.together([line, made])
    others = [source for source in ("nation", "complaint", "inspector") if source not in sources]
    if besides := _by_source(basis, others, "source_count"):
        yield words.say("other_sources", sources=besides)


def _practices(basis: Basis) -> Iterable[str]:
    words = basis.words
    if not basis.practices:
        yield words.say("no_practices", day=basis.day)
    sorts = Practice.Sort
    for sort, phrase in ((sorts.TYPICAL_CASE, "typical_cases"), (sorts.GOOD_PRACTICE, "good_practices")):
        titles = [words.say("title", title=title) for each, title in basis.practices if each == sort]
        if titles:
            yield words.say(phrase, n=len(titles), titles=words.listed(titles))


def _next(basis: Basis) -> Iterable[str]:
    """What is to be done, which follows from what is left."""
    words, everything = basis.words, basis.tally.all
    late = everything.overdue.findings
    left = everything.findings - everything.closed - everything.by_status[Status.REFERRED] - late
    missing = len(basis.tally.places) - len(basis.self_checked)
    shared = [
        words.problem(basis.edition, *key)
        for key, group in everything.by_facet()[:MENTIONED]
        if group.institutions >= basis.edition.settings.common_from
    ]
    tasks = [
        words.say("next_overdue", n=late) if late else "",
        words.say("next_left", n=left) if left else "",
        words.say("next_common", problems=words.listed(shared)) if shared else "",
        words.say("next_missing", n=missing) if missing else "",
        words.say("next_keep"),
    ]
    ordinals = words.phrases["ordinals"]
    steps = [
        words.say("step", ordinal=ordinal, text=text)
        for ordinal, text in zip(ordinals, (task for task in tasks if task), strict=False)
    ]
    yield words.say("steps", steps=words.semicolon.join(steps))


def _by_source(basis: Basis, sources: list[str], phrase: str) -> str:
    numbers = Counter(record.source for record in basis.tally.all.records)
    named = [(basis.words.sources[source], numbers[source]) for source in sources if numbers[source]]
    return basis.words.listed(basis.words.say(phrase, name=name, n=number) for name, number in named)


_CHAPTERS = {
    1: _deployment,
    2: _base,
    3: _checking,
    4: _problems,
    5: _rectification,
    6: _spot_checks,
    7: _practices,
    8: _next,
}
