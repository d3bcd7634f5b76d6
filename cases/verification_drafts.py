"""What the county writes while it verifies: a record of its own, item by item, beside a submitted version (县级核查).

Nothing here changes the state of a case or a word of the institution. Every row has a version: a save that was based
on an older one is refused with the present row, so that two officers lose nothing. A new version of the form starts
with the conclusions of the verification before it wherever the answer is the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from cases.editions.form import Form
from cases.errors import Conflict, Invalid
from cases.models import (
    AnswerStatus,
    Case,
    Conclusion,
    SelfCheckSubmission,
    User,
    Verification,
    VerificationItem,
)
from cases.saving import StaleRow, sign
from cases.selfcheck_rules import Change, compute_changes

ITEM_FIELDS = (
    "conclusion",
    "opinion",
    "facets",
    "problem",
    "measure",
    "rectification",
    "severity",
    "due_on",
    "to_return",
    "return_reason",
)
VISIT_FIELDS = ("method", "visited_on", "officials", "opinion")


@contextmanager
def drafting(case: Case, *, state: str) -> Iterator[SelfCheckSubmission]:
    """Hold the case for a moment in the state in which the county writes, and give the version that it writes about.

    Raises Conflict (409) when the case has moved on.
    """
    with transaction.atomic():
        locked = Case.objects.select_for_update(of=("self",)).only("pk", "state").get(pk=case.pk)
        if locked.state != state:
            raise Conflict(
                "not_under_verification",
                _("The verification can no longer be changed here: the case has moved on."),
                hint=_("The case page shows what happened. Copy what you still need."),
            )
        yield SelfCheckSubmission.objects.filter(selfcheck=case.pk).select_related("verification").latest("no")


def begin(submission: SelfCheckSubmission, form: Form, *, by: User, at: dt.datetime) -> Verification:
    """The verification of a submitted version; the first write makes it, with what can be carried over."""
    if hasattr(submission, "verification"):
        return submission.verification
    verification = Verification(case_id=submission.selfcheck_id, submission=submission, started_by=by, started_at=at)
    sign(verification, by, at)
    verification.save()
    rows = carried_over(submission, form)
    for row in rows:
        row.verification = verification
    if rows:
        bulk_create_with_history(rows, VerificationItem, default_user=by, default_date=at)
    return verification


def save_item(
    submission: SelfCheckSubmission,
    form: Form,
    item_code: str,
    values: Mapping[str, Any],
    *,
    based_on: int,
    by: User,
    at: dt.datetime,
) -> VerificationItem:
    """Keep what the county says of one item; inside ``drafting``.

    ``based_on`` is the row version that the officer saw, 0 where there was none. Saving the same words again writes
    nothing. Raises StaleRow (409) or Invalid (422, unknown item).
    """
    if item_code not in form.items:
        message = _("The form has no such item.")
        raise Invalid("unknown_item", message, faults={"item_code": [message]})
    values = {name: values[name] for name in ITEM_FIELDS if name in values}
    begun = hasattr(submission, "verification")
    row = submission.verification.items.filter(item_code=item_code).first() if begun else None
    if row is None and not any(values.values()) and not begun:
        return VerificationItem(item_code=item_code)
    if row is None:
        verification = begin(submission, form, by=by, at=at)
        row = verification.items.filter(item_code=item_code).first() or VerificationItem(
            verification=verification, item_code=item_code
        )
    same = all(getattr(row, name) == value for name, value in values.items())
    if same and row.row_version:
        return row
    if row.row_version != based_on:
        raise StaleRow(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.row_version += 1
    row.updated_by, row.updated_at = by, at
    sign(row, by, at)
    row.save()
    return row


def save_visit(
    submission: SelfCheckSubmission, form: Form, values: Mapping[str, Any], *, based_on: int, by: User, at: dt.datetime
) -> Verification:
    """Keep how the county verified (on paper, or on site with date and officials) and its opinion on the whole."""
    verification = begin(submission, form, by=by, at=at)
    values = {name: values[name] for name in VISIT_FIELDS if name in values}
    if all(getattr(verification, name) == value for name, value in values.items()):
        return verification
    if verification.row_version != based_on:
        raise StaleRow(verification)
    for name, value in values.items():
        setattr(verification, name, value)
    verification.row_version += 1
    sign(verification, by, at)
    verification.save(update_fields=[*values, "row_version"])
    return verification


def agree_to(
    submission: SelfCheckSubmission, form: Form, expected: Iterable[str], *, by: User, at: dt.datetime
) -> list[str]:
    """Agree at once to the items that are compliant, unchanged and still open; inside ``drafting``.

    ``expected`` are the items that the officer was shown. Raises Conflict (409) when they are not the ones any more.
    """
    verification = begin(submission, form, by=by, at=at)
    rows = {row.item_code: row for row in verification.items.all()}
    codes = agreeable(submission, form, rows, changed_items(submission, form))
    if codes != list(expected):
        raise Conflict(
            "items_changed",
            _("The items that can be agreed to together have changed in the meantime; nothing was saved."),
            hint=_("Look at the list again."),
        )
    for code in codes:
        row = rows.get(code) or VerificationItem(verification=verification, item_code=code)
        row.conclusion = Conclusion.AGREE
        row.row_version += 1
        row.updated_by, row.updated_at = by, at
        sign(row, by, at)
        row.save()
    return codes


def agreeable(
    submission: SelfCheckSubmission, form: Form, rows: Mapping[str, VerificationItem], changed: Iterable[str]
) -> list[str]:
    """The items that the county may agree to together: compliant, not changed, and nothing written about them yet."""
    untouched = VerificationItem()
    changed = set(changed)
    return [
        code
        for code in form.items
        if submission.answer(code).get("status") == AnswerStatus.COMPLIANT
        and code not in changed
        and not any(getattr(rows.get(code, untouched), name) for name in ITEM_FIELDS)
    ]


def basis_of(submission: SelfCheckSubmission) -> tuple[SelfCheckSubmission | None, Verification | None]:
    """The version to compare with and its verification: the last one that the county has looked at, else the last."""
    earlier = SelfCheckSubmission.objects.filter(selfcheck=submission.selfcheck_id, no__lt=submission.no)
    seen = earlier.filter(verification__isnull=False).select_related("verification").order_by("-no").first()
    if seen is not None:
        return seen, seen.verification
    return earlier.order_by("-no").first(), None


def changes_since(basis: SelfCheckSubmission | None, submission: SelfCheckSubmission, form: Form) -> list[Change]:
    """What differs from the version that the county compares with; nothing for a first version."""
    return compute_changes(basis.snapshot, submission.snapshot, form) if basis is not None else []


def changed_items(submission: SelfCheckSubmission, form: Form) -> set[str]:
    """The codes of the items whose answer differs from the version that the county compares with."""
    if submission.no == 1:
        return set()
    return {change.item_code for change in changes_since(basis_of(submission)[0], submission, form)}


def carried_over(submission: SelfCheckSubmission, form: Form) -> list[VerificationItem]:
    """Unsaved conclusions of the verification before, for the items whose answer has not changed since."""
    if submission.no == 1:
        return []
    basis, verification = basis_of(submission)
    if basis is None or verification is None:
        return []
    changed = {change.item_code for change in changes_since(basis, submission, form)}
    return carry(basis, verification, verification.items.order_by("item_code"), changed)


def carry(
    basis: SelfCheckSubmission,
    verification: Verification,
    rows: Iterable[VerificationItem],
    changed: set[str],
) -> list[VerificationItem]:
    """The rows that still hold: concluded, not returned, not changed, and not already carried out on the ledger.

    They keep author and time of the conclusion, by which they are known as carried over.
    """
    kept = []
    for row in rows:
        done = verification.approved_at is not None and adds_finding(row, basis)
        if not row.conclusion or row.to_return or row.item_code in changed or done:
            continue
        copy = VerificationItem(item_code=row.item_code, updated_by_id=row.updated_by_id, updated_at=row.updated_at)
        for name in ITEM_FIELDS:
            setattr(copy, name, getattr(row, name))
        kept.append(copy)
    return kept


def is_carried_over(row: VerificationItem, verification: Verification | None) -> bool:
    """Whether a conclusion comes from the verification before: it is older than this one."""
    if not row.conclusion or row.updated_at is None:
        return False
    return verification is None or row.updated_at < verification.started_at


def adds_finding(row: VerificationItem, submission: SelfCheckSubmission) -> bool:
    """A new finding, or a disagreement with an item that the institution did not report as a problem."""
    if row.conclusion == Conclusion.NEW_FINDING:
        return True
    reported = submission.answer(row.item_code).get("status") == AnswerStatus.PROBLEM
    return row.conclusion == Conclusion.DISAGREE and not reported
