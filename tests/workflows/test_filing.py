"""What an alliance files with the commission (备案): two documents, their versions, and what waits for them."""

from __future__ import annotations

import pytest

from cases.access import Viewer
from cases.errors import Conflict, Invalid
from cases.models import Case, CaseEvent, CaseParty, Filing, WorkItem
from tests.workflows.alliances import City, act, again, build_city, in_practice, selected
from tests.workflows.filings import FILED_ON, TEXTS, accepted, filed, filing_of, submitted, write
from tests.worlds import moment
from workflows.alliance.filing.versions import changes, text_for
from workflows.alliance.filing_state import in_force, missing, require_filed
from workflows.consistency import faults

PLAN, AGREEMENT = Filing.Kind.PLAN, Filing.Kind.AGREEMENT


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def test_selecting_a_pilot_opens_plan_and_agreement_at_the_lead_office_with_their_dates(city: City) -> None:
    pilot = selected(city)
    for kind in (PLAN, AGREEMENT):
        case = filing_of(pilot, kind)
        item = WorkItem.objects.get(process=case.pk, finished=None)
        assert (case.state, item.unit, item.role) == ("drafting", city.hospital, "alliance_officer")
        assert item.due_at is not None
        assert item.due_rule == "filing_draft"
    assert list(faults(Case.objects.all())) == []


def test_a_filing_has_the_parties_of_its_pilot_that_may_read_it(city: City) -> None:
    parties = CaseParty.objects.filter(case=filing_of(selected(city))).values_list("part", "unit__code")
    assert set(parties) == {
        ("lead", city.hospital.code),
        ("member", city.community.code),
        ("member", city.institution.code),
        ("district", city.district.code),
    }


def test_activities_and_the_evaluation_wait_for_both_filings_and_the_refusal_names_the_clause(city: City) -> None:
    pilot = in_practice(city)
    accepted(city, filing_of(pilot, PLAN))
    with pytest.raises(Conflict, match="not_filed") as refused:
        require_filed(pilot)
    assert "实施方案和协议书需及时报市卫生健康委备案" in str(refused.value.message)
    assert [str(label) for label in missing(pilot)] == [str(AGREEMENT.label)]
    accepted(city, filing_of(pilot, AGREEMENT))
    require_filed(pilot)
    assert {kind: row.number for kind, row in in_force(pilot).items()} == {PLAN: 1, AGREEMENT: 1}


def test_the_pilot_does_not_report_before_its_filings_are_on_file(city: City) -> None:
    pilot = act(city, in_practice(city), "begin_evaluation", "system", "2021-05-06")
    with pytest.raises(Conflict, match="not_filed"):
        act(city, pilot, "report", "lead", "2021-05-10", summary="总结。")


def test_an_empty_filing_is_not_filed(city: City) -> None:
    with pytest.raises(Invalid, match="filing_empty"):
        act(city, filing_of(selected(city)), "submit", "lead", FILED_ON)


def test_what_is_accepted_is_sealed_with_its_text_and_files_by_one_digest(city: City) -> None:
    pilot = selected(city)
    case = accepted(city, filing_of(pilot))
    event = CaseEvent.objects.get(case=case.pk, verb="accept")
    assert len(event.details["digest"]) == 64
    assert event.details["digest"] == CaseEvent.objects.get(case=case.pk, verb="submit").details["digest"]
    other = submitted(city, filing_of(pilot, AGREEMENT), text="另一份")
    assert CaseEvent.objects.get(case=other.pk, verb="submit").details["digest"] != event.details["digest"]
    assert Filing.objects.get(pk=case.pk).accepted_at == moment(FILED_ON)


def test_a_returned_filing_goes_back_to_the_office_with_at_least_three_working_days(city: City) -> None:
    case = act(city, submitted(city, filing_of(selected(city))), "return_", "commission", "2020-04-07")
    item = WorkItem.objects.get(process=case.pk, finished=None)
    assert (case.state, item.unit, item.due_rule) == ("returned", city.hospital, "filing_revision")
    assert act(city, case, "submit", "lead", "2020-04-08").state == "submitted"


def test_the_next_version_begins_with_the_text_in_force_and_supersedes_it_when_accepted(city: City) -> None:
    pilot = filed(city)
    act(city, pilot, "new_filing", "lead", "2020-06-01", kind=PLAN)
    second = filing_of(pilot, PLAN, 2)
    assert second.filing.text == TEXTS[PLAN]
    assert [row.number for row in in_force(pilot).values()] == [1, 1]
    accepted(city, second, "2020-06-10", text=TEXTS[PLAN] + "\n三、保障")
    assert in_force(pilot)[PLAN].number == 2
    first = filing_of(pilot, PLAN, 1)
    assert (first.state, first.finished is not None) == ("superseded", True)
    assert CaseEvent.objects.get(case=first.pk, verb="supersede").details == {"by": 2}
    assert first.filing.text == TEXTS[PLAN]
    assert list(faults(Case.objects.all())) == []


def test_a_second_version_is_not_begun_while_one_is_under_way(city: City) -> None:
    pilot = filed(city)
    act(city, pilot, "new_filing", "lead", "2020-06-01", kind=PLAN)
    with pytest.raises(Conflict, match="version_under_way"):
        act(city, pilot, "new_filing", "lead", "2020-06-02", kind=PLAN)
    act(city, pilot, "new_filing", "lead", "2020-06-02", kind=AGREEMENT)


def test_an_unknown_document_is_not_filed(city: City) -> None:
    with pytest.raises(Invalid, match="no_such_filing"):
        act(city, filed(city), "new_filing", "lead", "2020-06-01", kind="letter")


def test_filings_lapse_with_their_pilot_whatever_state_they_are_in(city: City) -> None:
    pilot = in_practice(city)
    accepted(city, filing_of(pilot, PLAN))
    act(city, pilot, "stop", "commission_head", "2020-07-01")
    states = Case.objects.filter(kind="filing", parent=pilot.pk).values_list("state", "finished")
    assert {state for state, _at in states} == {"lapsed"}
    assert all(finished is not None for _state, finished in states)
    assert list(faults(Case.objects.all())) == []


@pytest.mark.parametrize(("reader", "reads"), [("lead", True), ("member", True), ("commission", False)])
def test_a_draft_is_the_alliances_own_until_it_is_filed(city: City, reader: str, reads: bool) -> None:
    case = write(city, filing_of(selected(city)))
    viewer = Viewer(city.people[reader], moment(FILED_ON))
    assert (text_for(viewer, case, case.filing) is not None) == reads


def test_while_a_returned_version_is_worked_over_the_commission_reads_what_was_filed(city: City) -> None:
    case = act(city, submitted(city, filing_of(selected(city))), "return_", "commission", "2020-04-07")
    write(city, case, "改过的", "2020-04-08")
    case = again(case)
    commission = Viewer(city.people["commission"], moment("2020-04-09"))
    lead = Viewer(city.people["lead"], moment("2020-04-09"))
    assert text_for(commission, case, case.filing) == TEXTS[PLAN]
    assert text_for(lead, case, case.filing) == "改过的"


def test_differences_are_shown_paragraph_by_paragraph() -> None:
    found = changes("一、目标\n旧\n三、保障", "一、目标\n新\n三、保障\n四、附则")
    assert [(old, new) for _where, old, new in found] == [("旧", "新"), ("", "四、附则")]
    assert changes("甲\n\n乙", "甲\n乙") == []
