"""The page of work without an owner, for whoever manages people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.roster.apply import require_manager
from cases.vacancies import MOST, vacancies
from cases.web import viewer_of


@require_safe
def list_vacancies(request: HttpRequest) -> HttpResponse:
    """[vacancies] Unit, post, how much is open and since when; nothing of the cases themselves."""
    viewer = viewer_of(request)
    require_manager(viewer)
    found = vacancies(viewer)
    request.unowned_count = len(found)  # type: ignore[attr-defined]  # spares the frame its own count
    return render(request, "cases/vacancies.html", {"vacancies": found, "more": len(found) == MOST, "most": MOST})
