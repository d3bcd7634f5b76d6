"""Where a work item leads and what its button says, for inbox, case page and institution file.

A kind that brings the words of its own work is asked first; the table has those of the others.
"""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import Case, WorkItem
from workflows.kinds import Destination, kind_of

SELF_CHECK = _("Self-check")
COUNTY = _("County verification")
LIMITS = _("Limits")
SUPERVISION = _("Supervision")
LEDGER = _("Rectification ledger")
COMMON = _("Common problems")
SUMMARY = _("Prefecture summary")
REPORT = _("Regional report")
PRACTICE = _("Typical cases and good practices")
SPOT_CHECK = _("Spot-check")
PROGRAMME = _("Programme of the year")


DESTINATIONS: dict[tuple[str, str], Destination] = {
    ("quality_cycle", "fill"): Destination(
        "selfcheck", SELF_CHECK, _("Fill in the self-check of %(year)d"), pgettext_lazy("button", "Fill in")
    ),
    ("quality_cycle", "confirm"): Destination(
        "selfcheck_check",
        SELF_CHECK,
        _("Confirm and submit the self-check of %(year)d"),
        pgettext_lazy("button", "Confirm and submit"),
    ),
    ("quality_cycle", "supplement"): Destination(
        "selfcheck", SELF_CHECK, _("Supplement the self-check of %(year)d"), pgettext_lazy("button", "Supplement")
    ),
    ("quality_cycle", "verify"): Destination(
        "verification", COUNTY, _("Verify the self-check of %(year)d"), pgettext_lazy("button", "Verify")
    ),
    ("quality_cycle", "approve"): Destination(
        "verification_conclusion", COUNTY, _("Approve the verification of %(year)d"), pgettext_lazy("button", "Approve")
    ),
    ("finding", "take_up"): Destination(
        "finding", LEDGER, _("Start rectification of %(number)s"), pgettext_lazy("button", "Rectify")
    ),
    ("finding", "rectify"): Destination("finding", LEDGER, _("Rectify %(number)s"), pgettext_lazy("button", "Rectify")),
    ("finding", "review"): Destination(
        "finding", LEDGER, _("Review the rectification of %(number)s"), pgettext_lazy("button", "Review")
    ),
    ("finding", "approve_closing"): Destination(
        "finding", LEDGER, _("Approve closing of %(number)s"), pgettext_lazy("button", "Approve")
    ),
    ("finding", "decide_plan"): Destination(
        "finding", LEDGER, _("Decide on the plan of %(number)s"), pgettext_lazy("button", "Decide")
    ),
    ("finding", "keep_up"): Destination(
        "finding", LEDGER, _("Review what has to be kept up: %(number)s"), pgettext_lazy("button", "Review")
    ),
    ("common_problem", "find_measure"): Destination(
        "common_problem", COMMON, _("Set the joint measure of %(number)s"), pgettext_lazy("button", "Open")
    ),
    ("common_problem", "carry_out"): Destination(
        "common_problem", COMMON, _("Report on the joint measure of %(number)s"), pgettext_lazy("button", "Open")
    ),
    ("programme", "draft"): Destination(
        "programme", PROGRAMME, _("Prepare the programme of %(year)d"), pgettext_lazy("button", "Open")
    ),
    ("work_plan", "draft"): Destination(
        "work_plan", PROGRAMME, _("Write the work plan of %(year)d"), pgettext_lazy("button", "Write")
    ),
    ("work_plan", "supplement"): Destination(
        "work_plan", PROGRAMME, _("Work over the work plan of %(year)d"), pgettext_lazy("button", "Write")
    ),
    ("work_plan", "confirm"): Destination(
        "work_plan", PROGRAMME, _("Confirm and file the work plan of %(year)d"), pgettext_lazy("button", "Confirm")
    ),
    ("work_plan", "review"): Destination(
        "work_plan", PROGRAMME, _("Put the work plan of %(year)d on file"), pgettext_lazy("button", "Review")
    ),
    ("extension", "decide"): Destination(
        "extension", LIMITS, _("Decide on the extension %(number)s"), pgettext_lazy("button", "Decide")
    ),
    ("extension", "decide_again"): Destination(
        "extension", LIMITS, _("Decide on the second extension %(number)s"), pgettext_lazy("button", "Decide")
    ),
    ("spot_check", "plan"): Destination(
        "spot_check", SPOT_CHECK, _("Plan the spot-check %(number)s and draw"), pgettext_lazy("button", "Open")
    ),
    ("spot_check", "follow"): Destination(
        "spot_check", SPOT_CHECK, _("Teams and visits of the spot-check %(number)s"), pgettext_lazy("button", "Open")
    ),
    ("visit", "assess"): Destination(
        "visit", SPOT_CHECK, _("Visit and assess: %(number)s"), pgettext_lazy("button", "Assess")
    ),
    ("visit", "answer"): Destination(
        "visit", SPOT_CHECK, _("Sign the assessment, or reply: %(number)s"), pgettext_lazy("button", "Sign or reply")
    ),
    ("visit", "sum_up"): Destination(
        "visit", SPOT_CHECK, _("Conclude the visit %(number)s"), pgettext_lazy("button", "Conclude")
    ),
    ("summary", "compile"): Destination(
        "summary", SUMMARY, _("Complete the prefecture’s summary %(number)s"), pgettext_lazy("button", "Complete")
    ),
    ("summary", "confirm"): Destination(
        "summary",
        SUMMARY,
        _("Confirm and submit the prefecture’s summary %(number)s"),
        pgettext_lazy("button", "Confirm and submit"),
    ),
    ("summary", "review"): Destination(
        "summary",
        SUMMARY,
        _("Accept or return the prefecture’s summary %(number)s"),
        pgettext_lazy("button", "Review"),
    ),
    ("summary", "supplement"): Destination(
        "summary", SUMMARY, _("Supplement the prefecture’s summary %(number)s"), pgettext_lazy("button", "Supplement")
    ),
    ("regional_report", "complete"): Destination(
        "regional_report", REPORT, _("Complete the regional report %(number)s"), pgettext_lazy("button", "Complete")
    ),
    ("regional_report", "revise"): Destination(
        "regional_report", REPORT, _("Revise the regional report %(number)s"), pgettext_lazy("button", "Revise")
    ),
    ("regional_report", "confirm"): Destination(
        "regional_report",
        REPORT,
        _("Approve and file the regional report %(number)s"),
        pgettext_lazy("button", "Approve"),
    ),
    ("regional_report", "acknowledge"): Destination(
        "regional_report",
        REPORT,
        _("Acknowledge the regional report %(number)s"),
        pgettext_lazy("button", "Acknowledge"),
    ),
    ("supervision", "supervise"): Destination(
        "supervision", SUPERVISION, _("Supervise, and say what came of it: %(number)s"), pgettext_lazy("button", "Open")
    ),
    ("practice", "write"): Destination(
        "practice", PRACTICE, _("Write and file %(number)s"), pgettext_lazy("button", "Write")
    ),
    ("practice", "recommend"): Destination(
        "practice", PRACTICE, _("Recommend %(number)s to the prefecture, or not"), pgettext_lazy("button", "Decide")
    ),
    ("practice", "choose"): Destination(
        "practice", PRACTICE, _("Select %(number)s for the region, or not"), pgettext_lazy("button", "Decide")
    ),
    ("practice", "decide"): Destination(
        "practice", PRACTICE, _("Publish %(number)s in the bulletin, or not"), pgettext_lazy("button", "Decide")
    ),
}
PLAN = Destination("finding", LEDGER, _("Submit the plan for %(number)s"), pgettext_lazy("button", "Write the plan"))


def destination_of(item: WorkItem) -> Destination:
    """The destination of a work item whose case is loaded; the case's own page for a node that is not in the table."""
    if item.due_rule == "plan":
        return PLAN
    return _known(item) or Destination("", kind_of(item.process).label, "", pgettext_lazy("button", "Open"))


def _known(item: WorkItem) -> Destination | None:
    kind = kind_of(item.process)
    return kind.work.get(item.node) or DESTINATIONS.get((kind.code, item.node))


def address(name: str, pk: int, fallback: str = "case") -> str:
    """The address of a page about a case; the case page while there is no such page."""
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return reverse(fallback, args=[pk])


def address_if_any(name: str, *args: Any) -> str:
    """The address of a page, or nothing where there is no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def href_of(item: WorkItem) -> str:
    """Where the work is done."""
    page = destination_of(item).page
    return address(page, item.process_id) if page else page_of_case(item.process)


def title_of(item: WorkItem) -> str:
    """What is to be done, with the year or the number of the case."""
    case: Case = item.process
    said = {"year": case.year, "number": case.number or case.pk}
    title = str(destination_of(item).title)
    if not title:
        return gettext("%(task)s: %(number)s") % {"task": item.flow_task.task_title, **said}
    return title % said


def page_of_case(case: Case) -> str:
    """The page of a case of any kind, as its kind says; the case page while there is no such page."""
    try:
        return kind_of(case).page(case)
    except NoReverseMatch:
        return reverse("case", args=[case.pk])
