"""Work done in somebody's stead: by whose appointment, under both names, never around the separation of duties."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import translation
from openpyxl import load_workbook

from cases.access import Actor
from cases.delegating import delegate, end_delegation
from cases.errors import Conflict, WrongRole
from cases.models import Appointment, CaseEvent, Finding, User, WorkItem
from cases.naming import ACTOR, Signatures, who_of
from cases.roles import Role
from tests.story import Story, problem
from tests.worlds import World, moment, person
from workflows.desk.timeline import timeline_page
from workflows.engine import perform
from workflows.finding.export import write_ledger
from workflows.step import holder_of

pytestmark = pytest.mark.django_db


def cover(absent: User, to: User, start: str, until: str) -> Appointment:
    """A delegation by the absent person, made on its first day."""
    source = Appointment.objects.get(user=absent, delegated_by=None)
    dates = {"from_": dt.date.fromisoformat(start), "until": dt.date.fromisoformat(until)}
    return delegate(source, to, **dates, by=absent, at=moment(start), reason="外出培训")


def last_event(case: Any) -> CaseEvent:
    return CaseEvent.objects.filter(case=case.pk).select_related(*ACTOR).latest("seq")


def open_item(case: Any) -> WorkItem:
    return WorkItem.objects.open().get(process=case.pk)


def test_both_names_are_on_what_a_delegate_does(story: Story) -> None:
    world = story.world
    cover(world.institution_head, world.institution_filler, "2021-03-01", "2021-03-10")
    story.on("2021-03-02").fill().perform("request_confirmation", story.filler)
    story.seal()
    story.perform("submit", story.filler)
    event = last_event(story.case)
    assert event.actor == world.institution_filler
    assert event.appointment is not None
    assert event.appointment.delegated_by is not None
    asked = CaseEvent.objects.filter(verb="request_confirmation").select_related(*ACTOR).get()
    with translation.override("en"):
        assert who_of(event) == "institution_filler (for institution_head · 天山区康宁护理院 · Institution head)"
        assert who_of(asked) == "institution_filler (天山区康宁护理院 · Institution filler)"
        shown = timeline_page(story.case, only_states=False, before="").rows
        assert shown[0].who == who_of(event)


def test_both_names_stand_under_what_was_signed(story: Story) -> None:
    world = story.world
    cover(world.institution_head, world.institution_filler, "2021-03-01", "2021-03-10")
    story.on("2021-03-02").fill().perform("request_confirmation", story.filler)
    story.seal()
    story.perform("submit", story.filler)
    submission = story.case.selfcheck.submissions.get()
    signed = Signatures([story.case.pk])
    with translation.override("en"):
        both = "institution_filler (for institution_head)"
        assert signed.name(story.case.pk, submission.by, submission.at) == both
    assert signed.name(story.case.pk, submission.by, moment("2021-03-05")) == "institution_filler"
    assert signed.name(story.case.pk, None, None) == ""


def test_both_names_are_in_the_exported_ledger(story: Story) -> None:
    """The colleague holds the same post, and closes what the officer had claimed: in the officer's name."""
    world = story.world
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-03-02").approve()
    [finding] = story.findings()
    finding = story.on("2021-03-05").fix(finding)
    perform(finding.case, "claim", by=story.officer, at=story.at)
    cover(world.county_officer, world.colleague, "2021-03-08", "2021-03-20")
    perform(finding.case, "close", by=world.actor("colleague"), at=moment("2021-03-09"))
    viewer = world.viewer("county_approver", moment("2021-03-10"))
    with translation.override("en"), write_ledger(Finding.objects.all(), [], viewer) as file:
        rows = list(load_workbook(file).worksheets[0].values)
    assert rows[1][rows[0].index("Verifier")] == "colleague (for county_officer)"


def test_a_delegate_goes_on_with_what_the_absent_person_had_claimed(story: Story) -> None:
    world = story.world
    story.on("2021-03-01").submit()
    story.perform("claim", story.officer)
    colleague = world.actor("colleague")
    story.on("2021-03-08").verify()
    with pytest.raises(Conflict):
        story.perform("conclude", colleague)
    cover(world.county_officer, world.colleague, "2021-03-09", "2021-03-20")
    story.on("2021-03-09 11:00").perform("conclude", colleague)
    event = last_event(story.case)
    assert (event.actor, event.appointment.delegated_by.user) == (world.colleague, world.county_officer)  # type: ignore[union-attr]


@pytest.mark.parametrize("verb", ["claim", "release", "hand_over"])
def test_a_delegate_disposes_of_what_the_absent_person_had_claimed(story: Story, verb: str) -> None:
    world = story.world
    third = person("第三人", Role.COUNTY_OFFICER, world.county)
    story.on("2021-03-01").submit()
    story.perform("claim", story.officer)
    cover(world.county_officer, world.colleague, "2021-03-09", "2021-03-20")
    story.on("2021-03-09 11:00")
    with pytest.raises(Conflict):
        story.perform(verb, Actor(third), **({"to": world.colleague} if verb == "hand_over" else {}))
    details = {"to": third} if verb == "hand_over" else {}
    story.perform(verb, world.actor("colleague"), **details)
    owners = {"claim": world.colleague, "release": None, "hand_over": third}
    assert open_item(story.case).owner == owners[verb]


def test_the_absent_person_may_still_act_and_keeps_the_claim(story: Story) -> None:
    world = story.world
    story.on("2021-03-01").submit()
    story.perform("claim", story.officer)
    cover(world.county_officer, world.colleague, "2021-03-09", "2021-03-20")
    story.on("2021-03-10").verify().perform("conclude", story.officer)
    assert last_event(story.case).appointment.delegated_by is None  # type: ignore[union-attr]


def test_what_the_delegate_claimed_is_free_once_the_delegation_has_ended(story: Story) -> None:
    world = story.world
    cover(world.institution_head, world.institution_filler, "2021-03-01", "2021-03-10")
    story.on("2021-03-02").fill().perform("request_confirmation", story.filler)
    story.perform("claim", story.filler)
    item = open_item(story.case)
    assert holder_of(item, moment("2021-03-09")) == world.institution_filler
    assert holder_of(item, moment("2021-03-10")) is None
    story.seal()
    with pytest.raises(WrongRole):
        story.on("2021-03-10").perform("submit", story.filler)
    story.perform("submit", story.head)


def test_nothing_can_be_done_with_a_delegation_that_was_ended(story: Story) -> None:
    world = story.world
    made = cover(world.institution_head, world.institution_filler, "2021-03-01", "2021-03-20")
    story.on("2021-03-02").fill().perform("request_confirmation", story.filler)
    end_delegation(made, by=world.institution_head, at=moment("2021-03-03"))
    story.seal()
    with pytest.raises(WrongRole):
        story.on("2021-03-03 10:00").perform("submit", story.filler)


def test_a_delegation_that_was_used_today_ends_with_the_day(story: Story) -> None:
    world = story.world
    made = cover(world.institution_head, world.institution_filler, "2021-03-01", "2021-03-20")
    story.on("2021-03-01 11:00").fill().perform("request_confirmation", story.filler)
    story.seal()
    story.perform("submit", story.filler)
    ended = end_delegation(made, by=world.institution_head, at=moment("2021-03-01 12:00"))
    assert ended is not None
    assert ended.valid_until == dt.date(2021, 3, 2)


def test_an_approver_who_verified_before_does_not_approve_in_anothers_name(story: Story) -> None:
    """A colleague who has changed posts meanwhile: what the person did as an officer stands against it."""
    world = story.world
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.verify().perform("conclude", story.officer)
    Appointment.objects.filter(user=world.county_officer).update(valid_until=dt.date(2021, 3, 5))
    person_now = world.county_officer
    deputy = Appointment.objects.create(
        user=person_now,
        post=Appointment.objects.get(user=world.county_approver).post,
        unit=world.county,
        role=Role.COUNTY_APPROVER,
        valid_from=dt.date(2021, 3, 5),
    )
    cover(world.county_approver, person_now, "2021-03-08", "2021-03-20")
    with pytest.raises(WrongRole) as error:
        story.on("2021-03-09").perform("approve", Actor(person_now))
    assert error.value.code == "approver_is_officer"
    assert deputy.delegated_by is None


def test_nobody_approves_in_the_name_of_the_one_who_verified(story: Story) -> None:
    """A small commission may have one person in both posts; a delegate of theirs does not close that circle."""
    world = story.world
    both = world.county_officer
    approver = Appointment.objects.get(user=world.county_approver)
    source = Appointment.objects.create(
        user=both, post=approver.post, unit=world.county, role=Role.COUNTY_APPROVER, valid_from=dt.date(2019, 1, 1)
    )
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.verify().perform("conclude", story.officer)
    # Only the second post is delegated, and the delegate has another claim to it: none but the absent one's.
    deputy = person("副职", Role.COUNTY_APPROVER, world.county)
    dates = {"from_": dt.date(2021, 3, 2), "until": dt.date(2021, 3, 20)}
    delegate(source, deputy, **dates, by=both, at=moment("2021-03-02"), reason="住院")
    perform(story.case, "claim", by=Actor(both), at=moment("2021-03-02"))
    with pytest.raises(WrongRole) as error:
        story.on("2021-03-03").perform("approve", Actor(deputy))
    assert error.value.code == "approver_is_officer"


def test_the_world_has_nobody_standing_in(world: World) -> None:
    assert not world.viewer("county_officer", moment("2021-03-01")).stands_in
