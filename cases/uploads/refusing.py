"""The words with which a file is refused: what is wrong with it, and what to do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.errors import Invalid

# Code → what is wrong, what to do.
WORDS: dict[str, tuple[Any, Any]] = {
    "empty_file": (gettext_lazy("The file is empty."), ""),
    "heic": (
        gettext_lazy("HEIC photos cannot be opened on most office computers."),
        gettext_lazy("On the phone choose “Most compatible” as the camera format, or share the photo as JPG."),
    ),
    "type_not_allowed": (
        gettext_lazy("Files of this type are not accepted."),
        gettext_lazy("Accepted are photos (jpg, png), PDF, Word (docx) and Excel (xlsx)."),
    ),
    "image_too_large": (
        gettext_lazy("The picture has too many pixels."),
        gettext_lazy("Take the photo with a lower resolution."),
    ),
    "damaged": (
        gettext_lazy("The file is damaged or incomplete."),
        gettext_lazy("Check that it opens on your device, and upload it again."),
    ),
    "protected": (
        gettext_lazy("The file is protected by a password or encrypted."),
        gettext_lazy("Save it without a password, or print it to a new PDF, and upload that."),
    ),
    "archive_too_large": (
        gettext_lazy("The file unpacks to an unreasonable size."),
        gettext_lazy("Save it as PDF and upload that."),
    ),
    "reaches_outside": (
        gettext_lazy("The file contains macros or links to other workbooks."),
        gettext_lazy("Save it as an ordinary document, with values instead of links."),
    ),
    "contains_files": (
        gettext_lazy("Another file is hidden inside this one."),
        gettext_lazy("Take the embedded file out and upload it by itself."),
    ),
    "active_pdf": (
        gettext_lazy("The PDF runs something or carries other files when it is opened."),
        gettext_lazy("Print it to a new PDF and upload that."),
    ),
    "infected": (
        gettext_lazy("The virus scanner warns of this file; it was not kept."),
        gettext_lazy("Have your device checked. The system administrator has been told."),
    ),
}


def refused(code: str, message: Any = "", hint: Any = "") -> Invalid:
    """The refusal of a file (422), by its code or in words of its own."""
    if not message:
        message, hint = WORDS[code]
    return Invalid(code, str(message), hint=str(hint), faults={"evidence": [str(message)]})


def lying(ending: str) -> Invalid:
    return refused(
        "lying_extension",
        _("The content of the file is not what its name says (%(ending)s).") % {"ending": ending},
        _("Open the file, save it again in the right format, and upload that."),
    )


def too_large(limit_mb: int) -> Invalid:
    return refused(
        "file_too_large",
        _("The file is larger than %(limit)d MB.") % {"limit": limit_mb},
        _("Take the photo with a lower resolution, or split the document."),
    )
