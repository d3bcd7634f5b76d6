"""The operator's commands over patients: listing, erasing, and changing the wrapping key."""

from __future__ import annotations

import base64
import datetime as dt
import os
import uuid
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases import personal
from cases.models import Patient, PersonalKey
from cases.personal.checks import keys_are_there
from tests.worlds import moment

pytestmark = pytest.mark.django_db


def run(command: str, *arguments: str) -> str:
    said = StringIO()
    call_command(command, *arguments, stdout=said)
    return said.getvalue()


@pytest.fixture
def patients() -> tuple[Patient, Patient]:
    """One who is long due, and one who is not for a hundred years."""
    old = personal.seal({"name": "李秀英", "phone": "13812345678"}, at=moment("2010-03-01"), years=1)
    return old, personal.seal({"name": "王五"}, at=moment("2021-03-01"), years=100)


def test_a_dry_run_lists_uids_and_dates_and_erases_nothing(patients: Any) -> None:
    old, new = patients
    said = run("erase_personal_data", "--dry-run")
    assert f"{old.uid}  2010-03-01  2011-03-01" in said
    assert str(new.uid) not in said
    assert not any(secret in said for secret in ("李", "138"))
    assert PersonalKey.objects.count() == 2


def test_erasing_forgets_who_is_due_and_nobody_else(patients: Any) -> None:
    old, new = patients
    assert str(old.uid) in run("erase_personal_data", "--yes")
    assert [personal.masked(Patient.objects.get(pk=each.pk)).state for each in (old, new)] == ["erased", "masked"]
    assert str(old.uid) not in run("erase_personal_data", "--yes")


def test_it_asks_first(patients: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _question: "no")
    with pytest.raises(CommandError):
        run("erase_personal_data")
    assert PersonalKey.objects.count() == 2
    monkeypatch.setattr("builtins.input", lambda _question: "yes")
    run("erase_personal_data")
    assert PersonalKey.objects.count() == 1


def test_a_patient_named_by_uid_is_erased_at_once_and_a_mistyped_uid_erases_nobody(patients: Any) -> None:
    old, new = patients
    with pytest.raises(CommandError):
        run("erase_personal_data", "--yes", str(new.uid), str(uuid.uuid4()))
    assert PersonalKey.objects.count() == 2
    run("erase_personal_data", "--yes", str(new.uid))
    assert PersonalKey.objects.get().patient_id == old.uid


def key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def test_the_wrapping_key_can_be_changed_while_everybody_stays_readable(settings: Any) -> None:
    first, second = key(), key()
    settings.PERSONAL_KEYS = [first]
    patient = personal.seal({"name": "李秀英"}, at=moment("2021-03-01"), years=1)
    box_before = bytes(patient.sealed)
    settings.PERSONAL_KEYS = [second, first]
    run("rewrap_personal_keys")
    settings.PERSONAL_KEYS = [second]
    kept = Patient.objects.get(pk=patient.pk)
    assert personal.masked(kept).name == "李＊"
    assert bytes(kept.sealed) == box_before
    settings.PERSONAL_KEYS = [key()]
    with pytest.raises(CommandError, match="YIYANG_PERSONAL_KEYS"):
        run("rewrap_personal_keys")


def test_the_check_before_every_start_names_a_missing_or_malformed_key(settings: Any) -> None:
    assert keys_are_there(None) == []
    settings.PERSONAL_KEYS = ["not a key"]
    assert [fault.id for fault in keys_are_there(None)] == ["personal.E001"]
    settings.PERSONAL_KEYS, settings.PRODUCTION = [], True
    assert [fault.id for fault in keys_are_there(None)] == ["personal.E001"]


def test_a_patient_is_due_on_the_first_day_that_no_longer_counts() -> None:
    patient = personal.seal({"name": "王五"}, at=moment("2021-03-01"), years=3)
    assert not personal.due_for_erasure(dt.date(2024, 2, 29)).exists()
    assert personal.due_for_erasure(dt.date(2024, 3, 1)).get() == patient
