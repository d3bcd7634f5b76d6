"""An alliance pilot from the opening of the programme to its outcome."""

from __future__ import annotations

import pytest

from cases.models import Case, CaseParty
from tests.workflows.alliances import City, application, applied, build_city, in_practice, programme_of, selected


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def test_an_application_opens_a_pilot_with_its_members_and_parties(city: City) -> None:
    pilot = applied(city)
    assert (pilot.state, pilot.number) == ("applied", "2020-330100-LHT01")
    parts = set(CaseParty.objects.filter(case=pilot).values_list("part", "unit__code"))
    assert parts == {
        ("lead", city.hospital.code),
        ("member", city.community.code),
        ("member", city.institution.code),
        ("district", city.district.code),
        ("finance", city.finance.code),
    }


def test_a_selected_pilot_goes_into_practice(city: City) -> None:
    assert in_practice(city).state == "practice"
