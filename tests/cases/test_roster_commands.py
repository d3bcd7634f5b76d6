"""The commands of the roster: the first administrators of an empty system, and importing from the shell."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpRequest
from django.test import Client
from django.utils import translation
from openpyxl import load_workbook

from cases.access import Viewer
from cases.clock import now
from cases.models import OrgUnit, User
from tests.cases.roster_files import person_row, roster_file, unit_row
from tests.worlds import World, build_world, person, unit

pytestmark = pytest.mark.django_db
REGION = {"region_code": "650000", "region_name": "自治区卫生健康委", "region_division": "新疆维吾尔自治区"}


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def create(**options: Any) -> str:
    out = io.StringIO()
    call_command("create_first_administrators", stdout=out, **options)
    return out.getvalue()


def run_import(path: Path, login: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("import_roster", str(path), login=login, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


# ── the first administrators ───────────────────────────────────────────────


def test_an_empty_system_gets_its_roots_and_three_separate_administrators() -> None:
    create(**REGION)
    nation, region = OrgUnit.objects.order_by("path")
    assert (nation.kind, nation.code, region.kind, region.superior) == ("nation", "000000", "region", nation)
    grants = {user.username: {grant.permission for grant in Viewer(user, now()).grants} for user in User.objects.all()}
    assert grants == {"sysadmin": {"manage_people"}, "secadmin": {"manage_roles"}, "auditor": {"audit_system"}}
    assert not any(user.has_usable_password() or user.is_superuser for user in User.objects.all())


def test_without_a_region_they_sit_at_the_nation_under_the_names_given() -> None:
    create(system="wang", security="li", auditor="zhang")
    assert OrgUnit.objects.get().kind == "nation"
    assert set(User.objects.values_list("username", flat=True)) == {"wang", "li", "zhang"}


def test_each_gets_a_link_that_sets_the_password() -> None:
    told = create(**REGION, address="https://yiyang.example/")
    links = [line.split("\t")[2] for line in told.splitlines() if "\t" in line]
    assert len(set(links)) == 3
    path = links[0].removeprefix("https://yiyang.example")
    client = Client()
    form = client.get(path, follow=True)
    words = "four horses and a cart"
    client.post(form.request["PATH_INFO"], {"new_password1": words, "new_password2": words})
    assert client.login(request=HttpRequest(), username="sysadmin", password=words)


def test_a_second_run_is_refused_and_changes_nothing() -> None:
    create(**REGION)
    before = (User.objects.count(), OrgUnit.objects.count())
    with pytest.raises(CommandError, match="not an empty system") as refusal:
        create(**REGION, system="a", security="b", auditor="c")
    assert refusal.value.returncode != 0
    assert (User.objects.count(), OrgUnit.objects.count()) == before


def test_roots_that_exist_already_are_used() -> None:
    nation = unit("nation", "国家卫生健康委", "000000")
    unit("region", "自治区卫生健康委", "650000", nation)
    create(**REGION)
    assert OrgUnit.objects.count() == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"system": "same", "auditor": "same"}, "different people"),
        ({"system": "no spaces"}, "no spaces"),
        ({"region_code": "650000"}, "needs both"),
        ({"region_code": "65", "region_name": "x"}, "six digits"),
        ({"system": "taken"}, "taken"),
        ({"region_code": "000000", "region_name": "x"}, "another kind"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_left_behind(options: dict[str, Any], words: str) -> None:
    User.objects.create_user("taken", name="taken")
    with pytest.raises(CommandError, match=words):
        create(**options)
    assert (User.objects.count(), OrgUnit.objects.count()) == (1, 0)


def test_the_first_administrator_brings_in_the_rest(tmp_path: Path) -> None:
    create(**REGION)
    tree = [
        unit_row("650100", superior="650000", kind="地（州、市）", division="乌鲁木齐市"),
        unit_row("650102", superior="乌鲁木齐市", kind="县（市、区）", division="天山区"),
        unit_row("650102-001", superior="天山区"),
    ]
    file = tmp_path / "roster.xlsx"
    file.write_bytes(roster_file(tree, [person_row("zhang")]))
    run_import(file, "sysadmin", apply=True)
    assert Viewer(User.objects.get(username="zhang"), now()).can("fill", OrgUnit.objects.get(code="650102-001"))


# ── import_roster ──────────────────────────────────────────────────────────


@pytest.fixture
def world() -> World:
    return build_world()


@pytest.fixture
def admin(world: World) -> str:
    return person("admin", "system_admin", world.region).username


def test_a_dry_run_is_the_default_and_apply_writes(admin: str, tmp_path: Path) -> None:
    file = tmp_path / "roster.xlsx"
    file.write_bytes(roster_file([unit_row("n1")], [person_row("zhang", unit="n1")]))
    assert "New: 2" in run_import(file, admin)
    assert not User.objects.filter(username="zhang").exists()
    links = tmp_path / "links.xlsx"
    assert "has been imported" in run_import(file, admin, apply=True, links=links, address="https://x.example")
    assert links.stat().st_mode & 0o077 == 0
    (row,) = load_workbook(links).worksheets[0].iter_rows(min_row=2, values_only=True)
    assert row[0] == "zhang"
    assert str(row[3]).startswith("https://x.example/set-password/")
    assert "Nothing was changed" in run_import(file, admin, apply=True)


def test_faults_are_told_with_their_cells_and_nothing_is_written(admin: str, tmp_path: Path) -> None:
    file = tmp_path / "roster.xlsx"
    file.write_bytes(roster_file([unit_row("n1", opened_on="never")], [person_row("zhang")]))
    told = io.StringIO()
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_roster", str(file), login=admin, apply=True, stdout=io.StringIO(), stderr=told)
    assert "机构!F2" in told.getvalue()
    assert not User.objects.filter(username="zhang").exists()


def test_who_may_not_and_what_is_no_file_is_refused(world: World, admin: str, tmp_path: Path) -> None:
    file = tmp_path / "roster.xlsx"
    file.write_bytes(b"nothing")
    with pytest.raises(CommandError, match="cannot be read"):
        run_import(file, admin)
    with pytest.raises(CommandError, match="Only a system administrator"):
        run_import(file, world.auditor.username)
    with pytest.raises(CommandError, match="no account"):
        run_import(file, "ghost")
    with pytest.raises(CommandError, match="No such file"):
        run_import(tmp_path / "absent.xlsx", admin)
