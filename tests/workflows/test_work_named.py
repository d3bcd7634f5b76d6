"""Work on pilots in a list: named by the alliance, filings by their document, referrals without their patient."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from cases.editions.alliance import CODE
from cases.models import Case, Filing, Pilot, WorkItem
from tests.workflows.alliances import City, build_city, selected
from tests.workflows.referrals import PLAIN, ask, open_pilot
from tests.workflows.scoring_cards import SCORED, column, in_scoring
from tests.worlds import moment
from workflows.alliance.funds.opening import allocate
from workflows.alliance.naming import alliances
from workflows.desk.lines import lines_of
from workflows.kinds import KINDS
from workflows.nodes import waiting_nodes

NAME = "拱墅区紧密医养联合体"


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def named(city: City, who: str, day: str) -> dict[str, str]:
    items = WorkItem.objects.filter(finished=None).select_related("process").order_by("pk")
    return {line.href: line.about for line in lines_of(list(items), city.viewer(who, moment(day)))}


def test_a_line_names_the_alliance_and_the_document_that_is_filed(city: City) -> None:
    pilot = selected(city)
    plan, agreement = Case.objects.filter(kind="filing", parent=pilot.pk).order_by("filing__kind")[::-1]
    subs = named(city, "lead", "2020-03-17")
    assert subs[f"/pilots/{pilot.pk}/"] == NAME
    assert subs[f"/filings/{plan.pk}/"] == f"{NAME} · {Filing.Kind.PLAN.label}"
    assert subs[f"/filings/{agreement.pk}/"] == f"{NAME} · {Filing.Kind.AGREEMENT.label}"


def test_a_line_of_a_referral_names_the_alliance_and_no_patient(city: City) -> None:
    referral = ask(city, open_pilot(city))
    line = named(city, "lead_contact", "2020-06-01 10:30")[f"/referrals/{referral.pk}/"]
    assert line == NAME
    assert not any(text in line for text in PLAIN)


def test_a_line_of_a_column_names_the_alliance_and_one_of_money_who_uses_it(city: City) -> None:
    pilot = in_scoring(city)
    values = {"kind": "earmarked", "holder": city.hospital, "pilot": Pilot.objects.get(), "year": 2021}
    values |= {"amount": Decimal(100), "purpose": "用于人员培训。"}
    fund = allocate(city.city, values, by=city.actor("commission"), at=moment(SCORED))
    subs = named(city, "lead", SCORED)
    assert subs[reverse("scoring", args=[column(pilot, "self").pk])] == NAME
    assert subs[reverse("fund", args=[fund.pk])] == city.hospital.name


def test_many_lines_are_named_by_one_query(city: City, django_assert_num_queries: Any) -> None:
    pilot = selected(city)
    cases = [pilot, *Case.objects.filter(parent=pilot.pk)]
    with django_assert_num_queries(1):
        assert set(alliances(cases).values()) == {NAME}


def test_every_piece_of_work_of_the_alliance_says_where_it_is_done() -> None:
    kinds = [kind for kind in KINDS.values() if kind.programme == CODE]
    assert len(kinds) >= 7
    for kind in kinds:
        nodes = {node.name for node in waiting_nodes(kind.flow) if node.role}
        assert nodes == set(kind.work), kind.code
        assert all(reverse(found.page, args=[1]) for found in kind.work.values())
