"""The checked file given back to be corrected: every row with what would become of it, faulty cells marked."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook

from cases.roster.cells import as_text
from cases.roster.plan import Plan
from cases.roster.sheets import FAULT_FILL, new_sheet, saved, styled
from cases.roster.workbook import Book, Fault


def report_file(book: Book, plan: Plan) -> bytes:
    """An xlsx with the rows that were read and two columns more; the reader of rosters passes over these."""
    workbook = Workbook(write_only=True)
    faults: dict[tuple[str, int], list[Fault]] = {}
    for fault in plan.faults:
        faults.setdefault((fault.sheet, fault.row), []).append(fault)
    outcomes = {(outcome.sheet, outcome.row): outcome for outcome in plan.outcomes}
    for table in book.tables.values():
        columns = [column for column in table.sheet.columns if column.key in table.places]
        headers = [table.headers[column.key] for column in columns]
        extra = [_("Result of the check"), _("What to correct")]
        sheet = new_sheet(
            workbook, table.title.replace("*", ""), [*headers, *extra], [*(column.width for column in columns), 14, 60]
        )
        for row in table.rows:
            place = (table.title, row.number)
            wrong = faults.get(place, [])
            marked = {fault.column for fault in wrong}
            cells = [
                styled(
                    sheet,
                    _plain(row.values.get(column.key)),
                    fill=FAULT_FILL if table.headers[column.key] in marked else None,
                )
                for column in columns
            ]
            result = _("Faulty") if wrong else str(outcomes[place].what.label)
            words = "\n".join(f"{fault.column}: {fault.message} {fault.hint}".strip() for fault in wrong)
            sheet.append([*cells, styled(sheet, result), styled(sheet, words)])
    return saved(workbook)


def _plain(value: Any) -> Any:
    """A day stays a day; everything else is given back as text."""
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() else as_text(value)
    return value if isinstance(value, dt.date) else as_text(value)
