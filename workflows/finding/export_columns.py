"""The columns of the ledger's Excel file: every field of a finding, and what is looked up for many rows together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from cases.access import Viewer
from cases.clock import local_date
from cases.evidence import readable
from cases.models import Evidence, Finding, FindingProgress
from cases.naming import Signatures, standing_in
from workflows.finding.filters import Editions
from workflows.finding.kind import State
from workflows.finding.ledger_query import Marks, marks_of
from workflows.finding.rows import light_and_word

PURPOSES = Evidence.Purpose


@dataclass(frozen=True)
class Chunk:
    """What belongs to some hundred findings beside their own rows."""

    editions: Editions
    now: dt.datetime
    marks: Marks
    notes: dict[int, list[str]]
    signatures: Signatures
    own_files: dict[tuple[int, str], int]
    item_files: dict[tuple[int, str, str], int]


def chunk_of(findings: Sequence[Finding], editions: Editions, viewer: Viewer) -> Chunk:
    """The chunk in a fixed number of queries, however many findings."""
    keys, cycles = [finding.pk for finding in findings], {finding.cycle_id for finding in findings}
    files = readable(viewer).filter(removed_at=None).order_by()
    own = files.filter(case__in=keys).values_list("case", "purpose").annotate(n=Count("pk"))
    shared = files.filter(case__in=cycles, purpose__in=(PURPOSES.SELF_CHECK, PURPOSES.VERIFICATION))
    of_items = shared.exclude(item_code="").values_list("case", "item_code", "purpose").annotate(n=Count("pk"))
    signatures = Signatures(keys)
    return Chunk(
        editions=editions,
        now=viewer.at,
        marks=marks_of(findings),
        notes=_notes(keys, signatures),
        signatures=signatures,
        own_files={(case, purpose): n for case, purpose, n in own},
        item_files={(case, item, purpose): n for case, item, purpose, n in of_items},
    )


def verifier_of(line: Line) -> str:
    """Who passed the last review, or closed it; with the one in whose stead."""
    finding: Any = line.finding
    reviewed = (finding.reviewed_by_id, finding.reviewed_at)
    who, at = reviewed if finding.reviewed_by_id else (finding.closed_by_id, finding.closed_at)
    absent = line.chunk.signatures.absent(finding.pk, who, at)
    return standing_in(finding.verifier_name, absent) if finding.verifier_name else ""


def _notes(keys: Iterable[int], signatures: Signatures) -> dict[int, list[str]]:
    """The progress notes of each finding, the oldest first, with day and author."""
    notes: dict[int, list[str]] = {}
    rows = FindingProgress.objects.filter(finding__in=list(keys)).order_by("at", "pk")
    for finding, at, by, name, text in rows.values_list("finding", "at", "by", "by__name", "text"):
        author = standing_in(name, signatures.absent(finding, by, at))
        values = {"day": local_date(at).isoformat(), "name": author, "text": text}
        notes.setdefault(finding, []).append(_("%(day)s %(name)s: %(text)s") % values)
    return notes


@dataclass(frozen=True)
class Line:
    """One finding while it is written, with what its columns need."""

    finding: Finding
    chunk: Chunk

    @property
    def units(self) -> dict[str, str]:
        """The names of the institution and of the authorities above it, by kind."""
        unit = self.finding.case.unit
        above = [unit.superior, unit.superior.superior if unit.superior else None]
        return {each.kind: each.name for each in above if each is not None}

    @property
    def item(self) -> Any:
        return self.chunk.editions.item(self.finding.case.edition_id, self.finding.item_code)

    @property
    def facets(self) -> str:
        names = {facet.code: facet.label for facet in self.item.facets} if self.item else {}
        return pgettext("list separator", "; ").join(names.get(code, code) for code in self.finding.facets)

    @property
    def light(self) -> str:
        return light_and_word(self.finding, self.chunk.marks.items.get(self.finding.pk), self.chunk.now)[1]

    @property
    def original(self) -> dt.date | None:
        return _day(self.chunk.marks.originals.get(self.finding.pk))

    @property
    def supervised(self) -> str:
        return _yes(self.finding.pk in self.chunk.marks.supervised)

    @property
    def notes(self) -> str:
        return "\n".join(self.chunk.notes.get(self.finding.pk, ()))

    @property
    def files_before(self) -> int:
        """As on the finding's page: files of the item show the state before, unless it was put right on the spot."""
        before = self._own(PURPOSES.BEFORE) + self._of_item(PURPOSES.VERIFICATION)
        return before if self.finding.on_spot else before + self._of_item(PURPOSES.SELF_CHECK)

    @property
    def files_after(self) -> int:
        after = self._own(PURPOSES.AFTER)
        return after + self._of_item(PURPOSES.SELF_CHECK) if self.finding.on_spot else after

    def _own(self, purpose: str) -> int:
        return self.chunk.own_files.get((self.finding.pk, purpose), 0)

    def _of_item(self, purpose: str) -> int:
        return self.chunk.item_files.get((self.finding.cycle_id, self.finding.item_code, purpose), 0)


@dataclass(frozen=True)
class Column:
    """One column: heading, width in characters, and where its value comes from."""

    heading: Any
    width: int
    value: Callable[[Line], Any]


def _day(moment: dt.datetime | None) -> dt.date | None:
    return local_date(moment) if moment else None


def _yes(true: bool) -> str:
    return pgettext("in a table", "Yes") if true else ""


COLUMNS = (
    Column(gettext_lazy("Number"), 18, lambda line: line.finding.case.number),
    Column(gettext_lazy("Year"), 8, lambda line: line.finding.case.year),
    Column(gettext_lazy("Prefecture"), 22, lambda line: line.units.get("prefecture", "")),
    Column(pgettext_lazy("level", "County"), 22, lambda line: line.units.get("county", "")),
    Column(gettext_lazy("Institution"), 26, lambda line: line.finding.case.unit.name),
    Column(gettext_lazy("Item no."), 8, lambda line: line.item.no if line.item else line.finding.item_code),
    Column(gettext_lazy("Check item"), 20, lambda line: line.item.short if line.item else ""),
    Column(gettext_lazy("Clause"), 44, lambda line: line.item.text if line.item else ""),
    Column(gettext_lazy("Facets"), 20, lambda line: line.facets),
    Column(gettext_lazy("Source"), 12, lambda line: line.finding.get_source_display()),
    Column(gettext_lazy("Severity"), 10, lambda line: line.finding.get_severity_display()),
    Column(gettext_lazy("Recurrence of"), 18, lambda line: line.finding.repeated_number),  # type: ignore[attr-defined]
    Column(gettext_lazy("Problem"), 44, lambda line: line.finding.problem),
    Column(gettext_lazy("Way of rectification"), 12, lambda line: line.finding.get_rectification_display()),
    Column(gettext_lazy("Corrective measure"), 44, lambda line: line.finding.measure),
    Column(gettext_lazy("Unit responsible"), 18, lambda line: line.finding.responsible_unit),
    Column(gettext_lazy("Person responsible"), 16, lambda line: line.finding.responsible),
    Column(gettext_lazy("Due date"), 12, lambda line: line.finding.due_on),
    Column(gettext_lazy("Original date"), 12, lambda line: line.original),
    Column(pgettext_lazy("column", "Light"), 10, lambda line: line.light),
    Column(gettext_lazy("State"), 16, lambda line: State(line.finding.case.state).label),
    Column(pgettext_lazy("mark", "Under supervision"), 8, lambda line: line.supervised),
    Column(gettext_lazy("Progress notes"), 44, lambda line: line.notes),
    Column(gettext_lazy("Result of rectification"), 44, lambda line: line.finding.result),
    Column(gettext_lazy("Evidence before"), 10, lambda line: line.files_before),
    Column(gettext_lazy("Evidence after"), 10, lambda line: line.files_after),
    Column(gettext_lazy("Rectified on"), 12, lambda line: _day(line.finding.fixed_at)),
    Column(gettext_lazy("Times returned"), 10, lambda line: line.finding.return_count),
    Column(gettext_lazy("Verifier"), 12, verifier_of),
    Column(pgettext_lazy("finding", "Closed on"), 12, lambda line: _day(line.finding.closed_at)),
    Column(gettext_lazy("Referred to"), 20, lambda line: line.finding.referred_to),
    Column(gettext_lazy("Reference number"), 20, lambda line: line.finding.reference),
    Column(gettext_lazy("Outcome of enforcement"), 30, lambda line: line.finding.enforcement_outcome),
    Column(gettext_lazy("Date of the outcome"), 12, lambda line: line.finding.enforcement_on),
)
