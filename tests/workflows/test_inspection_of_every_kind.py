"""What an inspector reads of each kind of case: every field old and new, who, when, how long; and no patient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.functional import Promise

from cases.audit.layouts import tables_by_label
from cases.models import Case, CaseEvent, WorkItem
from tests.cases.audited import complete_history
from tests.everything import a_year, an_alliance
from tests.project.test_urls import people_of
from tests.workflows.alliances import build_city
from tests.workflows.referrals import PLAIN
from tests.worlds import build_world, moment
from workflows.inspection.comparing import compare
from workflows.inspection.fields import KEPT_BACK, KEPT_BACK_OF, LABELS, NAMED, fields_of, label_of, leads_to
from workflows.inspection.proof import prove
from workflows.inspection.records import branches, live_rows, versions_of
from workflows.inspection.spans import times_of
from workflows.inspection.trail import Line, trail_of
from workflows.inspection.wording import Words
from workflows.kinds import KINDS, kind_of

LABELLED = ["cases.case", *(branch.label for branch in branches())]
AFTER = moment("2021-09-20 10:00")
OF_PILOTS = {"pilot_programme", "pilot", "filing", "scoring", "referral", "fund", "guidance_year"}
ELSEWHERE = {"common_problem"}  # a record with its findings, told in its own tests


@pytest.fixture(autouse=True)
def later(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.AUDIT_DIR = tmp_path
    with time_machine.travel(AFTER, tick=False):
        yield


def whole_trail(case: Case) -> tuple[list[Line], set[tuple[str, str, str]]]:
    """Every line of the trail, and (record, field, new) of every row of it."""
    page = trail_of(case)
    lines, changes = list(page.lines), list(page.waiting)
    while page.next:
        page = trail_of(case, before=page.next)
        lines += page.lines
    changes += [change for line in lines for change in line.changes]
    return lines, {(change.record, label, new) for change in changes for label, _old, new in change.rows}


def shown_of(case: Case) -> set[tuple[str, str, str]]:
    """What stands in the case's records now, as (record, field, value): all of it was written by something."""
    versions = versions_of(case)
    live = live_rows(case, versions)
    words = Words(case, live.items())
    return {
        (words.record(label, values), field, value)
        for (label, _key), values in live.items()
        for field, _old, value in words.changes(label, {}, values)
    }


def looked_at(inspector: Any, keys: list[int]) -> set[str]:
    """Look at each of the cases as an inspector does; the kinds that there were."""
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(inspector)
    kinds = set()
    for case in Case.objects.filter(pk__in=keys).select_related("unit", "edition"):
        case.__class__ = kind_of(case).model
        said = f"{case.kind} {case.pk}"
        lines, rows = whole_trail(case)
        assert len(lines) == case.event_count, said
        assert all(line.entry.who for line in lines), said
        assert not shown_of(case) - rows, said
        assert len(times_of(case, AFTER).spans) == WorkItem.objects.filter(process=case.pk).count(), said
        first = CaseEvent.objects.get(case=case.pk, seq=1).at.date()
        assert {each.sort for each in compare(case, first - dt.timedelta(days=1), None, AFTER)} == {"new"}, said
        assert compare(case, AFTER.date(), None, AFTER) == [], said
        assert prove(case).found == [], said
        for page in ("inspection_case", "inspection_compare"):
            answer = client.get(reverse(page, args=[case.pk]), {"on": str(first), "everything": "on"})
            assert answer.status_code == 200, said
            assert not [text for text in PLAIN if text in answer.content.decode()], said
        with CaptureQueriesContext(connection) as queries:
            trail_of(case)
        assert len(queries) <= len(branches()) + len(NAMED) + 6, said
        kinds.add(case.kind)
    return kinds


def most_told() -> list[int]:
    """Of each kind the two cases in which most has happened."""
    keys: list[int] = []
    for kind in sorted(set(Case.objects.values_list("kind", flat=True))):
        keys += Case.objects.filter(kind=kind).order_by("-event_count", "pk").values_list("pk", flat=True)[:2]
    return keys


@pytest.mark.slow(20)
@pytest.mark.django_db
def test_every_field_of_every_record_of_a_year_is_read_old_and_new() -> None:
    world = build_world()
    people_of(world)
    a_year(world)
    complete_history()
    assert looked_at(world.inspector, most_told()) == set(KINDS) - OF_PILOTS - ELSEWHERE


@pytest.mark.slow(20)
@pytest.mark.django_db
def test_every_field_of_every_record_of_an_alliance_is_read_old_and_new() -> None:
    city = build_city()
    an_alliance(city)
    complete_history()
    assert looked_at(city.people["inspector"], most_told()) == OF_PILOTS


def test_every_field_of_every_record_has_a_name_and_says_something_that_people_read() -> None:
    nameless, unknown = [], []
    for label in LABELLED:
        for name, field in fields_of(label).items():
            if not isinstance(label_of(label, field), Promise):
                nameless.append(f"{label}.{name}")
            if field.is_relation and leads_to(field) not in NAMED:
                unknown.append(f"{label}.{name}")
    assert nameless == []
    assert unknown == []


def test_whatever_is_kept_back_exists_and_has_a_reason() -> None:
    columns = {
        (label, field.attname)
        for label in LABELLED
        for field in tables_by_label()[label].instance_type._meta.concrete_fields
    }
    assert set(KEPT_BACK) <= {name for _label, name in columns}
    assert set(KEPT_BACK_OF) <= {f"{label}.{name}" for label, name in columns}
    assert all(KEPT_BACK.values())
    assert {"status", "kind", "sha256", "number", "state"}.isdisjoint(KEPT_BACK)
    names = {field.name for label in LABELLED for field in tables_by_label()[label].instance_type._meta.concrete_fields}
    assert set(LABELS) <= names
