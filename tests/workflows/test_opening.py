"""Opening a year: one cycle for every active institution, in bulk, safe to repeat, each pinned to its edition."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.access import SYSTEM
from cases.errors import Invalid
from cases.models import Case, CaseEvent, OrgUnit, SelfCheck, WorkItem
from cases.orgtree import add_unit
from tests.story import Story
from tests.worlds import World, moment, unit
from workflows.consistency import faults
from workflows.quality_cycle.opening import open_year

JANUARY = moment("2021-01-04")


def cycles(year: int = 2021) -> list[Case]:
    return list(Case.objects.filter(kind="quality_cycle", year=year).order_by("unit__path"))


def open_all(world: World, at: dt.datetime = JANUARY, **options: Any) -> tuple[int, int]:
    result = open_year(world.region, 2021, by=SYSTEM, at=at, **options)
    return result.opened, result.present


def test_every_active_institution_gets_one_cycle_with_its_form_and_its_first_work_item(world: World) -> None:
    assert open_all(world) == (3, 0)
    for case in cycles():
        assert SelfCheck.objects.filter(case=case).exists()
        item = WorkItem.objects.get(process=case)
        assert (item.unit, item.role, item.due_rule) == (case.unit, "institution_filler", "self_check")
        assert item.due_at == moment("2021-04-30 23:59") + dt.timedelta(seconds=59, microseconds=999999)
    assert list(faults(Case.objects.all())) == []


def test_opening_again_changes_nothing(world: World) -> None:
    open_all(world)
    before = list(CaseEvent.objects.values_list("hash", flat=True))
    assert open_all(world) == (0, 3)
    assert list(CaseEvent.objects.values_list("hash", flat=True)) == before


def test_chunks_of_one_write_the_same_as_one_chunk(world: World) -> None:
    def written(chunk: int) -> list[tuple[Any, ...]]:
        open_year(world.region, 2021, by=SYSTEM, at=JANUARY, chunk=chunk)
        shapes = [
            (case.unit_id, case.state, case.version, case.slot, case.event_count, case.history.count())
            for case in cycles()
        ]
        items = list(WorkItem.objects.order_by("unit").values_list("unit", "role", "due_at", "due_rule", "flow_task"))
        events = list(CaseEvent.objects.order_by("case__unit").values_list("seq", "verb", "source", "target", "at"))
        return [*shapes, *items, *events]

    from django.db import transaction

    point = transaction.savepoint()
    singly = written(1)
    transaction.savepoint_rollback(point)
    assert singly == written(500)


def test_an_institution_that_joins_in_mid_year_is_picked_up_by_the_next_run(world: World) -> None:
    open_all(world)
    unit("institution", "新开办护理院", "650102-009", world.county, opened_on=dt.date(2021, 6, 1))
    assert open_all(world, moment("2021-05-31")) == (0, 3)
    assert open_all(world, moment("2021-06-01")) == (1, 3)


def test_an_institution_that_has_closed_gets_none_from_the_day_it_no_longer_counts(world: World) -> None:
    OrgUnit.objects.filter(pk=world.institution.pk).update(closed_on=dt.date(2021, 1, 4))
    assert open_all(world) == (2, 0)


def test_an_institution_whose_cycle_was_cancelled_does_not_get_another_by_itself(world: World) -> None:
    open_all(world)
    from workflows.engine import perform

    case = cycles()[0]
    perform(case, "cancel", by=world.actor("region_officer"), at=JANUARY, reason="机构已停业。")
    assert open_all(world) == (0, 3)


def test_a_unit_opens_only_what_lies_below_it(world: World) -> None:
    result = open_year(world.other_county, 2021, by=SYSTEM, at=JANUARY)
    assert (result.opened, [case.unit for case in cycles()]) == (1, [world.other_institution])


def test_hospitals_and_community_centres_get_no_cycle_of_their_own(world: World) -> None:
    add_unit(world.county, kind="hospital", name="区人民医院", code="650102-H1", opened_on=dt.date(2019, 1, 1))
    assert open_all(world) == (3, 0)


def test_old_cases_keep_their_form_when_a_new_edition_comes(world: World) -> None:
    open_all(world)
    open_year(world.region, 2022, by=SYSTEM, at=moment("2022-01-04"))
    old, new = cycles(2021)[0], cycles(2022)[0]
    assert (old.edition.version, new.edition.version) == ("2021", "2022")
    then, now = old.edition.parsed.items, new.edition.parsed.items
    assert len(then) == 30
    differing = [code for code in now if now[code] != then.get(code)]
    assert 0 < len(differing) < 10


def test_a_year_without_an_edition_is_refused(world: World) -> None:
    with pytest.raises(Invalid, match="no_edition"):
        open_year(world.region, 2015, by=SYSTEM, at=JANUARY)


def test_progress_is_told_after_each_chunk(world: World) -> None:
    told: list[tuple[int, int]] = []
    open_all(world, chunk=2, progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 3), (3, 3)]


def test_the_number_of_queries_grows_with_chunks_not_with_institutions(world: World) -> None:
    with CaptureQueriesContext(connection) as few:
        open_all(world)
    for number in range(40):
        unit("institution", f"护理院{number}", f"650103-1{number:02d}", world.other_county)
    with CaptureQueriesContext(connection) as many:
        open_all(world)
    assert len(many) <= len(few) + 2


def test_the_command_opens_and_says_what_it_did(world: World) -> None:
    said = StringIO()
    call_command("open_year", "2021", "--unit", "650100", stdout=said)
    assert "opened 3, already there 0" in said.getvalue()


def test_the_command_refuses_an_unknown_unit(world: World) -> None:
    with pytest.raises(CommandError, match="no unit with the code 999999"):
        call_command("open_year", "2021", "--unit", "999999")


def test_the_settled_cycles_of_a_year_that_is_over_are_archived_together(story: Story) -> None:
    story.on("2021-03-01").submit()
    story.on("2021-05-10").approve()
    Story.open(story.world, unit=story.world.sibling)
    said = StringIO()
    call_command("archive_year", "2021", stdout=said)
    assert "archived 1, not settled yet 1" in said.getvalue()
    assert Case.objects.get(pk=story.case.pk).state == "archived"
    assert list(faults(Case.objects.all())) == []


def test_a_year_that_is_not_over_is_not_archived(db: None) -> None:
    with pytest.raises(CommandError, match="not over yet"):
        call_command("archive_year", "2999")
