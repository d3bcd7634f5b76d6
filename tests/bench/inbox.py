"""The first page of an officer's inbox among a million open items, against one hand-written query."""

from __future__ import annotations

import os
from typing import Any

from django.db import connection

from cases.access import SYSTEM, Viewer, appoint
from cases.keyset import PAGE_SIZE
from cases.models import Case, OrgUnit, WorkItem
from cases.orgtree import add_unit
from cases.roles import Role
from tests.bench.measure import report, side_by_side
from tests.worlds import BEGINNING, World, moment, person
from workflows.desk.inbox import by_due, to_do, with_case
from workflows.quality_cycle.opening import open_year

AT = moment("2021-05-12")
ITEMS = int(os.environ.get("BENCH_ITEMS", "1000000"))
MINE = 5_000
OTHERS = 199

FIRST_PAGE = """
    SELECT {columns}
    FROM cases_workitem i
    JOIN cases_case c ON c.id = i.process_id
    JOIN cases_orgunit u ON u.id = c.unit_id
    WHERE i.finished IS NULL AND i.unit_id = %s AND i.role = %s AND i.due_at IS NOT NULL
    ORDER BY i.due_at, i.id LIMIT %s
"""

FIRST_PAGE = FIRST_PAGE.format(
    columns=", ".join(
        f"{alias}.{field.column}"
        for alias, model in (("i", WorkItem), ("c", Case), ("u", OrgUnit))
        for field in model._meta.concrete_fields
    )
)

FILL = {
    "sqlite": """
        WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {items})
        {insert} FROM numbers
    """,
    "postgresql": "{insert} FROM generate_series(0, {items} - 1) numbers(n)",
}
INSERT = """
    INSERT INTO cases_workitem (flow_task, flow_task_type, status, created, token, process_id, unit_id, role, due_at,
                                due_rule, due_revision, outcome, due_trace, due_provisional, ladder)
    SELECT '{task}', 'HUMAN', 'NEW', {created}, 'start', {case} + n % {cases},
           CASE WHEN n % {stride} = 0 THEN {mine} ELSE {first} + n % {others} END, 'county_officer', {due},
           'verify', 0, '', '[]', FALSE, 'standard'
"""


class Maker:
    """Makes objects of one model from rows of a hand-written query, converters included."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.compiler = model.objects.all().query.get_compiler("default")
        self.compiler.setup_query()
        self.converters = self.compiler.get_converters([column for column, _sql, _alias in self.compiler.select])
        self.names = [field.attname for field in model._meta.concrete_fields]

    def make(self, rows: list[Any]) -> list[Any]:
        converted = self.compiler.apply_converters(rows, self.converters)
        return [self.model.from_db("default", self.names, row) for row in converted]


def run(sql: str, parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _split(rows: list[Any], makers: list[Maker]) -> list[list[Any]]:
    """The columns of each model in rows that hold those of several."""
    parts, first = [], 0
    for maker in makers:
        last = first + len(maker.names)
        parts.append([row[first:last] for row in rows])
        first = last
    return parts


def inbox(world: World) -> bool:
    """Rows and order are those of the page; a page from the deep must cost what the first one costs."""
    officer = person("the officer", Role.COUNTY_OFFICER, world.county)
    _fill(world)
    viewer = Viewer(officer, AT)
    deep = ""
    for _page in range(100):
        deep = by_due(to_do(viewer), deep).next
    seats = [world.county.pk, "county_officer", PAGE_SIZE + 1]

    makers = [Maker(model) for model in (WorkItem, Case, OrgUnit)]

    def by_hand() -> list[WorkItem]:
        """The hand-written query, its rows made into the objects that a page draws."""
        items, cases, units = (
            maker.make(rows) for maker, rows in zip(makers, _split(run(FIRST_PAGE, seats), makers), strict=True)
        )
        for item, case, unit in zip(items, cases, units, strict=True):
            item.process, case.unit = case, unit
        return items

    page = with_case(to_do(viewer)).filter(due_at__isnull=False).order_by("due_at", "pk")[: PAGE_SIZE + 1]
    sql, parameters = page.query.sql_with_params()
    assert [row.pk for row in by_due(to_do(viewer)).rows] == [row.pk for row in by_hand()[:PAGE_SIZE]]
    medians = side_by_side(
        {
            "first page": lambda: by_due(to_do(viewer)),
            "page 101": lambda: by_due(to_do(viewer), deep),
            "by hand": by_hand,
            "our SQL alone": lambda: run(sql, parameters),
            "hand-written SQL alone": lambda: run(FIRST_PAGE, seats),
        },
        200,
    )
    claims = {
        ("first page", "by hand"): 3.0,
        ("our SQL alone", "hand-written SQL alone"): 3.0,
        ("page 101", "first page"): 1.5,
    }
    return report(f"inbox of {MINE} among {WorkItem.objects.open().count()} open items", medians, claims)


def _fill(world: World) -> None:
    """A million open items, every 200th of them the officer's."""
    appoint(world.region_officer, world.region, Role.REGION_OFFICER, valid_from=BEGINNING)
    if not Case.objects.exists():
        open_year(world.region, 2021, by=SYSTEM, at=AT)
    counties = [
        add_unit(world.prefecture, kind="county", name=f"county {n}", code=f"inbox-{n}", opened_on=BEGINNING)
        for n in range(OTHERS)
    ]
    task = WorkItem._meta.get_field("flow_task").get_prep_value(WorkItem.objects.first().flow_task)
    moments = {
        "sqlite": ("'2021-01-04 00:00:00'", "datetime('2021-05-01', '+' || (n * 7919 % 100000) || ' minutes')"),
        "postgresql": (
            "'2021-01-04T00:00:00Z'",
            "timestamptz '2021-05-01T00:00:00Z' + (n::bigint * 7919 % 100000) * interval '1 minute'",
        ),
    }
    created, due = moments[connection.vendor]
    values = {
        "task": task,
        "created": created,
        "due": due,
        "case": Case.objects.order_by("pk").values_list("pk", flat=True)[0],
        "cases": 1,
        "stride": ITEMS // MINE,
        "mine": world.county.pk,
        "first": counties[0].pk,
        "others": OTHERS,
        "items": ITEMS,
    }
    assert counties[-1].pk - counties[0].pk == OTHERS - 1
    assert OrgUnit.objects.filter(pk__in=[county.pk for county in counties]).count() == OTHERS
    insert = INSERT.format(**values)
    with connection.cursor() as cursor:
        cursor.execute(FILL[connection.vendor].format(insert=insert, items=ITEMS))
        cursor.execute("ANALYZE")
