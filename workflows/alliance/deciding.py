"""What a pilot's steps after the practice keep: summary, exchange, outcome, experience (pilot plan, part 3 (3))."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from cases.clock import local_date
from cases.errors import Conflict, Invalid
from cases.models import CaseParty, Pilot
from cases.roles import Role
from cases.saving import sign
from cases.wording import cdate
from workflows.alliance.period import phase_of, practice_of
from workflows.step import Step

LONGEST = 20_000
CLAUSE = "试点方案 三（三）"


def save_record(step: Step, pilot: Pilot, **values: Any) -> None:
    """Save what a verb has changed, with who did it in the history."""
    for name, value in values.items():
        setattr(pilot, name, value)
    pilot.row_version += 1
    sign(pilot, step.person, step.at, step.verb)
    pilot.save(update_fields=[*values, "row_version"])


def text_of(step: Step, name: str, missing: Any) -> str:
    """What was written; raises Invalid (422) where it is nothing, or more than anybody reads."""
    text = str(step.details.get(name) or "").strip()
    message = missing if not text else _("Keep this under %(limit)d characters.") % {"limit": LONGEST}
    if not text or len(text) > LONGEST:
        raise Invalid(f"{name}_missing" if not text else "too_long", message, faults={name: [message]})
    return text


def require_begun(pilot: Pilot, code: str, today: dt.date) -> None:
    """Refuse a phase whose first day has not come; the practice of an extended pilot lasts longer."""
    first = phase_of(pilot, code)[0]
    if code == "evaluation":
        first = max(first, practice_of(pilot)[1] + dt.timedelta(days=1))
    if today < first:
        raise Conflict("too_early", _("This phase begins on %(day)s.") % {"day": cdate(first)})


def exchange_details(step: Step, pilot: Pilot) -> dict[str, Any]:
    """Day and account of the exchange meeting (召开试点工作总结交流会), which has been held."""
    text = text_of(step, "exchange", _("Say what was exchanged at the meeting."))
    on, first = step.details.get("exchange_on"), phase_of(pilot, "evaluation")[0]
    if not isinstance(on, dt.date) or not first <= on <= local_date(step.at):
        message = _("Give the day of the meeting: from %(day)s on, and not after today (%(clause)s).") % {
            "day": cdate(first),
            "clause": CLAUSE,
        }
        raise Invalid("exchange_day", message, faults={"exchange_on": [message]})
    return {"exchange": text, "exchange_on": on}


def extension_of(step: Step, pilot: Pilot) -> dt.date:
    """The last day of an extended practice: after today, and before the evaluation's own end."""
    until, last = step.details.get("extended_until"), phase_of(pilot, "evaluation")[1]
    if not isinstance(until, dt.date) or not local_date(step.at) < until < last:
        message = _("Choose a day after today and before the end of the evaluation on %(day)s (%(clause)s).") % {
            "day": cdate(last),
            "clause": CLAUSE,
        }
        raise Invalid("extension_day", message, faults={"extended_until": [message]})
    return until


def lead_seat(case: Any) -> tuple[int, str]:
    """The seat of the lead hospital's office (管委会办公室)."""
    return case.pilot.lead_id, Role.ALLIANCE_OFFICER


def finance_seat(case: Any) -> tuple[int, str]:
    """The seat of the finance bureau that takes part in the pilot."""
    bureaus = CaseParty.objects.filter(case=case.pk, part="finance", valid_until=None).order_by("pk")
    bureau = bureaus.values_list("unit", flat=True).first()
    if bureau is None:
        raise Conflict("no_finance_bureau", _("No finance bureau takes part in this pilot."))
    return int(bureau), Role.FINANCE_OFFICER
