"""What many institutions share is declared common, gets a joint measure with an owner, and ends (普遍性问题)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.errors import Conflict, Invalid, WrongRole
from cases.models import Case, OrgUnit, WorkItem
from tests.workflows.ledger_rows import findings
from tests.worlds import World, moment, unit
from workflows.common_problem.declaring import declare
from workflows.common_problem.groups import groups_of
from workflows.common_problem.shown import measures_for
from workflows.consistency import faults
from workflows.engine import perform

AT = moment("2021-06-10 09:00")
KEY = ("A1-08", "")
MEASURE: dict[str, Any] = {"measure": "全区统一培训手卫生，每月抽查一次。", "due_on": dt.date(2021, 9, 30)}


@pytest.fixture
def shared(world: World) -> list[Any]:
    """The same problem in three institutions of the county, another in two of them."""
    third = unit("institution", "天山区安康护理院", "650102-003", world.county)
    found = [findings(place, [{"item_code": "A1-08"}])[0] for place in (world.institution, world.sibling, third)]
    for place in (world.institution, world.sibling):
        findings(place, [{"item_code": "A1-09"}], year=2020)
    return found


@pytest.fixture
def declared(world: World, shared: list[Any]) -> Case:
    return declare(world.county, KEY, by=world.actor("county_officer"), at=AT)


def keys(place: OrgUnit, common_from: int = 3) -> list[tuple[str, str]]:
    return [group.key for group in groups_of(place, 2021, common_from=common_from)]


# ── what is common ──


def test_a_problem_is_common_from_so_many_institutions_on(world: World, shared: list[Any]) -> None:
    assert keys(world.county) == [KEY]
    assert keys(world.county, 2) == [KEY, ("A1-09", "")]
    assert keys(world.prefecture) == [KEY]
    assert keys(world.other_county) == []


def test_an_institution_counts_once_and_what_was_not_upheld_does_not(world: World) -> None:
    findings(world.institution, [{"item_code": "A1-08"}, {"item_code": "A1-08"}])
    findings(world.sibling, [{"item_code": "A1-08", "state": "rejected"}, {"item_code": "A1-08", "state": "cancelled"}])
    assert keys(world.county, 2) == []


def test_the_findings_of_the_year_count_also_when_they_are_closed_and_old_ones_only_while_they_are_open(
    world: World,
) -> None:
    findings(world.institution, [{"item_code": "A1-08", "state": "closed"}])
    findings(world.sibling, [{"item_code": "A1-08", "state": "open"}], year=2020)
    assert keys(world.county, 2) == [KEY]
    findings(world.sibling, [{"item_code": "A1-10", "state": "closed"}], year=2020)
    findings(world.institution, [{"item_code": "A1-10"}])
    assert ("A1-10", "") not in keys(world.county, 2)


def test_each_facet_is_counted_for_itself(world: World, shared: list[Any]) -> None:
    for finding, facets in zip(shared, (["a", "b"], ["a"], ["b"]), strict=True):
        type(finding).objects.filter(pk=finding.pk).update(facets=facets)
    assert keys(world.county, 2) == [("A1-08", "a"), ("A1-08", "b"), ("A1-09", "")]


def test_the_groups_of_a_unit_cost_the_same_whatever_there_is(
    world: World, shared: list[Any], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        groups_of(world.county, 2021, common_from=3)


# ── declaring ──


def test_the_countys_officer_declares_and_has_to_find_a_measure(world: World, declared: Case) -> None:
    item = WorkItem.objects.get(process=declared.pk)
    assert (declared.state, declared.number) == ("declared", "2021-650102-P001")
    assert (item.unit, item.role, item.due_rule) == (world.county, "county_officer", "joint_measure")
    assert item.due_at is not None
    assert list(faults([Case.objects.get(pk=declared.pk)])) == []


def test_the_prefectures_officer_declares_for_the_prefecture(world: World, shared: list[Any]) -> None:
    case = declare(world.prefecture, KEY, by=world.actor("prefecture_officer"), at=AT)
    assert WorkItem.objects.get(process=case.pk).role == "prefecture_officer"
    owner = world.people["prefecture_head"]
    done = perform(case, "set_measure", by=world.actor("prefecture_officer"), at=AT, owner=owner, **MEASURE)
    assert done.state == "in_progress"


@pytest.mark.parametrize(
    "role",
    ["institution_head", "county_approver", "prefecture_officer", "region_officer", "inspector", "other_officer"],
)
def test_nobody_declares_for_a_unit_that_is_not_their_own(world: World, shared: list[Any], role: str) -> None:
    with pytest.raises(WrongRole):
        declare(world.county, KEY, by=world.actor(role), at=AT)
    assert not Case.objects.filter(kind="common_problem").exists()


def test_what_too_few_share_is_not_declared_and_nothing_is_declared_twice(world: World, declared: Case) -> None:
    officer = world.actor("county_officer")
    with pytest.raises(Invalid) as few:
        declare(world.county, ("A1-09", ""), by=officer, at=AT)
    assert few.value.code == "not_common"
    with pytest.raises(Conflict) as twice:
        declare(world.county, KEY, by=officer, at=AT)
    assert twice.value.code == "already_declared"


# ── its life ──


def test_a_joint_measure_has_words_an_owner_of_the_unit_and_a_date(world: World, declared: Case) -> None:
    officer = world.actor("county_officer")

    def refused(**details: Any) -> set[str]:
        with pytest.raises(Invalid) as caught:
            perform(Case.objects.get(pk=declared.pk), "set_measure", by=officer, at=AT, **details)
        return set(caught.value.faults)

    assert refused() == {"measure", "owner", "due_on"}
    assert refused(**MEASURE, owner=world.institution_head) == {"owner"}
    past = {**MEASURE, "due_on": dt.date(2021, 6, 9)}
    assert refused(**past, owner=world.county_approver) == {"due_on"}


def test_the_measure_is_carried_out_by_its_date_and_the_result_ends_it(world: World, declared: Case) -> None:
    officer = world.actor("county_officer")
    case = perform(declared, "set_measure", by=officer, at=AT, owner=world.county_approver, **MEASURE)
    item = WorkItem.objects.get(process=case.pk, finished=None)
    assert (item.due_rule, item.due_at.astimezone(AT.tzinfo).date()) == ("joint_measure_done", MEASURE["due_on"])
    with pytest.raises(Invalid):
        perform(Case.objects.get(pk=case.pk), "report", by=officer, at=AT, result=" ")
    case = perform(Case.objects.get(pk=case.pk), "report", by=officer, at=AT, result="全部机构已完成。")
    assert (case.state, case.slot, case.common_problem.result) == ("done", None, "全部机构已完成。")
    assert list(faults([Case.objects.get(pk=case.pk)])) == []
    again = declare(world.county, KEY, by=officer, at=AT)
    assert again.number == "2021-650102-P002"


def test_a_declaration_is_withdrawn_with_its_reason(world: World, declared: Case) -> None:
    officer = world.actor("county_officer")
    with pytest.raises(Invalid):
        perform(Case.objects.get(pk=declared.pk), "cancel", by=officer, at=AT)
    case = perform(Case.objects.get(pk=declared.pk), "cancel", by=officer, at=AT, reason="重复认定。")
    assert (case.state, case.finished) == ("cancelled", AT)
    assert keys(world.county) == [KEY]


@pytest.mark.parametrize("role", ["county_approver", "prefecture_officer", "region_head", "inspector"])
def test_only_the_units_own_officer_has_the_countys_problem_in_hand(world: World, declared: Case, role: str) -> None:
    for verb in ("set_measure", "cancel", "claim"):
        with pytest.raises(WrongRole):
            perform(Case.objects.get(pk=declared.pk), verb, by=world.actor(role), at=AT, reason="说明。")


# ── who reads what ──


def test_an_institution_reads_the_measure_for_its_own_finding_only_once_there_is_one(
    world: World, shared: list[Any], declared: Case
) -> None:
    assert measures_for(shared[0]) == []
    officer = world.actor("county_officer")
    perform(declared, "set_measure", by=officer, at=AT, owner=world.county_approver, **MEASURE)
    assert [each.measure for each in measures_for(shared[0])] == [MEASURE["measure"]]
    (other,) = findings(world.institution, [{"item_code": "A1-24"}])
    assert measures_for(other) == []
    (elsewhere,) = findings(world.other_institution, [{"item_code": "A1-08"}])
    assert measures_for(elsewhere) == []


@pytest.fixture
def enter(world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of somebody, at the moment of these stories."""
    monkeypatch.setattr("cases.clock.timezone.now", lambda: AT)

    def client(role: str) -> Client:
        signed_in = Client()
        signed_in.force_login(world.people[role])
        return signed_in

    return client


def test_the_list_shows_what_is_common_and_offers_the_declaration_to_the_units_own_officer(
    world: World, shared: list[Any], enter: Any
) -> None:
    page = enter("county_officer").get(reverse("common_problems"))
    assert page.status_code == 200
    assert page.context["may_declare"]
    assert [line[0].key for line in page.context["lines"]] == [KEY]
    approver = enter("county_approver").get(reverse("common_problems"))
    assert (approver.status_code, approver.context["may_declare"]) == (200, False)
    above = enter("region_officer").get(reverse("common_problems"), {"unit": world.county.pk})
    assert (above.context["unit"], above.context["may_declare"]) == (world.county, False)


def test_institutions_and_other_counties_do_not_see_it(world: World, declared: Case, enter: Any) -> None:
    assert enter("institution_head").get(reverse("common_problems")).status_code == 403
    for role in ("institution_head", "other_officer"):
        assert enter(role).get(reverse("common_problem", args=[declared.pk])).status_code == 404
    asked = {"unit": world.county.pk}
    assert enter("other_officer").get(reverse("common_problems"), asked).status_code == 404


def test_declaring_setting_the_measure_and_reporting_in_pages(world: World, shared: list[Any], enter: Any) -> None:
    client = enter("county_officer")
    wanted = {"unit": world.county.pk, "item": "A1-08", "facet": ""}
    assert client.post(reverse("common_problem_declare"), wanted).status_code == 302
    assert client.post(reverse("common_problem_declare"), wanted).status_code == 409
    assert client.post(reverse("common_problem_declare"), {**wanted, "item": "A1-09"}).status_code == 422
    assert enter("county_approver").post(reverse("common_problem_declare"), wanted).status_code == 403
    case = Case.objects.get(kind="common_problem")
    assert str(shared[2].case.unit) in client.get(reverse("common_problem", args=[case.pk])).content.decode()

    def send(verb: str, by: Client = client, **data: Any) -> Any:
        version = Case.objects.get(pk=case.pk).version
        return by.post(reverse("common_problem_verb", args=[case.pk, verb]), {"version": version, **data})

    refused = send("set_measure", measure="统一培训。", owner="", due_on="2021-09-30")
    assert (refused.status_code, "统一培训。" in refused.content.decode()) == (422, True)
    data: dict[str, Any] = {"measure": "统一培训。", "owner": world.county_approver.pk, "due_on": "2021-09-30"}
    forbidden = send("set_measure", enter("prefecture_officer"), **data)
    assert (forbidden.status_code, "统一培训。" in forbidden.content.decode()) == (403, True)
    assert send("explode").status_code == 400
    assert send("set_measure", **data).status_code == 302
    late = send("set_measure", **data)
    assert (late.status_code, "统一培训。" in late.content.decode()) == (409, True)
    assert send("report", result="已完成。").status_code == 302
    assert Case.objects.get(pk=case.pk).state == "done"


def test_the_page_costs_the_same_whatever_there_is(
    world: World, shared: list[Any], declared: Case, enter: Any, django_assert_max_num_queries: Any
) -> None:
    client = enter("county_officer")
    for _each in range(2):
        with django_assert_max_num_queries(24):
            assert client.get(reverse("common_problem", args=[declared.pk])).status_code == 200
        with django_assert_max_num_queries(18):
            assert client.get(reverse("common_problems")).status_code == 200
        findings(world.sibling, [{"item_code": "A1-08"} for _number in range(20)])


def test_the_institutions_file_and_its_finding_show_the_joint_measure(
    world: World, shared: list[Any], declared: Case, enter: Any
) -> None:
    officer = world.actor("county_officer")
    perform(declared, "set_measure", by=officer, at=AT, owner=world.county_approver, **MEASURE)
    client = enter("institution_head")
    for address in (reverse("unit", args=[world.institution.pk]), reverse("finding", args=[shared[0].pk])):
        text = client.get(address).content.decode()
        assert MEASURE["measure"] in text
        assert str(world.sibling) not in text
