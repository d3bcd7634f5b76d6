"""Roster files for tests: rows as lists, in the columns of the template."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from cases.roster.layout import PEOPLE, UNITS

UNIT_HEADER = [column.zh for column in UNITS.columns]
PEOPLE_HEADER = [column.zh for column in PEOPLE.columns]


def unit_row(code: str | int, **values: Any) -> list[Any]:
    """A sound row for a new institution of 天山区, with values replaced."""
    row = {
        "code": code,
        "name": f"机构{code}",
        "superior": "650102",
        "kind": "医养结合机构",
        "division": None,
        "opened_on": "2021-01-01",
        "closed_on": None,
    }
    assert values.keys() <= row.keys()
    return list((row | values).values())


def person_row(login: str, **values: Any) -> list[Any]:
    """A sound row for a new filler of 天山区康宁护理院, with values replaced."""
    row = {
        "login": login,
        "name": "阿依努尔",
        "phone": "13800000000",
        "unit": "650102-001",
        "role": "机构填报人",
        "valid_from": "2021-01-01",
        "valid_until": None,
    }
    assert values.keys() <= row.keys()
    return list((row | values).values())


def roster_file(units: Sequence[Sequence[Any]] = (), people: Sequence[Sequence[Any]] = ()) -> bytes:
    """Both sheets with their headers and the given rows."""
    return sheets({"机构": [UNIT_HEADER, *units], "人员": [PEOPLE_HEADER, *people]})


def sheets(content: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    """An xlsx with any sheets; text that begins with = becomes a formula, as in Excel."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in content.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    return saved(workbook)


def saved(workbook: Workbook) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def with_rows(content: bytes, rows: str) -> bytes:
    """The same file with raw XML rows added to its first sheet: what no library would write, and quickly."""
    return rewritten(
        content, "xl/worksheets/sheet1.xml", lambda text: text.replace("</sheetData>", rows + "</sheetData>")
    )


def rewritten(content: bytes, part: str, change: Any) -> bytes:
    """The same file with one part changed as text; a part that is not there begins empty."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        parts = {entry.filename: old.read(entry) for entry in old.infolist()}
    parts[part] = change(parts.get(part, b"").decode()).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return buffer.getvalue()
