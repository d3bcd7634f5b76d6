"""The ledger as an Excel file: exactly the rows that are filtered, streamed from the database (整改台账)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import islice

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.models import Finding
from cases.spreadsheets import CHUNK, add_about, add_filter, add_sheet, new_book, saved
from cases.wording import cdatetime
from workflows.finding.export_columns import COLUMNS, Line, chunk_of
from workflows.finding.filters import Editions

MAX_ROWS = 50_000


def write_ledger(rows: QuerySet[Finding], criteria: Iterable[tuple[str, str]], viewer: Viewer) -> io.BytesIO:
    """The findings in the order of their numbers; a second sheet says what was filtered."""
    book = new_book()
    headings = [(str(column.heading), column.width) for column in COLUMNS]
    sheet, cells = add_sheet(book, _("Rectification ledger"), headings)
    count = 0
    for line in _lines(rows, viewer):
        sheet.append([cells.of(column.value(line)) for column in COLUMNS])
        count += 1
    add_filter(sheet, len(COLUMNS), count)
    add_about(book, [(_("As of"), cdatetime(viewer.at)), (_("Rows"), str(count)), *criteria])
    return saved(book)


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
