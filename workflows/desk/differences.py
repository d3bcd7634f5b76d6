"""What changed between two submitted versions of the self-check, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.editions.form import CheckItem
from cases.editions.quality import QualityEdition
from cases.models import AnswerStatus, Rectification, SelfCheckAnswer
from cases.selfcheck_rules import Change, compute_changes

Row = tuple[str, str, str]


def differences(old: Mapping[str, Any], new: Mapping[str, Any], edition: QualityEdition) -> list[Row]:
    """(label, old, new) of every field that differs between two snapshots; the report is only said to differ."""
    form = edition.form
    rows: list[Row] = []
    for change in compute_changes(old, new, form):
        item = form.items.get(change.item_code)
        rows.append(_item_row(change, item) if item else _basic_row(change, edition))
    if old.get("report", "") != new.get("report", ""):
        rows.append((_("Self-check report"), "", _("worded anew")))
    return rows


def _basic_row(change: Change, edition: QualityEdition) -> Row:
    field = edition.form.basic_fields.get(change.field)
    if field is None:
        return change.field, _plain(change.old), _plain(change.new)
    names = {option.code: option.label for option in field.options}
    old, new = (names.get(str(value), _plain(value)) for value in (change.old, change.new))
    return field.full_label, old, new


def _item_row(change: Change, item: CheckItem) -> Row:
    place = _("Item %(no)d %(name)s") % {"no": item.no, "name": _field_name(change.field, item)}
    if change.field == "evidence":
        gone, come = _files(change.old or (), change.new or ())
        return place, gone, come
    return place, _value(change.field, change.old, item), _value(change.field, change.new, item)


def _field_name(field: str, item: CheckItem) -> str:
    kind, _dot, code = field.partition(".")
    if code:
        return next((measure.label for measure in item.measures if measure.code == code), code)
    if kind == "evidence":
        return _("Evidence")
    if kind == "facets":
        return _("Facet of the problem")
    name: Any = SelfCheckAnswer._meta.get_field(kind)
    return str(name.verbose_name)


def _value(field: str, value: Any, item: CheckItem) -> str:
    if value in (None, "", [], False):
        return _("no") if value is False else ""
    if field.startswith("values."):
        measure = next((each for each in item.measures if f"values.{each.code}" == field), None)
        return f"{value}{measure.unit}" if measure else str(value)
    if field == "status":
        return str(AnswerStatus(value).label)
    if field == "rectification":
        return str(Rectification(value).label)
    if field == "facets":
        facets = (item.facet(code) for code in value)
        return pgettext("list separator", ", ").join(facet.label for facet in facets if facet)
    return _plain(value)


def _files(old: Iterable[Mapping[str, str]], new: Iterable[Mapping[str, str]]) -> tuple[str, str]:
    """Only the files that went and those that came; a file is the same by its digest."""
    before = {entry["sha256"]: entry["name"] for entry in old}
    after = {entry["sha256"]: entry["name"] for entry in new}
    separator = pgettext("list separator", ", ")
    gone = separator.join(name for digest, name in before.items() if digest not in after)
    come = separator.join(name for digest, name in after.items() if digest not in before)
    return gone, come


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)
