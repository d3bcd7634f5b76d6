"""Guidance centres: yearly registers, targets with progress, reminders to those who are behind (pilot plan, 2 (1))."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from cases.access import SYSTEM, Actor, Viewer
from cases.clock import end_of_day
from cases.editions.alliance import alliance_of
from cases.editions.pinned import edition_of
from cases.errors import Conflict, Invalid, WrongRole
from cases.models import Case, CaseEvent, GuidanceEntry, OrgUnit, SystemEvent, User
from cases.targets import Progress, districts_without_centre, progress_of_years, share_of_year, shares_of
from notifications.models import Message
from notifications.outbox import deliver_events
from tests.cases.test_scoring import edition
from tests.workflows.alliances import build_city, programme_of
from tests.worlds import World, build_world, moment, person, unit
from workflows.alliance.editions import edition_on
from workflows.alliance.guidance.behind import remind_those_behind
from workflows.alliance.guidance.opening import open_guidance_years
from workflows.alliance.guidance.reading import enter_reading
from workflows.engine import perform

pytestmark = pytest.mark.django_db

AT = moment("2021-05-12 10:00")
SESSION: dict[str, Any] = {
    "register": "education",
    "held_on": dt.date(2021, 5, 10),
    "title": "健康讲座",
    "attendances": 60,
}


@dataclass
class City:
    """A city with its own guidance centre and one of a district, and their officers."""

    world: World
    centre: OrgUnit
    district_centre: OrgUnit
    officer: User
    other: User

    @property
    def commission(self) -> Actor:
        return self.world.actor("prefecture_officer")

    def open(self, year: int = 2021) -> Any:
        cases = open_guidance_years(self.world.prefecture, year, by=self.commission, at=AT)
        return next(case for case in cases if case.unit_id == self.centre.pk)

    def enter(self, case: Case, *, at: dt.datetime = AT, **values: Any) -> GuidanceEntry:
        perform(case, "enter", by=Actor(self.officer), at=at, **(SESSION | values))
        return GuidanceEntry.objects.latest("pk")


@pytest.fixture
def city() -> City:
    world = build_world()
    centre = unit("guidance_centre", "市老年健康指导中心", "650100-ZD1", world.prefecture)
    district = unit("guidance_centre", "天山区老年健康指导中心", "650102-ZD1", world.county)
    officer, other = (person(name, "centre_officer", place) for name, place in (("周敏", centre), ("吴芳", district)))
    return City(world, centre, district, officer, other)


@pytest.fixture
def year(city: City) -> Any:
    return city.open()


def done(case: Any, on: dt.date) -> dict[str, int]:
    rows = progress_of_years(alliance_of(edition_of(case)), [(case.pk, case.year)], on)[case.pk]
    return {row.rule.code: int(row.done) for row in rows}


# ── opening ──


def test_the_commission_opens_the_registers_of_every_centre_that_has_none(city: City) -> None:
    first = open_guidance_years(city.centre, 2021, by=Actor(city.officer), at=AT)
    assert [case.unit for case in first] == [city.centre]
    second = open_guidance_years(city.world.prefecture, 2021, by=city.commission, at=AT)
    assert [case.unit for case in second] == [city.district_centre]
    with pytest.raises(Conflict):
        open_guidance_years(city.world.prefecture, 2021, by=city.commission, at=AT)


def test_nobody_else_opens_registers_and_nobody_those_of_a_year_ahead(city: City) -> None:
    for by in (Actor(city.other), city.world.actor("county_officer"), city.world.actor("region_officer")):
        with pytest.raises(WrongRole):
            open_guidance_years(city.centre, 2021, by=by, at=AT)
    with pytest.raises(Conflict):
        open_guidance_years(city.world.prefecture, 2022, by=city.commission, at=AT)


def test_the_year_is_due_on_its_last_day_and_waits_for_the_centres_officer(year: Any, city: City) -> None:
    item = year.work_items.get(finished=None)
    assert (item.unit, item.role) == (city.centre, "centre_officer")
    assert item.due_at == end_of_day(dt.date(2021, 12, 31))


# ── entering ──


def test_sessions_and_attendances_are_counted_and_struck_ones_are_not(year: Any, city: City) -> None:
    city.enter(year)
    wrong = city.enter(year, attendances=900)
    city.enter(year, register="training", attendances=40)
    city.enter(year, register="survey", attendances=0)
    perform(year, "strike", by=Actor(city.officer), at=AT, reason="重复登记。", entry=wrong.pk)
    assert done(year, dt.date(2021, 5, 12)) == {
        "education_sessions": 1,
        "education_attendances": 60,
        "training_sessions": 1,
        "training_attendances": 40,
    }
    assert done(year, dt.date(2021, 5, 9))["education_sessions"] == 0
    assert GuidanceEntry.objects.get(pk=wrong.pk).struck_reason == "重复登记。"
    with pytest.raises(Conflict):
        perform(year, "strike", by=Actor(city.officer), at=AT, reason="再次。", entry=wrong.pk)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"held_on": dt.date(2020, 12, 31)}, "held_on"),
        ({"held_on": dt.date(2021, 5, 13)}, "held_on"),
        ({"held_on": None}, "held_on"),
        ({"title": " "}, "title"),
        ({"register": "party"}, "register"),
        ({"attendances": 0}, "attendances"),
        ({"register": "training", "attendances": None}, "attendances"),
        ({"attendances": -1}, "attendances"),
    ],
)
def test_a_session_outside_the_year_or_without_its_numbers_is_refused(
    year: Any, city: City, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        city.enter(year, **values)
    assert list(refusal.value.faults) == [field]
    assert not GuidanceEntry.objects.exists()


def test_a_correction_keeps_the_old_values_and_overwrites_nobodys(year: Any, city: City) -> None:
    entry = city.enter(year)
    details = SESSION | {"entry": entry.pk, "attendances": 61}
    perform(year, "correct", by=Actor(city.officer), at=AT, row_version=0, **details)
    entry.refresh_from_db()
    assert (entry.attendances, [row.attendances for row in entry.history.all()]) == (61, [61, 60])
    assert entry.history.first().history_user == city.officer
    with pytest.raises(Conflict):
        perform(year, "correct", by=Actor(city.officer), at=AT, row_version=0, **details)


def test_the_year_is_closed_once_it_is_over_with_a_review_and_then_nothing_changes(year: Any, city: City) -> None:
    city.enter(year)
    by = Actor(city.officer)
    with pytest.raises(Conflict) as refusal:
        perform(year, "close", by=by, at=moment("2021-12-31"), review="总结。")
    assert refusal.value.code == "year_not_over"
    with pytest.raises(Invalid):
        perform(year, "close", by=by, at=moment("2022-01-04"), review=" ")
    closed = perform(year, "close", by=by, at=moment("2022-01-04"), review="开展1次，未达标。")
    assert closed.state == "closed"
    event = CaseEvent.objects.get(case=year.pk, verb="close")
    assert event.details["done"]["education_attendances"] == "60"
    with pytest.raises(Conflict):
        city.enter(year, at=moment("2022-01-05"))


# ── being behind ──


def test_the_share_of_the_year_counts_its_last_day_in_full() -> None:
    assert share_of_year(2021, dt.date(2021, 12, 31)) == 1
    assert share_of_year(2021, dt.date(2020, 12, 31)) == 0
    assert share_of_year(2020, dt.date(2020, 1, 1)) == 1 / share_of_year(2020, dt.date(2020, 12, 31)) / 366


@pytest.mark.parametrize(
    ("done", "expected", "behind"), [("4", "5", True), ("5", "5", False), ("9", "10", True), ("10", "10", False)]
)
def test_whoever_has_as_much_as_the_calendar_is_not_behind(done: str, expected: str, behind: bool) -> None:
    rule = edition().targets["education_sessions"]
    assert Progress(rule, Decimal(done), Decimal(expected)).behind is behind


def test_whoever_is_behind_on_a_day_of_the_edition_is_told_once(year: Any, city: City) -> None:
    assert remind_those_behind(moment("2021-06-30 23:00")) == 0
    # Both centres are behind; after an outage they hear of the latest day only.
    assert remind_those_behind(moment("2021-10-02")) == 2
    assert remind_those_behind(moment("2021-10-02 12:00")) == 0
    told = CaseEvent.objects.filter(verb="note_behind", case=year.pk)
    assert [event.details for event in told] == [
        {
            "check": "2021-10-01",
            "behind": ["education_sessions", "education_attendances", "training_sessions", "training_attendances"],
        }
    ]
    deliver_events(moment("2021-10-02 12:00"))
    messages = Message.objects.filter(template="behind", case=year.pk)
    assert {message.recipient for message in messages} == {city.officer, city.world.prefecture_officer}
    assert {message.facts["behind"] for message in messages} == {4}


def test_whoever_is_on_course_is_not_reminded(year: Any, city: City) -> None:
    for _count in range(5):
        city.enter(year, attendances=100)
    for _count in range(3):
        city.enter(year, register="training", attendances=90)
    assert remind_those_behind(moment("2021-07-01")) == 1  # the district's centre
    assert not CaseEvent.objects.filter(verb="note_behind", case=year.pk).exists()


def test_nobody_is_reminded_of_a_year_on_hold(year: Any, city: City) -> None:
    perform(year, "hold", by=city.commission, at=AT, reason="中心搬迁。")
    assert remind_those_behind(moment("2021-07-01")) == 1  # the district's centre
    assert not CaseEvent.objects.filter(verb="note_behind", case=year.pk).exists()
    perform(year, "release_hold", by=city.commission, at=moment("2021-07-02"))
    assert remind_those_behind(moment("2021-07-02")) == 1


def test_one_sweep_reminds_so_many_and_the_next_one_the_others(year: Any) -> None:
    assert [remind_those_behind(moment("2021-07-01"), limit=1) for _sweep in range(3)] == [1, 1, 0]


def test_two_clocks_remind_once(year: Any) -> None:
    day = dt.date(2021, 7, 1)
    perform(year, "note_behind", by=SYSTEM, at=moment("2021-07-01"), check=day)
    with pytest.raises(Conflict):
        perform(year, "note_behind", by=SYSTEM, at=moment("2021-07-01"), check=day)


# ── the city's targets ──


def test_a_share_of_the_city_is_read_off_by_the_commission_and_the_latest_one_counts(city: City) -> None:
    edition = alliance_of(edition_on(dt.date(2020, 12, 31)))
    place, values = city.world.prefecture, {"target": "geriatrics_share", "note": ""}
    early = values | {"as_of": dt.date(2020, 6, 30), "numerator": 11, "denominator": 20}
    late = values | {"as_of": dt.date(2020, 12, 31), "numerator": 12, "denominator": 20}
    enter_reading(place, early, by=city.commission, at=AT)
    enter_reading(place, late, by=city.commission, at=AT)
    before = shares_of(edition, place, dt.date(2020, 12, 30))
    assert (before[0].percent, before[0].met) == (Decimal(55), False)
    found = {share.rule.code: (share.percent, share.met) for share in shares_of(edition, place, AT.date())}
    assert found == {"geriatrics_share": (60, True), "rehabilitation_share": (None, False)}
    assert SystemEvent.objects.filter(verb="enter_reading").count() == 2
    with pytest.raises(Invalid):
        enter_reading(place, late | {"as_of": dt.date(2021, 5, 13)}, by=city.commission, at=AT)
    for name in ("county_officer", "region_officer", "prefecture_head"):
        with pytest.raises(WrongRole):
            enter_reading(place, late, by=city.world.actor(name), at=AT)


def test_districts_without_a_centre_are_named(city: City) -> None:
    assert districts_without_centre(city.world.prefecture, AT.date()) == [city.world.other_county]
    city.district_centre.closed_on = AT.date()
    city.district_centre.save(update_fields=["closed_on"])
    without = districts_without_centre(city.world.prefecture, AT.date())
    assert without == [city.world.county, city.world.other_county], "a centre that has closed is none"


# ── pages ──


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def today() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def test_a_centre_sees_its_own_year_and_no_other_the_city_all(year: Any, city: City, today: None) -> None:
    assert city.centre.name in text(of(city.officer).get("/guidance/"))
    assert city.district_centre.name not in text(of(city.officer).get("/guidance/"))
    assert of(city.other).get(f"/guidance/{year.pk}/").status_code == 404
    shown = text(of(city.world.prefecture_officer).get("/guidance/"))
    assert city.centre.name in shown
    assert city.world.other_county.name in shown
    assert of(city.world.institution_filler).get("/guidance/").status_code == 404


def test_the_officer_enters_a_session_and_what_was_typed_survives_a_refusal(year: Any, city: City, today: None) -> None:
    client = of(city.officer)
    typed = {"register": "education", "held_on": "2021-05-13", "title": "防跌倒讲座", "attendances": "35"}
    refused = client.post(f"/guidance/{year.pk}/enter/", typed)
    assert refused.status_code == 422
    assert "防跌倒讲座" in text(refused)
    assert client.post(f"/guidance/{year.pk}/enter/", typed | {"held_on": "2021-05-12"}).status_code == 302
    entry = GuidanceEntry.objects.get()
    assert "防跌倒讲座" in text(client.get(f"/guidance/{year.pk}/"))
    page = f"/guidance/{year.pk}/entries/{entry.pk}/"
    corrected = typed | {"held_on": "2021-05-12", "attendances": "36", "row_version": "0"}
    assert client.post(page, corrected).status_code == 302
    assert client.post(page, corrected).status_code == 409
    assert client.post(f"{page}strike/", {"reason": ""}).status_code == 422
    assert client.post(f"{page}strike/", {"reason": "重复。"}).status_code == 302
    assert "重复。" in text(client.get(page))


def test_whoever_only_reads_finds_no_form(year: Any, city: City, today: None) -> None:
    entry = city.enter(year)
    for name in ("prefecture_officer", "region_officer", "inspector"):
        client = of(city.world.people[name])
        assert "<form" not in text(client.get(f"/guidance/{year.pk}/")).partition("<main")[2].partition("</main")[0]
        assert client.get(f"/guidance/{year.pk}/entries/{entry.pk}/").status_code == 200
        assert client.post(f"/guidance/{year.pk}/enter/", {}).status_code in (403, 422)


def test_the_commission_opens_registers_and_enters_shares_from_the_page(city: City, today: None) -> None:
    client = of(city.world.prefecture_officer)
    assert client.post("/guidance/open/").status_code == 302
    assert Case.objects.filter(kind="guidance_year").count() == 2
    reading = {"target": "geriatrics_share", "as_of": "2021-03-31", "numerator": "13", "denominator": "20"}
    assert client.post("/guidance/reading/", reading).status_code == 302
    assert "65 %" in text(client.get("/guidance/"))
    assert client.post("/guidance/reading/", reading | {"numerator": "21"}).status_code == 422
    assert of(city.officer).post("/guidance/reading/", reading).status_code == 404


def test_what_is_read_is_scoped(year: Any, city: City) -> None:
    seen = {
        name: Case.objects.visible_to(Viewer(user, AT)).filter(pk=year.pk).exists()
        for name, user in city.world.people.items()
    }
    assert {name for name, may in seen.items() if may} == {
        "prefecture_officer",
        "prefecture_head",
        "region_officer",
        "region_head",
        "nation_officer",
        "inspector",
    }


# ── targets without a register: shares, and a centre in each district ──


@pytest.fixture
def programme(db: None) -> Any:
    """The programme of a city in which one of two districts has a centre, as it goes on in 2021."""
    city = build_city()
    return city, programme_of(city)


def test_city_and_districts_that_are_behind_are_reminded_once_a_day_of_the_edition(programme: Any) -> None:
    city, case = programme
    values = {"target": "geriatrics_share", "note": "", "as_of": dt.date(2020, 6, 30)}
    enter_reading(
        city.city, values | {"numerator": 12, "denominator": 20}, by=city.actor("commission"), at=moment("2020-07-01")
    )
    assert remind_those_behind(moment("2020-06-30 23:00")) == 0
    assert remind_those_behind(moment("2020-10-02")) == 1
    assert remind_those_behind(moment("2020-10-03")) == 0
    details = CaseEvent.objects.get(case=case.pk, verb="note_behind").details
    assert (details["behind"], details["units"]) == (["rehabilitation_share"], [city.other_district.pk])
    deliver_events(moment("2020-10-03"))
    told = {(message.template, message.recipient) for message in Message.objects.filter(case=case.pk, level="reminder")}
    assert told == {
        ("shares_behind", city.people["commission"]),
        ("no_centre", city.people["other_district"]),
    }


def test_a_programme_on_hold_or_of_another_city_is_left_alone_until_it_goes_on(programme: Any) -> None:
    city, case = programme
    perform(case, "hold", by=city.actor("region"), at=moment("2020-06-01"), reason="暂停试点。")
    assert remind_those_behind(moment("2020-07-01")) == 0
    perform(case, "release_hold", by=city.actor("region"), at=moment("2020-07-02"))
    assert remind_those_behind(moment("2020-07-02"), limit=0) == 0
    assert remind_those_behind(moment("2020-07-02")) == 1
    with pytest.raises(Conflict):  # another clock, at the same time
        perform(case, "note_behind", by=SYSTEM, at=moment("2020-07-02"), check=dt.date(2020, 7, 1))
    elsewhere = unit("prefecture", "宁波市卫生健康委", "330200", city.region)
    values = {"target": "geriatrics_share", "note": "", "as_of": dt.date(2020, 6, 30), "numerator": 1, "denominator": 1}
    enter_reading(city.city, values, by=city.actor("commission"), at=moment("2020-07-02"))
    shares = [shares_of(alliance_of(edition_of(case)), place, dt.date(2020, 7, 2)) for place in (city.city, elsewhere)]
    assert [lines[0].met for lines in shares] == [True, False]


def test_who_has_reached_everything_is_left_alone(programme: Any) -> None:
    city, case = programme
    unit("guidance_centre", "西湖区老年健康指导中心", "330106-801", city.other_district)
    shares = {"geriatrics_share": 60, "rehabilitation_share": 75}
    for target, percent in shares.items():
        values = {"target": target, "note": "", "as_of": dt.date(2020, 6, 30), "numerator": percent, "denominator": 100}
        enter_reading(city.city, values, by=city.actor("commission"), at=moment("2020-07-01"))
    assert remind_those_behind(moment("2020-07-01")) == 0
    assert not CaseEvent.objects.filter(case=case.pk, verb="note_behind").exists()


def test_a_district_without_a_centre_reads_that_it_founds_one(programme: Any) -> None:
    city, _case = programme
    with time_machine.travel(moment("2020-05-06"), tick=False):
        assert f"{city.other_district}" in text(of(city.people["other_district"]).get("/guidance/"))
        assert "各区、县（市）应成立1个" in text(of(city.people["other_district"]).get("/guidance/"))
        assert "各区、县（市）应成立1个" not in text(of(city.people["district"]).get("/guidance/"))
        assert of(city.people["member"]).get("/guidance/").status_code == 404
