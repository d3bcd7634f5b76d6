"""What the page of a finding shows, whoever looks at it: summary, files side by side, course, limits."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from cases.access import Viewer
from cases.evidence import readable
from cases.models import Evidence, Finding, WorkItem
from cases.naming import Signatures
from workflows.finding.filters import Editions
from workflows.finding.kind import LIVE, WITH_INSTITUTION, State
from workflows.finding.record import limit_of, proof
from workflows.finding.rows import light_and_word, note_of
from workflows.finding.trail import facet_names, trail
from workflows.finding.turn import whose_turn


def shown(finding: Finding, item: WorkItem | None, viewer: Viewer) -> dict[str, Any]:
    """The context of the page, without what can be done on it."""
    editions = Editions()
    edition = editions.of(finding.case.edition_id)
    if item is not None:
        item.process = finding.case
    check = edition.form.items.get(finding.item_code)
    state = finding.case.state
    before, after = evidence_of(finding, viewer)
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
        "before": before,
        "after": after,
        "entries": trail(finding, item, check),
        "turn_of": whose_turn(item),
        "returned_again": finding.return_count > 1,
        "last_return": last_return(finding),
        "signatures": Signatures([finding.pk]),
        "max_mb": edition.settings.max_upload_mb,
    }


def evidence_of(finding: Finding, viewer: Viewer) -> tuple[list[Evidence], list[Evidence]]:
    """The files of the state before and after; those of the self-check show the state after a fix on the spot."""
    purposes = Evidence.Purpose
    own = Q(case=finding.pk)
    of_item = Q(case=finding.cycle_id, item_code=finding.item_code)
    of_item &= Q(purpose__in=(purposes.SELF_CHECK, purposes.VERIFICATION))
    kept = Q(removed_at=None) | Q(pk__in=proof(finding.case).values("pk"))
    files = readable(viewer).filter(own | of_item, kept).select_related("uploaded_by")
    after = {purposes.AFTER, *((purposes.SELF_CHECK,) if finding.on_spot else ())}
    sides: tuple[list[Evidence], list[Evidence]] = ([], [])
    for file in files.order_by("uploaded_at", "pk"):
        sides[file.purpose in after].append(file)
    return sides


def last_return(finding: Finding) -> Any:
    """The latest return, while the institution works on it: its reason is what it has to answer."""
    if finding.case.state not in WITH_INSTITUTION or not finding.return_count:
        return None
    return finding.case.events.filter(verb__in=("return_", "reopen")).order_by("-seq").first()
