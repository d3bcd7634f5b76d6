"""Making the demonstration: units, people, and all that happens to them until its own today."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass

from cases.editions.load import available
from cases.editions.store import store_editions
from cases.models import Case, OrgUnit
from cases.roles import Role
from project.demo import tianshan
from project.demo.acts import Cast, Cycle, Person
from project.demo.alliance_city import CITY, build_city, city_accounts
from project.demo.alliances import alliances
from project.demo.answers import Writer
from project.demo.by_itself import days_pass, settle
from project.demo.clock import TODAY
from project.demo.days import Days, Diary, Story, moment
from project.demo.files import Drawer
from project.demo.incidents import incidents
from project.demo.institutions import JOINED_ON, Institution, institutions
from project.demo.people import People, accounts, build_people, give_addresses, invented_name
from project.demo.personas import REGION
from project.demo.reports import reports
from project.demo.source import Prefecture, prefectures
from project.demo.spot_checks import spot_check
from project.demo.stories import THIS_YEAR, last_year
from project.demo.units import ENTERED, Units, build_units
from workflows.engine import perform_many
from workflows.quality_cycle.opening import open_year

OPENED = {2020: moment("2020-01-06 10:05"), 2021: moment("2021-01-04 10:12")}
ARCHIVED = moment("2021-01-05 16:20")
NEWCOMERS = moment("2021-03-16 11:30")
LIMITS = {2020: ("2020-06-15", "2020-08-31"), 2021: ("2021-05-06", "2021-07-30")}

Cases = dict[tuple[str, int], Case]


def seed(only: str = "", progress: Callable[[str], None] = lambda _line: None) -> None:
    """Make everything, or the prefecture or county whose code begins so; the same every time.

    The city of the alliances has a region of its own, in which nothing else is told.
    """
    store_editions(available(), at=ENTERED)
    places = [place for place in prefectures() if place.code.startswith(only[:4])]
    counties = {county.code: place for place in places for county in place.counties}
    chosen = [each for each in institutions() if each.county in counties and each.county.startswith(only)]
    units = build_units(places, chosen)
    everybody = accounts(places, chosen)
    if CITY.startswith(only):
        build_city(units)
        everybody += city_accounts()
    people = build_people(everybody, units)
    progress(f"{len(units)} units, {len(set(people.values()))} people")
    stage = Stage(units, people, {}, Diary(TODAY), Drawer())
    if places:
        _tell_of_region(stage, places, chosen, counties)
    if CITY.startswith(only):
        for story in alliances(units, stage.person):
            stage.diary.add(story)
    stage.diary.add(days_pass(OPENED[2020].date()))
    month = ""
    for at in stage.diary.tell():
        if month != (month := f"{at:%Y-%m}"):
            progress(month)
    settle(TODAY)
    give_addresses(TODAY)


def _tell_of_region(
    stage: Stage, places: list[Prefecture], chosen: list[Institution], counties: dict[str, Prefecture]
) -> None:
    """The years of the institutions, and what goes on beside and above them."""
    units, person = stage.units, stage.person
    stage.diary.add(_region(units[REGION], person(REGION, Role.REGION_OFFICER), stage.cases))
    for each in chosen:
        for year in (2020, 2021):
            stage.diary.add(stage.year(each, counties[each.county], year))
    for story in (*incidents(units, person), *reports(units[REGION], places, person)):
        stage.diary.add(story)
    stage.diary.add(spot_check(units[REGION], person, stage.drawer, stage.diary))


def _region(region: OrgUnit, officer: Person, cases: Cases) -> Story:
    """The region opens its years and archives the one that is over."""
    for year, at in OPENED.items():
        yield at
        _open(region, year, officer, at, cases)
    yield ARCHIVED
    over = Case.objects.filter(kind="quality_cycle", year=2020).exclude(state="cancelled").order_by("pk")
    refused = [refusal for _case, refusal in perform_many(over, "archive", by=officer, at=ARCHIVED) if refusal]
    if refused:
        raise RuntimeError(f"{len(refused)} cycles of 2020 cannot be archived: {refused[0]}")
    yield NEWCOMERS
    _open(region, 2021, officer, NEWCOMERS, cases)


def _open(region: OrgUnit, year: int, officer: Person, at: dt.datetime, cases: Cases) -> None:
    opened = open_year(region, year, by=officer, at=at, keep_cases=True)
    cases |= {(case.unit.code, year): case for case in opened.cases}


@dataclass(frozen=True)
class Stage:
    """What every institution's story plays on."""

    units: Units
    people: People
    cases: Cases
    diary: Diary
    drawer: Drawer

    def cast(self, institution: Institution, place: Prefecture) -> Cast:
        """The people around an institution."""
        return Cast(
            filler=self.person(institution.code, Role.INSTITUTION_FILLER),
            head=self.person(institution.code, Role.INSTITUTION_HEAD),
            officer=self.person(institution.county, Role.COUNTY_OFFICER),
            approver=self.person(institution.county, Role.COUNTY_APPROVER),
            prefecture=self.person(place.code, Role.PREFECTURE_OFFICER),
        )

    def person(self, unit: str, role: str) -> Person:
        """Who holds the seat, at an address that is reserved for examples."""
        user = self.people[unit, role]
        return Person(user, address=f"192.0.2.{user.pk % 250 + 1}", request_id="demo")

    def year(self, institution: Institution, place: Prefecture, year: int) -> Story:
        """One institution's year, from its opening."""
        unit = self.units[institution.code]
        if unit.opened_on.year > year:
            return
        opened = NEWCOMERS if institution.opened_on == JOINED_ON else OPENED[year]
        yield opened + dt.timedelta(minutes=1)
        rng = random.Random(f"{institution.code} in {year}")
        staff = tuple(invented_name(place, rng) for _ in range(6))
        writer = Writer(rng, staff, LIMITS[year], rng.randint(1, 3))
        cast = self.cast(institution, place)
        case = self.cases[institution.code, year]
        cycle = Cycle(institution, unit, case, cast, writer, Days(rng), self.drawer)
        story = tianshan.STORIES.get((institution.code, year)) or last_year
        if year == 2021 and institution.fate != "told":
            story = THIS_YEAR[institution.fate]
        yield from story(cycle, self.diary)
