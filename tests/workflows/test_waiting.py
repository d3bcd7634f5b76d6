"""Whoever waited for a lock acts on what stands there afterwards, not on what stood there before (PostgreSQL)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from cases.editions.quality import quality_of
from cases.errors import Refusal
from cases.models import Case, Finding, SelfCheck
from cases.selfcheck_drafts import save_basic
from tests.story import BASIC, Story, problem
from tests.worlds import build_world
from workflows.consistency import faults
from workflows.engine import perform

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PATIENCE = 20.0
WAITING_FOR_ME = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


@pytest.fixture
def story(transactional_db: None) -> Story:
    return Story.open(build_world())


@contextmanager
def while_another_waits(case: Case, act: Callable[[], Any]) -> Iterator[list[Any]]:
    """Hold the lock of a case until ``act``, on a connection of its own, waits for it; what it gave comes after."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(act())
        except Refusal as refusal:
            outcome.append(refusal.code)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        thread.start()
        until = time.monotonic() + PATIENCE
        with connection.cursor() as cursor:
            while cursor.execute(WAITING_FOR_ME).fetchone()[0] == 0:
                assert time.monotonic() < until, "the other one does not wait"
                time.sleep(0.01)
        yield outcome
    thread.join(PATIENCE)


def test_a_closing_sees_that_the_finding_has_to_be_confirmed_again(story: Story) -> None:
    story.on("2021-03-01").submit({"A1-08": problem()})
    story.on("2021-05-10").approve()
    finding = story.fix(story.findings()[0])
    close = lambda: perform(finding.case, "close", by=story.officer, at=story.at)  # noqa: E731
    with while_another_waits(story.case, close) as outcome:
        Finding.objects.filter(pk=finding.pk).update(confirmed_at=None)
    assert outcome == ["not_verified_yet"]
    assert list(faults(Case.objects.all())) == []


def test_two_people_who_save_the_basic_information_at_once_see_each_other(story: Story) -> None:
    filler = Client()
    filler.force_login(story.world.institution_filler)
    address = reverse("selfcheck_basic", args=[story.case.pk])
    typed = {name: str(value) for name, value in BASIC.items()} | {"medical_beds": "90", "row_version": "0"}
    save = lambda: filler.post(address, typed, headers={"accept": "application/json"}).status_code  # noqa: E731
    with while_another_waits(story.case, save) as outcome:
        selfcheck = SelfCheck.objects.get(pk=story.case.pk)
        form = quality_of(story.case.edition).form
        save_basic(selfcheck, form, BASIC, row_version=0, by=story.world.institution_head, at=story.at)
    assert outcome == [409]
    assert SelfCheck.objects.get(pk=story.case.pk).basic["medical_beds"] == BASIC["medical_beds"]
