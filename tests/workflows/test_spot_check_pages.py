"""Requests to the pages of spot-checks: who sees what, the right status for each refusal, nothing typed is lost."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from cases.access import appoint
from cases.models import Case, CaseParty, DrawEntry, SpotCheck
from cases.roles import Role
from tests.cases.test_sampling import sceptic
from tests.workflows.spot_checks import AT, act, drawn, expert, first_drawn, planned, visits
from tests.worlds import BEGINNING, World, unit

pytestmark = pytest.mark.django_db
READING = ["spot_checks", "spot_check", "spot_check_frame", "spot_check_export"]


@pytest.fixture(autouse=True)
def on_the_day() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def signed_in(world: World, role: str) -> Client:
    client = Client()
    client.force_login(getattr(world, role))
    return client


def get(world: World, role: str, name: str, *args: Any, **query: Any) -> Any:
    return signed_in(world, role).get(reverse(name, args=args), query)


def post(world: World, role: str, name: str, *args: Any, **data: Any) -> Any:
    return signed_in(world, role).post(reverse(name, args=args), data)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


# ── who sees what ──


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("region_officer", [200, 200, 200, 200]),
        ("region_head", [200, 200, 200, 200]),
        ("nation_officer", [200, 200, 200, 200]),
        ("inspector", [200, 200, 200, 200]),
        ("prefecture_officer", [200, 200, 200, 200]),
        ("prefecture_head", [200, 200, 200, 200]),
        ("county_officer", [200, 404, 404, 404]),
        ("county_approver", [200, 404, 404, 404]),
        ("institution_head", [200, 404, 404, 404]),
        ("region_expert", [200, 404, 404, 404]),
        ("national_expert", [200, 404, 404, 404]),
        ("system_admin", [200, 404, 404, 404]),
    ],
)
def test_each_role_reads_what_is_theirs(world: World, role: str, statuses: list[int]) -> None:
    case = drawn(world)
    found = [get(world, role, name, *([case.pk] if name != "spot_checks" else [])).status_code for name in READING]
    assert found == statuses
    listed = case.number in text(get(world, role, "spot_checks"))
    assert listed == (statuses[1] == 200)


def test_an_expert_of_a_visit_sees_the_visit_and_not_the_draw(world: World) -> None:
    case = drawn(world)
    act(world, case, "assign_team", visit=visits(case)[0].pk, experts=[world.region_expert])
    assert get(world, "region_expert", "spot_check", case.pk).status_code == 404


def test_a_prefecture_sees_nothing_before_the_draw_and_then_only_its_own(world: World) -> None:
    county = unit("county", "独山子区卫生健康委", "650202", world.other_prefecture, division="独山子区")
    far = unit("institution", "独山子区安康院", "650202-001", county)
    case = planned(world, size=4)
    assert get(world, "prefecture_officer", "spot_check", case.pk).status_code == 404
    act(world, case, "draw")
    page, frame = (text(get(world, "prefecture_officer", name, case.pk)) for name in READING[1:3])
    assert world.institution.name in page
    assert world.institution.name in frame
    assert far.name not in page + frame
    assert 'name="version"' not in page
    assert far.name in text(get(world, "region_officer", "spot_check", case.pk))


def test_the_page_has_buttons_for_the_officer_of_the_unit_alone(world: World) -> None:
    case = planned(world)
    draw = reverse("spot_check_verb", args=[case.pk, "draw"])
    assert draw in text(get(world, "region_officer", "spot_check", case.pk))
    for role in ("region_head", "nation_officer", "inspector"):
        assert draw not in text(get(world, role, "spot_check", case.pk))
    assert reverse("spot_check_new") in text(get(world, "nation_officer", "spot_checks"))
    assert reverse("spot_check_new") not in text(get(world, "region_head", "spot_checks"))


def test_the_course_names_the_institution_of_each_step_and_the_page_its_date(world: World) -> None:
    case = drawn(world)
    visit: Any = visits(case)[0]
    act(world, case, "assign_team", visit=visit.pk, experts=[world.region_expert])
    act(world, case, "replace", entry=visit.visit.entry_id, reason="机构已停业。")
    follower = DrawEntry.objects.get(replaces=visit.visit.entry_id).institution
    answer = get(world, "region_officer", "spot_check", case.pk)
    replaced, assigned, drew, _opened = (entry.detail for entry in answer.context["entries"])
    assert (replaced, assigned) == (f"{visit.unit.name} → {follower.name}", visit.unit.name)
    assert ("2" in drew, "3" in drew) == (True, True)
    assert answer.context["item"].due_rule == "spot_check_teams"
    assert "9月8日" in text(answer)


# ── planning ──


def test_a_plan_is_opened_and_changed_by_its_forms(world: World) -> None:
    plan = {"title": "2021年实地抽查", "size": "2", "visits_until": "2021-10-15"}
    answer = post(world, "region_officer", "spot_check_new", **plan)
    case = Case.objects.get(kind="spot_check")
    assert (answer.status_code, answer.url) == (302, reverse("spot_check", args=[case.pk]))
    shown = get(world, "region_officer", "spot_check_revise", case.pk)
    assert "2021年实地抽查" in text(shown)
    answer = post(world, "region_officer", "spot_check_revise", case.pk, **plan | {"size": "3"}, version=case.version)
    assert answer.status_code == 302
    assert SpotCheck.objects.get(pk=case.pk).size == 3


def test_a_plan_that_is_refused_keeps_what_was_typed(world: World) -> None:
    plan = {"title": "2021年实地抽查", "size": "many", "visits_until": "2021-08-01"}
    answer = post(world, "region_officer", "spot_check_new", **plan)
    assert answer.status_code == 422
    assert "2021年实地抽查" in text(answer)
    assert 'value="many"' in text(answer)
    late = post(world, "region_officer", "spot_check_new", **plan | {"size": "3"})
    assert late.status_code == 422
    assert "2021-08-01" in text(late)
    assert not SpotCheck.objects.exists()


@pytest.mark.parametrize("role", ["region_head", "prefecture_officer", "institution_head"])
def test_who_does_not_draw_has_no_form_for_a_plan(world: World, role: str) -> None:
    assert get(world, role, "spot_check_new").status_code == 403
    assert post(world, role, "spot_check_new", title="x", size="1").status_code == 403


def test_changing_a_plan_is_refused_for_others_and_after_the_draw(world: World) -> None:
    case = planned(world)
    assert get(world, "region_head", "spot_check_revise", case.pk).status_code == 403
    assert post(world, "nation_officer", "spot_check_revise", case.pk, title="改", size="1").status_code == 403
    assert get(world, "prefecture_officer", "spot_check_revise", case.pk).status_code == 404
    act(world, case, "draw")
    assert get(world, "region_officer", "spot_check_revise", case.pk).status_code == 409
    answer = post(world, "region_officer", "spot_check_revise", case.pk, title="另一个题目", size="1")
    assert answer.status_code == 409
    assert "另一个题目" in text(answer)


# ── the draw ──


def test_the_draw_is_made_by_its_button_and_done_again_by_another(world: World) -> None:
    case = planned(world)
    answer = post(world, "region_officer", "spot_check_verb", case.pk, "draw", version=case.version, public="03 09 17")
    assert answer.status_code == 302
    record = SpotCheck.objects.get(pk=case.pk)
    page = text(get(world, "region_officer", "spot_check", case.pk))
    assert record.seed in page
    assert "03 09 17" in page
    assert "66.67%" in page
    assert "?again=1" in page
    again = get(world, "region_officer", "spot_check", case.pk, again="1")
    assert again.context["again"].same
    DrawEntry.objects.filter(spot_check=case.pk).update(weight=9)
    broken = get(world, "region_head", "spot_check", case.pk, again="1")
    assert not broken.context["again"].same
    assert 'role="alert"' in text(broken)


def test_a_draw_that_is_refused_shows_the_page_with_what_was_typed(world: World) -> None:
    case = planned(world)
    stale = post(world, "region_officer", "spot_check_verb", case.pk, "draw", version="0", public="双色球")
    assert stale.status_code == 409
    assert 'value="双色球"' in text(stale)
    long = post(world, "region_officer", "spot_check_verb", case.pk, "draw", version=case.version, public="9" * 101)
    assert long.status_code == 422
    assert post(world, "nation_officer", "spot_check_verb", case.pk, "draw").status_code == 403
    assert post(world, "prefecture_officer", "spot_check_verb", case.pk, "draw").status_code == 404
    assert post(world, "region_officer", "spot_check_verb", case.pk, "nothing").status_code == 400
    assert get(world, "region_officer", "spot_check_verb", case.pk, "draw").status_code == 405
    assert SpotCheck.objects.get(pk=case.pk).seed == ""


def test_the_frame_is_filtered_by_name_prefecture_and_drawing(world: World) -> None:
    case = drawn(world)
    assert get(world, "region_officer", "spot_check_frame", planned(world).pk).status_code == 409

    def names(**query: str) -> set[str]:
        answer = get(world, "region_officer", "spot_check_frame", case.pk, **query)
        return {line["entry"].institution.name for line in answer.context["lines"]}

    assert len(names()) == 3
    assert names(q="暖阳") == {world.other_institution.name}
    assert len(names(drawn="yes")) == 2
    assert len(names(drawn="no", prefecture="650100")) == 1
    assert names(q="无此机构") == set()
    assert len(names(drawn="perhaps")) == 3


def test_from_the_excel_file_the_draw_is_done_again(world: World) -> None:
    case = drawn(world)
    frame, said = exported(world, "region_officer", case)
    assert said["抽取机构数"] == "2"
    assert drawn_again(frame, said) == {row[0]: (row[7], bool(row[8])) for row in frame[1:]}


def test_a_prefecture_does_the_draw_of_its_own_stratum_again_and_sees_no_other(world: World) -> None:
    for number in range(1, 8):
        place = world.other_county if number % 2 else world.county
        unit("institution", f"护理院{number}", f"{place.code}-10{number}", place)
    county = unit("county", "独山子区卫生健康委", "650202", world.other_prefecture, division="独山子区")
    unit("institution", "独山子区安康院", "650202-001", county)
    case = drawn(world, size=5)
    frame, said = exported(world, "prefecture_officer", case)
    assert {row[1] for row in frame[1:]} == {"650100"}
    assert said["抽取机构数"] == "4"
    assert drawn_again(frame, said) == {row[0]: (row[7], bool(row[8])) for row in frame[1:]}
    assert SpotCheck.objects.get(pk=case.pk).seed in text(get(world, "prefecture_officer", "spot_check", case.pk))


def exported(world: World, role: str, case: Any) -> tuple[list[Any], dict[str, str]]:
    answer = get(world, role, "spot_check_export", case.pk)
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    frame, about = (list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
    return frame, {str(row[0]): str(row[1]) for row in about}


def drawn_again(frame: list[Any], said: dict[str, str]) -> dict[str, Any]:
    """Place and drawing of everybody by the program of the document, from the file alone."""
    lines = io.StringIO()
    csv.writer(lines).writerows(row[:5] for row in frame)
    rows = [tuple(row) for row in csv.reader(io.StringIO(lines.getvalue()))][1:]
    places = sceptic()(rows, int(said["抽取机构数"]), said["种子"])
    return {code: (place, drew) for code, _chance, place, drew in places}


# ── teams and replacements ──


def test_a_team_is_assigned_on_the_page_of_the_institution_with_its_leader_first(world: World) -> None:
    case, second = drawn(world), expert(world)
    entry = first_drawn(case)
    data = {"verb": "assign_team", "leader": second.pk, "experts": [second.pk, world.region_expert.pk]}
    answer = post(world, "region_officer", "spot_check_entry", case.pk, entry.pk, **data)
    assert answer.status_code == 302
    parties = CaseParty.objects.filter(case=entry.visit.pk).order_by("pk")
    assert [party.user_id for party in parties] == [second.pk, world.region_expert.pk]
    page = text(get(world, "region_officer", "spot_check", case.pk))
    assert second.name in page
    assert second.name not in text(get(world, "prefecture_officer", "spot_check", case.pk))


def test_who_belongs_to_the_place_is_not_offered_and_named(world: World) -> None:
    case, second = drawn(world, size=3), expert(world)
    entry = DrawEntry.objects.get(spot_check=case.pk, institution=world.institution)
    appoint(world.region_expert, world.county, Role.COUNTY_OFFICER, valid_from=BEGINNING)
    answer = get(world, "region_officer", "spot_check_entry", case.pk, entry.pk)
    assert list(answer.context["team_form"].fields["leader"].queryset) == [second]
    assert answer.context["involved"] == [(world.region_expert, world.county.name)]
    data = {"verb": "assign_team", "leader": world.region_expert.pk}
    assert post(world, "region_officer", "spot_check_entry", case.pk, entry.pk, **data).status_code == 422
    assert not CaseParty.objects.exists()


def test_an_institution_is_replaced_with_a_reason_and_both_stay_on_the_page(world: World) -> None:
    case = drawn(world)
    entry = first_drawn(case)
    spare = DrawEntry.objects.get(spot_check=case.pk, drawn=False)
    data = {"verb": "replace", "reason": "机构整体装修，无法接待。", "version": Case.objects.get(pk=case.pk).version}
    without = post(world, "region_officer", "spot_check_entry", case.pk, entry.pk, verb="replace", reason=" ")
    assert without.status_code == 422
    assert post(world, "region_officer", "spot_check_entry", case.pk, entry.pk, **data).status_code == 302
    page = text(get(world, "region_officer", "spot_check", case.pk))
    assert "机构整体装修，无法接待。" in page
    assert entry.institution.name in page
    assert spare.institution.name in page
    again = post(world, "region_officer", "spot_check_entry", case.pk, entry.pk, **data)
    assert again.status_code == 409


def test_teams_and_replacements_are_the_organisers_alone(world: World) -> None:
    case = drawn(world)
    entry = first_drawn(case)
    data = {"verb": "replace", "reason": "说明。"}
    assert post(world, "region_head", "spot_check_entry", case.pk, entry.pk, **data).status_code == 403
    assert post(world, "nation_officer", "spot_check_entry", case.pk, entry.pk, **data).status_code == 403
    assert post(world, "prefecture_officer", "spot_check_entry", case.pk, entry.pk, **data).status_code == 404
    assert post(world, "region_officer", "spot_check_entry", case.pk, entry.pk, verb="x").status_code == 400
    spare = DrawEntry.objects.get(spot_check=case.pk, drawn=False)
    assert get(world, "region_officer", "spot_check_entry", case.pk, spare.pk).status_code == 404
    other = drawn(world)
    assert get(world, "region_officer", "spot_check_entry", other.pk, entry.pk).status_code == 404


# ── the end ──


def test_concluding_too_early_and_cancelling_without_reason_are_refused_on_the_page(world: World) -> None:
    case = drawn(world)
    assert post(world, "region_officer", "spot_check_verb", case.pk, "conclude").status_code == 409
    assert post(world, "region_officer", "spot_check_verb", case.pk, "cancel", reason="").status_code == 422
    answer = post(world, "region_officer", "spot_check_verb", case.pk, "cancel", reason="计划调整。")
    assert answer.status_code == 302
    assert get(world, "region_officer", "spot_check", case.pk).status_code == 200
    undrawn = planned(world)
    act(world, undrawn, "cancel", reason="计划调整。")
    assert get(world, "region_officer", "spot_check", undrawn.pk).status_code == 200


@pytest.mark.parametrize(("name", "most"), [("spot_checks", 20), ("spot_check", 30), ("spot_check_frame", 20)])
def test_pages_take_the_same_queries_however_many_institutions(
    world: World, name: str, most: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        unit("institution", f"护理院{number}", f"650102-1{number:02d}", world.county)
    case = drawn(world, size=12)
    client = signed_in(world, "region_officer")
    address = reverse(name, args=[case.pk] if name != "spot_checks" else [])
    client.get(address)
    with django_assert_max_num_queries(most):
        assert client.get(address).status_code == 200
