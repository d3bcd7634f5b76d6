"""The region's matrix of its prefectures for one round: where each stands, who has it, by when, in time or not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.access import Viewer
from cases.lights import light_of
from cases.models import CaseEvent, OrgUnit, Round, Summary, SummaryVersion, WorkItem
from cases.punctuality import LATE, OVERDUE, outcome_word
from workflows.desk.inbox import people_at
from workflows.reporting.completeness import with_standing
from workflows.reporting.steps import summary_step
from workflows.summary.regional_prefectures import Standing, standings, state_word

NOT_BEGUN, DRAFTING, RETURNED, SUBMITTED, ACCEPTED = "not_begun", "drafting", "returned", "submitted", "accepted"
GROUPS = (NOT_BEGUN, DRAFTING, RETURNED, SUBMITTED, ACCEPTED)
GROUP_OF_STATE = {
    "drafting": DRAFTING,
    "confirming": DRAFTING,
    "returned": RETURNED,
    "submitted": SUBMITTED,
    "accepted": ACCEPTED,
    "archived": ACCEPTED,
}
# What shows that somebody has begun: opening and reminders do not.
BEGINNINGS = ("claim", "hand_over", "request_confirmation", "submit")


@dataclass(frozen=True)
class Line:
    """One prefecture of the matrix; ``item`` is the open work, ``since`` when the present state began."""

    standing: Standing
    group: str
    light: str
    item: WorkItem | None
    holders: str
    since: dt.datetime | None
    outcome: str
    version: int | None

    @property
    def unit(self) -> OrgUnit:
        return self.standing.unit

    @property
    def case(self) -> Any:
        return self.standing.case

    @property
    def word(self) -> str:
        """The state in words; one that nobody has begun is told apart."""
        return pgettext("matrix", "Not begun") if self.group == NOT_BEGUN else state_word(self.standing.state)

    @property
    def punctual(self) -> str:
        """On time, after an extension, late; overdue while it is not done."""
        return outcome_word(self.outcome) if self.outcome else ""

    @property
    def is_late(self) -> bool:
        return self.outcome in (LATE, OVERDUE)

    @property
    def is_overdue(self) -> bool:
        return self.outcome == OVERDUE


def matrix(viewer: Viewer, of: Round) -> list[Line]:
    """Every prefecture of the round's region in the order of the tree; eight queries, however many there are."""
    region = of.programme.case.unit
    places = standings(region, of)
    keys = [place.case.pk for place in places if place.case is not None]
    open_items = WorkItem.objects.open().filter(process__in=keys).select_related("unit", "owner")
    items = {item.process_id: item for item in open_items}
    moves = CaseEvent.objects.filter(case__in=keys).exclude(source=F("target")).order_by()
    since = dict(moves.values_list("case").annotate(at=Max("at")))
    begun = _begun(keys)
    filed = SummaryVersion.objects.filter(summary__in=keys).order_by()
    versions = dict(filed.values_list("summary").annotate(last=Max("no")))
    names = people_at([(item.unit_id, item.role) for item in items.values() if item.role], viewer.on)
    step = summary_step(of.code, "")
    cases = step.cases(viewer, of.programme.case.year, region.path)
    outcomes = dict(with_standing(cases, step, viewer).values_list("pk", "standing"))
    lines = []
    for place in places:
        key = place.case.pk if place.case is not None else None
        item = items.get(key) if key else None
        if item is not None:
            item.process = place.case
        group = GROUP_OF_STATE.get(place.state, NOT_BEGUN)
        if group == DRAFTING and key not in begun:
            group = NOT_BEGUN
        lines.append(
            Line(
                standing=place,
                group=group,
                light=_light(group, item, viewer.at),
                item=item,
                holders=_holders(item, names),
                since=since.get(key),
                outcome=outcomes.get(key, ""),
                version=versions.get(key),
            )
        )
    return lines


def tally(lines: list[Line]) -> list[tuple[str, str, int]]:
    """How many prefectures stand where, and how many are late: code, word and number."""
    words = {
        NOT_BEGUN: pgettext("matrix", "Not begun"),
        DRAFTING: pgettext("matrix", "In preparation"),
        RETURNED: pgettext("matrix", "Returned"),
        SUBMITTED: pgettext("matrix", "Submitted"),
        ACCEPTED: pgettext("matrix", "Accepted"),
    }
    found = [(group, words[group], sum(line.group == group for line in lines)) for group in GROUPS]
    return [*found, ("late", _("Late"), sum(line.is_late for line in lines))]


def _begun(keys: list[int]) -> set[int]:
    """The summaries on which anybody has worked: a step, a figure changed, a passage or a reason written."""
    touched = Q(row_version__gt=0) | Q(overrides__isnull=False) | Q(texts__updated_at__isnull=False)
    touched |= Q(case__events__verb__in=BEGINNINGS)
    return set(Summary.objects.filter(touched, pk__in=keys).values_list("pk", flat=True))


def _light(group: str, item: WorkItem | None, now: dt.datetime) -> str:
    """Accepted is green, whatever waits; what nobody has opened has no light."""
    if group == ACCEPTED:
        return "ok"
    return light_of(item, now) if item is not None else "idle"


def _holders(item: WorkItem | None, names: dict[tuple[int, str], list[str]]) -> str:
    if item is None or not item.role:
        return ""
    if item.owner is not None:
        return str(item.owner)
    return pgettext("list separator", ", ").join(names.get((item.unit_id, item.role), []))
