"""Dashboards: what is counted of whom, as of which day, and that every number opens to exactly what it counts."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.models import CaseEvent, FindingFact, OrgUnit, Placement, WorkItem
from tests.workflows.standing_rows import count, counted, day, place, reported
from tests.worlds import World, moment, unit
from workflows.dashboard.figures import missing, months, tallies, together, top_items
from workflows.dashboard.standing import Standing

pytestmark = pytest.mark.django_db
NOW = moment("2021-10-12 08:00")


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def filled(world: World) -> World:
    """Two counties: two of three institutions reported; eight findings, of which three are closed and one is late."""
    reported(world.institution)
    reported(world.other_institution, "2021-06-10")
    late, later = {"due_on": dt.date(2021, 9, 30)}, {"due_on": dt.date(2021, 12, 30)}
    counted(world.institution, [late, later | {"item_code": "A1-19"}, {"state": "closed"}, {"state": "rejected"}])
    counted(world.sibling, [{"state": "closed", "source": "self_check"}])
    counted(
        world.other_institution,
        [later, {"state": "fixed", "review_due": moment("2021-12-01")}, {"state": "closed"}, {"state": "referred"}],
        since="2021-06-15",
    )
    return world


def standing(unit: OrgUnit, on: str = "2021-10-12", year: int = 2021) -> Standing:
    return Standing(unit, year, day(on), NOW)


def sign_in(user: Any) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def page(user: Any, **asked: Any) -> str:
    answer = sign_in(user).get(reverse("dashboard"), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def addresses(text: str, words: str) -> list[str]:
    return [unescape(href) for href in re.findall(rf'<a href="([^"]+)">{words}</a>', text)]


# ── what is counted ──


def test_a_prefecture_is_counted_by_county_and_together(filled: World) -> None:
    by_county = tallies(standing(filled.prefecture))
    ours, theirs = by_county[filled.county.pk], by_county[filled.other_county.pk]
    assert (ours.institutions, ours.reported, ours.found, ours.closed, ours.late) == (2, 1, 4, 2, 1)
    assert (theirs.institutions, theirs.reported, theirs.found, theirs.closed, theirs.referred) == (1, 1, 4, 1, 1)
    whole = together(by_county.values())
    assert (whole.institutions, whole.missing, whole.found, whole.closed, whole.late) == (3, 1, 8, 3, 1)
    assert whole.sources == {"county": 7, "self_check": 1}
    assert (ours.light, theirs.light) == ("late", "ok")
    assert ours.rate == 0.5


@pytest.mark.parametrize("level", ["nation", "region", "prefecture"])
def test_the_sum_is_the_same_from_every_level(filled: World, level: str) -> None:
    place_of = {"nation": filled.region.superior, "region": filled.region, "prefecture": filled.prefecture}
    chosen = place_of[level]
    assert chosen is not None
    whole = together(tallies(standing(chosen)).values())
    assert (whole.institutions, whole.reported, whole.found, whole.closed, whole.late) == (3, 2, 8, 3, 1)


def test_a_county_is_counted_by_institution(filled: World) -> None:
    by_institution = tallies(standing(filled.county))
    assert {key: tally.found for key, tally in by_institution.items()} == {
        filled.institution.pk: 3,
        filled.sibling.pk: 1,
    }


def test_a_finding_of_several_facets_counts_once(filled: World) -> None:
    FindingFact.objects.all().delete()
    (finding, *_others) = counted(filled.institution, [{"item_code": "A1-20"}])
    count([finding], "open", facets=["a", "b"])
    assert together(tallies(standing(filled.prefecture)).values()).found == 1
    assert months(standing(filled.prefecture))[-1].found == 1
    assert [(item.institutions, item.findings) for item in top_items(standing(filled.prefecture))] == [(1, 1)]


def test_an_institution_counts_where_it_was_on_the_day_and_its_findings_follow_it(filled: World) -> None:
    Placement.objects.filter(institution=filled.institution).update(valid_until=day("2021-07-01"))
    place(filled.institution, filled.other_county, valid_from=day("2021-07-01"))
    before, after = tallies(standing(filled.prefecture, "2021-06-30")), tallies(standing(filled.prefecture))
    assert (before[filled.county.pk].institutions, before[filled.county.pk].found) == (2, 4)
    assert (after[filled.county.pk].institutions, after[filled.county.pk].found) == (1, 1)
    assert (after[filled.other_county.pk].institutions, after[filled.other_county.pk].found) == (2, 7)


def test_what_was_known_wrongly_before_counts_no_more(filled: World) -> None:
    place(filled.institution, filled.other_county, valid_until=day("2019-06-01"), known_until=moment("2020-01-01"))
    assert together(tallies(standing(filled.prefecture)).values()).institutions == 3


def test_an_earlier_day_shows_what_counted_then(filled: World) -> None:
    early = together(tallies(standing(filled.prefecture, "2021-05-31")).values())
    assert (early.institutions, early.reported, early.found, early.closed) == (3, 1, 4, 2)


def test_late_on_an_earlier_day_is_what_was_open_and_past_its_limit_then(filled: World) -> None:
    WorkItem.objects.update(created=moment("2021-03-01"))
    WorkItem.objects.filter(due_at__lt=NOW).update(finished=moment("2021-10-05"))
    whole = [together(tallies(standing(filled.prefecture, on)).values()).late for on in ("2021-09-30", "2021-10-01")]
    assert whole == [0, 1]
    assert together(tallies(standing(filled.prefecture)).values()).late == 0


def test_the_months_add_up_and_end_with_the_day(filled: World) -> None:
    progress = months(standing(filled.prefecture))
    assert [(each.month, each.found, each.closed) for each in progress[1:7]] == [
        (2, 0, 0),
        (3, 4, 2),
        (4, 4, 2),
        (5, 4, 2),
        (6, 8, 3),
        (7, 8, 3),
    ]
    assert progress[-1].month == 10
    assert [each.month for each in months(standing(filled.prefecture, "2022-02-01"))] == list(range(1, 13))
    assert months(standing(filled.prefecture, "2020-02-01")) == []


def test_the_items_with_most_institutions_come_first(filled: World) -> None:
    assert [(item.code, item.institutions, item.findings) for item in top_items(standing(filled.prefecture))] == [
        ("A1-08", 3, 7),
        ("A1-19", 1, 1),
    ]


def test_the_institutions_that_have_not_reported_are_named(filled: World) -> None:
    assert [place.institution for place in missing(standing(filled.prefecture))] == [filled.sibling]


def test_the_year_before_is_read_as_of_the_same_day(world: World) -> None:
    assert standing(world.county).year_before == standing(world.county, "2020-10-12", 2020)
    assert standing(world.county, "2020-02-29", 2020).year_before.on == day("2019-02-28")


# ── the page ──


def test_each_level_sees_its_own_dashboard_first(filled: World) -> None:
    for person, name in (
        ("county_officer", "天山区"),
        ("prefecture_officer", "乌鲁木齐市"),
        ("prefecture_head", "乌鲁木齐市"),
        ("region_officer", "新疆维吾尔自治区"),
        ("inspector", "新疆维吾尔自治区"),
        ("nation_officer", "国家卫生健康委"),
    ):
        assert f"<h1>{name} · Dashboard</h1>" in page(filled.people[person])


@pytest.mark.parametrize("person", ["institution_filler", "system_admin", "auditor", "national_expert", "nobody"])
def test_nobody_else_has_a_dashboard(filled: World, person: str) -> None:
    client = sign_in(filled.people[person])
    assert client.get(reverse("dashboard")).status_code == 404
    records = {"unit": filled.prefecture.pk, "what": "findings"}
    assert client.get(reverse("dashboard_records"), records).status_code == 404


def test_a_unit_beside_or_above_ones_own_is_not_there(filled: World) -> None:
    client = sign_in(filled.county_officer)
    for other in (filled.other_county, filled.prefecture, filled.region):
        assert client.get(reverse("dashboard"), {"unit": other.pk}).status_code == 404
        asked = {"unit": other.pk, "what": "findings"}
        assert client.get(reverse("dashboard_records"), asked).status_code == 404
    assert client.get(reverse("dashboard"), {"unit": "x"}).status_code == 404


def test_records_name_their_unit_and_their_kind(filled: World) -> None:
    client = sign_in(filled.prefecture_officer)
    assert client.get(reverse("dashboard_records"), {"what": "findings"}).status_code == 404
    asked = {"unit": filled.prefecture.pk, "what": "everything"}
    assert client.get(reverse("dashboard_records"), asked).status_code == 404


@pytest.mark.parametrize("on", ["2021-10-13", "1860-01-01", "yesterday"])
def test_a_day_that_cannot_be_is_said_so_and_today_is_shown(filled: World, on: str) -> None:
    answer = sign_in(filled.prefecture_officer).get(reverse("dashboard"), {"on": on})
    assert answer.status_code == 422
    assert answer.context["standing"].on == day("2021-10-12")
    assert f'value="{on}"' in answer.content.decode()


def test_every_number_opens_to_exactly_what_it_counts(filled: World) -> None:
    """Every number with an address, on today's and on an earlier page: the list behind it is as long as it says."""
    client = sign_in(filled.region_officer)
    checked = 0
    county, prefecture = {"unit": filled.county.pk}, {"unit": filled.prefecture.pk}
    for asked in ({}, {"on": "2021-07-31"}, {"by": "county"}, prefecture, county):
        text = client.get(reverse("dashboard"), asked).content.decode()
        for href, number in re.findall(r'<a href="([^"]+)">(\d[\d,]*)</a>', text):
            answer = client.get(unescape(href))
            assert answer.status_code == 200, href
            if "counts" in answer.context:
                found = int(answer.context["counts"]["shown"])
            else:
                found = answer.context["total"]
                assert len(answer.context["page"].rows) == found
            assert found == int(number.replace(",", "")), href
            checked += 1
    assert checked > 80


def test_the_items_open_to_their_findings(filled: World) -> None:
    text = page(filled.prefecture_officer)
    (address,) = re.findall(r'<b><a href="([^"]+)">3<span', text)
    listed = sign_in(filled.prefecture_officer).get(unescape(address))
    assert listed.context["counts"]["shown"] == "7"


def test_the_ranking_is_by_the_share_that_is_closed(filled: World) -> None:
    answer = sign_in(filled.prefecture_officer).get(reverse("dashboard"))
    lines = answer.context["ranking"]
    assert [(line.rank, line.unit) for line in lines] == [(1, filled.county), (2, filled.other_county)]
    assert "Fewer than 5 findings" in answer.content.decode()


def test_a_region_ranks_its_prefectures_or_all_its_counties_with_the_same_sum(filled: World) -> None:
    client = sign_in(filled.region_officer)
    below, counties = (client.get(reverse("dashboard"), asked).context for asked in ({}, {"by": "county"}))
    assert [line.unit for line in below["ranking"]] == [filled.prefecture]
    assert [line.unit for line in counties["ranking"]] == [filled.county, filled.other_county]
    assert counties["whole"] == below["whole"]
    prefecture = sign_in(filled.prefecture_officer).get(reverse("dashboard"), {"by": "institution"}).context
    assert [line.unit for line in prefecture["ranking"]] == [filled.county, filled.other_county]


def test_equal_shares_have_equal_places_and_a_unit_without_findings_has_none(world: World) -> None:
    third = unit("county", "新市区卫生健康委", "650104", world.prefecture, division="新市区")
    unit("institution", "新市区护理院", "650104-001", third)
    counted(world.institution, [{"state": "closed"}])
    counted(world.other_institution, [{"state": "closed"}])
    lines = sign_in(world.prefecture_officer).get(reverse("dashboard")).context["ranking"]
    assert [line.rank for line in lines] == [1, 1, None]


def test_an_empty_prefecture_has_an_empty_dashboard(world: World) -> None:
    text = page(world.region_officer, unit=world.other_prefecture.pk)
    assert "There are no institutions on this day" in text


def test_one_press_nudges_about_all_that_is_late(filled: World) -> None:
    client = sign_in(filled.prefecture_officer)
    text = client.get(reverse("dashboard")).content.decode()
    form = re.search(rf'<form method="post" action="{reverse("ledger_nudge")}">(.*?)</form>', text, re.DOTALL)
    assert form is not None
    given = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    assert "Nudge about the 1 that is overdue" in form[1]
    answer = client.post(reverse("ledger_nudge"), given)
    assert answer.status_code == 302
    assert [event.case.unit for event in CaseEvent.objects.filter(verb="nudge")] == [filled.institution]


def test_a_chosen_day_and_those_who_only_read_offer_no_nudge(filled: World) -> None:
    assert "Nudge about" not in page(filled.prefecture_officer, on="2021-10-11")
    assert "Nudge about" not in page(filled.inspector)


def test_the_page_costs_the_same_queries_for_few_and_for_many(
    filled: World, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(filled.region_officer)
    client.get(reverse("dashboard"))
    with django_assert_max_num_queries(27) as few:
        client.get(reverse("dashboard"))
    cost = len(few.captured_queries)
    for number in range(3, 9):
        county = unit("county", f"第{number}县", f"65010{number}9", filled.prefecture)
        institution = unit("institution", f"第{number}县护理院", f"65010{number}9-001", county)
        reported(institution)
        counted(institution, [{"item_code": f"A1-{item:02d}"} for item in range(1, 13)])
    with django_assert_max_num_queries(cost):
        client.get(reverse("dashboard"))
    with django_assert_max_num_queries(14):
        client.get(reverse("dashboard_records"), {"unit": filled.region.pk, "year": 2021, "what": "findings"})
    with django_assert_max_num_queries(14):
        client.get(reverse("dashboard_records"), {"unit": filled.region.pk, "year": 2021, "what": "missing"})


def test_a_long_list_of_records_goes_on_on_a_next_page(filled: World) -> None:
    counted(filled.sibling, [{"number": f"2021-650102-N{number:03d}"} for number in range(40)])
    client = sign_in(filled.prefecture_officer)
    first = client.get(reverse("dashboard_records"), {"unit": filled.county.pk, "year": 2021, "what": "findings"})
    assert (first.context["total"], len(first.context["page"].rows)) == (44, 30)
    further = {"unit": filled.county.pk, "year": 2021, "what": "findings", "after": first.context["page"].next}
    assert len(client.get(reverse("dashboard_records"), further).context["page"].rows) == 14
