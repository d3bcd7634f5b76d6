"""A small city for tests of alliance pilots, and a pilot in it that was applied for, selected, or is in practice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from cases.access import SYSTEM, Actor, Viewer
from cases.editions.load import available
from cases.editions.store import store_editions
from cases.models import Case, Membership, OrgUnit, Pilot, User
from cases.roles import Role
from tests.remembered import remembered
from tests.worlds import Seat, _people, moment, unit
from workflows.alliance.opening import apply, open_programme
from workflows.engine import perform
from workflows.kinds import KINDS

BEGUN = "2020-02-10"
SELECTED = "2020-03-16"
PRACTICE = "2020-04-01"
EVALUATION = "2021-05-01"
AGREED = dt.date(2020, 3, 1)


@dataclass
class City:
    """A city with two districts, two hospitals of its own, and those who may join them; people by what they are."""

    nation: OrgUnit
    region: OrgUnit
    city: OrgUnit
    district: OrgUnit
    other_district: OrgUnit
    hospital: OrgUnit
    other_hospital: OrgUnit
    community: OrgUnit
    institution: OrgUnit
    sibling: OrgUnit
    nursing: OrgUnit
    finance: OrgUnit
    centre: OrgUnit
    district_centre: OrgUnit
    people: dict[str, User] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        return SYSTEM if name == "system" else Actor(self.people[name], address="127.0.0.1", request_id="test")

    def viewer(self, name: str, at: dt.datetime) -> Viewer:
        return Viewer(self.people[name], at)


@remembered
def build_city() -> City:
    """Make the city; the editions of the project come with it."""
    store_editions(available())
    nation = unit("nation", "国家卫生健康委", "000000")
    region = unit("region", "浙江省卫生健康委", "330000", nation, division="浙江省")
    city = unit("prefecture", "杭州市卫生健康委", "330100", region, division="杭州市")
    district = unit("county", "拱墅区卫生健康局", "330105", city, division="拱墅区")
    other_district = unit("county", "西湖区卫生健康局", "330106", city, division="西湖区")
    made = City(
        nation,
        region,
        city,
        district,
        other_district,
        hospital=unit("hospital", "市老年病医院", "330100-001", city),
        other_hospital=unit("hospital", "市第二医院", "330100-002", city),
        community=unit("community_centre", "米市巷街道社区卫生服务中心", "330105-101", district),
        institution=unit("institution", "和睦养老服务中心", "330105-001", district),
        sibling=unit("institution", "小河福利院", "330105-002", district),
        nursing=unit("institution", "古荡护理院", "330106-001", other_district),
        finance=unit("finance_bureau", "杭州市财政局", "330100-901", city),
        centre=unit("guidance_centre", "杭州市老年健康指导中心", "330100-801", city),
        district_centre=unit("guidance_centre", "拱墅区老年健康指导中心", "330105-801", district),
    )
    seats: dict[str, Seat | None] = {
        "commission": (Role.PREFECTURE_OFFICER, city, None),
        "commission_head": (Role.PREFECTURE_HEAD, city, None),
        "district": (Role.COUNTY_OFFICER, district, None),
        "district_head": (Role.COUNTY_APPROVER, district, None),
        "other_district": (Role.COUNTY_OFFICER, other_district, None),
        "lead": (Role.ALLIANCE_OFFICER, made.hospital, None),
        "lead_head": (Role.INSTITUTION_HEAD, made.hospital, None),
        "lead_contact": (Role.REFERRAL_CONTACT, made.hospital, None),
        "other_lead": (Role.ALLIANCE_OFFICER, made.other_hospital, None),
        "community": (Role.MEMBER_OFFICER, made.community, None),
        "community_contact": (Role.REFERRAL_CONTACT, made.community, None),
        "member": (Role.MEMBER_OFFICER, made.institution, None),
        "member_head": (Role.INSTITUTION_HEAD, made.institution, None),
        "member_contact": (Role.REFERRAL_CONTACT, made.institution, None),
        "sibling": (Role.MEMBER_OFFICER, made.sibling, None),
        "sibling_contact": (Role.REFERRAL_CONTACT, made.sibling, None),
        "nursing": (Role.MEMBER_OFFICER, made.nursing, None),
        "nursing_contact": (Role.REFERRAL_CONTACT, made.nursing, None),
        "finance": (Role.FINANCE_OFFICER, made.finance, None),
        "centre": (Role.CENTRE_OFFICER, made.centre, None),
        "district_centre": (Role.CENTRE_OFFICER, made.district_centre, None),
        "region": (Role.REGION_OFFICER, region, None),
        "nation": (Role.NATION_OFFICER, nation, None),
        "inspector": (Role.INSPECTOR, city, None),
        "auditor": (Role.AUDITOR, region, None),
        "expired": (Role.ALLIANCE_OFFICER, made.hospital, dt.date(2020, 1, 1)),
        "nobody": None,
    }
    made.people.update(_people(seats))
    return made


def programme_of(city: City, day: str = BEGUN) -> Case:
    """The city's programme, open for applications."""
    return open_programme(city.city, title="紧密医养联合体试点", year=2020, by=city.actor("commission"), at=moment(day))


def member(of: OrgUnit, tier: str = "institution", **others: Any) -> dict[str, Any]:
    """What an application says of one member; the agreement holds from March 2020, with no end."""
    return {"unit": of, "tier": tier, "agreement": "合作协议", "valid_from": AGREED, **others}


def application(city: City, **others: Any) -> dict[str, Any]:
    """A three-tier alliance of hospital, community centre and one institution; ``sibling`` stays outside."""
    return {
        "name": "拱墅区紧密医养联合体",
        "structure": Pilot.Structure.THREE_TIER,
        "lead": city.hospital,
        "application": "方便就近，已有协作基础。",
        "members": [member(city.community, "community"), member(city.institution)],
        **others,
    }


def direct_application(city: City, **others: Any) -> dict[str, Any]:
    """A direct alliance of the other hospital with the nursing home."""
    given = {
        "name": "西湖区紧密医养联合体",
        "structure": Pilot.Structure.DIRECT,
        "lead": city.other_hospital,
        "members": [member(city.nursing, has_hospital=True)],
    }
    return application(city, **{**given, **others})


def applied(city: City, *, programme: Case | None = None, by: str = "lead", day: str = "2020-02-20") -> Case:
    """A pilot of the first hospital that was applied for."""
    return apply(programme or programme_of(city), application(city), by=city.actor(by), at=moment(day))


def selected(city: City, **others: Any) -> Case:
    """The same, selected by the commission; its first filings are in drafting."""
    return act(city, applied(city, **others), "select", "commission_head", SELECTED)


def in_practice(city: City, **others: Any) -> Case:
    """A pilot that the clock has put into practice, its filings not accepted yet."""
    return act(city, selected(city, **others), "begin_practice", "system", PRACTICE)


def act(city: City, case: Case, verb: str, by: str, day: str, **details: Any) -> Case:
    """One step of the case by one of the city's people on a day; a reason is given to every verb that wants one."""
    return perform(again(case), verb, by=city.actor(by), at=moment(day), **{"reason": "说明。", **details})


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def membership(pilot: Case, of: OrgUnit) -> Membership:
    """The newest membership of a unit in a pilot."""
    return Membership.objects.filter(pilot=pilot.pk, unit=of).latest("pk")


def placed(city: City, state: str) -> Case:
    """A pilot that stands in a state with its work item, without the way there; the way has tests of its own."""
    pilot = applied(city)
    if state == "applied":
        return pilot
    kind = KINDS["pilot"]
    final = state in kind.finals
    Case.objects.filter(pk=pilot.pk).update(state=state, finished=moment(SELECTED) if final else None)
    item = pilot.work_items.get(finished=None)
    if final:
        item.finished = moment(SELECTED)
    else:
        node = kind.nodes_by_state[state]
        item.flow_task = node
        item.unit_id, item.role = node.seat_of(again(pilot))
    item.save()
    return again(pilot)


def parent_of(case: Case) -> Case:
    """The case that this one hangs on."""
    return Case.objects.get(pk=case.parent_id)
