"""The invented institutions: name, kind, beds, and what becomes of their year 2021."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from project.demo.source import County, prefectures, read

BEGINNING = dt.date(2019, 1, 1)
TIANSHAN = "650102"

# What becomes of the self-checks of 2021, and of how many; 天山区, where visitors sign in, is told by itself.
FATES = {
    "rectifying": 36,
    "submitted": 19,
    "returned": 10,
    "approving": 10,
    "confirming": 9,
    "begun": 9,
    "half_verified": 8,
    "resubmitted": 8,
    "verified": 7,
    "claimed": 6,
    "blank": 4,
    "clean": 4,
    "returned_whole": 4,
    "approving_again": 3,
    "joined": 3,
    "cancelled": 2,
    "reopened": 2,
    "sent_back": 2,
    "withdrawn": 2,
    "cancelled_late": 1,
}
JOINED_ON = dt.date(2021, 3, 15)


@dataclass(frozen=True)
class Institution:
    """One invented institution; ``basic`` are the choices of the form's basic information."""

    code: str
    county: str
    name: str
    suffix: str
    beds: int
    basic: dict[str, Any]
    fate: str

    @property
    def opened_on(self) -> dt.date:
        return JOINED_ON if self.fate == "joined" else BEGINNING

    def medical_beds(self, year: int) -> int:
        """Beds in a year: a little more every year."""
        return self.beds + (year - 2019) * (self.beds % 7)

    def home_beds(self, year: int) -> int:
        return self.beds % 11 + (year - 2019) * 2

    def basic_information(self, year: int) -> dict[str, Any]:
        """The head of the form as its filler writes it."""
        return {
            "institution_name": self.name,
            "medical_beds": self.medical_beds(year),
            "home_beds": self.home_beds(year),
            "medical_beds_prev": self.medical_beds(year - 1),
            "home_beds_prev": self.home_beds(year - 1),
            **self.basic,
        }


def institutions() -> list[Institution]:
    """All institutions in the order of their codes; the same ones whatever part of them is asked for."""
    fates = [fate for fate, number in FATES.items() for _ in range(number)]
    random.Random("what becomes of 2021").shuffle(fates)
    remaining = iter(fates)
    return [
        institution
        for prefecture in prefectures()
        for county in prefecture.counties
        for institution in _of(county, remaining)
    ]


def _of(county: County, fates: Iterator[str]) -> list[Institution]:
    data = read("institutions")
    kinds = {kind["suffix"]: kind for kind in data["kinds"]}
    rng = random.Random(county.code)
    told = data["tianshan"] if county.code == TIANSHAN else []
    stems = [each["stem"] for each in told] or rng.sample(data["stems"].split(), county.institutions)
    weights = [kind["weight"] for kind in kinds.values()]
    suffixes = [each["suffix"] for each in told] or rng.choices(list(kinds), weights, k=county.institutions)
    return [
        Institution(
            code=f"{county.code}-{number:03d}",
            county=county.code,
            name=f"{county.name}{stem}{suffix}",
            suffix=suffix,
            beds=rng.randint(*kinds[suffix]["beds"]),
            basic=kinds[suffix]["basic"],
            fate=(told[number - 1]["fate"] if told else next(fates)),
        )
        for number, (stem, suffix) in enumerate(zip(stems, suffixes, strict=True), 1)
    ]
