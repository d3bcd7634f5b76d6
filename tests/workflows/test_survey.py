"""The survey of satisfaction: one-time links without an account, answers from paper, figures, and what is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.errors import Conflict, Invalid, OutOfScope, Refusal
from cases.models import Case, CaseEvent, Survey, SurveyAnswer, SurveyLink
from cases.scoring.registers import Answers
from cases.scoring.survey import satisfaction
from tests.workflows.alliances import City, act, again, build_city, in_practice
from tests.worlds import moment
from workflows.alliance.survey import limits
from workflows.alliance.survey.answering import answer, digest_of, new_tokens

DAY = "2021-04-12"


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def pilot(city: City) -> Case:
    return act(city, in_practice(city), "open_survey", "commission", DAY)


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    limits.cache.clear()


def links(city: City, pilot: Case, number: int = 1, group: str = "patient", who: str = "lead") -> list[str]:
    tokens = new_tokens(number)
    act(city, pilot, "make_links", who, DAY, group=group, digests=[digest_of(token) for token in tokens])
    return tokens


def entered(city: City, pilot: Case, group: str, satisfied: int, fair: int = 0, dissatisfied: int = 0) -> None:
    counts = {"satisfied": satisfied, "fair": fair, "dissatisfied": dissatisfied}
    act(city, pilot, "enter_answers", "lead", DAY, group=group, entered_on=moment(DAY).date(), **counts)


def answers_of(pilot: Case) -> list[tuple[str, str]]:
    return list(SurveyAnswer.objects.filter(survey__pilot=pilot.pk).values_list("group", "answer"))


def page(token: str) -> str:
    return reverse("survey_answer", args=[token])


def test_only_the_digest_of_a_link_is_kept(city: City, pilot: Case) -> None:
    [token] = links(city, pilot)
    row = SurveyLink.objects.get()
    assert (row.digest, row.group) == (digest_of(token), "patient")
    assert row.valid_until - row.made_at == dt.timedelta(days=30)
    told = str(list(CaseEvent.objects.filter(case=pilot.pk).values_list("details", "reason")))
    assert token not in told
    assert row.digest not in told


def test_a_link_is_answered_without_an_account_and_counts_once(
    city: City, pilot: Case, client: Client, time_machine: Any
) -> None:
    time_machine.move_to(moment("2021-04-14 15:20"))
    [token] = links(city, pilot)
    asked = client.get(page(token))
    assert asked.status_code == 200
    assert asked.content.decode().count('type="radio"') == 3
    assert 'lang="zh' in asked.content.decode()
    assert SurveyLink.objects.get().used_at is None
    assert client.post(page(token), {"answer": ""}).status_code == 422
    thanked = client.post(page(token), {"answer": "satisfied"})
    assert thanked.status_code == 200
    again_ = client.post(page(token), {"answer": "dissatisfied"})
    assert again_.status_code == 409
    assert client.get(page(token)).status_code == 409
    assert answers_of(pilot) == [("patient", "satisfied")]
    for response in (asked, thanked, again_):
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["Cache-Control"] == "no-store"
        assert not response.cookies


def test_nothing_that_is_kept_of_an_answer_tells_who_gave_it(city: City, pilot: Case) -> None:
    [token] = links(city, pilot)
    answer(token, "fair", at=moment("2021-04-14 15:20"))
    row = SurveyAnswer.objects.get()
    midnight = moment("2021-04-14 00:00")
    assert (row.entered_by, row.entered_on) == (None, dt.date(2021, 4, 14))
    assert SurveyLink.objects.get().used_at == midnight
    [history] = row.history.all()
    assert (history.history_date, history.history_user) == (midnight, None)


@pytest.mark.parametrize(
    ("at", "code"), [("2021-05-12 09:00", ""), ("2021-05-12 09:01", "link_ran_out"), ("2022-01-01", "link_ran_out")]
)
def test_a_link_is_good_for_the_days_of_the_edition(city: City, pilot: Case, at: str, code: str) -> None:
    [token] = links(city, pilot)
    if not code:
        answer(token, "satisfied", at=moment(at))
        return
    with pytest.raises(Conflict) as refused:
        answer(token, "satisfied", at=moment(at))
    assert refused.value.code == code


def test_an_unknown_link_and_a_closed_survey_are_refused_in_words(city: City, pilot: Case, client: Client) -> None:
    [token] = links(city, pilot)
    with pytest.raises(OutOfScope):
        answer("guessed", "satisfied", at=moment(DAY))
    refused = client.get(page("guessed"))
    assert refused.status_code == 404
    assert "<form" not in refused.content.decode()
    act(city, pilot, "close_survey", "commission", DAY)
    with pytest.raises(Conflict) as closed:
        answer(token, "satisfied", at=moment(DAY))
    assert closed.value.code == "survey_closed"


def test_one_address_cannot_try_links_without_end(pilot: Case, client: Client, time_machine: Any) -> None:
    time_machine.move_to(moment(DAY), tick=False)
    found = [client.get(page("guessed")).status_code for _turn in range(limits.MOST + 1)]
    assert set(found[:-1]) == {404}
    assert found[-1] == 429
    time_machine.move_to(moment(f"{DAY} 09:01"), tick=False)
    assert client.get(page("guessed")).status_code == 404


def test_the_share_pools_all_groups_and_is_not_rounded(city: City, pilot: Case) -> None:
    entered(city, pilot, "patient", 16, 1)
    entered(city, pilot, "staff", 2)
    found = satisfaction(Survey.objects.get())
    assert found.groups["patient"].row == [16, 1, 0]
    assert found.groups["authority"].share is None
    assert found.share == Decimal(100) * 18 / 19
    row = next(each for each in Answers(again(pilot).pilot, moment(DAY).date()).edition.scorecard.rows if each.no == 20)
    computed = Answers(again(pilot).pilot, moment(DAY).date()).computed(row)
    assert computed is not None
    assert computed.points == Decimal(8)  # 94.7 %


def test_without_an_answer_there_is_no_share(pilot: Case) -> None:
    assert satisfaction(Survey.objects.get()).share is None


def test_an_entry_is_withdrawn_with_its_reason_and_stays_on_record(city: City, pilot: Case) -> None:
    entered(city, pilot, "staff", 1, 0, 1)
    wrong = SurveyAnswer.objects.get(answer="dissatisfied")
    with pytest.raises(Invalid):
        act(city, pilot, "withdraw_answer", "lead", DAY, answer=wrong.pk, reason=" ")
    act(city, pilot, "withdraw_answer", "lead", DAY, answer=wrong.pk)
    assert satisfaction(Survey.objects.get()).share == 100
    assert SurveyAnswer.objects.count() == 2
    with pytest.raises(Invalid):
        act(city, pilot, "withdraw_answer", "lead", DAY, answer=wrong.pk)


def test_entries_that_are_alike_are_withdrawn_together_and_no_others(
    city: City, pilot: Case, client: Client, time_machine: Any
) -> None:
    time_machine.move_to(moment("2021-04-12 15:20"))
    entered(city, pilot, "staff", 4, 1)
    entered(city, pilot, "patient", 3)
    [token] = links(city, pilot, group="staff")
    answer(token, "satisfied", at=moment("2021-04-12 10:00"))
    client.force_login(city.people["lead"])
    step, shown = (reverse(name, args=[pilot.pk]) for name in ("pilot_survey_step", "pilot_survey"))
    lines = client.get(shown).context["entered"]
    assert sorted((line["number"], line["answer"]) for line in lines) == [(1, "一般"), (3, "满意"), (4, "满意")]
    one = next(line["one"] for line in lines if line["number"] == 4)
    wrong = {"verb": "withdraw_answer", "answer": str(one), "number": "5", "reason": "对象填错。"}
    refused = client.post(step, wrong)
    assert refused.status_code == 422
    assert "对象填错。" in refused.content.decode(), "what was typed stays"
    assert client.post(step, {**wrong, "number": "3"}).status_code == 302
    left = satisfaction(Survey.objects.get()).groups
    assert (left["staff"].row, left["patient"].row) == ([2, 1, 0], [3, 0, 0])
    assert CaseEvent.objects.get(case=pilot.pk, verb="withdraw_answer").details["number"] == 3
    assert SurveyAnswer.objects.exclude(withdrawn_at=None).filter(entered_by=None).count() == 0


def test_closing_says_what_it_means_before_it_is_done(city: City, pilot: Case, client: Client) -> None:
    links(city, pilot, 3)
    client.force_login(city.people["commission"])
    client.cookies["django_language"] = "en"
    address = reverse("pilot_survey", args=[pilot.pk])
    assert "fewer than the 1 that make a share" in client.get(address).content.decode()
    entered(city, pilot, "authority", 9, 1)
    page = client.get(address).content.decode()
    assert "10 answers count, 90 % of them satisfied" in page
    assert "3 links that were not used will count no more" in page


def test_what_came_by_a_link_cannot_be_withdrawn(city: City, pilot: Case) -> None:
    [token] = links(city, pilot)
    answer(token, "dissatisfied", at=moment(DAY))
    with pytest.raises(Conflict) as refused:
        act(city, pilot, "withdraw_answer", "commission", DAY, answer=SurveyAnswer.objects.get().pk)
    assert refused.value.code == "not_entered_by_hand"


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"group": "nobody", "satisfied": 1}, "no_such_group"),
        ({"satisfied": 0}, "no_answers"),
        ({"satisfied": 501}, "no_answers"),
        ({"satisfied": -1}, "not_a_number"),
        ({"satisfied": 1, "entered_on": dt.date(2021, 4, 11)}, "day_outside_survey"),
        ({"satisfied": 1, "entered_on": dt.date(2021, 4, 13)}, "day_outside_survey"),
    ],
)
def test_entries_that_cannot_be_are_refused(city: City, pilot: Case, details: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        act(
            city, pilot, "enter_answers", "lead", DAY, **{"group": "staff", "entered_on": moment(DAY).date(), **details}
        )
    assert refused.value.code == code


def test_commission_and_lead_survey_and_nobody_else(city: City, pilot: Case) -> None:
    for verb in ("open_survey", "make_links", "enter_answers", "close_survey"):
        for who in ("member", "finance", "district", "commission_head"):
            with pytest.raises(Refusal) as refused:
                act(city, pilot, verb, who, DAY)
            assert refused.value.code == "wrong_role"
    for verb in ("open_survey", "close_survey"):
        with pytest.raises(Refusal):
            act(city, pilot, verb, "lead", DAY)
    with pytest.raises(Conflict):
        act(city, pilot, "open_survey", "commission", DAY)


def test_closing_puts_the_counts_into_the_chain(city: City, pilot: Case) -> None:
    entered(city, pilot, "authority", 3, 1)
    act(city, pilot, "close_survey", "commission", DAY)
    event = CaseEvent.objects.get(case=pilot.pk, verb="close_survey")
    assert event.details["counts"]["authority"] == {"satisfied": 3, "fair": 1}
    with pytest.raises(Conflict):
        links(city, pilot)


def test_the_page_of_the_survey_makes_a_sheet_of_links_and_takes_answers(
    city: City, pilot: Case, client: Client, time_machine: Any
) -> None:
    time_machine.move_to(moment("2021-04-14 15:20"))
    client.force_login(city.people["lead"])
    step, shown = (reverse(name, args=[pilot.pk]) for name in ("pilot_survey_step", "pilot_survey"))
    sheet = client.post(step, {"verb": "make_links", "group": "patient", "number": "2"})
    assert (sheet.status_code, sheet["Content-Type"]) == (200, "application/pdf")
    assert sheet.content.startswith(b"%PDF")
    assert SurveyLink.objects.count() == 2
    refused = client.post(step, {"verb": "enter_answers", "group": "staff", "entered_on": "2021-04-14", "fair": "x"})
    assert refused.status_code == 422
    values = {"verb": "enter_answers", "group": "staff", "entered_on": "2021-04-14", "satisfied": "3", "fair": "1"}
    assert client.post(step, values).status_code == 302
    assert "75" in client.get(shown).content.decode()
    client.force_login(city.people["member"])
    assert client.get(shown).status_code == 403
    client.force_login(city.people["other_lead"])
    assert client.get(shown).status_code == 404
    act(city, pilot, "close_survey", "commission", "2021-04-14")
    client.force_login(city.people["member"])
    assert client.get(shown).status_code == 200
