"""The invented institutions: name, kind, beds, and what becomes of their year 2021."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

from project.demo.source import Prefecture, prefectures, read

BEGINNING = dt.date(2019, 1, 1)
TIANSHAN = "650102"

# What becomes of the self-check of 2021, dealt out in turn; the persons who sign in live in 天山区, told apart.
FATES = (
    "rectifying",
    "submitted",
    "approving",
    "begun",
    "rectifying",
    "returned",
    "claimed",
    "verified",
    "rectifying",
    "confirming",
    "submitted",
    "rectifying",
    "half_verified",
    "resubmitted",
    "blank",
    "rectifying",
    "clean",
    "approving_again",
    "rectifying",
    "submitted",
    "sent_back",
    "returned_whole",
    "rectifying",
    "withdrawn",
    "begun",
    "rectifying",
    "cancelled",
    "submitted",
    "joined",
    "rectifying",
    "returned",
    "verified",
    "cancelled_late",
    "rectifying",
    "reopened",
    "confirming",
)
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
    found: list[Institution] = []
    for prefecture in prefectures():
        found += _of(prefecture, len(found))
    return found


def _of(prefecture: Prefecture, before: int) -> list[Institution]:
    data = read("institutions")
    stems, kinds = data["stems"].split(), {kind["suffix"]: kind for kind in data["kinds"]}
    found: list[Institution] = []
    for county in prefecture.counties:
        rng = random.Random(county.code)
        names = rng.sample(stems, county.institutions)
        suffixes = rng.choices(list(kinds), [kind["weight"] for kind in kinds.values()], k=county.institutions)
        chosen = [*zip(names, suffixes, strict=True)]
        if county.code == TIANSHAN:
            chosen = [(each["stem"], each["suffix"]) for each in data["tianshan"]]
        for number, (stem, suffix) in enumerate(chosen, 1):
            code = f"{county.code}-{number:03d}"
            kind = kinds[suffix]
            fate = FATES[(before + len(found)) % len(FATES)]
            if county.code == TIANSHAN:
                fate = "joined" if number == len(chosen) else "told"
            beds = rng.randint(*kind["beds"])
            found.append(
                Institution(code, county.code, f"{county.name}{stem}{suffix}", suffix, beds, kind["basic"], fate)
            )
    return found
