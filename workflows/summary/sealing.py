"""The sealed copy of a filed version comes back as a scan or photo, as for Annex 1 (附件2, 签章)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import evidence
from cases.errors import Invalid, WrongRole
from cases.models import Evidence, SummaryVersion
from cases.web import viewer_of
from workflows.summary.scope import reads_draft, summary_in_scope, version_of


@require_POST
def summary_seal(request: HttpRequest, pk: int, no: int) -> HttpResponse:
    """Take in a sealed copy of a version; its digest stands on the paper. It stays with the version."""
    viewer = viewer_of(request)
    user: Any = viewer.user
    case = summary_in_scope(request, pk)
    if not reads_draft(request, case):
        raise WrongRole("wrong_role", _("Only the unit that filed it uploads the sealed copy."))
    version = version_of(case, str(no))
    back = f"{reverse('summary_version', args=[pk, no])}#seal"
    try:
        upload = request.FILES.get("file")
        if upload is None:
            raise Invalid("no_file", _("Choose the scan or photo of the sealed form first."))
        evidence.store(
            case=case,
            upload=upload,
            purpose=Evidence.Purpose.SEALED,
            by=user,
            at=viewer.at,
            max_mb=case.edition.parsed.settings.max_upload_mb,
            shows_digest=version.digest,
        )
    except Invalid as refusal:
        messages.error(request, f"{refusal.message} {refusal.hint}".strip())
        return redirect(back)
    messages.success(request, _("The sealed copy has been uploaded."))
    return redirect(back)


def sealed_copies(case: Any, version: SummaryVersion) -> list[Evidence]:
    """The sealed copies of a filed version, the latest first."""
    copies = Evidence.objects.current().filter(
        case=case.pk, purpose=Evidence.Purpose.SEALED, shows_digest=version.digest
    )
    return list(copies.select_related("uploaded_by").order_by("-pk"))
