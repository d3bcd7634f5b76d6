"""What is said of the rungs of a ladder: on timelines, in the dry run and wherever targets are named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from cases.models import CaseEvent
from cases.wording import cdate, cdatetime

VERBS = {"remind": pgettext_lazy("event", "Reminder"), "escalate": pgettext_lazy("event", "Overdue, told up the line")}
TARGETS = {
    "person": gettext_lazy("whoever has the work"),
    "head": gettext_lazy("the head of the unit"),
    "officer+1": gettext_lazy("the officer one level up"),
    "head+1": gettext_lazy("the head one level up"),
    "officer+2": gettext_lazy("the officer two levels up"),
    "head+2": gettext_lazy("the head two levels up"),
    "other_side": gettext_lazy("the referral contact of the other side"),
    "commission": gettext_lazy("the officer of the commission"),
}


def targets_named(targets: Iterable[str]) -> str:
    """The targets of a rung in a row."""
    return pgettext("list separator", ", ").join(str(TARGETS.get(target, target)) for target in targets)


def rung_named(days: int, hours: int | None = None) -> str:
    """提前 7 天 / 逾期 3 天, in calendar days; 提前 1 小时 / 到期 / 逾期 2 小时 for a limit in hours."""
    if hours == 0:
        return _("just overdue")
    if hours is not None:
        words = (
            ngettext("%(hours)d hour before", "%(hours)d hours before", -hours)
            if hours < 0
            else ngettext("%(hours)d hour overdue", "%(hours)d hours overdue", hours)
        )
        return words % {"hours": abs(hours)}
    if days < 0:
        return ngettext("%(days)d day before", "%(days)d days before", -days) % {"days": -days}
    return ngettext("%(days)d day overdue", "%(days)d days overdue", days) % {"days": days}


def detail_of(event: CaseEvent) -> str:
    """How near or how late it was, of which date."""
    details: dict[str, Any] = event.details
    named = rung_named(details["days"], details.get("hours"))
    if "due_at" in details:
        return _("%(rung)s, due %(day)s") % {
            "rung": named,
            "day": cdatetime(dt.datetime.fromisoformat(details["due_at"])),
        }
    return _("%(rung)s, due %(day)s") % {"rung": named, "day": cdate(dt.date.fromisoformat(details["due"]))}


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
