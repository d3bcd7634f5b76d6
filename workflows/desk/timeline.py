"""A case's events as people read them: who did what as whom, why, and what it changed (操作留痕)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases import alarm_words
from cases.editions.quality import quality_of
from cases.keyset import Page, page_of
from cases.models import Case, CaseEvent, SelfCheckSubmission, User, VerificationItem
from cases.naming import ACTOR, who_of
from cases.wording import cdate
from workflows.desk.differences import Row, differences
from workflows.desk.lines import check_item_label
from workflows.kinds import Kind, kind_of
from workflows.step import edition_of

ROWS = 20
DATED = ("redate", "extend", "request_extension", "open")  # events that say which date was before


@dataclass(frozen=True)
class Entry:
    """One event, in the shape that the timeline tag draws."""

    at: dt.datetime
    who: str
    what: Any
    detail: str
    quote: str
    note: str
    kind: str
    id: str
    diff: Sequence[Row] = field(default_factory=tuple)


def events_of(case: Case, *, only_states: bool) -> QuerySet[CaseEvent]:
    events = CaseEvent.objects.filter(case=case.pk)
    return events.exclude(source=F("target")) if only_states else events


def timeline_page(case: Case, *, only_states: bool, before: str) -> Page:
    """A page of entries, the latest first; the cursor is the sequence number of the last one shown."""
    events = events_of(case, only_states=only_states).select_related(*ACTOR)
    page = page_of(events, "seq", after=before, size=ROWS, descending=True)
    return Page(entries(case, page.rows), page.next)


def entries(case: Case, events: list[CaseEvent]) -> list[Entry]:
    """The entries of some events of one case, with what each needs looked up together."""
    kind = kind_of(case)
    names = _names(event.details.get("owner") for event in events)
    changes = _changes(case, [event for event in events if event.verb == "submit"])
    returned = _returned_items(case, [event for event in events if event.verb == "return_"])
    return [
        Entry(
            at=event.at,
            who=who_of(event),
            what=what_of(kind, event),
            detail=_detail(event, names),
            quote=pgettext("list of reasons", "; ").join(filter(None, [event.reason, *returned.get(event.pk, [])])),
            note=_note(kind, event),
            kind=_kind_of_mark(kind, event),
            id=f"event-{event.seq}",
            diff=changes.get(event.pk, ()),
        )
        for event in events
    ]


def what_of(kind: Kind, event: CaseEvent) -> Any:
    verb = event.verb
    if verb == "open" and not event.source:  # a programme is opened later on, too
        return pgettext("event", "opened the case")
    if verb in alarm_words.VERBS:
        return alarm_words.VERBS[verb]
    return kind.verbs[verb].rule.label if verb in kind.verbs else verb


def _detail(event: CaseEvent, names: dict[int, str]) -> str:
    if event.verb in alarm_words.VERBS:
        return alarm_words.detail_of(event)
    if event.verb == "hand_over":
        return _("to %(name)s") % {"name": names.get(event.details.get("owner", 0), "")}
    if event.verb == "submit" and "no" in event.details:
        return f"v{event.details['no']}"
    return ""


def _note(kind: Kind, event: CaseEvent) -> str:
    """The change of state, and the digest of what was submitted; who was told by an alarm."""
    if event.verb in alarm_words.VERBS:
        return alarm_words.note_of(event)
    parts = []
    if event.source and event.source != event.target:
        change = {"from": kind.state_label(event.source), "to": kind.state_label(event.target)}
        parts.append(_("%(from)s → %(to)s") % change)
    if event.verb in DATED and "before" in event.details:
        parts.append(_dates(event.details))
    if event.verb == "submit" and event.details.get("digest"):
        parts.append(_("digest %(start)s…%(end)s") % _ends(event.details["digest"]))
    return " · ".join(parts)


def _dates(details: dict[str, Any]) -> str:
    """The date before and the one that was set, or is asked for."""
    after = details.get("due") or details.get("asked", "")
    words = {"before": cdate(dt.date.fromisoformat(details["before"])), "after": cdate(dt.date.fromisoformat(after))}
    return _("%(before)s → %(after)s") % words


def _ends(digest: str) -> dict[str, str]:
    return {"start": digest[:4], "end": digest[-4:]}


def _kind_of_mark(kind: Kind, event: CaseEvent) -> str:
    verb = kind.verbs.get(event.verb)
    return "back" if verb is not None and verb.rule.movement == "back" else ""


def _names(ids: Iterable[Any]) -> dict[int, str]:
    wanted = {user for user in ids if user}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}


def _changes(case: Case, submits: list[CaseEvent]) -> dict[int, list[Row]]:
    """What each submission changed against the version before it; the first one changes nothing."""
    later = {event.pk: event.details["no"] for event in submits if event.details.get("no", 1) > 1}
    if not later:
        return {}
    wanted = {no for last in later.values() for no in (last - 1, last)}
    versions = SelfCheckSubmission.objects.filter(selfcheck=case.pk, no__in=wanted)
    snapshots = {version.no: version.snapshot for version in versions}
    edition = quality_of(edition_of(case))
    return {
        pk: differences(snapshots[no - 1], snapshots[no], edition)
        for pk, no in later.items()
        if {no - 1, no} <= snapshots.keys()  # versions of a summary are compared on a page of their own
    }


def _returned_items(case: Case, returns: list[CaseEvent]) -> dict[int, list[str]]:
    """The single items of each return with the reasons, in the words of the county."""
    by_verification = {event.details["verification"]: event.pk for event in returns if event.details.get("items")}
    if not by_verification:
        return {}
    texts: dict[int, list[str]] = {}
    items = VerificationItem.objects.filter(verification__in=by_verification, to_return=True).order_by("item_code")
    for item in items:
        text = _("%(item)s: %(reason)s") % {
            "item": check_item_label(case, item.item_code),
            "reason": item.return_reason,
        }
        texts.setdefault(by_verification[item.verification_id], []).append(text)
    return texts
