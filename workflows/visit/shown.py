"""What the page of a visit offers its reader, by state and part: at most one form of each kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.clock import local_date
from cases.models import Case, CaseParty, Finding, User, WorkItem
from workflows.kinds import KINDS
from workflows.step import held_by_another
from workflows.visit.assessing import delivery_faults
from workflows.visit.concluding import ledger_of
from workflows.visit.record import source_of
from workflows.visit.sheet import Sheet
from workflows.web import possible_verbs


@dataclass(frozen=True)
class Offers:
    """The verbs on offer, and the person who has claimed the work instead."""

    verbs: frozenset[str] = frozenset()
    claimed_by: Any = None
    waits_until: Any = None
    missing: list[tuple[str, str, list[Any]]] = field(default_factory=list)


def offers_of(request: HttpRequest, sheet: Sheet, item: WorkItem | None) -> Offers:
    """What grants, part and state allow; the engine checks again when a verb is performed."""
    viewer, case = sheet.viewer, sheet.case
    verbs = {verb.name for verb in possible_verbs(request, case, item)}
    if not sheet.organises:
        verbs.discard("cancel")
    claimed_by = held_by_another(item, viewer) if item is not None else None
    if claimed_by is not None:
        verbs -= {"deliver", "sign", "reply", "conclude", "reassess"}
    waits_until = item.due_at if "proceed" in verbs and item is not None and _pending(item, viewer) else None
    if waits_until is not None:
        verbs.discard("proceed")
    if "withdraw" in verbs and not _may_withdraw(item, viewer):
        verbs.discard("withdraw")
    missing = places(sheet) if "deliver" in verbs else []
    return Offers(frozenset(verbs), claimed_by, waits_until, missing)


def places(sheet: Sheet) -> list[tuple[str, str, list[Any]]]:
    """What still hinders the delivery, as (address, place, messages)."""
    rows = [line.mine for line in sheet.lines.values()]
    faults = delivery_faults(sheet.record, rows, sheet.edition.items, on=local_date(sheet.viewer.at))
    return worded(sheet, faults)


def worded(sheet: Sheet, faults: Any) -> list[tuple[str, str, list[Any]]]:
    """Faults by place as (address, place, messages)."""
    labels = {"visited_on": _("Day of the visit"), "present": _("Persons present"), "items": _("Check items")}
    found = []
    for place, said in faults.items():
        line = sheet.lines.get(place.removeprefix("item:"))
        if line is not None:
            found.append((sheet.address(line.code), _("Item %(no)d") % {"no": line.item.no}, list(said)))
        elif place in labels:
            anchor = "#items" if place == "items" else f"#id_{place}"
            found.append((anchor, labels[place], list(said)))
    return found


def _pending(item: WorkItem, viewer: Viewer) -> bool:
    return item.due_at is not None and viewer.at <= item.due_at


def _may_withdraw(item: WorkItem | None, viewer: Viewer) -> bool:
    before = item.after if item is not None and item.owner_id is None else None
    return before is not None and before.done_by_id == viewer.user.pk


def team_of(case: Case, viewer: Viewer) -> list[User]:
    """The experts of the visit today."""
    rows = CaseParty.objects.valid(viewer.on).filter(case=case.pk, part="expert").select_related("user")
    return [row.user for row in rows.order_by("pk") if row.user is not None]


def ledger_words(sheet: Sheet) -> dict[str, Any]:
    """Where the findings will go, or that no year is open to take them."""
    cycle = ledger_of(sheet.case, sheet.record) if sheet.problems else None
    return {"ledger": cycle, "no_ledger": bool(sheet.problems) and cycle is None}


def findings_of(sheet: Sheet) -> list[tuple[Finding, Any]]:
    """The findings that the conclusion put on the ledger, with their states."""
    if sheet.record.concluded_at is None:
        return []
    found = Finding.objects.filter(
        Q(case__created=sheet.record.concluded_at), case__unit=sheet.case.unit_id, source=source_of(sheet.case)
    )
    rows = found.select_related("case").order_by("case__number")
    return [(finding, KINDS["finding"].state_label(finding.case.state)) for finding in rows]
