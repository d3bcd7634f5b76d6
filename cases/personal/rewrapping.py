"""Changing the operator's key: every person's key is wrapped anew, the boxes stay as they are."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from cases.access import SYSTEM
from cases.audit import note
from cases.models.patient import PersonalKey
from cases.personal import box


def rewrap(at: dt.datetime, limit: int = 500) -> int:
    """Wrap the next keys that an earlier key of the operator's wraps by the present one; how many they were.

    Safe to repeat and to break off. Raises :class:`cases.personal.box.Unreadable` where an earlier key is not at hand.
    """
    present = box.fingerprint(box.operators_keys()[0])
    with transaction.atomic():
        rows = PersonalKey.objects.select_for_update().exclude(wrapped_by=present).order_by("pk")[:limit]
        count = 0
        for row in rows:
            key = box.unwrap(bytes(row.wrapped), row.wrapped_by, row.patient_id)
            row.wrapped, row.wrapped_by = box.wrap(key, row.patient_id)
            row.save(update_fields=["wrapped", "wrapped_by"])
            count += 1
        if count:
            note("rewrap_personal_keys", by=SYSTEM, at=at, details={"keys": count, "wrapped_by": present})
    return count
