"""Tests that commit leave nothing behind, not even what is written once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import TransactionTestCase

from cases.models import Case, CaseEvent
from tests.story import Story
from tests.worlds import build_world


@pytest.mark.django_db(transaction=True)
def test_after_a_transactional_test_the_events_are_gone_and_the_triggers_are_back() -> None:
    story = Story.open(build_world())
    assert CaseEvent.objects.filter(case=story.case).exists()
    TransactionTestCase("__init__")._fixture_teardown()  # type: ignore[attr-defined]
    assert not CaseEvent.objects.exists()
    assert not Case.objects.exists()
    Story.open(build_world())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_caseevent")
