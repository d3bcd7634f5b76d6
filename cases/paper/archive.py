"""Office files that are the same bytes whenever they are made: what a library writes of the present is taken out."""

from __future__ import annotations

import io
import re
import zipfile

# The least moment an archive can name; nobody takes it for the time at which the file was made.
BEGINNING = (1980, 1, 1, 0, 0, 0)
_WRITTEN_AT = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")


def steady(content: bytes) -> bytes:
    """The same archive with no trace of when it was written."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in made.namelist():
            part = made.read(name)
            if name == "docProps/core.xml":
                part = _WRITTEN_AT.sub(b"", part)
            kept.writestr(zipfile.ZipInfo(name, BEGINNING), part, zipfile.ZIP_DEFLATED)
    return target.getvalue()
