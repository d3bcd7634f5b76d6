"""From a file to a plan: read, then the institutions, then the people in them."""

from __future__ import annotations

from cases.access import Viewer
from cases.roster.layout import SHEETS
from cases.roster.people import plan_people, read_people
from cases.roster.plan import Plan
from cases.roster.scope import Area
from cases.roster.units import plan_units, read_units
from cases.roster.workbook import Book


def make_plan(book: Book, viewer: Viewer) -> Plan:
    """What importing the file as this person would do, without doing it; faults for whatever keeps it out."""
    plan = Plan(ignored=[name for table in book.tables.values() for name in table.ignored])
    units = read_units(book, plan)
    people = read_people(book, plan)
    codes = {*units, *(row.superior for row in units.values()), *(row.unit for row in people)} - {""}
    area = Area(viewer, codes)
    plan_units(units, area, plan)
    plan_people(people, units, area, plan)
    order = {table.title: place for place, sheet in enumerate(SHEETS) if (table := book.tables.get(sheet.key))}
    places = {
        (table.title, table.headers[key]): place
        for table in book.tables.values()
        for key, place in table.places.items()
    }
    plan.faults.sort(key=lambda fault: (order[fault.sheet], fault.row, places.get((fault.sheet, fault.column), 0)))
    plan.outcomes.sort(key=lambda outcome: (order[outcome.sheet], outcome.row))
    return plan
