"""Writing many rows by hand-made statements: the same rows as the ORM writes, on either database."""

from __future__ import annotations

from typing import Any

import pytest

from cases.models import Case, OrgUnit
from cases.rows import insert_values
from tests.story import Story
from workflows.finding.kind import State
from workflows.step import HISTORY_FIELDS, history_of

UNIT = ("path", "depth", "numchild", "kind", "name", "code", "division", "opened_on", "superior_id")


def unit(number: int, **values: Any) -> tuple[Any, ...]:
    whole = {
        "path": f"ZZZZ{number:04d}",
        "depth": 2,
        "numchild": 0,
        "kind": OrgUnit.Kind.COUNTY,
        "name": f"县{number}",
        "code": f"zz{number}",
        "division": "",
        "opened_on": "2020-01-01",
        "superior_id": None,
    } | values
    return tuple(whole[name] for name in UNIT)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 2, 251])
def test_rows_come_back_with_what_was_asked_for(count: int) -> None:
    found = insert_values(OrgUnit, UNIT, [unit(number) for number in range(count)], returning=("code", "id"))
    assert {code: OrgUnit.objects.get(pk=key).code for code, key in found} == {f"zz{n}": f"zz{n}" for n in range(count)}


@pytest.mark.django_db
def test_members_of_choices_and_plain_texts_stand_beside_each_other() -> None:
    insert_values(OrgUnit, UNIT, [unit(1), unit(2, kind="region"), unit(3, name="带“引号”、\\ 和 {花括号}")])
    rows = OrgUnit.objects.filter(code__startswith="zz").order_by("code").values_list("kind", "name")
    assert list(rows) == [("county", "县1"), ("region", "县2"), ("county", "带“引号”、\\ 和 {花括号}")]


@pytest.mark.django_db
@pytest.mark.postgres
def test_a_text_that_is_too_long_is_refused_and_not_cut_off() -> None:
    from django.db import DataError

    with pytest.raises(DataError):
        insert_values(OrgUnit, UNIT, [unit(1), unit(2, code="z" * 19)])


def test_the_history_of_a_case_is_what_simple_history_would_have_noted(story: Story) -> None:
    case = story.case
    table, names = history_of(Case)
    row = tuple(getattr(case, name) for name in names)
    moved = list(row)
    moved[names.index("state")] = State.OPEN
    before = table.objects.count()
    insert_values(
        table, (*names, *HISTORY_FIELDS), [(*row, story.at, None, None, "~"), (*moved, story.at, None, "x", "~")]
    )
    assert table.objects.count() == before + 2
    newest, older = table.objects.filter(id=case.pk).order_by("-history_id")[:2]
    assert {newest.state, older.state} == {case.state, "open"}
    assert older.uid == newest.uid == case.uid
    assert older.history_date == story.at
