"""The files on disk: is each one there, and is it what its row says? Editions alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.utils.translation import gettext_noop as _

from cases.audit.faults import Counts, Fault, fault
from cases.editions.load import digest as digest_of_edition
from cases.models import Edition, Evidence

PART = "files"
BLOCK = 1 << 20
CHUNK = 500


def files(counts: Counts) -> Iterator[Fault]:
    """Every file of evidence against its SHA-256, read in blocks."""
    rows = Evidence.objects.order_by("pk").values_list("pk", "file", "size", "sha256")
    for pk, name, size, sha256 in rows.iterator(chunk_size=CHUNK):
        counts.files += 1
        found = digest_of_file(name)
        if found is None:
            yield fault(PART, f"evidence {pk}", _("is not on the disk"))
        elif found != (size, sha256):
            yield fault(PART, f"evidence {pk}", _("is not the file that was uploaded"))


def editions() -> Iterator[Fault]:
    """The content of every edition against its digest, which its history keeps."""
    for pk, data, digest in Edition.objects.order_by("pk").values_list("pk", "data", "digest").iterator():
        if digest_of_edition(data) != digest:
            yield fault(PART, f"edition {pk}", _("does not say what its digest says"))


def digest_of_file(name: str) -> tuple[int, str] | None:
    """Size and SHA-256 of a stored file; None where it cannot be read."""
    total, size = hashlib.sha256(), 0
    try:
        with default_storage.open(name, "rb") as file:
            while block := file.read(BLOCK):
                total.update(block)
                size += len(block)
    except OSError:
        return None
    return size, total.hexdigest()
