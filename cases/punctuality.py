"""Was the work done in time? One rule, for one row in Python and for many in SQL (design, Deadlines).

Work done by its date is on time. Where an extension moved the date, work that the original date would have called late
is on time after extension (延期后按时), and figures tell the two apart. Work without a date is not counted; neither is
what was taken back or dropped, nor what the clock ended because its window was over: nobody was late with that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import pgettext
from viewflow.workflow.status import STATUS

from cases.models import WorkItem

ON_TIME, EXTENDED, LATE, OPEN = "on_time", "extended", "late", "open"
OUTCOMES = (ON_TIME, EXTENDED, LATE, OPEN)
UNDATED, OVERDUE = "undated", "overdue"
# How a case stands with a step of the year: done in four ways, or not done and over its date, or not done.
STANDINGS = (ON_TIME, EXTENDED, LATE, UNDATED, OVERDUE, OPEN)
DONE = (ON_TIME, EXTENDED, LATE, UNDATED)


def punctuality(due_at: dt.datetime, original_due_at: dt.datetime | None, finished: dt.datetime | None) -> str:
    """The outcome of work with a date: ``on_time``, ``extended``, ``late``, or ``open`` while it is not done."""
    if finished is None:
        return OPEN
    if finished > due_at:
        return LATE
    return EXTENDED if original_due_at is not None and finished > original_due_at else ON_TIME


def outcome_of(item: WorkItem) -> str:
    """The outcome of a work item; empty where it has no date."""
    return punctuality(item.due_at, item.original_due_at, item.finished) if item.due_at is not None else ""


def as_expression() -> Case:
    """The same as a column of work items that have a date."""
    return Case(
        When(finished=None, then=Value(OPEN)),
        When(finished__gt=F("due_at"), then=Value(LATE)),
        When(original_due_at__isnull=False, finished__gt=F("original_due_at"), then=Value(EXTENDED)),
        default=Value(ON_TIME),
        output_field=CharField(),
    )


def counted(items: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
    """The work items that figures about punctuality are made of: people's, with a date, open or done by somebody."""
    done = Q(status=STATUS.DONE, done_by__isnull=False)
    return items.exclude(role="").filter(Q(finished=None) | done, due_at__isnull=False)


def counts(items: QuerySet[WorkItem], *by: str) -> dict[Any, dict[str, int]]:
    """How many items came out how, in one query; with ``by`` a dictionary for each value of that column."""
    rows = counted(items).order_by().annotate(punctual=as_expression()).values_list(*by, "punctual")
    found: dict[Any, dict[str, int]] = {}
    for *key, outcome, number in rows.annotate(n=Count("pk")):
        found.setdefault(key[0] if key else None, dict.fromkeys(OUTCOMES, 0))[outcome] += number
    return found


def standing(
    *, done: Collection[str], rules: Collection[str], outcomes: Collection[str], last: bool, at: dt.datetime
) -> Case:
    """How cases stand with one step of the year, as a column of cases, in one statement for any number of them.

    The step is done where the case's state says so (``done``); whether in time is read off the work item under one of
    the ``rules`` that ended with one of the ``outcomes``: the first that was not withdrawn, or the ``last``. What is
    done without such an item is ``undated``; what is not done is ``overdue`` once the open work's date has passed.
    """
    items = WorkItem.objects.filter(process=OuterRef("pk"))
    withdrawn = WorkItem.objects.filter(after=OuterRef("pk"), status=STATUS.CANCELED, outcome="withdraw")
    ended = items.filter(status=STATUS.DONE, due_at__isnull=False, due_rule__in=rules, outcome__in=outcomes)
    ended = ended.exclude(Exists(withdrawn)).order_by("-pk" if last else "pk")
    outcome = Subquery(ended.annotate(punctual=as_expression()).values("punctual")[:1])
    over = items.filter(finished=None, due_at__lt=at)
    return Case(
        When(Q(state__in=done), then=Coalesce(outcome, Value(UNDATED))),
        When(Exists(over), then=Value(OVERDUE)),
        default=Value(OPEN),
        output_field=CharField(),
    )


def outcome_word(outcome: str) -> str:
    """按时 / 延期后按时 / 逾期完成 / 办理中; of a step also 已完成（未定期限）and 逾期未完成."""
    return {
        ON_TIME: pgettext("punctuality", "On time"),
        EXTENDED: pgettext("punctuality", "On time after extension"),
        LATE: pgettext("punctuality", "Done late"),
        OPEN: pgettext("punctuality", "Open"),
        UNDATED: pgettext("punctuality", "Done, no date"),
        OVERDUE: pgettext("punctuality", "Overdue, not done"),
    }[outcome]
