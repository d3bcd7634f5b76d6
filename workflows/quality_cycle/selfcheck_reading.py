"""The self-check to read: the institution's own draft, and what has been submitted for everybody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cases.editions.form import Form
from cases.editions.quality import quality_of
from cases.errors import OutOfScope
from cases.evidence import readable
from cases.models import Evidence, SelfCheckSubmission, WorkItem
from cases.naming import Signatures
from cases.selfcheck import snapshot
from cases.web import viewer_of
from workflows.quality_cycle.drafting import BEFORE_SUBMISSION, handed_on_by, may_fill
from workflows.quality_cycle.kind import QUALITY_CYCLE, State
from workflows.quality_cycle.selfcheck_context import basic_lines
from workflows.quality_cycle.selfcheck_shown import answer_lines, cells_of, status_label

NEWEST = "-no"
AFTER = (State.CONFIRMING, State.SUBMITTED)  # what the institution itself may still withdraw from


def reading_page(request: HttpRequest, case: Any) -> HttpResponse:
    """A version of the form to read, chosen by ``?version=``; a draft is shown to the institution alone."""
    versions = list(SelfCheckSubmission.objects.filter(selfcheck=case.pk).select_related("by").order_by(NEWEST))
    own = may_fill(request, case)
    own_draft = own and case.state in BEFORE_SUBMISSION
    asked = request.GET.get("version", "")
    submission = None
    if asked and not (asked == "draft" and own_draft):
        submission = next((each for each in versions if str(each.no) == asked), None)
        if submission is None:
            raise no_such_version()
    elif not own_draft and versions:
        submission = versions[0]
    context = {
        "case": case,
        "nav_current": "cycles",
        "state": QUALITY_CYCLE.state_label(case.state),
        "form_title": quality_of(case.edition).form.title,
        "versions": versions,
        "submission": submission,
        "submitted_by": Signatures([case.pk]).name(case.pk, submission.by, submission.at) if submission else "",
        "own_draft": own_draft,
        "shown_draft": own_draft and submission is None,
        "empty": submission is None and not own_draft,
    }
    if own and case.state in AFTER:
        item = WorkItem.objects.open().filter(process=case.pk).select_related("after").order_by("pk").first()
        context["withdrawable"] = handed_on_by(request, item)
    if not context["empty"]:
        content = submission.snapshot if submission else snapshot(case.selfcheck)
        files = files_by_digest(request, case, content)
        context |= answers_context(quality_of(case.edition).form, content, files)
    return render(request, "workflows/selfcheck/reading.html", context)


def answers_context(form: Form, content: Mapping[str, Any], files: Mapping[str, Evidence]) -> dict[str, Any]:
    """All answers of a snapshot in words, section by section, with their files."""
    answers = content["answers"]
    sections = []
    for section in form.sections:
        lines = []
        for item in section.items:
            answer = answers.get(item.code, {})
            lines.append(
                {
                    "item": item,
                    "status": answer.get("status", ""),
                    "word": status_label(answer.get("status", "")),
                    "lines": answer_lines(item, answer),
                    "files": [files.get(each["sha256"]) or each for each in answer.get("evidence", ())],
                }
            )
        sections.append({"section": section, "items": lines})
    return {
        "answer_sections": sections,
        "basic_lines": basic_lines(form, content["basic"]),
        "report": content["report"],
        "cells": cells_of(form, {code: answer["status"] for code, answer in answers.items()}),
    }


def files_by_digest(request: HttpRequest, case: Any, content: Mapping[str, Any]) -> dict[str, Evidence]:
    """The files that a snapshot names, removed ones included, as far as the viewer may open them."""
    named = {each["sha256"] for answer in content["answers"].values() for each in answer["evidence"]}
    if not named:
        return {}
    files = readable(viewer_of(request)).filter(case=case.pk, purpose=Evidence.Purpose.SELF_CHECK, sha256__in=named)
    return {file.sha256: file for file in files.order_by("-removed_at", "pk")}


def no_such_version() -> OutOfScope:
    return OutOfScope("no_such_version", _("The form has no such version, or it is not one that you may see."))
