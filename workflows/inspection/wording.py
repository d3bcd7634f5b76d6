"""Records, their fields and values as an inspector reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.audit.dossier.contents import EMPTY
from cases.audit.layouts import tables_by_label
from cases.editions.pinned import edition_of
from cases.models import Case, CommitteeMember, Meeting, User
from cases.wording import cdate, cdatetime
from workflows.inspection.codes import Codes
from workflows.inspection.fields import NAMED, fields_of, label_of, leads_to
from workflows.inspection.records import Place
from workflows.kinds import kind_of

Row = tuple[str, str, str]
TITLES = ("name", "title", "number", "no")
LONGEST = 500  # characters of one value


class Words:
    """The words of one case's records. The names of what they lead to are looked up together, a query a sort."""

    def __init__(
        self, case: Case, said: Iterable[tuple[Place, dict[str, Any]]], people: Iterable[int | None] = ()
    ) -> None:
        self.case = case
        self.codes = Codes(edition_of(case))
        wanted: dict[Any, set[Any]] = {model: set() for model in NAMED}
        wanted[User] = {key for key in people if key is not None}
        self.seats: dict[Any, Any] = {}  # whose the seats of a committee are, by key: minutes name these
        for (label, key), values in said:
            if label == CommitteeMember._meta.label_lower:
                self.seats[key] = values["user_id"]
            for name, field in fields_of(label).items():
                if field.is_relation and values.get(name):
                    wanted[leads_to(field)].add(values[name])
        self.names = {
            model: dict(model._base_manager.filter(pk__in=keys).values_list("pk", NAMED[model])) if keys else {}
            for model, keys in wanted.items()
        }

    def person(self, key: int | None) -> str:
        """The name of who saved a version; empty for the system."""
        return str(self.names[User].get(key, "")) if key is not None else ""

    def record(self, label: str, values: dict[str, Any]) -> str:
        """What a record is called: its sort, and its item or title where it has one."""
        if label == Case._meta.label_lower:
            return str(kind_of(self.case).label)
        sort = str(tables_by_label()[label].instance_type._meta.verbose_name)
        if code := values.get("item_code"):
            return f"{sort} {self.codes.item(code)}"
        if (code := values.get("row")) and "row" in fields_of(label):
            return f"{sort} {self.codes.row(code)}"
        title = next((values[name] for name in TITLES if values.get(name)), "")
        return f"{sort} {title}".strip()

    def changes(
        self, label: str, before: dict[str, Any], after: dict[str, Any], *, everything: bool = False
    ) -> list[Row]:
        """(field, old, new) of the fields that differ, or of all that say something."""
        rows: list[Row] = []
        for name, field in fields_of(label).items():
            old, new = before.get(name), after.get(name)
            if old == new and not everything:
                continue
            if _says_nothing(old) and _says_nothing(new):
                continue
            word = str(label_of(label, field))
            if isinstance(old or {}, dict) and isinstance(new or {}, dict):
                rows += self._entries(word, field.name, old or {}, new or {}, after or before, everything)
            else:
                rows.append((word, self.value(label, field, old, before), self.value(label, field, new, after)))
        return rows

    def _entries(
        self, word: str, name: str, old: dict[str, Any], new: dict[str, Any], said: dict[str, Any], everything: bool
    ) -> list[Row]:
        """One row for each entry of a field that holds several by their codes."""
        rows = []
        for code in {**old, **new}:
            if old.get(code) == new.get(code) and not everything:
                continue
            shown = ["", ""]
            for place, values in enumerate((old, new)):
                if code in values:
                    label, value = self.codes.part(name, code, values[code], said)
                    shown[place] = plain(value)
            rows.append((f"{word} · {label}", shown[0], shown[1]))
        return rows

    def value(self, label: str, field: Any, value: Any, said: dict[str, Any]) -> str:
        """A value as people read it, in the record that says it."""
        if value in EMPTY:
            return ""
        if label == Case._meta.label_lower and field.name == "state":
            return str(kind_of(self.case).state_label(value))
        if field.is_relation:
            return str(self.names[leads_to(field)].get(value, value))
        if field.flatchoices:
            return str(dict(field.flatchoices).get(value, value))
        if label == Meeting._meta.label_lower and field.name == "present":
            return plain([self.person(self.seats.get(key)) or key for key in value])
        if (word := self.codes.value(field.name, value, said)) is not None:
            return word
        if isinstance(field, models.DateTimeField):
            return cdatetime(dt.datetime.fromisoformat(value))
        if isinstance(field, models.DateField):
            return cdate(dt.date.fromisoformat(value))
        return plain(value)


def plain(value: Any) -> str:
    """A value without a field: yes and no, lists, and the beginning of a long text."""
    if value in EMPTY:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return pgettext("list separator", ", ").join(map(plain, value))
    if isinstance(value, dict):
        return pgettext("list separator", ", ").join(f"{key} {plain(each)}" for key, each in value.items())
    text = str(value)
    return f"{text[:LONGEST]}…" if len(text) > LONGEST else text


def _says_nothing(value: Any) -> bool:
    return value in EMPTY or value is False
