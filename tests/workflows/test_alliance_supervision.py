"""Supervision of work on pilots: by the commission of those who take part, by the region of the commission itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.errors import Refusal
from cases.models import Case, Supervision, WorkItem
from notifications.recipients import Directory
from tests.workflows.alliances import (
    City,
    act,
    application,
    applied,
    build_city,
    in_practice,
    member,
    programme_of,
    selected,
)
from tests.workflows.filings import filing_of, submitted, write
from tests.worlds import moment
from workflows.alliance.opening import apply
from workflows.consistency import faults

BY = dt.date(2020, 3, 27)
ON = "2020-03-20"


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def supervise(city: City, case: Case, by: str = "commission_head", on: str = ON, due: dt.date = BY) -> Case:
    act(city, case, "supervise", by, on, due_on=due)
    return Case.objects.filter(parent=case.pk, kind="supervision").latest("pk")


def refused(city: City, case: Case, verb: str, by: str, on: str = ON, **details: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        act(city, case, verb, by, on, **details)
    return refusal.value.code


def test_the_head_of_the_commission_supervises_what_the_alliance_files(city: City) -> None:
    filing = filing_of(selected(city))
    case = supervise(city, filing)
    record, item = Supervision.objects.get(pk=case.pk), WorkItem.objects.open().get(process=case.pk)
    assert (case.number, case.unit, record.unit, record.role) == (
        "2020-330100-DB001",
        city.city,
        city.city,
        "prefecture_head",
    )
    assert (item.unit, item.role) == (city.city, "prefecture_head")
    assert list(faults(Case.objects.all())) == []
    submitted(city, filing, "2020-03-23")
    directory = Directory(BY)
    directory.load_watchers([filing.pk])
    assert [person.user_id for person in directory.watchers(filing.pk)] == [city.people["commission_head"].pk]
    assert act(city, case, "end", "commission_head", "2020-03-24", outcome="已报备。").state == "ended"


def test_without_a_date_the_edition_of_the_pilots_sets_one(city: City) -> None:
    act(city, in_practice(city), "supervise", "commission", "2020-04-07", due_on=None)
    assert Supervision.objects.get().due_on == dt.date(2020, 4, 21)


def test_whoever_takes_part_reads_the_supervision_and_strangers_do_not(city: City) -> None:
    case = supervise(city, selected(city))
    on = moment(ON)
    readers = {
        name for name in city.people if Case.objects.visible_to(city.viewer(name, on)).filter(pk=case.pk).exists()
    }
    assert {"lead", "lead_head", "member", "community", "district", "finance", "commission", "region"} <= readers
    assert not readers & {"sibling", "nursing", "other_lead", "other_district", "nobody"}


def test_whoever_takes_part_until_a_day_reads_the_supervision_until_then(city: City) -> None:
    until = dt.date(2020, 9, 1)
    members = [member(city.community, "community"), member(city.nursing, valid_until=until)]
    given = application(city, members=members)
    pilot = apply(programme_of(city), given, by=city.actor("lead"), at=moment("2020-02-20"))
    case = supervise(city, act(city, pilot, "select", "commission_head", "2020-03-16"))
    for day, reads in (("2020-08-31", True), ("2020-09-01", False)):
        seen = Case.objects.visible_to(city.viewer("nursing", moment(day))).filter(pk=case.pk)
        assert seen.exists() == reads, day


def test_the_commission_does_not_supervise_itself_and_the_region_does(city: City) -> None:
    pilot = applied(city)
    assert refused(city, pilot, "supervise", "commission_head", "2020-03-02", due_on=BY) == "own_work"
    case = supervise(city, pilot, "region", "2020-03-02")
    assert (case.number, Supervision.objects.get().unit) == ("2020-330000-DB001", city.region)
    assert refused(city, case, "end", "commission_head", "2020-03-03", outcome="已完成。") == "wrong_role"
    filing = submitted(city, write(city, filing_of(act(city, pilot, "select", "commission_head", "2020-03-16"))), ON)
    assert refused(city, filing, "supervise", "commission", ON, due_on=BY) == "own_work"


@pytest.mark.parametrize("by", ["lead", "lead_head", "district_head", "finance", "member", "nation"])
def test_nobody_who_takes_part_supervises(city: City, by: str) -> None:
    assert refused(city, selected(city), "supervise", by, ON, due_on=BY) == "wrong_role"
