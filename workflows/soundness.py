"""Is every lifecycle sound? Runs in tests, with ``manage.py check`` and when the server starts.

Soundness as for workflow nets (van der Aalst 1998), on our pairing of state machine and flow: every state can be
reached, every state leads to an end, whoever is waited for has a role, a deadline rule and a way out, the flow goes
where the state machine says, and every open work item stands at a node that still exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import CharField
from django.db.models.functions import Cast
from viewflow.workflow.fields import get_task_ref

from cases.editions.load import available, parse, read_file
from cases.models import WorkItem
from cases.roles import PART_ROLES, PARTY, PARTY_ROLES, RULES
from workflows.kinds import KINDS, Kind, Verb
from workflows.nodes import Finish, Gate, waiting_nodes


class Unsound(Exception):
    """A lifecycle that could strand a case; lists every fault."""


def require_sound() -> None:
    """Stop the start of a server whose lifecycles are unsound or have left an open work item without its node."""
    faults = [*lifecycle_faults(), *stranded_items()]
    if faults:
        raise Unsound("; ".join(faults))


def lifecycle_faults(kinds: Iterable[Kind] | None = None) -> list[str]:
    """The faults of the declared lifecycles, in words that name kind, state and verb."""
    rules = _deadline_codes()
    found: list[str] = []
    for kind in kinds if kinds is not None else KINDS.values():
        faults = (*_graph_faults(kind), *_node_faults(kind, rules), *_flow_faults(kind))
        found += [f"{kind.code}: {fault}" for fault in faults]
    return found


def stranded_items() -> list[str]:
    """Open work items whose node no longer exists: a renamed node needs a data migration (docs/operations.md)."""
    known = [get_task_ref(node) for kind in KINDS.values() for node in waiting_nodes(kind.flow)]
    references = WorkItem.objects.open().annotate(reference=Cast("flow_task", CharField()))
    stranded = references.exclude(reference__in=known).values_list("reference", flat=True).order_by().distinct()
    return [f"open work items stand at a node that does not exist: {reference}" for reference in stranded]


def moves(kind: Kind) -> Iterator[tuple[str, Verb, str]]:
    """Every (source, verb, target) by which a case of the kind can move."""
    for verb in kind.verbs.values():
        if verb.rule.movement != "stay":
            for source in verb.sources:
                for target in verb.targets_from(source):
                    yield source, verb, target


def initial_states(kind: Kind) -> set[str]:
    """Where a case can begin: the states of the nodes that the flow reaches from its start."""
    gates = [node for node in kind.flow.instance.nodes() if isinstance(node, Gate)]
    candidates = {kind.initial} | {state for gate in gates for state in gate.states}
    start = kind.flow.instance.node("start")
    return {state for state in candidates if getattr(follow(start, state), "state", None) == state}


def follow(node: Any, state: str) -> Any:
    """The next node with a work item, or the end, that the flow leads to from a node while the case is in a state."""
    following = node._next
    while isinstance(following, Gate):
        following = following._on_true if state in following.states else following._on_false
    return following


def _graph_faults(kind: Kind) -> Iterator[str]:
    edges = [(source, target) for source, _verb, target in moves(kind)]
    states = set(kind.states.values)
    reachable = _closure(initial_states(kind), edges)
    yield from (f"state {state} cannot be reached" for state in sorted(states - reachable))
    leads_out = _closure(kind.finals, [(target, source) for source, target in edges])
    yield from (f"state {state} leads to no end" for state in sorted(states - leads_out))
    yield from (
        f"{name} is declared from or to unknown states"
        for name, verb in kind.verbs.items()
        if not (verb.sources - {"*"} | verb.targets) <= states
    )


def _node_faults(kind: Kind, deadline_codes: dict[tuple[str, str], set[str]]) -> Iterator[str]:
    nodes = list(waiting_nodes(kind.flow))
    if len(nodes) != len(kind.nodes_by_state):
        yield "two nodes claim the same state"
    for state in sorted(set(kind.states.values) - kind.finals - set(kind.nodes_by_state)):
        yield f"state {state} waits for nobody: it has no node"
    for state, node in sorted(kind.nodes_by_state.items()):
        if state in kind.finals:
            yield f"the final state {state} has a node"
        for (programme, edition), codes in deadline_codes.items():
            if kind.programme in ("", programme) and node.deadline not in codes:
                yield f"node {node.name} has no deadline rule {node.deadline!r} in {edition}"
        ways_out = [
            verb for source, verb, _target in moves(kind) if source == state and verb.rule.movement == "forward"
        ]
        if not ways_out:
            yield f"node {node.name} has no way out of state {state}"
        if node.role:
            yield from _role_faults(node, ways_out)


def _role_faults(node: Any, ways_out: list[Verb]) -> Iterator[str]:
    """Whoever may come to wait at the node holds its grant, and can complete it."""
    if len(node.roles) > 1 and node.seat is None:
        yield f"node {node.name} waits for several roles, and nothing says for which of them"
    for role in sorted({node.role, *node.roles}):
        permission = node.permission_for(role)
        if permission not in RULES[role].grants and role not in _roles_of_part(permission):
            yield f"node {node.name} waits for {role}, who does not hold the grant {permission!r}"
        if not any({permission, "item"} & set(verb.rule.permissions) for verb in ways_out):
            yield f"whoever holds node {node.name} has no verb that completes it"


def _roles_of_part(permission: str) -> tuple[str, ...]:
    """With which roles somebody has the part in a case that a permission asks for; none for a grant."""
    return PART_ROLES.get(permission.removeprefix(PARTY), PARTY_ROLES) if permission.startswith(PARTY) else ()


def _flow_faults(kind: Kind) -> Iterator[str]:
    for source, verb, target in moves(kind):
        if verb.rule.movement == "back":
            if target not in kind.nodes_by_state and target not in kind.finals:
                yield f"{verb.name} leads to {target}, which has neither a node nor an end"
            continue
        node = kind.nodes_by_state.get(source)
        reached = follow(node, target) if node else None
        if isinstance(reached, Finish):
            if target not in kind.finals:
                yield f"{verb.name} ends the flow in {target}, which is not a final state"
        elif getattr(reached, "state", None) != target:
            where = getattr(reached, "name", "nowhere")
            yield f"{verb.name} sets {target} but the flow goes on to {where}"


def _closure(start: Iterable[str], edges: list[tuple[str, str]]) -> set[str]:
    found = set(start)
    while more := {target for source, target in edges if source in found} - found:
        found |= more
    return found


def _deadline_codes() -> dict[tuple[str, str], set[str]]:
    """The deadline rules that each edition of the project has, by its programme and file."""
    editions = {path.name: parse(read_file(path), where=path.name) for path in available()}
    return {(edition.code, name): set(edition.deadlines) for name, edition in editions.items()}
