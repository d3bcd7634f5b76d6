"""What a chart is told: names and numbers, and where each number leads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Value:
    """One number of a chart and its table; ``href`` opens the records that it counts, empty where there are none."""

    number: float
    href: str = ""
    text: str = ""

    @property
    def shown(self) -> str:
        """As the reader sees it: its own words, or the number with its thousands apart."""
        return self.text or (f"{self.number:,.0f}" if self.number == int(self.number) else f"{self.number:,.1f}")


@dataclass(frozen=True)
class Series:
    """One line or colour of a chart: a name, and a value for each of the chart's names (None where there is none)."""

    name: str
    values: tuple[Value | None, ...]

    @property
    def last(self) -> int:
        """The index of the last value that there is; -1 where there is none."""
        return max((index for index, value in enumerate(self.values) if value is not None), default=-1)


@dataclass(frozen=True)
class Row:
    """A line of the table beside a chart."""

    name: str
    values: tuple[Value | None, ...]


@dataclass(frozen=True)
class Table:
    """The numbers of a chart as a table: what the rows are, the heads of the columns, and the rows."""

    corner: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
