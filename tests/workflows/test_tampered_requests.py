"""Requests that no page of ours sends: each gets an answer of its own, never an error of the server."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import User
from tests.story import Story

NUMBERS = ["²", "٣", "9" * 5000, "-1", "1e3", "x"]
MOMENTS = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2021-05-01T00:00:00", "2021-13-01"]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("number", NUMBERS)
def test_a_version_that_is_no_number_counts_as_an_old_one(story: Story, number: str) -> None:
    filler = signed_in(story.world.institution_filler)
    claim = reverse("case_verb", args=[story.case.pk, "claim"])
    assert filler.post(claim, {"version": number}).status_code == 409
    item = reverse("selfcheck_item", args=[story.case.pk, "A1-08"])
    filler.post(item, {"row_version": "0", "status": "compliant"})
    reply = filler.post(item, {"row_version": number, "status": "not_applicable", "reason": "无此项服务。"})
    assert reply.status_code == 409
    assert story.case.selfcheck.answers.get(item_code="A1-08").status == "compliant"


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_in_an_address_that_is_none_is_left_out_or_not_found(story: Story, number: str) -> None:
    filler = signed_in(story.world.institution_filler)
    pages = {
        f"{reverse('paper', args=[story.case.pk, 'docx'])}?version={number}": 404,
        f"{reverse('selfcheck', args=[story.case.pk])}?section={number}": 200,
        f"{reverse('inbox')}?unit={number}&year={number}&after={number}~{number}": 200,
        f"{reverse('ledger')}?pick={number}&chosen=1&year=all": 200,
    }
    assert {page: filler.get(page).status_code for page in pages} == pages


@pytest.mark.parametrize("number", NUMBERS)
def test_a_county_form_with_numbers_that_are_none_removes_and_overwrites_nothing(story: Story, number: str) -> None:
    story.on("2021-03-01").submit()
    file = story.evidence(story.case, "verification", story.officer, "A1-08")
    officer = signed_in(story.world.county_officer)
    item = reverse("verification_item", args=[story.case.pk, "A1-08"])
    officer.post(item, {"row_version": "0", "conclusion": "agree"})
    reply = officer.post(item, {"row_version": number, "conclusion": "disagree", "opinion": "不符。", "remove": number})
    assert reply.status_code == 409
    file.refresh_from_db()
    assert file.removed_at is None


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_place_in_a_list_that_is_no_moment_starts_at_the_beginning(story: Story, moment: str) -> None:
    filler = signed_in(story.world.institution_filler)
    reply = filler.get(reverse("inbox"), {"after": f"{moment}~1"})
    assert reply.status_code == 200
    assert [line.item.process_id for line in reply.context["lines"]] == [story.case.pk]
