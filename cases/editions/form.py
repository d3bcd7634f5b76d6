"""Annex 1 as an edition has it: the form of the self-check with its items, facets and measures (附件1)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from cases.editions.terms import Operator, holds, in_language


@dataclass(frozen=True)
class Option:
    """One tick box of a choice of the form's basic information."""

    code: str
    label_zh: str
    label_en: str
    requires_text: bool = False

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


@dataclass(frozen=True)
class BasicField:
    """One line of the form's basic information (Annex 1, head of the table)."""

    code: str
    label_zh: str
    label_en: str
    type: Literal["text", "int", "choice"]
    unit: str = ""
    required: bool = True
    label_context: str = ""
    options: tuple[Option, ...] = ()

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)

    @property
    def full_label(self) -> str:
        """The label with the printed heading above it, without which it is unclear (上年度 + 家庭病床数量)."""
        return in_language(self.label_context + self.label_zh, self.label_en)


@dataclass(frozen=True)
class BasicGroup:
    """A printed block of the basic information, such as 医养结合机构中医疗机构基本情况."""

    label_zh: str
    label_en: str
    fields: tuple[BasicField, ...]

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


@dataclass(frozen=True)
class Measure:
    """A number that an item asks for, with the limit that the text sets (e.g. item 18: at least 95 %)."""

    code: str
    op: Operator
    limit: Decimal
    unit: str
    label_zh: str
    label_en: str
    minimum: Decimal = Decimal(0)
    maximum: Decimal = Decimal(100)
    facet: str = ""
    unit_en: str = ""

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)

    def shown(self, value: Decimal) -> str:
        """The value with its unit as the reader writes it: 95%, 1次/年, 1 a year."""
        number = f"{value:f}"
        return in_language(f"{number}{self.unit}", f"{number} {self.unit_en}" if self.unit_en else "")

    def holds(self, value: Decimal) -> bool:
        """Whether the value keeps the limit."""
        return holds(value, self.op, self.limit)


@dataclass(frozen=True)
class Facet:
    """A part of an item that a problem can belong to; the mapped ones feed a row of Annex 2."""

    code: str
    label_zh: str
    label_en: str
    annex2: str = ""

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


@dataclass(frozen=True)
class CheckItem:
    """One of the 30 check items of Annex 1; ``text_zh`` is verbatim."""

    no: int
    code: str
    section: int
    text_zh: str
    text_en: str
    short_zh: str
    short_en: str
    measures: tuple[Measure, ...] = ()
    facets: tuple[Facet, ...] = ()

    @property
    def text(self) -> str:
        return in_language(self.text_zh, self.text_en)

    @property
    def short(self) -> str:
        return in_language(self.short_zh, self.short_en)

    def facet(self, code: str) -> Facet | None:
        return next((facet for facet in self.facets if facet.code == code), None)


@dataclass(frozen=True)
class Section:
    """One of the six parts of Annex 1."""

    no: int
    code: str
    title_zh: str
    title_en: str
    items: tuple[CheckItem, ...]

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)


@dataclass(frozen=True)
class HeaderField:
    """A blank in the head of the printed form: place, unit and seal, filler, phone, date."""

    code: str
    label_zh: str
    label_en: str
    type: str


@dataclass(frozen=True)
class Form:
    """Annex 1 as the document prints it."""

    title_zh: str
    title_en: str
    header: tuple[HeaderField, ...]
    basic: tuple[BasicGroup, ...]
    columns: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)

    @cached_property
    def items(self) -> dict[str, CheckItem]:
        """Items by code, in printed order."""
        return {item.code: item for section in self.sections for item in section.items}

    @cached_property
    def basic_fields(self) -> dict[str, BasicField]:
        return {fld.code: fld for group in self.basic for fld in group.fields}
