"""Which referrals of a pilot a reader sees, narrowed as asked for, with the patients masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.access import Viewer
from cases.models import Case, OrgUnit, Referral, WorkItem
from cases.personal import masked
from cases.referral_figures import MEASURES, narrowed
from cases.web import whole_number
from workflows.alliance.referral.forms import LABELS
from workflows.alliance.referral.states import FINALS, KIND, State

MEASURE_LABELS: dict[str, Any] = {
    "asked": gettext_lazy("All"),
    "open": pgettext_lazy("referrals", "Under way"),
    "closed": State.CLOSED.label,
    "declined": State.DECLINED.label,
    "cancelled": State.CANCELLED.label,
}


def measure_label(measure: str) -> str:
    """What a number counts, in words."""
    if measure in MEASURE_LABELS:
        return str(MEASURE_LABELS[measure])
    priority, _underscore, said = measure.partition("_")
    word = _("kept") if said == "kept" else _("not kept")
    return _("%(priority)s: %(said)s") % {"priority": LABELS[priority], "said": word}


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; empty means everything, what means nothing is left out."""

    measure: str = ""
    month: str = ""
    direction: str = ""
    member: int | None = None

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        measure, direction = given.get("state", ""), given.get("direction", "")
        return cls(
            measure=measure if measure in MEASURES and measure != "asked" else "",
            month=given.get("month", "")[:7],
            direction=direction if direction in Referral.Direction.values else "",
            member=whole_number(given.get("member", "")),
        )

    @property
    def any(self) -> bool:
        return bool(self.measure or self.month or self.direction or self.member is not None)


def referrals_of(pilot: Case, viewer: Viewer) -> QuerySet[Referral]:
    """The referrals of a pilot in the reader's scope: those of their own side, or all for the commission and above."""
    seen = Case.objects.visible_to(viewer).filter(kind=KIND, parent=pilot.pk)
    return Referral.objects.filter(case__in=seen.order_by().values("pk"))


def listed(pilot: Case, viewer: Viewer, filters: Filters) -> QuerySet[Referral]:
    rows = narrowed(
        referrals_of(pilot, viewer),
        measure=filters.measure,
        month=filters.month,
        direction=filters.direction,
        member=filters.member,
    )
    return rows.select_related("case", "sender", "receiver", "patient__key")


@dataclass(frozen=True)
class Row:
    """A referral as the list shows it; ``item`` is its open work."""

    referral: Referral
    patient: Any
    state: Any
    over: bool
    item: WorkItem | None


def rows_of(referrals: list[Referral]) -> list[Row]:
    """The rows with their open work, in one query for all."""
    items = WorkItem.objects.open().filter(process__in=[row.pk for row in referrals]).select_related("process", "unit")
    open_items = {item.process_id: item for item in items}
    return [
        Row(
            referral=row,
            patient=masked(row.patient),
            state=State(row.case.state).label,
            over=row.case.state in FINALS,
            item=open_items.get(row.pk),
        )
        for row in referrals
    ]


def members_seen(pilot: Case, viewer: Viewer) -> list[OrgUnit]:
    """The members whose referrals the reader sees, to choose from."""
    pairs = referrals_of(pilot, viewer).values_list("direction", "sender", "receiver").distinct()
    keys = {sender if direction == Referral.Direction.UP else receiver for direction, sender, receiver in pairs}
    return list(OrgUnit.objects.filter(pk__in=keys).order_by("path"))
