"""What every save of a record shares: whose name its history bears, and what happens when somebody else was faster."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from cases.errors import Conflict
from cases.models import User


def sign(row: Any, by: User | None, at: dt.datetime | None, reason: str | None = None) -> None:
    """Say in the history of what is saved next who changes it, when (by default now) and why."""
    row._history_user, row._change_reason = by, reason
    if at is not None:
        row._history_date = at


def author_of(row: Any) -> str:
    """Who saved a row last, as far as that is known."""
    if (author := getattr(row, "updated_by", None)) is not None:
        return str(author)
    newest = row.history.select_related("history_user").order_by("-history_id").first()
    return str(newest.history_user) if newest is not None and newest.history_user else _("Somebody else")


class StaleRow(Conflict):
    """Somebody else has saved since the row was read (409); ``stored`` is the row as it stands now.

    ``row_version`` is the version that a save over it has to name.
    """

    def __init__(self, stored: Any, row_version: int | None = None) -> None:
        super().__init__(
            "stale_row",
            _("%(name)s has changed this in the meantime.") % {"name": author_of(stored)},
            hint=_("What you typed has not been saved; choose which version to keep."),
        )
        self.stored = stored
        self.row_version = stored.row_version if row_version is None else row_version
