"""Files that prove something, as records of their case: keeping them, hiding them, and who may open them.

What a file really is decides whether it is kept (:mod:`cases.uploads`); it is stored privately under a random name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cases.access import Actor, Viewer
from cases.audit import note
from cases.editions.pinned import edition_of
from cases.errors import Conflict, Invalid
from cases.models import Case, CaseEvent, CaseParty, Evidence, SelfCheckSubmission, SummaryVersion, User, Visit
from cases.roles import AUTHORITY
from cases.saving import sign
from cases.tree import within
from cases.uploads import ACCEPT, clean_name, examine

__all__ = ["ACCEPT", "clean_name", "examine", "is_submitted", "look_at", "readable", "remove", "store", "submitted"]
_OF_PILOTS = ("minutes", "activity", "score", "register", "voucher", "summary_report")
SEEN_WITH_THE_CASE = ("before", "after", "progress", "enforcement", *_OF_PILOTS)


def look_at(case: Case, uploads: Iterable[Any], *, by: Actor, at: dt.datetime) -> None:
    """Examine what came with a form before its transaction begins, so that no lock is held meanwhile.

    Raises nothing: what is wrong with a file is said when it is stored. Whose file the virus scanner warns of goes to
    the system's own trail.
    """
    settings = edition_of(case).settings
    for upload in uploads:
        if not isinstance(upload, UploadedFile):
            continue
        try:
            examine(upload, max_mb=settings.max_upload_mb, keep_location=settings.keep_photo_location)
        except Invalid as refusal:
            if refusal.code == "infected":
                note("refuse_infected", by=by, at=at, unit=case.unit_id, subject=case, details={"case": case.pk})


def store(
    *,
    case: Case,
    upload: UploadedFile,
    purpose: str,
    by: User,
    at: dt.datetime,
    item_code: str = "",
    max_mb: int = 20,
    shows_digest: str = "",
) -> Evidence:
    """Check an upload and keep it as evidence of the case; the same file for the same item is kept once.

    Raises Invalid (422) with what is wrong and what to do; nothing is stored then. Forms call :func:`look_at` first.
    """
    found = examine(upload, max_mb=max_mb, keep_location=edition_of(case).settings.keep_photo_location)
    sent = Q(sent_sha256=found.sent_sha256) | Q(sent_sha256="", sha256=found.sent_sha256)
    same = Evidence.objects.current().filter(
        sent, case=case.pk, item_code=item_code, purpose=purpose, shows_digest=shows_digest
    )
    if (known := same.first()) is not None:
        return known
    evidence: Any = Evidence(
        case_id=case.pk,
        item_code=item_code,
        purpose=purpose,
        name=found.name,
        media_type=found.kind.media_type,
        size=len(found.content),
        sha256=found.sha256,
        sent_sha256=found.sent_sha256,
        scan=found.scan,
        shows_digest=shows_digest,
        uploaded_by=by,
        uploaded_at=at,
    )
    sign(evidence, by, at)
    evidence.file.save("evidence", ContentFile(found.content), save=True)
    stored: Evidence = evidence
    return stored


def remove(evidence: Any, *, by: User, at: dt.datetime) -> None:
    """Hide a file; it stays for the audit trail, and submitted versions still show it.

    Raises Conflict for the sealed copy of a submitted version: that one proves what was submitted.
    """
    if evidence.removed_at is not None:
        raise Conflict("already_removed", _("The file has been removed already."))
    if evidence.purpose == Evidence.Purpose.SEALED and is_submitted(evidence):
        raise Conflict(
            "seals_a_submitted_version",
            _("This sealed copy belongs to a version that has been submitted; it stays with it."),
            hint=_("You can add another copy beside it."),
        )
    evidence.removed_by, evidence.removed_at = by, at
    sign(evidence, by, at)
    evidence.save(update_fields=["removed_by", "removed_at"])


def is_submitted(sealed: Evidence) -> bool:
    """Whether a sealed copy shows a version that has been submitted."""
    shown = {"digest": sealed.shows_digest}
    return (
        SelfCheckSubmission.objects.filter(selfcheck=sealed.case_id, **shown).exists()
        or SummaryVersion.objects.filter(summary=sealed.case_id, **shown).exists()
    )


def readable(viewer: Viewer) -> QuerySet[Evidence]:
    """The files that the viewer may open, the removed ones included: submitted versions still name them.

    The files of a draft are the institution's own until a submitted version shows them, and those of a verification
    the authorities' until it is returned or approved; what was taken out before that stays their own. Those of a visit
    are the team's and the organiser's until it is delivered; its experts also read what the year that they look at, and
    its findings, show everybody. Those of a filing are the alliance's own until it is filed.
    """
    purposes = Evidence.Purpose
    own = within("case__unit__path", viewer.paths("fill"))
    authorities = within("case__unit__path", [path for grant in AUTHORITY for path in viewer.paths(grant)])
    organisers = within("case__unit__path", viewer.paths("draw"))
    versions = SelfCheckSubmission.objects.filter(selfcheck=OuterRef("case"))
    filed = SummaryVersion.objects.filter(summary=OuterRef("case"), digest=OuterRef("shows_digest"))
    told = CaseEvent.objects.filter(case=OuterRef("case"), verb__in=("return_", "approve"))
    delivered = CaseEvent.objects.filter(case=OuterRef("case"), verb="deliver")
    ours = CaseParty.objects.of(viewer).filter(case=OuterRef("case"), part__in=("lead", "member"))
    handed_in = CaseEvent.objects.filter(case=OuterRef("case"), verb="submit")
    in_sight, team = Q(case__in=Case.objects.visible_to(viewer)), Q(pk__in=[])
    if viewer.is_party:
        visits = Visit.objects.filter(case__in=CaseParty.objects.sent(viewer).values("case"))
        team = Q(case__in=visits.values("case"))
        year = visits.exclude(cycle=None).values("cycle")
        in_sight |= Q(case__in=year) | Q(case__kind="finding", case__parent__in=year)
    return Evidence.objects.filter(
        Q(purpose__in=SEEN_WITH_THE_CASE)
        | Q(purpose=purposes.FILING) & (Exists(ours) | _there_at(handed_in))
        | Q(purpose=purposes.SELF_CHECK) & (own | submitted())
        | Q(purpose=purposes.SEALED) & (own | Exists(versions.filter(digest=OuterRef("shows_digest"))) | Exists(filed))
        | Q(purpose=purposes.VERIFICATION) & (authorities | _there_at(told))
        | Q(purpose=purposes.VISIT) & (organisers | team | _there_at(delivered)),
        in_sight,
    )


def submitted() -> Q:
    """Whether a submitted version shows a file of the self-check; what the draft does to it since does not matter."""
    return _there_at(SelfCheckSubmission.objects.filter(selfcheck=OuterRef("case")))


def _there_at(moments: QuerySet[Any]) -> Q:
    """Whether a file was there, uploaded and not yet removed, at one of these moments (rows with ``at``)."""
    since = moments.filter(at__gte=OuterRef("uploaded_at"))
    return Q(Exists(since), removed_at=None) | Q(Exists(since.filter(at__lt=OuterRef("removed_at"))))
