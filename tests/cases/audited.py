"""A small world whose trail is whole, and what its verification says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from cases.audit.faults import Counts, Fault
from cases.audit.layouts import tracked_tables
from cases.audit.sealing import seal_rows
from cases.audit.verifying import verify
from cases.events import event_hash
from cases.immutability import rewriting
from cases.models import GENESIS, Case, CaseEvent
from tests.story import Story, problem
from tests.worlds import build_world, moment


def whole_story() -> Story:
    """An institution's year up to the submitted form, with problems and a sealed copy; everything is in a chain."""
    story = Story.open(build_world())
    story.on("2021-03-01").submit({"A1-08": problem(), "A1-13": problem()})
    complete_history()
    seal_rows(moment("2021-03-02"), limit=10_000)
    return story


def complete_history() -> None:
    """Give a history to what the tests' shortcuts write without one."""
    for table in tracked_tables():
        model = table.instance_type
        bare = list(model._base_manager.exclude(pk__in=table.objects.values(model._meta.pk.attname)))
        model.history.bulk_history_create(bare, batch_size=100)


def faults(**options: Any) -> list[Fault]:
    return list(verify(Counts(), **options))


def counted() -> Counts:
    """What is counted where everything agrees."""
    found = Counts()
    assert list(verify(found)) == []
    return found


def as_owner(statement: str, values: Sequence[Any] = ()) -> None:
    """As the owner of the database, with the triggers off."""
    with rewriting(), connection.cursor() as cursor:
        cursor.execute(statement, list(values))


def rewrite_consistently(case: Case, seq: int, reason: str) -> None:
    """Another reason in an event, and every hash after it made anew: the chain agrees with itself again."""
    with rewriting():
        CaseEvent.objects.filter(case=case.pk, seq=seq).update(reason=reason)
        previous = GENESIS
        for event in CaseEvent.objects.filter(case=case.pk).select_related("case").order_by("seq"):
            event.previous_hash = previous
            previous = event_hash(event)
            CaseEvent.objects.filter(pk=event.pk).update(previous_hash=event.previous_hash, hash=previous)
        Case.objects.filter(pk=case.pk).update(chain_head=previous)
