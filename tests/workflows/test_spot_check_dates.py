"""A spot-check never rests unseen: the draw, the teams and the end of the visits each have a date and reminders."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest

from cases.clock import local_date
from cases.editions.load import digest
from cases.editions.pinned import forget_editions
from cases.models import Case, CaseParty, DrawEntry, Edition, User, WorkItem
from notifications.alarms import fire_alarms
from notifications.models import Message
from notifications.outbox import deliver_events
from tests.workflows.spot_checks import AT, PLAN, act, drawn, first_drawn, planned, visits
from tests.worlds import World, moment
from workflows.consistency import faults

pytestmark = pytest.mark.django_db

TEAMS, VISITS = "spot_check_teams", "spot_check_visits"
END = dt.date(2021, 11, 5)  # 15 working days after 15 October


def waits(case: Case) -> tuple[str, dt.date | None]:
    """What the organiser's open work waits for, and until when."""
    item = WorkItem.objects.open().get(process=case.pk)
    return item.due_rule, local_date(item.due_at) if item.due_at else None


def send(world: World, case: Case, *chosen: Case, at: dt.datetime = AT) -> None:
    for visit in chosen or visits(case):
        act(world, case, "assign_team", at=at, visit=visit.pk, experts=[world.region_expert])


@pytest.mark.parametrize(
    ("until", "due"), [(dt.date(2021, 10, 15), dt.date(2021, 10, 15)), (None, dt.date(2021, 9, 15))]
)
def test_the_draw_is_due_by_the_last_day_of_the_visits_or_in_ten_working_days(
    world: World, until: dt.date | None, due: dt.date
) -> None:
    assert waits(planned(world, visits_until=until)) == ("spot_check", due)


def test_another_last_day_of_the_visits_is_another_date_of_the_draw(world: World) -> None:
    case = planned(world)
    act(world, case, "revise", **{**PLAN, "title": "改", "size": 1})
    assert WorkItem.objects.open().get(process=case.pk).due_revision == 0
    act(world, case, "revise", **{**PLAN, "visits_until": dt.date(2021, 11, 30)})
    assert waits(case) == ("spot_check", dt.date(2021, 11, 30))
    assert list(faults(Case.objects.all())) == []


def test_the_nations_draw_has_dates_too(world: World) -> None:
    assert waits(drawn(world, "nation_officer")) == (TEAMS, dt.date(2021, 9, 8))


def test_after_the_draw_teams_are_named_within_days_and_then_the_visits_come_to_an_end(world: World) -> None:
    case = drawn(world)
    first, second = visits(case)
    assert waits(case) == (TEAMS, dt.date(2021, 9, 8))
    send(world, case, first)
    assert waits(case) == (TEAMS, dt.date(2021, 9, 8))
    send(world, case, second)
    assert waits(case) == (VISITS, END)
    assert list(faults(Case.objects.all())) == []


def test_without_a_last_day_the_visits_end_so_many_days_after_the_teams_were_sent(world: World) -> None:
    case = drawn(world, visits_until=None)
    send(world, case)
    assert waits(case) == (VISITS, dt.date(2021, 10, 28))  # 22 and 15 working days from 1 September


def test_whoever_comes_in_place_has_no_team_and_it_is_named_within_days(world: World) -> None:
    case = drawn(world)
    send(world, case)
    act(world, case, "replace", at=moment("2021-09-22"), entry=first_drawn(case).pk, reason="机构已停业。")
    assert waits(case) == (TEAMS, dt.date(2021, 9, 28))  # Sunday the 26th is worked
    follower = DrawEntry.objects.get(spot_check=case.pk, replaces__isnull=False).visit.case
    send(world, case, follower, at=moment("2021-09-23"))
    assert waits(case) == (VISITS, END)


def test_where_nobody_comes_in_place_nobody_is_waited_for(world: World) -> None:
    case = drawn(world, size=3)
    without = first_drawn(case)
    send(world, case, *[visit for visit in visits(case) if visit.pk != without.visit.pk])
    assert waits(case)[0] == TEAMS
    act(world, case, "replace", entry=without.pk, reason="机构已停业。")
    assert waits(case) == (VISITS, END)


def test_a_visit_that_is_cancelled_on_its_own_wants_no_team_any_more(world: World) -> None:
    case = drawn(world)
    first, second = visits(case)
    send(world, case, first)
    act(world, second, "cancel", reason="另行安排。")
    assert waits(case) == (VISITS, END)
    assert case.events.get(verb="note_cancelled").details == {"visit": second.pk}
    assert list(faults(Case.objects.all())) == []


def test_an_expert_who_is_called_back_leaves_a_visit_without_a_team(world: World) -> None:
    case = drawn(world)
    send(world, case)
    CaseParty.objects.filter(case=visits(case)[0].pk).update(valid_until=dt.date(2021, 9, 2))
    act(world, case, "assign_team", at=moment("2021-09-06"), visit=visits(case)[1].pk, experts=[world.region_expert])
    assert waits(case) == (TEAMS, dt.date(2021, 9, 13))


def told(user: User) -> list[str]:
    return list(Message.objects.filter(recipient=user).order_by("pk").values_list("level", flat=True))


def test_the_organiser_is_reminded_before_the_date_and_after_it_and_then_its_head_hears(world: World) -> None:
    case = drawn(world)
    Message.objects.all().delete()
    for day in ("2021-09-05", "2021-09-07", "2021-09-09", "2021-09-11"):
        fire_alarms(moment(day))
        while deliver_events(moment(day)):
            pass
    assert case.events.filter(verb__in=("remind", "escalate")).count() == 4
    assert told(world.region_officer)[-4:] == ["reminder"] * 4
    assert told(world.region_head)[-1:] == ["escalation"]


def test_an_edition_that_sets_no_dates_is_obeyed(world: World) -> None:
    for edition in Edition.objects.all():
        edition.data = copy.deepcopy(edition.data)
        for code in ("spot_check", VISITS):
            edition.data["deadlines"][code] = {"kind": "none", "clause": "行动方案未规定期限"}
        edition.digest = digest(edition.data)
        edition.save()
    forget_editions()
    case: Any = planned(world)
    assert waits(case) == ("spot_check", None)
    act(world, case, "draw")
    send(world, case)
    assert waits(case) == (VISITS, None)
    assert list(faults(Case.objects.all())) == []
