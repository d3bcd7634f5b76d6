"""The registers of a pilot as an Excel file: exactly the entries that are filtered."""

from __future__ import annotations

import io
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.access import Viewer
from cases.clock import local_date
from cases.editions.alliance import alliance_of
from cases.spreadsheets import CHUNK, add_about, add_filter, add_sheet, new_book, saved
from cases.wording import cdatetime
from workflows.alliance.registers.listing import Listing

MAX_ROWS = 50_000


def write_registers(listing: Listing, viewer: Viewer) -> io.BytesIO:
    """The entries in the order of their days; a second sheet says what was filtered."""
    registers = alliance_of(listing.case.edition).registers
    book, count = new_book(), 0
    sheet, cells = add_sheet(book, _("Activity registers"), headings())
    rows = listing.rows.order_by("from_on", "pk")[:MAX_ROWS]
    for row in rows.iterator(chunk_size=CHUNK):
        rule = registers.get(row.register)
        values: list[Any] = [
            rule.label if rule else row.register,
            row.title,
            row.from_on,
            row.until_on,
            str(row.unit),
            str(row.sender or ""),
            str(row.person or ""),
            row.count,
            row.people,
            row.note,
            str(row.entered_by),
            local_date(row.entered_at),
            row.struck_reason,
        ]
        sheet.append([cells.of(value) for value in values])
        count += 1
    add_filter(sheet, len(headings()), count)
    chosen = [(str(listing.form.fields[name].label), str(value)) for name, value in listing.chosen.items()]
    about = [(_("Alliance"), str(listing.case.pilot)), (_("As of"), cdatetime(viewer.at)), (_("Rows"), str(count))]
    add_about(book, [*about, *chosen])
    return saved(book)


def headings() -> list[tuple[str, int]]:
    """The heading of each column with its width."""
    return [
        (_("Register"), 18),
        (pgettext("activity", "What"), 36),
        (_("First day"), 12),
        (_("Last day"), 12),
        (_("At the unit"), 24),
        (_("Sent by"), 24),
        (_("Person"), 12),
        (pgettext("activity", "Number of times"), 10),
        (_("People"), 8),
        (_("Note"), 36),
        (_("Entered by"), 12),
        (_("Entered"), 12),
        (_("Struck because"), 24),
    ]
