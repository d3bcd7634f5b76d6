"""The states of a finding, and in whose hands it is in each (整改台账)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy


class State(models.TextChoices):
    OPEN = "open", gettext_lazy("To rectify")
    PLAN_SUBMITTED = "plan_submitted", gettext_lazy("Plan awaiting acceptance")
    IN_PROGRESS = "in_progress", gettext_lazy("Rectifying")
    FIXED = "fixed", gettext_lazy("Fixed, awaiting review")
    CLOSING = "closing", gettext_lazy("Awaiting approval to close")
    CONTINUING = "continuing", pgettext_lazy("finding", "Continuing, reviewed at intervals")
    CLOSED = "closed", pgettext_lazy("finding", "Closed")
    REFERRED = "referred", gettext_lazy("Referred")
    REJECTED = "rejected", gettext_lazy("Not upheld")
    CANCELLED = "cancelled", pgettext_lazy("finding", "Cancelled")


WITH_INSTITUTION = (State.OPEN, State.IN_PROGRESS)
WITH_COUNTY = (State.PLAN_SUBMITTED, State.FIXED, State.CLOSING)
# What a later self-check or its verification may still change; a continuing one has passed its review.
IN_HAND = (*WITH_INSTITUTION, *WITH_COUNTY)
LIVE = (*IN_HAND, State.CONTINUING)
SETTLED = (State.CLOSED, State.REFERRED, State.REJECTED, State.CANCELLED)
