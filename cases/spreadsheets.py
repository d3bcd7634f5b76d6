"""Spreadsheets that are handed out: each value of its own type, each text a text (Office Open XML).

Texts are written as texts, so that a leading ``=``, ``+``, ``-`` or ``@`` is never taken for a formula and a number
such as 2021-650102-001 never for a date.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from copy import copy
from typing import Any

from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from cases.audit.people import note_export

CHUNK = 500
LONGEST_TEXT = 32_767  # what a cell of Excel can hold
WRAPPED_FROM = 20  # characters
FORMULA_STARTS = ("=", "+", "-", "@")
DATE_FORMAT, TEXT_FORMAT = "yyyy-mm-dd", "@"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def new_book() -> Workbook:
    """A book that is written row by row; memory does not grow with it."""
    return Workbook(write_only=True)


def add_sheet(
    book: Workbook, title: str, headings: Iterable[tuple[str, int]], *, freeze: str = "B2"
) -> tuple[Any, Cells]:
    """A sheet with its heading row, of texts with the widths of their columns, and what makes its cells."""
    sheet = book.create_sheet(title)
    sheet.freeze_panes = freeze
    columns = list(headings)
    for position, (_heading, width) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    cells = Cells(sheet)
    sheet.append([cells.heading(heading) for heading, _width in columns])
    return sheet, cells


def add_filter(sheet: Any, columns: int, rows: int) -> None:
    """Let the reader filter the rows under the headings."""
    sheet.auto_filter.ref = f"A1:{get_column_letter(columns)}{rows + 1}"


def add_about(
    book: Workbook, lines: Iterable[tuple[str, str]], *, title: str = "", widths: tuple[int, int] = (24, 48)
) -> None:
    """The sheet that says what the others show, line by line."""
    sheet = book.create_sheet(title or _("About this list"))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = widths
    cells = Cells(sheet)
    for name, value in lines:
        sheet.append([cells.heading(name), cells.of(value)])


def saved(book: Workbook) -> io.BytesIO:
    """The book as a file at its beginning: packed, 50,000 rows of the ledger are a few megabytes."""
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def download(
    request: HttpRequest, file: io.BytesIO, name: str, what: str, *, subject: Any = "", details: Any = None
) -> FileResponse:
    """A saved book as a download of this name; no browser keeps it."""
    note_export(request, what, subject=subject, details=details)
    response = FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    return response


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
