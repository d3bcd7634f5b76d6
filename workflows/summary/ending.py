"""Accepted summaries are archived when their programme ends; what is still open goes its own way."""

from __future__ import annotations

from cases.models import Case
from workflows.engine import cascade, lock_many
from workflows.step import Step


def archive_accepted(step: Step) -> None:
    """Archive the accepted summaries of the programmes that this step has ended; their parents are locked."""
    ended = [case.pk for case in step.batch.changed.values() if case.kind == "programme" and case.finished is not None]
    if ended:
        accepted = Case.objects.filter(parent__in=ended, kind="summary", state="accepted")
        for case in lock_many(list(accepted)):
            cascade(step, case, "archive")
