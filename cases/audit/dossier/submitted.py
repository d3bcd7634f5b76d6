"""What a case submitted or filed: each version as its event digests it, and in words for the page of the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.editions.pinned import edition_of
from cases.editions.quality import quality_of
from cases.events import canonical
from cases.models import AnswerStatus, Case, SelfCheckSubmission, SummaryVersion
from cases.summaries.cells import cells_of
from cases.summaries.freezing import content_of, rows_of

Lines = list[tuple[str, str]]


@dataclass(frozen=True)
class Submitted:
    """One version: its number and moment, the bytes that its digest is of, and its parts in words."""

    no: int
    at: Any
    digest: str
    content: bytes
    parts: list[tuple[str, Lines]]


def submitted(case: Case) -> Iterator[Submitted]:
    """The versions of a self-check or a summary, one at a time; none of other kinds of case."""
    for row in SelfCheckSubmission.objects.filter(selfcheck=case.pk).order_by("no").iterator(chunk_size=1):
        yield Submitted(row.no, row.at, row.digest, canonical(row.snapshot), form_in_words(case, row.snapshot))
    for version in SummaryVersion.objects.filter(summary=case.pk).order_by("no").iterator(chunk_size=1):
        content = canonical(content_of(version, rows_of(version)))
        yield Submitted(version.no, version.at, version.digest, content, summary_in_words(case, version))


def form_in_words(case: Case, content: Mapping[str, Any]) -> list[tuple[str, Lines]]:
    """A form: basic information, the answer to every item, the report."""
    form = quality_of(edition_of(case)).form
    basic = []
    for code, value in content["basic"].items():
        field = form.basic_fields.get(code)
        option = next((each.label for each in field.options if each.code == value), None) if field else None
        basic.append((field.full_label if field else code, f"{option or value} {field.unit if field else ''}".strip()))
    answers = [
        (f"{item.no} {item.text}", _answer(item, content["answers"][item.code]))
        for item in form.items.values()
        if item.code in content["answers"]
    ]
    title = pgettext("dossier", "Report")
    report = [(title, [(title, content["report"])])] if content.get("report") else []
    return [(_("Basic information"), basic), (_("Answers"), answers), *report]


def _answer(item: Any, answer: Mapping[str, Any]) -> str:
    """The answer to an item in one text, a line for each thing that was said."""
    labels = dict(AnswerStatus.choices)
    facets = [facet.label if (facet := item.facet(code)) else code for code in answer.get("facets", ())]
    measured = {each.code: each.label for each in item.measures}
    said = [
        str(labels.get(answer["status"], answer["status"])),
        *facets,
        *(f"{measured.get(code, code)} {value}" for code, value in answer.get("values", {}).items()),
        answer.get("problem", ""),
        answer.get("measure", ""),
        answer.get("responsible", ""),
        answer.get("planned_on") or "",
        answer.get("reason", ""),
        *(f"{each['name']} {each['sha256']}" for each in answer.get("evidence", ())),
    ]
    return "\n".join(part for part in said if part)


def summary_in_words(case: Case, version: SummaryVersion) -> list[tuple[str, Lines]]:
    """A summary: every figure as it was filed, with what was changed by hand; the passages."""
    cells = cells_of(quality_of(edition_of(case)).annex2)
    computed = {**version.figures["counts"], **version.figures["cells"]}
    figures = []
    for code, number in computed.items():
        override = version.overrides.get(code)
        shown = f"{override['value']} ({number}; {override['reason']})" if override else str(number)
        figures.append((str(cells[code].name) if code in cells else code, shown))
    texts = [(code, said.get("edited") or said.get("drafted", "")) for code, said in version.texts.items()]
    return [(pgettext("dossier", "Figures"), figures), (_("Passages"), texts)]
