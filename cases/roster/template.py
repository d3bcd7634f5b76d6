"""The empty roster file to fill in: both sheets with a list of words to choose from, an example, and instructions."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from cases.roster.layout import (
    EXAMPLE,
    GRANTED_SEPARATELY,
    GUIDE,
    KINDS,
    PEOPLE,
    ROLES,
    SHEETS,
    UNITS,
    Sheet,
    word_for,
)
from cases.roster.sheets import append, new_sheet, saved
from cases.roster.workbook import MOST_ROWS

EXAMPLES: dict[str, dict[str, tuple[str, str]]] = {
    UNITS.key: {
        "code": ("示例-650102-001", "Example-650102-001"),
        "name": ("某某护理院", "Some nursing home"),
        "superior": ("650102", "650102"),
        "kind": KINDS["institution"][:2],  # type: ignore[dict-item]
        "division": ("", ""),
        "opened_on": ("2021-01-01", "2021-01-01"),
        "closed_on": ("", ""),
    },
    PEOPLE.key: {
        "login": ("示例-zhangsan", "Example-zhangsan"),
        "name": ("张三", "Zhang San"),
        "phone": ("0991-2345678", "0991-2345678"),
        "unit": ("650102-001", "650102-001"),
        "role": ROLES["institution_filler"][:2],  # type: ignore[dict-item]
        "valid_from": ("2021-01-01", "2021-01-01"),
        "valid_until": ("", ""),
    },
}


def template_file() -> bytes:
    """An xlsx in the language of the page; the reader of such files understands both."""
    language = get_language() or "zh-hans"
    workbook = Workbook(write_only=True)
    for sheet in SHEETS:
        _add(workbook, sheet, language)
    guide = new_sheet(
        workbook, word_for(GUIDE, language), [_("Sheet"), _("Column"), _("How to fill it in")], [14, 22, 90]
    )
    # The lists to choose from stand beside the instructions: within a rule, Excel takes 255 characters of them.
    choices = zip_longest(_kind_words(language), _role_words(language), fillvalue="")
    for row, words in zip_longest(_instructions(language), choices, fillvalue=("", "", "")):
        append(guide, (*row, "", *words[:2]))
    return saved(workbook)


def _add(workbook: Workbook, sheet: Sheet, language: str) -> None:
    headers = [word_for(column.names, language) for column in sheet.columns]
    page = new_sheet(workbook, word_for(sheet.names, language), headers, [column.width for column in sheet.columns])
    append(page, (word_for(EXAMPLES[sheet.key][column.key], language) for column in sheet.columns))
    for key, column, words in (("kind", "E", _kind_words(language)), ("role", "F", _role_words(language))):
        place = next((number for number, column in enumerate(sheet.columns, start=1) if column.key == key), None)
        if place is not None:
            source = f"'{word_for(GUIDE, language)}'!${column}$2:${column}${len(words) + 1}"
            page.data_validations.append(_choices(source, get_column_letter(place)))


def _choices(source: str, letter: str) -> Any:
    """A list to choose from; another word may still be typed, because the reader knows more of them."""
    choices = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=False)
    choices.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
    return choices


def _kind_words(language: str) -> list[str]:
    return [word_for(names, language) for kind, names in KINDS.items() if kind != "nation"]


def _role_words(language: str) -> list[str]:
    return [word_for(names, language) for role, names in ROLES.items() if role not in GRANTED_SEPARATELY]


def _instructions(language: str) -> list[tuple[str, str, str]]:
    """One line for every column, in the words of the reader."""
    texts = {
        (UNITS.key, "code"): _(
            "The institution's own code: digits, letters and hyphens, at most 18. For a health authority the six digits"
            " of its administrative division. A code that is registered already brings that unit up to date."
        ),
        (UNITS.key, "name"): _("The full name as on the licence."),
        (UNITS.key, "superior"): _(
            "The six-digit code of the county to which the institution belongs, or its name if only one is called so."
        ),
        (UNITS.key, "kind"): _("Choose from the list."),
        (UNITS.key, "division"): _("For health authorities only: the name of the area. May be left out."),
        (UNITS.key, "opened_on"): _("The first day that counts, like 2021-01-01 or 2021年1月1日."),
        (UNITS.key, "closed_on"): _("The first day that no longer counts. Empty: goes on."),
        (PEOPLE.key, "login"): _(
            "The name for signing in, the same in all rows of a person. One that exists brings that person up to date."
        ),
        (PEOPLE.key, "name"): _("The person's name."),
        (PEOPLE.key, "phone"): _("Digits and hyphens. May be left out."),
        (PEOPLE.key, "unit"): _("The code of the unit at which the person is appointed."),
        (PEOPLE.key, "role"): _(
            "Choose from the list; one row for each appointment. Administrators, auditors and inspectors are appointed"
            " separately."
        ),
        (PEOPLE.key, "valid_from"): _("The first day of the appointment."),
        (PEOPLE.key, "valid_until"): _(
            "The first day that no longer counts. To end an appointment, write its end here."
        ),
    }
    lines = [
        (word_for(sheet.names, language), word_for(column.names, language), texts[sheet.key, column.key])
        for sheet in SHEETS
        for column in sheet.columns
    ]
    everywhere = _("Everywhere")
    lines += [
        (everywhere, "", _("Rows whose first cell begins with “%(word)s” are not read.") % {"word": EXAMPLE[0]}),
        (everywhere, "", _("No formulas. At most %(rows)s rows in all.") % {"rows": f"{MOST_ROWS:,}"}),
        (everywhere, "", _("The same file may be imported again: what is in the system already stays as it is.")),
    ]
    return lines
