"""A finding's course as people read it: who did what, why, and what it changed in the record (办理经过)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cases import alarm_words, wording
from cases.editions.form import CheckItem
from cases.models import CaseEvent, Finding, FindingProgress, Rectification, Severity, WorkItem
from cases.naming import ACTOR, who_of
from workflows.finding.kind import FINDING, State
from workflows.finding.turn import task_of

SHOWN = (
    "problem",
    "facets",
    "measure",
    "rectification",
    "severity",
    "responsible_unit",
    "responsible",
    "due_on",
    "plan",
    "result",
    "referred_to",
    "reference",
    "enforcement_outcome",
    "enforcement_on",
)
MOST_EVENTS = 200

Change = tuple[str, str, str]


def trail(
    finding: Finding, item: WorkItem | None, check: CheckItem | None, notes: Iterable[FindingProgress]
) -> list[dict[str, Any]]:
    """The entries of the timeline, the newest first; whose turn it is stands on top. Three queries."""
    events = CaseEvent.objects.filter(case=finding.pk).select_related(*ACTOR).order_by("-seq")
    changes = changes_of(finding, check)
    words = {note.pk: note.text for note in notes}
    entries = [_entry(event, changes.get((event.at, event.verb), []), words) for event in events[:MOST_EVENTS]]
    return [_waiting(item), *entries] if item is not None and item.role else entries


def changes_of(finding: Finding, check: CheckItem | None) -> dict[tuple[dt.datetime, str], list[Change]]:
    """What each step changed in the record, by its moment and verb, read off the record's history."""
    found: dict[tuple[dt.datetime, str], list[Change]] = {}
    previous: Any = None
    for row in finding.history.order_by("history_date", "history_id"):
        if previous is not None and row.history_change_reason:
            pairs = ((name, getattr(previous, name), getattr(row, name)) for name in SHOWN)
            differing = [_change(name, old, new, check) for name, old, new in pairs if old != new]
            found.setdefault((row.history_date, row.history_change_reason), []).extend(differing)
        previous = row
    return found


def _entry(event: CaseEvent, changes: list[Change], notes: Mapping[int, str]) -> dict[str, Any]:
    if event.verb == "open":
        source = dict(Finding.Source.choices).get(event.details.get("source", ""), "")
        what = pgettext("event", "entered the ledger")
        note = _("Source: %(source)s") % {"source": source}
        if event.details.get("recurrence_of"):
            note = f"{note} · {_('It repeats an earlier finding, and is one level more severe.')}"
        return {"at": event.at, "who": who_of(event), "what": what, "note": note}
    if event.verb in alarm_words.VERBS:
        return {
            "at": event.at,
            "who": who_of(event),
            "what": alarm_words.VERBS[event.verb],
            "detail": alarm_words.detail_of(event),
            "note": alarm_words.note_of(event),
        }
    declared = FINDING.verbs[event.verb]
    label = declared.rule.label
    if event.source != event.target and event.source:
        changes = [*changes, (_("State"), str(State(event.source).label), str(State(event.target).label))]
    return {
        "at": event.at,
        "who": who_of(event),
        "what": _("Pass review, keep under review") if event.target == State.CONTINUING != event.source else label,
        "detail": _ordinal(event),
        "quote": notes.get(event.details.get("progress", 0), event.reason),
        "quote_label": ""
        if declared.rule.reason or event.verb == "note_progress"
        else pgettext("on a review", "Opinion"),
        "note": _files(event),
        "diff": changes,
        "kind": "back" if event.verb in ("return_", "return_plan", "reopen") else "",
    }


def _ordinal(event: CaseEvent) -> str:
    """Which return it is, from the second on, or which periodic review."""
    if reviews := event.details.get("review_count", 0):
        return pgettext("review", "no. %(count)d") % {"count": reviews}
    count = event.details.get("return_count", 0)
    return pgettext("return", "for time no. %(count)d") % {"count": count} if count > 1 else ""


def _files(event: CaseEvent) -> str:
    count = len(event.details.get("files", ()))
    if not count:
        return ""
    if event.verb != "fix":
        return ngettext("With %(count)d file", "With %(count)d files", count) % {"count": count}
    text = ngettext(
        "With %(count)d file of the state afterwards", "With %(count)d files of the state afterwards", count
    )
    return text % {"count": count}


def _waiting(item: WorkItem) -> dict[str, Any]:
    who = str(item.owner) if item.owner_id else f"{item.unit} · {item.get_role_display()}"
    entry = {
        "when": pgettext("timeline", "Now"),
        "who": _("Waiting for:"),
        "what": task_of(item),
        "kind": "now",
    }
    due = wording.cdate(item.due_at) if item.due_at else ""
    entry["note"] = _("%(who)s, by %(day)s") % {"who": who, "day": due} if due else who
    return entry


def _change(name: str, old: Any, new: Any, check: CheckItem | None) -> Change:
    label = str(Finding._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label, _shown(name, old, check), _shown(name, new, check)


def _shown(name: str, value: Any, check: CheckItem | None) -> str:
    if name == "facets":
        return facet_names(value, check)
    if name == "rectification":
        return str(dict(Rectification.choices).get(value, value))
    if name == "severity":
        return str(dict(Severity.choices).get(value, value))
    if isinstance(value, dt.date):
        return wording.cdate(value)
    return str(value or "")


def facet_names(codes: Iterable[str], check: CheckItem | None) -> str:
    """The labels of facets, as the edition words them."""
    names = {facet.code: facet.label for facet in check.facets} if check else {}
    return pgettext("list separator", ", ").join(names.get(code, code) for code in codes)
