"""Workbooks of our own: plain text in every cell, so that nothing typed becomes a formula in somebody's Excel."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

HEADER_FILL = PatternFill("solid", start_color="DDE7EE")
FAULT_FILL = PatternFill("solid", start_color="F8D7DA")
WRAP = Alignment(vertical="top", wrap_text=True)


def new_sheet(workbook: Workbook, title: str, headers: Sequence[str], widths: Sequence[int]) -> Any:
    """A sheet whose header stays in sight."""
    sheet = workbook.create_sheet(title)
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([styled(sheet, header, fill=HEADER_FILL, bold=True) for header in headers])
    return sheet


def styled(sheet: Any, value: Any, *, fill: PatternFill | None = None, bold: bool = False) -> Any:
    """A cell that holds a date or text, never a formula."""
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.number_format = "@"
    elif isinstance(value, dt.date):
        cell.number_format = "yyyy-mm-dd"
    cell.alignment = WRAP
    if bold:
        cell.font = Font(bold=True)
    if fill is not None:
        cell.fill = fill
    return cell


def append(sheet: Any, values: Iterable[Any]) -> None:
    sheet.append([styled(sheet, value) for value in values])


def saved(workbook: Workbook) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()
