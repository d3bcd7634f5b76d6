"""The city's guidance centres in the demonstration: registers of two years, shares of hospitals, who is behind."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from cases.models import Case
from cases.roles import Role
from project.demo.acts import Person
from project.demo.alliance_city import CENTRE, CITY, DISTRICT_CENTRE
from project.demo.days import Story, moment
from workflows.alliance.guidance.opening import open_guidance_years
from workflows.alliance.guidance.reading import enter_reading
from workflows.engine import perform

if TYPE_CHECKING:
    from project.demo.alliances import City


def guidance(city: City) -> Story:
    """Two years of the city's centre, the first reached and closed; of the districts' one is on course, one behind."""
    words, officer = city.words, city.person(CENTRE, Role.CENTRE_OFFICER)
    at = moment("2020-02-24 09:30")
    yield at
    first = open_guidance_years(city.units[CENTRE], 2020, by=officer, at=at)[0]
    for session in sorted(words["year_2020"], key=lambda each: each[1]):
        at = moment(f"{session[1]} 16:40")
        yield at
        first = _session(first, officer, session, at)
    at = moment("2021-01-06 10:10")
    yield at
    cases = {case.unit.code: case for case in open_guidance_years(city.units[CITY], 2021, by=city.officer, at=at)}
    at = moment("2021-01-07 11:00")
    yield at
    perform(first, "close", by=officer, at=at, review=words["review_2020"])
    for target, day, above, below in words["shares"]:
        values = {"target": target, "as_of": dt.date.fromisoformat(day), "numerator": above, "denominator": below}
        enter_reading(city.units[CITY], {**values, "note": ""}, by=city.officer, at=moment("2021-01-07 15:20"))
    told = [(CENTRE, session) for session in words["sessions"]]
    told += [(DISTRICT_CENTRE, session) for session in words["district_sessions"]]
    for code, session in sorted(told, key=lambda each: each[1][1]):
        at = moment(f"{session[1]} 16:30")
        yield at
        cases[code] = _session(cases[code], city.person(code, Role.CENTRE_OFFICER), session, at)


def _session(case: Case, officer: Person, session: list[Any], at: dt.datetime) -> Case:
    register, day, title, attendances = session
    values = {"register": register, "held_on": dt.date.fromisoformat(day), "title": title, "attendances": attendances}
    return perform(case, "enter", by=officer, at=at, **values)
