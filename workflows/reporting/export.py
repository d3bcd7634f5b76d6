"""The reporting table as an Excel file: a sheet of numbers, each text typed as text (报送完整性和及时性)."""

from __future__ import annotations

import tempfile
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from cases.access import Viewer
from cases.punctuality import EXTENDED, LATE, ON_TIME, OPEN, OVERDUE, UNDATED, outcome_word
from cases.wording import cdatetime
from workflows.finding.export import Cells
from workflows.reporting.completeness import Table, Tally

WIDTH_OF_NAME, WIDTH_OF_STEP, WIDTH_OF_NUMBER = 30, 22, 12
COLUMNS = (ON_TIME, EXTENDED, LATE, UNDATED, OVERDUE, OPEN)


def write_table(table: Table, year: int, viewer: Viewer) -> Any:
    """One line a unit and step, as an open temporary file; a second sheet says what the numbers are of."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Reporting"))
    sheet.freeze_panes = "B2"
    headings = [
        pgettext("column", "Unit"),
        _("Code"),
        _("Step"),
        pgettext("reporting", "Expected"),
        pgettext("reporting", "Reported"),
        *map(outcome_word, COLUMNS),
    ]
    widths = (WIDTH_OF_NAME, WIDTH_OF_NUMBER, WIDTH_OF_STEP, *[WIDTH_OF_NUMBER] * (len(headings) - 3))
    for position, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    cells = Cells(sheet)
    sheet.append([cells.heading(heading) for heading in headings])
    for row in table.rows:
        for step, tally in zip(table.steps, row.tallies, strict=True):
            sheet.append(_line(cells, row.unit.name, row.unit.code, step.label, tally))
    for step, tally in zip(table.steps, table.totals, strict=True):
        sheet.append(_line(cells, pgettext("reporting", "Total"), "", step.label, tally))
    about = book.create_sheet(_("About this list"))
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 24, 48
    cells = Cells(about)
    for name, value in [(_("As of"), cdatetime(viewer.at)), (_("Year"), str(year)), (_("Area"), table.area.name)]:
        about.append([cells.heading(name), cells.of(value)])
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return file


def _line(cells: Cells, name: str, code: str, step: Any, tally: Tally) -> list[Any]:
    numbers = (tally.expected, tally.reported, *(tally[column] for column in COLUMNS))
    return [cells.of(name), cells.of(code), cells.of(str(step)), *map(cells.of, numbers)]
