"""The nodes that our flows are drawn with: viewflow's own, with fewer queries and our idea of a work item.

Only nodes that somebody waits at have a row: people's tasks and waits for other cases. Starts, gates and ends pass
through in memory. Every waiting node names the one state of the case that goes with it; the soundness check holds
node and state together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from viewflow.workflow import flow
from viewflow.workflow.activation import Activation
from viewflow.workflow.nodes.end import EndActivation
from viewflow.workflow.nodes.handle import HandleActivation
from viewflow.workflow.nodes.if_gate import IfActivation
from viewflow.workflow.nodes.start import StartHandleActivation
from viewflow.workflow.nodes.view import ViewActivation
from viewflow.workflow.status import PROCESS, STATUS

from cases.deadlines import Due
from cases.models import OrgUnit, WorkItem

if TYPE_CHECKING:
    from cases.models import Case
    from workflows.step import Step

DueDate = Callable[["Step"], Due | dt.date | None]
SeatOf = Callable[["Case"], tuple[int, str]]
RuleFor = Callable[["Step"], str]


def _predecessor(activation: Activation) -> int | None:
    """The last work item with a row before the node that is being created."""
    return activation.task.pk or activation.task.after_id


class ByIdentity:
    """Activations told apart as objects: their work items have no key before the batch is written."""

    __hash__ = object.__hash__
    __eq__ = object.__eq__


class WaitingMixin(ByIdentity):
    """An activation whose work item waits in the database; the step collects it for one write."""

    @classmethod
    def create(
        cls, flow_task: Any, prev_activation: Any, token: Any, data: Any = None, seed: Any = None
    ) -> WaitingMixin:
        case: Case = prev_activation.process
        step: Step = case.step
        unit_id, role = flow_task.seat_of(case)
        item = WorkItem(
            process=case,
            flow_task=flow_task,
            flow_task_type=flow_task.task_type,
            token=token,
            after_id=_predecessor(prev_activation),
            unit_id=unit_id,
            role=role,
            created=step.at,
        )
        step.set_due(item, step.due(flow_task), flow_task.rule_of(step))
        step.add_item(item)
        return cls(item)  # type: ignore[call-arg]


class HumanActivation(WaitingMixin, ViewActivation):
    """A person's task; finished by the step that completes it."""

    @Activation.status.transition(source=STATUS.STARTED, target=STATUS.DONE)
    def complete(self) -> None:
        """Nothing to write here: the step closes the item together with everything else."""


class WaitActivation(WaitingMixin, HandleActivation):
    """A wait for other cases or for the year's end; the engine wakes it."""

    @Activation.status.transition(source=STATUS.STARTED, target=STATUS.DONE)
    def complete(self) -> None:
        """Nothing to write here: the step closes the item together with everything else."""


class PassingMixin(ByIdentity):
    """An activation that leaves no row: it hands the last real work item on."""

    @classmethod
    def create(
        cls, flow_task: Any, prev_activation: Any, token: Any, data: Any = None, seed: Any = None
    ) -> PassingMixin:
        item = WorkItem(process=prev_activation.process, flow_task=flow_task, token=token)
        item.after_id = _predecessor(prev_activation)
        return cls(item)  # type: ignore[call-arg]


class GateActivation(PassingMixin, IfActivation):
    @Activation.status.transition(source=STATUS.NEW)
    def activate(self) -> None:
        self._condition_result = self.flow_task._condition(self)

    @Activation.status.transition(source=STATUS.NEW, target=STATUS.DONE)
    def complete(self) -> None:
        """Nothing to keep."""


class FinishActivation(PassingMixin, EndActivation):
    @Activation.status.transition(source=STATUS.NEW)
    def activate(self) -> None:
        self.process.status = PROCESS.DONE
        self.process.finished = self.process.step.at

    @Activation.status.transition(source=STATUS.NEW, target=STATUS.DONE)
    def complete(self) -> None:
        """Nothing to keep."""


class BeginActivation(PassingMixin, StartHandleActivation):
    @Activation.status.transition(source=STATUS.NEW, target=STATUS.DONE)
    def complete(self) -> None:
        """Nothing to keep."""


def no_view(request: Any, **kwargs: Any) -> None:
    """Viewflow's user task wants a view; our pages call the one door instead."""
    raise NotImplementedError("pages call workflows.engine.perform")


class _Waiting:
    """What every waiting node says of itself."""

    state: str
    role: str = ""
    roles: tuple[str, ...] = ()
    permission: str = ""
    grants: Mapping[str, str] = {}
    deadline: str = ""
    level: str = "unit"
    due_date: DueDate | None = None
    rule_for: RuleFor | None = None
    seat: SeatOf | None = None

    def seat_of(self, case: Case) -> tuple[int, str]:
        """The unit and role whose turn it is: those of the node, or those that the case's own record names."""
        if self.seat is None:
            return self.responsible_unit(case), self.role
        unit_id, role = self.seat(case)
        if role not in self.roles:
            raise ValueError(f"{self.name} waits for one of {', '.join(self.roles)}, not for {role!r}")  # type: ignore[attr-defined]
        return unit_id, role

    def permission_for(self, role: str) -> str:
        """The grant that the work wants from whoever holds the role; those of several levels hold different ones."""
        return self.grants.get(role, self.permission)

    def rule_of(self, step: Step) -> str:
        """The code of the deadline rule that holds for the work now."""
        return self.rule_for(step) if self.rule_for else self.deadline

    def responsible_unit(self, case: Case) -> int:
        """The unit whose turn it is: the case's own, or the one above it."""
        unit: OrgUnit = case.unit
        return unit.pk if self.level == "unit" or unit.superior_id is None else unit.superior_id


class Task(_Waiting, flow.View):
    """A person's task: who (role and grant, at the unit or above), by when, in which state of the case.

    Where the case itself names the seat, ``seat`` reads it there, and ``role`` lists every role that it may name, with
    the ``permission`` of each where they differ.
    """

    activation_class = HumanActivation

    def __init__(
        self,
        *,
        title: Any,
        state: str,
        role: str | tuple[str, ...],
        permission: str | tuple[str, ...],
        deadline: str,
        level: str = "unit",
        due_date: DueDate | None = None,
        rule_for: RuleFor | None = None,
        seat: SeatOf | None = None,
    ) -> None:
        super().__init__(no_view)
        self.task_title = title
        self.roles = (role,) if isinstance(role, str) else role
        granted = (permission,) * len(self.roles) if isinstance(permission, str) else permission
        self.grants = dict(zip(self.roles, granted, strict=True))
        self.state, self.role, self.permission = state, self.roles[0], granted[0]
        self.deadline, self.level = deadline, level
        self.due_date, self.rule_for, self.seat = due_date, rule_for, seat


class Wait(_Waiting, flow.Handle):
    """A wait for other cases or for a date: nobody's turn, woken by the engine."""

    activation_class = WaitActivation

    def __init__(self, *, title: Any, state: str, deadline: str) -> None:
        super().__init__()
        self.task_title = title
        self.state, self.deadline = state, deadline


class Gate(flow.If):
    """A branch on the state that the verb has just set."""

    activation_class = GateActivation

    def __init__(self, *states: str) -> None:
        super().__init__(lambda activation: activation.process.state in states)
        self.states = states


class Begin(flow.StartHandle):
    activation_class = BeginActivation


class Finish(flow.End):
    activation_class = FinishActivation


def waiting_nodes(flow_class: type[flow.Flow]) -> Iterator[Any]:
    """The nodes of a flow that have work items."""
    return (node for node in flow_class.instance.nodes() if isinstance(node, _Waiting))
