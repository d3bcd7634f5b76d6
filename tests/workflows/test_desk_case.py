"""The case page and the verbs on it: what each persona reads, may do, and is told when refused."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.models import Case, CaseEvent, SelfCheckAnswer, WorkItem
from tests.story import Story, problem
from tests.worlds import World, moment, person
from workflows.engine import perform

pytestmark = pytest.mark.django_db
PERSONAS = (
    "institution_filler",
    "institution_head",
    "county_officer",
    "county_approver",
    "prefecture_officer",
    "region_head",
    "inspector",
)
OUTSIDERS = ("other_filler", "other_officer", "national_expert", "system_admin", "nobody", "expired")


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(moment("2021-06-08"), tick=False):
        yield


def sign_in(user: Any) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def page(user: Any, case: Case, query: str = "") -> str:
    answer = sign_in(user).get(reverse("case", args=[case.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def do(user: Any, case: Case, verb: str, **fields: Any) -> Any:
    address = reverse("case_verb", args=[case.pk, verb])
    return sign_in(user).post(address, {"version": Case.objects.get(pk=case.pk).version, **fields})


def state(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def returned_once(story: Story) -> Story:
    """Submitted, item 18 returned, changed and submitted again."""
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.verify({"A1-18": {"to_return": True, "return_reason": "请补充处方抽查表"}})
    story.on("2021-03-20").perform("return_", story.officer)
    changed = {"record_pass_rate": "100", "order_prescription_pass_rate": "97.5"}
    SelfCheckAnswer.objects.filter(selfcheck=story.case.pk, item_code="A1-18").update(values=changed)
    story.on("2021-04-02").perform("request_confirmation", story.filler)
    story.seal().perform("submit", story.head)
    return story


@pytest.mark.parametrize("role", PERSONAS)
def test_everybody_along_the_line_may_read_the_case(story: Story, role: str) -> None:
    assert "天山区康宁护理院" in page(story.world.people[role], story.case)


@pytest.mark.parametrize("role", OUTSIDERS)
def test_for_everybody_else_there_is_no_such_case(story: Story, role: str) -> None:
    client = sign_in(story.world.people[role])
    assert client.get(reverse("case", args=[story.case.pk])).status_code == 404
    assert client.post(reverse("case_verb", args=[story.case.pk, "claim"])).status_code == 404


def test_a_draft_is_shown_to_the_institution_and_only_counted_for_the_county(story: Story) -> None:
    story.fill({"A1-08": problem()})
    own, county = page(story.world.institution_filler, story.case), page(story.world.county_officer, story.case)
    assert 'data-s="problem" aria-label="Item 8' in own
    assert 'aria-label="Item 8' not in county
    assert "filled in 30 of 30 items" in county
    assert "problems 1" not in county


def test_a_changed_draft_after_a_return_is_not_shown_to_the_county_either(story: Story) -> None:
    story.on("2021-03-01").submit()
    story.perform("return_", story.officer, reason="请补充")
    SelfCheckAnswer.objects.filter(selfcheck=story.case.pk, item_code="A1-08").update(status="problem")
    assert 'data-s="problem" aria-label="Item 8' in page(story.world.institution_filler, story.case)
    assert 'data-s="problem" aria-label="Item 8' not in page(story.world.county_officer, story.case)


def test_the_page_says_whose_turn_it_is_and_by_when(story: Story) -> None:
    html = page(story.world.prefecture_officer, story.case)
    assert "天山区康宁护理院 · Institution filler institution_filler" in html
    assert "Overdue" in html
    assert reverse("selfcheck", args=[story.case.pk]) not in html.split("</h1>")[1].split("</section>")[0]


def test_the_timeline_tells_who_did_what_as_whom_and_what_changed(story: Story) -> None:
    html = page(story.world.inspector, returned_once(story).case)
    assert "county_officer (天山区卫生健康委 · County officer)" in html
    assert "请补充处方抽查表" in html
    assert "<del>96%</del> <ins>97.5%</ins>" in html
    assert "Awaiting the head’s confirmation → Submitted, under verification" in html
    assert "The system" in html


def test_only_changes_of_state_leaves_out_what_changed_none(story: Story) -> None:
    story.on("2021-03-01").submit()
    story.perform("claim", story.officer)
    assert "<b>Claim</b>" in page(story.world.county_officer, story.case)
    assert "<b>Claim</b>" not in page(story.world.county_officer, story.case, "?only=state")


def test_older_events_stand_on_further_pages_each_once(story: Story) -> None:
    story.on("2021-03-01").submit()
    for _turn in range(12):
        story.perform("claim", story.officer)
        story.perform("release", story.officer)
    seen = []
    address = reverse("case", args=[story.case.pk])
    client, query = sign_in(story.world.county_officer), ""
    for _page in range(5):
        answer = client.get(address + query)
        seen += [entry.id for entry in answer.context["page"].rows]
        if not answer.context["page"].next:
            break
        query = f"?before={answer.context['page'].next}"
    events = CaseEvent.objects.filter(case=story.case.pk).order_by("-seq").values_list("seq", flat=True)
    assert seen == [f"event-{seq}" for seq in events]


def test_the_cost_of_the_page_does_not_grow_with_the_case(
    story: Story, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    client = sign_in(story.world.county_officer)
    returned_once(story)
    story.on("2021-05-20").approve()
    address = reverse("case", args=[story.case.pk])
    client.get(address)
    with django_assert_max_num_queries(28) as few:
        client.get(address)
    cost = len(few)
    for finding in range(6):
        perform(
            story.case, "add_finding", by=story.officer, at=story.at, item_code=f"A1-1{finding}", problem="记录不全。"
        )
    with django_assert_num_queries(cost):
        client.get(address)


def test_the_findings_and_the_versions_lead_to_their_pages(story: Story) -> None:
    returned_once(story)
    html = page(story.world.county_officer, story.case)
    finding = story.findings()[0]
    assert reverse("finding", args=[finding.pk]) in html
    assert f"{reverse('paper', args=[story.case.pk, 'pdf'])}?version=2" in html


def test_the_page_of_a_finding_is_its_own(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    finding = story.findings()[0]
    answer = sign_in(story.world.county_officer).get(reverse("case", args=[finding.pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("finding", args=[finding.pk]))


def test_another_year_of_the_menu_leads_to_that_years_case(world: World) -> None:
    older, newer = Story.open(world, 2020, "2020-01-04"), Story.open(world, 2021)
    client = sign_in(world.county_officer)
    answer = client.get(reverse("case", args=[newer.case.pk]) + "?year=2020")
    assert answer["Location"] == reverse("case", args=[older.case.pk])
    assert client.get(reverse("case", args=[newer.case.pk]) + "?year=1999").status_code == 200


def test_a_claimed_item_is_released_by_the_one_who_claimed_it(story: Story) -> None:
    story.on("2021-03-01").submit()
    officer = story.world.county_officer
    assert do(officer, story.case, "claim").status_code == 302
    assert WorkItem.objects.open().get(process=story.case.pk).owner == officer
    assert do(story.world.colleague, story.case, "claim").status_code == 409
    assert do(story.world.colleague, story.case, "release").status_code == 409
    assert do(officer, story.case, "release").status_code == 302


def test_work_is_handed_over_to_a_colleague_of_the_same_role_only(story: Story) -> None:
    story.on("2021-03-01").submit()
    world = story.world
    form = sign_in(world.county_officer).get(reverse("case_verb", args=[story.case.pk, "hand_over"]))
    assert [user.name for user in form.context["form"].fields["to"].queryset] == ["colleague"]
    stranger = do(world.county_officer, story.case, "hand_over", to=world.other_officer.pk, reason="休假")
    assert stranger.status_code == 422
    assert "休假" in stranger.content.decode()
    assert do(world.county_officer, story.case, "hand_over", to="").status_code == 422
    assert do(world.county_officer, story.case, "hand_over", to=world.colleague.pk).status_code == 302
    assert WorkItem.objects.open().get(process=story.case.pk).owner == world.colleague
    assert "to colleague" in page(world.county_officer, story.case)


def test_a_missing_reason_is_asked_for_at_its_field(story: Story) -> None:
    answer = do(story.world.county_approver, story.case, "cancel", reason="  ")
    assert answer.status_code == 422
    assert answer.context["form"].errors["reason"] == ["Give the reason."]
    assert state(story.case) == "self_check"


def test_a_reason_that_is_too_long_is_refused_and_kept(story: Story) -> None:
    reason = "停业" * 1001
    answer = do(story.world.county_approver, story.case, "cancel", reason=reason)
    assert answer.status_code == 422
    assert reason in answer.content.decode()


def test_a_cycle_is_cancelled_and_reopened_with_reasons(story: Story) -> None:
    assert do(story.world.county_approver, story.case, "cancel", reason="机构已停业").status_code == 302
    assert state(story.case) == "cancelled"
    assert "机构已停业" in page(story.world.prefecture_officer, story.case)
    assert do(story.world.prefecture_officer, story.case, "reopen", reason="恢复营业").status_code == 302
    assert state(story.case) == "returned"


def test_a_stale_page_changes_nothing_and_keeps_what_was_typed(story: Story) -> None:
    before = story.case.version
    story.on("2021-03-01").submit()
    answer = do(story.world.county_approver, story.case, "cancel", reason="机构已停业", version=before)
    assert answer.status_code == 409
    assert "机构已停业" in answer.content.decode()
    assert "moved on" in answer.content.decode()
    assert f'name="version" value="{Case.objects.get(pk=story.case.pk).version}"' in answer.content.decode()
    assert state(story.case) == "submitted"


def test_sending_the_same_form_twice_acts_once(story: Story) -> None:
    story.on("2021-03-01").fill().perform("request_confirmation", story.filler)
    first = do(story.world.institution_filler, story.case, "withdraw", version=story.case.version)
    second = do(story.world.institution_filler, story.case, "withdraw", version=story.case.version)
    assert (first.status_code, second.status_code) == (302, 409)
    assert CaseEvent.objects.filter(case=story.case.pk, verb="withdraw").count() == 1


def test_the_wrong_role_is_refused_with_what_was_typed(story: Story) -> None:
    answer = do(story.world.institution_filler, story.case, "cancel", reason="不想填")
    assert answer.status_code == 403
    assert "不想填" in answer.content.decode()
    assert "Your role does not include this action." in answer.content.decode()


def test_nobody_but_the_system_settles_a_cycle(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-20").approve()
    assert do(story.world.county_officer, story.case, "settle").status_code == 403


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_verb_is_a_bad_request(story: Story, method: str) -> None:
    client = sign_in(story.world.county_officer)
    answer = getattr(client, method)(reverse("case_verb", args=[story.case.pk, "explode"]))
    assert answer.status_code == 400
    assert "There is no such action" in answer.content.decode()


def test_a_form_that_could_not_be_sent_is_not_shown(story: Story) -> None:
    world = story.world
    assert sign_in(world.county_officer).get(reverse("case_verb", args=[story.case.pk, "cancel"])).status_code == 403
    assert sign_in(world.region_head).get(reverse("case_verb", args=[story.case.pk, "archive"])).status_code == 409


@pytest.mark.parametrize(("verb", "name"), [("submit", "selfcheck"), ("conclude", "verification")])
def test_a_verb_with_a_page_of_its_own_is_left_to_it(story: Story, verb: str, name: str) -> None:
    answer = sign_in(story.world.county_officer).get(reverse("case_verb", args=[story.case.pk, verb]))
    assert answer["Location"] == reverse(name, args=[story.case.pk])


def offered(user: Any, case: Case) -> list[str]:
    answer = sign_in(user).get(reverse("case", args=[case.pk]))
    return [offer.name for offer in answer.context["offers"]]


def test_only_what_would_be_accepted_is_offered(story: Story) -> None:
    world = story.world
    assert offered(world.institution_filler, story.case) == []
    assert offered(world.county_approver, story.case) == ["nudge", "cancel"]
    story.on("2021-03-01").fill().perform("request_confirmation", story.filler)
    assert offered(world.institution_filler, story.case) == ["withdraw"]
    assert offered(world.institution_head, story.case) == ["send_back"]
    story.seal().perform("submit", story.head)
    assert offered(world.county_officer, story.case) == ["claim", "hand_over"]
    story.perform("claim", story.officer)
    assert offered(world.county_officer, story.case) == ["release", "hand_over"]
    assert offered(world.colleague, story.case) == []
    assert offered(world.inspector, story.case) == ["note_inspection"]


def test_a_cycle_is_archived_when_its_year_is_over(story: Story) -> None:
    story.on("2021-03-01").submit()
    story.on("2021-05-20").approve()
    world = story.world
    assert "archive" not in offered(world.region_officer, story.case)
    assert do(world.region_officer, story.case, "archive").status_code == 409
    with time_machine.travel(moment("2022-01-05"), tick=False):
        assert "archive" in offered(world.region_officer, story.case)
        assert do(world.region_officer, story.case, "archive").status_code == 302
        assert "archived" in page(world.county_officer, story.case)


def test_a_reader_of_the_whole_region_is_offered_nothing(story: Story) -> None:
    reader = person("reader", "inspector", story.world.region)
    html = page(reader, story.case)
    assert 'method="post" action="/cases/' not in html
