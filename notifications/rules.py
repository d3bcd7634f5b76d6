"""Which event is told to whom, with which template, at which level and by which channels: a table, checked when read.

The table is ``data/rules.json``. The first rule that reaches a person decides what that person gets; nobody is told of
what they did themselves.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import gettext as _

from cases.editions.reader import FaultList, read_object
from notifications.seen import SeenEvent
from notifications.strictness import template_faults
from notifications.subject import naming
from notifications.wording import FACTS, GIVEN

FILE = Path(__file__).resolve().parent / "data" / "rules.json"
EVERY = "*"
CLOCK_VERBS = frozenset({"remind", "escalate"})  # what the alarms record, on every kind of case

Audience = Literal[
    "person",
    "officer",
    "head",
    "officer+1",
    "head+1",
    "officer+2",
    "head+2",
    "other_side",
    "commission",
    "told",
    "starter",
    "watchers",
    "administrators",
    "below",
    "parties",
    "named",
]
Whose = Literal["acted", "next", "opened", "case"]
Level = Literal["info", "task", "reminder", "nudge", "escalation"]
Channel = Literal["email", "webhook"]


class MalformedRules(Exception):
    """A table of rules that cannot be used; lists every fault with its place."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{place}: {fault}" for place, fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Condition:
    """Something that must hold of the event: a number at least so large, a text equal, a list that includes, or nothing
    said of it at all."""

    fact: str
    at_least: int | None = None
    equals: str = ""
    includes: str = ""
    absent: bool = False

    def holds(self, details: Mapping[str, Any]) -> bool:
        value = details.get(self.fact)
        if self.at_least is not None:
            return isinstance(value, int) and value >= self.at_least
        if self.absent:
            return value is None
        if self.includes:
            return isinstance(value, list) and self.includes in value
        return str(value) == self.equals


@dataclass(frozen=True)
class Rule:
    """One line of the table.

    ``of`` says from which work item the people in ``to`` are seen: the one that was acted on, the ``next`` one that the
    step opened, the first one of a case that the step ``opened``, or the case's own unit. ``handed_on`` limits the rule
    to work that came to another post. ``facts`` are what the template may use beside what every template may.
    ``urgent`` messages do not wait for a digest.
    """

    code: str
    verbs: tuple[str, ...]
    to: tuple[Audience, ...]
    template: str
    level: Level
    channels: tuple[Channel, ...]
    of: Whose = "acted"
    kinds: tuple[str, ...] | None = None
    when: tuple[Condition, ...] = ()
    facts: tuple[str, ...] = ()
    handed_on: bool = False
    urgent: bool = False

    def applies(self, event: SeenEvent) -> bool:
        """Whether the conditions hold; kind and verb were looked up before."""
        return all(condition.holds(event.details) for condition in self.when)


@dataclass(frozen=True)
class Rules:
    """The whole table, in its order."""

    rules: tuple[Rule, ...]

    def of_event(self, kind: str, verb: str) -> tuple[Rule, ...]:
        """The lines for a verb of a kind of case, in the order of the table."""
        return tuple(
            rule
            for rule in self.rules
            if (not rule.kinds or kind in rule.kinds)
            and (verb in rule.verbs or (EVERY in rule.verbs and verb not in CLOCK_VERBS))
        )


@cache
def rules() -> Rules:
    """The project's table; raises MalformedRules."""
    return read_rules(json.loads(FILE.read_text(encoding="utf-8")))


def require_rules() -> None:
    """Stop the start of a server whose table cannot be used; raises MalformedRules."""
    rules()


def read_rules(raw: Any) -> Rules:
    """A table from what its JSON file says; raises MalformedRules with every fault and its place."""
    faults = FaultList()
    table = read_object(Rules, raw, "", faults)
    if faults:
        raise MalformedRules(list(faults))
    found = list(_rule_faults(table))
    if found:
        raise MalformedRules(found)
    whole: Rules = table
    return whole


def _rule_faults(table: Rules) -> Iterator[tuple[str, str]]:
    """What is well written and means nothing: unknown verbs and facts, templates that ask for more than they get."""
    verbs = naming().verbs()
    seen: set[str] = set()
    for number, rule in enumerate(table.rules):
        place = f"rules[{number}]"
        if rule.code in seen:
            yield f"{place}.code", _("the code “%(code)s” is used twice") % {"code": rule.code}
        seen.add(rule.code)
        yield from _empty_lists(rule, place)
        yield from _unknown_verbs(rule, place, verbs)
        for at, condition in enumerate(rule.when):
            asked = (condition.at_least is not None, condition.equals != "", condition.includes != "", condition.absent)
            if asked.count(True) != 1:
                yield f"{place}.when[{at}]", _("give exactly one of at_least, equals, includes and absent")
        yield from _unknown(rule.facts, FACTS, f"{place}.facts")
        for fault in template_faults(rule.template, (*GIVEN, *rule.facts)):
            yield f"{place}.template", fault


def _empty_lists(rule: Rule, place: str) -> Iterator[tuple[str, str]]:
    for each in fields(rule):
        if each.name in ("verbs", "to") and not getattr(rule, each.name):
            yield f"{place}.{each.name}", _("the list must not be empty")


def _unknown_verbs(rule: Rule, place: str, verbs: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    yield from _unknown(rule.kinds or (), verbs, f"{place}.kinds")
    kinds = [kind for kind in rule.kinds or verbs if kind in verbs]
    known = {EVERY, *CLOCK_VERBS, *(verb for kind in kinds for verb in verbs[kind])}
    yield from _unknown(rule.verbs, known, f"{place}.verbs")


def _unknown(given: Collection[str], known: Collection[str], place: str) -> Iterator[tuple[str, str]]:
    for number, value in enumerate(given):
        if value not in known:
            known_ones = ", ".join(sorted(known))
            yield (
                f"{place}[{number}]",
                _("unknown value “%(value)s”; known are: %(known)s")
                % {
                    "value": value,
                    "known": known_ones,
                },
            )
