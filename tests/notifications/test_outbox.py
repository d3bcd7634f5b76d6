"""The outbox: every event becomes messages once, whoever dies in between and however many work at once."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from cases.models import Case, EventDelivery
from notifications import outbox
from notifications.leases import claim
from notifications.models import Dispatch, Message, Preference, Webhook
from notifications.outbox import LEASE, deliver_events
from tests.notifications.telling import announce, deliver_all, forget_deliveries, give_addresses, remind, told
from tests.story import Story
from tests.worlds import World, build_world, moment

pytestmark = pytest.mark.each

AT = moment("2021-05-12 10:42")


def waiting() -> Any:
    return EventDelivery.objects.filter(done_at=None).order_by("lease_until", "event")


# ── once, and only by who holds it ──


def test_an_event_is_delivered_once(story: Story) -> None:
    remind(story.case, AT)
    assert deliver_events(AT) == 1
    assert deliver_events(AT) == 0
    assert Message.objects.count() == 1
    assert EventDelivery.objects.filter(done_at=AT, token=None).count() == 1


def test_a_batch_takes_no_more_than_its_limit_and_the_next_goes_on(story: Story) -> None:
    for days in range(-5, 0):
        remind(story.case, AT, days)
    assert [deliver_events(AT, limit=2) for _time in range(4)] == [2, 2, 1, 0]
    assert Message.objects.count() == 5


def test_what_another_worker_holds_is_left_alone_until_its_lease_ends(story: Story) -> None:
    remind(story.case, AT)
    held = claim(waiting(), AT, LEASE, 10)
    assert len(held.keys) == 1
    assert deliver_events(AT) == 0
    assert deliver_events(AT + LEASE - dt.timedelta(seconds=1)) == 0
    assert deliver_events(AT + LEASE) == 1
    assert Message.objects.count() == 1
    assert EventDelivery.objects.get(done_at=AT + LEASE).attempts == 2


def test_a_worker_whose_lease_has_ended_finishes_nothing(story: Story) -> None:
    remind(story.case, AT)
    slow = claim(waiting(), AT, LEASE, 10)
    fresh = claim(waiting(), AT + LEASE, LEASE, 10)
    assert slow.token != fresh.token
    assert outbox._deliver(slow, slow.keys, AT + LEASE) == 0
    assert Message.objects.count() == 0
    assert outbox._deliver(fresh, fresh.keys, AT + LEASE) == 1
    assert outbox._deliver(slow, slow.keys, AT + LEASE) == 0
    assert Message.objects.count() == 1


def test_one_event_that_cannot_be_delivered_does_not_hold_up_the_others(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = remind(story.case, AT, -5)
    remind(story.case, AT, -3)
    whole = outbox.kept_facts

    def failing(names: tuple[str, ...], event: Any, item: Any) -> dict[str, Any]:
        if event.pk == poison.pk:
            raise ValueError("poison")
        return whole(names, event, item)

    monkeypatch.setattr(outbox, "kept_facts", failing)
    assert deliver_events(AT) == 1
    assert Message.objects.get().event_id != poison.pk
    monkeypatch.undo()
    assert deliver_events(AT + LEASE) == 1
    assert Message.objects.count() == 2


def test_a_batch_costs_the_same_questions_for_one_and_for_many(
    story: Story, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    remind(story.case, AT)
    with django_assert_max_num_queries(24) as one:
        deliver_events(AT)
    for days in range(1, 60):
        remind(story.case, AT, -days)
    with django_assert_num_queries(len(one.captured_queries)):
        assert deliver_events(AT) == 59


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_deliver_each_event_once(tries: Callable[[int, int], int]) -> None:
    world = build_world()
    story = Story.open(world)
    forget_deliveries()
    give_addresses(world)
    count = tries(200, 1000)
    for number in range(count):
        announce(story.case, "remind", AT, days=-1 - number, to=["person", "head"], missed=[])
    done: list[int] = []
    barrier = threading.Barrier(8)

    def work() -> None:
        try:
            barrier.wait(timeout=20)
            while finished := deliver_events(AT, limit=20):
                done.append(finished)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert sum(done) == count
    assert Message.objects.count() == 2 * count
    assert Dispatch.objects.filter(channel="email").count() == 2 * count
    assert not EventDelivery.objects.filter(done_at=None).exists()


# ── what leaves the system for a message ──


@pytest.fixture
def addressed(story: Story) -> Story:
    give_addresses(story.world)
    return story


def dispatches() -> list[tuple[str, str, dt.datetime]]:
    return list(Dispatch.objects.order_by("pk").values_list("channel", "state", "not_before"))


def prefers(world: World, **fields: Any) -> None:
    Preference.objects.update_or_create(user=world.institution_filler, defaults=fields)


def test_without_any_setting_an_email_waits_for_the_digest_of_the_next_morning(addressed: Story) -> None:
    remind(addressed.case, AT)
    deliver_all(AT)
    assert dispatches() == [("email", "digest", moment("2021-05-13 08:00"))]


def test_at_once_means_at_once_outside_the_quiet_hours(addressed: Story) -> None:
    prefers(addressed.world, email="at_once")
    remind(addressed.case, AT)
    deliver_all(AT)
    assert dispatches() == [("email", "waiting", AT)]


@pytest.mark.parametrize(
    ("at", "sent"),
    [
        ("2021-05-12 21:59", "2021-05-12 21:59"),
        ("2021-05-12 22:00", "2021-05-13 08:00"),
        ("2021-05-12 23:30", "2021-05-13 08:00"),
        ("2021-05-13 00:10", "2021-05-13 08:00"),
        ("2021-05-13 07:59", "2021-05-13 08:00"),
        ("2021-05-13 08:00", "2021-05-13 08:00"),
        ("2021-12-31 23:00", "2022-01-01 08:00"),
    ],
)
def test_quiet_hours_run_over_midnight(addressed: Story, at: str, sent: str) -> None:
    prefers(addressed.world, email="at_once")
    remind(addressed.case, moment(at))
    deliver_all(moment(at))
    assert [not_before for _channel, _state, not_before in dispatches()] == [moment(sent)]


@pytest.mark.parametrize(
    ("since", "until", "at", "sent"),
    [
        (12, 14, "2021-05-12 13:00", "2021-05-12 14:00"),
        (12, 14, "2021-05-12 14:00", "2021-05-12 14:00"),
        (12, 14, "2021-05-12 23:00", "2021-05-12 23:00"),
        (0, 0, "2021-05-12 03:00", "2021-05-12 03:00"),
    ],
)
def test_quiet_hours_within_a_day_and_none_at_all(addressed: Story, since: int, until: int, at: str, sent: str) -> None:
    prefers(addressed.world, email="at_once", quiet_from=dt.time(since), quiet_until=dt.time(until))
    remind(addressed.case, moment(at))
    deliver_all(moment(at))
    assert [not_before for _channel, _state, not_before in dispatches()] == [moment(sent)]


def test_whoever_wants_no_email_gets_none_and_still_the_message(addressed: Story) -> None:
    prefers(addressed.world, email="off")
    remind(addressed.case, AT)
    deliver_all(AT)
    assert dispatches() == []
    assert told() == {"institution_filler": "reminder"}


def test_whoever_has_no_address_gets_the_message_and_the_lack_is_on_record(story: Story) -> None:
    remind(story.case, AT)
    deliver_all(AT)
    assert [(channel, state) for channel, state, _at in dispatches()] == [("email", "no_address")]
    assert Message.objects.count() == 1


def test_without_a_mail_server_nothing_waits_for_one(addressed: Story, settings: Any) -> None:
    settings.EMAIL_URL = ""
    remind(addressed.case, AT)
    deliver_all(AT)
    assert dispatches() == []


def test_an_urgent_message_does_not_wait_for_the_digest(addressed: Story) -> None:
    announce(addressed.case, "return_", AT, return_count=2)
    Case.objects.filter(pk=addressed.case.pk).update(kind="finding")
    deliver_all(AT)
    alerts = Dispatch.objects.filter(message__template="returned_again")
    assert {(row.state, row.not_before) for row in alerts} == {("waiting", AT)}


def test_a_webhook_in_use_gets_each_message_and_heeds_the_quiet_hours(addressed: Story) -> None:
    hook = Webhook.objects.create(url="https://gateway.example.cn/", created_at=AT)
    Webhook.objects.create(url="https://old.example.cn/", created_at=AT, active=False)
    night = moment("2021-05-12 23:00")
    remind(addressed.case, night)
    deliver_all(night)
    calls = Dispatch.objects.filter(channel="webhook")
    assert [(call.webhook_id, call.state, call.not_before) for call in calls] == [
        (hook.pk, "waiting", moment("2021-05-13 08:00"))
    ]


def test_what_a_message_keeps_names_nobody(addressed: Story) -> None:
    remind(addressed.case, AT, 7, to=["person", "head", "officer+1"])
    deliver_all(AT)
    names = {user.name for user in addressed.world.people.values()}
    for message in Message.objects.all():
        assert not names & set(map(str, message.facts.values())) - {"institution_filler"}


def test_every_claim_has_a_token_of_its_own(story: Story) -> None:
    remind(story.case, AT)
    remind(story.case, AT, -1)
    first, second = (claim(waiting(), AT, LEASE, 1) for _time in range(2))
    assert isinstance(first.token, uuid.UUID)
    assert first.token != second.token
    assert set(first.keys).isdisjoint(second.keys)
    assert len(first.keys) == len(second.keys) == 1
