"""Counts for badges and tallies: many in one query, and no further than a badge can show (design, What costs)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import IntegerField, Q, QuerySet, Subquery

from cases.access import Viewer
from cases.clock import end_of_day, local_date
from cases.models import Case, User
from cases.wording import SOON_DAYS

CAP = 99
LIGHTS = ("late", "soon", "ok", "idle")


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


def light_is(code: str, now: dt.datetime, field: str = "due_at") -> Q:
    """The condition that a limit shows this traffic light now; agrees with ``cases.wording.light_code``."""
    amber_until = end_of_day(local_date(now) + dt.timedelta(days=SOON_DAYS))
    return {
        "late": Q(**{f"{field}__lt": now}),
        "soon": Q(**{f"{field}__gte": now, f"{field}__lte": amber_until}),
        "ok": Q(**{f"{field}__gt": amber_until}),
        "idle": Q(**{f"{field}__isnull": True}),
    }[code]


def capped_count(rows: QuerySet[Any]) -> int:
    """One selection's count as far as the cap."""
    return rows.order_by()[: CAP + 1].count()
