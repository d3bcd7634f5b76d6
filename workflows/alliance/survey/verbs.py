"""What a pilot does with its survey: opened and closed by the commission, links handed out, paper answers entered.

The answers that come by a link are nobody's: they are no events. The event that closes the survey carries their counts.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Case, QuerySet, When
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from cases.clock import local_date
from cases.editions.alliance import alliance_of
from cases.errors import Conflict, Invalid
from cases.models import Respondents, Survey, SurveyAnswer, SurveyLink
from cases.saving import sign
from cases.scoring.joint import round_of
from cases.scoring.survey import satisfaction
from cases.wording import cdate
from workflows.alliance.states import State
from workflows.rules import verb
from workflows.step import Step

ASKING = (State.PRACTICE, State.REPORTING, State.SCORING, State.JOINT)
SURVEYORS = ("run_pilots", "party:lead")
MOST_LINKS, MOST_ANSWERS = 200, 500  # of one step


class SurveyVerbs:
    """A survey a round of evaluation; asked by the commission and the lead hospital's office."""

    @verb(
        label=pgettext_lazy("survey", "Open the survey"),
        source=(State.PRACTICE, State.REPORTING, State.SCORING),
        permission="run_pilots",
    )
    def open_survey(self, step: Step) -> None:
        """For the round that is going on, or the one that comes."""
        pilot, round_ = _pilot(step), round_asked(step.case)
        if Survey.objects.filter(pilot=pilot, round=round_).exists():
            raise Conflict("survey_exists", _("This round has its survey already."))
        survey = Survey(pilot=pilot, round=round_, opened_at=step.at)
        _write(step, survey)
        step.facts = {"survey": survey.pk, "round": round_}

    @verb(label=pgettext_lazy("survey", "Make links"), source=ASKING, permission=SURVEYORS, deliver=False)
    def make_links(self, step: Step) -> None:
        """One-time links for a group; only the digests of their tokens come here, and nothing else is kept."""
        survey, group = held(step), _group(step)
        digests = list(step.details.get("digests", ()))
        if not 1 <= len(digests) <= MOST_LINKS:
            message = _("Make 1 to %(most)d links at a time.") % {"most": MOST_LINKS}
            raise Invalid("too_many_links", message, faults={"number": [message]})
        days = alliance_of(step.case.edition).evaluation.survey_days
        until = step.at + dt.timedelta(days=days)
        SurveyLink.objects.bulk_create(
            SurveyLink(survey=survey, group=group, digest=digest, made_at=step.at, valid_until=until)
            for digest in digests
        )
        step.facts = {"survey": survey.pk, "group": group, "links": len(digests)}

    @verb(label=pgettext_lazy("survey", "Enter answers"), source=ASKING, permission=SURVEYORS, deliver=False)
    def enter_answers(self, step: Step) -> None:
        """What was answered on paper or by word of mouth, as counts of one group and day, by the surveyor."""
        survey, group = held(step), _group(step)
        on = _day(step, survey)
        counts = {answer: _count(step, answer) for answer in SurveyAnswer.Answer.values}
        if not 1 <= sum(counts.values()) <= MOST_ANSWERS:
            message = _("Enter 1 to %(most)d answers at a time.") % {"most": MOST_ANSWERS}
            raise Invalid("no_answers", message, faults={"satisfied": [message]})
        for answer, number in counts.items():
            for _each in range(number):
                row = SurveyAnswer(survey=survey, group=group, answer=answer, entered_on=on, entered_by=step.person)
                _write(step, row)
        step.facts = {"survey": survey.pk, "group": group, "counts": counts}

    @verb(
        label=pgettext_lazy("survey", "Withdraw an answer"),
        source=ASKING,
        permission=SURVEYORS,
        reason=True,
        deliver=False,
    )
    def withdraw_answer(self, step: Step) -> None:
        """Entries that were wrong count no more and stay on record; what came by a link cannot be withdrawn.

        ``answer`` is one of them, ``number`` how many like it go (same surveyor, day, group and answer), by default 1.
        """
        survey = held(step)
        row = SurveyAnswer.objects.filter(survey=survey, pk=step.details.get("answer") or 0, withdrawn_at=None).first()
        if row is None:
            raise Invalid("no_such_answer", _("There is no such answer, or it has been withdrawn."))
        if row.entered_by_id is None:
            raise Conflict(
                "not_entered_by_hand",
                _("This answer came by a link; only what a surveyor entered can be withdrawn."),
            )
        rows, number = list(alike(row)), step.details.get("number") or 1
        if not isinstance(number, int) or not 1 <= number <= len(rows):
            message = _("Withdraw 1 to %(most)d of them.") % {"most": len(rows)}
            raise Invalid("too_many_answers", message, faults={"number": [message]})
        for each in rows[:number]:
            each.withdrawn_at, each.withdrawn_reason = step.at, step.reason
            _write(step, each)
        facts = {"survey": survey.pk, "answer": row.pk, "group": row.group, "was": row.answer}
        step.facts = facts if number == 1 else {**facts, "number": number}

    @verb(label=pgettext_lazy("survey", "Close the survey"), source=ASKING, permission="run_pilots")
    def close_survey(self, step: Step) -> None:
        """No answer counts any more from now on; the counts of every group stand in the event."""
        survey = held(step)
        survey.closed_at = step.at
        _write(step, survey)
        found = satisfaction(survey)
        step.facts = {
            "survey": survey.pk,
            "round": survey.round,
            "counts": {group: dict(each.counts) for group, each in found.groups.items()},
        }


def round_asked(case: Any) -> int:
    """The round that a survey belongs to now: the one that is scored, before that the one to come."""
    last = round_of(case.pilot)
    return last + 1 if case.state in (State.PRACTICE, State.REPORTING) else max(last, 1)


def survey_of(case: Any) -> Survey | None:
    """The newest survey of a pilot."""
    return Survey.objects.filter(pilot=case.pk).order_by("-round").first()


def held(step: Step) -> Survey:
    """The open survey of the pilot, locked until the step ends; raises Conflict where there is none."""
    survey = Survey.objects.select_for_update().filter(pilot=step.case.pk, closed_at=None).order_by("-round").first()
    if survey is None:
        raise Conflict(
            "no_open_survey",
            _("There is no open survey."),
            hint=_("The commission opens it; a closed one stays as it is."),
        )
    return survey


def alike(row: SurveyAnswer) -> QuerySet[SurveyAnswer]:
    """The answers that count and were entered by the same surveyor for the same day and group, with the same words.

    The one that is named comes first.
    """
    same = {name: getattr(row, name) for name in ("survey", "group", "answer", "entered_on", "entered_by")}
    named = Case(When(pk=row.pk, then=0), default=1)
    return SurveyAnswer.objects.filter(withdrawn_at=None, **same).order_by(named, "-pk")


def _pilot(step: Step) -> Any:
    case: Any = step.case
    return case.pilot


def _group(step: Step) -> str:
    group = step.details.get("group")
    if group not in Respondents.values:
        message = _("Choose who was asked.")
        raise Invalid("no_such_group", message, faults={"group": [message]})
    return str(group)


def _count(step: Step, answer: str) -> int:
    number = step.details.get(answer) or 0
    if not isinstance(number, int) or number < 0:
        message = _("Give a whole number.")
        raise Invalid("not_a_number", message, faults={answer: [message]})
    return number


def _day(step: Step, survey: Survey) -> dt.date:
    on, first, last = step.details.get("entered_on"), local_date(survey.opened_at), local_date(step.at)
    if not isinstance(on, dt.date) or not first <= on <= last:
        message = _("Give a day from the opening of the survey on %(first)s to today.") % {"first": cdate(first)}
        raise Invalid("day_outside_survey", message, faults={"entered_on": [message]})
    return on


def _write(step: Step, row: Any) -> None:
    sign(row, step.person, step.at, step.verb)
    row.save()
