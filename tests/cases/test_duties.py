"""Separation of duties (三员分立): who may hold what beside what, and how two people make an appointment."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from cases.access import Viewer, appoint
from cases.accounts import proposing, rosters
from cases.accounts.models import Proposal
from cases.duties import ALONE, kept_apart, violations
from cases.errors import Conflict, Invalid, OutOfScope, Refusal, WrongRole
from cases.models import Appointment, RosterImport, User
from cases.models.audit import SystemEvent
from cases.roles import RULES, Role
from cases.roster.apply import import_roster
from tests.cases.roster_files import person_row, roster_file
from tests.worlds import BEGINNING, World, build_world, moment, person

pytestmark = pytest.mark.django_db
AT = moment("2021-05-12 10:00")
TODAY = dt.date(2021, 5, 12)


@pytest.fixture
def world() -> World:
    return build_world()


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def newcomer(world: World) -> User:
    return person("新来的")


def propose(world: World, user: User, **changes: Any) -> Proposal:
    given: dict[str, Any] = {
        "unit": world.county,
        "role": Role.COUNTY_OFFICER,
        "valid_from": TODAY,
        "valid_until": None,
        "by": world.security_admin,
        "at": AT,
        "reason": "岗位补员",
    } | changes
    return proposing.propose(user, given.pop("unit"), given.pop("role"), **given)


def second_admin(world: World) -> User:
    return person("第二安全管理员", Role.SECURITY_ADMIN, world.region)


# ── who holds what beside what ─────────────────────────────────────────────


@pytest.mark.parametrize("role", sorted(ALONE))
@pytest.mark.parametrize("other", sorted(set(Role) - {Role.NATION_OFFICER, Role.NATIONAL_EXPERT}))
def test_an_administrator_an_auditor_and_an_inspector_hold_nothing_else(world: World, role: str, other: str) -> None:
    places = [world.region, world.prefecture, world.county, world.institution]
    place = next((each for each in places if each.kind in RULES[other].kinds), None)
    if place is None or other == role:
        return
    first = person("甲", role, world.region)
    with pytest.raises(Invalid, match="separate_duties"):
        appoint(first, place, other, valid_from=TODAY)
    second = person("乙", other, place)
    with pytest.raises(Invalid, match="separate_duties"):
        appoint(second, world.region, role, valid_from=TODAY)


def test_one_after_the_other_is_no_conflict(world: World) -> None:
    someone = person("甲", Role.SYSTEM_ADMIN, world.region, valid_until=TODAY)
    appoint(someone, world.region, Role.REGION_OFFICER, valid_from=TODAY)
    assert violations(TODAY) == []
    assert violations(TODAY - dt.timedelta(days=1)) == []


def test_the_same_duty_in_two_places_is_one_duty(world: World) -> None:
    someone = person("甲", Role.INSPECTOR, world.prefecture)
    appoint(someone, world.other_prefecture, Role.INSPECTOR, valid_from=TODAY)
    assert violations(TODAY) == []


def test_what_was_written_past_the_rule_is_found(world: World) -> None:
    Appointment.objects.filter(user=world.region_officer).update(user=world.auditor)
    assert violations(TODAY) == [(world.auditor, [Role.AUDITOR, Role.REGION_OFFICER])]


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
def test_the_three_carry_no_grant_on_a_case(role: str) -> None:
    assert RULES[role].grants <= {"manage_people", "manage_roles", "audit_system"}
    assert "view" not in RULES[role].grants


def test_an_inspector_reads_and_does_nothing_else() -> None:
    assert RULES[Role.INSPECTOR].grants == {"view", "inspect"}


def test_only_roles_that_watch_are_kept_apart_from_everything() -> None:
    assert kept_apart(Role.COUNTY_OFFICER) == {str(role) for role in ALONE}
    assert kept_apart(Role.AUDITOR) == {str(role) for role in Role} - {Role.AUDITOR}


# ── two people ─────────────────────────────────────────────────────────────


def test_what_is_proposed_counts_for_nothing_until_another_confirms(world: World, newcomer: User) -> None:
    proposal = propose(world, newcomer)
    assert not Viewer(newcomer, AT).grants
    held = proposing.confirm(proposal, by=second_admin(world), at=AT)
    assert {grant.permission for grant in Viewer(newcomer, AT).grants} == RULES[Role.COUNTY_OFFICER].grants
    proposal.refresh_from_db()
    assert (proposal.state, proposal.appointment) == ("confirmed", held)
    verbs = set(SystemEvent.objects.filter(at=AT).values_list("verb", flat=True))
    assert {"propose", "appoint"} <= verbs


def test_nobody_confirms_what_they_proposed_nor_their_own_post(world: World, newcomer: User) -> None:
    other = second_admin(world)
    mine = propose(world, newcomer)
    with pytest.raises(WrongRole, match="not_the_second_person"):
        proposing.confirm(mine, by=world.security_admin, at=AT)
    about = propose(world, person("丙"), by=other)
    Proposal.objects.filter(pk=about.pk).update(user=world.security_admin)
    with pytest.raises(WrongRole, match="not_the_second_person"):
        proposing.confirm(about, by=world.security_admin, at=AT)


def test_the_database_knows_that_two_people_are_two(world: World, newcomer: User) -> None:
    mine = propose(world, newcomer)
    for decider in (world.security_admin, newcomer, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(pk=mine.pk).update(state="confirmed", decided_by=decider)


LADDER = {
    "another security administrator": (["second"], Role.SECURITY_ADMIN),
    "the head of the unit where there is no other": ([], Role.COUNTY_APPROVER),
    "the auditor where the unit has no head": (["no head"], Role.AUDITOR),
    "nobody where there is none of them": (["no head", "no auditor"], ""),
}


@pytest.mark.parametrize("case", LADDER)
def test_the_second_person_is(world: World, newcomer: User, case: str) -> None:
    given, expected = LADDER[case]
    second = second_admin(world) if "second" in given else None
    for absent, role in (("no head", Role.COUNTY_APPROVER), ("no auditor", Role.AUDITOR)):
        if absent in given:
            Appointment.objects.filter(role=role).update(valid_until=BEGINNING + dt.timedelta(days=1))
    proposal = propose(world, newcomer)
    duty, people = proposing.confirmers(proposal, TODAY)
    assert duty == expected
    may = {
        user for user in [*world.people.values(), second] if user and proposing.may_confirm(proposal, Viewer(user, AT))
    }
    assert may == set(people)
    assert all(held.role == expected for user in may for held in user.appointments.all())


def test_a_security_administrator_of_elsewhere_neither_proposes_nor_confirms(world: World, newcomer: User) -> None:
    stranger = person("别处的", Role.SECURITY_ADMIN, world.other_prefecture)
    with pytest.raises(OutOfScope):
        propose(world, newcomer, by=stranger)
    proposal = propose(world, newcomer)
    assert not Proposal.objects.visible_to(Viewer(stranger, AT)).exists()
    with pytest.raises(WrongRole):
        proposing.confirm(proposal, by=stranger, at=AT)


@pytest.mark.parametrize("role", ["system_admin", "auditor", "inspector", "region_head", "county_officer", "nobody"])
def test_nobody_else_proposes(world: World, newcomer: User, role: str) -> None:
    with pytest.raises(WrongRole, match="not_a_granter"):
        propose(world, newcomer, by=world.people[role])


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "from yesterday": ({"valid_from": TODAY - dt.timedelta(days=1)}, "begins_in_the_past"),
    "without a day": ({"valid_until": TODAY}, "ends_before_it_begins"),
    "without a reason": ({"reason": " "}, "reason_missing"),
    "with an endless reason": ({"reason": "因" * 201}, "reason_too_long"),
    "at a unit of another kind": ({"role": Role.REGION_HEAD}, "role_at_wrong_unit"),
    "in no role": ({"role": "emperor"}, "role_at_wrong_unit"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_proposal_is_refused(world: World, newcomer: User, case: str) -> None:
    changes, code = REFUSED[case]
    with pytest.raises(Invalid, match=code):
        propose(world, newcomer, **changes)
    assert not Proposal.objects.exists()


def test_nobody_proposes_themselves_or_a_disabled_account_or_twice(world: World, newcomer: User) -> None:
    with pytest.raises(Invalid, match="for_oneself"):
        propose(world, world.security_admin)
    propose(world, newcomer)
    with pytest.raises(Conflict, match="proposed_already"):
        propose(world, newcomer)
    with pytest.raises(Invalid, match="held_already"):
        propose(world, world.county_officer)
    newcomer.is_active = False
    newcomer.save()
    with pytest.raises(Conflict, match="account_closed"):
        propose(world, newcomer, role=Role.COUNTY_APPROVER)


def test_a_proposal_is_decided_once(world: World, newcomer: User) -> None:
    other = second_admin(world)
    proposal = propose(world, newcomer)
    proposing.decline(proposal, by=other, at=AT, reason="名字不对")
    for act in (proposing.confirm, proposing.withdraw):
        with pytest.raises(Refusal):
            act(proposal, by=other, at=AT)
    assert not newcomer.appointments.exists()
    again = propose(world, newcomer)
    with pytest.raises(WrongRole):
        proposing.withdraw(again, by=other, at=AT)
    proposing.withdraw(again, by=world.security_admin, at=AT)
    assert set(Proposal.objects.values_list("state", flat=True)) == {"declined", "withdrawn"}


def test_what_waited_too_long_begins_on_the_day_of_the_confirmation(world: World, newcomer: User) -> None:
    proposal = propose(world, newcomer, valid_until=dt.date(2021, 6, 1))
    held = proposing.confirm(proposal, by=second_admin(world), at=moment("2021-05-20 09:00"))
    assert (held.valid_from, held.valid_until) == (dt.date(2021, 5, 20), dt.date(2021, 6, 1))
    late = propose(world, person("丁"), valid_until=dt.date(2021, 6, 1))
    with pytest.raises(Conflict, match="proposal_over"):
        proposing.confirm(late, by=person("戊", Role.SECURITY_ADMIN, world.region), at=moment("2021-06-01 09:00"))


# ── ending, and naming the next holder in one step ─────────────────────────


def test_a_successor_takes_over_on_the_day_with_no_gap_and_no_overlap(world: World, newcomer: User) -> None:
    first = dt.date(2021, 6, 1)
    held = world.county_officer.appointments.get()
    proposal = propose(world, newcomer, ends=held, valid_from=first)
    held.refresh_from_db()
    assert held.valid_until is None
    proposing.confirm(proposal, by=second_admin(world), at=AT)
    held.refresh_from_db()
    assert held.valid_until == first == newcomer.appointments.get().valid_from


def test_a_successor_is_of_the_same_post(world: World, newcomer: User) -> None:
    with pytest.raises(Invalid, match="other_post"):
        propose(world, newcomer, ends=world.county_approver.appointments.get(), valid_from=dt.date(2021, 6, 1))
    with pytest.raises(Invalid, match="succeeds_oneself"):
        propose(world, world.county_officer, ends=world.county_officer.appointments.get())


def test_one_person_ends_a_post(world: World) -> None:
    held = world.county_officer.appointments.get()
    proposing.end_appointment(held, last_day=TODAY, by=world.security_admin, at=AT, reason="调离")
    held.refresh_from_db()
    assert held.valid_until == TODAY + dt.timedelta(days=1)
    assert held.history.latest().history_change_reason == "调离"
    with pytest.raises(WrongRole):
        proposing.end_appointment(held, last_day=TODAY, by=world.system_admin, at=AT, reason="调离")


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "auditor"])
def test_the_last_holder_of_a_duty_is_only_succeeded(world: World, role: str) -> None:
    held = world.people[role].appointments.get()
    with pytest.raises(Invalid, match="last_of_its_duty"):
        proposing.end_appointment(held, last_day=TODAY, by=world.security_admin, at=AT, reason="退休")
    person("后任", role, world.region)
    proposing.end_appointment(held, last_day=TODAY, by=world.security_admin, at=AT, reason="退休")


# ── the roster ─────────────────────────────────────────────────────────────


@pytest.fixture
def imported(world: World, settings: Any) -> RosterImport:
    settings.ROSTER_NEEDS_CONFIRMATION = True
    people = [person_row("zhang", unit="650102-001"), person_row("li", unit="650102-002")]
    done = import_roster(roster_file([], people), name="名册.xlsx", viewer=Viewer(world.system_admin, AT))
    assert done is not None
    return done


def test_what_a_roster_grants_waits_for_a_security_administrator(world: World, imported: RosterImport) -> None:
    zhang = User.objects.get(username="zhang")
    assert not zhang.appointments.exists()
    assert rosters.confirm_all(imported, by=world.security_admin, at=AT) == 2
    assert zhang.appointments.get().valid_from == Proposal.objects.get(user=zhang).valid_from
    assert not Proposal.objects.waiting().exists()
    with pytest.raises(Conflict):
        rosters.confirm_all(imported, by=world.security_admin, at=AT)


@pytest.mark.parametrize("role", ["system_admin", "auditor", "inspector", "region_head"])
def test_nobody_else_confirms_a_roster(world: World, imported: RosterImport, role: str) -> None:
    with pytest.raises(WrongRole, match="not_the_second_person"):
        rosters.confirm_all(imported, by=world.people[role], at=AT)


def test_a_roster_of_a_wider_area_is_not_confirmed_by_a_part_of_it(world: World, imported: RosterImport) -> None:
    narrow = person("窄", Role.SECURITY_ADMIN, world.other_prefecture)
    with pytest.raises(WrongRole):
        rosters.confirm_all(imported, by=narrow, at=AT)


def test_importing_the_same_roster_again_proposes_nothing_twice(world: World, imported: RosterImport) -> None:
    people = [person_row("zhang", unit="650102-001")]
    import_roster(roster_file([], people), name="又一次.xlsx", viewer=Viewer(world.system_admin, AT))
    assert Proposal.objects.waiting().count() == 2


def test_a_roster_ends_a_post_at_once(world: World, settings: Any) -> None:
    settings.ROSTER_NEEDS_CONFIRMATION = True
    held = world.institution_filler.appointments.get()
    row = person_row(
        world.institution_filler.username,
        unit="650102-001",
        name=world.institution_filler.name,
        valid_from=held.valid_from,
        valid_until=TODAY,
    )
    import_roster(roster_file([], [row]), name="离任.xlsx", viewer=Viewer(world.system_admin, AT))
    held.refresh_from_db()
    assert held.valid_until == TODAY
    assert not Proposal.objects.exists()
