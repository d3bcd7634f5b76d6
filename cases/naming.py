"""How people are named: with the post that they acted from, and with whom they stood in for (委托代办)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Appointment, CaseEvent

# What an event is loaded with so that ``who_of`` asks nothing.
ACTOR = ("actor", "appointment__unit", "appointment__delegated_by__user")
Moment = tuple[int, int | None, dt.datetime]


def who_of(event: CaseEvent) -> str:
    """李敏（天山区卫生健康委 · 县级经办人）, or 王芳（代李敏 · …）: the person, and the appointment that was used.

    The system where nobody acted. The event is loaded with ``ACTOR``.
    """
    if event.actor is None:
        return _("The system")
    return in_post(str(event.actor), event.appointment)


def in_post(name: str, appointment: Appointment | None) -> str:
    """A person's name with unit and role, and with the one whom they stand in for."""
    if appointment is None:
        return name
    words = {"name": name, "unit": appointment.unit, "role": appointment.get_role_display()}
    if appointment.delegated_by is None:
        return _("%(name)s (%(unit)s · %(role)s)") % words
    return _("%(name)s (for %(absent)s · %(unit)s · %(role)s)") % {**words, "absent": appointment.delegated_by.user}


def standing_in(name: Any, absent: Any) -> str:
    """王芳（代李敏）, or the name alone where nobody is stood in for."""
    return _("%(name)s (for %(absent)s)") % {"name": name, "absent": absent} if absent else str(name)


class Signatures:
    """The names under what was done in some cases: both of them where a delegate did it. One query, when asked."""

    def __init__(self, cases: Iterable[int]) -> None:
        self.cases = list(cases)

    @cached_property
    def _absent(self) -> dict[Moment, str]:
        events = CaseEvent.objects.filter(case__in=self.cases, appointment__delegated_by__isnull=False)
        rows = events.values_list("case_id", "actor_id", "at", "appointment__delegated_by__user__name")
        return {(case, actor, at): absent for case, actor, at, absent in rows}

    def name(self, case: int, user: Any, at: dt.datetime | None) -> str:
        """The name of who did something in a case at a moment; empty for nobody."""
        return "" if user is None else standing_in(user, self.absent(case, user.pk, at))

    def absent(self, case: int, user_id: int | None, at: dt.datetime | None) -> str:
        """The name of the one in whose stead somebody did it; empty where they acted for themselves."""
        return self._absent.get((case, user_id, at), "") if at is not None else ""
