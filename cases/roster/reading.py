"""Reading one row: each cell as what it should be, every fault collected, nothing thrown at the first one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.roster.cells import BadCell, as_code, as_day, as_text
from cases.roster.workbook import Fault, Row, Table


@dataclass
class RowReader:
    """One row being read; ``ok`` tells whether anything was wrong so far."""

    table: Table
    row: Row
    faults: list[Fault]
    ok: bool = True

    def __post_init__(self) -> None:
        for key in self.row.formulas:
            self.refuse(
                key,
                _("This cell holds a formula."),
                _("Copy the cell and paste it again as a value."),
            )

    def refuse(self, key: str, message: str, hint: str) -> None:
        self.ok = False
        self.faults.append(self.table.fault(self.row, key, message, hint))

    def has(self, key: str) -> bool:
        return key in self.table.places

    def text(self, key: str, *, longest: int, required: bool = True) -> str:
        return self._read(key, as_text, longest, required)

    def code(self, key: str, *, longest: int, required: bool = True) -> str:
        return self._read(key, as_code, longest, required)

    def day(self, key: str, *, required: bool = False) -> dt.date | None:
        if key in self.row.formulas:
            return None
        try:
            day = as_day(self.row.values.get(key))
        except BadCell as bad:
            self.refuse(key, bad.message, bad.hint)
            return None
        if day is None and required:
            self._miss(key)
        return day

    def _read(self, key: str, meaning: Callable[[Any], str], longest: int, required: bool) -> str:
        if key in self.row.formulas:
            return ""
        try:
            text = meaning(self.row.values.get(key))
        except BadCell as bad:
            self.refuse(key, bad.message, bad.hint)
            return ""
        if not text and required:
            self._miss(key)
        elif len(text) > longest:
            self.refuse(key, _("This is longer than %(limit)d characters.") % {"limit": longest}, _("Shorten it."))
            return ""
        return text

    def _miss(self, key: str) -> None:
        self.refuse(key, _("This cell is empty."), _("Fill it in; the instructions in the template say how."))
