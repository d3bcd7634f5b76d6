"""The ledger as an Excel file: exactly the rows that are filtered, each value of its own type.

Texts are written as texts, so that a leading ``=``, ``+``, ``-`` or ``@`` is never taken for a formula. Rows are
streamed from the database into the file; memory does not grow with them.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from cases.clock import local_date
from cases.models import Finding, WorkItem
from cases.wording import cdatetime
from workflows.finding.filters import Editions
from workflows.finding.kind import State
from workflows.finding.ledger_query import with_turn
from workflows.finding.rows import light_and_word

MAX_ROWS = 50_000
CHUNK = 2_000
LONGEST_TEXT = 32_767  # what a cell of Excel can hold
FORMULA_STARTS = ("=", "+", "-", "@")
DATE_FORMAT = "yyyy-mm-dd"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Line:
    """One finding while it is written, with what its columns need."""

    finding: Finding
    editions: Editions
    now: dt.datetime

    @property
    def units(self) -> dict[str, str]:
        """The names of the institution and of the authorities above it, by kind."""
        unit = self.finding.case.unit
        above = [unit.superior, unit.superior.superior if unit.superior else None]
        return {each.kind: each.name for each in above if each is not None}

    @property
    def item(self) -> Any:
        return self.editions.item(self.finding.case.edition_id, self.finding.item_code)

    @property
    def facets(self) -> str:
        names = {facet.code: facet.label for facet in self.item.facets} if self.item else {}
        return "；".join(names.get(code, code) for code in self.finding.facets)

    @property
    def light(self) -> str:
        row: Any = self.finding
        return light_and_word(self.finding, WorkItem(due_at=row.turn_due_at, amber_at=row.turn_amber_at), self.now)[1]


@dataclass(frozen=True)
class Column:
    """One column: heading, width in characters, and where its value comes from."""

    heading: Any
    width: int
    value: Callable[[Line], Any]


def _day(moment: dt.datetime | None) -> dt.date | None:
    return local_date(moment) if moment else None


COLUMNS = (
    Column(gettext_lazy("Number"), 18, lambda line: line.finding.case.number),
    Column(gettext_lazy("Year"), 8, lambda line: line.finding.case.year),
    Column(gettext_lazy("Prefecture"), 22, lambda line: line.units.get("prefecture", "")),
    Column(pgettext_lazy("level", "County"), 22, lambda line: line.units.get("county", "")),
    Column(gettext_lazy("Institution"), 26, lambda line: line.finding.case.unit.name),
    Column(gettext_lazy("Item no."), 8, lambda line: line.item.no if line.item else line.finding.item_code),
    Column(gettext_lazy("Check item"), 20, lambda line: line.item.short if line.item else ""),
    Column(gettext_lazy("Facets"), 20, lambda line: line.facets),
    Column(gettext_lazy("Problem"), 44, lambda line: line.finding.problem),
    Column(gettext_lazy("Source"), 12, lambda line: line.finding.get_source_display()),
    Column(gettext_lazy("Way of rectification"), 12, lambda line: line.finding.get_rectification_display()),
    Column(gettext_lazy("Corrective measure"), 44, lambda line: line.finding.measure),
    Column(gettext_lazy("Person responsible"), 16, lambda line: line.finding.responsible),
    Column(gettext_lazy("Due date"), 12, lambda line: line.finding.due_on),
    Column(pgettext_lazy("column", "Light"), 10, lambda line: line.light),
    Column(gettext_lazy("State"), 16, lambda line: State(line.finding.case.state).label),
    Column(gettext_lazy("Result of rectification"), 44, lambda line: line.finding.result),
    Column(gettext_lazy("Rectified on"), 12, lambda line: _day(line.finding.fixed_at)),
    Column(gettext_lazy("Times returned"), 10, lambda line: line.finding.return_count),
    Column(pgettext_lazy("finding", "Closed on"), 12, lambda line: _day(line.finding.closed_at)),
    Column(gettext_lazy("Referred to"), 20, lambda line: line.finding.referred_to),
    Column(gettext_lazy("Reference number"), 20, lambda line: line.finding.reference),
)


def write_ledger(rows: QuerySet[Finding], criteria: Iterable[tuple[str, str]], now: dt.datetime) -> Any:
    """The findings as an open temporary file, in the order of their numbers; a second sheet says what was filtered."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Rectification ledger"))
    sheet.freeze_panes = "B2"
    for position, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = column.width
    sheet.append([_heading(sheet, str(column.heading)) for column in COLUMNS])
    count = 0
    for line in _lines(rows, now):
        sheet.append([_cell(sheet, column.value(line)) for column in COLUMNS])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{count + 1}"
    about = book.create_sheet(_("About this list"))
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 24, 48
    facts = [(_("As of"), cdatetime(now)), (_("Rows"), str(count)), *criteria]
    for name, value in facts:
        about.append([_heading(about, name), _cell(about, value)])
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return file


def _lines(rows: QuerySet[Finding], now: dt.datetime) -> Iterator[Line]:
    editions = Editions()
    rows = with_turn(rows).annotate(turn_due_at=F("turn__due_at"), turn_amber_at=F("turn__amber_at"))
    ordered = rows.order_by("case__number")
    whole = ordered.select_related("case__unit__superior__superior")
    for finding in whole[:MAX_ROWS].iterator(chunk_size=CHUNK):
        yield Line(finding, editions, now)


def _heading(sheet: Any, text: str) -> Any:
    cell = _cell(sheet, text)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    """A cell of the value's own type; a text stays a text, also when somebody edits it in Excel."""
    if isinstance(value, dt.date):
        cell = WriteOnlyCell(sheet, value=value)
        cell.number_format = DATE_FORMAT
        return cell
    if value is None or isinstance(value, int):
        return WriteOnlyCell(sheet, value=value)
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))[:LONGEST_TEXT]
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(FORMULA_STARTS)
    if len(text) > 20:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
