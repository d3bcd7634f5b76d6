"""Taking in files that prove something: what they really are decides, not what they are called (design, Uploads).

Allowed are jpg, png, pdf, docx and xlsx. Name, content and size must agree; office files must be sound archives that
do not reach outside. The file is stored privately under a random name.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import struct
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from cases.access import Viewer
from cases.errors import Conflict, Invalid
from cases.models import Case, CaseEvent, CaseParty, Evidence, SelfCheckSubmission, SummaryVersion, User, Visit
from cases.office_files import ArchiveTooLarge, ReachesOutside, UnsoundArchive, check_archive
from cases.roles import AUTHORITY
from cases.saving import sign
from cases.tree import within

MOST_PIXELS = 120_000_000
LONGEST_NAME = 200
_OF_PILOTS = ("filing", "minutes", "activity", "score", "register", "voucher")
SEEN_WITH_THE_CASE = ("before", "after", "progress", "enforcement", *_OF_PILOTS)
HEIC = (b"ftypheic", b"ftypheix", b"ftypheif", b"ftypmif1", b"ftypmsf1", b"ftyphevc")


@dataclass(frozen=True)
class FileType:
    """A kind of file that may prove something: its endings, how it begins, and its media type."""

    endings: tuple[str, ...]
    magic: bytes
    media_type: str
    marker: str = ""


TYPES = (
    FileType((".jpg", ".jpeg"), b"\xff\xd8\xff", "image/jpeg"),
    FileType((".png",), b"\x89PNG\r\n\x1a\n", "image/png"),
    FileType((".pdf",), b"%PDF-", "application/pdf"),
    FileType(
        (".docx",),
        b"PK\x03\x04",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "word/document.xml",
    ),
    FileType(
        (".xlsx",),
        b"PK\x03\x04",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xl/workbook.xml",
    ),
)
ACCEPT = ",".join(ending for kind in TYPES for ending in kind.endings)


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

    Raises Invalid (422) with what is wrong and what to do; nothing is stored then.
    """
    content, kind = examine(upload, max_mb=max_mb)
    sha256 = hashlib.sha256(content).hexdigest()
    same = Evidence.objects.current().filter(
        case=case.pk, item_code=item_code, purpose=purpose, sha256=sha256, shows_digest=shows_digest
    )
    if (known := same.first()) is not None:
        return known
    evidence: Any = Evidence(
        case_id=case.pk,
        item_code=item_code,
        purpose=purpose,
        name=clean_name(upload.name or ""),
        media_type=kind.media_type,
        size=len(content),
        sha256=sha256,
        shows_digest=shows_digest,
        uploaded_by=by,
        uploaded_at=at,
    )
    sign(evidence, by, at)
    evidence.file.save("evidence", ContentFile(content), save=True)
    stored: Evidence = evidence
    return stored


def examine(upload: UploadedFile, *, max_mb: int) -> tuple[bytes, FileType]:
    """The content of an upload and what it really is; raises Invalid where it is not allowed or lies about itself."""
    if not upload.size:
        raise _refused("empty_file", _("The file is empty."))
    if upload.size > max_mb * 1024 * 1024:
        raise _refused(
            "file_too_large",
            _("The file is larger than %(limit)d MB.") % {"limit": max_mb},
            _("Take the photo with a lower resolution, or split the document."),
        )
    ending = PurePath(clean_name(upload.name or "")).suffix.lower()
    upload.seek(0)
    content = upload.read()
    if ending in {".heic", ".heif"} or content[4:12] in HEIC:
        raise _refused(
            "heic",
            _("HEIC photos cannot be opened on most office computers."),
            _("On the phone choose “Most compatible” as the camera format, or share the photo as JPG."),
        )
    kind = next((known for known in TYPES if ending in known.endings), None)
    if kind is None:
        raise _refused(
            "type_not_allowed",
            _("Files of this type are not accepted."),
            _("Accepted are photos (jpg, png), PDF, Word (docx) and Excel (xlsx)."),
        )
    if not content.startswith(kind.magic):
        raise _lying(ending)
    if kind.media_type.startswith("image/"):
        _check_image(content, ending)
    elif kind.marker:
        _check_office_file(content, kind, ending)
    return content, kind


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
    its findings, show everybody.
    """
    purposes = Evidence.Purpose
    own = within("case__unit__path", viewer.paths("fill"))
    authorities = within("case__unit__path", [path for grant in AUTHORITY for path in viewer.paths(grant)])
    organisers = within("case__unit__path", viewer.paths("draw"))
    versions = SelfCheckSubmission.objects.filter(selfcheck=OuterRef("case"))
    filed = SummaryVersion.objects.filter(summary=OuterRef("case"), digest=OuterRef("shows_digest"))
    told = CaseEvent.objects.filter(case=OuterRef("case"), verb__in=("return_", "approve"))
    delivered = CaseEvent.objects.filter(case=OuterRef("case"), verb="deliver")
    in_sight, team = Q(case__in=Case.objects.visible_to(viewer)), Q(pk__in=[])
    if viewer.is_party:
        visits = Visit.objects.filter(case__in=CaseParty.objects.sent(viewer).values("case"))
        team = Q(case__in=visits.values("case"))
        year = visits.exclude(cycle=None).values("cycle")
        in_sight |= Q(case__in=year) | Q(case__kind="finding", case__parent__in=year)
    return Evidence.objects.filter(
        Q(purpose__in=SEEN_WITH_THE_CASE)
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


def clean_name(name: str) -> str:
    """The name that people see: the last part of a path, without control characters, cut in front of its ending."""
    plain = "".join(char for char in name.replace("\\", "/").rsplit("/", 1)[-1] if char.isprintable()).strip()
    ending = PurePath(plain).suffix
    stem = plain[: len(plain) - len(ending)] or "file"
    return stem[: LONGEST_NAME - len(ending)] + ending


def _check_image(content: bytes, ending: str) -> None:
    """A picture that opens: PNG by its checksums, JPEG by decoding it small, which finds one cut off on its way."""
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise _refused(
                    "image_too_large",
                    _("The picture has too many pixels."),
                    _("Take the photo with a lower resolution."),
                )
            if image.format == "PNG":
                image.verify()
            elif not image.info.get("progressive"):  # decoding those takes all of it at full size
                image.draft("L", (1, 1))
                image.load()
    except UnidentifiedImageError as error:
        raise _lying(ending) from error
    except Image.DecompressionBombError as error:
        raise _refused("image_too_large", _("The picture has too many pixels.")) from error
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise _refused(
            "damaged",
            _("The file is damaged or incomplete."),
            _("Check that it opens on your device, and upload it again."),
        ) from error


def _check_office_file(content: bytes, kind: FileType, ending: str) -> None:
    try:
        check_archive(content, kind.marker)
    except UnsoundArchive as error:
        raise _lying(ending) from error
    except ArchiveTooLarge as error:
        raise _refused(
            "archive_too_large",
            _("The file unpacks to an unreasonable size."),
            _("Save it as PDF and upload that."),
        ) from error
    except ReachesOutside as error:
        raise _refused(
            "reaches_outside",
            _("The file contains macros or links to other workbooks."),
            _("Save it as an ordinary document, with values instead of links."),
        ) from error


def _lying(ending: str) -> Invalid:
    return _refused(
        "lying_extension",
        _("The content of the file is not what its name says (%(ending)s).") % {"ending": ending},
        _("Open the file, save it again in the right format, and upload that."),
    )


def _refused(code: str, message: str, hint: str = "") -> Invalid:
    return Invalid(code, message, hint=hint, faults={"evidence": [message]})
