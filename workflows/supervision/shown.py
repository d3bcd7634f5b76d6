"""Which cases are under supervision, by whom and by when: for tags, lists and pages."""

from __future__ import annotations

from collections.abc import Iterable

from cases.models import Supervision


def active_on(case_id: int) -> list[Supervision]:
    """The active supervisions of a case, the first one first; one query."""
    running = Supervision.objects.filter(case__parent=case_id, case__finished=None)
    return list(running.select_related("case", "unit").order_by("pk"))


def supervised(case_ids: Iterable[int]) -> set[int]:
    """Those of the cases that are under supervision; one query for a whole list."""
    running = Supervision.objects.filter(case__parent__in=list(case_ids), case__finished=None)
    return set(running.values_list("case__parent_id", flat=True))
