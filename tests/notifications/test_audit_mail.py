"""Anchors leave for their witnesses, and faults of the trail are told once to those who look after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from cases.audit.anchors import anchors_file, write_anchor
from cases.audit.daily import verify_daily
from cases.editions.pinned import forget_editions
from cases.models import SystemEvent, User
from notifications.audit_mail import mail_anchors, tell_faults
from tests.cases.audited import as_owner, whole_story
from tests.story import Story
from tests.worlds import moment

DAYS = [moment(f"2021-03-0{day} 00:10") for day in (3, 4, 5)]


@pytest.fixture(autouse=True)
def fresh_editions() -> Iterator[None]:
    yield
    forget_editions()


@pytest.fixture
def story(db: None, settings: Any, tmp_path: Path) -> Story:
    settings.AUDIT_DIR, settings.ANCHOR_EMAIL = tmp_path, ["witness@example.org", "court@example.org"]
    return whole_story()


def test_each_anchor_goes_to_its_witnesses_once(story: Story) -> None:
    for day in DAYS[:2]:
        write_anchor(day)
    assert [mail_anchors(DAYS[1]) for _time in range(2)] == [2, 0]
    write_anchor(DAYS[2])
    assert mail_anchors(DAYS[2]) == 1
    assert [letter.to for letter in mail.outbox] == [["witness@example.org", "court@example.org"]] * 3
    sent = [letter.attachments[0][1] for letter in mail.outbox]
    assert sent == anchors_file().read_bytes().splitlines()


def test_a_new_series_after_a_restore_goes_to_the_witnesses_from_its_beginning(story: Story) -> None:
    for day in DAYS[:2]:
        write_anchor(day)
    mail_anchors(DAYS[1])
    anchors_file().rename(anchors_file().with_name("anchors-2021-03-05.jsonl"))
    write_anchor(DAYS[2])
    assert [mail_anchors(DAYS[2]) for _time in range(2)] == [1, 0]


def test_without_witnesses_nothing_leaves(story: Story, settings: Any) -> None:
    settings.ANCHOR_EMAIL = []
    write_anchor(DAYS[0])
    assert (mail_anchors(DAYS[0]), mail.outbox) == (0, [])


def test_a_mail_server_that_refuses_is_asked_again(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    write_anchor(DAYS[0])

    def refuse(*_arguments: Any, **_keywords: Any) -> int:
        raise OSError("no route")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", refuse)
        with pytest.raises(OSError, match="no route"):
            mail_anchors(DAYS[0])
    assert mail_anchors(DAYS[0]) == 1


def test_faults_are_told_once_to_auditors_and_administrators_and_sound_trails_to_nobody(story: Story) -> None:
    keepers = [story.world.auditor, story.world.system_admin]
    User.objects.filter(pk__in=[user.pk for user in keepers]).update(email="keeper@example.org")
    for user in keepers:
        user.refresh_from_db()
        User.history.bulk_history_create([user], update=True)
    verify_daily(DAYS[0])
    assert tell_faults(DAYS[0]) == 0
    as_owner("UPDATE cases_case SET number = 'X' WHERE id = %s", [story.case.pk])
    verify_daily(DAYS[1])
    assert [tell_faults(DAYS[1]) for _time in range(2)] == [1, 0]
    (letter,) = mail.outbox
    assert letter.bcc == ["keeper@example.org"] * 2
    assert f"cases.case {story.case.pk}" in letter.body
    assert SystemEvent.objects.get(verb="faults_told").details == {"people": sorted(user.pk for user in keepers)}
