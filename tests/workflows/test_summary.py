"""The prefecture's summary: filed, frozen, taken in, corrected, computed again (附件2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from cases.access import SYSTEM, Actor, appoint
from cases.clock import local_date
from cases.editions.quality import quality_of
from cases.errors import Conflict, Invalid, WrongRole
from cases.immutability import rewriting
from cases.models import (
    Case,
    CaseEvent,
    Finding,
    OrgUnit,
    Summary,
    SummaryEntry,
    SummaryMember,
    SummaryOverride,
    SummaryText,
    SummaryVersion,
    WorkItem,
)
from cases.summaries import overrides
from cases.summaries.cells import numbers_of
from cases.summaries.comparing import compare, recompute
from cases.summaries.freezing import digest_of, rows_of
from cases.summaries.reading import figures_of
from tests.filing import Filing
from tests.story import Story, problem
from tests.worlds import World, moment, person
from workflows.consistency import faults
from workflows.engine import perform

HAND = "A2-06.selfcheck"


def is_intact(version: SummaryVersion) -> bool:
    return digest_of(version, rows_of(version)) == version.digest


def faults_in(*cases: Case) -> list[str]:
    return list(faults(Case.objects.filter(pk__in=[case.pk for case in cases])))


@pytest.fixture
def filing(world: World) -> Filing:
    return Filing.open(world)


def self_checked(world: World, *, closed: bool = False, unit: OrgUnit | None = None) -> Story:
    """The institution's cycle, verified on 10 May, with one finding of hand hygiene."""
    story = Story.open(world, unit=unit)
    story.on("2021-03-01").submit({"A1-19": problem(["hand"])})
    story.on("2021-05-10").approve()
    if closed:
        close(story, "2021-06-01")
    return story


def close(story: Story, on: str) -> Finding:
    story.on(on)
    return story.close(story.fix(story.findings()[0]))


def test_a_summary_is_due_on_the_date_of_its_round(filing: Filing) -> None:
    item = WorkItem.objects.get(process=filing.case)
    assert (local_date(item.due_at), item.role) == (dt.date(2021, 10, 20), "prefecture_officer")
    first = Filing.open(filing.world, "first_report")
    assert local_date(WorkItem.objects.get(process=first.case).due_at) == dt.date(2021, 2, 28)


def test_the_whole_way_from_the_officer_to_acceptance(filing: Filing) -> None:
    self_checked(filing.world)
    filing.on("2021-10-08").submit()
    assert filing.case.state == "submitted"
    item = WorkItem.objects.get(process=filing.case, finished=None)
    assert (item.unit, item.role) == (filing.world.region, "region_officer")
    filing.on("2021-10-12").perform("accept", "region_officer")
    assert filing.case.state == "accepted"
    filing.case = perform(filing.case, "archive", by=SYSTEM, at=moment("2022-01-10"))
    assert (filing.case.state, filing.case.finished is not None) == ("archived", True)
    assert faults_in(filing.case) == []


def test_accepted_summaries_are_archived_with_their_programme_and_open_ones_go_their_way(filing: Filing) -> None:
    filing.on("2021-10-08").submit()
    filing.perform("accept", "region_officer")
    programme = filing.case.parent
    assert programme is not None
    perform(programme, "end", by=SYSTEM, at=moment("2022-01-04"))
    states = dict(Case.objects.filter(kind="summary").values_list("number", "state"))
    assert states.pop(filing.case.number) == "archived"
    assert set(states.values()) == {"drafting"}


def test_it_cannot_be_handed_on_before_the_cut_off_has_passed(filing: Filing) -> None:
    filing.on("2021-09-30 23:59").explain()
    with pytest.raises(Conflict, match="cutoff_not_reached"):
        filing.perform("request_confirmation", "prefecture_officer")
    filing.on("2021-10-01 00:00").perform("request_confirmation", "prefecture_officer")


def test_it_cannot_be_handed_on_or_filed_while_counties_are_missing_without_a_reason(filing: Filing) -> None:
    filing.on("2021-10-08")
    with pytest.raises(Invalid) as caught:
        filing.perform("request_confirmation", "prefecture_officer")
    assert list(caught.value.faults) == ["missing_reason"]
    filing.hand_on().explain("")
    with pytest.raises(Invalid):
        filing.perform("submit", "prefecture_head")


def test_a_filed_version_names_the_counties_that_are_missing_and_the_reason(filing: Filing) -> None:
    self_checked(filing.world)
    version = filing.on("2021-10-08").submit()
    world = filing.world
    assert [
        (county["name"], county["all"], [name for _key, name in county["institutions"]])
        for county in version.missing["counties"]
    ] == [
        (world.county.name, False, [world.sibling.name]),
        (world.other_county.name, True, [world.other_institution.name]),
    ]
    assert version.missing["reason"] == "两家机构停业整顿，未开展自查。"


def test_figures_and_the_records_behind_them_are_frozen_together(filing: Filing) -> None:
    story = self_checked(filing.world)
    version = filing.on("2021-10-08").submit()
    assert version.figures["counts"] == {"A2-C1": 3, "A2-C2": 80, "A2-C3": 12, "A2-C4": 1, "A2-C5": 0}
    assert (version.figures["cells"][f"{HAND}.problem"], version.figures["cells"][f"{HAND}.fixed"]) == (1, 0)
    (entry,) = SummaryEntry.objects.filter(version=version, cell=HAND)
    assert (entry.institution_id, entry.finding, entry.status) == (story.unit.pk, story.findings()[0], "open")
    assert is_intact(version)


def test_what_is_closed_later_changes_nothing_in_a_filed_version(filing: Filing) -> None:
    story = self_checked(filing.world)
    version = filing.on("2021-10-08").submit()
    close(story, "2021-10-09")
    again = SummaryVersion.objects.get(pk=version.pk)
    assert (again.figures, again.digest) == (version.figures, version.digest)
    assert is_intact(again)


def test_what_happened_between_the_cut_off_and_the_filing_does_not_count(filing: Filing) -> None:
    close(self_checked(filing.world), "2021-10-05")
    version = filing.on("2021-10-08").submit()
    assert version.figures["cells"][f"{HAND}.fixed"] == 0


@pytest.mark.parametrize(("model", "column"), [(SummaryVersion, "no"), (SummaryEntry, "amount")])
def test_a_filed_version_and_its_records_can_be_neither_changed_nor_deleted(
    filing: Filing, model: Any, column: str
) -> None:
    filing.on("2021-10-08").submit()
    for write in (
        lambda: model.objects.update(**{column: 1}),
        lambda: model.objects.all()._raw_delete(model.objects.db),
    ):
        with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
            write()


def test_computed_again_after_later_changes_it_gives_the_same_numbers(filing: Filing) -> None:
    story = self_checked(filing.world)
    version = filing.on("2021-10-08").submit()
    close(story, "2021-10-09")
    late = Story.open(filing.world, unit=filing.world.sibling)
    late.filler = late.head = late.officer
    found = recompute(Case.objects.get(pk=filing.case.pk), version)
    assert found.is_same


def test_a_version_that_was_tampered_with_is_found_out(filing: Filing) -> None:
    self_checked(filing.world)
    version = filing.on("2021-10-08").submit()
    with rewriting():
        SummaryEntry.objects.filter(version=version, cell=HAND).update(status="closed")
        SummaryVersion.objects.filter(pk=version.pk).update(
            figures={**version.figures, "cells": {**version.figures["cells"], f"{HAND}.fixed": 1}}
        )
    found = recompute(filing.case, SummaryVersion.objects.get(pk=version.pk))
    assert not found.intact
    assert [(each.cell, each.before, each.after) for each in found.comparison.numbers] == [(f"{HAND}.fixed", 1, 0)]


def test_every_cycle_in_it_has_one_event_and_one_membership(filing: Filing) -> None:
    story = self_checked(filing.world)
    filing.on("2021-10-08").submit()
    assert list(SummaryMember.objects.values_list("summary", "cycle")) == [(filing.case.pk, story.case.pk)]
    event = CaseEvent.objects.get(verb="take_into_summary")
    assert (event.case_id, event.details) == (
        story.case.pk,
        {"summary": filing.case.pk, "number": filing.case.number},
    )
    assert Case.objects.get(pk=story.case.pk).state == "rectifying"
    assert faults_in(story.case, filing.case) == []


def test_a_second_filing_leaves_those_in_it_without_another_event(filing: Filing) -> None:
    self_checked(filing.world)
    filing.on("2021-10-08").submit()
    filing.on("2021-10-11").perform("return_", "region_officer", reason="请核实床位。")
    assert filing.case.state == "returned"
    filing.on("2021-10-12").submit()
    assert CaseEvent.objects.filter(verb="take_into_summary").count() == 1
    assert [version.no for version in SummaryVersion.objects.order_by("no")] == [1, 2]


def test_a_cycle_that_does_not_belong_to_a_corrected_summary_leaves_it(filing: Filing) -> None:
    story = self_checked(filing.world)
    filing.on("2021-10-08").submit()
    other = Case.objects.create(
        kind="quality_cycle", unit=filing.world.sibling, year=2021, edition=story.case.edition, state="verified"
    )
    SummaryMember.objects.create(summary=Summary.objects.get(pk=filing.case.pk), cycle=other, since=filing.at)
    filing.on("2021-10-11").perform("return_", "region_officer", reason="请核实。")
    filing.on("2021-10-12").submit()
    assert list(SummaryMember.objects.values_list("cycle", flat=True)) == [story.case.pk]
    assert CaseEvent.objects.get(verb="leave_summary").case == other


def test_a_return_needs_its_reason_and_gives_back_at_least_three_working_days(filing: Filing) -> None:
    filing.on("2021-10-20").submit()
    with pytest.raises(Invalid, match="reason_missing"):
        filing.perform("return_", "region_officer")
    filing.on("2021-10-22").perform("return_", "region_officer", reason="床位数请核实。")
    item = WorkItem.objects.get(process=filing.case, finished=None)
    assert (item.role, local_date(item.due_at)) == ("prefecture_officer", dt.date(2021, 10, 27))
    filing.hand_on()
    assert local_date(WorkItem.objects.get(process=filing.case, finished=None).due_at) == dt.date(2021, 10, 27)


def test_a_correction_is_a_new_version_beside_the_old_and_the_difference_can_be_shown(filing: Filing) -> None:
    self_checked(filing.world)
    first = filing.on("2021-10-08").submit()
    filing.on("2021-10-12").perform("accept", "region_officer")
    with pytest.raises(Invalid, match="reason_missing"):
        filing.perform("correct", "prefecture_officer")
    filing.on("2021-11-02").perform("correct", "prefecture_officer", reason="第6项漏计一家。")
    assert filing.case.state == "drafting"
    put(filing, f"{HAND}.problem", 2, reason="沙依巴克区一家补报。")
    SummaryText.objects.filter(part="problems", no=1).update(edited="更正后的文字。")
    second = filing.submit()
    found = compare(first, second)
    assert [(each.cell, each.before, each.after) for each in found.numbers] == [(f"{HAND}.problem", 1, 2)]
    assert [(key, new) for key, _old, new in found.texts] == [("problems.1", "更正后的文字。")]
    assert (found.added, found.removed, first.no, second.no) == ([], [], 1, 2)
    assert is_intact(first)


def test_filing_twice_is_refused(filing: Filing) -> None:
    filing.on("2021-10-08").submit()
    with pytest.raises(Conflict, match="wrong_state"):
        filing.perform("submit", "prefecture_head")
    assert SummaryVersion.objects.count() == 1


def test_whoever_completed_it_cannot_confirm_it_too(filing: Filing) -> None:
    world = filing.world
    appoint(world.prefecture_officer, world.prefecture, "prefecture_head", valid_from=dt.date(2021, 1, 1))
    filing.on("2021-10-08").hand_on()
    with pytest.raises(WrongRole, match="confirmer_is_officer"):
        perform(filing.case, "submit", by=Actor(world.prefecture_officer), at=filing.at)


def test_what_was_handed_on_can_be_taken_back_while_nobody_acted(filing: Filing) -> None:
    filing.on("2021-10-08").hand_on().perform("withdraw", "prefecture_officer")
    assert filing.case.state == "drafting"
    filing.submit()
    filing.perform("withdraw", "prefecture_head")
    assert filing.case.state == "confirming"
    filing.perform("submit", "prefecture_head")
    assert filing.last.no == 2


def test_what_was_returned_goes_back_to_returned_when_the_head_sends_it_back(filing: Filing) -> None:
    filing.on("2021-10-08").submit()
    filing.perform("return_", "region_officer", reason="请核实。")
    filing.hand_on().perform("send_back", "prefecture_head", reason="再看一遍。")
    assert filing.case.state == "returned"


def test_a_prefecture_without_institutions_files_zeros(world: World) -> None:
    filing = Filing.open(world, unit=world.other_prefecture)
    filing.on("2021-10-08")

    officer = person("克拉玛依经办", "prefecture_officer", world.other_prefecture)
    head = person("克拉玛依负责人", "prefecture_head", world.other_prefecture)
    world.people |= {"their_officer": officer, "their_head": head}
    filing.perform("request_confirmation", "their_officer")
    filing.perform("submit", "their_head")
    assert set(filing.last.figures["counts"].values()) == {0}
    assert (filing.last.missing, SummaryEntry.objects.count(), SummaryMember.objects.count()) == ({}, 0, 0)


# ── figures changed by hand ──


def put(filing: Filing, cell: str, value: int | None, reason: str = "县级已核实。", seen: int | None = None) -> Any:
    summary = Summary.objects.select_related("round").get(pk=filing.case.pk)
    case = Case.objects.get(pk=filing.case.pk)
    return overrides.change(
        summary,
        quality_of(case.edition).annex2,
        cell,
        value,
        reason=reason,
        seen=seen,
        computed=numbers_of(figures_of(case)),
        by=filing.world.prefecture_officer,
        at=filing.at,
    )


def test_a_figure_changed_by_hand_keeps_the_computed_one_beside_it(filing: Filing) -> None:
    self_checked(filing.world)
    filing.on("2021-10-08")
    put(filing, f"{HAND}.fixed", 1, reason="10月9日已销号，系统补录。")
    version = filing.submit()
    change = version.overrides[f"{HAND}.fixed"]
    assert (change["value"], change["computed"], change["reason"]) == (1, 0, "10月9日已销号，系统补录。")
    assert version.figures["cells"][f"{HAND}.fixed"] == 0


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (f"{HAND}.fixed", 2),  # more than have the problem
        (f"{HAND}.problem", 4),  # more than there are institutions
        ("A2-C1", 0),  # fewer than another figure counts
        ("A2-C4", 4),
        ("A2-C2", -1),
        ("A2-C2", 99_999_999),
        (f"{HAND}.fixed", None),
        ("A2-99.selfcheck.fixed", 1),
    ],
)
def test_a_figure_that_cannot_be_is_refused(filing: Filing, cell: str, value: int | None) -> None:
    self_checked(filing.world)
    with pytest.raises(Invalid) as caught:
        put(filing, cell, value)
    assert list(caught.value.faults) == ["value"]
    assert not SummaryOverride.objects.exists()


def test_a_figure_is_not_changed_without_a_reason(filing: Filing) -> None:
    with pytest.raises(Invalid) as caught:
        put(filing, "A2-C2", 5, reason="  ")
    assert list(caught.value.faults) == ["reason"]


def test_two_officers_who_change_the_same_figure_do_not_overwrite_each_other(filing: Filing) -> None:
    put(filing, "A2-C2", 5)
    with pytest.raises(Conflict, match="stale_row"):
        put(filing, "A2-C2", 6)
    assert put(filing, "A2-C2", 6, seen=5).value == 6


def test_figures_that_do_not_go_together_any_more_hinder_the_filing(filing: Filing) -> None:
    story = self_checked(filing.world)
    put(filing, f"{HAND}.fixed", 1)
    story.on("2021-08-01").perform("reopen", story.world.actor("prefecture_officer"), reason="补充。")
    perform(story.case, "cancel", by=story.approver, at=story.at, reason="机构已停业。")
    filing.on("2021-10-08").explain()
    with pytest.raises(Invalid) as caught:
        filing.perform("request_confirmation", "prefecture_officer")
    assert list(caught.value.faults) == [f"cell:{HAND}.fixed"]
