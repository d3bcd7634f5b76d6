"""The annual quality report: drafted with the summary, edited, filed with it, and printed from what was filed."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document

from cases.models import SummaryText
from cases.paper.quality_report import CHAPTERS
from tests.filing import Filing
from tests.story import Story, problem
from tests.worlds import World, moment


@pytest.fixture
def told(world: World) -> Story:
    """One institution that has self-checked, with one open finding."""
    story = Story.open(world)
    story.on("2021-03-01").submit({"A1-19": problem(["hand"])})
    story.on("2021-05-10").approve()
    return story


@pytest.fixture
def filing(world: World, told: Story, monkeypatch: pytest.MonkeyPatch) -> Filing:
    """A prefecture's summary on 8 October."""
    monkeypatch.setattr("cases.clock.timezone.now", lambda: moment("2021-10-08 10:00"))
    return Filing.open(world).on("2021-10-08")


def entered(world: World, role: str) -> Client:
    client = Client()
    client.force_login(world.people[role])
    return client


def report(filing: Filing, role: str, version: str) -> Any:
    return entered(filing.world, role).get(reverse("summary_report", args=[filing.case.pk]), {"version": version})


def lines(response: Any) -> list[str]:
    assert response.status_code == 200
    return [paragraph.text for paragraph in Document(io.BytesIO(response.content)).paragraphs]


def chapter(filing: Filing, no: int) -> SummaryText:
    row: SummaryText = SummaryText.objects.get(summary=filing.case.pk, part="report", no=no)
    return row


@pytest.mark.font
def test_chapters_are_drafted_with_the_headings_edited_and_kept_when_drafted_again(filing: Filing) -> None:
    client = entered(filing.world, "prefecture_officer")
    client.post(reverse("summary_redraft", args=[filing.case.pk]))
    assert SummaryText.objects.filter(summary=filing.case.pk, part="report").count() == len(CHAPTERS)
    address = reverse("summary_text", args=[filing.case.pk, "report", 7])
    client.post(address, {"text": "我委总结了两条经验。", "row_version": chapter(filing, 7).row_version})
    client.post(reverse("summary_redraft", args=[filing.case.pk]))
    assert chapter(filing, 7).edited == "我委总结了两条经验。"
    assert chapter(filing, 7).drafted.startswith("截至2021年9月30日")
    page = client.get(reverse("summary_texts", args=[filing.case.pk])).content.decode()
    assert "八、下一步工作打算" in page
    text = lines(report(filing, "prefecture_officer", "draft"))
    assert "我委总结了两条经验。" in text
    assert any("共发现问题1个" in line for line in text)


@pytest.mark.font
def test_a_filed_report_stays_as_it_was_filed_whatever_happens_later(filing: Filing, told: Story) -> None:
    filing.submit()
    filed = report(filing, "region_officer", "1").content
    told.on("2021-10-09").close(told.fix(told.findings()[0]))
    assert report(filing, "region_officer", "1").content == filed
    assert _footer(filed).startswith(f"第1版　校验码 {filing.last.digest[:4]} ")


def _footer(content: bytes) -> str:
    text: str = Document(io.BytesIO(content)).sections[0].footer.paragraphs[0].text
    return text


@pytest.mark.font
def test_the_draft_is_its_authors_and_a_filed_report_is_read_by_those_above(filing: Filing) -> None:
    assert report(filing, "region_officer", "draft").status_code == 403
    assert report(filing, "county_officer", "draft").status_code == 404
    assert report(filing, "prefecture_head", "draft").status_code == 200
    assert report(filing, "prefecture_head", "1").status_code == 404
    filing.submit()
    assert report(filing, "region_officer", "1").status_code == 200
    assert report(filing, "county_officer", "1").status_code == 404


@pytest.mark.font
def test_the_figures_of_the_report_are_those_of_annex_2(filing: Filing) -> None:
    version = filing.submit()
    document = Document(io.BytesIO(report(filing, "region_officer", "1").content))
    counts, checks = document.tables[0], document.tables[1]
    assert [int(row.cells[2].text) for row in counts.rows[1:]] == list(version.figures["counts"].values())
    assert [cell.text for cell in checks.rows[7].cells[2:]] == [
        str(version.figures["cells"][f"A2-06.{population}.{column}"])
        for population in ("selfcheck", "spotcheck")
        for column in ("problem", "fixed")
    ]


def test_the_page_of_the_summary_leads_to_the_report(filing: Filing) -> None:
    address = reverse("summary_report", args=[filing.case.pk])
    page = reverse("summary", args=[filing.case.pk])
    assert f"{address}?version=draft" in entered(filing.world, "prefecture_officer").get(page).content.decode()
    filing.submit()
    assert f"{address}?version=1" in entered(filing.world, "region_officer").get(page).content.decode()
