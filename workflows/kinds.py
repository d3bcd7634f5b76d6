"""The kinds of case that the engine runs: proxy, flow and names; each kind's module registers itself here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cases.models import Case
from workflows.nodes import waiting_nodes
from workflows.rules import Rule, targets


@dataclass(frozen=True)
class Verb:
    """A verb of a kind, with every (source, target) that it stands for."""

    name: str
    rule: Rule
    transitions: tuple[Any, ...]

    @property
    def sources(self) -> frozenset[str]:
        return frozenset(transition.source for transition in self.transitions)

    def targets_from(self, source: str) -> tuple[str, ...]:
        """Where the verb can lead from one state."""
        return next(targets(transition) for transition in self.transitions if transition.source in (source, "*"))

    @property
    def targets(self) -> frozenset[str]:
        return frozenset(target for transition in self.transitions for target in targets(transition))


@dataclass(frozen=True)
class Destination:
    """The page of a node's work, the stage it belongs to, and the words of its row and button.

    ``page`` names an address that takes the key of the case; empty: the kind's own. Without a ``title`` the row is
    named by its task and the number of the case.
    """

    page: str
    stage: Any
    title: Any
    button: Any


# The values of the rows that hold now, without their dates: equal ones are the same facts.
Facts = tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Kind:
    """One kind of case: its code, its proxy of Case, its flow, its states and where they end.

    ``programme`` is the code of the editions that its cases are pinned to; empty: those of the case that it hangs on.
    ``record`` names the one-to-one record that its verbs work on. ``facts`` says what of a case counts in figures, as
    rows of its fact table that hold from now on: the engine compares it before and after each verb. ``about`` says what
    cases of the kind are about, by key and all at once, where a list needs more than their number and unit. ``work``
    says by node where its work is done and in which words; ``section`` is the entry of the navigation that its pages
    belong to.
    """

    code: str
    label: Any
    model: Any
    flow: Any
    states: Any
    initial: str
    finals: frozenset[str]
    page: Callable[[Any], str]
    programme: str = ""
    record: str = ""
    facts: Callable[[Any], Facts] | None = None
    about: Callable[[Iterable[Any]], dict[int, str]] | None = None
    work: Mapping[str, Destination] = field(default_factory=dict, hash=False)
    section: str = "cycles"

    @cached_property
    def verbs(self) -> dict[str, Verb]:
        """The verbs by name, read off the proxy's django-fsm declarations."""
        field = self.model._meta.get_field("state")
        found: dict[str, list[Any]] = {}
        for transition in field.get_all_transitions(self.model):
            found.setdefault(transition.name, []).append(transition)
        return {
            name: Verb(name, transitions[0].custom["rule"], tuple(transitions))
            for name, transitions in sorted(found.items())
        }

    @cached_property
    def nodes_by_state(self) -> dict[str, Any]:
        return {node.state: node for node in waiting_nodes(self.flow)}

    def state_label(self, state: str) -> Any:
        return self.states(state).label


KINDS: dict[str, Kind] = {}


def abouts(cases: Iterable[Any]) -> dict[int, str]:
    """What cases are about, where their kinds say so, by key; one question for each kind that does."""
    rows, found = list(cases), dict[int, str]()
    for code in sorted({case.kind for case in rows}):
        about = KINDS[code].about
        if about is not None:
            found |= about([case for case in rows if case.kind == code])
    return found


def about_of(case: Any) -> str:
    """What one case is about: as its kind says, else its unit."""
    return abouts([case]).get(case.pk) or str(case.unit)


def abouts_of_parents(cases: Iterable[Any]) -> dict[int, str]:
    """What cases are about that hang on others: what those are."""
    above = {case.pk: case.parent_id for case in cases}
    known = abouts(Case.objects.filter(pk__in=set(above.values())))
    return {pk: known[parent] for pk, parent in above.items() if parent in known}


def register(kind: Kind) -> Kind:
    KINDS[kind.code] = kind
    return kind


def kind_of(case: Any) -> Kind:
    return KINDS[case.kind]
