"""What the page of any kind of case shows beside its own: holds, supervision, more time, and the desk's buttons."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from cases.models import Case, WorkItem
from cases.web import viewer_of
from workflows.dates.shown import dates_of
from workflows.desk.case_file import limits
from workflows.desk.verbs import LEFT_TO_THE_DESK, colleagues_of, offers
from workflows.supervision.shown import active_on

OFFERED = LEFT_TO_THE_DESK | {"claim", "release", "hand_over"}


def beside(request: HttpRequest, case: Case, item: WorkItem | None) -> dict[str, Any]:
    """The context of the parts ``_hold``, ``_extensions``, supervision's ``_tag``, ``_limits`` and ``_offers``."""
    found_limits = limits(case, ())
    found = offers(request, case, item, colleagues_of(item, viewer_of(request)))
    return {
        "supervisions": active_on(case.pk),
        **dates_of(case),
        "limits": found_limits if len(found_limits) > 1 else [],  # the only one stands on the page already
        "offers": [offer for offer in found if offer.name in OFFERED],
    }
