"""Making the demonstration in tests, and judging what was made."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from typing import Any

from django.apps import apps
from django.core.management import call_command

from cases.editions.pinned import forget_editions
from cases.events import event_hash
from cases.models import GENESIS, Case, Finding, UnsealedRow
from workflows.finding.kind import LIVE
from workflows.quality_cycle.kind import State

TIANSHAN = "650102"
BEGINNING = dt.datetime(2019, 1, 1, tzinfo=dt.UTC)
# What differs from one making to the next: random keys and what is hashed with them, storage names, salts.
RANDOM = {"uid", "hash", "previous_hash", "chain_head", "file", "password", "sealed", "head"}


def seed(only: str = "") -> str:
    """Run the command and return what it says."""
    forget_editions()
    said = io.StringIO()
    call_command("seed_demo", only=only, stdout=said)
    return said.getvalue()


def content() -> dict[str, list[Any]]:
    """All rows of the cases package, editions apart, without what is random."""
    rows = {}
    for model in apps.get_app_config("cases").get_models():
        if "edition" not in model.__name__.lower() and model is not UnsealedRow:  # digests of what is random
            names = [field.attname for field in model._meta.concrete_fields if field.name not in RANDOM]
            rows[model.__name__] = list(model._base_manager.order_by("pk").values_list(*names))
    return rows


def chains_break() -> list[str]:
    """The cases whose events do not follow one another, each sealing the one before, up to the case row."""
    broken = []
    for case in Case.objects.prefetch_related("events").select_related("unit"):
        state, head, at = "", GENESIS, BEGINNING
        for seq, event in enumerate(case.events.all(), 1):
            event.case = case
            follows = (event.seq, event.source, event.previous_hash) == (seq, state, head) and event.at >= at
            if not follows or event.hash != event_hash(event):
                broken.append(f"{case.unit} {case.kind} {event.seq} {event.verb}")
                break
            state, head, at = event.target, event.hash, event.at
        else:
            if (case.state, case.chain_head, case.event_count) != (state, head, len(case.events.all())):
                broken.append(f"{case.unit} {case.kind}")
    return broken


def ledgers_break() -> list[str]:
    """The cycles whose state does not go with their findings."""
    live = Counter(Finding.objects.filter(case__state__in=LIVE).values_list("cycle", flat=True))
    never = {State.VERIFIED, State.ARCHIVED, State.CANCELLED}
    return [
        f"{cycle.unit} {cycle.year} {cycle.state}"
        for cycle in Case.objects.filter(kind="quality_cycle").select_related("unit")
        if (cycle.state == State.RECTIFYING and not live[cycle.pk]) or (cycle.state in never and live[cycle.pk])
    ]
