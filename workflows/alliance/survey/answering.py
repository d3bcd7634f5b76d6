"""Answering by a one-time link, without an account: nobody is named, and a link counts once (满意度调查)."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from cases.clock import local_date, start_of_day
from cases.errors import Conflict, Invalid, OutOfScope
from cases.models import Survey, SurveyAnswer, SurveyLink
from cases.saving import sign
from cases.wording import cdate

TOKEN_BYTES = 18


def new_tokens(number: int) -> list[str]:
    """So many secrets, each for one link; they are handed out once and never kept."""
    return [secrets.token_urlsafe(TOKEN_BYTES) for _each in range(number)]


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_of(token: str, at: dt.datetime) -> SurveyLink:
    """The link behind a token, fit to be answered at the moment.

    Raises OutOfScope (404) where there is none, Conflict (409) where it was used, has run out, or the survey is closed.
    """
    link = SurveyLink.objects.filter(digest=digest_of(token)).select_related("survey__pilot").first()
    if link is None:
        raise OutOfScope(
            "no_such_link",
            _("This link is not one of ours."),
            hint=_("Scan the code again, or type the whole address as it is printed."),
        )
    _require_usable(link, link.survey, at)
    return link


def answer(token: str, choice: str, *, at: dt.datetime) -> None:
    """Count one answer and use up its link; of two at once, one is refused. Raises Invalid (422) for no choice."""
    link = link_of(token, at)
    if choice not in SurveyAnswer.Answer.values:
        message = _("Choose one of the three answers.")
        raise Invalid("no_answer_chosen", message, faults={"answer": [message]})
    # Day and not moment: nobody can tell from the time which link an answer came by.
    day = start_of_day(local_date(at))
    with transaction.atomic():
        survey = Survey.objects.select_for_update().get(pk=link.survey_id)
        used = SurveyLink.objects.filter(pk=link.pk, used_at=None).update(used_at=day)
        _require_usable(SurveyLink.objects.get(pk=link.pk) if not used else link, survey, at)
        row = SurveyAnswer(survey=survey, group=link.group, answer=choice, entered_on=local_date(at))
        sign(row, None, day)
        row.save()


def _require_usable(link: SurveyLink, survey: Survey, at: dt.datetime) -> None:
    if link.used_at is not None:
        raise Conflict(
            "link_used",
            _("This link has been used: one answer has been counted already."),
            hint=_("Each link counts once. If it was not you, ask whoever gave it to you for another one."),
        )
    if survey.closed_at is not None:
        raise Conflict("survey_closed", _("The survey is closed."), hint=_("Thank you all the same."))
    if at > link.valid_until:
        raise Conflict(
            "link_ran_out",
            _("This link was valid until %(day)s.") % {"day": cdate(link.valid_until)},
            hint=_("Ask whoever gave it to you for another one."),
        )
