"""The smallest kind of case that has everything a step has, and a stock viewflow flow of the same shape."""

from __future__ import annotations

from typing import Any

from django.db import models
from viewflow import this
from viewflow.workflow import flow, lock

from cases.models import Case, WorkItem
from cases.roles import Role
from workflows.common import ItemVerbs
from workflows.kinds import Kind, register
from workflows.nodes import Begin, Task
from workflows.rules import verb
from workflows.step import Step


class State(models.TextChoices):
    PING = "ping"
    PONG = "pong"


class Rally(ItemVerbs, Case):
    """A case that goes to and fro for ever."""

    class Meta:
        proxy = True
        app_label = "bench"

    @verb(label="Ping", source=State.PING, target=State.PONG, permission="fill", deliver=False)
    def ping(self, step: Step) -> None:
        """To the other side."""

    @verb(label="Pong", source=State.PONG, target=State.PING, permission="fill", deliver=False)
    def pong(self, step: Step) -> None:
        """And back."""


def task(state: str) -> Task:
    return Task(title=state, state=state, role=Role.INSTITUTION_FILLER, permission="fill", deadline="rectify")


class RallyFlow(flow.Flow):
    """Rally"""

    process_class = Rally
    task_class = WorkItem

    start = Begin().Next(this.ping)
    ping = task(State.PING).Next(this.pong)
    pong = task(State.PONG).Next(this.ping)


RALLY = register(
    Kind(
        code="rally",
        label="Rally",
        model=Rally,
        flow=RallyFlow,
        states=State,
        initial=State.PING,
        finals=frozenset(),
        page=lambda case: "/",
    )
)


def no_view(request: Any, **kwargs: Any) -> None:
    """Stock tasks are executed directly."""


class StockFlow(flow.Flow):
    """Two user tasks in a circle, as viewflow comes out of the box, with the lock that it recommends."""

    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle().Next(this.ping)
    ping = flow.View(no_view).Next(this.pong)
    pong = flow.View(no_view).Next(this.ping)
