"""What is said of the rungs of a ladder: on timelines, in the dry run and wherever targets are named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from cases.models import CaseEvent
from cases.wording import cdate

VERBS = {"remind": pgettext_lazy("event", "Reminder"), "escalate": pgettext_lazy("event", "Overdue, told up the line")}
TARGETS = {
    "person": gettext_lazy("whoever has the work"),
    "head": gettext_lazy("the head of the unit"),
    "officer+1": gettext_lazy("the officer one level up"),
    "head+1": gettext_lazy("the head one level up"),
    "officer+2": gettext_lazy("the officer two levels up"),
    "head+2": gettext_lazy("the head two levels up"),
}


def targets_named(targets: Iterable[str]) -> str:
    """The targets of a rung in a row."""
    return pgettext("list separator", ", ").join(str(TARGETS.get(target, target)) for target in targets)


def rung_named(days: int) -> str:
    """提前 7 天 / 逾期 3 天; calendar days."""
    if days < 0:
        return ngettext("%(days)d day before", "%(days)d days before", -days) % {"days": -days}
    return ngettext("%(days)d day overdue", "%(days)d days overdue", days) % {"days": days}


def detail_of(event: CaseEvent) -> str:
    """How near or how late it was, of which date."""
    day = cdate(dt.date.fromisoformat(event.details["due"]))
    return _("%(rung)s, due %(day)s") % {"rung": rung_named(event.details["days"]), "day": day}


def note_of(event: CaseEvent) -> str:
    """Who was told, and how many earlier rungs are told late with it."""
    details: dict[str, Any] = event.details
    note = _("Told: %(people)s") % {"people": targets_named(details["to"])}
    earlier = len(details["missed"])
    if not earlier:
        return note
    return f"{note}{pgettext('sentence separator', '; ')}{missed_named(earlier)}"


def missed_named(count: int) -> str:
    """How many notices come late with the present one."""
    words = ngettext(
        "%(count)d notice was missed and is told now", "%(count)d notices were missed and are told now", count
    )
    return words % {"count": count}
