"""The pages of filings, registers and committee: to each reader their own, nothing typed is lost, who hears of what."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.access import Viewer
from cases.evidence import readable
from cases.models import Activity, AnnualPlan, Case, CommitteeMember, Evidence, Filing, Meeting
from tests.notifications.telling import deliver_all, forget_deliveries, told
from tests.workflows.alliances import City, act, build_city, in_practice, selected
from tests.workflows.filings import TEXTS, accepted, filed, filing_of, submitted, write
from tests.workflows.test_registers import dispatch, enter, lecture
from tests.worlds import moment

NOW = moment("2020-06-10 10:00")


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def reader(city: City, name: str) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(city.people[name])
    return client


def png() -> SimpleUploadedFile:
    from PIL import Image

    content = io.BytesIO()
    Image.new("RGB", (4, 4)).save(content, "PNG")
    return SimpleUploadedFile("签字页.png", content.getvalue(), "image/png")


def test_a_filing_is_written_filed_returned_and_accepted_on_its_page(city: City) -> None:
    case = filing_of(in_practice(city))
    lead, commission = reader(city, "lead"), reader(city, "commission")
    page, draft = reverse("filing", args=[case.pk]), reverse("filing_draft", args=[case.pk])
    assert "Not filed yet" in commission.get(page).content.decode()
    lead.post(draft, {"text": "一、目标", "row_version": "0"})
    lead.post(reverse("filing_files", args=[case.pk]), {"evidence": png()})
    refused = lead.post(draft, {"text": "二、任务", "row_version": "0"})
    assert (refused.status_code, "二、任务" in refused.content.decode()) == (409, True)
    version = Case.objects.get(pk=case.pk).version
    lead.post(reverse("filing_verb", args=[case.pk, "submit"]), {"version": version})
    shown = commission.get(page).content.decode()
    assert "一、目标" in shown
    assert "签字页.png" in shown
    no_reason = commission.post(reverse("filing_verb", args=[case.pk, "return_"]), {"version": version + 1})
    assert no_reason.status_code == 422
    assert commission.post(reverse("filing_verb", args=[case.pk, "accept"]), {"version": version}).status_code == 409
    commission.post(reverse("filing_verb", args=[case.pk, "accept"]), {"version": version + 1})
    assert Case.objects.get(pk=case.pk).state == "accepted"


@pytest.mark.parametrize(("name", "status"), [("member", 200), ("district", 200), ("sibling", 404), ("finance", 404)])
def test_who_reads_a_filing(city: City, name: str, status: int) -> None:
    case = submitted(city, filing_of(in_practice(city)))
    assert reader(city, name).get(reverse("filing", args=[case.pk])).status_code == status


def test_members_read_the_draft_and_do_not_write_it(city: City) -> None:
    case = write(city, filing_of(in_practice(city)))
    member = reader(city, "member")
    assert "双向转诊" in member.get(reverse("filing", args=[case.pk])).content.decode()
    assert member.post(reverse("filing_draft", args=[case.pk]), {"text": "改", "row_version": "1"}).status_code == 403


def test_files_of_a_draft_are_the_alliances_own_until_it_is_filed(city: City) -> None:
    case = write(city, filing_of(in_practice(city)))
    reader(city, "lead").post(reverse("filing_files", args=[case.pk]), {"evidence": png()})
    assert Evidence.objects.get(case=case.pk).purpose == "filing"

    def may_open(name: str) -> bool:
        return readable(Viewer(city.people[name], NOW)).filter(case=case.pk).exists()

    assert [may_open(name) for name in ("lead", "member", "commission", "sibling")] == [True, True, False, False]
    act(city, case, "submit", "lead", "2020-06-11")
    assert may_open("commission")


def test_the_new_version_stands_beside_the_old_one_with_what_changes(city: City) -> None:
    pilot = filed(city)
    lead = reader(city, "lead")
    listed = reverse("pilot_filings", args=[pilot.pk])
    assert lead.post(reverse("filing_new", args=[pilot.pk]), {}).status_code == 422
    lead.post(reverse("filing_new", args=[pilot.pk]), {"kind": "plan"})
    second = Filing.objects.get(pilot=pilot.pk, kind="plan", number=2)
    write(city, second.case, TEXTS[Filing.Kind.PLAN].replace("每月", "每周"), "2020-06-09")
    page = lead.get(reverse("filing", args=[second.pk])).content.decode()
    assert "<del>牵头医院每月到成员单位会诊。</del>" in page
    assert "<ins>牵头医院每周到成员单位会诊。</ins>" in page
    assert "Version 2" in lead.get(listed).content.decode()


def test_an_entry_is_made_on_a_phone_in_few_fields_and_a_refused_one_keeps_what_was_typed(city: City) -> None:
    pilot = filed(city)
    member, new = reader(city, "member"), reverse("activity_new", args=[pilot.pk])
    assert "Which register?" in member.get(new).content.decode()
    form = member.get(new, {"register": "lecture"}).content.decode()
    assert 'value="2020-06-10"' in form
    assert 'name="sender"' not in form
    typed = {
        "register": "lecture",
        "title": "跌倒预防",
        "from_on": "2020-03-30",
        "unit": city.institution.pk,
        "people": 4,
    }
    refused = member.post(new, typed)
    assert (refused.status_code, "跌倒预防" in refused.content.decode()) == (422, True)
    assert "试点方案 三（二）" in refused.content.decode()
    done = member.post(new, {**typed, "from_on": "2020-06-09", "again": "1", "evidence": png()})
    assert done.status_code == 302
    assert "register=lecture" in done.headers["Location"]
    activity = Activity.objects.get()
    assert (activity.until_on, activity.people) == (dt.date(2020, 6, 9), 4)
    assert Evidence.objects.get(case=pilot.pk).item_code == f"activity:{activity.pk}"


def test_the_form_says_that_entries_wait_for_the_filings(city: City) -> None:
    pilot = in_practice(city)
    page = reader(city, "lead").get(reverse("activity_new", args=[pilot.pk]), {"register": "lecture"})
    assert "实施方案和协议书需及时报市卫生健康委备案" in page.content.decode()


def test_entries_are_filtered_counted_by_month_and_exported(city: City) -> None:
    pilot = filed(city)
    enter(city, pilot, **lecture(city))
    enter(city, pilot, **dispatch(city, from_on=dt.date(2020, 5, 4), until_on=dt.date(2020, 5, 6)))
    struck = enter(city, pilot, **lecture(city, title="登记有误"))
    act(city, pilot, "strike_activity", "lead", "2020-06-10", activity=struck.pk)
    commission = reader(city, "commission")
    listed = reverse("pilot_activities", args=[pilot.pk])
    page = commission.get(listed).content.decode()
    assert "2020-05" in page
    assert "2020-06" in page
    assert "登记有误" not in page
    only = commission.get(listed, {"register": "dispatch"}).content.decode()
    assert "驻点门诊" in only
    assert "跌倒预防" not in only
    assert "登记有误" in commission.get(listed, {"struck": "on"}).content.decode()
    file = commission.get(reverse("activities_export", args=[pilot.pk]), {"register": "dispatch"})
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(file.streaming_content))).worksheets[0].values)  # type: ignore[attr-defined]
    assert [row[1] for row in rows[1:]] == ["驻点门诊"]


def test_a_long_register_is_paged_by_its_days(city: City) -> None:
    pilot = filed(city)
    entered = {"entered_by": city.people["lead"], "entered_at": NOW, "unit": city.institution, "register": "rule"}
    Activity.objects.bulk_create(
        Activity(pilot_id=pilot.pk, title=f"制度{number}", from_on=day, until_on=day, **entered)
        for number in range(35)
        if (day := dt.date(2020, 4, 3) + dt.timedelta(days=number // 3))
    )
    lead, listed = reader(city, "lead"), reverse("pilot_activities", args=[pilot.pk])
    first = lead.get(listed)
    second = lead.get(listed, {"after": first.context["page"].next})
    titles = [row.title for page in (first, second) for row in page.context["page"].rows]
    assert len(set(titles)) == 35
    assert second.context["page"].next == ""


def test_an_entry_is_corrected_and_struck_on_its_page(city: City) -> None:
    pilot = filed(city)
    activity = enter(city, pilot, **lecture(city))
    member, page = reader(city, "member"), reverse("activity", args=[pilot.pk, activity.pk])
    change = {"title": "跌倒预防", "from_on": "2020-06-09", "unit": city.institution.pk, "people": 41, "row_version": 0}
    assert member.post(page, change).status_code == 302
    stale = member.post(page, {**change, "people": 42})
    assert (stale.status_code, "Somebody else has changed this" in stale.content.decode()) == (409, True)
    strike = reverse("activity_strike", args=[pilot.pk, activity.pk])
    assert member.post(strike, {}).status_code == 422
    assert member.post(strike, {"reason": "重复登记。"}).status_code == 302
    assert "重复登记。" in member.get(page).content.decode()


def test_the_committee_its_meetings_and_plans_are_kept_on_one_page(city: City) -> None:
    pilot = in_practice(city)
    lead, page = reader(city, "lead"), reverse("pilot_meetings", args=[pilot.pk])
    assert "管委会主任由牵头单位的院长担任" in lead.get(page).content.decode()
    seat = {"seat": "director", "unit": city.hospital.pk, "user": city.people["lead"].pk, "valid_from": "2020-04-01"}
    refused = lead.post(reverse("seat_new", args=[pilot.pk]), seat)
    assert (refused.status_code, "管委会主任由牵头单位的院长担任" in refused.content.decode()) == (422, True)
    assert (
        lead.post(reverse("seat_new", args=[pilot.pk]), {**seat, "user": city.people["lead_head"].pk}).status_code
        == 302
    )
    director = CommitteeMember.objects.get()
    meeting = {"held_on": "2020-06-01", "agenda": "一、转诊", "decisions": "同意。", "present": [director.pk]}
    assert lead.post(reverse("meeting_new", args=[pilot.pk]), {**meeting, "decisions": ""}).status_code == 422
    assert lead.post(reverse("meeting_new", args=[pilot.pk]), {**meeting, "evidence": png()}).status_code == 302
    plan = {"year": 2020, "text": "每月会诊。", "agreed_on": "2020-04-02", "row_version": "0"}
    assert lead.post(reverse("plan_write", args=[pilot.pk]), plan).status_code == 302
    stale = lead.post(reverse("plan_write", args=[pilot.pk]), {**plan, "text": "每周会诊。"})
    assert (stale.status_code, "每周会诊。" in stale.content.decode()) == (409, True)
    shown = reader(city, "member").get(page).content.decode()
    assert "每月会诊。" in shown
    assert "一、转诊" in shown
    assert AnnualPlan.objects.get().row_version == 1
    detail = reader(city, "commission").get(reverse("meeting", args=[pilot.pk, Meeting.objects.get().pk]))
    assert "签字页.png" in detail.content.decode()
    ended = {"member": director.pk, "valid_until": "2020-06-20"}
    assert lead.post(reverse("seat_end", args=[pilot.pk]), ended).status_code == 302


def test_those_who_keep_no_committee_find_no_form(city: City) -> None:
    pilot = in_practice(city)
    member = reader(city, "member")
    assert member.post(reverse("plan_write", args=[pilot.pk]), {"year": 2020}).status_code in (403, 422)
    assert (
        "The lead hospital’s office enters the meetings"
        in member.get(reverse("meeting_new", args=[pilot.pk])).content.decode()
    )


def test_the_office_hears_of_its_first_filings_and_the_commission_of_what_is_filed(city: City) -> None:
    pilot = selected(city)
    deliver_all(moment("2020-03-17"))
    assert told("select")["lead"] == "task"
    submitted(city, filing_of(pilot))
    deliver_all(moment("2020-04-03"))
    assert told("submit") == {"commission": "task"}


def test_the_office_hears_of_a_return_and_the_alliance_of_what_is_in_force(city: City) -> None:
    pilot = in_practice(city)
    case = submitted(city, filing_of(pilot))
    act(city, case, "return_", "commission", "2020-04-07")
    deliver_all(moment("2020-04-08"))
    assert told("return_") == {"lead": "returned"}
    forget_deliveries()
    accepted(city, filing_of(pilot, Filing.Kind.AGREEMENT), "2020-04-09")
    deliver_all(moment("2020-04-10"))
    assert told("accept") == dict.fromkeys(("lead", "member", "community", "district"), "progress")


def test_the_alliance_hears_that_a_version_is_superseded(city: City) -> None:
    pilot = filed(city)
    act(city, pilot, "new_filing", "lead", "2020-06-01", kind="plan")
    forget_deliveries()
    accepted(city, filing_of(pilot, number=2), "2020-06-09")
    deliver_all(NOW)
    assert told("supersede") == dict.fromkeys(("lead", "member", "community", "district"), "progress")
