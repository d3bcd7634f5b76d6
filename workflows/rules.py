"""How a verb is declared: a django-fsm transition with the rule that ``perform`` enforces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django_fsm import GET_STATE, RETURN_VALUE, transition

Movement = Literal["forward", "back", "stay"]


@dataclass(frozen=True)
class Rule:
    """What a verb needs and does.

    Any of ``permissions``, grants on the case's unit, suffices; none means that only the system may; ``"item"`` means
    the grant of the open work item. ``forward`` completes the open item and follows the flow; ``back`` cancels the
    open items and opens the node of the new state (design, idea 2); ``stay`` leaves the state alone. ``on_hold``: also
    while the case is on hold. ``opens`` work below the case: it waits for the release, although the case stays.
    """

    label: Any
    permissions: tuple[str, ...]
    movement: Movement
    reason: bool
    system: bool
    deliver: bool
    on_hold: bool = False
    opens: bool = False

    @property
    def rests_on_hold(self) -> bool:
        """Whether the verb is refused while the case is on hold: what moves a case waits for its release."""
        return (self.movement != "stay" or self.opens) and not self.on_hold


def verb(
    *,
    label: Any,
    source: str | Sequence[str],
    target: Any = None,
    permission: str | tuple[str, ...] = (),
    back: bool = False,
    reason: bool = False,
    system: bool = False,
    deliver: bool = True,
    on_hold: bool = False,
    opens: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a verb: the decorated method does what is particular to it, the engine everything else."""
    movement: Movement = "stay" if target is None else "back" if back else "forward"
    permissions = (permission,) if isinstance(permission, str) else permission
    rule = Rule(label, permissions, movement, reason, system or not permissions, deliver, on_hold, opens)
    return transition(
        "state", source=list(source) if not isinstance(source, str) else source, target=target, custom={"rule": rule}
    )


def targets(meta_transition: Any) -> tuple[str, ...]:
    """Every state that a transition can lead to; none for a verb that stays."""
    target = meta_transition.target
    if target is None:
        return ()
    if isinstance(target, (RETURN_VALUE, GET_STATE)):
        return tuple(str(state) for state in target.allowed_states)
    return (str(target),)
