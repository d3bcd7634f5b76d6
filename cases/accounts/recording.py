"""What is granted and who signs in goes to the system's own record: the one joint through which this package tells it."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from cases.models import OrgUnit, User

log = logging.getLogger("cases.accounts")


def note(verb: str, *, unit: OrgUnit | None, by: User | None, at: dt.datetime, subject: Any) -> None:
    """Record one act on the system: what, by whom, on which record; ids only."""
    log.info("%s %s %s by %s at %s", verb, type(subject).__name__, subject.pk, by.pk if by else None, at.isoformat())
