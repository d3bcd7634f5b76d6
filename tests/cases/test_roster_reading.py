"""Reading a roster file: whatever is uploaded becomes rows, faults at cells, or one clear refusal."""

from __future__ import annotations

import datetime as dt
import gc
import io
import tracemalloc
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from cases.errors import Invalid
from cases.models import OrgUnit
from cases.roles import Role
from cases.roster.cells import BadCell, as_code, as_day, as_text
from cases.roster.layout import GRANTED_SEPARATELY, KINDS, ROLES, kind_named, role_at, roles_named
from cases.roster.template import template_file
from cases.roster.workbook import LARGEST_FILE, MOST_ROWS, Book, read
from tests.cases.roster_files import (
    PEOPLE_HEADER,
    UNIT_HEADER,
    person_row,
    rewritten,
    roster_file,
    saved,
    sheets,
    unit_row,
    with_rows,
)


def code_of(content: bytes) -> str:
    with pytest.raises(Invalid) as refusal:
        read(content)
    assert refusal.value.status == 422
    assert str(refusal.value.hint)
    return refusal.value.code


def message_of(content: bytes) -> str:
    with pytest.raises(Invalid) as refusal:
        read(content)
    return str(refusal.value.message)


def units(book: Book) -> list[dict[str, Any]]:
    return [row.values for row in book.tables["units"].rows]


# ── cells ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "written",
    [
        "2021-05-12",
        "2021/5/12",
        "2021.5.12",
        "2021年5月12日",
        " 2021 年 5 月 12 日 ",
        "２０２１－０５－１２",
        "20210512",
        20210512,
        20210512.0,
        "2021-05-12 00:00:00",
        dt.date(2021, 5, 12),
        dt.datetime(2021, 5, 12, 8, 30),  # noqa: DTZ001 - as Excel has it
    ],
)
def test_a_day_may_be_written_as_people_write_it(written: Any) -> None:
    assert as_day(written) == dt.date(2021, 5, 12)


@pytest.mark.parametrize("written", ["5月12日", "2021-02-30", "soon", "20211", 44328, True, "1820-01-01", "9999-12-31"])
def test_what_is_no_day_is_refused(written: Any) -> None:
    with pytest.raises(BadCell, match="not a date"), translation.override("en"):
        as_day(written)


def test_an_empty_cell_is_no_day() -> None:
    assert as_day(None) is None
    assert as_day("  ") is None


def test_text_is_trimmed_and_a_whole_number_has_no_decimal_point() -> None:
    assert as_text("\u3000天山区\n护理院\t ") == "天山区 护理院"
    assert as_text(650102.0) == "650102"
    assert as_text(True) == "TRUE"
    assert as_text(dt.datetime(2021, 5, 12)) == "2021-05-12"  # noqa: DTZ001 - as Excel has it


def test_full_width_digits_are_normalised_in_codes() -> None:
    assert as_code("６５０１０２－００１") == "650102-001"
    assert as_code(13800000000) == "13800000000"


def test_a_number_whose_digits_excel_lost_is_refused() -> None:
    with pytest.raises(BadCell):
        as_code(916501007981000000)


def test_a_role_may_be_written_short_and_the_unit_decides() -> None:
    assert role_at("经办人", "county") == "county_officer"
    assert role_at("经办人", "prefecture") == "prefecture_officer"
    assert role_at("负责人", "hospital") == "institution_head"
    assert role_at("县级卫健委审核人", "institution") is None


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_role_and_kind_is_read_by_the_word_that_the_pages_show(language: str) -> None:
    with translation.override(language):
        assert [role for role in Role if role not in roles_named(str(role.label))] == []
        assert [kind for kind in OrgUnit.Kind if kind_named(str(kind.label)) != kind] == []


# ── the file ───────────────────────────────────────────────────────────────


def test_rows_are_read_with_their_numbers() -> None:
    book = read(roster_file([unit_row("A1")], [person_row("zhang"), person_row("li")]))
    assert units(book)[0]["name"] == "机构A1"
    assert [row.number for row in book.tables["people"].rows] == [2, 3]


def test_the_header_may_be_english_short_in_another_order_and_below_a_title() -> None:
    rows: list[list[Any]] = [
        ["2021 年名册"],
        [],
        ["Valid until", "code", "KIND *", "Superior", "Valid from", "Name", "备注"],
        [None, "A1", "Hospital", "650102", "2021-01-01", "某医院", "新"],
    ]
    book = read(sheets({"institutions": rows}))
    assert units(book)[0]["kind"] == "Hospital"
    assert book.tables["units"].ignored == ["备注"]
    assert "division" not in book.tables["units"].places


def test_blank_rows_merged_cells_and_examples_are_passed_over() -> None:
    workbook = load_workbook_of(
        roster_file([[], unit_row("示例-1"), [None, " "], unit_row("Example-2"), unit_row("A1")])
    )
    workbook["机构"].merge_cells("B6:C6")
    assert [values["code"] for values in units(read(saved(workbook)))] == ["A1"]


def load_workbook_of(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content))


def test_missing_and_doubled_columns_of_both_sheets_are_named_together() -> None:
    people = [header for header in PEOPLE_HEADER if header not in ("角色", "任职止")]
    content = sheets({"机构": [[*UNIT_HEADER, "名称"]], "人员": [people]})
    assert code_of(content) == "columns_wrong"
    message = message_of(content)
    for word in ("名称", "角色", "任职止"):
        assert word in message


def test_a_sheet_without_any_header_names_its_columns() -> None:
    assert "登录名" in message_of(sheets({"人员": [["a", "b"], ["c", "d"]]}))
    assert "机构编码" in message_of(sheets({"机构": []}))


def test_a_file_without_our_sheets_or_with_one_twice_is_refused() -> None:
    assert code_of(sheets({"Sheet1": [UNIT_HEADER]})) == "sheets_missing"
    assert code_of(sheets({"机构": [UNIT_HEADER], "Institutions": [UNIT_HEADER]})) == "columns_wrong"


def test_one_of_the_two_sheets_is_enough() -> None:
    assert set(read(sheets({"人员": [PEOPLE_HEADER, person_row("zhang")]})).tables) == {"people"}


def test_a_formula_is_marked_at_its_cell_and_never_calculated() -> None:
    book = read(roster_file([unit_row("A1", name='=HYPERLINK("http://x")')]))
    assert book.tables["units"].rows[0].formulas == ("name",)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old_or_locked"),
        (b"login,name\n", "unreadable"),
        (b"PK\x03\x04 torn off", "unreadable"),
        (b"PK\x03\x04" + b"\0" * LARGEST_FILE, "file_too_large"),
    ],
)
def test_what_is_no_workbook_is_refused_with_what_to_do(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_a_damaged_workbook_is_refused() -> None:
    sound = roster_file([unit_row("A1")])
    assert code_of(rewritten(sound, "xl/workbook.xml", lambda text: text[:200])) == "unreadable"
    assert code_of(rewritten(sound, "xl/worksheets/sheet1.xml", lambda text: text[:-40])) == "unreadable"
    assert code_of(rewritten(sound, "xl/styles.xml", lambda text: "<styleSheet/>" * 2)) == "unreadable"


def test_entities_in_a_workbook_are_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    sound = roster_file([unit_row("A1")])
    spoilt = rewritten(sound, "xl/worksheets/sheet1.xml", lambda text: bomb + text)
    assert code_of(spoilt) == "unreadable"


def many_rows(count: int) -> bytes:
    cells = "".join(f'<c r="{{0}}" t="inlineStr"><is><t>{text}</t></is></c>' for text in ("650102-001", "某护理院"))
    rows = []
    for number in range(2, count + 2):
        row = cells.replace("{0}", f"A{number}", 1).replace("{0}", f"B{number}", 1)
        rows.append(f'<row r="{number}">{row}</row>')
    return with_rows(sheets({"机构": [UNIT_HEADER]}), "".join(rows))


def test_a_file_of_a_hundred_thousand_rows_is_refused() -> None:
    message = message_of(many_rows(100_000))
    assert f"{MOST_ROWS:,}" in message


def test_reading_stops_at_the_limit_and_costs_no_more_for_a_longer_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.roster.workbook.MOST_ROWS", 500)

    def peak(rows: int) -> int:
        content = many_rows(rows)
        gc.collect()
        tracemalloc.start()
        assert code_of(content) == "too_many_rows"
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak(1_000)  # the first reading also fills caches that stay
    assert peak(20_000) < 1.5 * peak(1_000)


def test_a_row_number_beyond_excel_costs_no_time() -> None:
    far = '<row r="4000000000"><c r="A4000000000" t="inlineStr"><is><t>x</t></is></c></row>'
    assert code_of(with_rows(sheets({"机构": [UNIT_HEADER]}), far)) == "unreadable"


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    content = rewritten(roster_file([unit_row("A1")]), "xl/sharedStrings.xml", lambda text: text + " " * 30_000_000)
    assert len(content) < 200_000
    assert code_of(content) == "too_many_rows"


# ── the template ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_template_is_read_back_empty_and_complete(language: str) -> None:
    with translation.override(language):
        content = template_file()
    book = read(content)
    assert [len(table.rows) for table in book.tables.values()] == [0, 0]
    assert all(len(table.places) == len(table.sheet.columns) for table in book.tables.values())
    workbook = load_workbook_of(content)
    lists = [validation for sheet in workbook.worksheets for validation in sheet.data_validations.dataValidation]
    assert len(lists) == 2
    guide = workbook.worksheets[-1]
    listed = [
        [cell.value for (cell,) in guide[validation.formula1.partition("!")[2].replace("$", "")]]
        for validation in lists
    ]
    assert all(kind_named(word) for word in listed[0])
    assert all(roles_named(word) for word in listed[1])
    assert [len(words) for words in listed] == [len(KINDS) - 1, len(ROLES) - len(GRANTED_SEPARATELY)]


# ── anything ───────────────────────────────────────────────────────────────

cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40),
    st.datetimes(),
    st.times(),
    st.timedeltas(min_value=dt.timedelta(0), max_value=dt.timedelta(days=10_000)),
    st.sampled_from(["=1+1", "650102", "医院", "机构编码", "登录名", "#REF!", "2021-05-12", "示例"]),
)


def outcome(content: bytes) -> str:
    try:
        read(content)
    except Invalid as refusal:
        return refusal.code
    return "read"


@given(st.lists(st.lists(cells, max_size=9), max_size=6), st.booleans())
def test_any_cells_become_rows_or_a_refusal_and_never_a_crash(rows: list[list[Any]], headed: bool) -> None:
    workbook = Workbook()
    for title, header in (("机构", UNIT_HEADER), ("人员", PEOPLE_HEADER)):
        sheet = workbook.create_sheet(title)
        for row in [header, *rows] if headed else rows:
            sheet.append(row)
    assert outcome(saved(workbook)) in {"read", "columns_wrong", "unreadable"}


@given(st.binary(max_size=300), st.integers(0, 6000))
def test_any_bytes_are_read_or_refused(noise: bytes, place: int) -> None:
    sound = SOUND[:place] + noise + SOUND[place + len(noise) :]
    assert outcome(sound)


SOUND = roster_file([unit_row("A1")], [person_row("zhang")])
