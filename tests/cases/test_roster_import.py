"""Importing a roster: who may, what is refused and why, all or nothing, and twice is once."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from cases.access import Viewer, appoint
from cases.appointing import Seat, appoint_all
from cases.errors import Conflict, Invalid, WrongRole
from cases.models import Appointment, Case, OrgUnit, OrgUnitGroupObjectPermission, RosterImport, User
from cases.orgtree import add_unit, add_units
from cases.roster import apply as writing
from cases.roster.apply import RosterRefused, check_roster, import_roster
from cases.roster.layout import SHEETS
from cases.roster.links import fresh_links, links_file, waiting
from cases.roster.plan import Plan, What
from cases.roster.report import report_file
from cases.roster.rules import make_plan
from cases.roster.workbook import Book, Row, Table, read
from tests.cases.roster_files import person_row, roster_file, sheets, unit_row
from tests.story import Story
from tests.worlds import World, build_world, moment, person, unit

AT = moment("2021-05-12")


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def viewer(world: World) -> Viewer:
    return world.viewer("system_admin", AT)


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def admin_of(seat: OrgUnit) -> Viewer:
    return Viewer(person("admin", "system_admin", seat), AT)


def faults(content: bytes, viewer: Viewer) -> list[tuple[str, str]]:
    """The cell and the message of every fault."""
    return [(fault.cell, fault.message) for fault in check_roster(content, viewer).faults]


def the_fault(content: bytes, viewer: Viewer) -> tuple[str, str]:
    """The only fault of a file."""
    found = faults(content, viewer)
    assert len(found) == 1, found
    return found[0]


def state() -> list[Any]:
    """Everything that an import may write, histories included."""
    history = [model.history.count() for model in (OrgUnit, User, Appointment)]
    rows = [
        list(OrgUnit.objects.order_by("pk").values_list()),
        list(User.objects.order_by("pk").values_list()),
        list(Appointment.objects.order_by("pk").values_list()),
        Group.objects.count(),
        OrgUnitGroupObjectPermission.objects.count(),
        RosterImport.objects.count(),
    ]
    return [*rows, *history]


TREE = [
    unit_row("650104-9", superior="新市区", name="新市区康宁护理院"),  # before its superior, called by its name
    unit_row("650104", name="新市区卫生健康委", superior="650100", kind="县级卫健委", division="新市区"),
]
PEOPLE = [
    person_row("zhang.san", unit="650104-9"),
    person_row("zhang.san", unit="650104-9", role="负责人", valid_from="2021-06-01", valid_until="2022-01-01"),
    person_row("li.si", name="李四", unit="650104", role="经办人", phone=None),
]


# ── what is written ────────────────────────────────────────────────────────


def test_a_whole_branch_with_its_people_comes_in_with_one_file(world: World, viewer: Viewer) -> None:
    done = import_roster(roster_file(TREE, PEOPLE), name="名册.xlsx", viewer=viewer)
    assert done is not None
    assert done.counts == {
        "units_new": 2,
        "units_changed": 0,
        "people_new": 2,
        "people_changed": 0,
        "appointments_new": 3,
        "appointments_changed": 0,
    }
    county = OrgUnit.objects.get(code="650104")
    institution = OrgUnit.objects.get(code="650104-9")
    assert (county.superior, institution.superior) == (world.prefecture, county)
    assert institution.path.startswith(county.path)
    assert OrgUnit.objects.find_problems() == ([], [], [], [], [])
    zhang = User.objects.get(username="zhang.san")
    assert (zhang.name, zhang.phone, zhang.has_usable_password()) == ("阿依努尔", "13800000000", False)
    head = zhang.appointments.get(role="institution_head")
    assert (head.valid_from, head.valid_until) == (dt.date(2021, 6, 1), dt.date(2022, 1, 1))
    assert User.objects.get(username="li.si").appointments.get().role == "county_officer"


def test_new_people_have_the_grants_of_their_posts(world: World, viewer: Viewer) -> None:
    import_roster(roster_file(TREE, PEOPLE), name="x", viewer=viewer)
    zhang = Viewer(User.objects.get(username="zhang.san"), AT)
    assert zhang.can("fill", OrgUnit.objects.get(code="650104-9"))
    assert not zhang.can("fill", world.institution)


def test_every_record_names_the_administrator_and_the_moment(world: World, viewer: Viewer) -> None:
    import_roster(roster_file(TREE, PEOPLE), name="x", viewer=viewer)
    for record in (
        OrgUnit.objects.get(code="650104"),
        OrgUnit.objects.get(code="650104-9"),
        User.objects.get(username="li.si"),
        Appointment.objects.get(user__username="li.si"),
    ):
        line: Any = record.history.get()
        assert (line.history_user, line.history_date, line.history_type) == (viewer.user, AT, "+")


def test_the_same_file_a_second_time_changes_nothing(world: World, viewer: Viewer) -> None:
    content = roster_file(TREE, PEOPLE)
    import_roster(content, name="x", viewer=viewer)
    before = state()
    assert import_roster(content, name="x", viewer=viewer) is None
    assert state() == before
    assert {outcome.what for outcome in check_roster(content, viewer).outcomes} == {What.UNCHANGED}


def test_what_exists_is_brought_up_to_date_and_the_check_shows_old_and_new(world: World, viewer: Viewer) -> None:
    import_roster(roster_file(TREE, PEOPLE), name="x", viewer=viewer)
    renamed = unit_row("650104-9", superior="650104", name="新市区安康护理院", closed_on="2022-01-01")
    ended = person_row(
        "li.si", name="李思", phone="13900000000", unit="650104", role="经办人", valid_until="2021-12-31"
    )
    content = roster_file([renamed], [ended])
    plan = check_roster(content, viewer)
    assert [outcome.what for outcome in plan.outcomes] == [What.CLOSED, What.CLOSED]
    changes = [(str(c.label), str(c.old), str(c.new)) for outcome in plan.outcomes for c in outcome.changes]
    assert changes == [
        ("Name", "新市区康宁护理院", "新市区安康护理院"),
        ("Valid until", "(none)", "2022-01-01"),
        ("Name", "李四", "李思"),
        ("Phone", "(none)", "13900000000"),
        ("Valid until", "(none)", "2021-12-31"),
    ]
    done = import_roster(content, name="y", viewer=viewer)
    assert done is not None
    assert done.counts["units_changed"] == done.counts["people_changed"] == done.counts["appointments_changed"] == 1
    assert OrgUnit.objects.get(code="650104-9").closed_on == dt.date(2022, 1, 1)
    li = User.objects.get(username="li.si")
    assert (li.name, li.phone, li.history.count()) == ("李思", "13900000000", 2)
    assert li.appointments.get().valid_until == dt.date(2021, 12, 31)


def test_a_column_that_is_left_out_leaves_its_field_alone(world: World, viewer: Viewer) -> None:
    import_roster(roster_file([], [person_row("wang")]), name="x", viewer=viewer)
    rows = [
        ["登录名", "姓名", "单位编码", "角色", "任职起", "任职止"],
        ["wang", "王五", "650102-001", "填报人", "2021-01-01", ""],
    ]
    import_roster(sheets({"人员": rows}), name="x", viewer=viewer)
    wang = User.objects.get(username="wang")
    assert (wang.name, wang.phone) == ("王五", "13800000000")


@pytest.mark.parametrize("step", ["add_units", "appoint_all", "_write_people"])
def test_a_failure_in_the_middle_leaves_nothing(
    world: World, viewer: Viewer, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = state()
    sound: Callable[..., Any] = getattr(writing, step)

    def break_after(*args: Any, **fields: Any) -> None:
        sound(*args, **fields)
        raise OSError("the disk is full")

    monkeypatch.setattr(writing, step, break_after)
    with pytest.raises(OSError, match="the disk is full"):
        import_roster(roster_file(TREE, PEOPLE), name="x", viewer=viewer)
    assert state() == before


def test_one_faulty_row_keeps_the_whole_file_out(world: World, viewer: Viewer) -> None:
    before = state()
    with pytest.raises(RosterRefused) as refusal:
        import_roster(roster_file(TREE, [*PEOPLE, person_row("x", unit="999")]), name="x", viewer=viewer)
    assert refusal.value.status == 422
    assert [fault.cell for fault in refusal.value.plan.faults] == ["D5"]
    assert state() == before


def test_two_who_write_the_same_are_told_so(world: World, viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = check_roster(roster_file(TREE, PEOPLE), viewer)
    import_roster(roster_file(TREE, PEOPLE), name="x", viewer=viewer)
    monkeypatch.setattr(writing, "make_plan", lambda *_args: plan)
    before = state()
    with pytest.raises(Conflict):
        import_roster(roster_file(TREE, PEOPLE), name="x", viewer=viewer)
    assert state() == before


def test_the_number_of_queries_does_not_grow_with_the_rows(world: World, viewer: Viewer) -> None:
    def queries(prefix: str, size: int) -> int:
        units = [unit_row(f"{prefix}{number}") for number in range(size)]
        people = [person_row(f"{prefix}{number}", unit=f"{prefix}{number}") for number in range(size)]
        with CaptureQueriesContext(connection) as queries:
            import_roster(roster_file(units, people), name="x", viewer=viewer)
        return len(queries)

    queries("w", 1)
    assert queries("b", 60) == queries("a", 2) <= 45


def test_set_wise_writing_makes_the_same_rows_as_one_by_one(world: World) -> None:
    by = world.system_admin
    fields = {"kind": "institution", "opened_on": dt.date(2021, 1, 1)}
    add_units(
        world.county,
        [OrgUnit(code="s1", name="s1", **fields), OrgUnit(code="s2", name="s2", **fields)],
        by=by,
        at=AT,
    )
    third = add_unit(world.county, by=by, at=AT, code="s3", name="s3", **fields)
    first, second = OrgUnit.objects.filter(code__in=("s1", "s2"))
    steps = [int(each.path[-1]) for each in (first, second, third)]
    assert steps == [steps[0], steps[0] + 1, steps[0] + 2]
    assert OrgUnit.objects.find_problems() == ([], [], [], [], [])
    assert OrgUnit.objects.get(pk=world.county.pk).numchild == 5

    li, wang = person("li"), person("wang")
    day = dt.date(2021, 1, 1)
    one = appoint(li, first, "institution_head", valid_from=day, by=by, at=AT)
    appoint_all([Seat(wang, second, "institution_head", day, None)], by=by, at=AT)
    other = Appointment.objects.get(user=wang)

    def rows(held: Appointment) -> list[Any]:
        grants = held.post.group.orgunitgroupobjectpermission_set.order_by("permission")
        line: Any = held.history.get()
        told = (line.history_user, line.history_date, line.history_type, line.valid_from, line.valid_until)
        return [
            held.role,
            held.post.role,
            held.post.group.name.replace(held.unit.code, ""),
            [grant.permission.codename for grant in grants],
            told,
        ]

    assert rows(one) == rows(other)
    with pytest.raises(Invalid):
        appoint_all([Seat(wang, second, "county_officer", day, None)], by=by, at=AT)


# ── who may ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["county_officer", "region_head", "security_admin", "auditor", "nobody"])
def test_only_a_system_administrator_imports(world: World, role: str) -> None:
    for attempt in (check_roster, lambda content, viewer: import_roster(content, name="x", viewer=viewer)):
        with pytest.raises(WrongRole):
            attempt(roster_file([], [person_row("zhang")]), world.viewer(role, AT))


def test_an_administrator_of_the_past_no_longer_imports(world: World) -> None:
    past = person("past", "system_admin", world.region, valid_until=dt.date(2021, 5, 12))
    with pytest.raises(WrongRole):
        check_roster(roster_file(), Viewer(past, AT))


def test_rows_outside_the_own_area_are_refused_without_telling_whose_they_are(world: World) -> None:
    viewer = admin_of(world.other_prefecture)
    found = faults(
        roster_file(
            [unit_row("650102-001"), unit_row("n1"), unit_row("n2", superior="天山区")],
            [person_row("zhang"), person_row("li", unit="650102", role="经办人")],
        ),
        viewer,
    )
    assert [cell for cell, _message in found] == ["A2", "C3", "C4", "D2", "D3"]
    assert "康宁" not in str(found)


def test_somebody_of_another_area_is_neither_renamed_nor_appointed(world: World) -> None:
    stranger = world.other_officer
    viewer = admin_of(world.other_prefecture)
    seat = unit("county", "克拉玛依区卫生健康委", "650203", world.other_prefecture)
    row = person_row(stranger.username, unit=seat.code, role="经办人")
    assert "outside the area" in the_fault(roster_file([], [row]), viewer)[1]


def test_somebody_who_moved_away_belongs_to_their_new_area_only(world: World) -> None:
    mover = world.expired
    seat = unit("county", "克拉玛依区卫生健康委", "650203", world.other_prefecture)
    appoint(mover, seat, "county_officer", valid_from=dt.date(2020, 1, 1))
    row = person_row(mover.username, unit="650102", role="经办人")
    assert "outside the area" in the_fault(roster_file([], [row]), admin_of(world.prefecture))[1]
    row = person_row(mover.username, unit="650203", role="经办人", valid_from="2020-01-01")
    assert faults(roster_file([], [row]), admin_of(world.other_prefecture)) == []


@pytest.mark.parametrize("role", ["系统管理员", "安全保密管理员", "审计员", "监督检查人员", "system_admin"])
def test_a_file_appoints_no_administrator_auditor_or_inspector(world: World, viewer: Viewer, role: str) -> None:
    cell, message = the_fault(roster_file([], [person_row("zhang", unit="650000", role=role)]), viewer)
    assert cell == "E2"
    assert "not appointed by a file" in message


def test_a_file_does_not_touch_an_administrator(world: World, viewer: Viewer) -> None:
    row = person_row(world.auditor.username, name="另一人")
    assert the_fault(roster_file([], [row]), viewer)[0] == "A2"


def test_blocked_accounts_and_those_of_no_person_are_left_alone(world: World, viewer: Viewer) -> None:
    User.objects.filter(pk=world.colleague.pk).update(is_active=False)
    User.objects.create_superuser("root", password="correct horse", name="root")
    blocked = person_row(world.colleague.username, unit="650102", role="经办人", valid_from="2019-01-01")
    rows = [blocked, person_row("root")]
    assert [cell for cell, _message in faults(roster_file([], rows), viewer)] == ["A2", "A3"]


def test_health_authorities_are_entered_from_the_region_up(world: World) -> None:
    assert check_roster(roster_file(TREE), admin_of(world.region)).faults == []
    found = faults(roster_file(TREE), admin_of(world.prefecture))
    assert [cell for cell, _message in found] == ["C2", "D3"]
    assert check_roster(roster_file([unit_row("n1")]), admin_of(world.prefecture)).faults == []


# ── rows that are wrong ────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("row", "cell", "message"),
    [
        (unit_row(""), "A2", "empty"),
        (unit_row("A 1"), "A2", "digits, letters and hyphens"),
        (unit_row("A" * 19), "A2", "longer than 18"),
        (unit_row(916501007981000000), "A2", "lost digits"),
        (unit_row("n1", name=None), "B2", "empty"),
        (unit_row("n1", name="=A1"), "B2", "formula"),
        (unit_row("n1", superior=None), "C2", "empty"),
        (unit_row("n1", superior="沙坪坝区"), "C2", "No such unit"),
        (unit_row("n1", superior="650100"), "C2", "belongs to: County"),
        (unit_row("n1", superior="650102-001"), "C2", "belongs to: County"),
        (unit_row("n1", kind="超市"), "D2", "no such kind"),
        (unit_row("n1", kind="县级卫健委", superior="650100"), "A2", "six digits"),
        (unit_row("000001", kind="国家", superior=None), "D2", "set up once"),
        (unit_row("n1", opened_on=None), "F2", "empty"),
        (unit_row("n1", opened_on="5月"), "F2", "not a date"),
        (unit_row("n1", closed_on="2021-01-01"), "G2", "not after"),
        (unit_row("650102-001", superior="650103"), "C2", "does not move"),
        (unit_row("650102-001", kind="县级卫健委"), "A2", "six digits"),
        (unit_row("650102", superior="650100", kind="医院"), "D2", "can no longer change"),
    ],
)
def test_a_faulty_unit_is_named_with_its_cell(viewer: Viewer, row: list[Any], cell: str, message: str) -> None:
    found = dict(faults(roster_file([row]), viewer))
    assert message in found[cell]


@pytest.mark.parametrize(
    ("row", "cell", "message"),
    [
        (person_row(""), "A2", "empty"),
        (person_row("张 三"), "A2", "only letters"),
        (person_row("zhang", name=""), "B2", "empty"),
        (person_row("zhang", phone="12"), "C2", "not a phone number"),
        (person_row("zhang", unit="999"), "D2", "No such unit"),
        (person_row("zhang", role="院长"), "E2", "no such role"),
        (person_row("zhang", role="经办人"), "E2", "cannot be held"),
        (person_row("zhang", valid_from=None), "F2", "empty"),
        (person_row("zhang", valid_from="2021"), "F2", "not a date"),
        (person_row("zhang", valid_until="2020-12-31"), "G2", "not after"),
        (person_row("zhang", valid_until="=TODAY()"), "G2", "formula"),
    ],
)
def test_a_faulty_person_is_named_with_the_cell(viewer: Viewer, row: list[Any], cell: str, message: str) -> None:
    assert the_fault(roster_file([], [row]), viewer)[0] == cell
    assert message in the_fault(roster_file([], [row]), viewer)[1]


def test_every_fault_of_every_row_is_told_at_once_with_what_to_do(viewer: Viewer) -> None:
    bad = unit_row("n 1", kind="超市", opened_on="soon")
    plan = check_roster(roster_file([bad, unit_row("n2", superior=None)], [person_row("张 三", role="院长")]), viewer)
    assert [fault.cell for fault in plan.faults] == ["A2", "D2", "F2", "C3", "A2", "E2"]
    assert [fault.cell for fault in plan.faults if not fault.hint] == []
    assert {(fault.sheet, fault.row) for fault in plan.faults} == {("机构", 2), ("机构", 3), ("人员", 2)}
    assert {fault.value for fault in plan.faults} >= {"超市", "soon", "院长"}


def test_rows_that_stand_twice_are_named(viewer: Viewer) -> None:
    people = [
        person_row("zhang"),
        person_row("zhang"),
        person_row("zhang", role="负责人", name="张三", phone="1390000000"),
    ]
    found = faults(roster_file([unit_row("n1"), unit_row("n1")], people), viewer)
    assert [cell for cell, _message in found] == ["A3", "A3", "B4", "C4"]
    assert all("row 2" in message.lower() for _cell, message in found)


def test_nobody_is_appointed_twice_at_the_same_time(world: World, viewer: Viewer) -> None:
    login = world.institution_filler.username  # holds the role since 2019 without end
    again = person_row(login, name="institution_filler", phone=None)
    assert "2019-01-01" in the_fault(roster_file([], [again]), viewer)[1]
    ended = person_row(login, name="institution_filler", phone=None, valid_from="2019-01-01", valid_until="2021-01-01")
    assert faults(roster_file([], [ended, again]), viewer) == []


def test_a_closed_unit_takes_nobody_and_no_new_unit(world: World, viewer: Viewer) -> None:
    closed = unit_row("650102-001", name="天山区康宁护理院", opened_on="2019-01-01", closed_on="2021-01-01")
    assert the_fault(roster_file([closed], [person_row("zhang")]), viewer)[0] == "F2"
    OrgUnit.objects.filter(pk=world.county.pk).update(closed_on=dt.date(2020, 1, 1))
    assert the_fault(roster_file([unit_row("n1")]), viewer)[0] == "C2"


def test_a_name_that_several_units_have_needs_the_code(world: World, viewer: Viewer) -> None:
    unit("county", "又一个", "650204", world.other_prefecture, division="天山区")
    assert "Several" in the_fault(roster_file([unit_row("n1", superior="天山区")]), viewer)[1]


def test_the_kind_of_an_institution_is_corrected_only_while_it_has_no_case(world: World, viewer: Viewer) -> None:
    row = unit_row("650102-001", name="天山区康宁护理院", kind="医院", opened_on="2019-01-01")
    assert faults(roster_file([row]), viewer) == []
    Story.open(world)
    assert Case.objects.filter(unit=world.institution).exists()
    assert the_fault(roster_file([row]), viewer)[0] == "D2"


def test_a_row_that_leans_on_a_faulty_one_says_so(viewer: Viewer) -> None:
    county = unit_row("650104", kind="县级卫健委", superior="650100", opened_on="never")
    found = faults(roster_file([county, unit_row("n1", superior="650104")], [person_row("li", unit="n1")]), viewer)
    assert [cell for cell, _message in found] == ["F2", "C3", "D2"]
    assert "faulty" in found[1][1]
    assert "faulty" in found[2][1]


# ── what is given back ─────────────────────────────────────────────────────


def test_the_report_gives_the_rows_back_marked_and_can_be_checked_again(viewer: Viewer) -> None:
    content = roster_file([unit_row("n1", opened_on="never")], [person_row("=zhang"), person_row("li")])
    book = read(content)
    report = report_file(book, make_plan(book, viewer))
    again = read(report)
    assert [row.values for row in again.tables["people"].rows][1]["login"] == "li"
    assert all(row.formulas == () for table in again.tables.values() for row in table.rows)
    assert len(again.tables["units"].ignored) == 2
    assert [cell for cell, _message in faults(report, viewer)] == ["F2", "A2"]


def test_links_are_for_those_without_a_password_and_a_new_one_voids_the_old(world: World, viewer: Viewer) -> None:
    done = import_roster(roster_file(TREE, PEOPLE), name="x", viewer=viewer)
    assert done is not None
    li, zhang = waiting(done, viewer)
    li.set_password("a long new password")
    li.save()
    (old,) = fresh_links(waiting(done, viewer), str)
    (new,) = fresh_links(waiting(done, viewer), str)
    assert (old.login, new.units) == (zhang.username, "新市区康宁护理院")
    assert Client().get(old.address, follow=True).status_code == 410
    assert Client().get(new.address, follow=True).status_code == 200
    assert list(waiting(done, admin_of(world.other_prefecture))) == []
    zhang.name = "=1+1"
    sheet = load_workbook(io.BytesIO(links_file(fresh_links([zhang], str)))).worksheets[0]
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1+1", "s")  # nothing typed becomes a formula
    zhang.appointments.update(valid_from=dt.date(2021, 1, 1), valid_until=dt.date(2021, 3, 1))
    appoint(zhang, world.region, "auditor", valid_from=dt.date(2021, 3, 1))
    assert list(waiting(done, viewer)) == []


# ── anything ───────────────────────────────────────────────────────────────

words = st.one_of(
    st.none(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=True),
    st.text(max_size=30),
    st.dates(),
    st.sampled_from(["650102", "650102-001", "n1", "n2", "天山区", "医院", "县级卫健委", "填报人", "经办人", "审计员"]),
    st.sampled_from(["2021-01-01", "2022-01-01", "zhang", "li", "user1"]),
)
unit_rows = st.lists(st.lists(words, min_size=7, max_size=7), max_size=4)


class AnyRows(TestCase):
    """Random rows never crash the check: every row has an outcome or a fault, and a sound plan can be written."""

    viewer: Viewer

    @classmethod
    def setUpTestData(cls) -> None:
        cls.viewer = build_world().viewer("system_admin", AT)

    @given(unit_rows, unit_rows)
    def test_any_row_gets_an_outcome_or_a_fault(self, units: list[list[Any]], people: list[list[Any]]) -> None:
        assert_told(units, people, self.viewer)


def assert_told(units: list[list[Any]], people: list[list[Any]], viewer: Viewer) -> None:
    tables = {}
    for sheet, rows in zip(SHEETS, (units, people), strict=True):
        keys = [column.key for column in sheet.columns]
        table = Table(sheet, sheet.zh, dict(zip(keys, keys, strict=True)), {key: n for n, key in enumerate(keys, 1)})
        table.rows = [Row(n, dict(zip(keys, row, strict=True))) for n, row in enumerate(rows, start=2)]
        tables[sheet.key] = table
    plan: Plan = make_plan(Book(tables), viewer)
    told = {(line.sheet, line.row) for line in plan.faults} | {(line.sheet, line.row) for line in plan.outcomes}
    assert told == {(table.title, row.number) for table in tables.values() for row in table.rows}
