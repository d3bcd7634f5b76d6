"""Counties with institutions that have told their year: with one of each, a query for each would not show."""

from __future__ import annotations

import itertools

from cases.access import appoint
from cases.models import OrgUnit
from tests.story import Story, problem
from tests.worlds import BEGINNING, World, unit

_numbers = itertools.count(1)
PEOPLE = ("institution_filler", "institution_head")
OFFICERS = ("county_officer", "county_approver")


def crowd(world: World, prefecture: OrgUnit, *, counties: int = 2, institutions: int = 2) -> list[Story]:
    """New counties of a prefecture, each with institutions that have a verified self-check and findings of two items.

    In every county the first institution has one of its findings closed.
    """
    stories = []
    for _county in range(counties):
        number = next(_numbers)
        county = unit("county", f"第{number}县卫生健康委", f"6599{number:02d}", prefecture)
        for role in OFFICERS:
            appoint(world.people[role], county, role, valid_from=BEGINNING)
        for no in range(1, institutions + 1):
            place = unit("institution", f"第{number}县护理院{no}", f"6599{number:02d}-{no:03d}", county)
            for role in PEOPLE:
                appoint(world.people[role], place, role, valid_from=BEGINNING)
            story = Story.open(world, unit=place)
            story.on("2021-03-01").submit({"A1-19": problem(["hand"]), "A1-05": problem(["core_systems"])})
            story.on("2021-05-10").approve()
            if no == 1:
                story.on("2021-06-01").close(story.fix(story.findings()[0]))
            stories.append(story)
    return stories
