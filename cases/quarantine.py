"""Files that nobody may open: those that the virus scanner has not seen yet, and those that it warns of."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from cases.access import SYSTEM, Viewer
from cases.audit import noting
from cases.models import Evidence
from cases.models.evidence import HELD_BACK
from cases.saving import sign
from cases.tree import within
from cases.uploads import scanning

log = logging.getLogger(__name__)


def scan_pending(at: dt.datetime, limit: int = 20) -> int:
    """The sweep that asks the scanner about files taken in while it did not answer; how many it has judged.

    Reads and asks outside any transaction. Ends where the scanner still does not answer; the next round goes on.
    """
    waiting = Evidence.objects.filter(scan=Evidence.Scan.PENDING).order_by("pk").values_list("pk", flat=True)
    return sum(1 for _judged in judge(waiting[:limit], at))


def judge(keys: Any, at: dt.datetime) -> Iterator[Any]:
    """Ask the scanner about each of these files; yields each with what it is now, until the scanner fails."""
    for pk in list(keys):
        file: Any = Evidence.objects.get(pk=pk)
        try:
            with file.file.open("rb") as content:
                verdict = scanning.scan(content.read())
        except FileNotFoundError:
            log.error("the file of evidence %s is not on the disk", pk)
            continue
        except scanning.Unavailable as error:
            log.error("the virus scanner cannot be asked: %s", error)
            return
        scans = Evidence.Scan
        said = scans.QUARANTINED if verdict.infected else scans.CLEAN if verdict.asked else ""
        yield _noted(file, said, at)


def _noted(file: Any, said: str, at: dt.datetime) -> Any:
    """Write down what the scanner said, where that is something new."""
    if file.scan != said:
        with noting("scan_file", by=SYSTEM, at=at, unit=file.case.unit_id, subject=file, details={"scan": said}):
            now: Any = Evidence.objects.select_for_update().get(pk=file.pk)
            now.scan = said
            sign(now, None, at)
            now.save(update_fields=["scan"])
            file = now
        if said == Evidence.Scan.QUARANTINED:
            log.warning("the virus scanner warns of evidence %s", file.pk)
    return file


def held_back(viewer: Viewer) -> QuerySet[Evidence]:
    """The files that nobody may open, of the units whose accounts the viewer manages; the latest first."""
    area = within("case__unit__path", viewer.paths("manage_people"))
    return Evidence.objects.filter(area, scan__in=HELD_BACK).select_related("case__unit").order_by("-pk")
