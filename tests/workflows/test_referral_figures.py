"""Figures of referrals: each number opens to exactly the referrals behind it, and they add up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cases.models import Pilot, Referral
from cases.models.referral import PRIORITIES
from cases.referral_figures import (
    MEASURES,
    closed_between,
    narrowed,
    overall_share,
    priorities_kept,
    referral_figures,
    share,
)
from tests.workflows.alliances import City, build_city
from tests.workflows.referrals import ASKED, CLOSING, HOUR, ask, brought_to, down, open_pilot, step
from tests.workflows.test_referral_pages import get
from tests.worlds import moment

PERIOD = (dt.date(2020, 4, 1), dt.date(2021, 5, 1))
NOT_KEPT = {**CLOSING, "admission": "not_kept", "admission_reason": "床位已满。", "examination": "not_needed"}


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def pilot(city: City) -> Pilot:
    """Referrals of two months, both directions and two members, in every state."""
    case = open_pilot(city)
    july = moment("2020-06-30 23:59") + dt.timedelta(minutes=1)
    brought_to(city, ask(city, case), "closed")
    poor = brought_to(city, ask(city, case, at=july), "arrived")
    step(city, poor, "close", "member_contact", hours=9, **NOT_KEPT)
    brought_to(city, ask(city, case), "declined")
    brought_to(city, down(city, case), "closed")
    brought_to(city, down(city, case, at=july), "cancelled")
    ask(city, case, by="community_contact", at=july)
    return Pilot.objects.get(pk=case.pk)


def test_every_number_opens_to_exactly_the_referrals_behind_it(pilot: Pilot) -> None:
    figures, rows = referral_figures(pilot, *PERIOD), Referral.objects.filter(pilot=pilot)
    for names in (
        ("month", "direction"),
        ("member", "direction"),
        ("month", "direction", "member"),
        ("direction",),
        (),
    ):
        for values, counts in figures.by(*names).items():
            where: dict[str, Any] = dict(zip(names, values, strict=True))
            for measure in MEASURES:
                assert counts[measure] == narrowed(rows, measure=measure, **where).count(), (measure, where)


def test_the_numbers_are_those_of_the_story(city: City, pilot: Pilot) -> None:
    figures = referral_figures(pilot, *PERIOD)
    total = figures.total()
    assert {name: total[name] for name in ("asked", "open", "closed", "declined", "cancelled")} == {
        "asked": 6,
        "open": 1,
        "closed": 3,
        "declined": 1,
        "cancelled": 1,
    }
    assert [(key, counts["asked"]) for key, counts in figures.by("month", "direction").items()] == [
        (("2020-06", "down"), 1),
        (("2020-06", "up"), 2),
        (("2020-07", "down"), 1),
        (("2020-07", "up"), 2),
    ]
    assert figures.total(member=city.community.pk)["asked"] == 1
    assert figures.total(month="2019-01") == dict.fromkeys(MEASURES, 0)


def test_shares_leave_out_priorities_that_nobody_needed(pilot: Pilot) -> None:
    total = referral_figures(pilot, *PERIOD).total()
    assert [share(total, name) for name in PRIORITIES] == [1, 1, 0.5]
    assert overall_share(total) == 4 / 5
    assert overall_share(dict.fromkeys(MEASURES, 0)) is None


def test_the_period_is_half_open_and_counts_days_in_shanghai(pilot: Pilot) -> None:
    june = referral_figures(pilot, dt.date(2020, 6, 1), dt.date(2020, 7, 1))
    july = referral_figures(pilot, dt.date(2020, 7, 1), dt.date(2020, 8, 1))
    assert (june.total()["asked"], july.total()["asked"]) == (3, 3)


def test_the_scorecard_is_told_of_closed_referrals_of_the_period_and_whether_all_priorities_were_kept(
    pilot: Pilot,
) -> None:
    closed = closed_between(pilot, dt.date(2020, 6, 1), dt.date(2020, 6, 30))
    assert sorted(row.direction for row in closed) == ["down", "up"]
    assert priorities_kept(closed) is True
    assert priorities_kept(closed_between(pilot, *PERIOD)) is False
    assert priorities_kept([row for row in closed if row.direction == "down"]) is None
    assert Decimal(sum(row.direction == "down" for row in closed)) == 1


def test_each_month_and_member_has_its_share_of_priorities_kept(city: City, pilot: Pilot) -> None:
    answer = get(city, "commission", "pilot_referral_figures", pilot.pk, ASKED + 2000 * HOUR)
    shares = {(name, str(direction)): share for name, direction, _row, share in answer.context["months"]}
    # In June all three were kept; in July one of the two that were needed. Referrals down have none.
    assert shares == {
        ("2020-06", "上转"): 1,
        ("2020-06", "下转"): None,
        ("2020-07", "上转"): 0.5,
        ("2020-07", "下转"): None,
    }
    assert answer.content.decode().count("100%") + answer.content.decode().count("100 %") >= 1


def test_the_page_shows_each_reader_their_own_numbers_with_their_links(city: City, pilot: Pilot) -> None:
    at = ASKED + 2000 * HOUR
    for name, asked in (("commission", 6), ("lead_contact", 6), ("community_contact", 1), ("finance", 0)):
        answer = get(city, name, "pilot_referral_figures", pilot.pk, at)
        cells = [cell for _name, _direction, row, _share in answer.context["months"] for cell in row]
        assert sum(number for label, number, _href in cells if label == answer.context["columns"][0]) == asked
        for _label, number, href in cells:
            assert bool(href) == bool(number)
            if href:
                query = {key: values[0] for key, values in parse_qs(urlsplit(href).query).items()}
                found = get(city, name, "pilot_referrals", pilot.pk, at, **query)
                assert len(found.context["rows"]) == number
