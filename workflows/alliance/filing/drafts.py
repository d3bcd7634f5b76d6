"""Writing a filing before it goes out: text and files, beside the door and with a row version (ADR 0015)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases import evidence
from cases.access import Actor
from cases.errors import Conflict, Invalid, OutOfScope, WrongRole
from cases.models import Case, Evidence, Filing
from cases.saving import StaleRow, sign
from cases.web import viewer_of
from workflows.alliance.filing.kind import WRITABLE
from workflows.alliance.filing.sealing import files_of
from workflows.kinds import kind_of
from workflows.step import edition_of
from workflows.web import case_in_scope

KIND = "filing"
WRITE = "party:lead"
MOST_FILES = 20  # of one version


@contextmanager
def drafting(request: HttpRequest, pk: int) -> Iterator[Any]:
    """The case, locked for the lead office to write until the block ends.

    Raises OutOfScope (404), WrongRole (403) for everybody else, or Conflict (409) in a state that forbids it.
    """
    with transaction.atomic():
        # In two statements: what is joined to a locked row is as it stood before the lock was waited for.
        Case.objects.select_for_update().values_list("pk").filter(pk=pk).first()
        case = case_in_scope(request, pk, KIND)
        if not viewer_of(request).may(WRITE, case):
            raise WrongRole(
                "wrong_role",
                _("The lead hospital’s office writes what the alliance files."),
                hint=_("You may read it as it stands."),
            )
        if case.state not in WRITABLE:
            state = kind_of(case).state_label(case.state)
            raise Conflict(
                "not_writable",
                _("It cannot be changed any more: it is now “%(state)s”.") % {"state": state},
                hint=_("Somebody may have acted before you. Copy what you still need."),
            )
        yield case


def save_filing(filing: Filing, text: str, *, based_on: int, by: Actor, at: dt.datetime) -> Filing:
    """Keep the text; inside ``drafting``. What stands there already writes nothing. Raises StaleRow (409)."""
    if filing.text == text:
        return filing
    if filing.row_version != based_on:
        raise StaleRow(filing)
    filing.text, filing.row_version = text, filing.row_version + 1
    sign(filing, by.user, at)
    filing.save(update_fields=["text", "row_version"])
    return filing


def add_files(case: Any, uploads: Sequence[Any], *, by: Any, at: dt.datetime) -> None:
    """All files or none, each looked at before the first is kept; inside ``drafting``. Raises Invalid (422)."""
    most = edition_of(case).settings.max_upload_mb
    if not uploads:
        message = _("Choose the files first.")
        raise Invalid("no_file", message, faults={"evidence": [message]})
    if len(uploads) + len(files_of(case.filing)) > MOST_FILES:
        message = _("A version can have at most %(most)d files.") % {"most": MOST_FILES}
        raise Invalid("too_many_files", message, faults={"evidence": [message]})
    for upload in uploads:
        evidence.examine(upload, max_mb=most)
    for upload in uploads:
        evidence.store(case=case, upload=upload, purpose=Evidence.Purpose.FILING, by=by, at=at, max_mb=most)


def remove_file(case: Any, pk: int, *, by: Any, at: dt.datetime) -> None:
    """Take a file off the version; it stays for the trail. Inside ``drafting``. Raises OutOfScope (404)."""
    found = Evidence.objects.current().filter(case=case.pk, purpose=Evidence.Purpose.FILING, pk=pk).first()
    if found is None:
        raise OutOfScope("no_such_file", _("There is no such file on this version."))
    evidence.remove(found, by=by, at=at)
