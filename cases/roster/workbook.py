"""Reading a roster file within bounds: whatever is uploaded becomes rows, faults at cells, or one clear refusal.

The size is checked before anything is unpacked and reading stops at the row limit, so that a file of 100,000 rows costs
no more than one of 20,000.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from cases.errors import Invalid
from cases.roster.cells import as_text
from cases.roster.layout import EXAMPLE, SHEETS, Column, Sheet, recognised

MOST_MEGABYTES = 10
LARGEST_FILE = MOST_MEGABYTES * 1024 * 1024
LARGEST_UNPACKED = 100 * 1024 * 1024
LARGEST_TEXTS = 24 * 1024 * 1024  # shared strings are the one part that cannot be read piece by piece
MOST_ROWS = 20_000
MOST_COLUMNS = 40
LAST_ROW = 1_048_576
HEADER_WITHIN = 10
XLSX = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell or row, and what to do; ``cell`` is its address, e.g. B7."""

    sheet: str
    row: int
    column: str
    cell: str
    value: str
    message: str
    hint: str = ""


@dataclass
class Row:
    """One row of a sheet: its number in the file and the raw value of every known column."""

    number: int
    values: dict[str, Any]
    formulas: tuple[str, ...] = ()


@dataclass
class Table:
    """A sheet that was found: its title and headers as the file writes them, and its rows without blank ones."""

    sheet: Sheet
    title: str
    headers: dict[str, str]
    places: dict[str, int]
    ignored: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def fault(self, row: Row, key: str, message: str, hint: str = "") -> Fault:
        """A fault at the cell of a column."""
        place = f"{get_column_letter(self.places[key])}{row.number}" if key in self.places else str(row.number)
        value = as_text(row.values.get(key))
        return Fault(self.title, row.number, self.headers.get(key, ""), place, value[:80], message, hint)


@dataclass
class Book:
    """The sheets of a roster file that were found, by key."""

    tables: dict[str, Table]

    def rows(self, key: str) -> Iterator[tuple[Table, Row]]:
        table = self.tables.get(key)
        for row in table.rows if table else ():
            assert table is not None  # noqa: S101 - rows come from it
            yield table, row


def read(content: bytes) -> Book:
    """The tables of an xlsx file. Raises Invalid (422) where it is none, too large, or lacks sheets or columns."""
    _check_container(content)
    workbook = _opened(content)
    try:
        return _tables_of(workbook)
    finally:
        workbook.close()


def _check_container(content: bytes) -> None:
    if not content:
        raise refused("empty_file", _("The file is empty."), _("Download the template, fill it in and upload that."))
    if len(content) > LARGEST_FILE:
        raise too_large()
    if content.startswith(OLE):
        raise refused(
            "old_or_locked",
            _("The file is in the old xls format or protected by a password."),
            _("Open it in Excel and save it as xlsx without a password."),
        )
    if not content.startswith(XLSX):
        raise unreadable()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise unreadable() from error
    sizes = {entry.filename: entry.file_size for entry in entries}
    if sizes.get("xl/sharedStrings.xml", 0) > LARGEST_TEXTS or sum(sizes.values()) > LARGEST_UNPACKED:
        raise too_many_rows()


def _opened(content: bytes) -> Any:
    try:
        return load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    except Exception as error:  # the library raises anything at all on a damaged file
        raise unreadable() from error


def _tables_of(workbook: Any) -> Book:
    tables: dict[str, Table] = {}
    problems: list[str] = []
    room = MOST_ROWS
    for worksheet in workbook.worksheets:
        sheet = next((each for each in SHEETS if recognised(worksheet.title, each.names)), None)
        if sheet is None:
            continue
        if sheet.key in tables:
            problems.append(_("The sheet “%(sheet)s” stands in the file twice.") % {"sheet": worksheet.title})
            continue
        if not hasattr(worksheet, "reset_dimensions"):
            raise unreadable()  # a chart that bears the name of a sheet
        tables[sheet.key], faults = _table(worksheet, sheet, room)
        problems += faults
        room -= len(tables[sheet.key].rows)
    if not tables:
        names = " / ".join(sheet.zh for sheet in SHEETS)
        raise refused(
            "sheets_missing",
            _("The file has no sheet called %(names)s.") % {"names": names},
            _("Download the template and keep the names of its sheets."),
        )
    if problems:
        raise refused("columns_wrong", "\n".join(problems), _("Keep the header row as it is in the template."))
    return Book(tables)


def _table(worksheet: Any, sheet: Sheet, room: int) -> tuple[Table, list[str]]:
    """One sheet: the header is the first row that knows at least two columns, so that a title may stand above it."""
    worksheet.reset_dimensions()
    table: Table | None = None
    problems: list[str] = []
    for number, cells in _cells(worksheet):
        if table is None:
            if number > HEADER_WITHIN:
                break
            table, problems = _header(sheet, worksheet.title, cells)
            if problems:
                break
            continue
        row = _row(table, number, cells)
        if row is not None:
            if len(table.rows) >= room:
                raise too_many_rows()
            table.rows.append(row)
    if table is None:
        missing = "、".join(column.zh for column in sheet.columns if column.required)
        problems = [_missing(worksheet.title, missing)]
        table = Table(sheet, worksheet.title, {}, {})
    return table, problems


def _cells(worksheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows that are not blank, with their numbers; a file may claim any number of rows and is not believed."""
    rows = worksheet.iter_rows(max_col=MOST_COLUMNS)
    number, blank = 0, None
    while True:
        try:
            cells = next(rows, None)
        except Exception as error:  # as when opening: a damaged sheet may raise anything
            raise unreadable() from error
        if cells is None:
            return
        number += 1
        if number > LAST_ROW:
            raise unreadable()
        if cells is blank:  # the library gives one and the same for all rows that a gap skips
            continue
        if any(cell.value is not None for cell in cells):
            yield number, cells
        else:
            blank = cells


def _header(sheet: Sheet, title: str, cells: tuple[Any, ...]) -> tuple[Table | None, list[str]]:
    places: dict[str, int] = {}
    headers: dict[str, str] = {}
    ignored: list[str] = []
    twice: list[str] = []
    for place, cell in enumerate(cells, start=1):
        text = as_text(cell.value)
        if not text:
            continue
        column = _column(sheet, text)
        if column is None:
            ignored.append(text)
        elif column.key in places:
            twice.append(text)
        else:
            places[column.key], headers[column.key] = place, text
    if len(places) < 2:
        return None, []
    problems = [
        _("On the sheet “%(sheet)s” the column “%(column)s” stands twice.") % {"sheet": title, "column": text}
        for text in twice
    ]
    missing = [column.zh for column in sheet.columns if column.required and column.key not in places]
    if missing:
        problems.append(_missing(title, "、".join(missing)))
    return Table(sheet, title, headers, places, ignored), problems


def _column(sheet: Sheet, text: str) -> Column | None:
    return next((column for column in sheet.columns if recognised(text, column.names)), None)


def _row(table: Table, number: int, cells: tuple[Any, ...]) -> Row | None:
    """A row that says something; blank rows and the example of the template say nothing."""
    values: dict[str, Any] = {}
    formulas: list[str] = []
    for key, place in table.places.items():
        cell = cells[place - 1]
        values[key] = cell.value
        if cell.value is not None and cell.data_type == "f":
            formulas.append(key)
            values[key] = getattr(cell.value, "text", cell.value)
    texts = [as_text(value) for value in values.values()]
    first = as_text(values.get(table.sheet.columns[0].key)).casefold()
    if not any(texts) or first.startswith(EXAMPLE):
        return None
    return Row(number, values, tuple(formulas))


def _missing(sheet: str, columns: str) -> str:
    return _("On the sheet “%(sheet)s” these columns are missing: %(columns)s.") % {"sheet": sheet, "columns": columns}


def too_large() -> Invalid:
    return refused(
        "file_too_large",
        _("The file is larger than %(limit)d MB.") % {"limit": MOST_MEGABYTES},
        _("Remove pictures and other sheets, or split the roster into several files."),
    )


def too_many_rows() -> Invalid:
    return refused(
        "too_many_rows",
        _("The file has more than %(limit)s rows.") % {"limit": f"{MOST_ROWS:,}"},
        _("Split the roster into several files, institutions first."),
    )


def unreadable() -> Invalid:
    return refused(
        "unreadable",
        _("The file cannot be read as an Excel file (xlsx)."),
        _("Open it in Excel, save it again as xlsx, and upload that."),
    )


def refused(code: str, message: str, hint: str) -> Invalid:
    """The whole file is refused; the fault belongs to the file field of the form."""
    return Invalid(code, message, hint=hint, faults={"file": [message]})
