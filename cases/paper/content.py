"""What stands on one printed Annex 1, and the digest that names that version."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cases.editions.form import BasicField, Form

# XML and PDF have no way to carry these; explicit bidi overrides would make paper read otherwise than the record.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)
_LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029\x0b\x0c]")


@dataclass(frozen=True)
class Annex1Answer:
    """The two right-hand cells of one item: 自查情况 and 整改情况."""

    selfcheck: str = ""
    rectification: str = ""


@dataclass(frozen=True)
class Annex1Content:
    """Everything that one copy of Annex 1 shows; ``answers`` by item code, ``basic`` by field code.

    A choice holds its option's code, and ``<code>_other`` the text behind 其他（请注明）. ``filled_on`` is a day in
    Asia/Shanghai. An unknown code is refused with ``ValueError``: paper that leaves something out must not be sealed.
    """

    form: Form
    prefecture: str = ""
    county: str = ""
    reporting_unit: str = ""
    filler_name: str = ""
    filler_phone: str = ""
    filled_on: dt.date | None = None
    basic: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Annex1Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        fields = self.form.basic_fields
        with_text = {f"{code}_other" for code, fld in fields.items() if fld.type == "choice"}
        if unknown := set(self.basic) - set(fields) - with_text:
            raise ValueError(f"basic information that the form does not ask for: {sorted(unknown)}")
        if unknown := set(self.answers) - set(self.form.items):
            raise ValueError(f"answers to items that the form does not have: {sorted(unknown)}")
        for fld in fields.values():
            chosen = self.basic.get(fld.code)
            if fld.type == "choice" and chosen and chosen not in {option.code for option in fld.options}:
                raise ValueError(f"{fld.code}: {chosen!r} is not one of its options")

    def answer(self, code: str) -> Annex1Answer:
        return self.answers.get(code, Annex1Answer())

    def value(self, fld: BasicField) -> str:
        """A text or number as written on the form; a number that is not there is blank, and 0 is a number."""
        return printable(self.basic.get(fld.code))

    def other_text(self, fld: BasicField) -> str:
        return printable(self.basic.get(f"{fld.code}_other"))


def blank(form: Form) -> Annex1Content:
    """The empty form, to be filled in by hand."""
    return Annex1Content(form=form)


def printable(value: object) -> str:
    """The text of a value as paper can carry it: one kind of line end, no control characters, ends trimmed."""
    if value is None:
        return ""
    return _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", str(value))).replace("\t", " ").strip()


def content_digest(content: Annex1Content) -> str:
    """SHA-256 (hex) that ties a seal to the version it stands on: the form's wording and all that is filled in.

    Independent of layout, fonts, language and of differences that do not show; empty and absent are the same.
    """
    form = content.form
    printed = {
        "v": 1,
        "form": {
            "title": form.title_zh,
            "header": [[line.code, line.label_zh] for line in form.header],
            "basic": [[group.label_zh, [_wording(fld) for fld in group.fields]] for group in form.basic],
            "columns": list(form.columns),
            "sections": [[s.title_zh, [[i.no, i.code, i.text_zh] for i in s.items]] for s in form.sections],
        },
        "header": _filled(
            {
                "prefecture": content.prefecture,
                "county": content.county,
                "reporting_unit": content.reporting_unit,
                "filler_name": content.filler_name,
                "filler_phone": content.filler_phone,
                "filled_on": content.filled_on,
            }
        ),
        "basic": _filled(content.basic),
        "answers": {
            code: [printable(answer.selfcheck), printable(answer.rectification)]
            for code, answer in content.answers.items()
            if printable(answer.selfcheck) or printable(answer.rectification)
        },
    }
    canonical = json.dumps(printed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _wording(fld: BasicField) -> list[object]:
    return [fld.code, fld.label_zh, [[option.code, option.label_zh] for option in fld.options]]


def _filled(values: Mapping[str, object]) -> dict[str, str]:
    return {code: printable(value) for code, value in values.items() if printable(value)}
