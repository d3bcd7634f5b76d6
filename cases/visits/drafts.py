"""The team's own assessment of a visit, item by item, saved while it is typed (实地抽查; action plan, part 3 (3)).

Nothing here changes the state of a case or a word of the institution or the county. Every row has a version: a save
that was based on an older one is refused with the present row, so that two experts on site lose nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.editions.form import Form
from cases.errors import Conflict, Invalid, WrongRole
from cases.models import Case, User, Visit, VisitItem
from cases.saving import StaleRow, sign

ITEM_FIELDS = ("status", "facets", "problem", "measure", "rectification", "severity", "due_on", "note")
PARTICULARS = ("visited_on", "present", "opinion")
EXPERT = "party:expert"


@contextmanager
def assessing(case: Case, *, state: str, viewer: Viewer) -> Iterator[Visit]:
    """Hold the visit for a moment in the state in which its team writes.

    Raises WrongRole (403) for whoever is no expert of this visit today, Conflict (409) when the case has moved on.
    """
    with transaction.atomic():
        locked = Case.objects.select_for_update(of=("self",)).select_related("unit").get(pk=case.pk)
        if not viewer.may(EXPERT, locked):
            raise WrongRole(
                "wrong_role",
                _("Only the experts of this visit write its assessment."),
                hint=_("The page of the visit shows who is sent."),
            )
        if locked.state != state:
            raise Conflict(
                "not_being_assessed",
                _("The assessment can no longer be changed here: the visit has moved on."),
                hint=_("The page of the visit shows what happened. Copy what you still need."),
            )
        yield Visit.objects.get(pk=case.pk)


def save_item(
    visit: Visit,
    form: Form,
    item_code: str,
    values: Mapping[str, Any],
    *,
    based_on: int,
    by: User,
    at: dt.datetime,
) -> VisitItem:
    """Keep what the team says of one item; inside ``assessing``.

    ``based_on`` is the row version that the expert saw, 0 where there was none; the same words again write nothing.
    Raises StaleRow (409) or Invalid (422, unknown item).
    """
    if item_code not in form.items:
        message = _("The form has no such item.")
        raise Invalid("unknown_item", message, faults={"item_code": [message]})
    values = {name: values[name] for name in ITEM_FIELDS if name in values}
    row = visit.items.filter(item_code=item_code).first()
    if row is None and not any(values.values()):
        return VisitItem(item_code=item_code)
    if row is None:
        row = VisitItem(visit=visit, item_code=item_code)
    elif all(getattr(row, name) == value for name, value in values.items()):
        return row
    if row.row_version != based_on:
        raise StaleRow(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.row_version += 1
    row.updated_by, row.updated_at = by, at
    sign(row, by, at)
    row.save()
    return row


def save_particulars(visit: Visit, values: Mapping[str, Any], *, based_on: int, by: User, at: dt.datetime) -> Visit:
    """Keep when the team was there, who was present and its opinion on the whole; inside ``assessing``."""
    values = {name: values[name] for name in PARTICULARS if name in values}
    if all(getattr(visit, name) == value for name, value in values.items()):
        return visit
    if visit.row_version != based_on:
        raise StaleRow(visit)
    for name, value in values.items():
        setattr(visit, name, value)
    visit.row_version += 1
    sign(visit, by, at)
    visit.save(update_fields=[*values, "row_version"])
    return visit
