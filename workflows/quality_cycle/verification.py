"""County verification as the engine sees it: begun, returned, concluded, approved (县级核查)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from cases.errors import Invalid
from cases.models import Conclusion, Finding, Rectification, SelfCheckSubmission, Verification, VerificationItem
from workflows.finding import ledger
from workflows.step import Step


def current(step: Step) -> tuple[SelfCheckSubmission, Verification | None]:
    """The latest submitted version and its verification, if the county has begun one."""
    submission = SelfCheckSubmission.objects.filter(selfcheck=step.case.pk).order_by("-no").first()
    if submission is None:
        raise Invalid("nothing_submitted", _("Nothing has been submitted yet."))
    return submission, Verification.objects.filter(submission=submission).first()


def has_begun(step: Step) -> bool:
    """Whether the county has written anything about the latest version."""
    _submission, verification = current(step)
    return verification is not None


def return_to_institution(step: Step) -> None:
    """Return single items (each with its reason) or the whole form (with one); at least one reason is needed."""
    submission, verification = current(step)
    items = list(verification.items.filter(to_return=True).order_by("item_code")) if verification else []
    faults = {f"item:{item.item_code}": [_("Give the reason.")] for item in items if not item.return_reason.strip()}
    if not items and not step.reason:
        faults["reason"] = [_("Give the reason, or mark the items that are to be returned.")]
    if faults:
        raise Invalid("reason_missing", _("A return needs its reason."), faults=faults)
    if verification is None:
        verification = Verification(
            case=step.case, submission=submission, started_by=step.actor.user, started_at=step.at
        )
        verification._history_date = step.at
        verification.save()
    step.facts = {"verification": verification.pk, "no": submission.no, "items": [item.item_code for item in items]}


def conclude(step: Step) -> None:
    """Every item has a conclusion with what it needs; on site needs the date and the officials present."""
    _submission, verification = current(step)
    if verification is None:
        raise Invalid("nothing_verified", _("No item has been verified yet."))
    faults = conclusion_faults(step, verification)
    if faults:
        raise Invalid(
            "verification_incomplete",
            _("The verification is not complete: %(count)d places need attention.") % {"count": len(faults)},
            faults=faults,
        )
    _stamp(step, verification, concluded_by=step.actor.user, concluded_at=step.at)
    step.facts = {"verification": verification.pk}


def take_back(step: Step) -> None:
    """The conclusion is open again."""
    _submission, verification = current(step)
    if verification is not None:
        _stamp(step, verification, concluded_by=None, concluded_at=None)


def approve(step: Step) -> bool:
    """Carry the conclusions onto the ledger; whether any finding is left to settle."""
    submission, verification = current(step)
    if verification is None:
        raise Invalid("nothing_verified", _("No item has been verified yet."))
    if verification.concluded_by_id == step.actor.user.pk if step.actor.user else False:
        message = _("The one who concluded the verification cannot approve it.")
        raise Invalid("approver_is_officer", message)
    _stamp(step, verification, approved_by=step.actor.user, approved_at=step.at)
    reported = {
        finding.item_code: finding
        for finding in Finding.objects.filter(
            cycle=step.case.pk, source=Finding.Source.SELF_CHECK, case__state__in=ledger.LIVE
        ).select_related("case__unit")
    }
    added: list[tuple[str, dict[str, Any]]] = []
    rejected = 0
    for item in verification.items.order_by("item_code"):
        finding = reported.get(item.item_code)
        if finding is not None and item.conclusion == Conclusion.DISAGREE:
            ledger.reject(step, finding, item.opinion)
            rejected += 1
        elif finding is not None:
            ledger.confirm(step, finding, **_amendments(finding, item))
        if _adds_finding(item, submission):
            added.append((item.item_code, finding_fields(step, _as_details(item))))
    ledger.open_findings(step, Finding.Source.COUNTY, added)
    step.facts = {"verification": verification.pk, "added": len(added), "rejected": rejected}
    others = ledger.live_findings(step.case.pk) - rejected
    return others > 0 or bool(added)


def conclusion_faults(step: Step, verification: Verification) -> dict[str, list[Any]]:
    """What hinders the conclusion, by place: ``method``, ``item:CODE``."""
    faults: dict[str, list[Any]] = {}
    if verification.method == Verification.Method.ON_SITE:
        if verification.visited_on is None:
            faults["visited_on"] = [_("Give the date of the visit.")]
        if not verification.officials.strip():
            faults["officials"] = [_("Name the officials who were present.")]
    items = {item.item_code: item for item in verification.items.all()}
    for code in step.edition.form.items:
        found = item_faults(items.get(code), verification.submission)
        if found:
            faults[f"item:{code}"] = found
    return faults


def item_faults(item: VerificationItem | None, submission: SelfCheckSubmission) -> list[Any]:
    """What one item still needs before the verification can be concluded."""
    if item is None or not item.conclusion:
        return [_("There is no conclusion yet.")]
    if item.to_return:
        return [_("This item is marked to be returned.")]
    found = []
    if item.conclusion == Conclusion.DISAGREE and not item.opinion.strip():
        found.append(_("Say why you disagree."))
    if _adds_finding(item, submission) and not item.problem.strip():
        found.append(_("Describe the problem."))
    return found


def finding_fields(step: Step, details: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a county finding from what the officer wrote; raises Invalid where something is missing."""
    item = step.edition.form.items.get(str(details.get("item_code", "")))
    problem = str(details.get("problem", "")).strip()
    facets = list(details.get("facets") or [])
    faults: dict[str, list[Any]] = {}
    if item is None:
        faults["item_code"] = [_("Choose an item of the form.")]
    elif any(item.facet(code) is None for code in facets):
        faults["facets"] = [_("This facet does not belong to the item.")]
    if not problem:
        faults["problem"] = [_("Describe the problem.")]
    if faults:
        raise Invalid("finding_incomplete", _("The finding is not complete."), faults=faults)
    kind = details.get("rectification") or Rectification.TIME_LIMITED
    return {
        "facets": facets,
        "problem": problem,
        "measure": str(details.get("measure") or "").strip(),
        "rectification": kind,
        "due_on": details.get("due_on") or ledger.default_limit(step, str(kind)),
    }


def _adds_finding(item: VerificationItem, submission: SelfCheckSubmission) -> bool:
    """A new finding, or a disagreement with an item that the institution did not report as a problem."""
    if item.conclusion == Conclusion.NEW_FINDING:
        return True
    reported = submission.answer(item.item_code).get("status") == "problem"
    return item.conclusion == Conclusion.DISAGREE and not reported


def _amendments(finding: Finding, item: VerificationItem) -> dict[str, Any]:
    """What the county words differently on a finding that it upholds; a new finding keeps its words to itself."""
    if item.conclusion != Conclusion.AGREE:
        return {}
    wording = {
        "facets": item.facets,
        "problem": item.problem.strip(),
        "measure": item.measure.strip(),
        "rectification": item.rectification,
        "due_on": item.due_on,
    }
    return {name: value for name, value in wording.items() if value and value != getattr(finding, name)}


def _as_details(item: VerificationItem) -> dict[str, Any]:
    return {
        "item_code": item.item_code,
        "problem": item.problem,
        "facets": item.facets,
        "measure": item.measure,
        "rectification": item.rectification,
        "due_on": item.due_on,
    }


def _stamp(step: Step, verification: Verification, **values: Any) -> None:
    for name, value in values.items():
        setattr(verification, name, value)
    verification._history_user = step.actor.user
    verification._history_date = step.at
    verification.save(update_fields=list(values))
