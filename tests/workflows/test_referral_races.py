"""Referrals on PostgreSQL: of two steps at the same moment one happens, and patients never share a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cases.models import Case, CaseEvent
from tests.workflows.alliances import build_city
from tests.workflows.referrals import ASKED, HOUR, ask, open_pilot, step
from tests.workflows.test_races import race
from workflows.consistency import faults

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_an_acceptance_and_a_cancelling_at_once_leave_one_of_them(tries: Callable[[int, int], int]) -> None:
    city = build_city()
    pilot = open_pilot(city)
    for _number in range(tries(6, 100)):
        case = ask(city, pilot)

        def accept(case: Case = case) -> object:
            where: dict[str, Any] = {"department": "骨科", "expected_at": ASKED + 6 * HOUR}
            return step(city, case, "accept", "lead_contact", version=1, **where)

        def cancel(case: Case = case) -> object:
            return step(city, case, "cancel", "member_contact", version=1, reason="病情好转。")

        assert sorted(race(accept, cancel)) == ["ok", "stale_version"]
        done = CaseEvent.objects.filter(case=case.pk, verb__in=("accept", "cancel"))
        assert done.count() == 1
        assert list(faults([Case.objects.get(pk=case.pk)])) == []


def test_two_acceptances_at_once_accept_once(tries: Callable[[int, int], int]) -> None:
    city = build_city()
    pilot = open_pilot(city)
    for _number in range(tries(4, 50)):
        case = ask(city, pilot)

        def accept(name: str, case: Case = case) -> Callable[[], object]:
            where: dict[str, Any] = {"department": "骨科", "expected_at": ASKED + 6 * HOUR}
            return lambda: step(city, case, "accept", name, **where)

        assert sorted(race(accept("lead_contact"), accept("lead_head"))) == ["ok", "wrong_state"]


def test_requests_at_once_have_numbers_of_their_own(tries: Callable[[int, int], int]) -> None:
    city = build_city()
    pilot = open_pilot(city)
    for _number in range(tries(3, 50)):
        askers = ("member_contact", "community_contact", "lead_contact")
        outcomes = race(*(lambda name=name: ask(city, pilot, by=name) for name in askers))
        assert outcomes == ["ok"] * 3
    numbers = list(Case.objects.filter(kind="referral").values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) == tries(3, 50) * 3
