"""Figures changed by hand: each with its reason, beside what was computed (design, Figures).

The caller has locked the case and has checked state and grants. ``computed`` are the numbers by cell as they are now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from cases.editions.annex2 import Annex2
from cases.errors import Conflict, Invalid
from cases.figures.annex2 import INSTITUTIONS
from cases.models import Summary, SummaryOverride, User
from cases.saving import sign
from cases.summaries.cells import BED_COUNTS, cells_of, printed

MOST_BEDS = 1_000_000
LONGEST_REASON = 500


def changed_by_hand(summary: Summary) -> dict[str, SummaryOverride]:
    """The figures changed by hand, by cell, with who changed them."""
    return {row.cell: row for row in summary.overrides.select_related("by").order_by("pk")}


def change(
    summary: Summary,
    annex2: Annex2,
    cell: str,
    value: int | None,
    *,
    reason: str,
    seen: int | None,
    computed: Mapping[str, int],
    by: User,
    at: dt.datetime,
) -> SummaryOverride:
    """Put a number in place of the computed one; ``seen`` is the number changed by hand that the person was looking at.

    Raises Invalid (422) for an unknown cell, a missing reason and a number that cannot be, Conflict (409) where
    somebody else has changed the cell since.
    """
    present = _present(summary, cell, seen)
    reason = reason.strip()
    others = {row.cell: row.value for row in changed_by_hand(summary).values() if row.cell != cell}
    faults: dict[str, list[Any]] = {}
    if value is None or cell not in computed:
        faults["value"] = [_("Give a whole number.")]
    elif found := _absurd(annex2, {**printed(computed, others), cell: value}, cell):
        faults["value"] = [found]
    if not reason:
        faults["reason"] = [_("Give the reason.")]
    elif len(reason) > LONGEST_REASON:
        faults["reason"] = [_("Keep the reason under %(limit)d characters.") % {"limit": LONGEST_REASON}]
    if faults or value is None:
        raise Invalid("figure_not_possible", _("The figure cannot be changed like this."), faults=faults)
    row: Any = present or SummaryOverride(summary=summary, cell=cell)
    row.computed, row.value, row.reason, row.by, row.at = computed[cell], value, reason, by, at
    sign(row, by, at)
    row.save()
    stored: SummaryOverride = row
    return stored


def drop(summary: Summary, cell: str, *, seen: int | None, by: User, at: dt.datetime) -> None:
    """Let the computed number stand again; raises Conflict where somebody else has changed the cell since."""
    row: Any = _present(summary, cell, seen)
    if row is not None:
        sign(row, by, at)
        row.delete()


def faults_of(annex2: Annex2, computed: Mapping[str, int], changed: Mapping[str, int]) -> dict[str, str]:
    """The cells that do not go together any more, because what was computed has changed under them."""
    numbers = printed(computed, changed)
    return {cell: found for cell in changed if (found := _absurd(annex2, numbers, cell))}


def _present(summary: Summary, cell: str, seen: int | None) -> SummaryOverride | None:
    row = summary.overrides.filter(cell=cell).first()
    if (row.value if row is not None else None) != seen:
        raise Conflict(
            "stale_row",
            _("Somebody else has changed this in the meantime."),
            hint=_("What you typed has not been saved; look at the figure again."),
        )
    return row


def _absurd(annex2: Annex2, numbers: Mapping[str, int], code: str) -> str:
    """Why a number cannot stand beside the others; empty where it can."""
    cell, value = cells_of(annex2)[code], numbers[code]
    if value < 0:
        return _("A figure cannot be negative.")
    if code in BED_COUNTS:
        return _("No prefecture has that many beds.") if value > MOST_BEDS else ""
    all_of_them, of_institutions = numbers[INSTITUTIONS], cell.counted == "institutions"
    if code != INSTITUTIONS and of_institutions and value > all_of_them:
        return _("There are only %(n)d institutions (count 1).") % {"n": all_of_them}
    if code == INSTITUTIONS:
        others = [each for each in cells_of(annex2).values() if each.counted == "institutions"]
        most = max(numbers[each.code] for each in others if each.code not in (*BED_COUNTS, INSTITUTIONS))
        return _("Another figure counts %(n)d institutions.") % {"n": most} if most > value else ""
    if cell.is_count:
        return ""
    problem, fixed = (numbers[f"{cell.row.code}.{cell.population}.{column}"] for column in ("problem", "fixed"))
    if fixed > problem:
        return _("No more institutions can have rectified (%(fixed)d) than have the problem (%(problem)d).") % {
            "fixed": fixed,
            "problem": problem,
        }
    return ""
