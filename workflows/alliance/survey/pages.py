"""The survey of a pilot for those who run it: opening, links on paper, answers from paper, figures, closing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST, require_safe

from cases.clock import local_date
from cases.editions.alliance import alliance_of
from cases.errors import Conflict, Invalid, Refusal, WrongRole
from cases.models import Respondents, Survey, SurveyAnswer
from cases.paper.survey_links import links_pdf
from cases.scoring.given import number_text
from cases.scoring.survey import Group, satisfaction
from cases.web import viewer_of
from workflows.alliance.survey.answering import digest_of, new_tokens
from workflows.alliance.survey.forms import AnswersForm, LinksForm, WithdrawForm
from workflows.alliance.survey.verbs import round_asked, survey_of
from workflows.finding.forms import take_over
from workflows.web import case_in_scope, perform_from, possible_verbs

PAGE = "pilot_survey"
MOST_SHOWN = 200  # lines of entries that are alike
FORMS: dict[str, type[forms.Form]] = {
    "make_links": LinksForm,
    "enter_answers": AnswersForm,
    "withdraw_answer": WithdrawForm,
}
VERBS = ("open_survey", "close_survey", *FORMS)
READERS = ("run_pilots", "decide_pilots", "party:lead", "party:finance", "party:district")


@require_safe
def pilot_survey(request: HttpRequest, pk: int) -> HttpResponse:
    """How the survey stands; figures for those who ask, and for all who take part once it is closed."""
    return _page(request, case_in_scope(request, pk, "pilot"))


@require_POST
def pilot_survey_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Open, close, enter, withdraw, or make links, which come back as a sheet to print and are shown never again."""
    case, name = case_in_scope(request, pk, "pilot"), request.POST.get("verb", "")
    if name not in VERBS:
        raise Refusal("unknown_verb", _("There is no such action on this kind of case."))
    form = FORMS[name](request.POST) if name in FORMS else None
    if form is not None and not form.is_valid():
        return _page(request, case, typed=(name, form), status=422)
    details = {key: value for key, value in form.cleaned_data.items() if key != "reason"} if form is not None else {}
    tokens: list[str] = []
    if name == "make_links":
        tokens = new_tokens(details.pop("number"))
        details["digests"] = [digest_of(token) for token in tokens]
    try:
        perform_from(request, case, name, **details)
    except (Invalid, Conflict) as refusal:
        if form is None:
            again = case_in_scope(request, pk, "pilot")
            return _page(request, again, refusal=refusal, status=refusal.status)
        take_over(form, refusal)
        return _page(request, case_in_scope(request, pk, "pilot"), typed=(name, form), status=refusal.status)
    if tokens:
        return _sheet(request, case, details["group"], tokens)
    messages.success(request, _said(name))
    return redirect(PAGE, pk)


def _sheet(request: HttpRequest, case: Any, group: str, tokens: list[str]) -> HttpResponse:
    days = alliance_of(case.edition).evaluation.survey_days
    until = local_date(viewer_of(request).at + dt.timedelta(days=days))
    addresses = [settings.BASE_URL + reverse("survey_answer", args=[token]) for token in tokens]
    with override("zh-hans"):
        content = links_pdf(case.pilot.name, str(Respondents(group).label), addresses, until)
    response = HttpResponse(content, content_type="application/pdf")
    name = f"满意度调查_{len(tokens)}份.pdf"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Cache-Control"] = "private, no-store"
    return response


def _page(
    request: HttpRequest,
    case: Any,
    *,
    typed: tuple[str, forms.Form] | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    survey, viewer = survey_of(case), viewer_of(request)
    reads = any(viewer.may(permission, case) for permission in READERS)
    if not reads and (survey is None or survey.closed_at is None):
        raise WrongRole(
            "survey_is_open",
            _("The survey is not closed yet; its figures can be read then."),
            hint=_("The commission and the lead hospital’s office do the survey."),
        )
    verbs = {verb.name for verb in possible_verbs(request, case)} & set(VERBS)
    if survey is None or survey.closed_at is not None:
        verbs &= {"open_survey"} if survey is None or survey.round < round_asked(case) else set()
    else:
        verbs -= {"open_survey"}
    name, form = typed or ("", None)
    context = {
        "nav_current": "pilots",
        "case": case,
        "pilot": case.pilot,
        "survey": survey,
        "verbs": verbs,
        "made": {verb: form if verb == name else _blank(verb, viewer.on) for verb in FORMS},
        "refused": form,
        "refusal": refusal,
        "answers": SurveyAnswer.Answer.choices,
        **(_figures(survey) if survey is not None else {}),
        **(_entered(survey, form) if survey is not None and "withdraw_answer" in verbs else {}),
    }
    return render(request, "workflows/alliance/survey/survey.html", context, status=status)


def _figures(survey: Survey) -> dict[str, Any]:
    found = satisfaction(survey)
    rows = [(Respondents(group).label, each.row, each.answers, _share(each)) for group, each in found.groups.items()]
    links = survey.links.all()
    return {
        "rows": rows,
        "together": (found.together.row, found.together.answers, _share(found.together)),
        "share": "" if found.share is None else number_text(found.share),
        "least": found.least,
        "links_made": links.count(),
        "links_used": links.exclude(used_at=None).count(),
        "links_left": links.filter(used_at=None).count(),
    }


def _share(group: Group) -> str:
    return "" if group.share is None else number_text(group.share)


def _entered(survey: Survey, typed: forms.Form | None) -> dict[str, Any]:
    """What surveyors entered, which alone can be withdrawn: how many are alike, with the form that takes some back."""
    rows = survey.answers.exclude(entered_by=None).filter(withdrawn_at=None)
    alike = rows.values("entered_on", "group", "answer", "entered_by__name").annotate(number=Count("pk"), one=Max("pk"))
    asked = str(typed["answer"].value()) if isinstance(typed, WithdrawForm) else ""
    return {
        "entered": [
            {
                **row,
                "group": Respondents(row["group"]).label,
                "answer": SurveyAnswer.Answer(row["answer"]).label,
                "form": typed
                if asked == str(row["one"])
                else WithdrawForm(initial={"answer": row["one"], "number": row["number"]}),
            }
            for row in alike.order_by("-entered_on", "-one")[:MOST_SHOWN]
        ]
    }


def _blank(verb: str, today: dt.date) -> forms.Form:
    return FORMS[verb](initial={"entered_on": today}) if verb == "enter_answers" else FORMS[verb]()


def _said(verb: str) -> str:
    return {
        "open_survey": _("The survey is open."),
        "enter_answers": _("The answers have been entered."),
        "withdraw_answer": _("It counts no more and stays on record with your reason."),
        "close_survey": _("The survey is closed; its share stands."),
    }[verb]
