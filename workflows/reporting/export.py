"""The reporting table as an Excel file: a sheet of numbers, each text typed as text (报送完整性和及时性)."""

from __future__ import annotations

import io
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.access import Viewer
from cases.punctuality import EXTENDED, LATE, ON_TIME, OPEN, OVERDUE, UNDATED, outcome_word
from cases.spreadsheets import Cells, add_about, add_sheet, new_book, saved
from cases.wording import cdatetime
from workflows.reporting.completeness import Table, Tally

WIDTH_OF_NAME, WIDTH_OF_STEP, WIDTH_OF_NUMBER = 30, 22, 12
COLUMNS = (ON_TIME, EXTENDED, LATE, UNDATED, OVERDUE, OPEN)


def write_table(table: Table, year: int, viewer: Viewer, not_opened: int) -> io.BytesIO:
    """One line a unit and step; a second sheet says what the numbers are of, and how many institutions they lack."""
    book = new_book()
    headings = [
        (pgettext("column", "Unit"), WIDTH_OF_NAME),
        (_("Code"), WIDTH_OF_NUMBER),
        (_("Step"), WIDTH_OF_STEP),
        (pgettext("reporting", "Expected"), WIDTH_OF_NUMBER),
        (pgettext("reporting", "Reported"), WIDTH_OF_NUMBER),
        *((outcome_word(column), WIDTH_OF_NUMBER) for column in COLUMNS),
    ]
    sheet, cells = add_sheet(book, _("Reporting"), headings)
    for row in table.rows:
        for step, tally in zip(table.steps, row.tallies, strict=True):
            sheet.append(_line(cells, row.unit.name, row.unit.code, step.label, tally))
    for step, tally in zip(table.steps, table.totals, strict=True):
        sheet.append(_line(cells, pgettext("reporting", "Total"), "", step.label, tally))
    about = [(_("As of"), cdatetime(viewer.at)), (_("Year"), str(year)), (_("Area"), table.area.name)]
    add_about(book, [*about, (_("Institutions without a cycle of the year, not expected"), str(not_opened))])
    return saved(book)


def _line(cells: Cells, name: str, code: str, step: Any, tally: Tally) -> list[Any]:
    numbers = (tally.expected, tally.reported, *(tally[column] for column in COLUMNS))
    return [cells.of(name), cells.of(code), cells.of(str(step)), *map(cells.of, numbers)]
