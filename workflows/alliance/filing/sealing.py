"""What the commission accepts is sealed: text and files of a version by one digest, which stands in the event."""

from __future__ import annotations

import hashlib
from typing import Any

from cases.events import canonical
from cases.models import Evidence, Filing


def files_of(filing: Filing) -> list[Evidence]:
    """The files that lie with a version, in the order in which they came."""
    files = Evidence.objects.current().filter(case=filing.pk, purpose=Evidence.Purpose.FILING)
    return list(files.order_by("pk"))


def sealed(filing: Filing) -> dict[str, Any]:
    """What the event of a filing says of it: kind, version, the digests of its files, and one digest over it all."""
    files = sorted(file.sha256 for file in files_of(filing))
    body = {"kind": filing.kind, "number": filing.number, "text": filing.text, "files": files}
    digest = hashlib.sha256(canonical(body)).hexdigest()
    return {"filing": filing.kind, "number": filing.number, "files": files, "digest": digest}
