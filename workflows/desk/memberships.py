"""What has taken a cycle up beside its own state: the summary, the region's report, a spot-check (design, 4).

Looked up for all rows of a list together, in three queries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Case, DrawEntry, Summary, SummaryMember
from workflows.summary.kind import State as SummaryState
from workflows.summary.regional import State as ReportState
from workflows.visit.kind import State as VisitState

ACCEPTED = (SummaryState.ACCEPTED, SummaryState.ARCHIVED)
REPORTED = (ReportState.SUBMITTED, ReportState.ACKNOWLEDGED)
NOT_DRAWN, DRAWN = "not_drawn", "drawn"


@dataclass(frozen=True)
class Membership:
    """Where a cycle has been taken up; ``draw`` is empty before any draw, ``visit`` the state of its visit.

    Whose visit was cancelled, or whose spot-check, is not drawn any more.
    """

    since: dt.datetime | None = None
    summary: Case | None = None
    report: Case | None = None
    draw: str = ""
    visit: str = ""
    visit_case: Case | None = None

    @property
    def accepted(self) -> bool:
        return self.summary is not None and self.summary.state in ACCEPTED

    @property
    def reported(self) -> bool:
        """The prefecture's summary is accepted, and the region's report has been submitted."""
        return self.accepted and self.report is not None and self.report.state in REPORTED

    @property
    def visited(self) -> bool:
        return self.visit == VisitState.CONCLUDED

    @property
    def tags(self) -> list[str]:
        """In a few words, for a line of a list; what has not happened is not said."""
        words = []
        if self.reported:
            words.append(_("Reported"))
        elif self.summary is not None:
            words.append(_("In the summary"))
        if self.draw == DRAWN:
            words.append(_("Spot-checked") if self.visited else _("Drawn for a spot-check"))
        return words


NONE = Membership()


def memberships_of(cycles: Iterable[Case]) -> dict[int, Membership]:
    """The membership of each cycle, by its key; three queries however many there are."""
    found = list(cycles)
    members: dict[int, SummaryMember] = {}
    rows = SummaryMember.objects.filter(cycle__in=[cycle.pk for cycle in found]).select_related("summary__case")
    for member in rows.order_by("since", "pk"):
        members[member.cycle_id] = member
    reports = _reports({member.summary.round_id for member in members.values()})
    draws = _draws(found)
    return {
        cycle.pk: _membership(members.get(cycle.pk), reports, draws.get((cycle.unit_id, cycle.year), []))
        for cycle in found
    }


def _reports(rounds: set[int]) -> dict[int, Case]:
    """The region's report of each round."""
    found = Summary.objects.filter(round__in=rounds, case__kind="regional_report").select_related("case")
    return {summary.round_id: summary.case for summary in found}


def _draws(cycles: list[Case]) -> dict[tuple[int, int], list[DrawEntry]]:
    """The frames of draws that the institutions stood in, by institution and year, the latest draw last."""
    entries = DrawEntry.objects.filter(
        institution__in={cycle.unit_id for cycle in cycles},
        spot_check__case__year__in={cycle.year for cycle in cycles},
        spot_check__drawn_at__isnull=False,
    )
    found: dict[tuple[int, int], list[DrawEntry]] = {}
    for entry in entries.select_related("spot_check__case", "visit__case__unit").order_by("pk"):
        found.setdefault((entry.institution_id, entry.spot_check.case.year), []).append(entry)
    return found


def _membership(member: SummaryMember | None, reports: dict[int, Case], entries: list[DrawEntry]) -> Membership:
    drawn = next((entry for entry in reversed(entries) if _stands(entry)), None)
    visit: Any = getattr(drawn, "visit", None)
    return Membership(
        since=member.since if member else None,
        summary=member.summary.case if member else None,
        report=reports.get(member.summary.round_id) if member else None,
        draw=DRAWN if drawn else NOT_DRAWN if entries else "",
        visit=visit.case.state if visit is not None else "",
        visit_case=visit.case if visit is not None else None,
    )


def _stands(entry: DrawEntry) -> bool:
    """Whether an institution of a frame was drawn, and neither replaced nor let off since."""
    visit: Any = getattr(entry, "visit", None)
    let_off = visit is not None and visit.case.state == VisitState.CANCELLED
    return entry.drawn and entry.dropped_at is None and not let_off
