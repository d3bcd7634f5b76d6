"""Evidence of a check item: photos and documents, added and removed beside the answer (佐证材料)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import evidence
from cases.editions.form import CheckItem
from cases.errors import Conflict, Invalid
from cases.models import Evidence
from cases.web import viewer_of
from workflows.quality_cycle.drafting import cycle_in_scope, drafting, item_of
from workflows.quality_cycle.selfcheck_pages import Also, save_item
from workflows.web import look_at_files

MOST_FILES = 20  # of one item


@require_POST
def add(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Add files to an item. With script only the list of files answers; without it the typed answer is saved too."""
    return _act(request, pk, code, lambda case, item: _store(request, case, item))


@require_POST
def remove(request: HttpRequest, pk: int, code: str, file: int) -> HttpResponse:
    """Take a file off an item; it is hidden and kept for the audit trail."""
    return _act(request, pk, code, lambda case, item: _remove(request, case, item, file))


def _act(request: HttpRequest, pk: int, code: str, act: Also) -> HttpResponse:
    if request.FILES:
        look_at_files(request, cycle_in_scope(request, pk))
    if not request.htmx:  # type: ignore[attr-defined]
        return save_item(request, pk, code, also=act)
    status, errors = 200, []
    try:
        with drafting(request, pk) as case:
            act(case, item_of(case, code))
    except (Invalid, Conflict) as refusal:
        status, errors = refusal.status, [f"{refusal.message} {refusal.hint}".strip()]
        case = cycle_in_scope(request, pk)
    item = item_of(case, code)
    context = {
        "case": case,
        "no": item.no,
        "code": code,
        "files": list(files_of(case, code)),
        "file_errors": errors,
        "max_mb": case.edition.parsed.settings.max_upload_mb,
        "opened": True,
    }
    return render(request, "workflows/selfcheck/_evidence.html", context, status=status)


def files_of(case: Any, code: str) -> Any:
    """The files of an item that have not been removed."""
    files = Evidence.objects.current().filter(case=case.pk, purpose=Evidence.Purpose.SELF_CHECK, item_code=code)
    return files.order_by("pk")


def _store(request: HttpRequest, case: Any, item: CheckItem) -> None:
    """All files of the request or none: each is looked at before the first is kept."""
    viewer = viewer_of(request)
    user: Any = viewer.user
    uploads = request.FILES.getlist("file")
    max_mb = case.edition.parsed.settings.max_upload_mb
    if not uploads:
        message = _("Choose a file first.")
        raise Invalid("no_file", message, faults={"evidence": [message]})
    if len(uploads) + files_of(case, item.code).count() > MOST_FILES:
        message = _("An item can have at most %(most)d files.") % {"most": MOST_FILES}
        raise Invalid("too_many_files", message, faults={"evidence": [message]})
    for upload in uploads:
        evidence.examine(upload, max_mb=max_mb)
    for upload in uploads:
        evidence.store(
            case=case,
            upload=upload,
            purpose=Evidence.Purpose.SELF_CHECK,
            by=user,
            at=viewer.at,
            item_code=item.code,
            max_mb=max_mb,
        )


def _remove(request: HttpRequest, case: Any, item: CheckItem, file: int) -> None:
    viewer = viewer_of(request)
    user: Any = viewer.user
    found = get_object_or_404(Evidence, pk=file, case=case.pk, item_code=item.code, purpose=Evidence.Purpose.SELF_CHECK)
    evidence.remove(found, by=user, at=viewer.at)
