"""The ledger's Excel file: exactly what is filtered, every field of a finding, each value of its own type."""

from __future__ import annotations

import datetime as dt
import gc
import io
import tracemalloc
from typing import Any

import openpyxl
import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cases.models import Case, Evidence, Finding, FindingProgress
from tests.story import Story, problem
from tests.workflows.ledger_rows import findings
from tests.worlds import World, moment
from workflows.finding import export, pages
from workflows.finding.export_columns import COLUMNS
from workflows.finding.kind import FindingFlow
from workflows.finding.ledger_query import Criteria, findings_for

NOW = "2021-06-10 10:00"
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "#N/A", "\x07钟", "第一行\n第二行", "'quoted"]


@pytest.fixture(autouse=True)
def the_day() -> Any:
    with time_machine.travel(moment(NOW), tick=False), translation.override("en"):
        yield


def enter(user: Any, language: str = "en") -> Client:
    client = Client()
    client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def day(number: int) -> dt.datetime:
    """A day of June 2021 as Excel gives it back."""
    return dt.datetime(2021, 6, number)  # noqa: DTZ001 - a spreadsheet knows no time zone


def numbers(records: list[Finding]) -> list[str]:
    return [record.case.number for record in records]


def opened(answer: Any) -> list[list[Any]]:
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=False)]


def exported(user: Any, **query: Any) -> list[list[Any]]:
    return opened(enter(user).get(reverse("ledger_export"), {"year": "all", "state": "all", **query}))


def as_table(rows: list[list[Any]]) -> list[dict[str, Any]]:
    head = [cell.value for cell in rows[0]]
    return [dict(zip(head, [cell.value for cell in row], strict=True)) for row in rows[1:]]


def test_the_file_holds_exactly_the_filtered_rows(world: World) -> None:
    late = findings(world.institution, [{"due_on": dt.date(2021, 6, 1)}, {"due_on": dt.date(2021, 5, 31)}])
    others = findings(world.sibling, [{}]) + findings(world.other_institution, [{}])
    rows = exported(world.county_officer, light="late")
    assert [row[0].value for row in rows[1:]] == sorted(numbers(late))
    everything = exported(world.prefecture_officer)
    assert {row[0].value for row in everything[1:]} == {*numbers(late), *numbers(others)}


FILTERS: list[dict[str, Any]] = [
    {},
    {"state": "live"},
    {"state": "closed"},
    {"light": "late"},
    {"item": "A1-19"},
    {"facet": "hand"},
    {"severity": "serious"},
    {"recurrence": "yes"},
    {"returned": "yes", "source": "county"},
    {"responsible": "后勤"},
    {"q": "疏散"},
]


@pytest.mark.parametrize("query", FILTERS)
def test_the_file_and_the_list_agree_under_every_filter(query: dict[str, Any], world: World) -> None:
    (before,) = findings(world.institution, [{"state": "closed"}], year=2020)
    rows: list[dict[str, Any]] = [
        {"item_code": "A1-19", "facets": ["hand"], "problem": "疏散通道堵塞"},
        {"severity": "serious", "return_count": 2, "due_on": dt.date(2021, 6, 1)},
        {"recurrence_of": before, "responsible_unit": "后勤部", "source": "self_check"},
        {"state": "closed"},
    ]
    findings(world.institution, rows)
    client, asked = enter(world.county_officer), {"year": "2021", "state": "all", **query}
    listed = [row.finding.case.number for row in client.get(reverse("ledger"), asked).context["rows"]]
    assert listed
    assert [row[0].value for row in opened(client.get(reverse("ledger_export"), asked))[1:]] == sorted(listed)


def test_hostile_text_stays_text_and_dates_are_dates(world: World) -> None:
    findings(
        world.institution,
        [{"problem": text, "responsible": text, "number": f"n{at}"} for at, text in enumerate(HOSTILE)],
    )
    rows = exported(world.county_officer)
    head = [cell.value for cell in rows[0]]
    problem_at, due_at = head.index("Problem"), head.index("Due date")
    for row, text in zip(rows[1:], HOSTILE, strict=True):
        cell = row[problem_at]
        assert (cell.value, cell.data_type, cell.number_format) == (text.replace("\x07", ""), "s", "@")
        assert cell.quotePrefix == text.startswith(("=", "+", "-", "@"))
        assert row[due_at].value.isoformat() == "2021-06-30T00:00:00"
        assert row[due_at].is_date
        assert all(other.data_type != "f" for other in row)


def test_a_number_is_a_text_that_nobody_takes_for_a_date(world: World) -> None:
    findings(world.institution, [{"number": "2021-650102-001", "reference": "2021-06-01"}])
    rows = exported(world.county_officer)
    head = [cell.value for cell in rows[0]]
    for name, text in [("Number", "2021-650102-001"), ("Reference number", "2021-06-01")]:
        cell = rows[1][head.index(name)]
        assert (cell.value, cell.data_type, cell.number_format) == (text, "s", "@")


def test_every_field_of_the_ledger_stands_in_its_column(story: Story) -> None:
    world = story.world
    (before,) = findings(story.unit, [{"state": "closed", "number": "2020-650102-009"}], year=2020)
    photo = [story.evidence(story.case, Evidence.Purpose.SELF_CHECK, story.filler, item_code="A1-19")]
    story.on("2021-03-01").submit({"A1-19": problem(["hand"])})
    story.on("2021-05-20").approve()
    (finding,) = story.findings()
    story.on("2021-06-01").fix(finding)
    values = {
        "severity": "serious",
        "recurrence_of": before,
        "responsible_unit": "护理部",
        "responsible": "张丽华",
        "return_count": 2,
        "reviewed_by": world.county_officer,
        "closed_at": moment("2021-06-05"),
        "referred_to": "卫生监督所",
        "reference": "天卫监〔2021〕3号",
        "enforcement_outcome": "警告",
        "enforcement_on": dt.date(2021, 6, 8),
    }
    Finding.objects.filter(pk=finding.pk).update(**values)
    finding.case.work_items.filter(finished=None).update(original_due_at=moment("2021-06-15"))
    note = {"finding": finding, "by": world.institution_filler}
    FindingProgress.objects.create(**note, at=moment("2021-05-25"), text="已采购。")
    FindingProgress.objects.create(**note, at=moment("2021-05-28"), text="已安装。")
    common = {"unit": story.unit, "year": 2021, "edition": story.case.edition, "parent": finding.case}
    Case.objects.create(kind="supervision", flow_class=FindingFlow, **common)
    (row,) = as_table(exported(world.county_officer, year="2021"))
    assert photo
    assert len(row) == len(COLUMNS)
    wanted = {
        "Number": finding.case.number,
        "Year": 2021,
        "Prefecture": world.prefecture.name,
        "County": world.county.name,
        "Institution": story.unit.name,
        "Item no.": 19,
        "Source": "Self-check",
        "Severity": "Serious",
        "Recurrence of": "2020-650102-009",
        "Unit responsible": "护理部",
        "Person responsible": "张丽华",
        "Due date": day(30),
        "Original date": day(15),
        "Under supervision": "Yes",
        "Progress notes": "2021-05-25 institution_filler: 已采购。\n2021-05-28 institution_filler: 已安装。",
        "Result of rectification": "已完成培训，抽查合格。",
        "Evidence before": 1,
        "Evidence after": 1,
        "Times returned": 2,
        "Verifier": "county_officer",
        "Closed on": day(5),
        "Referred to": "卫生监督所",
        "Reference number": "天卫监〔2021〕3号",
        "Outcome of enforcement": "警告",
        "Date of the outcome": day(8),
    }
    assert {name: row[name] for name in wanted} == wanted
    item = story.case.edition.parsed.items["A1-19"]
    assert (row["Clause"], row["Facets"]) == (item.text, item.facets[0].label)


def test_the_headings_speak_the_readers_language(world: World) -> None:
    findings(world.institution, [{}])
    for language, heading in [("en", "Number"), ("zh-hans", "编号")]:
        rows = opened(enter(world.county_officer, language).get(reverse("ledger_export")))
        assert rows[0][0].value == heading


def test_only_the_ticked_rows_of_the_own_scope_are_exported(world: World) -> None:
    mine = findings(world.institution, [{}, {}])
    foreign = findings(world.other_institution, [{}])
    asked = {"chosen": "1", "pick": [mine[0].pk, foreign[0].pk], "year": "all", "state": "all"}
    client = enter(world.county_officer)
    for answer in (client.get(reverse("ledger_export"), asked), client.post(reverse("ledger_export"), asked)):
        assert [row[0].value for row in opened(answer)[1:]] == numbers(mine[:1])
    everything = client.post(reverse("ledger_export"), {**asked, "all": "1"})
    assert [row[0].value for row in opened(everything)[1:]] == numbers(mine)


def test_choosing_nothing_or_too_much_is_refused_with_a_word(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    findings(world.institution, [{}, {}])
    client = enter(world.county_officer)
    nothing = client.post(reverse("ledger_export"), {"chosen": "1"})
    assert nothing.status_code == 422
    assert "Choose the rows first" in nothing.content.decode()
    monkeypatch.setattr(pages, "MAX_ROWS", 1)
    assert client.get(reverse("ledger_export")).status_code == 422


def test_an_export_costs_the_same_queries_for_few_and_for_many(
    world: World, django_assert_max_num_queries: Any
) -> None:
    findings(world.institution, [{}] * 60)
    client = enter(world.county_officer)
    client.get(reverse("ledger"))
    with django_assert_max_num_queries(19):
        answer: Any = client.get(reverse("ledger_export"))
        assert len(b"".join(answer.streaming_content)) > 0


def test_memory_does_not_grow_with_the_rows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows refer to each other in circles, so what lies about is swept up before each chunk is counted."""
    monkeypatch.setattr(export, "CHUNK", 20)
    findings(world.institution, [{"problem": "疏散通道堵塞。" * 50}] * 300)
    viewer = world.viewer("county_officer", moment(NOW))
    rows, chunk_of = findings_for(viewer, Criteria()), export.chunk_of
    kept: list[int] = []

    def counting(*arguments: Any) -> Any:
        gc.collect()
        kept.append(tracemalloc.get_traced_memory()[0])
        return chunk_of(*arguments)

    monkeypatch.setattr(export, "chunk_of", counting)
    export.write_ledger(rows, [], viewer).close()
    kept.clear()
    tracemalloc.start()
    try:
        export.write_ledger(rows, [], viewer).close()
    finally:
        tracemalloc.stop()
    assert len(kept) == 300 / 20
    assert kept[-1] < kept[2] + 50_000
