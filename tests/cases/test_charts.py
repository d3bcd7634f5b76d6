"""Charts drawn from plain numbers: every line, bar and word at its place, and the table always beside the drawing."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template
from django.utils import translation

from cases.charts.bars import RIGHT, bar_chart
from cases.charts.data import Series, Value
from cases.charts.lines import BOTTOM, TOP, line_chart
from cases.charts.scale import apart, ticks
from cases.templatetags.charts import meter


def series(name: str, *numbers: int | None) -> Series:
    return Series(name, tuple(None if number is None else Value(number, f"/records/{number}/") for number in numbers))


def rendered(drawing: object) -> str:
    with translation.override("en"):
        return Template("{% load charts %}{% chart drawing 'c1' %}").render(Context({"drawing": drawing}))


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (4, [0, 1, 2, 3, 4]),
        (5, [0, 2, 4, 6]),
        (126, [0, 50, 100, 150]),
        (9_001, [0, 5_000, 10_000]),
    ],
)
def test_an_axis_has_few_round_numbers_and_reaches_the_highest_value(highest: int, expected: list[int]) -> None:
    assert ticks(highest) == expected


def test_words_at_the_ends_of_lines_are_moved_apart_and_stay_inside() -> None:
    assert apart([100, 102], 20, 196) == [100, 120]
    assert apart([190, 195], 20, 196) == [176, 196]
    assert apart([195, 190], 20, 196) == [196, 176]
    assert apart([], 20, 196) == []


def test_a_line_ends_where_its_values_do() -> None:
    drawing = line_chart("Progress", "…", "Month", ["1", "2", "3"], [series("Found", 0, 10, None)])
    (line,) = drawing.lines
    assert [(point.x, point.y) for point in line.points] == [(60, BOTTOM), (265, TOP)]
    assert line.end is not None
    assert line.end.text == "Found 10"
    assert drawing.table.rows[0].values[2] is None


def test_a_chart_of_nothing_is_an_empty_grid_and_no_fault() -> None:
    drawing = line_chart("Progress", "…", "Month", ["1"], [series("Found", None)])
    assert drawing.lines[0].end is None
    assert "<polyline" in rendered(drawing)
    assert bar_chart("Items", "…", "Item", [], [series("Found")]).groups == ()
    assert bar_chart("Items", "…", "Item", ["a"], [series("Found", 0)]).groups[0].bars[0].width == 0


def test_the_longest_bar_reaches_the_end_and_the_others_are_in_proportion() -> None:
    drawing = bar_chart("Years", "…", "Figure", ["a", "b"], [series("2020", 5, 20), series("2021", 10, None)])
    first, second = drawing.groups
    assert [bar.width for bar in first.bars] == [RIGHT / 4, RIGHT / 2]
    assert [bar.width for bar in second.bars] == [RIGHT]
    assert drawing.key == ((1, "2020"), (2, "2021"))


def test_a_stacked_bar_is_as_long_as_its_sum() -> None:
    drawing = bar_chart("Parts", "…", "Unit", ["a", "b"], [series("Closed", 3, 1), series("Open", 1, 1)], stacked=True)
    closed, still = drawing.groups[0].bars
    assert (closed.x + closed.width, still.x + still.width) == (still.x, RIGHT)
    assert (closed.text, still.text) == ("", "3 + 1")


def test_a_long_name_is_cut_in_the_drawing_and_whole_in_the_table() -> None:
    name = "伊犁哈萨克自治州" * 5
    drawing = bar_chart("Parts", "…", "Unit", [name], [series("Found", 3)])
    assert drawing.groups[0].name.endswith("…")
    assert drawing.table.rows[0].name == name


def test_the_drawing_is_named_and_the_numbers_of_its_table_lead_to_their_records() -> None:
    page = rendered(line_chart("Progress", "From 0 to 1,200.", "Month", ["1", "2"], [series("Found", 0, 1200)]))
    assert '<title id="c1-t">Progress</title><desc id="c1-d">From 0 to 1,200.</desc>' in page
    assert 'role="img" aria-labelledby="c1-t c1-d"' in page
    assert '<a href="/records/1200/">1,200</a>' in page
    assert '<td class="n">0</td>' in page  # nothing is behind a nought
    assert "<details" in page
    assert not re.search(r"style=|<script|<style", page)


def test_names_in_a_drawing_are_escaped() -> None:
    page = rendered(bar_chart("<b>", "<i>", "<u>", ["<script>"], [series("<s>", 1)]))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_drawing_does_not_speak_the_language_of_the_page() -> None:
    drawing = bar_chart("Parts", "…", "Unit", ["a", "b"], [series("Found", 3, 7)])
    with translation.override("de"):
        page = Template("{% load charts %}{% chart drawing 'c1' %}").render(Context({"drawing": drawing}))
    assert 'width="197.1"' in page


def test_a_share_of_nothing_is_a_dash() -> None:
    assert meter(None) == {"width": None}
    assert meter(0.5) == {"width": 48.0, "percent": "50%"}
    assert meter(1.2)["width"] == 96
