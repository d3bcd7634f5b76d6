"""What of a pilot is filed and in force: activities, referrals and the evaluation wait for it (pilot plan, 2 (2) 2)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.errors import Conflict
from cases.models import Filing

CLAUSE = "试点方案 二（二）2“实施方案和协议书需及时报市卫生健康委备案”"
IN_FORCE = "accepted"


def in_force(pilot: Any) -> dict[str, Filing]:
    """The filings in force of a pilot, given as its record or its case, by their kind; one query."""
    found = Filing.objects.filter(pilot=pilot.pk, case__state=IN_FORCE).select_related("case")
    return {filing.kind: filing for filing in found}


def missing(pilot: Any) -> list[Any]:
    """The labels of what is not on file yet, in the order of the plan."""
    there = set(Filing.objects.filter(pilot=pilot.pk, case__state=IN_FORCE).values_list("kind", flat=True))
    return [kind.label for kind in Filing.Kind if kind not in there]


def require_filed(pilot: Any) -> None:
    """Refuse what waits for the filings; raises Conflict (409) with the clause and what is not on file yet."""
    if lacking := missing(pilot):
        what = pgettext("list of documents", ", ").join(str(label) for label in lacking)
        raise Conflict(
            "not_filed",
            _("Not on file with the commission yet: %(what)s (%(clause)s).") % {"what": what, "clause": CLAUSE},
            hint=_("The lead hospital’s office files it; this waits until the commission has accepted it."),
        )
