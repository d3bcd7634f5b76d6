"""Signing in: the lock, the second factor, lent passwords, and sessions that end."""

from __future__ import annotations

import datetime as dt
import re
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from cases.access import appoint
from cases.accounts.models import Account, UsedPassword
from cases.models import Appointment, User
from cases.models.audit import SystemEvent
from cases.passwords.one_time import lend, new_words
from cases.passwords.profiles import Profile
from cases.roles import Role
from cases.second_factor import devices
from tests.worlds import World, build_world

pytestmark = pytest.mark.django_db
WORDS = "correct horse"
NEW = "Battery-staple-7"
AT = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def world() -> World:
    built = build_world()
    # The world may have been built by an earlier test at another time; here its people came today.
    for person in built.people.values():
        person.date_joined = AT
    User.objects.update(date_joined=AT)
    return built


@pytest.fixture(autouse=True)
def present() -> Any:
    with time_machine.travel(AT, tick=False) as traveller, translation.override("en"):
        yield traveller


def browser() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def sign_in(client: Client, user: User, words: str = WORDS, address: str = "10.1.1.1", **more: str) -> Any:
    data = {"username": user.username, "password": words, **more}
    return client.post(reverse("login"), data, REMOTE_ADDR=address)


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def code_of(user: User, *, confirmed: bool = True) -> str:
    device = TOTPDevice.objects.get(user=user, confirmed=confirmed)
    return str(totp(device.bin_key)).zfill(6)


def enrol(client: Client, user: User) -> list[str]:
    """Set the second factor up as the person does; the recovery codes."""
    client.get(reverse("second_factor"))
    page = client.post(reverse("second_factor"), {"code": code_of(user, confirmed=False)})
    assert page.status_code == 200
    return re.findall(r'<li class="mono">([0-9a-f-]{19})</li>', page.content.decode())


# ── the lock ───────────────────────────────────────────────────────────────


def test_five_failures_lock_the_person_whatever_the_address(world: World) -> None:
    for number in range(5):
        answer = sign_in(browser(), world.county_officer, "wrong", f"10.1.1.{number}")
        assert answer.status_code == (422 if number < 4 else 429)
    locked = sign_in(browser(), world.county_officer, WORDS, "10.9.9.9")
    assert locked.status_code == 429
    assert "Wait 15 minutes" in text(locked)
    assert sign_in(browser(), world.county_approver, WORDS, "10.9.9.9").status_code == 302


def test_five_failures_lock_the_address_whoever_tries(world: World) -> None:
    people = [world.county_officer, world.county_approver, world.region_officer, world.nobody, world.auditor]
    for person in people:
        sign_in(browser(), person, "wrong", "10.1.1.1")
    assert sign_in(browser(), world.inspector, WORDS, "10.1.1.1").status_code == 429
    assert sign_in(browser(), world.inspector, WORDS, "10.1.1.2").status_code == 302


def test_an_office_behind_one_address_goes_on_when_names_are_tried_from_it(world: World, present: Any) -> None:
    for colleague in (world.county_officer, world.county_approver):
        sign_in(browser(), colleague)
    present.shift(dt.timedelta(days=3))
    for number in range(9):
        sign_in(browser(), User(username=f"guess{number}"), "wrong")
    assert sign_in(browser(), world.county_officer).status_code == 302
    assert sign_in(browser(), world.inspector).status_code == 429  # has never signed in from here
    for _number in range(5):
        sign_in(browser(), world.county_officer, "wrong")
    assert sign_in(browser(), world.county_officer).status_code == 429
    assert sign_in(browser(), world.county_approver).status_code == 302
    present.shift(dt.timedelta(days=31))
    for number in range(5):
        sign_in(browser(), User(username=f"guess{number}"), "wrong")
    assert sign_in(browser(), world.county_approver).status_code == 429  # not known here any more


def test_signing_in_oneself_gives_no_further_tries_at_anybody_else(world: World) -> None:
    for number in range(5):
        sign_in(browser(), world.county_officer, "wrong")
        if number < 4:
            assert sign_in(browser(), world.county_approver).status_code == 302
    assert sign_in(browser(), world.county_officer, address="10.9.9.9").status_code == 429


def test_four_failures_lock_nobody_and_a_success_forgets_them(world: World) -> None:
    for _round in range(2):
        for _number in range(4):
            sign_in(browser(), world.county_officer, "wrong")
        assert sign_in(browser(), world.county_officer).status_code == 302


def test_the_lock_opens_by_itself_and_trying_on_does_not_prolong_it(world: World, present: Any) -> None:
    for _number in range(5):
        sign_in(browser(), world.county_officer, "wrong")
    present.shift(dt.timedelta(minutes=14))
    assert sign_in(browser(), world.county_officer).status_code == 429
    present.shift(dt.timedelta(minutes=2))
    assert sign_in(browser(), world.county_officer).status_code == 302


def test_the_lock_says_the_same_of_an_account_that_does_not_exist(world: World) -> None:
    ghost = User(username="ghost")
    answers = [sign_in(browser(), ghost, "wrong", f"10.2.2.{number}") for number in range(5)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 429]
    assert "ghost" not in text(answers[-1])


def test_a_lock_stands_in_the_systems_own_record(world: World) -> None:
    for _number in range(5):
        sign_in(browser(), world.county_officer, "wrong")
    assert SystemEvent.objects.filter(verb="locked_out").exists()
    assert SystemEvent.objects.filter(verb="sign_in_failed").count() == 5


def test_behind_a_proxy_of_ours_the_address_is_the_clients(world: World, settings: Any) -> None:
    settings.PROXIES = 1
    for number in range(5):
        data = {"username": f"nobody{number}", "password": "wrong"}
        browser().post(reverse("login"), data, headers={"x-forwarded-for": "6.6.6.6, 10.1.1.9"})
    headers = {"x-forwarded-for": "10.1.1.9"}
    data = {"username": world.inspector.username, "password": WORDS}
    assert browser().post(reverse("login"), data, headers=headers).status_code == 429
    headers = {"x-forwarded-for": "10.1.1.9, 10.1.1.10"}  # what a client writes itself stands further left
    assert browser().post(reverse("login"), data, headers=headers).status_code == 302


def test_without_a_proxy_the_header_is_not_believed(world: World) -> None:
    for number in range(5):
        data = {"username": world.county_officer.username, "password": "wrong"}
        headers = {"x-forwarded-for": f"10.3.3.{number}"}
        answer = browser().post(reverse("login"), data, headers=headers, REMOTE_ADDR="10.1.1.1")
    assert answer.status_code == 429
    assert sign_in(browser(), world.inspector, WORDS, "10.1.1.1").status_code == 429


# ── the second factor ──────────────────────────────────────────────────────


def test_anybody_may_have_a_second_factor_and_then_it_is_asked(world: World, present: Any) -> None:
    user, first = world.institution_filler, browser()
    sign_in(first, user)
    page = text(first.get(reverse("second_factor")))
    assert "<svg" in page
    assert "style=" not in page.split("<svg")[1].split("</svg>")[0]
    assert len(enrol(first, user)) == 10

    present.shift(dt.timedelta(minutes=1))
    again = browser()
    assert sign_in(again, user, next="/ledger/")["Location"] == "/ledger/"
    held_back = again.get("/ledger/")
    assert held_back["Location"] == f"{reverse('second_step')}?next=%2Fledger%2F"
    wrong = again.post(reverse("second_step"), {"code": "000000", "next": "/ledger/"})
    assert wrong.status_code == 422
    present.shift(dt.timedelta(minutes=1))
    assert again.post(reverse("second_step"), {"code": code_of(user), "next": "/ledger/"})["Location"] == "/ledger/"
    assert again.get("/ledger/").status_code == 200


def test_a_code_of_the_telephone_works_once(world: World, present: Any) -> None:
    user, first = world.county_officer, browser()
    sign_in(first, user)
    enrol(first, user)
    present.shift(dt.timedelta(minutes=1))
    code = code_of(user)
    for expected in (302, 422):
        client = browser()
        sign_in(client, user)
        assert client.post(reverse("second_step"), {"code": code}).status_code == expected


def test_a_recovery_code_opens_once_and_is_not_kept_as_it_is(world: World) -> None:
    user, first = world.county_officer, browser()
    sign_in(first, user)
    codes = enrol(first, user)
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert len(kept) == 10
    assert kept.isdisjoint(codes)
    for expected in (302, 422):
        client = browser()
        sign_in(client, user)
        assert client.post(reverse("second_step"), {"code": codes[0].upper()}).status_code == expected
    assert devices.codes_left(user) == 9


def test_wrong_codes_lock_as_wrong_passwords_do(world: World, present: Any) -> None:
    user, first = world.county_officer, browser()
    sign_in(first, user)
    enrol(first, user)
    client = browser()
    sign_in(client, user)
    for _number in range(5):
        present.shift(dt.timedelta(minutes=1))
        answer = client.post(reverse("second_step"), {"code": "000000"}, REMOTE_ADDR="10.1.1.1")
    assert answer.status_code == 429
    assert sign_in(browser(), user).status_code == 429
    present.shift(dt.timedelta(minutes=1))
    right = client.post(reverse("second_step"), {"code": code_of(user)}, REMOTE_ADDR="10.1.1.1")
    assert right.status_code == 429  # while it is locked, no code is looked at
    present.shift(dt.timedelta(minutes=15))
    assert client.post(reverse("second_step"), {"code": code_of(user)}).status_code == 302


@pytest.mark.parametrize(
    "path", ["/", "/ledger/", "/me/", "/me/second-factor/", "/me/password/", "/accounts/", "/cycles/"]
)
def test_before_the_second_step_every_page_is_closed(world: World, path: str) -> None:
    user, first = world.county_officer, browser()
    sign_in(first, user)
    enrol(first, user)
    client = browser()
    sign_in(client, user)
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("second_step"))


def test_before_the_second_step_one_can_sign_out(world: World) -> None:
    user, first = world.county_officer, browser()
    sign_in(first, user)
    enrol(first, user)
    client = browser()
    sign_in(client, user)
    assert client.post(reverse("logout"))["Location"] == reverse("login")


FORCED = {
    "county_officer": True,
    "prefecture_head": True,
    "region_expert": True,
    "inspector": True,
    "system_admin": True,
    "security_admin": True,
    "auditor": True,
    "institution_filler": False,
    "institution_head": False,
    "nobody": False,
    "expired": False,
}


@pytest.mark.parametrize("role", FORCED)
def test_officers_and_administrators_must_have_one_where_it_is_forced(world: World, settings: Any, role: str) -> None:
    settings.SECOND_FACTOR_FORCED = True
    client, user = browser(), world.people[role]
    sign_in(client, user)
    answer = client.get(reverse("messages"))
    if not FORCED[role]:
        assert answer.status_code == 200
        return
    assert answer["Location"].startswith(reverse("second_factor"))
    enrol(client, user)
    assert client.get(reverse("messages")).status_code == 200
    kept = client.post(reverse("second_factor"), {"do": "remove", "password": WORDS})
    assert kept.status_code == 422
    assert devices.has_factor(user)


def test_who_is_given_a_post_while_signed_in_sets_one_up_before_the_next_page(world: World, settings: Any) -> None:
    settings.SECOND_FACTOR_FORCED = True
    client, user = browser(), world.nobody
    sign_in(client, user)
    assert client.get(reverse("messages")).status_code == 200
    appoint(user, world.county, Role.COUNTY_OFFICER, valid_from=AT.date() + dt.timedelta(days=1))
    assert client.get(reverse("messages")).status_code == 200
    appoint(user, world.prefecture, Role.PREFECTURE_OFFICER, valid_from=AT.date())
    for answer in (client.get(reverse("messages")), client.post(reverse("ledger_nudge"))):
        assert answer["Location"].startswith(reverse("second_factor"))
    enrol(client, user)
    assert client.get(reverse("messages")).status_code == 200


def test_a_post_that_begins_tomorrow_asks_for_one_tomorrow(world: World, settings: Any, present: Any) -> None:
    settings.SECOND_FACTOR_FORCED = True
    appoint(world.nobody, world.county, Role.COUNTY_OFFICER, valid_from=dt.date(2026, 3, 3))
    client = browser()
    present.move_to(dt.datetime(2026, 3, 2, 15, 50, tzinfo=dt.UTC))
    sign_in(client, world.nobody)
    assert client.get(reverse("messages")).status_code == 200
    present.shift(dt.timedelta(minutes=11))
    assert client.get(reverse("messages"))["Location"].startswith(reverse("second_factor"))


def test_no_table_is_asked_for_it_where_it_is_not_forced(
    world: World, django_assert_num_queries: Any, settings: Any
) -> None:
    with django_assert_num_queries(0):
        assert not devices.is_missing(world.county_officer, AT.date())
    settings.SECOND_FACTOR_FORCED = True
    with django_assert_num_queries(1):
        assert devices.is_missing(world.county_officer, AT.date())


def test_the_server_forgets_the_second_factor_of_whom_no_page_may_touch(world: World) -> None:
    client, user = browser(), world.security_admin
    sign_in(client, user)
    enrol(client, user)
    output = StringIO()
    call_command("reset_second_factor", user.username, stdout=output)
    assert "change the password" in output.getvalue()
    assert not devices.has_factor(user)
    assert devices.codes_left(user) == 0
    event = SystemEvent.objects.get(verb="reset_second_factor")
    assert (event.actor, event.subject) == (None, f"cases.user:{user.pk}")
    assert sign_in(browser(), user)["Location"] == reverse("inbox")
    for login, said in ((user.username, "no second factor"), ("ghost", "no such account")):
        with pytest.raises(CommandError, match=said):
            call_command("reset_second_factor", login)


def test_it_is_removed_and_renewed_with_the_password_only(world: World) -> None:
    client, user = browser(), world.county_officer
    sign_in(client, user)
    old = enrol(client, user)
    assert client.post(reverse("second_factor"), {"do": "remove", "password": "wrong"}).status_code == 422
    page = client.post(reverse("second_factor"), {"do": "codes", "password": WORDS})
    assert old[0] not in text(page)
    assert not devices.check(user, old[0])
    assert client.post(reverse("second_factor"), {"do": "remove", "password": WORDS})["Location"] == reverse("me")
    assert not devices.has_factor(user)


# ── passwords ──────────────────────────────────────────────────────────────


def test_a_lent_password_is_changed_before_anything_else(world: World) -> None:
    user = world.institution_filler
    words = lend(user)
    client = browser()
    sign_in(client, user, words)
    assert client.get(reverse("ledger"))["Location"].startswith(reverse("password_change"))
    old_again = {"old_password": words, "new_password1": "short", "new_password2": "short"}
    assert client.post(reverse("password_change"), old_again).status_code == 422
    own = {"old_password": words, "new_password1": NEW, "new_password2": NEW, "next": "/ledger/"}
    assert client.post(reverse("password_change"), own)["Location"] == "/ledger/"
    assert client.get(reverse("ledger")).status_code == 200
    assert sign_in(browser(), user, words).status_code == 422
    assert sign_in(browser(), user, NEW).status_code == 302


def test_a_lent_password_runs_out(world: World, present: Any) -> None:
    words = lend(world.institution_filler)
    present.shift(dt.timedelta(days=3, minutes=1))
    answer = sign_in(browser(), world.institution_filler, words)
    assert answer.status_code == 422
    assert "too old" in text(answer)


def test_lending_a_password_ends_every_session(world: World) -> None:
    client = browser()
    sign_in(client, world.institution_filler)
    assert client.get(reverse("ledger")).status_code == 200
    lend(world.institution_filler)
    assert client.get(reverse("ledger"))["Location"].startswith(reverse("login"))


@pytest.fixture
def mlps3(settings: Any) -> None:
    settings.PASSWORD_PROFILE = "mlps3"


def change(client: Client, old: str, new: str) -> Any:
    return client.post(reverse("me"), {"old_password": old, "new_password1": new, "new_password2": new})


@pytest.mark.usefixtures("mlps3")
@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("Short-7", "at least 10 characters"),
        ("battery staple horse", "small letters, capital letters"),
        ("1234567890123", "numeric"),
        ("Password123", "common"),
    ],
)
def test_the_government_profile_refuses(world: World, words: str, fault: str) -> None:
    client = browser()
    user = world.institution_filler
    client.force_login(user)
    answer = change(client, WORDS, words)
    assert answer.status_code == 422
    assert fault in text(answer)


@pytest.mark.usefixtures("mlps3")
def test_the_last_five_passwords_do_not_come_back(world: World) -> None:
    user, client, old = world.institution_filler, browser(), WORDS
    client.force_login(user)
    for number in range(6):
        new = f"Battery-staple-{number}"
        assert change(client, old, new).status_code == 302
        old = new
    assert change(client, old, "Battery-staple-1").status_code == 422
    assert change(client, old, "Battery-staple-0").status_code == 302
    assert UsedPassword.objects.filter(user=user).count() == 5
    assert not UsedPassword.objects.filter(digest__contains="Battery").exists()


@pytest.mark.usefixtures("mlps3")
def test_after_ninety_days_a_new_password_is_asked_for(world: World, present: Any) -> None:
    user, client = world.institution_filler, browser()
    client.force_login(user)
    change(client, WORDS, NEW)
    present.shift(dt.timedelta(days=89))
    fresh = browser()
    sign_in(fresh, user, NEW)
    assert fresh.get(reverse("ledger")).status_code == 200
    present.shift(dt.timedelta(days=1))
    late = browser()
    sign_in(late, user, NEW)
    assert late.get(reverse("ledger"))["Location"].startswith(reverse("password_change"))


def test_the_modern_profile_asks_for_length_and_never_for_a_change(world: World, present: Any) -> None:
    user, client = world.institution_filler, browser()
    client.force_login(user)
    assert change(client, WORDS, "elevenchars").status_code == 422
    assert change(client, WORDS, "只有一种字符的长口令也可以").status_code == 302
    present.shift(dt.timedelta(days=900))
    late = browser()
    sign_in(late, user, "只有一种字符的长口令也可以")
    assert late.get(reverse("ledger")).status_code == 200
    assert not UsedPassword.objects.exists()


@pytest.mark.parametrize("values", [{"length": 7}, {"length": 10, "classes": 5}, {"length": 10, "days": 0}])
def test_a_profile_that_makes_no_sense_is_none(values: Any) -> None:
    with pytest.raises(ValueError, match="makes no sense"):
        Profile("x", **values)


def test_lent_passwords_are_long_and_never_the_same() -> None:
    found = {new_words() for _ in range(50)}
    assert len(found) == 50
    assert all(re.fullmatch(r"(\w{4}-){3}\w{4}", words) for words in found)


# ── sessions ───────────────────────────────────────────────────────────────


def test_half_an_hour_without_a_request_ends_a_session(world: World, present: Any) -> None:
    client = browser()
    sign_in(client, world.institution_filler)
    for _number in range(3):
        present.shift(dt.timedelta(minutes=29))
        assert client.get(reverse("ledger")).status_code == 200
    present.shift(dt.timedelta(minutes=30))
    answer = client.get(reverse("ledger"))
    assert answer["Location"] == f"{reverse('login')}?next=/ledger/"
    assert "signed out" in text(client.get(answer["Location"]))


def test_after_twelve_hours_a_session_ends_however_busy_it_was(world: World, present: Any) -> None:
    client = browser()
    sign_in(client, world.institution_filler)
    for _number in range(36):
        present.shift(dt.timedelta(minutes=20))
        answer = client.get(reverse("ledger"))
    assert answer["Location"].startswith(reverse("login"))


def test_an_autosave_after_the_session_is_a_redirect_so_that_the_page_keeps_what_was_typed(
    world: World, present: Any
) -> None:
    client = browser()
    sign_in(client, world.institution_filler)
    present.shift(dt.timedelta(hours=1))
    answer = client.post("/practices/1/save/", {"title": "写了一半"}, headers={"accept": "application/json"})
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("login"))


def test_a_session_in_use_is_written_once_a_minute_at_most(world: World, present: Any) -> None:
    client = browser()
    client.force_login(world.nobody)
    before = Session.objects.get().session_data
    present.shift(dt.timedelta(seconds=59))
    client.get(reverse("message_settings"))
    assert Session.objects.get().session_data == before
    present.shift(dt.timedelta(seconds=1))
    client.get(reverse("message_settings"))
    assert Session.objects.get().session_data != before


def test_a_new_key_after_the_second_step(world: World) -> None:
    user, first = world.county_officer, browser()
    sign_in(first, user)
    codes = enrol(first, user)
    client = browser()
    sign_in(client, user)
    before = client.session.session_key
    client.post(reverse("second_step"), {"code": codes[0]})
    assert client.session.session_key != before


def test_a_disabled_account_is_out_at_once(world: World) -> None:
    client = browser()
    sign_in(client, world.institution_filler)
    User.objects.filter(pk=world.institution_filler.pk).update(is_active=False)
    assert client.get(reverse("ledger"))["Location"].startswith(reverse("login"))
    assert sign_in(browser(), world.institution_filler).status_code == 422


def test_where_to_go_next_is_never_somewhere_else(world: World) -> None:
    user, first = world.county_officer, browser()
    sign_in(first, user)
    codes = enrol(first, user)
    client = browser()
    sign_in(client, user)
    answer = client.post(reverse("second_step"), {"code": codes[0], "next": "https://elsewhere.example/"})
    assert answer["Location"] == reverse("inbox")


def test_an_account_keeps_nothing_that_opens_it(world: World) -> None:
    words = lend(world.institution_filler)
    row = Account.objects.get(user=world.institution_filler)
    assert words not in str(row.__dict__)
    assert User.objects.get(pk=row.pk).password != make_password(words)
    assert Appointment.objects.filter(user=row.pk).exists()
