"""Bars that lie under their names: one each, or two below or behind one another, with their numbers at the end.

The name stands above its bars, so that it has the whole width on a phone, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.charts.data import Row, Series, Table, Value

WIDTH = 580
RIGHT = 460  # the longest bar ends here; its number follows
NAME, BAR, GAP, BETWEEN = 22, 18, 3, 12  # heights: of a name, of a bar, within a group, between groups
LETTERS = 26  # of a name; the table has it in full


@dataclass(frozen=True)
class Bar:
    """One rectangle: ``no`` says which of the two looks it has, ``text`` stands behind it."""

    no: int
    x: float
    y: float
    width: float
    text: str
    text_x: float
    text_y: float


@dataclass(frozen=True)
class Group:
    """The bars of one name."""

    name: str
    y: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class BarChart:
    """A drawing with its words; ``description`` says in a sentence what it shows, ``key`` names two looks."""

    title: str
    description: str
    groups: tuple[Group, ...]
    key: tuple[tuple[int, str], ...]
    table: Table
    height: int
    kind: str = "bars"
    width: int = WIDTH
    bar: int = BAR


def bar_chart(
    title: str, description: str, corner: str, names: Sequence[str], series: Sequence[Series], *, stacked: bool = False
) -> BarChart:
    """Bars by name, from one or two series; ``stacked`` puts the second behind the end of the first."""
    highest = _highest(series, stacked) or 1
    rows = 1 if stacked else len(series)
    step = NAME + rows * BAR + (rows - 1) * GAP + BETWEEN
    groups = []
    for index, name in enumerate(names):
        values = [(no, each.values[index]) for no, each in enumerate(series, start=1)]
        top = index * step
        drawn = _stacked(values, top + NAME, highest) if stacked else _beside(values, top + NAME, highest)
        groups.append(Group(_cut(name), top + NAME - 6, tuple(drawn)))
    return BarChart(
        title=title,
        description=description,
        groups=tuple(groups),
        key=tuple((no, each.name) for no, each in enumerate(series, start=1)) if len(series) > 1 else (),
        table=Table(
            corner,
            tuple(each.name for each in series),
            tuple(Row(name, tuple(each.values[index] for each in series)) for index, name in enumerate(names)),
        ),
        height=max(step, step * len(names)),
    )


def _highest(series: Sequence[Series], stacked: bool) -> float:
    columns = zip(*(each.values for each in series), strict=True)
    totals = ([value.number for value in column if value is not None] for column in columns)
    return max(((sum(found) if stacked else max(found)) for found in totals if found), default=0)


def _beside(values: Sequence[tuple[int, Value | None]], top: float, highest: float) -> list[Bar]:
    bars = []
    for place, (no, value) in enumerate(values):
        if value is None:
            continue
        y = top + place * (BAR + GAP)
        width = _width(value.number, highest)
        bars.append(Bar(no, 0, y, width, value.shown, width + 6, y + BAR - 4))
    return bars


def _stacked(values: Sequence[tuple[int, Value | None]], top: float, highest: float) -> list[Bar]:
    bars: list[Bar] = []
    found = [(no, value) for no, value in values if value is not None]
    left = 0.0
    for place, (no, value) in enumerate(found):
        width = _width(value.number, highest)
        last = place == len(found) - 1
        words = " + ".join(each.shown for _no, each in found) if last else ""
        bars.append(Bar(no, round(left, 1), top, width, words, round(left + width + 6, 1), top + BAR - 4))
        left += width
    return bars


def _width(number: float, highest: float) -> float:
    return round(RIGHT * max(0.0, number) / highest, 1)


def _cut(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
