"""What was submitted and filed, against the digests that the events of its chain give it (design, Figures).

Forms (``SelfCheckSubmission``) and summaries (``SummaryVersion`` with the records behind its figures) are written once
and have no history: the event says which row, and its digest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from cases.audit.coverage import Marks
from cases.audit.faults import Counts, Fault, fault
from cases.models import SelfCheckSubmission, SummaryVersion
from cases.selfcheck import digest as digest_of_form
from cases.summaries.freezing import digest_of, rows_of

PART = "filed"
FEW = 50  # a form is some ten thousand characters


class Frozen:
    """What events say of submitted and filed versions, on its way to be compared with them."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.marks: dict[Any, Marks] = defaultdict(Marks)
        self.wanted: dict[Any, list[tuple[int, str, str]]] = defaultdict(list)

    def add(self, details: dict[str, Any], where: str) -> Iterator[Fault]:
        """Take up what the details of an event say of a version; compares whenever enough has gathered."""
        digest = details.get("digest")
        for name, model in (("submission", SelfCheckSubmission), ("version", SummaryVersion)):
            key = details.get(name)
            if isinstance(key, int) and isinstance(digest, str):
                self.wanted[model].append((key, digest, where))
                if len(self.wanted[model]) >= FEW:
                    yield from self._compare(model, self.wanted.pop(model))

    def compare(self) -> Iterator[Fault]:
        """Compare everything that has gathered."""
        for model in list(self.wanted):
            yield from self._compare(model, self.wanted.pop(model))

    def uncovered(self) -> Iterator[Fault]:
        """Versions that no event names."""
        for model in (SelfCheckSubmission, SummaryVersion):
            marks, label = self.marks[model], model._meta.label_lower
            for key in model._base_manager.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=5000):
                self.counts.frozen += 1
                if key not in marks:
                    yield fault(PART, f"{label} {key}", _("is named by no event: it was put in beside the system"))

    def _compare(self, model: Any, wanted: list[tuple[int, str, str]]) -> Iterator[Fault]:
        found = {row.pk: row for row in model._base_manager.filter(pk__in=[key for key, _digest, _where in wanted])}
        for key, digest, where in wanted:
            place = f"{model._meta.label_lower} {key}"
            if key in self.marks[model]:
                yield fault(PART, place, _("is named by two events; the second is %(event)s"), event=where)
            self.marks[model].add(key)
            if key not in found:
                yield fault(PART, place, _("is gone; %(event)s names it"), event=where)
            elif not digest == found[key].digest == made_anew(found[key]):
                yield fault(PART, place, _("is not what %(event)s submitted"), event=where)


def made_anew(row: Any) -> str:
    """The digest of a version as its row now says it; empty where its own columns contradict its content."""
    if isinstance(row, SummaryVersion):
        return digest_of(row, rows_of(row))
    basic: dict[str, Any] = row.snapshot.get("basic", {})
    answers: Iterable[dict[str, Any]] = row.snapshot.get("answers", {}).values()
    problems = sum(answer.get("status") == "problem" for answer in answers)
    said = (basic.get("medical_beds"), basic.get("home_beds"), problems)
    return digest_of_form(row.snapshot) if said == (row.medical_beds, row.home_beds, row.problem_count) else ""
