"""A summary as it is filed: figures, records behind them and words, sealed by one digest (design, Figures).

Written once; triggers refuse any change. A correction is a new version beside the old.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from cases.events import canonical
from cases.figures.annex2 import Entry, Figures
from cases.models import Summary, SummaryEntry, SummaryVersion, User
from cases.rows import CHUNK
from cases.summaries.cells import numbers_of
from cases.summaries.overrides import changed_by_hand
from cases.summaries.passages import frozen_texts

Row = tuple[str, int, int, str, int]


def freeze(
    summary: Summary,
    *,
    figures: Figures,
    entries: Iterable[Entry],
    missing: Mapping[str, Any],
    by: User,
    at: dt.datetime,
) -> SummaryVersion:
    """Write the next version with the records behind it, set-wise.

    The caller holds the case's lock and the cut-off has passed: nothing that happens later changes what was so then.
    """
    last = summary.versions.order_by("-no").values_list("no", flat=True).first() or 0
    rows = [row_of(entry) for entry in entries]
    version = SummaryVersion(
        summary=summary,
        no=last + 1,
        at=at,
        by=by,
        cutoff_on=summary.round.cutoff_on,
        figures=figures.as_dict(),
        overrides=_overrides(summary, numbers_of(figures)),
        texts=frozen_texts(summary),
        missing=dict(missing),
    )
    version.digest = digest_of(version, rows)
    version.save(force_insert=True)
    SummaryEntry.objects.bulk_create(
        (
            SummaryEntry(
                version=version,
                cell=cell,
                institution_id=place,
                finding_id=finding or None,
                status=status,
                amount=amount,
            )
            for cell, place, finding, status, amount in rows
        ),
        batch_size=CHUNK,
    )
    return version


def digest_of(version: SummaryVersion, rows: Iterable[Row]) -> str:
    """SHA-256 in hex over everything that a version says, its records in their own order."""
    return hashlib.sha256(canonical(content_of(version, rows))).hexdigest()


def content_of(version: SummaryVersion, rows: Iterable[Row]) -> dict[str, Any]:
    """Everything that a version says, in the form that its digest is made of."""
    return {
        "summary": version.summary_id,
        "no": version.no,
        "at": version.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "by": version.by_id,
        "cutoff_on": version.cutoff_on.isoformat(),
        "figures": version.figures,
        "overrides": version.overrides,
        "texts": version.texts,
        "missing": version.missing,
        "entries": [list(row) for row in sorted(rows)],
    }


def rows_of(version: SummaryVersion) -> list[Row]:
    """The records of a filed version, in the form that its digest was made of."""
    stored = SummaryEntry.objects.filter(version=version)
    values = stored.values_list("cell", "institution_id", "finding_id", "status", "amount")
    return [(cell, place, finding or 0, status, amount) for cell, place, finding, status, amount in values]


def row_of(entry: Entry) -> Row:
    """A computed record in the form that versions keep."""
    return (entry.cell, entry.institution_id, entry.finding_id or 0, str(entry.status), entry.amount)


def _overrides(summary: Summary, computed: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """The figures changed by hand; ``computed`` is what is computed now, ``computed_then`` what was at the change."""
    return {
        cell: {
            "value": row.value,
            "computed": computed[cell],
            "computed_then": row.computed,
            "reason": row.reason,
            "by": row.by_id,
            "at": row.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        }
        for cell, row in changed_by_hand(summary).items()
    }
