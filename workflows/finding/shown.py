"""What the page of a finding shows, whoever looks at it: summary, files side by side, course, limits."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.evidence import readable
from cases.models import Evidence, Finding, FindingProgress, Rectification, Severity, WorkItem
from cases.naming import Signatures
from workflows.common_problem.shown import measures_for
from workflows.finding.filters import Editions
from workflows.finding.kind import LIVE, WITH_INSTITUTION, State
from workflows.finding.record import limit_of, proof
from workflows.finding.rows import light_and_word, note_of
from workflows.finding.trail import facet_names, trail
from workflows.finding.turn import reviews_left, whose_turn


def shown(finding: Finding, item: WorkItem | None, viewer: Viewer) -> dict[str, Any]:
    """The context of the page, without what can be done on it."""
    editions = Editions()
    edition = editions.of(finding.case.edition_id)
    if item is not None:
        item.process = finding.case
    check = edition.items.get(finding.item_code)
    state = finding.case.state
    files = evidence_of(finding, viewer)
    notes = notes_of(finding, files["progress"])
    code, word = light_and_word(finding, item, viewer.at)
    first_limit = finding.history.order_by("history_date", "history_id").values_list("due_on", flat=True).first()
    return {
        "finding": finding,
        "case": finding.case,
        "item": item,
        "check": check,
        "facets": facet_names(finding.facets, check),
        "state": State(state).label,
        "state_kind": "act" if item is not None and item.role else "",
        "light": code,
        "light_word": word,
        "limit_note": note_of(finding, item, viewer.at).strip(),
        "limit_running": state in WITH_INSTITUTION,
        "limit_provisional": limit_of(finding).provisional,
        "first_limit": first_limit if first_limit != finding.due_on else None,
        "live": state in LIVE,
        "before": files["before"],
        "after": files["after"],
        "severity_word": "" if finding.severity == Severity.GENERAL else finding.get_severity_display(),
        "notes": notes,
        "enforcement_files": files["enforcement"],
        **recurrence_of(finding, viewer),
        "joint_measures": measures_for(finding),
        "reviews": _reviews(finding),
        "reported_up": _reported_up(finding.return_count),
        "entries": trail(finding, item, check, (note for note, _files in notes)),
        "turn_of": whose_turn(item),
        "returned_again": finding.return_count > 1,
        "last_return": last_return(finding),
        "signatures": Signatures([finding.pk]),
        "max_mb": edition.settings.max_upload_mb,
    }


def notes_of(finding: Finding, files: list[Evidence]) -> list[tuple[FindingProgress, list[Evidence]]]:
    """The notes on the progress, the latest first, each with the files that came with it."""
    by_moment: dict[Any, list[Evidence]] = {}
    for file in files:
        by_moment.setdefault((file.uploaded_at, file.uploaded_by_id), []).append(file)
    notes = finding.progress.select_related("by").order_by("-at", "-pk")
    return [(note, by_moment.get((note.at, note.by_id), [])) for note in notes]


def recurrence_of(finding: Finding, viewer: Viewer) -> dict[str, Any]:
    """The earlier finding that this one repeats, and the later ones that repeat it; one query."""
    related = Finding.objects.visible_to(viewer).filter(Q(recurrences=finding.pk) | Q(recurrence_of=finding.pk))
    found = list(related.select_related("case").order_by("case__created", "pk").distinct())
    return {
        "repeats": next((other for other in found if other.pk == finding.recurrence_of_id), None),
        "repeated_by": [other for other in found if other.recurrence_of_id == finding.pk],
    }


def _reviews(finding: Finding) -> dict[str, int]:
    """How many of the periodic reviews have been passed, where the finding has to be kept up."""
    if finding.rectification != Rectification.ONGOING:
        return {}
    return {"passed": finding.review_count, "asked": finding.review_count + reviews_left(finding)}


def _reported_up(returns: int) -> str:
    """Who heard of the returns: the second goes to the level above, the third two levels up."""
    if returns < 2:
        return ""
    return _("reported one level up") if returns == 2 else _("reported two levels up")


def evidence_of(finding: Finding, viewer: Viewer) -> dict[str, list[Evidence]]:
    """The files by what they show: the state before and after, the progress, the outcome of enforcement.

    Those of the self-check show the state after a fix on the spot.
    """
    purposes = Evidence.Purpose
    own = Q(case=finding.pk)
    of_item = Q(case=finding.cycle_id, item_code=finding.item_code)
    of_item &= Q(purpose__in=(purposes.SELF_CHECK, purposes.VERIFICATION))
    kept = Q(removed_at=None) | Q(pk__in=proof(finding.case).values("pk"))
    files = readable(viewer).filter(own | of_item, kept).select_related("uploaded_by")
    side: dict[str, str] = {
        purposes.AFTER: "after",
        purposes.SELF_CHECK: "after" if finding.on_spot else "before",
        purposes.PROGRESS: "progress",
        purposes.ENFORCEMENT: "enforcement",
    }
    sides: dict[str, list[Evidence]] = {"before": [], "after": [], "progress": [], "enforcement": []}
    for file in files.order_by("uploaded_at", "pk"):
        sides[side.get(file.purpose, "before")].append(file)
    return sides


def last_return(finding: Finding) -> Any:
    """The latest return, while the institution works on it: its reason is what it has to answer."""
    if finding.case.state not in WITH_INSTITUTION or not (finding.return_count or finding.plan):
        return None
    verbs = ("return_", "return_plan", "accept_plan", "reopen")
    last = finding.case.events.filter(verb__in=verbs).order_by("-seq").first()
    return None if last is None or last.verb == "accept_plan" else last
