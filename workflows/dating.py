"""Moving dates that stand: an extension is granted, a calendar has changed (design, Deadlines)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.clock import local_date
from cases.deadlines import Due, extended, known, replayed
from cases.editions.schema import EditionData
from cases.errors import Conflict
from cases.models import WorkItem
from cases.workdays import WorkCalendar
from workflows.rules import verb
from workflows.step import Step


class DateVerbs:
    """What the system does to the date of the open work item."""

    @verb(label=gettext_lazy("Extend the limit"), source="*")
    def extend(self, step: Step) -> None:
        """An extension was granted: the date moves, the original one stays on record."""
        item = dated_item(step)
        step.facts = {"number": step.details["number"], "before": local_date(item.due_at).isoformat()}
        self.put_off(step, extended(date_of(item), step.details["to"], number=step.details["number"]))
        step.facts["due"] = local_date(item.due_at).isoformat()

    @verb(label=gettext_lazy("Recompute the date"), source="*")
    def redate(self, step: Step) -> None:
        """The calendar has changed: what was counted is counted again, as a revision of the date."""
        item = dated_item(step)
        date = recounted(step.edition, item, step.calendar, local_date(step.at))
        if date is None or date.at == item.due_at:
            raise Conflict("date_stands", _("The date does not move."))
        step.facts = {"before": local_date(item.due_at).isoformat()}
        self.put_off(step, date)
        step.facts["due"] = local_date(item.due_at).isoformat()

    @verb(label=gettext_lazy("Affirm the date"), source="*", deliver=False)
    def affirm_date(self, step: Step) -> None:
        """The calendar that a date rested on has been announced and leaves the day as it was: no revision."""
        item = dated_item(step)
        date = recounted(step.edition, item, step.calendar, local_date(step.at))
        if date is None or date.at != item.due_at:
            raise Conflict("date_moves", _("The date moves."))
        item.due_trace, item.due_provisional = date.trace, date.provisional
        step.change_date(item)
        self.keep_steps(step, date)

    def keep_steps(self, step: Step, date: Due) -> None:
        """A kind whose record holds the date keeps the steps there, too."""

    def put_off(self, step: Step, date: Due) -> None:
        """Give the open work item another date; a kind whose record holds the date moves that, too."""
        step.move_due(dated_item(step), date)


def date_of(item: Any) -> Due:
    """The date of a work item with its steps."""
    return known(local_date(item.due_at), item.due_trace)


def dated_item(step: Step) -> Any:
    """The case's open work item, which has a date."""
    item: WorkItem | None = step.item
    if item is None or item.due_at is None:
        raise Conflict("no_date", _("There is no open work with a date."))
    return item


def recounted(edition: EditionData, item: Any, calendar: WorkCalendar, today: dt.date) -> Due | None:
    """The date that the item's steps lead to by its unit's calendar as it now is; None where nothing changes.

    A date that has passed never moves, and none moves to before today (design, Readings: Working days).
    """
    rule = edition.deadlines.get(item.due_rule)
    if rule is None or local_date(item.due_at) < today:
        return None
    date = replayed(rule, date_of(item).trace, calendar)
    if date.on is None or date.on < today or (date.at, date.provisional) == (item.due_at, item.due_provisional):
        return None
    return date
