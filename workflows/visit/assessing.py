"""What a team's assessment still needs before it can be delivered, by place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from cases.clock import end_of_day
from cases.editions.form import CheckItem
from cases.models import AnswerStatus, SelfCheckSubmission, Visit, VisitItem
from cases.visits.drafts import ITEM_FIELDS

UNTOUCHED = VisitItem()


def delivery_faults(
    record: Visit, rows: Iterable[VisitItem], form_items: Mapping[str, CheckItem], *, on: dt.date
) -> dict[str, list[Any]]:
    """What hinders the delivery: ``visited_on``, ``present``, ``items``, ``item:CODE``; ``on`` is the local day."""
    faults: dict[str, list[Any]] = {}
    if record.visited_on is None:
        faults["visited_on"] = [_("Give the day of the visit.")]
    elif record.visited_on > on:
        faults["visited_on"] = [_("The visit lies in the future.")]
    if not record.present.strip():
        faults["present"] = [_("Name who was present, the institution’s people too.")]
    said = {row.item_code: row for row in rows if is_said(row)}
    if not any(row.status for row in said.values()):
        faults["items"] = [_("No item has been assessed yet.")]
    for code, item in form_items.items():
        if code in said and (found := item_faults(said[code], item, on=on)):
            faults[f"item:{code}"] = [message for messages in found.values() for message in messages]
    return faults


def item_faults(row: VisitItem, item: CheckItem, *, on: dt.date) -> dict[str, list[Any]]:
    """What one item still needs, by field; an item that was not looked at needs nothing."""
    if not row.status:
        return {"status": [_("Say how it was found, or clear what is written.")]} if is_said(row) else {}
    if row.status != AnswerStatus.PROBLEM:
        return {}
    found: dict[str, list[Any]] = {}
    if item.facets and not row.facets:
        found["facets"] = [_("Choose at least one aspect that the problem belongs to.")]
    if not row.problem.strip():
        found["problem"] = [_("Describe the problem.")]
    if row.due_on is not None and row.due_on < on:
        found["due_on"] = [_("The due date has passed already.")]
    return found


def is_said(row: VisitItem) -> bool:
    """Whether the team has written anything about the item."""
    return any(getattr(row, name) != getattr(UNTOUCHED, name) for name in ITEM_FIELDS)


def version_before(record: Visit, day: dt.date) -> SelfCheckSubmission | None:
    """The latest version of the self-check that had been submitted by the end of the day of the visit."""
    versions = SelfCheckSubmission.objects.filter(selfcheck=record.cycle_id, at__lte=end_of_day(day))
    return versions.defer("snapshot").order_by("-no").first()
