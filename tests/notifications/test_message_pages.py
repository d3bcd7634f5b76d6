"""The message centre and the administrator's pages: everybody sees their own, and only what is theirs to see."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from cases.access import appoint
from cases.models import User
from cases.roles import Role
from notifications.models import Digest, Dispatch, Message, Preference, Webhook
from tests.notifications.telling import announce, deliver_all, give_addresses, remind
from tests.story import Story
from tests.worlds import BEGINNING, World, moment, person

NOW = moment("2021-05-12 10:42")


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def told(story: Story) -> Story:
    """The filler has a reminder; the head of the institution has an escalation."""
    story.at = NOW
    remind(story.case, NOW, -3)
    remind(story.case, NOW, 3, to=["person", "head"])
    deliver_all(NOW)
    return story


def of(world: World, role: str) -> Client:
    client = Client()
    client.force_login(world.people[role])
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def own(user: User) -> Message:
    return Message.objects.filter(recipient=user).order_by("pk")[0]


def failed(message: Message, **fields: Any) -> Dispatch:
    given = {"channel": "email", "state": Dispatch.State.FAILED, "created_at": NOW, "not_before": NOW}
    changed = given | {"last_error": "550 mailbox", "failures": 6} | fields
    Dispatch.objects.filter(message=message, message__isnull=False).delete()
    return Dispatch.objects.create(message=message, **changed)


# ── the message centre ──


def test_the_centre_lists_ones_own_messages_and_counts_the_unread(told: Story) -> None:
    page = text(of(told.world, "institution_filler").get("/messages/"))
    assert "提醒" in page or "Reminder" in page
    assert page.count('class="unread"') == 2
    assert '<span class="count count--hot">2' in page


@pytest.mark.parametrize(
    ("tab", "count"), [("all", 2), ("todo", 0), ("urged", 2), ("escalated", 0), ("info", 0), ("nonsense", 2)]
)
def test_tabs_narrow_the_list_by_kind_of_message(told: Story, tab: str, count: int) -> None:
    page = text(of(told.world, "institution_filler").get(f"/messages/?tab={tab}"))
    assert page.count('class="unread"') == count


def test_a_tab_without_messages_says_what_will_come(told: Story) -> None:
    response = of(told.world, "auditor").get("/messages/")
    assert response.status_code == 200
    assert 'class="empty"' in text(response)


def test_reading_a_message_marks_it_as_read(told: Story) -> None:
    message = own(told.world.institution_filler)
    client = of(told.world, "institution_filler")
    assert client.head(f"/messages/{message.pk}/").status_code == 200
    assert Message.objects.get(pk=message.pk).read_at is None
    assert client.get(f"/messages/{message.pk}/").status_code == 200
    assert Message.objects.get(pk=message.pk).read_at == NOW


def test_to_the_work_goes_by_a_button_that_reads_the_message(told: Story) -> None:
    message = own(told.world.institution_filler)
    response = of(told.world, "institution_filler").post(f"/messages/{message.pk}/open/")
    assert response.status_code == 302
    assert str(told.case.pk) in response["Location"]
    assert Message.objects.get(pk=message.pk).read_at == NOW


@pytest.mark.parametrize("role", ["institution_head", "county_officer", "system_admin", "auditor", "inspector"])
def test_nobody_reads_anothers_message(told: Story, role: str) -> None:
    message = own(told.world.institution_filler)
    client = of(told.world, role)
    assert client.get(f"/messages/{message.pk}/").status_code == 404
    assert client.post(f"/messages/{message.pk}/open/").status_code == 404
    client.post("/messages/read/", {"message": [message.pk]})
    client.post("/messages/read/", {"all": "1"})
    assert Message.objects.get(pk=message.pk).read_at is None


def test_chosen_messages_or_all_are_marked_as_read(told: Story) -> None:
    first, second = Message.objects.filter(recipient=told.world.institution_filler).order_by("pk")
    client = of(told.world, "institution_filler")
    client.post("/messages/read/", {"message": [first.pk, "x", "9" * 30]})
    assert list(Message.objects.filter(read_at=NOW)) == [first]
    client.post("/messages/read/", {"all": "1", "next": "/messages/?tab=urged"})
    assert Message.objects.filter(read_at=NOW).count() == 2
    assert second.recipient == told.world.institution_filler


def test_after_marking_nobody_is_sent_to_another_site(told: Story) -> None:
    client = of(told.world, "institution_filler")
    response = client.post("/messages/read/", {"all": "1", "next": "https://evil.example/"})
    assert response["Location"] == "/messages/"


def test_the_centre_costs_the_same_for_few_and_for_many(
    told: Story, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    client = of(told.world, "institution_filler")
    client.get("/messages/")
    with django_assert_max_num_queries(12) as few:
        client.get("/messages/")
    for days in range(1, 40):
        remind(told.case, NOW - dt.timedelta(days=days), -3)
    deliver_all(NOW)
    with django_assert_num_queries(len(few.captured_queries)):
        page = text(client.get("/messages/"))
    assert page.count('class="unread"') == 30
    assert 'rel="next"' in page


def test_the_badge_stops_counting_at_its_cap(told: Story) -> None:
    user = told.world.institution_filler
    first = own(user)
    events = [announce(told.case, "remind", NOW, days=-1) for _number in range(120)]
    Message.objects.bulk_create(
        Message(recipient=user, event=event, case=first.case, rule="reminder", template="reminder", created_at=NOW)
        for event in events
    )
    assert "99+" in text(of(told.world, "institution_filler").get("/me/"))


def test_a_nudges_sender_sees_whom_it_reached_and_that_nothing_else_went_out(story: Story) -> None:
    event = announce(story.case, "nudge", NOW, by=story.officer, to=[story.world.institution_filler.pk])
    message = Message.objects.create(
        recipient=story.world.institution_filler,
        event=event,
        case=story.case,
        item=event.item,
        rule="nudge",
        template="nudge",
        level="nudge",
        created_at=NOW,
    )
    failed(message, state=Dispatch.State.NO_ADDRESS, last_error="")
    page = text(of(story.world, "county_officer").get("/messages/?tab=sent"))
    assert "institution_filler" in page
    assert "没有邮箱" in page or "nothing else went out" in page
    assert 'class="empty"' in text(of(story.world, "colleague").get("/messages/?tab=sent"))


# ── how somebody wants to be told ──


def test_preferences_and_address_are_saved_together(told: Story) -> None:
    client = of(told.world, "institution_filler")
    given = {
        "address": "filler@example.cn",
        "email": "at_once",
        "digest_hour": "7",
        "quiet_from": "21:00",
        "quiet_until": "07:30",
        "language": "en",
    }
    assert client.post("/messages/settings/", given).status_code == 302
    preference = Preference.objects.get(user=told.world.institution_filler)
    assert (preference.email, preference.digest_hour, preference.language) == ("at_once", 7, "en")
    assert User.objects.get(pk=preference.user_id).email == "filler@example.cn"


def test_a_wrong_address_is_refused_and_nothing_typed_is_lost(told: Story) -> None:
    client = of(told.world, "institution_filler")
    response = client.post("/messages/settings/", {"address": "nowhere", "email": "off", "digest_hour": "25"})
    assert response.status_code == 422
    assert "nowhere" in text(response)
    assert not Preference.objects.exists()


# ── the administrator's pages ──

ADMIN_PAGES = ["/outgoing/", "/webhook/", "/message-templates/"]


@pytest.mark.parametrize("path", ADMIN_PAGES)
@pytest.mark.parametrize("role", ["institution_filler", "county_approver", "region_head", "auditor", "security_admin"])
def test_only_system_administrators_see_what_was_sent(world: World, role: str, path: str) -> None:
    assert of(world, role).get(path).status_code == 403


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_the_administrators_pages_can_be_read(world: World, path: str) -> None:
    assert of(world, "system_admin").get(path).status_code == 200


def test_what_failed_is_listed_with_its_error_and_can_be_sent_again(told: Story) -> None:
    first, second = (failed(message) for message in Message.objects.order_by("pk")[:2])
    client = of(told.world, "system_admin")
    assert "550 mailbox" in text(client.get("/outgoing/"))
    client.post("/outgoing/again/", {"dispatch": [first.pk]})
    again = Dispatch.objects.get(pk=first.pk)
    assert (again.state, again.failures, again.not_before, again.key) == ("waiting", 0, NOW, first.key)
    assert Dispatch.objects.get(pk=second.pk).state == "failed"
    client.post("/outgoing/again/", {"all": "1"})
    assert Dispatch.objects.get(pk=second.pk).state == "waiting"


def test_what_was_sent_cannot_be_sent_again(told: Story) -> None:
    sent = failed(Message.objects.order_by("pk")[0], state=Dispatch.State.SENT)
    of(told.world, "system_admin").post("/outgoing/again/", {"dispatch": [sent.pk]})
    assert Dispatch.objects.get(pk=sent.pk).state == "sent"


def test_an_administrator_sees_only_the_people_of_the_own_area(told: Story) -> None:
    failed(Message.objects.order_by("pk")[0])
    elsewhere = person("外地管理员")
    appoint(elsewhere, told.world.other_prefecture, Role.SYSTEM_ADMIN, valid_from=BEGINNING)
    client = Client()
    client.force_login(elsewhere)
    assert "550 mailbox" not in text(client.get("/outgoing/"))
    client.post("/outgoing/again/", {"all": "1"})
    assert Dispatch.objects.filter(state="failed").count() == 1
    assert client.get("/webhook/").status_code == 403


def test_a_failed_digest_is_listed_too(told: Story) -> None:
    digest = Digest.objects.create(recipient=told.world.institution_filler, day=NOW.date(), created_at=NOW)
    failed(None, digest=digest)  # type: ignore[arg-type]
    assert "550 mailbox" in text(of(told.world, "system_admin").get("/outgoing/"))


def test_people_without_an_address_are_counted(world: World) -> None:
    page = text(of(world, "system_admin").get("/outgoing/"))
    give_addresses(world)
    assert page != text(of(world, "system_admin").get("/outgoing/"))


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name leads to a public address; nothing is connected to."""
    answer = [(2, 1, 6, "", ("93.184.216.34", 443))]
    monkeypatch.setattr("notifications.channels.addresses.socket.getaddrinfo", lambda *_args, **_kw: answer)


def set_webhook(client: Client, url: str, version: str = "none") -> Any:
    return client.post("/webhook/", {"url": url, "version": version})


def version_of(page: str) -> str:
    return page.split('name="version" value="')[1].split('"', maxsplit=1)[0]


def test_the_key_of_a_webhook_is_shown_once_and_stored_nowhere(world: World, public: None) -> None:
    client = of(world, "system_admin")
    shown = text(set_webhook(client, "https://gateway.example.cn/hook"))
    key = shown.split("whsec_")[1].split('"')[0]
    hook = Webhook.objects.get()
    assert key not in text(client.get("/webhook/"))
    assert key not in str(vars(hook))
    other = text(client.post("/webhook/rotate/", {"version": version_of(text(client.get("/webhook/")))}))
    assert "whsec_" in other
    assert key not in other
    assert Webhook.objects.get().salt != hook.salt


def test_a_form_sent_twice_does_not_make_another_key(world: World, public: None) -> None:
    client = of(world, "system_admin")
    set_webhook(client, "https://gateway.example.cn/hook")
    assert set_webhook(client, "https://gateway.example.cn/hook").status_code == 409
    version = version_of(text(client.get("/webhook/")))
    assert client.post("/webhook/rotate/", {"version": version}).status_code == 200
    assert client.post("/webhook/rotate/", {"version": version}).status_code == 409


def test_another_address_replaces_the_one_in_use(world: World, public: None) -> None:
    client = of(world, "system_admin")
    set_webhook(client, "https://one.example.cn/")
    set_webhook(client, "https://two.example.cn/", version_of(text(client.get("/webhook/"))))
    assert list(Webhook.objects.filter(active=True).values_list("url", flat=True)) == ["https://two.example.cn/"]
    assert Webhook.objects.count() == 2
    client.post("/webhook/off/", {"version": version_of(text(client.get("/webhook/")))})
    assert not Webhook.objects.filter(active=True).exists()


def test_a_private_address_is_refused_and_kept_for_correcting(world: World) -> None:
    response = set_webhook(of(world, "system_admin"), "http://169.254.169.254/latest/meta-data/")
    assert response.status_code == 422
    assert "169.254.169.254/latest" in text(response)
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("template", ["reminder", "escalation", "task", "returned_again", "nothing"])
def test_every_template_can_be_seen_in_both_languages(world: World, template: str, language: str) -> None:
    client = of(world, "system_admin")
    client.cookies["django_language"] = language
    page = text(client.get(f"/message-templates/?template={template}"))
    assert 'lang="zh-CN"' in page
    assert 'lang="en"' in page
