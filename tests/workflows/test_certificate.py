"""A doctor's time at the members as a certificate (基层工作经历): counted once, printed, and checked by its number."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document

from cases.models import Activity, Case
from cases.paper.certificate import CertificateLine, CertificatePaper, certificate_docx, certificate_pdf
from tests.workflows.alliances import City, act, build_city
from tests.workflows.filings import filed
from tests.workflows.test_registers import dispatch, enter, lecture
from tests.worlds import moment
from workflows.alliance.certificate.certifying import certify, check

DOCTOR = "lead_head"
AT = moment("2020-07-01 10:00")
PAPER = CertificatePaper(
    person="张医生",
    lead="市老年病医院",
    alliance="拱墅区紧密医养联合体",
    lines=(CertificateLine("和睦养老服务中心", ((dt.date(2020, 6, 1), dt.date(2020, 6, 5)),), ("会诊", "派出"), 5),),
    total=5,
    clause="试点方案 四（一）",
    number="JL-1-2-5F3A2B1C-0123456789AB",
    on=dt.date(2020, 7, 1),
)


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def pilot(city: City) -> Case:
    return filed(city)


def stay(city: City, pilot: Case, first: int, last: int, **others: Any) -> Activity:
    """A dispatch of the doctor in June 2020."""
    days = {"from_on": dt.date(2020, 6, first), "until_on": dt.date(2020, 6, last)}
    return enter(city, pilot, day="2020-06-28", **dispatch(city, **{**days, **others}))


def test_overlapping_days_count_once_at_a_member_and_everywhere_together(city: City, pilot: Case) -> None:
    stay(city, pilot, 1, 5)
    stay(city, pilot, 4, 8)
    stay(city, pilot, 8, 10, unit_id=city.community.pk)
    found = certify(pilot, city.people[DOCTOR], AT)
    assert [(line.unit, line.count) for line in found.lines] == [(city.institution.pk, 8), (city.community.pk, 3)]
    assert found.total == 10


def test_visits_that_name_the_person_count_and_lectures_and_other_people_do_not(city: City, pilot: Case) -> None:
    stay(city, pilot, 1, 1, register="consultation")
    stay(city, pilot, 2, 2, person_id=city.people["lead"].pk)
    enter(city, pilot, day="2020-06-28", **lecture(city, person_id=city.people[DOCTOR].pk))
    assert certify(pilot, city.people[DOCTOR], AT).total == 1


def test_what_is_struck_counts_no_more_and_the_paper_that_is_out_stays_genuine(city: City, pilot: Case) -> None:
    activity = stay(city, pilot, 1, 5)
    before = certify(pilot, city.people[DOCTOR], AT)
    act(city, pilot, "strike_activity", "lead", "2020-07-02", activity=activity.pk)
    assert certify(pilot, city.people[DOCTOR], moment("2020-07-03")).total == 0
    found = check(before.number)
    assert found is not None
    assert (found.person, found.total) == (city.people[DOCTOR], 5)


def test_a_number_with_one_letter_changed_is_not_genuine(city: City, pilot: Case) -> None:
    stay(city, pilot, 1, 5)
    number = certify(pilot, city.people[DOCTOR], AT).number
    assert check(f" {number.lower()} ") is not None
    other = "1" if number[-1] != "1" else "2"
    assert check(number[:-1] + other) is None
    assert check("JL-1") is None


def test_the_word_file_says_who_where_when_and_how_long() -> None:
    document = Document(io.BytesIO(certificate_docx(PAPER)))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for wanted in ("基层工作经历证明", "张医生", "共计5天", "JL-1-2-5F3A2B1C-0123456789AB", "2020年7月1日"):
        assert wanted in text
    (row,) = document.tables[0].rows[1:]
    assert [cell.text for cell in row.cells] == ["和睦养老服务中心", "2020年6月1日至2020年6月5日", "会诊、派出", "5"]


@pytest.mark.font
def test_the_pdf_is_the_same_for_the_same_content() -> None:
    first = certificate_pdf(PAPER)
    assert first.startswith(b"%PDF-")
    assert first == certificate_pdf(PAPER)


@pytest.mark.parametrize(
    ("reader", "status"), [("lead", 200), (DOCTOR, 200), ("member", 403), ("commission", 403), ("other_lead", 404)]
)
def test_the_certificate_is_for_the_office_and_the_person(
    city: City, pilot: Case, client: Client, reader: str, status: int
) -> None:
    stay(city, pilot, 1, 5)
    client.force_login(city.people[reader])
    address = reverse("certificate", args=[pilot.pk, city.people[DOCTOR].pk])
    assert client.get(address).status_code == status
    word = reverse("certificate_file", args=[pilot.pk, city.people[DOCTOR].pk, "docx"])
    assert client.get(word).status_code == status


def test_whoever_left_the_hospital_still_gets_their_own_certificate(city: City, pilot: Case, client: Client) -> None:
    stay(city, pilot, 1, 5)
    doctor = city.people[DOCTOR]
    doctor.appointments.update(valid_until=dt.date(2020, 6, 29))
    client.force_login(doctor)
    assert client.get(reverse("certificate", args=[pilot.pk, doctor.pk])).status_code == 200
    assert client.get(reverse("certificates", args=[pilot.pk])).status_code == 200


def test_anybody_who_has_the_number_checks_it(city: City, pilot: Case, client: Client) -> None:
    stay(city, pilot, 1, 5)
    number = certify(pilot, city.people[DOCTOR], AT).number
    client.force_login(city.people["region"])
    genuine = client.get(reverse("certificate_check"), {"number": number}).content.decode()
    assert city.people[DOCTOR].name in genuine
    forged = client.get(reverse("certificate_check"), {"number": number[:-2] + "00"}).content.decode()
    assert city.people[DOCTOR].name not in forged
