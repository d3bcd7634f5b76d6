"""One step through the one door, against plain Django writing the same rows and a stock viewflow task completion."""

from __future__ import annotations

import itertools

from django.db import transaction
from viewflow.workflow.models import Task as StockTask

from cases.models import Case, CaseEvent, Edition, WorkItem
from tests.bench.flows import RALLY, StockFlow
from tests.bench.measure import report, side_by_side
from tests.worlds import World, moment
from workflows.engine import open_case, perform
from workflows.step import Batch, history_of

AT = moment("2021-03-01")


def steps(world: World, rounds: int) -> bool:
    actor = world.actor("institution_filler")
    edition = Edition.objects.get(version="2021")
    case = _rally(world, edition)
    other = _rally(world, edition)
    process = StockFlow.start.run()
    user = actor.user
    turns = itertools.cycle(["ping", "pong"])

    def ours() -> None:
        perform(case, next(turns), by=actor, at=AT)

    counter = itertools.count(100)
    history, columns = history_of(Case)

    def plain() -> None:
        """The rows of one step by hand: one UPDATE, three INSERTs, one transaction, through the ORM."""
        with transaction.atomic():
            other.version += 1
            other.save_base(raw=True, update_fields=["version", "event_count", "chain_head", "status"])
            WorkItem.objects.create(
                process=other, flow_task=RALLY.flow.ping, unit=world.institution, role="institution_filler", due_at=AT
            )
            CaseEvent.objects.create(
                case=other, seq=next(counter), at=AT, verb="ping", source="ping", target="pong", actor=user
            )
            history.objects.create(
                **{name: getattr(other, name) for name in columns},
                history_date=AT,
                history_user=user,
                history_type="~",
            )

    def stock() -> None:
        """What viewflow's own view does: lock, assign, start, complete, open the next task."""
        task = StockTask.objects.get(process=process, finished=None)
        with task.activation() as activation:
            activation.assign(user)
            activation.start(None)
            activation.execute()

    medians = side_by_side({"perform": ours, "plain Django": plain, "stock viewflow": stock}, rounds)
    claims = {("perform", "plain Django"): 2.5, ("perform", "stock viewflow"): 1.0}
    return report("one step", medians, claims)


def _rally(world: World, edition: Edition) -> Case:
    batch = Batch()
    with transaction.atomic():
        case = open_case(
            "rally",
            unit=world.institution,
            year=2021,
            edition=edition,
            batch=batch,
            by=world.actor("institution_filler"),
            at=AT,
        )
        batch.write()
    return Case.objects.get(pk=case.pk)
