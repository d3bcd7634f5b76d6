"""What is planned before a draw: title, how many institutions, and until when they are visited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from cases.editions.rounds import DrawRules
from cases.errors import Invalid
from cases.models import SpotCheck
from cases.sampling.frame import FACTORS
from cases.saving import sign

LONGEST_TITLE = 120
MOST = 2_000  # institutions of one spot-check; visits are opened in the step that draws them
FURTHEST = 366  # calendar days; a mistyped year is found out
FIELDS = ("title", "size", "visits_until")


def check_plan(plan: Mapping[str, Any], today: dt.date) -> dict[str, Any]:
    """The plan's values as the record keeps them; raises Invalid (422) with a fault for each field."""
    title, size, until = str(plan.get("title") or "").strip(), plan.get("size"), plan.get("visits_until")
    faults: dict[str, list[Any]] = {}
    if not title:
        faults["title"] = [_("Give the spot-check a title.")]
    elif len(title) > LONGEST_TITLE:
        faults["title"] = [_("Keep the title under %(limit)d characters.") % {"limit": LONGEST_TITLE}]
    if not isinstance(size, int) or not 1 <= size <= MOST:
        faults["size"] = [_("Between 1 and %(most)d institutions can be drawn.") % {"most": MOST}]
    if until is not None and (not isinstance(until, dt.date) or not 0 <= (until - today).days <= FURTHEST):
        faults["visits_until"] = [_("Choose a day from today on, at most a year ahead.")]
    if faults:
        raise Invalid("plan_incomplete", _("The plan of the spot-check is not complete."), faults=faults)
    return {"title": title, "size": size, "visits_until": until}


def rules_used(rules: DrawRules) -> dict[str, Any]:
    """The edition's strata and shares as a record keeps them: what the draw was made by stays readable with it."""
    shares = {factor: str(getattr(rules, factor)) for factor in FACTORS}
    return {"strata": list(rules.strata), "factors": {**shares, "beds_large": rules.beds_large}}


def save_record(record: SpotCheck, names: list[str], *, by: Any, at: dt.datetime, verb: str) -> None:
    """Save what a verb has changed, with who did it in the history."""
    sign(record, by, at, verb)
    record.save(update_fields=names)
