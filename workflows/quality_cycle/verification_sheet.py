"""What a verification page shows: the thirty items with both sides, read once for one reader (县级核查)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.access import Viewer
from cases.editions.form import CheckItem, Section
from cases.editions.quality import QualityEdition, quality_of
from cases.errors import OutOfScope
from cases.models import AnswerStatus, Case, Conclusion, SelfCheckSubmission, Verification, VerificationItem
from cases.roles import AUTHORITY
from cases.selfcheck_rules import BASIC, Change
from cases.verification_drafts import adds_finding, agreeable, carry, changes_since, is_carried_over
from workflows.quality_cycle.kind import State
from workflows.step import edition_of

FILTERS = ("problems", "changes", "unverified")
HIDDEN_WHILE = (State.SUBMITTED, State.APPROVING, State.CANCELLED)


@dataclass
class Line:
    """One check item: what the institution submitted, what changed, and what the county says of it."""

    item: CheckItem
    section: Section
    submission: SelfCheckSubmission
    answer: dict[str, Any]
    mine: VerificationItem
    changes: list[Change] = field(default_factory=list)
    carried: bool = False

    @property
    def code(self) -> str:
        return self.item.code

    @property
    def reported(self) -> bool:
        """Whether the institution reported a problem."""
        return self.answer.get("status") == AnswerStatus.PROBLEM

    @property
    def seen(self) -> bool:
        """Whether the officer is done with it for now: concluded, or marked to be returned."""
        return bool(self.mine.conclusion) or self.mine.to_return

    @property
    def adds(self) -> bool:
        return adds_finding(self.mine, self.submission)

    @property
    def differs(self) -> bool:
        """Whether the county says something else than the institution."""
        return self.mine.conclusion in (Conclusion.DISAGREE, Conclusion.NEW_FINDING) or self.amends

    @property
    def amends(self) -> bool:
        """Whether the county agrees that there is a problem and words it in its own way."""
        mine = self.mine
        own = mine.problem or mine.measure or mine.facets or mine.rectification or mine.severity or mine.due_on
        return self.reported and mine.conclusion == Conclusion.AGREE and bool(own)

    @property
    def on_ledger(self) -> bool:
        """Whether the item leads to a line of the ledger: upheld, new, or a disagreement with “compliant”."""
        return self.adds or (self.reported and self.mine.conclusion == Conclusion.AGREE)

    @property
    def square(self) -> str:
        """The state of the item's square."""
        if self.mine.to_return:
            return "na"
        if not self.mine.conclusion:
            return "todo"
        return "problem" if self.on_ledger else "ok"


@dataclass
class Sheet:
    """The verification of one submitted version as one reader may see it."""

    case: Case
    viewer: Viewer
    edition: QualityEdition
    submission: SelfCheckSubmission
    basis: SelfCheckSubmission | None
    verification: Verification | None
    lines: dict[str, Line]
    is_latest: bool
    changes: list[Change]

    @property
    def drafting(self) -> bool:
        """Whether this reader writes here now."""
        return self.is_latest and self.case.state == State.SUBMITTED and self.viewer.can("verify", self.case.unit)

    @property
    def approving(self) -> bool:
        """Whether this reader decides here now."""
        return self.is_latest and self.case.state == State.APPROVING and self.viewer.can("approve", self.case.unit)

    @property
    def county_side(self) -> bool:
        return on_county_side(self.viewer, self.case)

    @property
    def approved(self) -> bool:
        return self.verification is not None and self.verification.approved_at is not None

    @cached_property
    def visible_lines(self) -> list[Line]:
        """All lines for the county's side and after approval; the returned ones alone for the institution before."""
        lines = list(self.lines.values())
        return lines if self.county_side or self.approved else [line for line in lines if line.mine.to_return]

    @property
    def seen(self) -> int:
        return sum(line.seen for line in self.lines.values())

    @property
    def returned(self) -> list[Line]:
        return [line for line in self.lines.values() if line.mine.to_return]

    @property
    def rows(self) -> dict[str, VerificationItem]:
        """The county's rows that say anything, by item code."""
        return {code: line.mine for code, line in self.lines.items() if line.seen or line.mine.pk}

    @cached_property
    def agreeable(self) -> list[Line]:
        """The items that can be agreed to together."""
        changed = {change.item_code for change in self.changes}
        return [self.lines[code] for code in agreeable(self.submission, self.edition.form, self.rows, changed)]

    @property
    def basic_changes(self) -> list[Change]:
        return [change for change in self.changes if change.item_code == BASIC]

    def filtered(self, only: str) -> list[Line]:
        """The lines that a filter leaves, in printed order."""
        tests = {
            "problems": lambda line: line.reported or line.on_ledger,
            "changes": lambda line: bool(line.changes),
            "unverified": lambda line: not line.seen,
        }
        return [line for line in self.visible_lines if only not in tests or tests[only](line)]

    def cells(self, lines: Iterable[Line], only: str, current: str) -> list[dict[str, Any]]:
        """The squares of these lines, for the tag of that name."""
        return [
            {
                "no": line.item.no,
                "state": line.square,
                "href": self.address(line.code, only),
                "current": line.code == current,
                "label": _("Item %(no)d: %(word)s") % {"no": line.item.no, "word": word_of(line)},
            }
            for line in lines
        ]

    def address(self, code: str, only: str = "", anchor: str = "") -> str:
        """The page of an item, in the same filter and version."""
        query = f"?item={code}" + (f"&only={only}" if only else "")
        query += "" if self.is_latest else f"&v={self.submission.no}"
        return reverse("verification", args=[self.case.pk]) + query + (f"#{anchor}" if anchor else "")


def word_of(line: Line) -> str:
    """What the county says of an item, in a word or two."""
    if line.mine.to_return:
        return _("To be returned")
    if not line.mine.conclusion:
        return _("Not verified yet")
    if line.mine.conclusion == Conclusion.DISAGREE:
        return _("Disagreed, problem not upheld") if line.reported else _("Disagreed, onto the ledger")
    if line.mine.conclusion == Conclusion.NEW_FINDING:
        return _("New finding, onto the ledger")
    return _("Agreed, onto the ledger") if line.reported else _("Agreed, no problem")


def cell_names() -> dict[str, str]:
    """The key under the squares."""
    return {
        "ok": _("Verified, no problem"),
        "problem": _("Problem onto the ledger"),
        "na": _("Return this item"),
        "todo": _("Not verified yet"),
    }


def on_county_side(viewer: Viewer, case: Case) -> bool:
    """Whether the reader may see a verification before it is approved or returned."""
    return any(viewer.can(permission, case.unit) for permission in AUTHORITY)


def read_sheet(case: Case, viewer: Viewer, number: str = "") -> Sheet | None:
    """The verification of a version (the latest that the reader may see, else by number); None if there is none yet.

    The institution sees a verification when it has been returned or approved, not while it is written. Raises
    OutOfScope for a number that does not exist for the reader.
    """
    found = list(
        SelfCheckSubmission.objects.filter(selfcheck=case.pk)
        .select_related("verification__concluded_by", "verification__approved_by", "verification__started_by")
        .order_by("-no")
    )
    latest = found[0].no if found else 0
    if not on_county_side(viewer, case):
        found = [each for each in found if _published(case, each, latest)]
    if number:
        chosen = next((each for each in found if str(each.no) == number), None)
        if chosen is None:
            raise OutOfScope("no_such_version", _("There is no such version, or you may not see its verification yet."))
    elif found:
        chosen = found[0]
    else:
        return None
    return _assemble(case, viewer, chosen, [each for each in found if each.no < chosen.no], chosen.no == latest)


def _published(case: Case, submission: SelfCheckSubmission, latest: int) -> bool:
    verification = getattr(submission, "verification", None)
    if verification is None:
        return False
    over = submission.no < latest or case.state not in HIDDEN_WHILE
    return verification.approved_at is not None or over


def _assemble(
    case: Case, viewer: Viewer, submission: SelfCheckSubmission, earlier: list[SelfCheckSubmission], is_latest: bool
) -> Sheet:
    edition = quality_of(edition_of(case))
    verification: Verification | None = getattr(submission, "verification", None)
    seen = next((each for each in earlier if hasattr(each, "verification")), None)
    basis = seen or (earlier[0] if earlier else None)
    changes = changes_since(basis, submission, edition.form)
    by_item: dict[str, list[Change]] = {}
    for change in changes:
        by_item.setdefault(change.item_code, []).append(change)
    rows: list[VerificationItem] = []
    if verification is not None:
        rows = list(_rows_of(verification))
    elif seen is not None and is_latest:
        rows = carry(seen, seen.verification, _rows_of(seen.verification), set(by_item))
    mine = {row.item_code: row for row in rows}
    lines = {
        item.code: Line(
            item=item,
            section=section,
            submission=submission,
            answer=submission.answer(item.code),
            mine=mine.get(item.code) or VerificationItem(item_code=item.code),
            changes=by_item.get(item.code, []),
            carried=item.code in mine and is_carried_over(mine[item.code], verification),
        )
        for section in edition.form.sections
        for item in section.items
    }
    return Sheet(case, viewer, edition, submission, basis, verification, lines, is_latest, changes)


def _rows_of(verification: Verification) -> Iterable[VerificationItem]:
    return verification.items.select_related("updated_by").order_by("item_code")
