"""The page behind a one-time link: three answers, no account, nothing personal, on a phone (满意度调查).

The token is the only key, and stands in the address; so no page that is opened from here is told it, nothing keeps the
page, and opening it uses nothing up (a messenger that previews a link must not spend it).
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cases.clock import now
from cases.errors import Invalid, Refusal
from cases.models import SurveyAnswer
from workflows.alliance.survey import answering, limits

HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
TEMPLATE = "workflows/alliance/survey/answer.html"


# Whoever knows the token may answer: a forged request would have to know it too, and phones without cookies can answer.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def survey_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, count one answer, say thank you; a link that was used, has run out or is unknown is refused in words."""
    at = now()
    context: dict[str, Any] = {"answers": SurveyAnswer.Answer.choices, "chosen": request.POST.get("answer", "")}
    status = 200
    try:
        limits.count(request.META.get("REMOTE_ADDR", ""), at)
        if request.method == "POST":
            answering.answer(token, context["chosen"], at=at)
            context["done"] = True
        else:
            context["link"] = answering.link_of(token, at)
    except Invalid as refusal:
        context |= {"link": answering.link_of(token, at), "fault": refusal.message}
        status = refusal.status
    except Refusal as refusal:
        context["refusal"] = refusal
        status = refusal.status
    response = render(request, TEMPLATE, context, status=status)
    for name, value in HEADERS.items():
        response[name] = value
    return response
