"""Who sees which cases: the lists give exactly what the appointments and parties say, and by an index."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from cases.access import Viewer
from cases.models import Case, CaseParty, Finding, WorkItem
from cases.tree import covers
from tests.workflows.ledger_rows import findings
from tests.worlds import World, moment

pytestmark = pytest.mark.django_db
AT = moment("2021-06-10")
PERSONAS = (
    "institution_filler", "institution_head", "county_officer", "county_approver", "prefecture_officer",
    "region_head", "national_expert", "inspector", "system_admin", "auditor", "other_filler", "other_officer",
    "nobody", "expired",
)  # fmt: skip
PERIODS = [("2021-01-01", None), ("2021-01-01", "2021-06-10"), ("2021-06-11", None), ("2021-06-10", "2021-06-11")]
party = st.tuples(
    st.integers(0, 5),
    st.sampled_from([*PERSONAS, "@county", "@institution", "@other_county"]),
    st.sampled_from(PERIODS),
)


@pytest.fixture
def cases(world: World) -> list[Case]:
    """Two findings and their cycle at each of three institutions."""
    for unit in (world.institution, world.sibling, world.other_institution):
        findings(unit, [{}, {"state": "closed"}])
    return list(Case.objects.select_related("unit").order_by("pk"))


def seen(viewer: Viewer, cases: list[Case], parties: list[CaseParty]) -> set[int]:
    """The scope as design says it, case by case."""
    grants = [grant for grant in viewer.grants if grant.permission == "view"]
    below = {case.pk for case in cases if any(covers(grant.path, case.unit.path) for grant in grants)}
    units = {grant.unit_id for grant in grants}
    takes_part = {
        row.case_id
        for row in parties
        if (row.user_id == viewer.user.pk or row.unit_id in units)
        and row.valid_from <= viewer.on
        and (row.valid_until is None or row.valid_until > viewer.on)
    }
    return below | takes_part


@trying(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(drawn=st.lists(party, max_size=6))
def test_every_persona_sees_the_subtree_and_what_they_are_a_party_of_and_nothing_else(
    drawn: list[Any], world: World, cases: list[Case]
) -> None:
    CaseParty.objects.all().delete()
    rows = [_party(world, cases[index * 3 % len(cases)], who, period) for index, who, period in drawn]
    CaseParty.objects.bulk_create(rows)
    kinds = {case.pk: case.kind for case in cases}
    for name in PERSONAS:
        viewer = Viewer(world.people[name], AT)
        wanted = seen(viewer, cases, rows)
        assert set(Case.objects.visible_to(viewer).values_list("pk", flat=True)) == wanted
        items = set(WorkItem.objects.open().visible_to(viewer).values_list("process", flat=True))
        assert items == wanted & set(WorkItem.objects.open().values_list("process", flat=True))
        ledger = set(Finding.objects.visible_to(viewer).values_list("pk", flat=True))
        assert ledger == {pk for pk in wanted if kinds[pk] == "finding"}


def _party(world: World, case: Case, who: str, period: tuple[str, str | None]) -> CaseParty:
    first, until = (dt.date.fromisoformat(day) if day else None for day in period)
    assert first is not None
    common: dict[str, Any] = {"case": case, "part": "visitor", "valid_from": first, "valid_until": until}
    if who.startswith("@"):
        return CaseParty(unit=getattr(world, who[1:]), **common)
    return CaseParty(user=world.people[who], **common)


def test_nobody_at_all_sees_nothing_also_where_units_are_parties(world: World, cases: list[Case]) -> None:
    CaseParty.objects.bulk_create([_party(world, cases[0], "@county", PERIODS[0])])
    stranger = Viewer(AnonymousUser(), AT)
    assert not stranger.is_party
    assert not Case.objects.visible_to(stranger).exists()
    assert not Finding.objects.visible_to(stranger).exists()


def test_the_question_of_parties_comes_with_the_grants(
    world: World, cases: list[Case], django_assert_num_queries: Any
) -> None:
    viewer = Viewer(world.county_officer, AT)
    assert viewer.grants
    with django_assert_num_queries(2):
        list(Case.objects.visible_to(viewer))
        list(Finding.objects.visible_to(viewer))


@pytest.mark.sqlite
def test_a_county_reads_its_own_cases_and_not_every_case_there_is(world: World, cases: list[Case]) -> None:
    viewer = Viewer(world.county_officer, AT)
    lists: list[Any] = [Case.objects.visible_to(viewer), Finding.objects.visible_to(viewer)]
    for rows in lists:
        statement, parameters = rows.order_by().values("pk").query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plan = [row[3] for row in cursor.fetchall()]
        assert not any(step.startswith(("SCAN cases_case", "SCAN cases_finding")) for step in plan)
        assert any("path>? AND path<?" in step for step in plan)
