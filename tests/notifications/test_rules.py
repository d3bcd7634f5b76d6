"""Which event is told to whom: the table met with the people, and tables that are refused."""

from __future__ import annotations

import copy
import json
from typing import Any, get_args

import pytest
from django.core.checks import run_checks

from cases.access import appoint
from cases.models import Appointment, Case, Supervision
from notifications import rules as rules_module
from notifications.models import Message
from notifications.recipients import ITEM_TARGETS
from notifications.rules import FILE, Audience, MalformedRules, read_rules, rules
from tests.notifications.telling import announce, deliver_all, forget_deliveries, remind, told
from tests.story import Story, problem
from tests.worlds import BEGINNING, moment
from workflows.engine import perform
from workflows.kinds import KINDS


def table() -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return raw


def refused(raw: Any) -> list[tuple[str, str]]:
    with pytest.raises(MalformedRules) as caught:
        read_rules(raw)
    return caught.value.faults


def submitted(story: Story) -> Story:
    story.on("2021-03-01").submit({"A1-08": problem()})
    return story


# ── the project's own table ──


def test_the_projects_own_table_can_be_used() -> None:
    assert len(rules().rules) == len(table()["rules"])
    assert run_checks(tags=None) == [] or not [fault for fault in run_checks() if fault.id == "notifications.E001"]


def test_every_target_of_the_ladders_may_stand_in_a_rule() -> None:
    assert set(ITEM_TARGETS) <= set(get_args(Audience))


def test_every_verb_that_is_announced_is_met_by_a_rule() -> None:
    for kind in KINDS.values():
        for verb in kind.verbs.values():
            if verb.rule.deliver:
                assert rules().of_event(kind.code, verb.name), f"{kind.code}.{verb.name}"


# ── who hears of a step ──


def test_whoever_gets_the_work_next_is_told_and_not_the_one_who_did_it(story: Story) -> None:
    story.on("2021-03-01").fill().perform("request_confirmation", story.filler)
    deliver_all(story.at)
    assert told() == {"institution_head": "task"}
    assert [message.level for message in Message.objects.all()] == ["task"]
    item = Message.objects.get().item
    assert item is not None
    assert item.node == "confirm"


def test_a_submission_is_a_task_for_every_officer_of_the_county(story: Story) -> None:
    story.on("2021-03-01").fill().perform("request_confirmation", story.filler)
    forget_deliveries()
    story.seal().perform("submit", story.head)
    deliver_all(story.at)
    assert told() == {"county_officer": "task", "colleague": "task"}


def test_a_return_comes_back_with_its_own_words_to_whoever_has_to_act(story: Story) -> None:
    submitted(story).on("2021-05-10").approve()
    finding = story.fix(story.findings()[0])
    forget_deliveries()
    perform(finding.case, "return_", by=story.officer, at=story.at, reason="照片不清楚。")
    deliver_all(story.at)
    assert told() == {"institution_filler": "returned", "institution_head": "progress"}


@pytest.mark.parametrize(
    ("returns", "alerted"),
    [
        (1, set()),
        (2, {"prefecture_officer", "prefecture_head"}),
        (3, {"prefecture_officer", "prefecture_head", "region_officer", "region_head"}),
    ],
)
def test_the_second_return_alerts_the_supervisor_and_the_third_goes_one_higher(
    story: Story, returns: int, alerted: set[str]
) -> None:
    submitted(story).on("2021-05-10").approve()
    finding = story.findings()[0]
    for _time in range(returns):
        forget_deliveries()
        finding = story.fix(finding)
        perform(finding.case, "return_", by=story.officer, at=story.at, reason="不合格。")
        finding = story.again(finding)
    Message.objects.all().delete()
    deliver_all(story.at)
    people = told("return_")
    assert {name for name, template in people.items() if template == "returned_again"} == alerted
    levels = set(Message.objects.filter(template="returned_again").values_list("level", flat=True))
    assert levels <= {"escalation"}


def test_the_officer_who_returned_it_is_not_told(story: Story) -> None:
    submitted(story)
    deliver_all(story.at)
    assert "institution_head" not in told("submit")


def test_a_hand_over_is_told_to_the_colleague_who_gets_the_work(story: Story) -> None:
    submitted(story)
    forget_deliveries()
    perform(story.case, "hand_over", by=story.officer, at=story.at, to=story.world.people["colleague"])
    deliver_all(story.at)
    assert told() == {"colleague": "handed_over"}


def test_a_finding_added_later_is_a_task_for_the_institution(story: Story) -> None:
    submitted(story).on("2021-05-10").approve()
    forget_deliveries()
    given: dict[str, Any] = {
        "item_code": "A1-09",
        "problem": "药品过期。",
        "measure": "清理。",
        "due_on": moment("2021-06-30").date(),
    }
    perform(story.case, "add_finding", by=story.officer, at=story.at, **given)
    deliver_all(story.at)
    assert told("add_finding")["institution_filler"] == "task"


def test_whoever_supervises_a_case_hears_of_every_step_of_it_and_of_its_findings(story: Story) -> None:
    submitted(story)
    forget_deliveries()
    world = story.world
    watching = perform_supervision(story)
    story.on("2021-05-10").verify().perform("conclude", story.officer)
    deliver_all(story.at)
    assert told("conclude")["prefecture_officer"] == "progress"
    watching.case.finished = story.at
    watching.case.save(update_fields=["finished"])
    story.perform("approve", story.approver)
    deliver_all(story.at)
    assert "prefecture_officer" not in told("approve")
    assert world.prefecture_officer.name == "prefecture_officer"


def perform_supervision(story: Story) -> Supervision:
    """A supervision of the cycle by the prefecture, as its own case records it."""
    case = Case.objects.create(
        flow_class=story.case.flow_class,
        kind="supervision",
        unit=story.case.unit,
        year=2021,
        edition=story.case.edition,
        parent=story.case,
        created=story.at,
    )
    return Supervision.objects.create(
        case=case, unit=story.world.prefecture, role="prefecture_officer", due_on=moment("2021-06-01").date()
    )


# ── what the clock says ──


def test_a_reminder_goes_to_the_people_of_its_rung(story: Story) -> None:
    remind(story.case, story.at, -3, to=["person", "head"])
    deliver_all(story.at)
    assert told() == {"institution_filler": "reminder", "institution_head": "reminder"}
    message = Message.objects.filter(recipient__name="institution_filler").get()
    assert message.facts == {"due": "2021-05-15", "days": 3, "missed": 0}


def test_what_is_late_is_told_to_the_person_in_other_words_than_to_those_above(story: Story) -> None:
    remind(story.case, story.at, 7, to=["person", "head", "officer+1"])
    deliver_all(story.at)
    assert told() == {
        "institution_filler": "overdue",
        "institution_head": "escalation",
        "county_officer": "escalation",
        "colleague": "escalation",
    }
    levels = dict(Message.objects.values_list("recipient__name", "level"))
    assert levels["institution_filler"] == "reminder"
    assert levels["county_officer"] == "escalation"


def test_an_escalation_that_no_longer_names_the_person_does_not_reach_them(story: Story) -> None:
    remind(story.case, story.at, 15, to=["head+1"])
    deliver_all(story.at)
    assert told() == {"county_approver": "escalation"}


def test_a_person_with_two_posts_is_told_once(story: Story) -> None:
    head = story.world.institution_head
    appoint(head, story.world.institution, "institution_filler", valid_from=BEGINNING)
    remind(story.case, story.at, -3, to=["person", "head"])
    deliver_all(story.at)
    assert Message.objects.filter(recipient=head).count() == 1


def test_a_message_in_anothers_stead_says_so(story: Story) -> None:
    Appointment.objects.filter(user=story.world.institution_filler).update(valid_until=moment("2021-01-02").date())
    remind(story.case, story.at)
    deliver_all(story.at)
    message = Message.objects.get()
    assert message.recipient.name == "institution_head"
    assert message.facts["stands_in"] == "institution_filler"


def test_an_event_that_no_line_is_about_is_finished_without_a_message(story: Story) -> None:
    announce(story.case, "archive", story.at)
    assert deliver_all(story.at) == 1
    assert told() == {}


# ── tables that are refused ──


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"to": ["chairman"]}, "rules[0].to[0]", "chairman"),
        ({"to": []}, "rules[0].to", ""),
        ({"channels": ["pigeon"]}, "rules[0].channels[0]", "pigeon"),
        ({"level": "panic"}, "rules[0].level", "panic"),
        ({"verbs": ["explode"]}, "rules[0].verbs[0]", "explode"),
        ({"verbs": ["submit"]}, "rules[0].verbs[0]", "submit"),
        ({"kinds": ["wedding"]}, "rules[0].kinds[0]", "wedding"),
        ({"template": "nothing_like_it"}, "rules[0].template", "notifications/messages/nothing_like_it.txt"),
        ({"template": "reminder"}, "rules[0].template", "“days”"),
        ({"facts": ["weather"]}, "rules[0].facts[0]", "weather"),
        ({"when": [{"fact": "return_count"}]}, "rules[0].when[0]", ""),
        ({"of": "yesterday"}, "rules[0].of", "yesterday"),
        ({"colour": "red"}, "rules[0]", "colour"),
        ({"code": "returned_twice"}, "rules[1].code", "returned_twice"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_the_place_of_the_fault(
    change: dict[str, Any], place: str, words: str
) -> None:
    raw = copy.deepcopy(table())
    raw["rules"][0].update(change)
    faults = refused(raw)
    assert place in [where for where, _fault in faults]
    assert any(words in fault for where, fault in faults if where == place)


def test_a_faulty_table_stops_the_check_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise MalformedRules([("rules[3].to[0]", "unknown")])

    monkeypatch.setattr(rules_module, "rules", broken)
    faults = [fault for fault in run_checks() if fault.id == "notifications.E001"]
    assert "rules[3].to[0]" in faults[0].msg
    with pytest.raises(MalformedRules):
        rules_module.require_rules()
