"""What the case page shows beside the timeline: the squares, limits, people, findings, versions, past years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from viewflow.workflow.status import STATUS

from cases.access import Viewer
from cases.models import (
    Appointment,
    Case,
    Evidence,
    Finding,
    SelfCheckAnswer,
    SelfCheckSubmission,
    WorkItem,
)
from cases.naming import Signatures, standing_in
from cases.punctuality import LATE, outcome_of, outcome_word
from cases.roles import Role
from cases.tree import STEP
from cases.wording import cell_words
from workflows.desk.destinations import address
from workflows.desk.lines import check_item_label, title_of
from workflows.finding.kind import LIVE
from workflows.kinds import KINDS
from workflows.step import edition_of

CELL_STATES = {"compliant": "ok", "problem": "problem", "not_applicable": "na"}
DRAFTING = ("self_check", "confirming", "returned")
PEOPLE = (
    Role.INSTITUTION_FILLER,
    Role.INSTITUTION_HEAD,
    Role.COUNTY_OFFICER,
    Role.COUNTY_APPROVER,
    Role.PREFECTURE_OFFICER,
)
MOST_LIMITS = 8
MOST_DONE = 4
MOST_FINDINGS = 60


@dataclass(frozen=True)
class Squares:
    """The thirty squares, or only how many are filled in where the draft is not for the reader's eyes."""

    cells: list[dict[str, Any]]
    source: str
    problems: int
    answered: int
    total: int


@dataclass(frozen=True)
class Limit:
    """One limit of the case or of its findings: when, and whether the work is done."""

    title: str
    item: WorkItem
    href: str

    @property
    def due_at(self) -> dt.datetime:
        """Only work that has a date is a limit."""
        if self.item.due_at is None:
            raise ValueError("work without a date is no limit")
        return self.item.due_at

    @property
    def outcome(self) -> str:
        return outcome_of(self.item)

    @property
    def word(self) -> str:
        return outcome_word(self.outcome)

    @property
    def light(self) -> str:
        return "late" if self.outcome == LATE else "ok"


@dataclass(frozen=True)
class FindingLine:
    """A finding in a list of its cycle."""

    finding: Finding
    item: str
    state: Any
    live: bool
    open_item: WorkItem | None
    href: str


@dataclass(frozen=True)
class Version:
    """A submitted version with its sealed copies."""

    submission: SelfCheckSubmission
    sealed: list[Evidence]
    paper: str
    by: str


def may_see_draft(viewer: Viewer, case: Case) -> bool:
    """A draft is the institution's own until it is submitted."""
    return viewer.can("fill", case.unit) or viewer.can("confirm", case.unit)


def squares(case: Case, viewer: Viewer, submissions: list[SelfCheckSubmission]) -> Squares:
    """From the draft where the institution itself looks at it, else from the latest submitted version."""
    items = edition_of(case).items
    own = may_see_draft(viewer, case)
    last = submissions[0] if submissions else None
    if last is None or (own and case.state in DRAFTING):
        answers = SelfCheckAnswer.objects.filter(selfcheck=case.pk, item_code__in=items)
        status = dict(answers.exclude(status="").values_list("item_code", "status"))
        source = _("draft")
    else:
        snapshot = SelfCheckSubmission.objects.values_list("snapshot", flat=True).get(pk=last.pk)
        status = {code: answer["status"] for code, answer in snapshot["answers"].items()}
        source = f"v{last.no}"
    shown = own or last is not None
    return Squares(
        cells=_cells(case, status, viewer) if shown else [],
        source=source,
        problems=sum(value == "problem" for value in status.values()) if shown else 0,
        answered=len(status),
        total=len(items),
    )


def _cells(case: Case, status: dict[str, str], viewer: Viewer) -> list[dict[str, Any]]:
    """The squares; each leads to its item, the county's to the place where it verifies."""
    county = viewer.can("verify", case.unit) or viewer.can("approve", case.unit)
    page = address("verification" if county else "selfcheck", case.pk)
    words, separator = cell_words(), pgettext("label colon", ": ")
    cells = []
    for item in edition_of(case).items.values():
        state = CELL_STATES.get(status.get(item.code, ""), "todo")
        label = f"{check_item_label(case, item.code)}{separator}{words[state]}"
        cells.append(
            {
                "no": item.no,
                "state": state,
                "href": f"{page}?item={item.code}" if county else f"{page}#i{item.no}",
                "label": label,
            }
        )
    return cells


def submissions_of(case: Case) -> list[SelfCheckSubmission]:
    """The submitted versions, the latest first, without their content."""
    return list(
        SelfCheckSubmission.objects.filter(selfcheck=case.pk).select_related("by").defer("snapshot").order_by("-no")
    )


def versions(case: Case, viewer: Viewer, submissions: list[SelfCheckSubmission], paper: str) -> list[Version]:
    """Each version with the sealed copies that show it; a seal on a draft is the institution's own."""
    sealed: dict[str, list[Evidence]] = {}
    copies = Evidence.objects.current().filter(case=case.pk, purpose=Evidence.Purpose.SEALED)
    for copy in copies.order_by("pk") if submissions else ():
        sealed.setdefault(copy.shows_digest, []).append(copy)
    signed = Signatures([case.pk] if submissions else [])
    return [
        Version(
            submission,
            sealed.get(submission.digest, []),
            f"{paper}?version={submission.no}" if paper else "",
            signed.name(case.pk, submission.by, submission.at),
        )
        for submission in submissions
    ]


def people(case: Case, on: dt.date) -> list[tuple[str, list[str]]]:
    """Who holds the roles that have to do with the institution on the day, from the institution upwards."""
    path = case.unit.path
    above = [path[:length] for length in range(STEP, len(path) + 1, STEP)]
    rows = (
        Appointment.objects.valid(on)
        .filter(unit__path__in=above, role__in=PEOPLE)
        .order_by("pk")
        .values_list("role", "user__name", "delegated_by__user__name")
    )
    names: dict[str, list[str]] = {}
    for role, name, absent in rows:
        names.setdefault(role, []).append(standing_in(name, absent))
    return [(str(role.label), names[role]) for role in PEOPLE if role in names]


def limits(case: Case, findings: Iterable[FindingLine]) -> list[Limit]:
    """What is still open, the most urgent first, then what was done last, with the limit that it had."""
    items = WorkItem.objects.human().filter(process=case.pk).exclude(due_at=None).select_related("process")
    items = items.exclude(status=STATUS.DONE, done_by=None)  # ended by the clock with its window
    own = [Limit(title_of(item), item, "") for item in items.order_by("-pk")[:MOST_LIMITS]]
    live = [
        Limit(_("Rectify %(number)s") % {"number": line.finding.case.number}, line.open_item, line.href)
        for line in findings
        if line.live and line.open_item is not None and line.open_item.due_at is not None
    ]
    still = sorted([limit for limit in own if limit.item.finished is None] + live, key=lambda limit: limit.due_at)
    past = {limit.title: limit for limit in reversed(own) if limit.item.finished is not None}
    return still[:MOST_LIMITS] + list(reversed(past.values()))[:MOST_DONE]


def finding_lines(case: Case) -> list[FindingLine]:
    """The findings of a cycle in the order of their numbers, each with the limit of whoever has to act."""
    findings = list(
        Finding.objects.filter(cycle=case.pk).select_related("case").order_by("case__number")[:MOST_FINDINGS]
    )
    return lines_of_findings(findings, {case.pk: case})


def lines_of_findings(findings: list[Finding], cycles: dict[int, Case]) -> list[FindingLine]:
    """The findings as lines; ``cycles`` are the loaded cycles that they belong to."""
    open_items = WorkItem.objects.open().filter(process__in=[finding.pk for finding in findings])
    turns = {item.process_id: item for item in open_items.select_related("process")} if findings else {}
    states = KINDS["finding"]
    return [
        FindingLine(
            finding=finding,
            item=check_item_label(cycles[finding.cycle_id], finding.item_code),
            state=states.state_label(finding.case.state),
            live=finding.case.state in LIVE,
            open_item=turns.get(finding.pk),
            href=address("finding", finding.pk),
        )
        for finding in findings
    ]


def past_years(case: Case, viewer: Viewer) -> QuerySet[Case]:
    """The other years of the same institution, the latest first, each with its count of findings."""
    return with_finding_counts(
        Case.objects.visible_to(viewer).filter(kind=case.kind, unit=case.unit_id).exclude(pk=case.pk)
    ).order_by("-year", "-pk")


def with_finding_counts(cycles: QuerySet[Case]) -> QuerySet[Case]:
    """Cycles with how many findings they have that count, and how many of those are closed, and how many referred."""
    counted = ~Q(findings__case__state__in=("rejected", "cancelled"))
    return cycles.annotate(
        found=Count("findings", filter=counted & Q(findings__isnull=False)),
        closed=Count("findings", filter=Q(findings__case__state="closed")),
        referred=Count("findings", filter=Q(findings__case__state="referred")),
    )
