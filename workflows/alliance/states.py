"""The states of programmes and pilots (pilot plan, part 3)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class ProgrammeState(models.TextChoices):
    SELECTING = "selecting", pgettext_lazy("pilots", "Selecting pilots")
    RUNNING = "running", pgettext_lazy("pilots", "Pilots running")
    CLOSED = "closed", pgettext_lazy("pilots", "Closed")


class State(models.TextChoices):
    APPLIED = "applied", pgettext_lazy("pilot", "Applied for")
    SELECTED = "selected", pgettext_lazy("pilot", "Selected")
    PRACTICE = "practice", pgettext_lazy("pilot", "In practice")
    REPORTING = "reporting", pgettext_lazy("pilot", "Summary report due")
    SCORING = "scoring", pgettext_lazy("pilot", "Being scored")
    JOINT = "joint", pgettext_lazy("pilot", "Joint score to be fixed")
    COUNTERSIGNING = "countersigning", pgettext_lazy("pilot", "Awaiting countersignature")
    EXCHANGE = "exchange", pgettext_lazy("pilot", "Exchange meeting")
    DECIDING = "deciding", pgettext_lazy("pilot", "Awaiting decision")
    PROMOTED = "promoted", pgettext_lazy("pilot", "Promoted")
    STOPPED = "stopped", pgettext_lazy("pilot", "Stopped")
    DECLINED = "declined", pgettext_lazy("pilot", "Not selected")
    WITHDRAWN = "withdrawn", pgettext_lazy("pilot", "Withdrawn")


FINALS = frozenset({State.PROMOTED, State.STOPPED, State.DECLINED, State.WITHDRAWN})
# Between selection and outcome.
RUNNING = (
    State.SELECTED,
    State.PRACTICE,
    State.REPORTING,
    State.SCORING,
    State.JOINT,
    State.COUNTERSIGNING,
    State.EXCHANGE,
    State.DECIDING,
)
LIVE = (State.APPLIED, *RUNNING)
NEVER_SELECTED = (State.APPLIED, State.DECLINED, State.WITHDRAWN)
# In which of the three phases of the plan (part 3) a pilot stands.
PHASE_OF: dict[str, str] = {
    State.APPLIED: "start",
    State.SELECTED: "start",
    State.PRACTICE: "practice",
    **dict.fromkeys((*RUNNING[2:], State.PROMOTED), "evaluation"),
}
