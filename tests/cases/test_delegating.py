"""Cover for absence: who may put whose post into whose hands, for how long, and what that lets a person do."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.access import Viewer, appoint, grants_of
from cases.delegating import candidates, delegate, delegations, end_delegation
from cases.errors import Invalid, OutOfScope, Refusal, WrongRole
from cases.models import Appointment, User
from cases.roles import RULES, Role
from tests.worlds import World, build_world, moment, person

pytestmark = pytest.mark.django_db
AT = moment("2021-05-12 10:00")
TODAY = dt.date(2021, 5, 12)
MONDAY, FRIDAY = dt.date(2021, 5, 17), dt.date(2021, 5, 21)


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def post_of(user: User) -> Appointment:
    return Appointment.objects.get(user=user, delegated_by=None)


def give(world: World, absent: User, to: User, **changes: Any) -> Appointment:
    fields: dict[str, Any] = {"from_": MONDAY, "until": FRIDAY, "by": absent, "at": AT, "reason": "外出培训"} | changes
    return delegate(post_of(absent), to, **fields)


def fault(error: Any) -> str:
    """The field that a refusal names, or its code."""
    return next(iter(error.value.faults), error.value.code)


def test_the_delegate_holds_the_post_from_the_first_day_and_no_more_on_the_last(world: World) -> None:
    give(world, world.institution_head, world.institution_filler)
    filler = world.institution_filler
    may = {
        day: Viewer(filler, moment(day)).can("confirm", world.institution)
        for day in ("2021-05-16", "2021-05-17", "2021-05-20", "2021-05-21")
    }
    assert may == {"2021-05-16": False, "2021-05-17": True, "2021-05-20": True, "2021-05-21": False}


def test_a_grant_names_the_absent_person_and_the_own_appointment_comes_first(world: World) -> None:
    given = give(world, world.institution_head, world.institution_filler)
    viewer = Viewer(world.institution_filler, moment("2021-05-18"))
    confirm = viewer.grant_for("confirm", world.institution)
    assert confirm is not None
    assert (confirm.appointment_id, confirm.absent) == (given.pk, "institution_head")
    fill = viewer.grant_for("fill", world.institution)
    assert fill is not None
    assert fill.stands_in_for is None
    theirs = viewer.grant_for("fill", world.institution, owner=world.institution_head.pk)
    assert theirs is not None
    assert theirs.stands_in_for == world.institution_head.pk


REFUSED: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "to oneself": ("county_officer", "county_officer", {}, "to"),
    "to somebody of another unit": ("county_officer", "other_officer", {}, "to"),
    "to a superior": ("county_officer", "prefecture_officer", {}, "to"),
    "to a subordinate": ("county_officer", "institution_head", {}, "to"),
    "to somebody without a post": ("county_officer", "nobody", {}, "to"),
    "to somebody whose post has ended": ("county_officer", "expired", {}, "to"),
    "from officer to approver": ("county_officer", "county_approver", {}, "to"),
    "from approver to officer": ("county_approver", "county_officer", {}, "to"),
    "from prefecture officer to head": ("prefecture_officer", "prefecture_head", {}, "to"),
    "from region head to officer": ("region_head", "region_officer", {}, "to"),
    "between administrators": ("system_admin", "security_admin", {}, "to"),
    "from administrator to auditor": ("system_admin", "auditor", {}, "to"),
    "from administrator to an officer of the region": ("system_admin", "region_officer", {}, "to"),
    "from inspector to an officer of the region": ("inspector", "region_officer", {}, "to"),
    "from an officer of the region to an inspector": ("region_officer", "inspector", {}, "to"),
    "from yesterday": ("county_officer", "colleague", {"from_": dt.date(2021, 5, 11)}, "from_"),
    "without a day": ("county_officer", "colleague", {"until": MONDAY}, "until"),
    "without an end in sight": ("county_officer", "colleague", {"until": dt.date(2022, 5, 17)}, "until"),
    "without a reason": ("county_officer", "colleague", {"reason": " "}, "reason"),
    "with an endless reason": ("county_officer", "colleague", {"reason": "因" * 201}, "reason"),
    "a post without grants": ("national_expert", "colleague", {}, "role_not_delegated"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_delegation_is_refused(world: World, case: str) -> None:
    absent, to, changes, expected = REFUSED[case]
    with pytest.raises(Refusal) as error:
        give(world, world.people[absent], world.people[to], **changes)
    assert fault(error) == expected
    assert not Appointment.objects.exclude(delegated_by=None).exists()


ALLOWED = {
    "to a colleague of the same post": ("county_officer", "colleague"),
    "from head to filler": ("institution_head", "institution_filler"),
    "from filler to head": ("institution_filler", "institution_head"),
}


@pytest.mark.parametrize("case", ALLOWED)
def test_a_delegation_is_allowed(world: World, case: str) -> None:
    absent, to = (world.people[role] for role in ALLOWED[case])
    made = give(world, absent, to)
    assert (made.user, made.delegated_by, made.role, made.post_id) == (
        to,
        post_of(absent),
        post_of(absent).role,
        post_of(absent).post_id,
    )


def test_what_was_delegated_is_not_delegated_again(world: World) -> None:
    made = give(world, world.county_officer, world.colleague, from_=TODAY)
    third = person("第三人", Role.COUNTY_OFFICER, world.county)
    with pytest.raises(WrongRole):
        delegate(made, third, from_=TODAY, until=FRIDAY, by=world.colleague, at=AT, reason="也要外出")


def test_a_row_that_says_otherwise_counts_for_nothing(world: World) -> None:
    made = give(world, world.county_officer, world.colleague, from_=TODAY)
    third = person("第三人", Role.COUNTY_OFFICER, world.county)
    row = Appointment.objects.create(
        user=third, post=made.post, unit=made.unit, role=made.role, valid_from=TODAY, delegated_by=made
    )
    assert all(grant.appointment_id != row.pk for grant in grants_of(third, TODAY))
    assert row not in Appointment.objects.valid(TODAY)


@pytest.mark.parametrize("by", ["colleague", "county_approver", "prefecture_head", "security_admin", "region_head"])
def test_only_the_holder_and_who_manages_people_there_may_delegate(world: World, by: str) -> None:
    with pytest.raises(OutOfScope):
        give(world, world.county_officer, world.colleague, by=world.people[by])


def test_the_system_administrator_delegates_for_somebody_who_fell_ill(world: World) -> None:
    made = give(world, world.county_officer, world.colleague, by=world.system_admin, from_=TODAY)
    row = made.history.latest()
    assert (row.history_user, row.history_date, row.history_change_reason) == (world.system_admin, AT, "外出培训")


def test_an_administrator_of_another_area_does_not(world: World) -> None:
    elsewhere = person("另一地区管理员", Role.SYSTEM_ADMIN, world.other_prefecture)
    with pytest.raises(OutOfScope):
        give(world, world.county_officer, world.colleague, by=elsewhere)


def test_one_person_stands_in_once_at_a_post_at_a_time(world: World) -> None:
    give(world, world.county_officer, world.colleague)
    with pytest.raises(Invalid) as error:
        give(world, world.county_officer, world.colleague, from_=dt.date(2021, 5, 20), until=dt.date(2021, 5, 25))
    assert fault(error) == "to"
    give(world, world.county_officer, world.colleague, from_=FRIDAY, until=dt.date(2021, 5, 25))


def test_two_absent_people_cannot_share_a_delegate_at_the_same_post(world: World) -> None:
    third = person("第三人", Role.COUNTY_OFFICER, world.county)
    give(world, world.county_officer, third)
    with pytest.raises(Invalid):
        give(world, world.colleague, third)


def test_a_delegation_ends_no_later_than_the_appointment(world: World) -> None:
    Appointment.objects.filter(user=world.county_officer).update(valid_until=dt.date(2021, 5, 19))
    with pytest.raises(Invalid) as error:
        give(world, world.county_officer, world.colleague)
    assert fault(error) == "until"


def test_the_colleague_must_be_there_for_the_whole_time(world: World) -> None:
    Appointment.objects.filter(user=world.colleague).update(valid_until=dt.date(2021, 5, 19))
    with pytest.raises(Invalid) as error:
        give(world, world.county_officer, world.colleague)
    assert fault(error) == "to"


@pytest.mark.parametrize("ends", ["the delegator leaves", "the delegator is blocked", "the delegate leaves the unit"])
def test_a_delegation_counts_only_while_both_belong_to_the_unit(world: World, ends: str) -> None:
    made = give(world, world.institution_head, world.institution_filler, from_=TODAY)
    who = world.institution_filler if "delegate leaves" in ends else world.institution_head
    if "blocked" in ends:
        User.objects.filter(pk=who.pk).update(is_active=False)
    else:
        Appointment.objects.own().filter(user=who).update(valid_until=dt.date(2021, 5, 19))
    before, after = dt.date(2021, 5, 18), dt.date(2021, 5, 19)
    assert not any(grant.appointment_id == made.pk for grant in grants_of(world.institution_filler, after))
    assert made not in Appointment.objects.valid(after)
    if "blocked" not in ends:
        assert any(grant.appointment_id == made.pk for grant in grants_of(world.institution_filler, before))
        assert made in Appointment.objects.valid(before)


def test_a_delegation_that_has_begun_ends_at_once_and_its_history_says_who_did_it(world: World) -> None:
    made = give(world, world.county_officer, world.colleague, from_=TODAY)
    later = moment("2021-05-14 11:00")
    ended = end_delegation(made, by=world.county_officer, at=later, reason="提前返岗")
    assert ended is not None
    assert ended.valid_until == dt.date(2021, 5, 14)
    row = ended.history.latest()
    assert (row.history_user, row.history_date, row.history_change_reason) == (world.county_officer, later, "提前返岗")
    with pytest.raises(Invalid):
        end_delegation(made, by=world.county_officer, at=later)


def test_a_delegation_that_never_came_into_force_is_removed_and_its_history_kept(world: World) -> None:
    made = give(world, world.county_officer, world.colleague)
    key = made.pk
    assert end_delegation(made, by=world.county_officer, at=AT) is None
    assert not Appointment.objects.filter(pk=key).exists()
    kinds = Appointment.history.filter(id=key).order_by("history_id").values_list("history_type", "history_user")
    assert list(kinds) == [("+", world.county_officer.pk), ("-", world.county_officer.pk)]


@pytest.mark.parametrize(
    ("by", "may"),
    [
        ("county_officer", True),
        ("colleague", True),
        ("system_admin", True),
        ("county_approver", False),
        ("region_head", False),
    ],
)
def test_a_delegation_is_ended_by_those_whom_it_concerns(world: World, by: str, may: bool) -> None:
    made = give(world, world.county_officer, world.colleague, from_=TODAY)
    if may:
        end_delegation(made, by=world.people[by], at=moment("2021-05-14"))
        assert made not in Appointment.objects.valid(dt.date(2021, 5, 14))
    else:
        with pytest.raises(OutOfScope):
            end_delegation(made, by=world.people[by], at=moment("2021-05-14"))


def test_an_appointment_of_ones_own_is_not_ended_as_a_delegation(world: World) -> None:
    with pytest.raises(Invalid):
        end_delegation(post_of(world.county_officer), by=world.county_officer, at=AT)


def test_the_colleagues_offered_are_those_who_may_be_chosen(world: World) -> None:
    assert set(candidates(post_of(world.county_officer), TODAY)) == {world.colleague}
    assert set(candidates(post_of(world.county_approver), TODAY)) == set()
    assert set(candidates(post_of(world.institution_head), TODAY)) == {world.institution_filler}


def test_a_person_sees_what_they_gave_and_what_they_received(world: World) -> None:
    made = give(world, world.county_officer, world.colleague)
    assert list(delegations(world.county_officer)) == list(delegations(world.colleague)) == [made]
    assert list(delegations(world.county_approver)) == []


def test_a_delegation_may_begin_on_the_day_on_which_the_delegates_own_post_began(world: World) -> None:
    new = person("新来的", Role.COUNTY_OFFICER, world.county, valid_from=TODAY)
    give(world, world.county_officer, new, from_=TODAY)
    assert appoint(new, world.county, Role.COUNTY_OFFICER, valid_from=TODAY).delegated_by is None


DAYS = [TODAY + dt.timedelta(days=number) for number in range(12)]
EVERYBODY = (
    "institution_filler",
    "institution_head",
    "county_officer",
    "colleague",
    "county_approver",
    "prefecture_officer",
    "prefecture_head",
    "system_admin",
    "security_admin",
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wishes=st.lists(
        st.tuples(st.sampled_from(EVERYBODY), st.sampled_from(EVERYBODY), st.sampled_from(DAYS), st.integers(1, 9)),
        max_size=8,
    ),
    leaving=st.dictionaries(st.sampled_from(EVERYBODY), st.sampled_from(DAYS), max_size=3),
)
def test_a_delegate_never_can_more_than_the_delegator_and_never_after_either_has_gone(
    world: World, wishes: list[tuple[str, str, dt.date, int]], leaving: dict[str, dt.date]
) -> None:
    Appointment.objects.exclude(delegated_by=None).delete()
    Appointment.objects.filter(user__in=[world.people[name] for name in EVERYBODY]).update(valid_until=None)
    for absent, to, start, days in wishes:
        try:
            give(world, world.people[absent], world.people[to], from_=start, until=start + dt.timedelta(days=days))
        except Invalid:
            continue
    for name, day in leaving.items():
        Appointment.objects.own().filter(user=world.people[name]).update(valid_until=day)
    sources = {row.pk: row.delegated_by for row in Appointment.objects.select_related("delegated_by__user")}
    for day in DAYS:
        own = {
            name: {grant[2:6] for grant in grants_of(world.people[name], day) if grant.stands_in_for is None}
            for name in EVERYBODY
        }
        counted = set(Appointment.objects.valid(day).values_list("pk", flat=True))
        for name in EVERYBODY:
            grants = grants_of(world.people[name], day)
            for grant in grants:
                source = sources[grant.appointment_id]
                assert grant.appointment_id in counted
                if source is not None:
                    assert own[name]
                    assert grant[2:6] in own[source.user.name]
            at_county = {grant.permission for grant in grants if grant.unit_id == world.county.pk}
            assert not {"verify", "approve"} <= at_county
            assert len({"manage_people", "manage_roles"} & {grant.permission for grant in grants}) < 2


def test_the_roles_that_stay_apart_are_those_of_the_table() -> None:
    """A new role with such grants has to be thought of: nobody may come to hold two of them."""
    watched = {role for role, rule in RULES.items() if rule.grants & {"verify", "approve", "manage_people"}}
    assert watched == {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.SYSTEM_ADMIN}
