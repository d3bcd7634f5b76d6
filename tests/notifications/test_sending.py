"""What leaves the system: sent outside any transaction, tried again in growing pauses, known again by its key."""

from __future__ import annotations

import base64
import datetime as dt
import email
import email.policy
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from itertools import pairwise
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from notifications import sending
from notifications.channels.signature import key_of, shown_key
from notifications.models import Dispatch, Message, Preference, Webhook
from notifications.outbox import send_dispatches
from notifications.sending import LEASE, PAUSES
from tests.notifications.receivers import MailServer, Receiver, mail_server, webhook_receiver
from tests.notifications.telling import deliver_all, give_addresses, remind
from tests.story import Story
from tests.worlds import build_world, moment

AT = moment("2021-05-12 10:42")
LOOPBACK = [ip_network("127.0.0.0/8")]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_NETWORKS = LOOPBACK
    with webhook_receiver() as found:
        yield found


@pytest.fixture
def mails(settings: Any) -> Iterator[MailServer]:
    with mail_server() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        settings.EMAIL_URL = f"smtp://127.0.0.1:{found.port}"
        yield found


def reminded(story: Story, *, days: int = -3, at: dt.datetime = AT) -> None:
    remind(story.case, at, days)
    deliver_all(at)


@pytest.fixture
def emailed(story: Story) -> Dispatch:
    """An e-mail to the filler that is due now."""
    give_addresses(story.world)
    Preference.objects.create(user=story.world.institution_filler, email="at_once")
    reminded(story)
    return Dispatch.objects.get()


@pytest.fixture
def called(story: Story, receiver: Receiver) -> Dispatch:
    """A webhook call that is due now."""
    Webhook.objects.create(url=receiver.url, created_at=AT)
    reminded(story)
    return Dispatch.objects.get(channel="webhook")


def again(dispatch: Dispatch) -> Dispatch:
    return Dispatch.objects.get(pk=dispatch.pk)


# ── e-mail ──


def test_an_email_arrives_as_text_and_html_with_its_key(emailed: Dispatch, mails: MailServer) -> None:
    assert send_dispatches(AT) == 1
    (_sender, to, raw) = mails.letters[0]
    letter = email.message_from_string(raw, policy=email.policy.default)
    message = emailed.message
    assert message is not None
    assert to == message.recipient.email
    assert letter["Message-ID"] == f"<{emailed.key}@127.0.0.1>"
    assert letter["Auto-Submitted"] == "auto-generated"
    kinds = [part.get_content_type() for part in letter.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    html = letter.get_body(("html",))
    assert html is not None
    assert f"http://127.0.0.1:8000/messages/{message.pk}/" in html.get_content()
    assert (again(emailed).state, again(emailed).token, again(emailed).attempts) == ("sent", None, 1)


def test_an_email_names_nobody(emailed: Dispatch, story: Story) -> None:
    send_dispatches(AT)
    letter = mail.outbox[0]
    for user in story.world.people.values():
        assert user.name not in letter.body
        assert not user.phone or user.phone not in letter.body


def test_nothing_is_sent_before_its_time_and_nothing_twice(emailed: Dispatch) -> None:
    assert send_dispatches(AT - dt.timedelta(seconds=1)) == 0
    assert send_dispatches(AT) == 1
    assert send_dispatches(AT + dt.timedelta(days=9)) == 0
    assert len(mail.outbox) == 1


def test_an_address_that_is_turned_away_is_noted_with_the_servers_words(emailed: Dispatch, mails: MailServer) -> None:
    message = emailed.message
    assert message is not None
    mails.refuse = message.recipient.email
    send_dispatches(AT)
    assert again(emailed).state == "waiting"
    assert "no such mailbox" in again(emailed).last_error


def test_an_address_that_was_removed_meanwhile_is_no_error_to_try_again(emailed: Dispatch, story: Story) -> None:
    story.world.institution_filler.email = ""
    story.world.institution_filler.save(update_fields=["email"])
    assert send_dispatches(AT) == 1
    assert again(emailed).state == "no_address"


def test_sending_happens_outside_any_transaction(emailed: Dispatch, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    depth = len(connection.savepoint_ids)

    def watching(*_args: Any, **_kwargs: Any) -> None:
        seen.append(len(connection.savepoint_ids) - depth)

    monkeypatch.setattr("notifications.channels.email.EmailMultiAlternatives.send", watching)
    send_dispatches(AT)
    assert seen == [0]


# ── tries and pauses ──


def test_what_fails_is_tried_again_in_growing_pauses_and_then_given_up(called: Dispatch, receiver: Receiver) -> None:
    receiver.answer = lambda _call: (503, {}, b"busy")
    now = AT
    for pause in PAUSES:
        assert send_dispatches(now) == 1
        assert again(called).state == "waiting"
        assert again(called).not_before == now + pause
        assert send_dispatches(now + pause - dt.timedelta(seconds=1)) == 0
        now += pause
    assert send_dispatches(now) == 1
    assert (again(called).state, again(called).failures) == ("failed", len(PAUSES) + 1)
    assert "503" in again(called).last_error
    assert "busy" in again(called).last_error
    assert send_dispatches(now + dt.timedelta(days=30)) == 0
    assert {call.headers["webhook-id"] for call in receiver.calls} == {str(called.key)}
    assert [pause.total_seconds() / 60 for pause in PAUSES] == [1, 5, 30, 120, 720]


def test_a_worker_that_dies_after_sending_is_followed_by_one_with_the_same_key(
    called: Dispatch, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(*_args: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sending, "finish", dying)
        with pytest.raises(KeyboardInterrupt):
            send_dispatches(AT)
    assert send_dispatches(AT + LEASE - dt.timedelta(seconds=1)) == 0
    assert send_dispatches(AT + LEASE) == 1
    assert [call.headers["webhook-id"] for call in receiver.calls] == [str(called.key)] * 2
    assert again(called).state == "sent"


def test_a_worker_that_was_overtaken_does_not_finish_what_the_other_holds(
    called: Dispatch, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one is so slow that its lease ends; the second has sent it when the first comes to finish."""
    results: list[int] = []
    original = sending.finish

    def slowly(token: Any, outcomes: Any, at: dt.datetime) -> int:
        monkeypatch.setattr(sending, "finish", original)
        results.append(send_dispatches(AT + LEASE))
        results.append(original(token, outcomes, at))
        return results[-1]

    monkeypatch.setattr(sending, "finish", slowly)
    send_dispatches(AT)
    assert results == [1, 0]
    assert again(called).done_at == AT + LEASE


def test_a_message_that_cannot_be_worded_does_not_hold_up_the_others(
    story: Story, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    Webhook.objects.create(url=receiver.url, created_at=AT)
    for days in (5, 3):
        reminded(story, days=-days)
    poison = Dispatch.objects.filter(channel="webhook").order_by("pk")[0]
    Message.objects.filter(dispatches=poison).update(template="gone")
    assert send_dispatches(AT) == 2
    assert len(receiver.calls) == 1
    assert "gone" in again(poison).last_error


def test_what_workers_keep_dying_of_is_given_up(called: Dispatch) -> None:
    Dispatch.objects.filter(pk=called.pk).update(attempts=sending.CAREFUL_AFTER, alone=sending.MOST_ALONE)
    send_dispatches(AT)
    assert again(called).state == "failed"


def test_workers_that_die_with_many_messages_in_hand_say_nothing_about_any_of_them(called: Dispatch) -> None:
    Dispatch.objects.filter(pk=called.pk).update(attempts=1000)
    send_dispatches(AT)
    assert again(called).state == "sent"


def test_an_answer_shows_that_no_worker_dies_of_the_message(called: Dispatch, receiver: Receiver) -> None:
    receiver.answer = lambda _call: (503, {}, b"busy")
    Dispatch.objects.filter(pk=called.pk).update(attempts=20, alone=sending.MOST_ALONE - 1)
    send_dispatches(AT)
    found = again(called)
    assert (found.state, found.attempts, found.alone, found.failures) == ("waiting", 0, 0, 1)


def test_a_message_that_workers_die_of_takes_no_other_with_it(
    story: Story, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    Webhook.objects.create(url=receiver.url, created_at=AT)
    for days in (7, 5, 3):
        reminded(story, days=-days)
    poison, *others = Dispatch.objects.filter(channel="webhook").order_by("pk")
    died: list[dt.datetime] = []
    original = sending.Channels.send

    def send(self: Any, dispatch: Dispatch) -> Any:
        if dispatch.pk == poison.pk and dispatch.alone < sending.MOST_ALONE:
            died.append(at)
            raise KeyboardInterrupt
        return original(self, dispatch)

    monkeypatch.setattr(sending.Channels, "send", send)
    at = AT
    while Dispatch.objects.filter(channel="webhook", state="waiting").exists():
        try:
            at += LEASE if not send_dispatches(at) else dt.timedelta(0)
        except KeyboardInterrupt:
            at += LEASE
    assert again(poison).state == "failed"
    assert [later - sooner for sooner, later in pairwise(died[sending.CAREFUL_AFTER :])] == [
        max(LEASE, pause) for pause in (*PAUSES, PAUSES[-1], PAUSES[-1])
    ]
    assert [again(other).state for other in others] == ["sent", "sent"]
    assert len(receiver.calls) == len(others)


def test_what_there_was_no_time_for_is_given_back_untried(
    called: Dispatch, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_SECONDS", 0)
    assert send_dispatches(AT) == 0
    assert (again(called).attempts, again(called).token, receiver.calls) == (0, None, [])
    monkeypatch.undo()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_send_each_message_once(receiver: Receiver, tries: Callable[[int, int], int]) -> None:
    story = Story.open(build_world())
    Webhook.objects.create(url=receiver.url, created_at=AT)
    count = tries(120, 1000)
    for number in range(count):
        remind(story.case, AT, -1 - number)
    deliver_all(AT)
    barrier = threading.Barrier(8)

    def work() -> None:
        try:
            barrier.wait(timeout=20)
            while send_dispatches(AT, limit=10):
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    keys = [call.headers["webhook-id"] for call in receiver.calls]
    assert len(keys) == len(set(keys)) == count
    assert Dispatch.objects.filter(channel="webhook", state="sent").count() == count


# ── the webhook ──


def verified(key: str, headers: dict[str, str], body: bytes, now: float) -> bool:
    """The receiver's side of the Standard Webhooks specification, written from its text and not from our code."""
    secret = base64.b64decode(key[len("whsec_") :])
    if abs(now - int(headers["webhook-timestamp"])) > 300:
        return False
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(secret, content, hashlib.sha256)).decode()
    signatures = [part.split(",", 1) for part in headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(expected, given) for version, given in signatures)


def test_a_call_carries_a_signature_that_a_receiver_can_verify(called: Dispatch, receiver: Receiver) -> None:
    send_dispatches(AT)
    (call,) = receiver.calls
    hook = Webhook.objects.get()
    key = shown_key(hook)
    assert verified(key, call.headers, call.body, time.time())
    assert not verified(key, call.headers, call.body + b" ", time.time())
    assert not verified(key, call.headers, call.body, time.time() + 3600)
    hook.salt = "another"
    assert not verified(shown_key(hook), call.headers, call.body, time.time())
    assert len(key_of(hook)) == 32


def test_a_call_says_who_is_meant_by_login_and_not_by_name_or_number(
    called: Dispatch, receiver: Receiver, story: Story
) -> None:
    send_dispatches(AT)
    payload = json.loads(receiver.calls[0].body)
    assert payload["type"] == "message.reminder"
    assert payload["data"]["recipient"] == story.world.institution_filler.username
    assert set(payload["data"]) == {"recipient", "level", "subject", "text", "language"}
    assert receiver.calls[0].headers["content-type"].startswith("application/json")


def test_a_redirection_is_not_followed(called: Dispatch, receiver: Receiver) -> None:
    receiver.answer = lambda call: (302, {"Location": receiver.url + "/elsewhere"}, b"") if call else (200, {}, b"")
    send_dispatches(AT)
    assert [call.path for call in receiver.calls] == ["/hook"]
    assert "302" in again(called).last_error


def test_of_an_answer_only_its_beginning_is_kept(called: Dispatch, receiver: Receiver) -> None:
    receiver.answer = lambda _call: (500, {}, b"x" * 1_000_000)
    send_dispatches(AT)
    assert len(again(called).last_error) <= 300


def test_calls_share_a_connection_and_survive_its_end(story: Story, receiver: Receiver) -> None:
    Webhook.objects.create(url=receiver.url, created_at=AT)
    for days in range(1, 6):
        reminded(story, days=-days)
    receiver.answer = lambda _call: (200, {"Connection": "close"} if len(receiver.calls) == 2 else {}, b"ok")
    assert send_dispatches(AT) == 5
    assert len(receiver.calls) == 5


def test_a_receiver_that_is_down_is_asked_once_a_batch(story: Story, settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = LOOPBACK
    Webhook.objects.create(url="http://127.0.0.1:1/", created_at=AT)
    for days in range(1, 6):
        reminded(story, days=-days)
    assert send_dispatches(AT) == 5
    assert {row.state for row in Dispatch.objects.filter(channel="webhook")} == {"waiting"}
    assert all(row.last_error for row in Dispatch.objects.filter(channel="webhook"))


def test_a_webhook_that_was_switched_off_gets_nothing_more(called: Dispatch, receiver: Receiver) -> None:
    Webhook.objects.update(active=False)
    send_dispatches(AT)
    assert again(called).state == "failed"
    assert receiver.calls == []


def test_an_address_that_has_become_private_is_not_called(called: Dispatch, receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = []
    send_dispatches(AT)
    assert receiver.calls == []
    assert "127.0.0.1" in again(called).last_error


def test_messages_keep_their_words_in_the_language_of_their_reader(called: Dispatch, receiver: Receiver) -> None:
    message = Message.objects.get()
    Preference.objects.create(user=message.recipient, language="en")
    send_dispatches(AT)
    assert json.loads(receiver.calls[0].body)["data"]["subject"].startswith("[Reminder]")
