"""What the codes in a record mean, as the edition of the case words them: items, facets, measures, rows, registers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.editions.alliance import AllianceEdition
from cases.editions.quality import QualityEdition
from cases.editions.schema import EditionData
from cases.scoring.labels import LABELS as COLUMNS


class Codes:
    """The words of the codes of one edition; a code that it does not know stays as it is."""

    def __init__(self, edition: EditionData) -> None:
        self.items = edition.items if isinstance(edition, QualityEdition) else {}
        self.basic = edition.form.basic_fields if isinstance(edition, QualityEdition) else {}
        self.rows = edition.scorecard.by_code if isinstance(edition, AllianceEdition) else {}
        self.registers = edition.registers if isinstance(edition, AllianceEdition) else {}

    def item(self, code: str) -> str:
        """第 8 项 …: the number and short name of a check item."""
        item = self.items.get(code)
        return _("Item %(no)d %(name)s") % {"no": item.no, "name": item.short} if item is not None else code

    def row(self, code: str) -> str:
        row = self.rows.get(code)
        return f"{row.no} {row.item}" if row is not None else code

    def facets(self, item_code: str, codes: list[str]) -> str:
        item = self.items.get(item_code)
        found = [item.facet(code) if item is not None else None for code in codes]
        words = [facet.label if facet else code for facet, code in zip(found, codes, strict=True)]
        return pgettext("list separator", ", ").join(words)

    def value(self, name: str, value: Any, said: Mapping[str, Any]) -> str | None:
        """A value of a field in words, in the record that says it; None where the field holds no code."""
        match name:
            case "item_code":
                return self.item(value)
            case "facets":
                return self.facets(str(said.get("item_code") or ""), value)
            case "row":
                return self.row(value)
            case "register":
                register = self.registers.get(value)
                return register.label if register is not None else value
            case "column" | "source" if value in COLUMNS:
                return str(COLUMNS[value])
            case _:
                return None

    def part(self, name: str, code: str, value: Any, said: Mapping[str, Any]) -> tuple[str, Any]:
        """The label of one entry of a field that holds several by their codes, and its value in words."""
        if name == "basic" and (field := self.basic.get(code)) is not None:
            return field.full_label, {option.code: option.label for option in field.options}.get(str(value), value)
        item = self.items.get(str(said.get("item_code") or ""))
        measure = (
            next((each for each in item.measures if each.code == code), None) if name == "values" and item else None
        )
        return (measure.label, f"{value}{measure.unit}") if measure is not None else (code, value)
