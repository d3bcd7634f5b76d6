"""How findings come onto the ledger and follow the self-check and its verification (design, Findings)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from cases.clock import local_date
from cases.models import Finding, Rectification, Sequence
from cases.workdays import add_working_days
from workflows.engine import cascade, open_case
from workflows.finding.kind import LIVE, State
from workflows.step import Step


def sync_with_selfcheck(step: Step, answers: Mapping[str, Mapping[str, Any]]) -> None:
    """Make, update, renew or drop the self-check's findings so that they are the submitted problems, each once.

    ``answers`` are those of the submitted snapshot by item code. A problem that was put right on the spot starts as
    fixed. What the county has settled stays settled unless the institution reports it again.
    """
    problems = {code: answer for code, answer in answers.items() if answer["status"] == "problem"}
    known = {
        finding.item_code: finding
        for finding in Finding.objects.filter(cycle=step.case.pk, source=Finding.Source.SELF_CHECK).select_related(
            "case__unit"
        )
    }
    for code, finding in known.items():
        fields = _fields(step, problems[code]) if code in problems else {}
        if code not in problems and finding.case.state in LIVE:
            _cascade(step, finding, "drop")
        elif code in problems and finding.case.state in LIVE:
            _cascade(step, finding, "update", **fields)
        elif code in problems and finding.case.state in (State.CANCELLED, State.REJECTED):
            _cascade(step, finding, "renew", **fields)
    new = [code for code in problems if code not in known]
    _open(step, [(code, Finding.Source.SELF_CHECK, _fields(step, problems[code])) for code in new])


def open_findings(step: Step, source: str, problems: list[tuple[str, dict[str, Any]]]) -> None:
    """Put new findings of a check on the ledger; they are confirmed by the one who found them."""
    _open(step, [(code, source, {"confirmed_at": step.at, **fields}) for code, fields in problems])


def _open(step: Step, problems: list[tuple[str, str, dict[str, Any]]]) -> None:
    cycle = step.case
    if not problems:
        return
    county = cycle.unit.superior or cycle.unit
    first = Sequence.take(f"finding:{cycle.year}:{county.code}", len(problems))
    for offset, (item_code, source, fields) in enumerate(problems):
        fixed = fields.pop("fixed_on_spot", False)
        record = Finding(cycle=cycle, item_code=item_code, source=source, **fields)
        if fixed:
            record.fixed_by, record.fixed_at = step.actor.user, step.at
            record.result = record.measure
        open_case(
            "finding",
            unit=cycle.unit,
            year=cycle.year,
            edition=cycle.edition,
            batch=step.batch,
            by=step.actor,
            at=step.at,
            record=record,
            parent=cycle,
            number=f"{cycle.year}-{county.code}-{first + offset:03d}",
            state=State.FIXED if fixed else State.OPEN,
            grant=step.grant,
            facts={"item": item_code, "source": source},
        )


def _fields(step: Step, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What a finding takes over from the institution's answer; no date of its own means the edition's limit."""
    kind = answer["rectification"] or Rectification.TIME_LIMITED
    planned = answer["planned_on"]
    return {
        "facets": answer["facets"],
        "problem": answer["problem"],
        "measure": answer["measure"],
        "rectification": kind,
        "responsible": answer["responsible"],
        "due_on": dt.date.fromisoformat(planned) if planned else default_limit(step, kind),
        "fixed_on_spot": answer["fixed_on_spot"],
    }


def default_limit(step: Step, rectification: str) -> dt.date:
    """The limit of a finding that names none: working days of the edition from the day of the step."""
    settings = step.edition.settings
    days = settings.immediate_days if rectification == Rectification.IMMEDIATE else settings.rectification_days
    return add_working_days(local_date(step.at), days)


def _cascade(step: Step, finding: Finding, verb: str, **fields: Any) -> None:
    fields.pop("fixed_on_spot", None)
    case = finding.case
    cascade(step, case, verb, **fields)


def confirm(step: Step, finding: Finding, **amendments: Any) -> None:
    """The county upholds a finding, with what it words differently."""
    _cascade(step, finding, "confirm", **amendments)


def reject(step: Step, finding: Finding, reason: str) -> None:
    """The county does not uphold a finding, with its reason."""
    cascade(step, finding.case, "reject", reason=reason)


def live_findings(cycle_id: int) -> int:
    """How many findings of a cycle are not settled yet."""
    return Finding.objects.filter(cycle=cycle_id, case__state__in=LIVE).count()
