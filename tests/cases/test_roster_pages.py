"""The roster's pages: upload, dry run, import, links; the right status for each refusal, and nobody else's files."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from cases.clock import now
from cases.models import RosterImport, User
from cases.roster.kept import forget_old, kept
from cases.roster.workbook import read
from tests.cases.roster_files import person_row, roster_file, sheets, unit_row
from tests.worlds import World, build_world, person

GOOD = roster_file([unit_row("n1")], [person_row("zhang", unit="n1"), person_row("li", name="李四")])
BAD = roster_file([unit_row("n1", opened_on="never")], [person_row("zhang")])


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def client(world: World) -> Client:
    return signed_in(world.system_admin)


def signed_in(user: Any) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def upload(client: Client, content: bytes, name: str = "名册.xlsx", **options: Any) -> Any:
    return client.post(reverse("roster"), {"file": SimpleUploadedFile(name, content)}, **options)


def checked(client: Client, content: bytes) -> str:
    """The address of the dry run of a file."""
    answer = upload(client, content)
    assert answer.status_code == 302
    return str(answer["Location"])


def text(answer: Any) -> str:
    return str(answer.content.decode())


def workbook(answer: Any) -> Any:
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    return load_workbook(io.BytesIO(answer.content))


# ── the way through ────────────────────────────────────────────────────────


def test_from_template_to_people_who_sign_in(world: World, client: Client) -> None:
    assert "template.xlsx" in text(client.get(reverse("roster")))
    assert workbook(client.get(reverse("roster_template"))).sheetnames == ["Institutions", "People", "Instructions"]

    page = checked(client, GOOD)
    shown = client.get(page)
    assert shown.status_code == 200
    assert "机构n1 n1" in text(shown)
    assert not User.objects.filter(username="zhang").exists()

    answer = client.post(page + "apply/", follow=True)
    assert answer.redirect_chain == [(reverse("roster_import", args=[RosterImport.objects.get().pk]), 302)]
    assert "The roster has been imported." in text(answer)
    assert "2 people have not set a password yet." in text(answer)

    sheet = workbook(client.post(answer.request["PATH_INFO"] + "links/")).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[1]) for row in rows] == [("li", "李四"), ("zhang", "阿依努尔")]
    link = rows[1][3].removeprefix("http://testserver")

    new = Client()
    new.cookies["django_language"] = "en"
    form = new.get(link, follow=True)
    assert form.status_code == 200
    assert form.request["PATH_INFO"].endswith("/set-password/")
    short = new.post(form.request["PATH_INFO"], {"new_password1": "short", "new_password2": "short"})
    assert short.status_code == 422
    words = "four horses and a cart"
    done = new.post(form.request["PATH_INFO"], {"new_password1": words, "new_password2": words})
    assert (done.status_code, done["Location"]) == (302, reverse("login"))
    assert new.login(request=HttpRequest(), username="zhang", password=words)
    assert Client().get(link, follow=True).status_code == 410
    assert "1 person has not" in text(client.get(answer.request["PATH_INFO"]))


def test_the_same_file_again_has_nothing_to_import(world: World, client: Client) -> None:
    client.post(checked(client, GOOD) + "apply/")
    page = checked(client, GOOD)
    shown = client.get(page)
    assert "Everything in this file is in the system already" in text(shown)
    assert "Import everything" not in text(shown)
    answer = client.post(page + "apply/", follow=True)
    assert "nothing was changed" in text(answer)
    assert RosterImport.objects.count() == 1


def test_a_file_is_gone_once_it_is_imported(world: World, client: Client) -> None:
    page = checked(client, GOOD)
    client.post(page + "apply/")
    assert client.get(page).status_code == 404
    assert client.post(page + "apply/").status_code == 404
    mine = f"{world.system_admin.pk}-{hashlib.sha256(GOOD).hexdigest()}"
    assert [name for name in default_storage.listdir("roster")[1] if name.startswith(mine)] == []


# ── refusals ───────────────────────────────────────────────────────────────


def test_faulty_rows_are_shown_with_place_and_remedy_and_nothing_can_be_imported(world: World, client: Client) -> None:
    page = checked(client, BAD)
    shown = client.get(page)
    assert shown.status_code == 422
    for word in ("F2", "启用日期", "never", "This is not a date.", "Write it like 2021-05-12"):
        assert word in text(shown)
    assert "Import everything" not in text(shown)
    applied = client.post(page + "apply/")
    assert applied.status_code == 422
    assert "This is not a date." in text(applied)
    assert not User.objects.filter(username="zhang").exists()
    report = workbook(client.get(page + "report.xlsx"))
    assert report["机构"]["H2"].value == "Faulty"
    assert report["机构"]["F2"].fill.start_color.rgb == "00F8D7DA"
    assert len(read(client.get(page + "report.xlsx").content).tables["people"].rows) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"no workbook", "cannot be read as an Excel file"),
        (b"PK\x03\x04" + b"\0" * (10 * 1024 * 1024), "larger than 10 MB"),
        (sheets({"Sheet1": [["a"]]}), "has no sheet called"),
        (sheets({"人员": [["登录名", "姓名"]]}), "these columns are missing: 单位编码、角色、任职起、任职止"),
    ],
)
def test_a_file_that_is_none_is_refused_at_its_field(client: Client, content: bytes, words: str) -> None:
    answer = upload(client, content)
    assert answer.status_code == 422
    assert words in text(answer)
    assert 'href="#id_file"' in text(answer)


def test_no_file_at_all_is_an_error_of_the_form(client: Client) -> None:
    answer = client.post(reverse("roster"))
    assert answer.status_code == 422
    assert 'href="#id_file"' in text(answer)


def test_a_request_too_large_or_broken_gets_a_page_and_no_traceback(world: World, settings: Any) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(world.system_admin)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert client.post(reverse("roster"), {"other": "x" * 2000}).status_code == 400
    broken = client.post(reverse("roster"), b"--x\r\n", content_type="multipart/form-data; boundary=")
    assert broken.status_code == 400
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    many = {f"file{number}": SimpleUploadedFile("a.xlsx", b"x") for number in range(4)}
    answer = client.post(reverse("roster"), many)
    assert answer.status_code == 400
    assert "医养质管台" in text(answer)


@pytest.mark.parametrize(
    "role", ["institution_filler", "county_officer", "region_head", "inspector", "security_admin", "auditor", "nobody"]
)
def test_nobody_else_gets_in(world: World, client: Client, role: str) -> None:
    page = checked(client, GOOD)
    stranger = signed_in(world.people[role])
    for address in (reverse("roster"), reverse("roster_template"), page, page + "report.xlsx"):
        assert stranger.get(address).status_code == 403
    assert upload(stranger, GOOD).status_code == 403
    assert stranger.post(page + "apply/").status_code == 403
    assert not User.objects.filter(username="zhang").exists()


def test_who_is_not_signed_in_signs_in_first(world: World) -> None:
    assert Client().get(reverse("roster"))["Location"].startswith(reverse("login"))


def test_another_administrator_sees_neither_the_file_nor_the_import(world: World, client: Client) -> None:
    page = checked(client, GOOD)
    other = signed_in(person("other", "system_admin", world.other_prefecture))
    assert other.get(page).status_code == 404
    assert other.post(page + "apply/").status_code == 404
    client.post(page + "apply/")
    done = RosterImport.objects.get()
    assert other.get(reverse("roster_import", args=[done.pk])).status_code == 404
    assert other.post(reverse("roster_links", args=[done.pk])).status_code == 404
    assert "名册.xlsx" not in text(other.get(reverse("roster")))
    assert "名册.xlsx" in text(client.get(reverse("roster")))


def test_addresses_that_change_something_are_not_followed_by_a_link(world: World, client: Client) -> None:
    page = checked(client, GOOD)
    assert client.get(page + "apply/").status_code == 405
    assert client.get(reverse("roster_links", args=[1])).status_code == 405
    assert client.get(reverse("roster_check", args=["no-such-file"])).status_code == 404
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.system_admin)
    assert upload(strict, GOOD).status_code == 403


# ── the file that waits ────────────────────────────────────────────────────


def test_a_file_waits_an_hour_and_is_then_removed(world: World, client: Client) -> None:
    admin = world.system_admin
    digest = checked(client, GOOD).rstrip("/").rsplit("/", 1)[-1]
    at = now()
    assert kept(digest, by=admin, at=at) == ("名册.xlsx", GOOD)
    assert kept(digest, by=world.auditor, at=at) is None
    with time_machine.travel(at.timestamp() + 3700):
        assert kept(digest, by=admin, at=now()) is None
        forget_old(now())
    assert kept(digest, by=admin, at=at) is None


def test_a_link_of_last_week_no_longer_works(world: World, client: Client) -> None:
    client.post(checked(client, GOOD) + "apply/")
    done = RosterImport.objects.get()
    answer = client.post(reverse("roster_links", args=[done.pk]))
    link = next(workbook(answer).worksheets[0].iter_rows(min_row=2, values_only=True))[3]
    path = link.removeprefix("http://testserver")
    assert Client().get(path, follow=True).status_code == 200
    with time_machine.travel(now().timestamp() + 8 * 86_400):
        assert Client().get(path, follow=True).status_code == 410


def test_pages_cost_the_same_whatever_the_size(world: World, client: Client) -> None:
    def queries(size: int) -> tuple[int, int]:
        people = [person_row(f"p{size}.{number}") for number in range(size)]
        page = checked(client, roster_file([], people))
        with CaptureQueriesContext(connection) as check:
            client.get(page)
        client.post(page + "apply/")
        with CaptureQueriesContext(connection) as start:
            client.get(reverse("roster"))
        return len(check), len(start)

    assert queries(40) == queries(3)
    check, start = queries(2)
    assert check <= 12
    assert start <= 8
