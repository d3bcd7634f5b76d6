"""What a pilot's columns do while it confirms its score: taken together, fixed, countersigned, or objected to.

The commission fixes the score together with the finance bureau (市卫生健康委会同市财政局, pilot plan, part 3 (3));
neither does it alone. The digest of the rows stands in both events.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cases.errors import Invalid
from cases.scoring import joint
from workflows.alliance.deciding import save_record
from workflows.alliance.hooks import follows
from workflows.alliance.parties import copy_parts
from workflows.alliance.scoring.kind import State as Column
from workflows.alliance.scoring.opening import columns_of
from workflows.engine import cascade, lock_many
from workflows.step import Step

# Who reads the columns of the others: the bureau before it countersigns, everybody who takes part once it has.
BEFORE, AFTER = ("finance",), ("lead", "district", "finance", "member")


@follows("fix_score")
def fix_rows(step: Step) -> None:
    """Every row decided; where columns differ one of them, or the commission's own value with its reason."""
    pilot = _pilot(step)
    round_ = joint.round_of(pilot)
    joint.fix(pilot, round_, by=step.person, at=step.at, reason=step.verb)
    step.facts |= _confirmed(pilot, round_)
    _let_read(step, BEFORE)


@follows("countersign")
def make_final(step: Step) -> None:
    """The finance bureau agrees (会签): the total stands, and everybody who takes part may read the columns."""
    pilot = _pilot(step)
    round_ = joint.round_of(pilot)
    confirmed = _confirmed(pilot, round_)
    totals = joint.final_totals(pilot, joint.joint_lines(pilot, round_))
    save_record(step, pilot, total=totals.total, scored_at=step.at)
    step.facts |= confirmed
    for case in lock_many(list(columns_of(pilot, round_).filter(state=Column.SUBMITTED))):
        cascade(step, case, "join")
    _let_read(step, AFTER)


@follows("object_score")
def note_objection(step: Step) -> None:
    """What exactly the bureau does not agree to."""
    pilot = _pilot(step)
    step.facts |= _confirmed(pilot, joint.round_of(pilot))


@follows("return_column")
def send_back(step: Step) -> None:
    """One column goes back to whoever scored it: the one whose own step this is, or the one that is named."""
    if step.details.get("returned"):
        return
    column = step.details.get("column")
    found = list(columns_of(_pilot(step)).filter(state=Column.SUBMITTED, scoring__column=column))
    if not found:
        message = _("Choose the column that goes back.")
        raise Invalid("no_such_column", message, faults={"column": [message]})
    for case in lock_many(found):
        cascade(step, case, "return_column", reason=step.reason, noted=True)
    step.facts |= {"column": column}


def _pilot(step: Step) -> Any:
    case: Any = step.case
    return case.pilot


def _confirmed(pilot: Any, round_: int) -> dict[str, Any]:
    totals = joint.final_totals(pilot, joint.joint_lines(pilot, round_))
    return {"round": round_, "digest": joint.digest_of(pilot, round_), "total": f"{totals.total:.2f}"}


def _let_read(step: Step, parts: tuple[str, ...]) -> None:
    for column in columns_of(_pilot(step)):
        copy_parts(step, step.case, column, parts)
