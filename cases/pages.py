"""Pages about records: here the files of evidence."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.audit.people import note_reading
from cases.errors import Conflict, OutOfScope
from cases.evidence import readable
from cases.web import viewer_of


@require_safe
def evidence(request: HttpRequest, pk: int) -> FileResponse:
    """One file, as an attachment that the browser must not guess about; pictures may be shown in place."""
    found = readable(viewer_of(request)).filter(pk=pk).first()
    if found is None:
        raise OutOfScope("no_such_file", _("There is no such file, or it is not among those that you may see."))
    if found.is_held_back:
        raise Conflict(
            "held_back",
            _("The file cannot be opened: the virus scanner has not looked at it yet, or warns of it."),
            hint=_("Try again in a few minutes. If it stays like this, ask your system administrator."),
        )
    note_reading(request, found.case)
    inline = found.is_image and "preview" in request.GET
    response = FileResponse(
        found.file.open("rb"), as_attachment=not inline, filename=found.name, content_type=found.media_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=0, no-store"
    return response
