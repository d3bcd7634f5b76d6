"""Work items and cases as lines of a list: words and addresses, ready to be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cases.access import Viewer
from cases.lights import light_of
from cases.models import Case, CaseParty, Finding, SelfCheckSubmission, User, WorkItem
from cases.roles import PARTY_ROLES, Role
from workflows.desk.destinations import destination_of, href_of, page_of_case, title_of
from workflows.desk.inbox import people_at
from workflows.kinds import abouts, kind_of
from workflows.step import edition_of

COUNTY_NODES = frozenset({"verify", "approve"})


@dataclass(frozen=True)
class Line:
    """One work item as the inbox shows it."""

    item: WorkItem
    title: str
    about: str
    sub: str
    href: str
    stage: Any
    button: Any
    late: bool
    mine: bool
    claimed_by: User | None
    outcome: Any
    who: str = ""
    stead: str = ""
    workable: bool = True


@dataclass(frozen=True)
class CaseLine:
    """One case as the list of cases that somebody started shows it."""

    case: Case
    title: str
    state: Any
    href: str
    over: bool


def lines_of(items: Sequence[WorkItem], viewer: Viewer, people: bool = False) -> list[Line]:
    """The lines of work items; with ``people`` each names those whose turn it is."""
    prefetch_related_objects([item.process for item in items if item.process.kind == "finding"], "finding")
    submissions = _submissions(item.process_id for item in items if item.node in COUNTY_NODES)
    known = abouts(item.process for item in items)
    seats = people_at(((item.unit_id, item.role) for item in items), viewer.on) if people else {}
    teams = _teams([item.process_id for item in items if item.role in PARTY_ROLES], viewer) if people else {}
    return [
        _line(item, viewer, submissions, known, teams.get(item.process_id, []))
        if item.role in PARTY_ROLES
        else _line(item, viewer, submissions, known, seats.get((item.unit_id, item.role), []))
        for item in items
    ]


def case_lines(cases: Iterable[Case]) -> list[CaseLine]:
    lines = []
    for case in cases:
        kind = kind_of(case)
        title = f"{kind.label} {case.number}" if case.number else year_title(case)
        lines.append(CaseLine(case, title, kind.state_label(case.state), page_of_case(case), case.state in kind.finals))
    return lines


def year_title(case: Case) -> str:
    """2021 年度质量提升."""
    return _("Annual quality cycle %(year)d") % {"year": case.year}


def role_of(role: str) -> str:
    return str(Role(role).label)


def names_of(names: Sequence[str]) -> str:
    """A few names in one line, in the writing of the language."""
    return pgettext("list separator", ", ").join(names)


def item_label(finding: Finding, case: Case) -> str:
    """第 18 项 病历与医嘱处方."""
    return check_item_label(case, finding.item_code)


def check_item_label(case: Case, code: str) -> str:
    """The number and short name of a check item in the case's own edition."""
    item = edition_of(case).items.get(code)
    if item is None:
        return code
    return _("Item %(no)d %(name)s") % {"no": item.no, "name": item.short}


def _teams(cases: Sequence[int], viewer: Viewer) -> dict[int, list[str]]:
    """Who does work that belongs to the parties of its case; one query where there is such work."""
    names: dict[int, list[str]] = {}
    if cases:
        rows = CaseParty.objects.valid(viewer.on).filter(case__in=cases, part="expert").order_by("pk")
        for case_id, name in rows.values_list("case_id", "user__name"):
            names.setdefault(case_id, []).append(name)
    return names


def _line(item: WorkItem, viewer: Viewer, submissions: dict[int, Any], known: dict[int, str], names: list[str]) -> Line:
    destination, case = destination_of(item), item.process
    kind = kind_of(case)
    verb = kind.verbs.get(item.outcome)
    return Line(
        item=item,
        title=title_of(item),
        about=known.get(case.pk) or str(case.unit),
        sub=_sub(item, submissions.get(case.pk)),
        href=href_of(item),
        stage=destination.stage,
        button=destination.button,
        late=light_of(item, viewer.at) == "late",
        mine=item.owner_id is not None and item.owner_id == viewer.user.pk,
        claimed_by=item.owner if item.owner_id != viewer.user.pk and not viewer.stands_in_for_owner(item) else None,
        outcome=verb.rule.label if verb else "",
        who=f"{role_of(item.role)} {names_of(names) or _('(nobody appointed)')}" if item.role else "",
        stead=_stead(item, viewer),
        workable=viewer.sits_at(item),
    )


def _stead(item: WorkItem, viewer: Viewer) -> str:
    """In whose stead the item came to the viewer: of an absent person, or of nobody, where the post is vacant."""
    seat = (item.unit_id, item.role)
    if seat in viewer.vacant_seats:
        return _("Vacant post: %(role)s") % {"role": role_of(item.role)}
    absent = viewer.stands_in.get(seat, {})
    if item.owner_id in absent:
        return _("In the stead of %(name)s") % {"name": absent[item.owner_id]}
    if absent and seat not in viewer.own_seats:
        return _("In the stead of %(name)s") % {"name": names_of(list(absent.values()))}
    return ""


def _sub(item: WorkItem, submission: Any) -> str:
    """The second line: what the reader needs to choose among many."""
    case: Case = item.process
    parts: list[str] = []
    if case.kind == "finding":
        finding: Finding = case.finding
        parts.append(item_label(finding, case))
        if finding.return_count:
            parts.append(
                ngettext("returned %(n)d time", "returned %(n)d times", finding.return_count)
                % {"n": finding.return_count}
            )
    elif submission is not None:
        total = len(edition_of(case).items)
        parts.append(_("version %(no)d") % {"no": submission.no})
        parts.append(_("problems reported: %(n)d") % {"n": submission.problem_count})
        if submission.verified:
            parts.append(_("verified %(n)d/%(total)d") % {"n": submission.verified, "total": total})
    return " · ".join(parts)


def _submissions(case_ids: Iterable[int]) -> dict[int, Any]:
    """The latest submitted version of each case with how many of its items the county has concluded on."""
    ids = list(case_ids)
    if not ids:
        return {}
    rows = SelfCheckSubmission.objects.filter(selfcheck__in=ids).defer("snapshot").order_by("selfcheck", "no")
    counted = rows.annotate(verified=Count("verification__items", filter=~Q(verification__items__conclusion="")))
    return {row.selfcheck_id: row for row in counted}
