"""What left the system and what could not: for the administrators of the units concerned, who may send it again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.errors import WrongRole
from cases.models import Appointment, OrgUnit
from cases.tree import within
from notifications.models import Dispatch

GRANT = "manage_people"
MOST_AGAIN = 1000  # messages sent again at one press
LISTS = (Dispatch.State.FAILED, Dispatch.State.NO_ADDRESS)


def require_administrator(viewer: Viewer) -> None:
    """Only a system administrator sees what left the system; WrongRole (403) for others."""
    if not viewer.paths(GRANT):
        raise _not_for_you()


def require_keeper(viewer: Viewer) -> None:
    """The webhook serves the whole system: it is kept by an administrator of the region or the nation."""
    if not is_keeper(viewer):
        raise _not_for_you()


def is_keeper(viewer: Viewer) -> bool:
    """Whether somebody administers the region or the nation."""
    kinds = (OrgUnit.Kind.NATION, OrgUnit.Kind.REGION)
    return OrgUnit.objects.filter(pk__in=viewer.unit_ids(GRANT), kind__in=kinds).exists()


def dispatches_for(viewer: Viewer, state: str) -> QuerySet[Dispatch]:
    """What is in this state for people whose posts are in the administrator's area."""
    seats = Appointment.objects.valid(viewer.on).filter(within("unit__path", viewer.paths(GRANT)))
    of_message = Exists(seats.filter(user=OuterRef("message__recipient")))
    of_digest = Exists(seats.filter(user=OuterRef("digest__recipient")))
    return Dispatch.objects.filter(of_message | of_digest, state=state)


def with_details(rows: QuerySet[Dispatch]) -> QuerySet[Dispatch]:
    """With what the list shows of each."""
    message = ("message__event", "message__case__unit", "message__item", "message__recipient")
    return rows.select_related(*message, "digest__recipient")


def send_again(viewer: Viewer, keys: list[int] | None, at: dt.datetime) -> int:
    """Let failed messages start over, singly or all; the key stays, so that a receiver knows a second one."""
    failed = dispatches_for(viewer, Dispatch.State.FAILED)
    chosen = failed.filter(pk__in=keys) if keys is not None else failed
    known = list(chosen.order_by("pk").values_list("pk", flat=True)[:MOST_AGAIN])
    counts = {"attempts": 0, "alone": 0, "failures": 0}
    fresh: dict[str, Any] = {"state": Dispatch.State.WAITING, "not_before": at, "done_at": None, **counts}
    held = Dispatch.objects.filter(pk__in=known, state=Dispatch.State.FAILED).order_by()
    return held.update(**fresh, token=None, lease_until=None)


def people_without_address(viewer: Viewer) -> int:
    """How many people of the area have a post and no e-mail address."""
    seats = Appointment.objects.valid(viewer.on).filter(within("unit__path", viewer.paths(GRANT)), Q(user__email=""))
    return seats.values("user").distinct().count()


def _not_for_you() -> WrongRole:
    return WrongRole(
        "not_an_administrator",
        _("Only a system administrator sees what was sent."),
        hint=_("Ask the system administrator of your region or prefecture."),
    )
