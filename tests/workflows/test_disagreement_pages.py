"""The ranking of self-checks by reliability, the records behind its numbers, and the Excel file."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.story import Story
from tests.visiting import FOUND, send_team
from tests.workflows.test_disagreement import looked_at
from tests.worlds import moment


@pytest.fixture(autouse=True)
def the_day() -> Any:
    with time_machine.travel(moment("2021-09-01"), tick=False), translation.override("en"):
        yield


def enter(story: Story, role: str) -> Client:
    client = Client()
    client.force_login(story.world.people[role])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.fixture
def compared(story: Story) -> Story:
    """The county found one concealed problem, the region's team another."""
    looked_at(story)
    visiting = send_team(story.on("2021-08-02"))
    facets = [facet.code for facet in story.case.edition.parsed.items["A1-20"].facets[:1]]
    visiting.deliver({"A1-20": {**FOUND, "facets": facets}})
    visiting.sign()
    visiting.conclude()
    return story


@pytest.mark.parametrize("by", ["institution", "county", "item"])
def test_every_ranking_shows_its_numbers_and_leads_to_the_records(compared: Story, by: str) -> None:
    client = enter(compared, "region_officer")
    page = client.get(f"{reverse('disagreement')}?by={by}&year=2021").content.decode()
    assert "严禁弄虚作假" in page
    assert "Wilson" in page
    assert reverse("disagreement_records") in page


def test_the_records_name_who_found_it_and_where_it_is_written(compared: Story) -> None:
    client = enter(compared, "region_officer")
    page = client.get(f"{reverse('disagreement_records')}?institution={compared.unit.pk}&year=2021").content.decode()
    assert "2 items" in page
    for finding in compared.findings():
        if finding.source != "self_check" and finding.item_code in ("A1-19", "A1-20"):
            assert reverse("finding", args=[finding.pk]) in page
    only = client.get(reverse("disagreement_records"), {"item": "A1-20", "year": "2021"}).content.decode()
    assert "1 item" in only
    assert "/visits/" in only


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("county_approver", 200),
        ("prefecture_officer", 200),
        ("nation_officer", 200),
        ("inspector", 200),
        ("institution_head", 403),
        ("region_expert", 403),
        ("auditor", 403),
    ],
)
def test_commissions_and_inspectors_read_it(compared: Story, role: str, status: int) -> None:
    client = enter(compared, role)
    pages = [reverse("disagreement"), reverse("disagreement_records"), reverse("disagreement_export")]
    assert [client.get(page).status_code for page in pages] == [status] * 3


def test_another_county_sees_nothing_of_it_and_cannot_ask_for_it(compared: Story) -> None:
    client = enter(compared, "other_officer")
    assert "Nothing has been looked at yet" in client.get(reverse("disagreement")).content.decode()
    assert client.get(reverse("disagreement_records"), {"institution": compared.unit.pk}).status_code == 404
    assert client.get(reverse("disagreement_records"), {"county": "x"}).status_code == 404


def test_the_excel_file_has_the_three_rankings_and_says_how_they_are_found(compared: Story) -> None:
    answer = enter(compared, "region_officer").get(reverse("disagreement_export"), {"year": 2021})
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert [sheet.title for sheet in book] == ["Institutions", "Counties", "Check items", "About this list"]
    institution = [cell.value for cell in book["Institutions"][2]]
    assert institution[:5] == [1, "天山区康宁护理院", "天山区卫生健康委", 30, 2]
    assert "Wilson" in str(book["About this list"]["B3"].value)


def test_the_pages_ask_the_same_few_questions(compared: Story, django_assert_max_num_queries: Any) -> None:
    client = enter(compared, "region_officer")
    for name in ("disagreement", "disagreement_records"):
        with django_assert_max_num_queries(14):
            client.get(reverse(name), {"year": 2021})
