"""Counts for badges and tallies: many in one query, and no further than a badge can show (design, What costs)."""

from __future__ import annotations

from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery

from cases.access import Viewer
from cases.models import Case, User

CAP = 99


class Capped(Subquery):
    """How many rows a selection has, as far as the cap."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) capped)"
    output_field = IntegerField()
    empty_result_set_value = 0


def capped(rows: QuerySet[Any]) -> Capped:
    return Capped(rows.order_by().values("pk")[: CAP + 1])


def counts_for(viewer: Viewer, **selections: QuerySet[Any]) -> dict[str, Any]:
    """Each selection's capped count, and the first and last year that has cycles, in one query."""
    years = Case.objects.filter(kind="quality_cycle").values("year")
    columns: dict[str, Any] = {name: capped(rows) for name, rows in selections.items()}
    columns["first_year"] = Subquery(years.order_by("year")[:1])
    columns["last_year"] = Subquery(years.order_by("-year")[:1])
    me: Any = viewer.user.pk
    return dict(User.objects.filter(pk=me).values(**columns).get())


def shown(count: int) -> str:
    """A count as a badge shows it: 7, 99+."""
    return f"{CAP}+" if count > CAP else str(count)


def years_of(counts: dict[str, Any]) -> list[int]:
    """The years of the year menu, newest first; none where nothing was ever opened."""
    if counts["first_year"] is None:
        return []
    return list(range(counts["last_year"], counts["first_year"] - 1, -1))


def year_asked(text: str) -> int | None:
    """The year of an address, or None where there is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None


def capped_count(rows: QuerySet[Any]) -> int:
    """One selection's count as far as the cap."""
    return rows.order_by()[: CAP + 1].count()
