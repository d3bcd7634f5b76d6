"""The ledger as an Excel file: exactly the rows that are filtered, each value of its own type.

Texts are written as texts, so that a leading ``=``, ``+``, ``-`` or ``@`` is never taken for a formula and a number
such as 2021-650102-001 never for a date. Rows are streamed from the database into the file; memory does not grow with
them.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Iterator
from copy import copy
from itertools import islice
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from cases.access import Viewer
from cases.models import Finding
from cases.wording import cdatetime
from workflows.finding.export_columns import COLUMNS, Line, chunk_of
from workflows.finding.filters import Editions

MAX_ROWS = 50_000
CHUNK = 500
LONGEST_TEXT = 32_767  # what a cell of Excel can hold
WRAPPED_FROM = 20  # characters
FORMULA_STARTS = ("=", "+", "-", "@")
DATE_FORMAT, TEXT_FORMAT = "yyyy-mm-dd", "@"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write_ledger(rows: QuerySet[Finding], criteria: Iterable[tuple[str, str]], viewer: Viewer) -> Any:
    """The findings as an open temporary file, in the order of their numbers; a second sheet says what was filtered."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Rectification ledger"))
    sheet.freeze_panes = "B2"
    for position, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = column.width
    cells = Cells(sheet)
    sheet.append([cells.heading(str(column.heading)) for column in COLUMNS])
    count = 0
    for line in _lines(rows, viewer):
        sheet.append([cells.of(column.value(line)) for column in COLUMNS])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{count + 1}"
    about = book.create_sheet(_("About this list"))
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 24, 48
    cells = Cells(about)
    for name, value in [(_("As of"), cdatetime(viewer.at)), (_("Rows"), str(count)), *criteria]:
        about.append([cells.heading(name), cells.of(value)])
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return file


def _lines(rows: QuerySet[Finding], viewer: Viewer) -> Iterator[Line]:
    editions = Editions()
    whole = rows.select_related("case__unit__superior__superior").annotate(
        repeated_number=F("recurrence_of__case__number"),
        verifier_name=Coalesce("reviewed_by__name", "closed_by__name"),
    )
    stream = whole.order_by("case__number")[:MAX_ROWS].iterator(chunk_size=CHUNK)
    while findings := list(islice(stream, CHUNK)):
        chunk = chunk_of(findings, editions, viewer)
        yield from (Line(finding, chunk) for finding in findings)


class Cells:
    """Makes the cells of one sheet; the few styles are worked out once and given to all."""

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        wrapped = Alignment(wrap_text=True, vertical="top")
        self.styles = {
            "heading": self._style(font=Font(bold=True), alignment=wrapped, number_format=TEXT_FORMAT),
            "date": self._style(number_format=DATE_FORMAT),
            "text": self._style(number_format=TEXT_FORMAT),
            "long": self._style(number_format=TEXT_FORMAT, alignment=wrapped),
            "formula": self._style(number_format=TEXT_FORMAT, quotePrefix=True),
            "long formula": self._style(number_format=TEXT_FORMAT, alignment=wrapped, quotePrefix=True),
        }

    def _style(self, *, quotePrefix: bool = False, **parts: Any) -> Any:  # noqa: N803 - openpyxl's own name
        cell = WriteOnlyCell(self.sheet)
        for name, part in parts.items():
            setattr(cell, name, part)
        cell.quotePrefix = quotePrefix
        return cell._style

    def _made(self, value: Any, style: str) -> Any:
        cell = WriteOnlyCell(self.sheet, value=value)
        cell._style = copy(self.styles[style])
        return cell

    def heading(self, text: str) -> Any:
        cell = self._made(text, "heading")
        cell.data_type = "s"
        return cell

    def of(self, value: Any) -> Any:
        """A cell of the value's own type; a text stays a text, also when somebody edits it in Excel."""
        if isinstance(value, dt.date):
            return self._made(value, "date")
        if value is None or isinstance(value, int):
            return WriteOnlyCell(self.sheet, value=value)
        text = ILLEGAL_CHARACTERS_RE.sub("", str(value))[:LONGEST_TEXT]
        kind = "formula" if text.startswith(FORMULA_STARTS) else "text"
        style = kind if len(text) <= WRAPPED_FROM else "long" if kind == "text" else "long formula"
        cell = self._made(text, style)
        cell.data_type = "s"
        return cell
