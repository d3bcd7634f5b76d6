"""The content of a self-check as one value: what is printed, sealed, submitted and compared (Annex 1)."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.editions.quality import QualityEdition
from cases.events import canonical
from cases.models import AnswerStatus, Evidence, SelfCheck, SelfCheckAnswer
from cases.selfcheck_rules import AnswerValues, check_basic, check_complete


def snapshot(selfcheck: SelfCheck) -> dict[str, Any]:
    """The draft as it stands: basic information, answers with their evidence, and the report.

    Decimals are strings and dates ISO, so that the same content always gives the same digest.
    """
    evidence: dict[str, list[dict[str, str]]] = {}
    files = Evidence.objects.current().filter(case=selfcheck.pk, purpose=Evidence.Purpose.SELF_CHECK)
    for file in files.order_by("sha256", "pk"):
        evidence.setdefault(file.item_code, []).append({"sha256": file.sha256, "name": file.name})
    answers = {}
    for answer in selfcheck.answers.exclude(status="").order_by("item_code"):
        answers[answer.item_code] = {
            **_said(answer),
            "evidence": evidence.get(answer.item_code, []),
        }
    return {"basic": selfcheck.basic, "answers": answers, "report": selfcheck.report}


def _said(answer: SelfCheckAnswer) -> dict[str, Any]:
    """What belongs to the status; the draft may still hold the description of a problem that is none any more."""
    has_problem = answer.status == AnswerStatus.PROBLEM
    applies = answer.status != AnswerStatus.NOT_APPLICABLE
    return {
        "status": answer.status,
        "facets": sorted(answer.facets) if has_problem else [],
        "values": answer.values if applies else {},
        "problem": answer.problem if has_problem else "",
        "measure": answer.measure if has_problem else "",
        "rectification": answer.rectification if has_problem else "",
        "fixed_on_spot": answer.fixed_on_spot and has_problem,
        "responsible": answer.responsible if has_problem else "",
        "planned_on": answer.planned_on.isoformat() if has_problem and answer.planned_on else None,
        "reason": "" if applies else answer.reason,
    }


def digest(content: dict[str, Any]) -> str:
    """The SHA-256 by which a sealed copy names the version that it shows."""
    return hashlib.sha256(canonical(content)).hexdigest()


def values_of(answer: SelfCheckAnswer, evidence_count: int) -> AnswerValues:
    """A stored answer as the plain value that the rules judge."""
    return AnswerValues(
        status=answer.status,
        facets=tuple(answer.facets),
        values=answer.decimals,
        problem=answer.problem,
        measure=answer.measure,
        rectification=answer.rectification,
        fixed_on_spot=answer.fixed_on_spot,
        responsible=answer.responsible,
        planned_on=answer.planned_on,
        reason=answer.reason,
        evidence_count=evidence_count,
    )


def answers_of(selfcheck: SelfCheck) -> dict[str, AnswerValues]:
    """All stored answers by item code, with how many files each has."""
    counts = Counter(
        Evidence.objects.current()
        .filter(case=selfcheck.pk, purpose=Evidence.Purpose.SELF_CHECK)
        .values_list("item_code", flat=True)
    )
    return {answer.item_code: values_of(answer, counts[answer.item_code]) for answer in selfcheck.answers.all()}


def faults_of(selfcheck: SelfCheck, edition: QualityEdition, *, year: int) -> dict[str, list[Any]]:
    """What hinders submission, by place: ``basic:CODE``, ``item:CODE``, ``report``; empty when complete."""
    faults: dict[str, list[Any]] = {}
    for fault in check_basic(edition.form, selfcheck.basic):
        faults.setdefault(f"basic:{fault.field}", []).append(fault.message)
    answers = answers_of(selfcheck)
    for code, item in edition.items.items():
        for fault in check_complete(item, answers.get(code, AnswerValues()), year=year):
            faults.setdefault(f"item:{code}", []).append(fault.message)
    if not selfcheck.report.strip():
        faults["report"] = [_("Write the self-check report; a draft can be made from the answers.")]
    return faults
