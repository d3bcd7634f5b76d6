"""Lines over a row of names, such as months: what has come together by the end of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.charts.data import Row, Series, Table
from cases.charts.scale import apart, ticks

WIDTH, HEIGHT = 580, 232
LEFT, RIGHT, TOP, BOTTOM = 50, 480, 30, 196
CROWDED = 7  # from so many names on, a phone shows every second one
WORD_GAP = 22  # between the words at the ends of two lines; as large as the letters on a phone


@dataclass(frozen=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True)
class Mark:
    """A word beside an axis or a line."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Line:
    """One drawn line: ``no`` says which of the two looks it has."""

    no: int
    points: tuple[Point, ...]
    end: Mark | None

    @property
    def path(self) -> str:
        """As the attribute of a polyline."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)


@dataclass(frozen=True)
class LineChart:
    """A drawing with its words; ``description`` says in a sentence what it shows."""

    title: str
    description: str
    grid: tuple[Mark, ...]
    names: tuple[Mark, ...]
    lines: tuple[Line, ...]
    table: Table
    kind: str = "lines"
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT

    @property
    def crowded(self) -> bool:
        """Whether the names would touch one another on a phone."""
        return len(self.names) >= CROWDED


def line_chart(title: str, description: str, corner: str, names: Sequence[str], series: Sequence[Series]) -> LineChart:
    """At most two lines, one value for each name; a line ends where its values do."""
    numbers = [value.number for each in series for value in each.values if value is not None]
    steps = ticks(max(numbers, default=0))
    across = (RIGHT - 10 - (LEFT + 10)) / max(1, len(names) - 1)

    def x(index: int) -> float:
        return round(LEFT + 10 + index * across, 1)

    def y(number: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * number / steps[-1], 1)

    drawn = [
        tuple(Point(x(index), y(value.number)) for index, value in enumerate(each.values) if value is not None)
        for each in series
    ]
    ends = apart([points[-1].y + 4 for points in drawn if points], WORD_GAP, BOTTOM)
    lines, places = [], iter(ends)
    for no, (each, points) in enumerate(zip(series, drawn, strict=True), start=1):
        last = each.values[each.last] if points else None
        end = Mark(points[-1].x + 10, next(places), f"{each.name} {last.shown}") if points and last else None
        lines.append(Line(no, points, end))
    return LineChart(
        title=title,
        description=description,
        grid=tuple(Mark(LEFT - 8, y(step), f"{step:,}") for step in steps),
        names=tuple(Mark(x(index), BOTTOM + 24, name) for index, name in enumerate(names)),
        lines=tuple(lines),
        table=Table(corner, tuple(names), tuple(Row(each.name, each.values) for each in series)),
    )
