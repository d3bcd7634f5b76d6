"""The pages of a prefecture's summary: who sees what, what is refused and kept, what the numbers open to."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook
from PIL import Image

from cases.editions.load import digest
from cases.editions.pinned import forget_editions
from cases.immutability import rewriting
from cases.models import (
    Case,
    Edition,
    Evidence,
    Finding,
    Summary,
    SummaryMember,
    SummaryOverride,
    SummaryText,
    SummaryVersion,
)
from cases.summaries.cells import cells_of
from cases.summaries.comparing import printed_numbers
from tests.filing import Filing
from tests.story import Story, problem
from tests.workflows.crowds import crowd
from tests.worlds import World, moment, person, unit
from workflows.moving import move_units

HAND = "A2-06.selfcheck"
Enter = Callable[[str], Client]


@pytest.fixture
def filing(world: World) -> Filing:
    return Filing.open(world).on("2021-10-08")


@pytest.fixture
def enter(world: World, monkeypatch: pytest.MonkeyPatch) -> Enter:
    """A client of somebody, on 8 October."""
    monkeypatch.setattr("cases.clock.timezone.now", lambda: moment("2021-10-08 10:00"))

    def client(role: str) -> Client:
        signed_in = Client()
        signed_in.force_login(world.people[role])
        return signed_in

    return client


def found_something(world: World) -> Finding:
    story = Story.open(world)
    story.on("2021-03-01").submit({"A1-19": problem(["hand"])})
    story.on("2021-05-10").approve()
    return story.findings()[0]


def in_english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def text_of(response: Any) -> str:
    return str(response.content.decode())


def page(filing: Filing, name: str = "summary", *args: Any) -> str:
    return reverse(name, args=[filing.case.pk, *args])


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("prefecture_officer", 200),
        ("prefecture_head", 200),
        ("region_officer", 200),
        ("region_head", 200),
        ("nation_officer", 200),
        ("inspector", 200),
        ("county_officer", 404),
        ("institution_head", 404),
        ("national_expert", 404),
        ("nobody", 404),
    ],
)
def test_the_prefecture_and_those_above_see_the_summary_and_nobody_else(
    filing: Filing, enter: Enter, role: str, status: int
) -> None:
    client = enter(role)
    for address in (page(filing), page(filing, "summary_cell", "A2-C1"), page(filing, "summary_versions")):
        assert client.get(address).status_code == status


def test_the_draft_shows_the_figures_and_each_opens_to_its_records(filing: Filing, enter: Enter) -> None:
    finding = found_something(filing.world)
    client = enter("prefecture_officer")
    shown = text_of(client.get(page(filing)))
    assert page(filing, "summary_cell", f"{HAND}.problem") in shown
    behind = text_of(client.get(page(filing, "summary_cell", f"{HAND}.problem")))
    assert finding.case.number in behind
    assert filing.world.institution.name in behind
    assert filing.world.sibling.name in text_of(client.get(page(filing, "summary_cell", "missing_beds")))


@pytest.mark.parametrize("code", ["A2-C1", "A2-C2", f"{HAND}.fixed", "referred", "A2-06.nation", "missing_beds"])
def test_every_figure_has_its_page_of_the_draft_and_of_the_filed_version(
    filing: Filing, enter: Enter, code: str
) -> None:
    found_something(filing.world)
    client = enter("region_officer")
    assert client.get(page(filing, "summary_cell", code)).status_code == 200
    filing.submit()
    assert client.get(page(filing, "summary_cell", code) + "?version=1").status_code == 200


@pytest.mark.parametrize("code", ["A2-99", "A2-06.selfcheck.open", "x"])
def test_a_figure_that_annex_2_does_not_have_is_not_found(filing: Filing, enter: Enter, code: str) -> None:
    assert enter("prefecture_officer").get(page(filing, "summary_cell", code)).status_code == 404


def test_the_region_does_not_read_the_words_of_a_draft(filing: Filing, enter: Enter) -> None:
    Summary.objects.filter(pk=filing.case.pk).update(missing_reason="内部草稿理由")
    SummaryText.objects.create(summary_id=filing.case.pk, part="problems", no=1, edited="内部草稿文字")
    for role, reads in (("prefecture_head", True), ("region_officer", False)):
        client = enter(role)
        shown = text_of(client.get(page(filing)))
        assert ("内部草稿文字" in shown, "内部草稿理由" in shown) == (reads, reads)
        assert client.get(page(filing, "summary_texts")).status_code == (200 if reads else 403)
        assert client.get(page(filing, "summary_paper", "xlsx")).status_code == (200 if reads else 403)


def test_the_whole_way_through_the_pages(filing: Filing, enter: Enter) -> None:
    found_something(filing.world)
    officer, head, region = enter("prefecture_officer"), enter("prefecture_head"), enter("region_officer")

    def do(client: Client, verb: str, **data: Any) -> int:
        filing.case = Case.objects.get(pk=filing.case.pk)
        sent = {"version": filing.case.version, **data}
        return int(client.post(page(filing, "summary_verb", verb), sent).status_code)

    assert do(officer, "request_confirmation") == 422
    reason = {"missing_reason": "两家停业。", "row_version": 0}
    assert officer.post(page(filing, "summary_missing"), reason).status_code == 302
    assert do(region, "request_confirmation") == 403
    assert do(officer, "request_confirmation") == 302
    assert do(officer, "request_confirmation") == 409
    assert do(head, "submit") == 302
    assert do(region, "return_") == 422
    assert do(region, "return_", reason="请核实床位。") == 302
    assert do(officer, "request_confirmation") == 302
    assert do(head, "submit") == 302
    assert do(region, "accept") == 302
    assert do(officer, "correct") == 422
    assert do(officer, "correct", reason="漏计一家。") == 302
    assert officer.post(page(filing, "summary_verb", "accept"), {"version": 1}).status_code == 403
    assert region.post(page(filing, "summary_verb", "accept"), {"version": 1}).status_code == 409
    assert do(officer, "nonsense") == 400
    assert "请核实床位。" in text_of(region.get(page(filing, "summary_versions")))


def test_a_refused_return_keeps_what_was_typed(filing: Filing, enter: Enter) -> None:
    filing.submit()
    answer = enter("region_officer").post(
        page(filing, "summary_verb", "return_"), {"version": filing.case.version - 1, "reason": "床位数请核实。"}
    )
    assert answer.status_code == 409
    assert "床位数请核实。" in text_of(answer)


def test_the_reason_for_missing_reports_is_not_overwritten_by_a_colleague(filing: Filing, enter: Enter) -> None:
    client = enter("prefecture_officer")
    assert client.post(page(filing, "summary_missing"), {"missing_reason": "甲", "row_version": 0}).status_code == 302
    answer = client.post(page(filing, "summary_missing"), {"missing_reason": "乙", "row_version": 0})
    assert answer.status_code == 409
    assert "乙" in text_of(answer)
    assert Summary.objects.get(pk=filing.case.pk).missing_reason == "甲"


def test_only_whoever_completes_it_changes_the_draft(filing: Filing, enter: Enter) -> None:
    wanted = {"missing_reason": "甲", "row_version": 0, "value": 1, "reason": "甲", "seen": "", "text": "甲"}
    places = [
        page(filing, "summary_missing"),
        page(filing, "summary_cell", "A2-C2"),
        page(filing, "summary_text", "problems", 1),
        page(filing, "summary_redraft"),
    ]
    for role, status in (("prefecture_head", 403), ("region_officer", 403), ("county_officer", 404)):
        client = enter(role)
        assert [client.post(place, wanted).status_code for place in places] == [status] * len(places)
    filing.hand_on()
    assert [enter("prefecture_officer").post(place, wanted).status_code for place in places] == [409] * len(places)


def test_a_figure_is_changed_and_put_back_with_its_mark_on_the_page(filing: Filing, enter: Enter) -> None:
    client, address = enter("prefecture_officer"), page(filing, "summary_cell", "A2-C2")
    refused = client.post(address, {"value": "-3", "reason": "县级已核实。", "seen": ""})
    assert refused.status_code == 422
    assert "县级已核实。" in text_of(refused)
    assert client.post(address, {"value": "20", "reason": "县级已核实。", "seen": ""}).status_code == 302
    assert "✎" in text_of(client.get(page(filing)))
    assert "✎" not in text_of(enter("region_officer").get(page(filing)))
    assert client.post(address, {"value": "21", "reason": "又核实。", "seen": ""}).status_code == 409
    assert client.post(address, {"drop": "1", "seen": "20"}).status_code == 302
    assert not SummaryOverride.objects.exists()


def test_the_page_says_when_the_computed_number_has_changed_since(filing: Filing, enter: Enter) -> None:
    client, address = enter("prefecture_officer"), page(filing, "summary_cell", "A2-C2")
    client.post(address, {"value": "100", "reason": "县级已核实。", "seen": ""})
    found_something(filing.world)
    assert "80" in text_of(client.get(address))
    row = SummaryOverride.objects.get()
    assert (row.computed, row.value) == (0, 100)
    assert client.get(page(filing)).context["sheet"].changed[0].has_moved


def test_passages_are_drafted_edited_and_drafted_again_without_losing_the_edit(filing: Filing, enter: Enter) -> None:
    found_something(filing.world)
    client = enter("prefecture_officer")
    assert client.post(page(filing, "summary_redraft")).status_code == 302
    assert SummaryText.objects.filter(part__in=("problems", "rectification")).count() == 12
    address = page(filing, "summary_text", "problems", 2)
    assert client.post(address, {"text": "我们的文字。", "row_version": 0}).status_code == 302
    client.post(page(filing, "summary_redraft"))
    row = SummaryText.objects.get(part="problems", no=2)
    assert (row.text, bool(row.drafted)) == ("我们的文字。", True)
    stale = client.post(address, {"text": "另一位的文字。", "row_version": 0})
    assert stale.status_code == 409
    assert "另一位的文字。" in text_of(stale)
    assert "我们的文字。" in text_of(stale)
    answer = client.post(address, {"text": "另。", "row_version": 0}, HTTP_ACCEPT="application/json")
    assert (answer.status_code, answer.json()["theirs"]) == (409, {"text": "我们的文字。"})
    assert client.post(address, {"drafted": "1", "row_version": 1}).status_code == 302
    assert SummaryText.objects.get(pk=row.pk).edited == ""
    assert client.post(address, {"text": "字" * 9_000, "row_version": 2}).status_code == 422
    assert client.post(page(filing, "summary_text", "problems", 9), {"text": "x"}).status_code == 404


def test_a_filed_version_is_shown_as_it_was_filed_and_says_what_happened_since(filing: Filing, enter: Enter) -> None:
    finding = found_something(filing.world)
    filing.submit()
    closing = Story(
        filing.world,
        filing.world.institution,
        moment("2021-10-08 09:30"),
        finding.cycle,
        filing.world.actor("institution_filler"),
        filing.world.actor("institution_head"),
        filing.world.actor("county_officer"),
        filing.world.actor("county_approver"),
    )
    finding = closing.fix(finding)
    closing.on("2021-10-08 09:40").close(finding)
    client = enter("region_officer")
    answer = client.get(page(filing, "summary_version", 1))
    assert answer.status_code == 200
    assert answer.context["later"] == 2
    fixed = next(
        number
        for line in answer.context["sheet"].lines
        for number in line.numbers
        if number.cell.code == f"{HAND}.fixed"
    )
    assert fixed.value == 0
    assert client.get(page(filing, "summary_version", 2)).status_code == 404


def test_two_versions_are_compared_and_each_can_be_computed_again(filing: Filing, enter: Enter) -> None:
    found_something(filing.world)
    filing.submit()
    filing.perform("return_", "region_officer", reason="请核实。")
    client = enter("prefecture_officer")
    for code, value in (("A2-C3", "15"), (f"{HAND}.fixed", "1"), (f"{HAND}.problem", "2")):
        client.post(page(filing, "summary_cell", code), {"value": value, "reason": "县级已核实。", "seen": ""})
    filing.submit()
    answer = enter("inspector").get(page(filing, "summary_compare") + "?a=1&b=2")
    assert [tuple(rest) for _name, *rest in answer.context["numbers"]] == [
        (12, 15, False, True),
        (1, 2, False, True),
        (0, 1, False, True),
    ]  # in printed order: beds, problem, rectified
    assert "✎ 15" in text_of(answer)
    for no in (1, 2):
        again = enter("nation_officer").get(page(filing, "summary_recompute", no))
        assert again.context["found"].is_same
    with rewriting():
        SummaryVersion.objects.filter(no=1).update(missing={})
    again = enter("inspector").get(page(filing, "summary_recompute", 1))
    assert (again.context["found"].intact, again.status_code) == (False, 200)


def test_the_command_says_whether_a_filed_version_still_gives_the_same_numbers(filing: Filing) -> None:
    found_something(filing.world)
    filing.submit()
    out = io.StringIO()
    call_command("recompute_summary", filing.case.number, stdout=out)
    assert "version 1: the same numbers" in out.getvalue()
    with rewriting():
        version = SummaryVersion.objects.get()
        figures = {**version.figures, "counts": {**version.figures["counts"], "A2-C1": 9}}
        SummaryVersion.objects.filter(pk=version.pk).update(figures=figures)
    with pytest.raises(CommandError):
        call_command("recompute_summary", str(filing.case.pk), stdout=out)
    assert "A2-C1: filed 9, computed 3" in out.getvalue()
    assert "digest does not agree" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("recompute_summary", "2021-000000-HZ99", stdout=out)


@pytest.mark.parametrize("ending", ["docx", "xlsx"])
def test_the_draft_and_every_filed_version_can_be_had_on_paper(filing: Filing, enter: Enter, ending: str) -> None:
    found_something(filing.world)
    enter("prefecture_officer").post(
        page(filing, "summary_cell", "A2-C3"), {"value": "15", "reason": "县级已核实。", "seen": ""}
    )
    assert enter("prefecture_officer").get(page(filing, "summary_paper", ending)).status_code == 200
    filing.submit()
    answer = enter("region_officer").get(page(filing, "summary_paper", ending) + "?version=1")
    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"
    assert enter("region_officer").get(page(filing, "summary_paper", "txt")).status_code == 404


def test_word_and_excel_of_a_filed_version_hold_the_numbers_that_were_filed(filing: Filing, enter: Enter) -> None:
    """Opened as anybody would open them: all 45 figures, the ones changed by hand as they are printed and marked."""
    found_something(filing.world)
    crowd(filing.world, filing.world.prefecture)
    changed = {"A2-C3": "75", f"{HAND}.fixed": "3"}
    for cell, value in changed.items():
        answer = enter("prefecture_officer").post(
            page(filing, "summary_cell", cell), {"value": value, "reason": "县级已核实。", "seen": ""}
        )
        assert answer.status_code == 302
    numbers = printed_numbers(filing.submit())
    filed = {code: numbers[code] for code in cells_of(filing.case.edition.parsed.annex2)}
    assert len(filed) == 5 + 10 * 4
    assert sum(filed.values()) > 400

    def content(ending: str) -> io.BytesIO:
        answer = enter("nation_officer").get(page(filing, "summary_paper", ending) + "?version=1")
        return io.BytesIO(answer.content)

    (table,) = Document(content("docx")).tables
    rows = [[cell.text for cell in dict.fromkeys(row.cells)] for row in table.rows]
    in_word = [text for cells in rows if cells[0].isdigit() for text in cells[2:]]
    book = load_workbook(content("xlsx")).active
    in_excel = [
        cell for row in book.iter_rows(min_col=2) for cell in row if cell.data_type == "n" and cell.value is not None
    ]
    assert [cell.value for cell in in_excel] == list(filed.values())
    assert [int(text.partition("✎")[0]) for text in in_word] == list(filed.values())
    marked = [code for code, text in zip(filed, in_word, strict=True) if "✎" in text]
    assert (
        marked
        == list(changed)
        == [code for code, cell in zip(filed, in_excel, strict=True) if "✎" in cell.number_format]
    )


def test_the_sealed_copy_comes_back_to_its_version_and_those_above_can_open_it(filing: Filing, enter: Enter) -> None:
    version = filing.submit()
    content = io.BytesIO()
    Image.new("RGB", (4, 4)).save(content, "PNG")

    def upload(role: str) -> int:
        file = SimpleUploadedFile("盖章.png", content.getvalue(), "image/png")
        return int(enter(role).post(page(filing, "summary_seal", 1), {"file": file}).status_code)

    assert upload("region_officer") == 403
    assert upload("prefecture_officer") == 302
    copy = Evidence.objects.get()
    assert copy.shows_digest == version.digest
    assert enter("region_officer").get(reverse("evidence", args=[copy.pk])).status_code == 200
    assert enter("county_officer").get(reverse("evidence", args=[copy.pk])).status_code == 404


def test_an_institution_that_has_moved_is_shown_where_it_counts_with_its_county_of_now(
    filing: Filing, enter: Enter
) -> None:
    world, finding = filing.world, found_something(filing.world)
    client, address = in_english(enter("prefecture_officer")), page(filing, "summary_cell", f"{HAND}.problem")

    def shown(query: str = "") -> list[tuple[str, bool]]:
        return [(place.county.name, place.has_moved) for place in client.get(address + query).context["places"]]

    filing.submit()
    admin = world.system_admin
    move_units(
        [world.institution], world.other_county, on=dt.date(2021, 10, 4), by=admin, at=moment("2021-10-08 09:30")
    )
    assert shown() == shown("?version=1") == [(world.county.name, True)]
    assert f"now {world.other_county.name}" in client.get(address).text
    # Entered later: it had moved before the cut-off. What was filed stays as it was known.
    move_units([finding.case.unit], world.county, on=dt.date(2021, 9, 1), by=admin, at=moment("2021-10-08 09:40"))
    third = unit("county", "水磨沟区卫生健康委", "650105", world.prefecture)
    move_units([world.institution], third, on=dt.date(2021, 9, 2), by=admin, at=moment("2021-10-08 09:50"))
    assert (shown(), shown("?version=1")) == ([(third.name, False)], [(world.county.name, True)])


def test_the_page_says_how_the_edition_counts_and_changes_by_hand_go_with_it(filing: Filing, enter: Enter) -> None:
    """Of an edition that counts findings, a figure may exceed the number of institutions."""
    client, address = in_english(enter("prefecture_officer")), page(filing, "summary_cell", f"{HAND}.problem")
    assert "Counted are institutions" in client.get(page(filing)).text
    assert client.post(address, {"value": "9", "reason": "县级已核实。", "seen": ""}).status_code == 422
    data = filing.case.edition.data
    other = {**data, "annex2": {**data["annex2"], "counted": "findings", "rectified": "reported"}}
    with rewriting():
        Edition.objects.filter(pk=filing.case.edition_id).update(data=other, digest=digest(other))
    forget_editions()
    assert "Counted are findings" in client.get(page(filing)).text
    assert "the institution has reported as rectified" in client.get(page(filing, "summary_cell", f"{HAND}.fixed")).text
    assert client.post(address, {"value": "9", "reason": "县级已核实。", "seen": ""}).status_code == 302
    assert "9 <small>findings" in client.get(address).text


def test_a_prefecture_without_institutions_is_told_so(filing: Filing, enter: Enter) -> None:
    world = filing.world
    world.people["second_officer"] = person("克拉玛依经办", "prefecture_officer", world.other_prefecture)
    case = Case.objects.get(kind="summary", unit=world.other_prefecture, summary__round__code="annual")
    shown = in_english(enter("second_officer")).get(reverse("summary", args=[case.pk])).text
    assert "There was no institution on the cut-off day" in shown
    assert "All institutions had self-checked" not in shown
    assert "where it was at the end of the cut-off day" in shown


def test_what_a_county_verifies_after_the_freeze_changes_nothing_in_what_is_filed_and_is_told(
    filing: Filing, enter: Enter
) -> None:
    story = Story.open(filing.world)
    story.on("2021-03-01").submit({"A1-19": problem(["hand"])})
    version = filing.submit()
    story.on("2021-10-08 09:30").approve()
    answer = in_english(enter("region_officer")).get(page(filing))
    numbers = {number.cell.code: number.value for number in answer.context["sheet"].counts}
    assert (numbers["A2-C2"], numbers["A2-C4"], answer.context["later"]) == (0, 1, 1)
    assert "is not in it, and changes nothing in what is filed" in answer.text
    assert SummaryVersion.objects.get(pk=version.pk).figures == version.figures
    # The cut-off stays: a correction does not count it either, and says who lacks verified beds.
    filing.perform("return_", "region_officer", reason="请核实。")
    again = filing.submit()
    assert (again.figures["counts"]["A2-C2"], again.figures["missing_beds"]) == (0, 3)


def test_the_pages_ask_the_same_number_of_questions_for_one_institution_as_for_many(
    filing: Filing, enter: Enter
) -> None:
    """Institutions, counties, findings and beds of several places, in the draft and in what was filed."""
    found_something(filing.world)
    officer = enter("prefecture_officer")
    officer.get(page(filing))
    draft = ["summary", "summary_texts"]
    cells = [f"{HAND}.problem", f"{HAND}.fixed", "A2-C1", "A2-C2", "missing_beds"]

    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(address).status_code == 200
        return len(queries)

    def of_draft() -> list[int]:
        return [asked(page(filing, name)) for name in draft] + [
            asked(page(filing, "summary_cell", code)) for code in cells
        ]

    def of_version(no: int) -> list[int]:
        pages = [asked(page(filing, name, no)) for name in ("summary_version", "summary_recompute")]
        return pages + [asked(page(filing, "summary_cell", code) + f"?version={no}") for code in cells]

    def return_it() -> None:
        filing.perform("return_", "region_officer", reason="请核实。")

    filing.submit()
    return_it()
    filing.submit()
    few_filed = of_version(2)
    return_it()
    few = of_draft()
    crowd(filing.world, filing.world.prefecture, counties=3)
    assert of_draft() == few
    filing.submit()
    assert filing.last.figures["cells"][f"{HAND}.problem"] == 7
    assert of_version(3) == few_filed
    assert (max(few), max(few_filed)) <= (32, 30)
    assert asked(page(filing, "summary_compare") + "?a=2&b=3") < 25


def test_filing_costs_the_same_statements_for_one_institution_as_for_many(filing: Filing) -> None:
    found_something(filing.world)

    def statements() -> int:
        filing.hand_on()
        with CaptureQueriesContext(connection) as queries:
            filing.perform("submit", "prefecture_head")
        filing.perform("return_", "region_officer", reason="请核实。")
        SummaryMember.objects.all().delete()
        return len(queries)

    statements()
    few = statements()
    crowd(filing.world, filing.world.prefecture, counties=3)
    assert statements() == few
