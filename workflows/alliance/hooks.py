"""What the parts of a pilot do when it takes a step: each adds its own, and the pilot's verbs call them.

Filings are opened when a pilot is selected, columns when it reports, and so on. A part declares
``@follows("select")`` above a function of the step; it runs in the verb's own transaction, under the pilot's lock, and
may refuse. ``require_*`` of other parts is declared in the same manner with ``@precedes``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from workflows.step import Step

Hook = Callable[[Step], None]
_before: dict[str, list[Hook]] = defaultdict(list)
_after: dict[str, list[Hook]] = defaultdict(list)
# The verbs that end a pilot; ``@follows(ENDING)`` hears of each of them.
ENDING = "end"


def precedes(*verbs: str) -> Callable[[Hook], Hook]:
    """Have the function run before the verbs of a pilot do anything; it refuses by raising."""
    return _declaring(_before, verbs)


def follows(*verbs: str) -> Callable[[Hook], Hook]:
    """Have the function run once the verbs of a pilot have done their own part."""
    return _declaring(_after, verbs)


def prepare(step: Step, verb: str = "") -> None:
    for hook in _before[verb or step.verb]:
        hook(step)


def follow_up(step: Step, verb: str = "") -> None:
    for hook in _after[verb or step.verb]:
        hook(step)


def _declaring(table: dict[str, list[Hook]], verbs: tuple[str, ...]) -> Callable[[Hook], Hook]:
    def declare(hook: Hook) -> Hook:
        for verb in verbs:
            table[verb].append(hook)
        return hook

    return declare
