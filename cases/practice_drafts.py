"""Saving the words of a typical case or good practice while it is being written, beside the door (ADR 0015)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.errors import Conflict
from cases.models import Case, Practice, User
from cases.saving import sign

WRITING = "drafting"
FIELDS = ("sort", "title", "text", "institution", "finding")


@transaction.atomic
def save_practice(
    case: Case, values: dict[str, Any], *, row_version: int | None, by: User, at: dt.datetime
) -> Practice:
    """Keep what was written; ``row_version`` is the one that the writer was looking at, ``at`` is in UTC.

    Raises Conflict (409) where it is no longer being written, or a colleague has saved since.
    """
    locked = Case.objects.select_for_update().get(pk=case.pk)
    practice = Practice.objects.get(pk=case.pk)
    if locked.state != WRITING:
        raise Conflict(
            "wrong_state",
            _("It has been filed; it cannot be changed any more."),
            hint=_("It can be withdrawn, or the unit that has it can return it."),
        )
    if row_version != practice.row_version:
        raise Conflict(
            "stale_version",
            _("A colleague has saved this since you opened it."),
            hint=_("Copy what you typed, reload the page, and put both together."),
        )
    for name in FIELDS:
        setattr(practice, name, values[name])
    practice.row_version += 1
    sign(practice, by, at)
    practice.save(update_fields=[*FIELDS, "row_version"])
    return practice
