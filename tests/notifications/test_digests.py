"""One e-mail a day: gathered at the person's hour, once, whatever is started again."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from cases.models import WorkItem
from notifications.digests import LISTED, gather_digests
from notifications.models import Digest, Dispatch, Preference
from notifications.outbox import send_dispatches
from tests.notifications.telling import deliver_all, give_addresses, remind
from tests.story import Story
from tests.worlds import build_world, moment

EVENING = moment("2021-05-12 17:00")
MORNING = moment("2021-05-13 08:00")


@pytest.fixture
def addressed(story: Story) -> Story:
    give_addresses(story.world)
    return story


def reminded(story: Story, count: int = 1, at: dt.datetime = EVENING) -> None:
    for number in range(count):
        remind(story.case, at, -1 - number)
    deliver_all(at)


def all_digests(at: dt.datetime) -> int:
    done = 0
    while count := gather_digests(at):
        done += count
    return done


def test_the_messages_of_a_day_come_in_one_email(addressed: Story) -> None:
    reminded(addressed, 3)
    assert all_digests(MORNING - dt.timedelta(seconds=1)) == 0
    assert all_digests(MORNING) == 3
    assert send_dispatches(MORNING) == 1
    (letter,) = mail.outbox
    assert letter.body.count("http://127.0.0.1:8000/messages/") == 4
    assert "3" in letter.subject
    assert set(Dispatch.objects.filter(digest=None).values_list("state", flat=True)) == {"gathered"}
    assert Dispatch.objects.filter(gathered_in=Digest.objects.get()).count() == 3


def test_a_second_sweep_or_a_restart_makes_no_second_digest_of_the_day(addressed: Story) -> None:
    reminded(addressed)
    all_digests(MORNING)
    reminded(addressed, at=MORNING - dt.timedelta(minutes=1))
    for hours in range(1, 12):
        all_digests(MORNING + dt.timedelta(hours=hours))
    assert Digest.objects.count() == 1
    assert all_digests(MORNING + dt.timedelta(days=1)) == 1
    assert [digest.day for digest in Digest.objects.order_by("day")] == [dt.date(2021, 5, 13), dt.date(2021, 5, 14)]


def test_after_an_outage_of_three_days_there_is_one_digest(addressed: Story) -> None:
    for day in (10, 11, 12):
        reminded(addressed, at=moment(f"2021-05-{day} 12:00"))
    assert all_digests(moment("2021-05-13 09:30")) == 3
    assert Digest.objects.count() == 1


def test_a_digest_that_is_late_waits_for_the_end_of_the_quiet_hours(addressed: Story) -> None:
    reminded(addressed)
    all_digests(moment("2021-05-13 23:00"))
    assert Dispatch.objects.get(digest__isnull=False).not_before == moment("2021-05-14 08:00")


def test_everybody_gets_their_own_digest_at_their_own_hour(addressed: Story) -> None:
    Preference.objects.create(user=addressed.world.institution_head, digest_hour=18)
    remind(addressed.case, EVENING, -3, to=["person", "head"])
    deliver_all(EVENING)
    assert all_digests(moment("2021-05-12 18:00")) == 1
    assert Digest.objects.get().recipient == addressed.world.institution_head
    assert all_digests(MORNING) == 1
    send_dispatches(MORNING)
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(
        [addressed.world.institution_head.email, addressed.world.institution_filler.email]
    )


def test_a_long_digest_lists_the_latest_and_counts_the_rest(addressed: Story) -> None:
    reminded(addressed, LISTED + 7)
    all_digests(MORNING)
    send_dispatches(MORNING)
    body = mail.outbox[0].body
    assert f"{LISTED}. " in body
    assert f"{LISTED + 1}. " not in body
    assert "7" in body.splitlines()[-3]


def test_work_that_was_done_meanwhile_is_marked_in_the_digest(addressed: Story) -> None:
    reminded(addressed)
    WorkItem.objects.filter(process=addressed.case.pk).update(finished=EVENING)
    all_digests(MORNING)
    send_dispatches(MORNING)
    assert "已办" in mail.outbox[0].body or "done in the meantime" in mail.outbox[0].body


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_make_one_digest_a_person() -> None:
    story = Story.open(build_world())
    give_addresses(story.world)
    for days in range(1, 40):
        remind(story.case, EVENING, -days, to=["person", "head"])
    deliver_all(EVENING)
    barrier = threading.Barrier(6)
    faults: list[Any] = []

    def work() -> None:
        try:
            barrier.wait(timeout=20)
            while gather_digests(MORNING, limit=1):
                pass
        except BaseException as error:
            faults.append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert faults == []
    all_digests(MORNING)
    assert Digest.objects.count() == 2
    assert Dispatch.objects.filter(state="gathered").count() == 78
