"""What the verbs of a summary do, on either level: complete, confirm, file, correct (action plan, part 3 (3)).

Each level declares its own verbs with its own grants (``kind.py``, ``regional.py``) and calls these functions with its
``Level``. Filing freezes a version (``cases.summaries.freezing``); nothing that happens later changes it, and a
correction is a new version beside it.

Lock order: programme, summary, then the cycles that are taken in, by their keys (docs/adr/0025-frozen-figures.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from cases.clock import end_of_day, local_date
from cases.deadlines import Due, due, resumed
from cases.editions.quality import quality_of
from cases.editions.times import DeadlineRule
from cases.errors import Conflict, Invalid, WrongRole
from cases.models import Summary, SummaryVersion
from cases.saving import sign
from cases.summaries import passages, reading
from cases.summaries.cells import cells_of, numbers_of
from cases.summaries.freezing import freeze
from cases.summaries.overrides import changed_by_hand, faults_of
from cases.wording import cdate
from workflows.dating import date_of
from workflows.step import Step
from workflows.summary.membership import take_in

SENT_BACK = ("return_", "correct")  # the verbs that give back at least the rule's minimum of working days

# What had not been reported: ``{}`` when nothing is missing, else plain data for the version and the page.
Missing = Mapping[str, Any]


@dataclass(frozen=True)
class Level:
    """What differs between the levels that file Annex 2.

    ``missing`` tells who has not reported by the cut-off, as plain data, empty where nobody is missing; ``drafts`` the
    passages as the system words them; ``takes_cycles`` whether filing takes the institutions' cycles in;
    ``own_rules`` the deadline rules of the work before filing, whose date goes on from one to the next.
    """

    missing: Callable[[Step], Missing]
    drafts: Callable[[Step], passages.Drafts]
    takes_cycles: bool
    own_rules: tuple[str, ...]


def record_of(step: Step) -> Summary:
    """The summary of the step's case, with its round."""
    record: Summary = step.case.summary
    return record


def check_ready(step: Step, level: Level) -> Missing:
    """Refuse what cannot be filed, and say who is missing.

    Before the cut-off has passed (409); while somebody is missing and no reason is given, or figures changed by hand
    do not go together any more (422).
    """
    record = record_of(step)
    cutoff_on = record.round.cutoff_on
    if step.at <= end_of_day(cutoff_on):
        raise Conflict(
            "cutoff_not_reached",
            _("The cut-off is the end of %(day)s; until then figures may still change.") % {"day": cdate(cutoff_on)},
            hint=_("Complete the summary meanwhile, and hand it on from the next day."),
        )
    missing = level.missing(step)
    faults: dict[str, list[Any]] = {}
    if missing and not record.missing_reason.strip():
        faults["missing_reason"] = [_("Say why reports are missing; those who are missing are named in the summary.")]
    annex2 = quality_of(step.edition).annex2
    changed = {cell: row.value for cell, row in changed_by_hand(record).items()}
    if changed:
        cells = cells_of(annex2)
        for cell, fault in faults_of(annex2, numbers_of(reading.figures_of(step.case)), changed).items():
            faults[f"cell:{cell}"] = [f"{cells[cell].name}: {fault}"]
    if faults:
        raise Invalid(
            "summary_incomplete",
            _("The summary is not complete: %(count)d places need attention.") % {"count": len(faults)},
            hint=_("Each place is listed with a link to it."),
            faults=faults,
        )
    return missing


def request_confirmation(step: Step, level: Level) -> None:
    """The officer has finished: what cannot be filed is refused now, and passages nobody drafted yet are drafted."""
    check_ready(step, level)
    _draft_what_is_missing(step, level)


def file_version(step: Step, level: Level) -> SummaryVersion:
    """Freeze what the head confirms: figures as of the round's cut-off, the records behind them, the words.

    Whoever completed it cannot confirm it too (WrongRole). The step's facts name the version and its digest.
    """
    completed = step.item.after if step.item is not None else None
    if completed is not None and completed.done_by_id in step.in_the_name_of:
        raise WrongRole(
            "confirmer_is_officer",
            _("Whoever has completed it cannot confirm it too."),
            hint=_("Ask another head of your commission, or have a colleague complete it."),
        )
    missing = check_ready(step, level)
    _draft_what_is_missing(step, level)
    record = record_of(step)
    entries = reading.entries_of(step.case)
    version = freeze(
        record,
        figures=reading.figures_of(step.case),
        entries=entries,
        missing={**missing, "reason": record.missing_reason} if missing else {},
        by=step.person,
        at=step.at,
    )
    step.facts = {"version": version.pk, "no": version.no, "digest": version.digest}
    if level.takes_cycles:
        step.facts |= take_in(step, record, entries)
    return version


def note_version(step: Step) -> None:
    """What was received is the last version; the event says which."""
    version = last_version(record_of(step))
    step.facts = {"version": version.pk, "no": version.no}


def correct(step: Step) -> None:
    """What was accepted is put right: the next filing is a new version beside the old (reason required)."""
    record: Any = record_of(step)
    record.correction_reason = step.reason
    record.row_version += 1
    sign(record, step.person, step.at, step.verb)
    record.save(update_fields=["correction_reason", "row_version"])
    step.facts = {"no": last_version(record).no}


def last_version(record: Summary) -> SummaryVersion:
    """The version that was filed last; a summary that was handed on always has one."""
    return record.versions.order_by("-no")[0]


def date_of_filing(level: Level) -> Callable[[Step], Due]:
    """The date of the work before filing, for its nodes' ``due_date``: that of the round, or of the edition's rule.

    It goes on from the officer to the head and back. Whatever comes back from above has at least the rule's minimum of
    working days, or that of a supplement; the fixed date itself never moves.
    """

    def date(step: Step) -> Due:
        rule = _own_rule(step, level)
        found = due(step.edition, rule, year=step.case.year, start=step.at, record_date=record_of(step).round.due_on)
        if step.verb in SENT_BACK:
            today = local_date(step.at)
            return resumed(rule, found, stopped_on=today, resumed_on=today, calendar=step.calendar)
        before: Any = step.item
        while before is not None and before.due_rule not in level.own_rules:
            before = before.after
        return date_of(before) if before is not None and before.due_at is not None else found

    return date


def _own_rule(step: Step, level: Level) -> DeadlineRule:
    """The edition's rule for the work before filing; a round may name another fixed day (that of 2021, once)."""
    deadlines = step.edition.deadlines
    rule = deadlines[level.own_rules[0]]
    of_round = quality_of(step.edition).rounds.get(record_of(step).round.code)
    named = of_round.report_due if of_round is not None and rule.kind == "fixed" else ""
    least = rule.minimum_days or deadlines["supplement"].minimum_days
    return replace(rule, on=named or rule.on, minimum_days=least)


def drafting_state(returned: str, drafting: str) -> Callable[..., str]:
    """Where a withdrawal or the head's return leads: to ``returned`` while the last word from above was a return."""

    def state(case: Any, *args: Any) -> str:
        verbs = case.events.filter(verb__in=(*SENT_BACK, "accept", "acknowledge")).order_by("-seq")
        return returned if verbs.values_list("verb", flat=True).first() == "return_" else drafting

    return state


def _draft_what_is_missing(step: Step, level: Level) -> None:
    record = record_of(step)
    present = {(row.part, row.no) for row in record.texts.all()}
    absent = {key: text for key, text in level.drafts(step).items() if key not in present}
    if absent:
        passages.draft(record, absent, by=step.person, at=step.at)
