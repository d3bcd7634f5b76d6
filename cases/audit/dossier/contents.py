"""What a dossier says of one case: its events in words with what each changed, and the versions that they seal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

from cases.audit.layouts import FILE, Layout, layout_named
from cases.events import canonical
from cases.models import Case, CaseEvent, Edition, Evidence, OrgUnit, User
from cases.naming import ACTOR, who_of
from cases.wording import cdatetime

CHUNK = 200
EMPTY: tuple[Any, ...] = (None, "", {}, [])
# Said elsewhere, or to nobody.
KEYS = frozenset({"uid", "slot", "version", "row_version", "basic_version", "report_version", "case_id"})
NAMED = (OrgUnit, User, Edition)  # what a key of theirs is called says more than the key
ENGINES = {
    ("cases.case", "status"),
    ("cases.case", "kind"),
}  # the engine's own word for the state; an answer's status is what was answered
LONGEST = 500  # characters of a value in words; the version has it whole


def sealed_event(case: Case, event: CaseEvent) -> dict[str, Any]:
    """An event as it was hashed, with its hash (docs/audit.md)."""
    body: dict[str, Any] = {
        "case": str(case.uid),
        "seq": event.seq,
        "at": event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "verb": event.verb,
        "from": event.source,
        "to": event.target,
        "actor": event.actor_id,
        "appointment": event.appointment_id,
        "item": event.item_id,
        "reason": event.reason,
        "details": event.details,
        "request": event.request_id,
        "address": event.address,
        "previous": event.previous_hash,
        "hash": event.hash,
    }
    if event.format > 1:
        body |= {"format": event.format, "for": event.acted_for_id, "sealed": event.sealed}
    return body


class CaseContents:
    """One case on its way into a dossier; its events are read a few at a time."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.last: dict[tuple[str, Any], dict[str, Any]] = {}
        self.names: dict[tuple[Any, int], str] = {}

    @cached_property
    def naming(self) -> Any:
        return import_string(f"{settings.CASE_NAMING}.event_word"), import_string(f"{settings.CASE_NAMING}.state_word")

    @cached_property
    def title(self) -> str:
        title: str = import_string(f"{settings.CASE_NAMING}.case_title")(self.case)
        return title

    def parts(self) -> Iterator[tuple[bytes, list[bytes], dict[str, Any]]]:
        """Of each event: its line of the chain, lines of the versions that it seals, and the event in words."""
        events = CaseEvent.objects.filter(case=self.case.pk).select_related(*ACTOR).order_by("seq")
        for start in range(0, self.case.event_count + CHUNK, CHUNK):
            chunk = list(events[start : start + CHUNK])
            found = self._versions(chunk)
            for event in chunk:
                lines, changes = [], []
                for name, key, digest in event.sealed:
                    version = found.get((name, key if key is not None else digest))
                    if version is not None:
                        lines.append(canonical({"layout": name, "key": key, "row": version["row"]}))
                        changes += self._changes(version)
                yield canonical(sealed_event(self.case, event)), lines, self._words(event, changes)

    def files(self) -> Iterator[Evidence]:
        """Every file of the case, the removed ones included."""
        yield from Evidence.objects.filter(case=self.case.pk).select_related("uploaded_by").order_by("pk")

    def _versions(self, events: list[CaseEvent]) -> dict[tuple[str, Any], dict[str, Any]]:
        """The history rows that events seal, by layout and key; the ones of an opening by their digest."""
        wanted: dict[str, list[int]] = {}
        opening: set[str] = set()
        for event in events:
            for name, key, _digest in event.sealed:
                if key is not None and not name.startswith(FILE):
                    wanted.setdefault(name, []).append(key)
                elif key is None:
                    opening.add(name)
        found: dict[tuple[str, Any], dict[str, Any]] = {}
        for name, keys in wanted.items():
            layout = layout_named(name)
            if layout is not None:
                rows = layout.table.objects.filter(history_id__in=keys).order_by()
                for key, *values in rows.values_list("history_id", *layout.columns):
                    found[name, key] = _version(layout, values, layout.as_json(values))
        for name in opening:
            layout = layout_named(name)
            if layout is not None:
                column = "id" if layout.label == "cases.case" else "case_id"
                rows = layout.table.objects.filter(history_type="+", **{column: self.case.pk}).order_by()
                for values in rows.values_list(*layout.columns):
                    key = layout.digest_at_opening(values)
                    found[name, key] = _version(layout, values, layout.as_json(values, at_opening=True))
        return found

    def _changes(self, version: dict[str, Any]) -> list[dict[str, Any]]:
        """Old and new of each field, against the version that this case sealed last."""
        layout, whole = version["layout"], version["whole"]
        model = layout.table.instance_type
        place = (layout.label, whole.get(model._meta.pk.attname))
        before = self.last.get(place, {})
        self.last[place] = whole
        fields = {field.attname: field for field in model._meta.concrete_fields if not field.primary_key}
        return [
            {
                "record": str(model._meta.verbose_name),
                "key": place[1],
                "field": str(fields[name].verbose_name),
                "old": self._shown(fields[name], before.get(name)),
                "new": self._shown(fields[name], value),
            }
            for name, value in whole.items()
            if name in fields
            and name not in KEYS
            and (layout.label, name) not in ENGINES
            and value != before.get(name)
            and (before or value not in EMPTY)
        ]

    def _shown(self, field: Any, value: Any) -> Any:
        if value not in EMPTY and field.model is Case and field.name == "state":
            return self._state(value)
        if value not in EMPTY and isinstance(field, models.ForeignKey) and issubclass(field.related_model, NAMED):
            return self._name(field.related_model, value)
        return _shown(field, value)

    def _state(self, value: str) -> str:
        """A state in words; one that somebody has put in and that is none as it stands."""
        try:
            return str(self.naming[1](self.case, value)) if value else ""
        except ValueError:
            return value

    def _name(self, model: Any, key: int) -> str:
        """What a unit, person or edition is called now, with its key."""
        if (model, key) not in self.names:
            row = model._base_manager.filter(pk=key).first()
            self.names[model, key] = f"{row} ({key})" if row is not None else str(key)
        return self.names[model, key]

    def _words(self, event: CaseEvent, changes: list[dict[str, Any]]) -> dict[str, Any]:
        event_word, _state_word = self.naming
        return {
            "no": event.seq,
            "at": event.at.isoformat(),
            "when": cdatetime(event.at),
            "who": who_of(event),
            "verb": event.verb,
            "what": event_word(self.case, event),
            "from": self._state(event.source),
            "to": self._state(event.target),
            "reason": event.reason,
            "changes": changes,
            "hash": event.hash,
        }


def _version(layout: Layout, values: list[Any], row: dict[str, Any]) -> dict[str, Any]:
    return {"layout": layout, "row": row, "whole": layout.as_json(values)}


def _shown(field: Any, value: Any) -> Any:
    """A value as people read it: the word of a choice, a moment of Shanghai, the beginning of a long text."""
    if value in EMPTY:
        return None
    if field.flatchoices:
        value = dict(field.flatchoices).get(value, value)
    elif isinstance(field, models.DateTimeField):
        value = cdatetime(dt.datetime.fromisoformat(value))
    text = str(value) if not isinstance(value, bool | int | float) else value
    return text[:LONGEST] + "…" if isinstance(text, str) and len(text) > LONGEST else text
