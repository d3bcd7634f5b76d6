"""The data files of the demonstration: real divisions by their GB/T 2260 codes, everything else invented."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class County:
    """A county-level division and how many invented institutions it has."""

    code: str
    name: str
    institutions: int


@dataclass(frozen=True)
class Prefecture:
    """A prefecture-level division: its telephone area code, and which peoples its invented persons belong to."""

    code: str
    name: str
    area_code: str
    peoples: dict[str, int]
    counties: tuple[County, ...]


@cache
def read(name: str) -> Any:
    """One data file, parsed."""
    return json.loads((files("project.demo") / "data" / f"{name}.json").read_text("utf-8"))


def prefectures() -> list[Prefecture]:
    """The prefectures of the region in the order of their codes."""
    return [
        Prefecture(
            each["code"],
            each["name"],
            each["area_code"],
            each["peoples"],
            tuple(County(**county) for county in each["counties"]),
        )
        for each in read("divisions")["prefectures"]
    ]


def words(name: str) -> Any:
    """Sentences that officials and institutions write in the demonstration."""
    return read("words")[name]
