"""Opening a filing: the first two by the pilot's selection, further versions when the lead office wants one."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.errors import Conflict, Invalid
from cases.models import Case, Filing
from workflows.alliance.filing_state import in_force
from workflows.alliance.hooks import follows
from workflows.alliance.parties import copy_parts
from workflows.alliance.states import State
from workflows.engine import open_case
from workflows.rules import verb
from workflows.step import Step

ABBREVIATIONS = {Filing.Kind.PLAN: "FA", Filing.Kind.AGREEMENT: "XY"}  # 方案, 协议


@follows("select")
def open_first_filings(step: Step) -> None:
    """Version 1 of the implementation plan and of the agreement, with the step that selects the pilot."""
    for kind in Filing.Kind:
        _open(step, kind, number=1, text="")


class FilingVerbs:
    """What a pilot does with its filings."""

    @verb(
        label=gettext_lazy("Begin a new version"),
        source=(State.SELECTED, State.PRACTICE, State.REPORTING),
        permission="party:lead",
        opens=True,
    )
    def new_filing(self, step: Step) -> None:
        """The next version of the plan or the agreement, beginning with the text that is in force."""
        kind = step.details.get("kind")
        if kind not in Filing.Kind.values:
            message = _("Choose what is to be filed anew.")
            raise Invalid("no_such_filing", message, faults={"kind": [message]})
        of_kind = Filing.objects.filter(pilot=step.case.pk, kind=kind)
        under_way = of_kind.filter(case__state__in=("drafting", "submitted", "returned")).first()
        if under_way is not None:
            raise Conflict(
                "version_under_way",
                _("Version %(number)d is under way already.") % {"number": under_way.number},
                hint=_("Go on with it, or wait for the commission’s decision."),
            )
        newest: int = of_kind.aggregate(newest=Max("number"))["newest"] or 0
        current = in_force(step.case).get(kind)
        _open(step, Filing.Kind(kind), number=newest + 1, text=current.text if current else "")
        step.facts = {"filing": kind, "number": newest + 1}


def _open(step: Step, kind: Filing.Kind, *, number: int, text: str) -> Case:
    pilot: Any = step.case
    case = open_case(
        "filing",
        unit=pilot.unit,
        year=pilot.year,
        edition=pilot.edition,
        batch=step.batch,
        by=step.actor,
        at=step.at,
        record=Filing(pilot=pilot.pilot, kind=kind, number=number, text=text),
        parent=pilot,
        number=f"{pilot.number}-{ABBREVIATIONS[kind]}{number}" if pilot.number else "",
        grant=step.grant,
        facts={"filing": kind.value, "number": number},
    )
    copy_parts(step, pilot, case)
    return case
