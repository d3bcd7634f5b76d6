"""County verification as the engine sees it: begun, returned, concluded, approved (县级核查)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from cases.clock import local_date
from cases.deadlines import named
from cases.editions.form import CheckItem
from cases.editions.quality import quality_of
from cases.errors import Invalid, WrongRole
from cases.models import (
    Conclusion,
    Finding,
    Rectification,
    SelfCheckSubmission,
    Severity,
    Verification,
    VerificationItem,
)
from cases.saving import sign
from cases.verification_drafts import adds_finding, begin
from workflows.finding import ledger
from workflows.finding.record import limit_fields
from workflows.quality_cycle.counting import count_beds
from workflows.step import Step

ADDED_FROM = (Finding.Source.COUNTY, Finding.Source.COMPLAINT)


@dataclass(frozen=True)
class Effects:
    """What approving does to the ledger: said to the approver before, carried out by ``approve``."""

    confirmed: list[tuple[Finding, dict[str, Any]]] = field(default_factory=list)
    rejected: list[tuple[Finding, str]] = field(default_factory=list)
    added: list[VerificationItem] = field(default_factory=list)

    @property
    def amended(self) -> list[tuple[Finding, dict[str, Any]]]:
        """The confirmed findings that the county words differently."""
        return [(finding, words) for finding, words in self.confirmed if words]


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
    if verification is None and step.actor.user is not None:
        verification = begin(submission, quality_of(step.edition).form, by=step.actor.user, at=step.at)
    step.facts = {
        "verification": verification.pk if verification else None,
        "no": submission.no,
        "items": [item.item_code for item in items],
    }


def conclude(step: Step) -> None:
    """Every item has a conclusion with what it needs; on site needs the date and the officials present."""
    submission, verification = current(step)
    if verification is None and step.actor.user is not None:
        verification = begin(submission, quality_of(step.edition).form, by=step.actor.user, at=step.at)
    if verification is None:
        raise Invalid("nothing_verified", _("No item has been verified yet."))
    items = {item.item_code: item for item in verification.items.all()}
    faults = conclusion_faults(submission, verification, items, step.edition.items, on=local_date(step.at))
    if faults:
        raise Invalid(
            "verification_incomplete",
            _("The verification is not complete: %(count)d places need attention.") % {"count": len(faults)},
            hint=_("Each place is listed with a link to it."),
            faults=faults,
        )
    _save(step, verification, concluded_by=step.actor.user, concluded_at=step.at)
    step.facts = {"verification": verification.pk}


def take_back(step: Step) -> None:
    """The conclusion is open again."""
    _submission, verification = current(step)
    if verification is not None:
        _save(step, verification, concluded_by=None, concluded_at=None)


def approve(step: Step) -> bool:
    """Carry the conclusions onto the ledger; whether any finding is left to settle.

    The approver is somebody other than the officers who verified: whoever concluded or wrote about an item is refused.
    """
    submission, verification = current(step)
    if verification is None:
        raise Invalid("nothing_verified", _("No item has been verified yet."))
    items = list(verification.items.order_by("item_code"))
    officers = {verification.concluded_by_id, *(item.updated_by_id for item in items)}
    if not officers.isdisjoint(step.in_the_name_of):
        raise WrongRole(
            "approver_is_officer",
            _("Whoever has verified cannot approve the verification."),
            hint=_("Ask another approver of your commission."),
        )
    _save(step, verification, approved_by=step.actor.user, approved_at=step.at)
    count_beds(step, submission)
    live = [finding for finding in ledger.reported(step).values() if finding.case.state in ledger.IN_HAND]
    effects = effects_of(submission, items, live)
    for finding, words in effects.confirmed:
        ledger.confirm(step, finding, **words)
    for finding, reason in effects.rejected:
        ledger.reject(step, finding, reason)
    added = [(item.item_code, finding_fields(step, _as_details(item))) for item in effects.added]
    ledger.open_findings(step, Finding.Source.COUNTY, added)
    step.facts = {"verification": verification.pk, "added": len(added), "rejected": len(effects.rejected)}
    return ledger.live_findings(step.case.pk) > len(effects.rejected) or bool(added)


def reported_findings(cycle_id: int) -> list[Finding]:
    """The findings of the self-check that are in hand: those that approving will confirm, amend or reject."""
    found = Finding.objects.filter(cycle=cycle_id, source=Finding.Source.SELF_CHECK, case__state__in=ledger.IN_HAND)
    return list(found.select_related("case"))


def effects_of(
    submission: SelfCheckSubmission, items: Iterable[VerificationItem], reported: Iterable[Finding]
) -> Effects:
    """What the conclusions mean for the ledger (part 4 (2): 逐一核查，对发现的问题建立台账)."""
    effects = Effects()
    findings = {finding.item_code: finding for finding in reported}
    for item in items:
        finding = findings.get(item.item_code)
        if finding is not None and item.conclusion == Conclusion.DISAGREE:
            effects.rejected.append((finding, item.opinion))
        elif finding is not None:
            effects.confirmed.append((finding, _amendments(finding, item)))
        if adds_finding(item, submission):
            effects.added.append(item)
    return effects


def conclusion_faults(
    submission: SelfCheckSubmission,
    verification: Verification | None,
    items: Mapping[str, VerificationItem],
    form_items: Mapping[str, CheckItem],
    *,
    on: dt.date,
) -> dict[str, list[Any]]:
    """What hinders the conclusion, by place: ``visited_on``, ``officials``, ``item:CODE``; ``on`` is the local day."""
    faults: dict[str, list[Any]] = {}
    if verification is not None and verification.method == Verification.Method.ON_SITE:
        if verification.visited_on is None:
            faults["visited_on"] = [_("Give the date of the visit.")]
        elif verification.visited_on > on:
            faults["visited_on"] = [_("The visit lies in the future.")]
        if not verification.officials.strip():
            faults["officials"] = [_("Name the officials who were present.")]
    for code, form_item in form_items.items():
        found = item_faults(items.get(code), submission, form_item, on=on)
        if found:
            faults[f"item:{code}"] = [message for messages in found.values() for message in messages]
    return faults


def item_faults(
    item: VerificationItem | None, submission: SelfCheckSubmission, form_item: CheckItem, *, on: dt.date
) -> dict[str, list[Any]]:
    """What one item still needs before the verification can be concluded, by field."""
    if item is not None and item.to_return:
        return {"to_return": [_("This item is marked to be returned.")]}
    if item is None or not item.conclusion:
        return {"conclusion": [_("There is no conclusion yet.")]}
    found: dict[str, list[Any]] = {}
    if item.conclusion == Conclusion.DISAGREE and not item.opinion.strip():
        found["opinion"] = [_("Say why you disagree.")]
    if adds_finding(item, submission):
        if form_item.facets and not item.facets:
            found["facets"] = [_("Choose at least one aspect that the problem belongs to.")]
        if not item.problem.strip():
            found["problem"] = [_("Describe the problem.")]
        if item.due_on is not None and item.due_on < on:
            found["due_on"] = [_("The due date has passed already.")]
    return found


def add_finding(step: Step) -> None:
    """A problem that the county finds after its verification, or that somebody complained of, goes onto the ledger."""
    fields = finding_fields(step, step.details)
    code = str(step.details["item_code"])
    source = str(step.details.get("source") or Finding.Source.COUNTY)
    if step.grant is not None and step.grant.permission == "inspect":
        source = Finding.Source.INSPECTOR
    elif source not in ADDED_FROM:
        message = _("Choose where the finding comes from.")
        raise Invalid("source_unknown", message, faults={"source": [message]})
    ledger.open_findings(step, source, [(code, fields)])
    step.facts = {"item": code, "added": 1}


def finding_fields(step: Step, details: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a county finding from what the officer wrote; raises Invalid where something is missing."""
    item = step.edition.items.get(str(details.get("item_code", "")))
    problem = str(details.get("problem", "")).strip()
    facets = list(details.get("facets") or [])
    faults: dict[str, list[Any]] = {}
    if item is None:
        faults["item_code"] = [_("Choose an item of the form.")]
    elif any(item.facet(code) is None for code in facets):
        faults["facets"] = [_("This facet does not belong to the item.")]
    elif item.facets and not facets:
        faults["facets"] = [_("Choose at least one aspect that the problem belongs to.")]
    if not problem:
        faults["problem"] = [_("Describe the problem.")]
    if details.get("severity") not in (None, "", *Severity.values):
        faults["severity"] = [_("Choose how severe the finding is.")]
    if faults:
        raise Invalid("finding_incomplete", _("The finding is not complete."), faults=faults)
    kind = details.get("rectification") or Rectification.TIME_LIMITED
    due_on = details.get("due_on")
    return {
        "facets": facets,
        "problem": problem,
        "measure": str(details.get("measure") or "").strip(),
        "rectification": kind,
        "severity": details.get("severity") or Severity.GENERAL,
        **_responsible(details),
        **limit_fields(named(due_on, "county") if due_on else ledger.default_limit(step, str(kind))),
    }


def _amendments(finding: Finding, item: VerificationItem) -> dict[str, Any]:
    """What the county words differently on a finding that it upholds; a new finding keeps its words to itself."""
    if item.conclusion != Conclusion.AGREE:
        return {}
    wording = {
        "facets": sorted(item.facets),
        "problem": item.problem.strip(),
        "measure": item.measure.strip(),
        "rectification": item.rectification,
        "severity": item.severity,
        "due_on": item.due_on,
    }
    known = {name: getattr(finding, name) for name in wording} | {"facets": sorted(finding.facets)}
    amended = {name: value for name, value in wording.items() if value and value != known[name]}
    if item.due_on is not None and "due_on" in amended:
        amended |= limit_fields(named(item.due_on, "county"))
    return amended


def _as_details(item: VerificationItem) -> dict[str, Any]:
    return {
        "item_code": item.item_code,
        "problem": item.problem,
        "facets": item.facets,
        "measure": item.measure,
        "rectification": item.rectification,
        "severity": item.severity,
        "due_on": item.due_on,
    }


def _responsible(details: Mapping[str, Any]) -> dict[str, str]:
    """Who has to put it right, where the officer names a department or a person."""
    return {name: str(details.get(name) or "").strip() for name in ("responsible_unit", "responsible")}


def _save(step: Step, verification: Verification, **values: Any) -> None:
    for name, value in values.items():
        setattr(verification, name, value)
    sign(verification, step.actor.user, step.at)
    verification.save(update_fields=list(values))
