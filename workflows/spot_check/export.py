"""The frame of a draw as an Excel file: whoever has it can do the draw again (docs/sampling.md)."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from openpyxl.cell import WriteOnlyCell

from cases.models import CaseEvent, DrawEntry
from cases.sampling.drawing import ALL
from cases.sampling.frame import FACTORS
from cases.spreadsheets import CHUNK, Cells, add_about, add_filter, add_sheet, new_book, saved
from cases.wording import cdate, cdatetime
from workflows.spot_check.shown import FACTOR_NAMES, Seen, factor_rows, strata_words

WIDTH_OF_FACTOR = 14
Value = Callable[[DrawEntry], Any]
# The first five are what the draw is made of, in the order in which the digest takes them.
COLUMNS: tuple[tuple[Any, int, Value], ...] = (
    (gettext_lazy("Code"), 16, lambda entry: entry.values["code"]),
    (gettext_lazy("Prefecture"), 12, lambda entry: entry.values["prefecture"]),
    (pgettext_lazy("institution", "Size"), 10, lambda entry: entry.values["size"]),
    (pgettext_lazy("institution", "Type"), 18, lambda entry: entry.values["type"]),
    (gettext_lazy("Weight"), 10, lambda entry: entry.weight),
    (gettext_lazy("Stratum"), 12, lambda entry: entry.stratum),
    (gettext_lazy("Probability"), 12, lambda entry: entry.probability),
    (gettext_lazy("Place in the draw"), 10, lambda entry: entry.position),
    (pgettext_lazy("draw", "Drawn"), 8, lambda entry: int(entry.drawn and entry.replaces_id is None)),
    (gettext_lazy("Came in place"), 8, lambda entry: int(entry.replaces_id is not None)),
    (gettext_lazy("Reason for the replacement"), 30, lambda entry: entry.dropped_reason),
    (gettext_lazy("Institution"), 30, lambda entry: entry.institution.name),
)


def write_frame(found: Seen) -> io.BytesIO:
    """The second sheet has the seed with its parts, the digest and the rules."""
    book = new_book()
    headings = [(str(heading), width) for heading, width, _value in COLUMNS]
    headings += [(str(FACTOR_NAMES[name]), WIDTH_OF_FACTOR) for name in FACTORS]
    sheet, cells = add_sheet(book, _("Frame"), headings)
    count = 0
    for entry in found.entries.iterator(chunk_size=CHUNK):
        values = [value(entry) for _heading, _width, value in COLUMNS] + [entry.values[name] for name in FACTORS]
        sheet.append([_cell(sheet, cells, value) for value in values])
        count += 1
    add_filter(sheet, len(headings), count)
    add_about(book, _about(found, count), title=_("About this draw"), widths=(30, 70))
    return saved(book)


def _cell(sheet: Any, cells: Cells, value: Any) -> Any:
    """Weights and probabilities as numbers with all their decimals, everything else as the ledger writes it."""
    if not isinstance(value, Decimal):
        return cells.of(value)
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = "0." + "0" * -int(value.as_tuple().exponent)
    return cell


def _about(found: Seen, count: int) -> list[tuple[str, str]]:
    case, record = found.case, found.record
    event = CaseEvent.objects.filter(case=case.pk, verb="draw").order_by("seq").last()
    parts = event.details if event is not None else {}
    size = record.size if found.whole else found.entries.filter(drawn=True, replaces=None).count()
    return [
        (_("Spot-check"), f"{case.number} {record.title}"),
        *([] if found.whole else [(_("Part of the frame"), _part(found))]),
        (_("Drawn"), cdatetime(record.drawn_at) if record.drawn_at else ""),
        (_("Institutions as of"), cdate(record.frame_on) if record.frame_on else ""),
        (_("Institutions in the frame"), str(count)),
        (_("Institutions to draw"), str(size)),
        (_("Seed"), record.seed),
        (_("Seed: the system’s part"), parts.get("system", "")),
        (_("Seed: the public part"), parts.get("public", "")),
        (_("Digest of the frame (SHA-256)"), record.frame_digest),
        (_("Spread over"), strata_words(record)),
        (_("Large from so many medical beds"), str(record.factors["beds_large"])),
        *((str(name), f"× {share}") for name, share in factor_rows(record)),
    ]


def _part(found: Seen) -> str:
    """What can be done with the institutions of one prefecture alone."""
    if found.entries.filter(stratum=ALL).exists():
        return _("Your institutions only. All institutions were one stratum, which is drawn again as a whole.")
    return _(
        "Your institutions only. Each stratum is drawn by itself: with the seed and the number of its institutions "
        "that were drawn, its draw can be done again."
    )
