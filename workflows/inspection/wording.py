"""Records, their fields and values as an inspector reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from cases.audit.dossier.contents import EMPTY, KEYS
from cases.audit.layouts import tables_by_label
from cases.editions.pinned import edition_of
from cases.models import Case, OrgUnit, User
from cases.wording import cdate, cdatetime
from workflows.inspection.records import Place
from workflows.kinds import kind_of

Row = tuple[str, str, str]
TRACES = frozenset(
    {"due_trace", "row_version", "updated_by_id", "updated_at", "sha256", "sent_sha256", "file", "kind", "media_type"}
)
TITLES = ("name", "title", "number", "no")
LONGEST = 500  # characters of one value
LABELS = {
    "fixed_by": gettext_lazy("Rectified by"),
    "closed_by": gettext_lazy("Closed by"),
    "uploaded_by": gettext_lazy("Uploaded by"),
    "removed_by": gettext_lazy("Removed by"),
    "started_by": gettext_lazy("Started by"),
}  # what the models have no words for
NAMED: dict[Any, str] = {User: "name", OrgUnit: "name"}


class Words:
    """The words of one case's records. The names of people and units are looked up together, in two queries."""

    def __init__(self, case: Case, said: Iterable[tuple[Place, dict[str, Any]]]) -> None:
        self.case = case
        wanted: dict[Any, set[Any]] = {model: set() for model in NAMED}
        for (label, _key), values in said:
            for name, field in fields_of(label).items():
                if field.is_relation and field.remote_field.model in wanted and values.get(name):
                    wanted[field.remote_field.model].add(values[name])
        self.names = {
            model: dict(model._base_manager.filter(pk__in=keys).values_list("pk", NAMED[model])) if keys else {}
            for model, keys in wanted.items()
        }

    def record(self, label: str, values: dict[str, Any]) -> str:
        """What a record is called: its sort, and its item or title where it has one."""
        if label == Case._meta.label_lower:
            return str(kind_of(self.case).label)
        sort = str(tables_by_label()[label].instance_type._meta.verbose_name)
        if code := values.get("item_code"):
            return f"{sort} {self.item(code)}"
        title = next((values[name] for name in TITLES if values.get(name)), "")
        return f"{sort} {title}".strip()

    def item(self, code: str) -> str:
        """The number and short name of a check item, where the edition of the case has such items."""
        item = getattr(edition_of(self.case), "items", {}).get(code)
        return _("Item %(no)d %(name)s") % {"no": item.no, "name": item.short} if item is not None else code

    def changes(
        self, label: str, before: dict[str, Any], after: dict[str, Any], *, everything: bool = False
    ) -> list[Row]:
        """(field, old, new) of the fields that differ, or of all that say something."""
        rows = []
        for name, field in fields_of(label).items():
            old, new = before.get(name), after.get(name)
            if old == new and not everything:
                continue
            if (old in EMPTY and new in EMPTY) or (old is False and new in EMPTY) or (old in EMPTY and new is False):
                continue
            rows.append(
                (
                    str(LABELS.get(field.name, field.verbose_name)),
                    self.value(label, field, old),
                    self.value(label, field, new),
                )
            )
        return rows

    def value(self, label: str, field: Any, value: Any) -> str:
        """A value as people read it."""
        if value in EMPTY:
            return ""
        if label == Case._meta.label_lower and field.name == "state":
            return str(kind_of(self.case).state_label(value))
        if field.is_relation and field.remote_field.model in self.names:
            return str(self.names[field.remote_field.model].get(value, value))
        if field.flatchoices:
            return str(dict(field.flatchoices).get(value, value))
        if field.name == "item_code":
            return self.item(value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(field, models.DateTimeField):
            return cdatetime(dt.datetime.fromisoformat(value))
        if isinstance(field, models.DateField):
            return cdate(dt.date.fromisoformat(value))
        if isinstance(value, list):
            return pgettext("list separator", ", ").join(map(str, value))
        if isinstance(value, dict):
            return pgettext("list separator", ", ").join(f"{key} {each}" for key, each in value.items())
        text = str(value)
        return f"{text[:LONGEST]}…" if len(text) > LONGEST else text


def fields_of(label: str) -> dict[str, Any]:
    """The fields of a record that an inspector reads, by column; keys and what is derived are left out."""
    meta = tables_by_label()[label].instance_type._meta
    return {
        field.attname: field
        for field in meta.concrete_fields
        if not field.primary_key
        and field.attname not in KEYS | TRACES
        and (not field.is_relation or field.remote_field.model in NAMED)
    }
