"""The bulletin as pages: the list, and an article to read or print (通报)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.errors import OutOfScope
from cases.keyset import PAGE_SIZE, page_of
from cases.models import Case, Practice
from cases.web import viewer_of
from workflows.practice.bulletin import named_institution, published, source_of


@require_safe
def bulletin(request: HttpRequest) -> HttpResponse:
    """What the region has published, the latest first; ``?sort=`` shows typical cases or good practices alone."""
    sort = request.GET.get("sort", "")
    rows = published(viewer_of(request))
    if sort in Practice.Sort.values:
        rows = rows.filter(sort=sort)
    page = page_of(rows, "published_at", "pk", after=request.GET.get("after", ""), size=PAGE_SIZE, descending=True)
    context = {
        "page": page,
        "lines": [(row, source_of(row)) for row in page.rows],
        "sort": sort,
        "sorts": Practice.Sort.choices,
        "nav_current": "bulletin",
    }
    return render(request, "workflows/practice/bulletin.html", context)


@require_safe
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """One article; 404 where it is not, or no longer, in the bulletin of the reader's region."""
    viewer = viewer_of(request)
    record = published(viewer).filter(pk=pk).first()
    if record is None:
        raise OutOfScope(
            "no_such_article",
            _("There is no such article in the bulletin of your region."),
            hint=_("It may have been taken out of it; look for it in the list."),
        )
    context = {
        "record": record,
        "source": source_of(record),
        "institution": named_institution(record),
        "may_open": Case.objects.visible_to(viewer).filter(pk=pk).exists(),
        "nav_current": "bulletin",
    }
    return render(request, "workflows/practice/article.html", context)
