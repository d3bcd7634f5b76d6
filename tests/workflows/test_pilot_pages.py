"""Requests to the pages of programmes and pilots: who sees what, what each refusal answers, nothing typed is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.models import Case, CaseEvent, Evidence, Membership
from tests.workflows.alliances import (
    City,
    act,
    again,
    applied,
    build_city,
    in_practice,
    parent_of,
    placed,
    programme_of,
)
from tests.workflows.filings import filed
from tests.worlds import moment
from workflows.alliance.states import State

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@contextmanager
def on(day: str) -> Iterator[None]:
    with time_machine.travel(moment(day), tick=False):
        yield


def signed_in(city: City, name: str) -> Client:
    client = Client()
    client.force_login(city.people[name])
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def rows(*members: dict[str, Any]) -> dict[str, Any]:
    """The rows of an application as the form posts them; one row is left empty."""
    data: dict[str, Any] = {"members-TOTAL_FORMS": len(members) + 1, "members-INITIAL_FORMS": 0}
    for number, given in enumerate(members):
        data |= {f"members-{number}-{name}": value for name, value in given.items()}
    return data


def typed(city: City, **others: Any) -> dict[str, Any]:
    return {
        "name": "拱墅区紧密医养联合体",
        "lead": city.hospital.pk,
        "structure": "three_tier",
        "application": "方便就近。",
        **rows(
            {"unit": city.community.pk, "tier": "community", "valid_from": "2020-03-01", "last_on": "2021-12-31"},
            {"unit": city.institution.pk, "tier": "institution", "valid_from": "2020-03-01"},
        ),
        **others,
    }


def test_the_commission_opens_a_programme_and_a_hospital_applies_in_it(city: City) -> None:
    with on("2020-02-10"):
        new = reverse("pilot_programme_new")
        assert signed_in(city, "commission").get(new).status_code == 200
        assert signed_in(city, "lead").get(new).status_code == 403
        assert signed_in(city, "commission").post(new, {"title": ""}).status_code == 422
        answer = signed_in(city, "commission").post(new, {"title": "试点", "notice": "请申报。"}, follow=True)
        assert "请申报。" in text(answer)
        assert signed_in(city, "commission").post(new, {"title": "又一个"}).status_code == 409
    programme = Case.objects.get(kind="pilot_programme")
    address = reverse("pilot_apply", args=[programme.pk])
    with on("2020-02-20"):
        lead = signed_in(city, "lead")
        assert lead.get(address).status_code == 200
        assert lead.post(address, typed(city), follow=True).redirect_chain
    row = Membership.objects.get(unit=city.community)
    assert (str(row.valid_until), row.tier) == ("2022-01-01", "community")


def test_a_refused_application_keeps_what_was_typed_and_names_the_clause(city: City) -> None:
    programme = programme_of(city)
    address = reverse("pilot_apply", args=[programme.pk])
    with on("2020-02-20"):
        answer = signed_in(city, "lead").post(address, typed(city, structure="direct"))
        assert answer.status_code == 422
        assert "方便就近。" in text(answer)
        assert "试点方案 二（二）1" in text(answer)
        more = signed_in(city, "lead").post(address, typed(city, more="1"))
        assert more.status_code == 200
        assert "方便就近。" in text(more)
        assert 'name="members-5-unit"' in text(more)
        assert signed_in(city, "commission").get(address).status_code == 403
        assert signed_in(city, "member").get(address).status_code == 404
    assert not Case.objects.filter(kind="pilot").exists()


def test_a_selection_with_open_applications_is_refused_on_the_page(city: City) -> None:
    pilot = applied(city)
    address = reverse("pilot_programme_finish", args=[pilot.parent_id])
    with on("2020-03-16"):
        assert signed_in(city, "commission").post(address).status_code == 409
        act(city, pilot, "select", "commission_head", "2020-03-16")
        assert signed_in(city, "commission").post(address).status_code == 302
    assert again(parent_of(pilot)).state == "running"


@pytest.mark.parametrize("state", State.values)
def test_the_page_of_a_pilot_stands_for_everybody_who_takes_part_in_every_state(city: City, state: str) -> None:
    pilot = placed(city, state)
    with on("2020-05-06"):
        for name in ("commission", "commission_head", "lead", "member", "district", "finance", "region", "inspector"):
            answer = signed_in(city, name).get(reverse("pilot", args=[pilot.pk]))
            assert answer.status_code == 200, name
            assert pilot.pilot.name in text(answer)


@pytest.mark.parametrize(
    ("state", "verb", "by", "data"),
    [
        ("applied", "select", "commission_head", {}),
        ("applied", "decline", "commission_head", {"reason": "名额已满。"}),
        ("applied", "withdraw", "lead", {"reason": "条件未成熟。"}),
        ("selected", "set_up_group", "lead", {"working_group": "组长：院长。"}),
        ("exchange", "hold_exchange", "commission", {"exchange_on": "2021-09-30", "exchange": "交流。"}),
        ("deciding", "promote", "commission_head", {}),
        ("deciding", "extend_practice", "commission_head", {"extended_until": "2022-06-30", "reason": "继续。"}),
        ("practice", "stop", "commission_head", {"reason": "未开展。"}),
        ("promoted", "publish_experience", "commission", {"experience": "做法。"}),
    ],
)
def test_a_step_is_taken_on_the_page_by_whoever_may_and_refused_to_a_member(
    city: City, state: str, verb: str, by: str, data: dict[str, str]
) -> None:
    pilot = placed(city, state)
    address = reverse("pilot_verb", args=[pilot.pk, verb])
    with on("2021-10-08"):
        page = signed_in(city, by).get(reverse("pilot", args=[pilot.pk]))
        assert address in text(page)
        assert address not in text(signed_in(city, "member").get(reverse("pilot", args=[pilot.pk])))
        refused = signed_in(city, "member").post(address, {"version": pilot.version, **data})
        assert refused.status_code == 403
        assert all(value in text(refused) for name, value in data.items() if name != "exchange_on")
        stale = signed_in(city, by).post(address, {"version": pilot.version - 1, **data})
        assert stale.status_code == 409
        done = signed_in(city, by).post(address, {"version": pilot.version, **data})
        assert done.status_code == 302, text(done)


def test_members_are_admitted_named_and_let_go_on_the_page(city: City) -> None:
    pilot = in_practice(city)

    def post(name: str, verb: str, **data: Any) -> Any:
        return signed_in(city, name).post(reverse("pilot_verb", args=[pilot.pk, verb]), data)

    with on("2020-05-06"):
        joining = {"unit": city.sibling.pk, "tier": "institution", "valid_from": "2020-05-01"}
        assert post("lead", "admit", **{**joining, "has_hospital": "on"}).status_code == 422
        assert post("lead", "admit", **joining).status_code == 302
        assert post("lead", "admit", **joining).status_code == 409
        row = Membership.objects.get(unit=city.sibling)
        named = {"membership": row.pk, "contact": city.people["sibling_contact"].pk}
        assert post("sibling", "name_contact", **named).status_code == 302
        assert post("member", "name_contact", **named).status_code == 422
        Membership.objects.filter(pk=row.pk).update(valid_until=dt.date(2020, 5, 21))
        shown = text(signed_in(city, "lead").get(reverse("pilot", args=[pilot.pk])))
        assert "5月20日" in shown
        assert reverse("pilot_verb", args=[pilot.pk, "renew_membership"]) in shown
        renewal = {"membership": row.pk, "agreement": "第二期协议", "last_on": "2020-05-01"}
        refused = post("lead", "renew_membership", **renewal)
        assert (refused.status_code, "第二期协议" in text(refused)) == (422, True)
        assert "#renew_membership-last_on" in text(refused)  # the summary leads to the field
        assert post("lead", "renew_membership", **renewal | {"last_on": ""}).status_code == 302
        assert "第二期协议" in text(signed_in(city, "sibling").get(reverse("pilot", args=[pilot.pk])))
        ending = {"membership": row.pk, "on": "2020-05-10", "reason": "搬迁。"}
        assert post("sibling", "end_membership", **ending).status_code == 302
    with on("2020-05-11"):
        shown = text(signed_in(city, "lead").get(reverse("pilot", args=[pilot.pk])))
        assert "搬迁。" in shown
        assert "第二期协议" not in shown


def test_a_pilot_is_shown_at_a_glance_with_the_pages_behind_each_figure(city: City) -> None:
    pilot = filed(city)
    with on("2020-05-06"):
        shown = text(signed_in(city, "member").get(reverse("pilot", args=[pilot.pk])))
        tiles = shown.partition('class="sheet kpis"')[2].partition("</dl>")[0]
        assert "2/2" in tiles
        for name in ("pilot_filings", "pilot_activities", "pilot_referrals"):
            assert reverse(name, args=[pilot.pk]) in tiles, name


def test_the_list_shows_one_phase_at_a_time(city: City) -> None:
    pilot = in_practice(city)
    with on("2020-05-06"):
        client = signed_in(city, "finance")
        assert pilot.pilot.name in text(client.get(reverse("pilots"), {"phase": "practice"}))
        assert pilot.pilot.name not in text(client.get(reverse("pilots"), {"phase": "evaluation"}))


def test_published_experience_is_read_in_the_city_and_the_region_and_not_before(city: City) -> None:
    pilot = placed(city, "promoted")
    address = reverse("pilot_experience", args=[pilot.pk])
    with on("2021-10-08"):
        assert signed_in(city, "sibling").get(address).status_code == 404
        act(city, pilot, "publish_experience", "commission", "2021-10-08", experience="优先预约专家门诊。")
        for name in ("sibling", "nursing", "centre", "district", "region", "nation", "lead"):
            assert "优先预约专家门诊。" in text(signed_in(city, name).get(address)), name
            assert pilot.pilot.name in text(signed_in(city, name).get(reverse("pilot_experiences")))
        assert signed_in(city, "nobody").get(address).status_code == 404


@pytest.mark.parametrize(
    ("state", "by"),
    [
        ("applied", "commission_head"),
        ("selected", "lead"),
        ("practice", "lead"),
        ("reporting", "lead"),
        ("joint", "commission"),
        ("countersigning", "finance"),
        ("exchange", "commission"),
        ("deciding", "commission_head"),
    ],
)
def test_the_inbox_of_whoever_has_the_work_leads_to_the_pilot(city: City, state: str, by: str) -> None:
    pilot = placed(city, state)
    with on("2020-05-06"):
        client = signed_in(city, by)
        shown = text(client.get(reverse("inbox")))
        assert reverse("pilot", args=[pilot.pk]) in shown
        assert client.get(reverse("case", args=[pilot.pk])).status_code in (200, 302)


@pytest.mark.parametrize("by", ["lead", "member", "member_contact", "centre", "finance"])
def test_every_new_role_has_an_inbox_a_page_of_its_own_and_a_navigation(city: City, by: str) -> None:
    in_practice(city)
    with on("2020-05-06"):
        client = signed_in(city, by)
        for name in ("inbox", "me", "messages"):
            assert client.get(reverse(name)).status_code == 200, name
        place = "guidance" if by == "centre" else "pilots"
        assert f'href="{reverse(place)}"' in text(client.get(reverse("inbox")))


def test_the_summary_report_takes_files_that_whoever_reads_the_pilot_opens(city: City) -> None:
    pilot = act(city, filed(city), "begin_evaluation", "system", "2021-05-06")
    address, page = reverse("pilot_verb", args=[pilot.pk, "report"]), reverse("pilot", args=[pilot.pk])
    with on("2021-05-10"):
        lead = signed_in(city, "lead")
        assert 'enctype="multipart/form-data"' in text(lead.get(page))
        sent: dict[str, Any] = {"version": pilot.version, "summary": "试点总结。"}
        bad = SimpleUploadedFile("总结.exe", b"MZ" + bytes(50))
        refused = lead.post(address, sent | {"attached": bad})
        assert (refused.status_code, "试点总结。" in text(refused)) == (422, True)
        assert again(pilot).state == "reporting"
        good = [SimpleUploadedFile("总结报告.pdf", PDF), SimpleUploadedFile("数据.pdf", PDF.replace(b"1.4", b"1.5"))]
        assert lead.post(address, sent | {"attached": good}).status_code == 302
        for name in ("commission", "member", "finance", "district"):
            client = signed_in(city, name)
            assert "总结报告.pdf" in text(client.get(page)), name
            assert client.get(reverse("evidence", args=[Evidence.objects.earliest("pk").pk])).status_code == 200, name
        outside = signed_in(city, "sibling")
        assert outside.get(reverse("evidence", args=[Evidence.objects.earliest("pk").pk])).status_code == 404
    files = CaseEvent.objects.get(case=pilot.pk, verb="report").details["files"]
    assert files == sorted(Evidence.objects.values_list("sha256", flat=True))
    assert len(files) == 2
