"""A checked file waits privately for the decision of the one who uploaded it: an hour at most, then it is gone.

The name holds the person and the digest of the content, so that nobody reaches another's file and what is imported is
byte for byte what was checked.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cases.evidence import clean_name
from cases.models import User

FOLDER = "roster"
KEPT_FOR = dt.timedelta(hours=1)


def keep(content: bytes, *, name: str, by: User, at: dt.datetime) -> str:
    """Store the file for its uploader and return its digest (SHA-256, hex); files older than an hour are removed."""
    forget_old(at)
    digest = hashlib.sha256(content).hexdigest()
    forget(digest, by=by)
    default_storage.save(_path(digest, by), ContentFile(content))
    default_storage.save(_path(digest, by) + ".name", ContentFile(clean_name(name).encode()))
    return digest


def kept(digest: str, *, by: User, at: dt.datetime) -> tuple[str, bytes] | None:
    """Name and content of a file that this person had checked within the hour, or None."""
    path = _path(digest, by)
    try:
        if at - default_storage.get_modified_time(path) > KEPT_FOR:
            return None
        with default_storage.open(path) as file, default_storage.open(path + ".name") as name:
            return name.read().decode(), file.read()
    except FileNotFoundError:
        return None


def forget(digest: str, *, by: User) -> None:
    """Remove a file that has been used."""
    default_storage.delete(_path(digest, by))
    default_storage.delete(_path(digest, by) + ".name")


def forget_old(at: dt.datetime) -> None:
    """Remove every file that nobody decided about within the hour."""
    if not default_storage.exists(FOLDER):
        return
    for name in default_storage.listdir(FOLDER)[1]:
        path = str(PurePosixPath(FOLDER, name))
        try:
            if at - default_storage.get_modified_time(path) > KEPT_FOR:
                default_storage.delete(path)
        except FileNotFoundError:  # another request removed it first
            continue


def _path(digest: str, by: User) -> str:
    return f"{FOLDER}/{by.pk}-{digest}"
