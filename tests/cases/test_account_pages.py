"""Pages of accounts and appointments: what the administrators do there, and what they cannot."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from cases.accounts.models import Proposal
from cases.models import User
from cases.models.audit import SystemEvent
from cases.roles import Role
from cases.second_factor import devices
from tests.worlds import World, build_world, moment, person

pytestmark = pytest.mark.django_db
NOW = moment("2021-05-12 10:00")


@pytest.fixture(autouse=True)
def present() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> World:
    return build_world()


def as_(user: User) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def lent(page: Any) -> str:
    return re.findall(r'<p class="mono codes">([\w-]+)</p>', page.content.decode())[0]


def test_from_a_new_account_to_somebody_who_works(world: World) -> None:
    system, security = as_(world.system_admin), as_(world.security_admin)
    fields = {"login": "wang.fang", "name": "王芳", "phone": "", "unit": world.county.code}
    words = lent(system.post(reverse("account_new"), fields))
    fang = User.objects.get(username="wang.fang")

    wanted = {
        "login": "wang.fang",
        "unit": world.county.code,
        "role": Role.COUNTY_OFFICER,
        "first": "2021-05-12",
        "last": "",
        "reason": "补员",
    }
    done = security.post(reverse("appointment_new"), wanted)
    proposal = Proposal.objects.get()
    assert done["Location"] == reverse("proposal", args=[proposal.pk])
    refused = security.post(reverse("proposal_do", args=[proposal.pk, "confirm"]))
    assert refused.status_code == 403

    head = as_(world.county_approver)
    assert "Decide" in head.get(reverse("appointments")).content.decode()
    head.post(reverse("proposal_do", args=[proposal.pk, "confirm"]))
    client = Client()
    client.post(reverse("login"), {"username": "wang.fang", "password": words})
    own = {"old_password": words, "new_password1": "a long one of her own", "new_password2": "a long one of her own"}
    client.post(reverse("password_change"), own)
    assert client.get(reverse("verifications")).status_code == 200
    assert set(SystemEvent.objects.values_list("verb", flat=True)) >= {
        "open_account", "propose", "appoint", "change_password", "sign_in"
    }  # fmt: skip
    assert not any("王芳" in str(event.__dict__) for event in SystemEvent.objects.all())
    assert fang.proposals.get().state == "confirmed"


def test_a_forgotten_password_and_a_lost_telephone(world: World) -> None:
    system, user = as_(world.system_admin), world.county_officer
    devices.begun(user)
    TOTPDevice.objects.update(confirmed=True)
    first = lent(system.post(reverse("account_do", args=[user.pk, "password"])))
    assert devices.has_factor(user)
    second = lent(system.post(reverse("account_do", args=[user.pk, "factor"])))
    assert not devices.has_factor(user)
    user.refresh_from_db()
    assert not user.check_password(first)
    assert user.check_password(second)


@pytest.mark.parametrize("act", ["password", "factor", "disable", "enable"])
@pytest.mark.parametrize("role", ["system_admin", "security_admin", "auditor", "inspector"])
def test_accounts_of_those_who_watch_are_not_touched(world: World, role: str, act: str) -> None:
    user = world.people[role]
    before = user.password
    assert as_(world.system_admin).post(reverse("account_do", args=[user.pk, act])).status_code == 403
    user.refresh_from_db()
    assert (user.password, user.is_active) == (before, True)


def test_a_disabled_account_counts_for_nothing_until_it_is_enabled(world: World) -> None:
    system, user = as_(world.system_admin), world.county_officer
    officer = as_(user)
    system.post(reverse("account_do", args=[user.pk, "disable"]))
    assert officer.get(reverse("ledger")).status_code == 302
    assert system.post(reverse("account_do", args=[user.pk, "disable"])).status_code == 409
    system.post(reverse("account_do", args=[user.pk, "enable"]))
    assert as_(user).get(reverse("ledger")).status_code == 200


def test_people_of_elsewhere_are_not_there(world: World) -> None:
    local = as_(person("地区管理员", Role.SYSTEM_ADMIN, world.other_prefecture))
    user = world.county_officer
    assert local.get(reverse("account", args=[user.pk])).status_code == 404
    assert local.post(reverse("account_do", args=[user.pk, "password"])).status_code == 404
    assert user.username not in local.get(reverse("accounts")).content.decode()
    fields = {"login": "x.y.z", "name": "某", "phone": "", "unit": world.county.code}
    assert local.post(reverse("account_new"), fields).status_code == 422


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"login": "有汉字"}, "A login name has only letters"),
        ({"login": "x"}, "A login name has only letters"),
        ({"unit": "000"}, "There is no such unit"),
    ],
)
def test_a_faulty_account_keeps_what_was_typed(world: World, fields: dict[str, str], fault: str) -> None:
    given = {"login": "wang.fang", "name": "王芳", "phone": "0991-1234567", "unit": world.county.code} | fields
    page = as_(world.system_admin).post(reverse("account_new"), given)
    assert page.status_code == 422
    assert fault in page.content.decode()
    assert "0991-1234567" in page.content.decode()


def test_a_refused_proposal_keeps_what_was_typed(world: World) -> None:
    wanted = {
        "login": world.auditor.username,
        "unit": world.county.code,
        "role": Role.COUNTY_OFFICER,
        "first": "2021-05-12",
        "reason": "一段说明",
    }
    page = as_(world.security_admin).post(reverse("appointment_new"), wanted)
    assert page.status_code == 422
    assert "held alone" in page.content.decode()
    assert "一段说明" in page.content.decode()


def test_a_successor_is_named_from_the_list_of_who_holds_what(world: World) -> None:
    security, held = as_(world.security_admin), world.county_officer.appointments.get()
    page = security.get(reverse("appointments"), {"asked": world.county_officer.username}).content.decode()
    assert f"?ends={held.pk}" in page
    form = security.get(reverse("appointment_new"), {"ends": held.pk}).content.decode()
    assert world.county.code in form
    assert security.get(reverse("appointment_new"), {"ends": "9" * 30}).status_code == 404
    assert security.get(reverse("appointment_end", args=[held.pk])).status_code == 200
    done = security.post(reverse("appointment_end", args=[held.pk]), {"last": "2021-05-31", "reason": "调离"})
    assert done.status_code == 302
    held.refresh_from_db()
    assert str(held.valid_until) == "2021-06-01"
