"""How findings come onto the ledger and follow the self-check and its verification (design, Findings)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from cases.clock import local_date
from cases.deadlines import Due, counted, named
from cases.models import Case, Finding, Rectification, SelfCheckSubmission, Sequence
from workflows.engine import cascade, lock_many, open_case
from workflows.finding.kind import IN_HAND, LIVE, State
from workflows.finding.record import limit_fields
from workflows.finding.recurrence import earlier_findings, with_recurrence
from workflows.step import Step


def sync_with_selfcheck(step: Step, answers: Mapping[str, Mapping[str, Any]]) -> None:
    """Make, update, renew or drop the self-check's findings so that they are the submitted problems, each once.

    ``answers`` are those of the submitted snapshot by item code. A problem that was put right on the spot starts as
    fixed. What is closed, referred or kept up under review stays so unless the institution now reports another problem
    there; what was dropped or not upheld comes back when it is reported again.
    """
    problems = _problems(answers)
    known = reported(step)
    before = _problems(_previous_answers(step)) if known else {}
    for code, finding in known.items():
        state, fields = finding.case.state, problems.get(code)
        if fields is None:
            if state in IN_HAND:
                cascade(step, finding.case, "drop")
        elif (
            state in (State.CANCELLED, State.REJECTED)
            or _now_otherwise(finding, fields)
            or _another_problem(state, before.get(code, {}), fields)
        ):
            cascade(step, finding.case, "renew", **_with_limit(step, fields))
        elif state in IN_HAND and (changes := _changes(finding, before.get(code, {}), fields)):
            cascade(step, finding.case, "update", **changes)
    new = [code for code in problems if code not in known]
    _open(step, [(code, Finding.Source.SELF_CHECK, _with_limit(step, problems[code])) for code in new])


def _previous_answers(step: Step) -> Mapping[str, Mapping[str, Any]]:
    """The answers of the version before the one that is being submitted."""
    versions = SelfCheckSubmission.objects.filter(selfcheck=step.case.pk).order_by("-no")
    snapshot = versions.values_list("snapshot", flat=True)[1:2].first()
    return snapshot["answers"] if snapshot else {}


def _changes(finding: Finding, before: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """What the institution words anew: unchanged answers do not undo what the county or the ledger has amended since.

    A limit that the county has confirmed is moved by nobody's resubmission.
    """
    limit_stays = finding.confirmed_at or fields["due_on"] is None
    fixed = {"on_spot", "due_on", "due_trace"} if limit_stays else {"on_spot"}
    return {name: value for name, value in fields.items() if name not in fixed and before.get(name) != value}


def reported(step: Step) -> dict[str, Finding]:
    """The cycle's findings from its self-check by item code, locked."""
    found = Finding.objects.filter(cycle=step.case.pk, source=Finding.Source.SELF_CHECK).select_related("case__unit")
    return {finding.item_code: finding for finding in lock_findings(found)}


def lock_findings(findings: Iterable[Finding]) -> list[Finding]:
    """The findings with their cases locked for this step, in two queries however many."""
    rows = list(findings)
    locked = {case.pk: case for case in lock_many([finding.case for finding in rows])}
    for finding in rows:
        finding.case = locked[finding.pk]
    return rows


def _another_problem(state: str, before: Mapping[str, Any], fields: Mapping[str, Any]) -> bool:
    """Whether an item whose finding is settled is now reported with another problem than in the version before."""
    settled = state in (State.CLOSED, State.CONTINUING, State.REFERRED)
    return settled and any(before.get(name) != fields[name] for name in ("problem", "facets"))


def _now_otherwise(finding: Finding, fields: Mapping[str, Any]) -> bool:
    """Whether a problem that nobody has worked on yet is now (not) reported as rectified on the spot."""
    untouched = finding.case.state == State.OPEN or (finding.case.state == State.FIXED and finding.on_spot)
    return untouched and fields["on_spot"] != finding.on_spot


def open_findings(step: Step, source: str, problems: list[tuple[str, dict[str, Any]]]) -> None:
    """Put new findings of a check on the ledger; they are confirmed by the one who found them."""
    _open(step, [(code, source, {"confirmed_at": step.at, **fields}) for code, fields in problems])


def _open(step: Step, problems: list[tuple[str, str, dict[str, Any]]]) -> None:
    cycle = step.case
    if not problems:
        return
    years = step.edition.settings.recurrence_years
    earlier = earlier_findings(cycle, (code for code, _source, _fields in problems), years=years, at=step.at)
    numbers = _numbers(cycle, len(problems))
    for (item_code, source, fields), number in zip(problems, numbers, strict=True):
        fixed = fields.get("on_spot", False)
        fields = with_recurrence(fields, earlier.get(item_code, ()))
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
            number=number,
            state=State.FIXED if fixed else State.OPEN,
            grant=step.grant,
            facts={"item": item_code, "source": source, **_recurrence_facts(record)},
        )


def _recurrence_facts(record: Finding) -> dict[str, Any]:
    if record.recurrence_of_id is None:
        return {}
    return {"recurrence_of": record.recurrence_of_id, "severity": record.severity}


def _numbers(cycle: Case, count: int) -> list[str]:
    """The next numbers of the county and year: of four digits, so that they sort as texts, too.

    A county's year that began with three digits, as the first release wrote them, goes on with three.
    """
    county = cycle.unit.superior or cycle.unit
    prefix = f"{cycle.year}-{county.code}-"
    first = Sequence.take(f"finding:{cycle.year}:{county.code}", count)
    begun_with_three = first > 1 and Case.objects.filter(kind="finding", number=f"{prefix}001").exists()
    width = 3 if begun_with_three else 4
    return [f"{prefix}{number:0{width}d}" for number in range(first, first + count)]


def _problems(answers: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What findings take over from the institution's answers, by item code."""
    return {code: _fields(answer) for code, answer in answers.items() if answer["status"] == "problem"}


def _fields(answer: Mapping[str, Any]) -> dict[str, Any]:
    planned = answer["planned_on"]
    return {
        "facets": answer["facets"],
        "problem": answer["problem"],
        "measure": answer["measure"],
        "rectification": answer["rectification"] or Rectification.TIME_LIMITED,
        "responsible": answer["responsible"],
        **limit_fields(named(dt.date.fromisoformat(planned), "institution") if planned else Due(None)),
        "on_spot": bool(answer["fixed_on_spot"]),
    }


def _with_limit(step: Step, fields: dict[str, Any]) -> dict[str, Any]:
    """No date of the institution's own means the edition's limit."""
    if fields["due_on"] is not None:
        return fields
    return fields | limit_fields(default_limit(step, fields["rectification"]))


def default_limit(step: Step, rectification: str) -> Due:
    """The limit of a finding that names none: working days of the edition from the day of the step."""
    settings = step.edition.settings
    days = settings.immediate_days if rectification == Rectification.IMMEDIATE else settings.rectification_days
    return counted(local_date(step.at), days, step.calendar)


def confirm(step: Step, finding: Finding, **amendments: Any) -> None:
    """The county upholds a finding, with what it words differently."""
    cascade(step, finding.case, "confirm", **amendments)


def reject(step: Step, finding: Finding, reason: str) -> None:
    """The county does not uphold a finding, with its reason."""
    cascade(step, finding.case, "reject", reason=reason)


def live_findings(cycle_id: int) -> int:
    """How many findings of a cycle are not settled yet."""
    return Finding.objects.filter(cycle=cycle_id, case__state__in=LIVE).count()
