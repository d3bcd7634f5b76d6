"""The joint score: the columns of a round side by side, and what commission and finance bureau make of them.

A row is taken from a column, or has a value of the commission's own with its reason; where all columns that score a row
agree, it is taken as it stands (pilot plan, part 3 (3): 市卫生健康委会同市财政局组织对试点工作的评估).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext as _

from cases.editions.alliance import alliance_of
from cases.editions.scorecard import ScoreRow
from cases.errors import Invalid
from cases.models import FinalScore, Pilot, Score, Scoring, User
from cases.saving import StaleRow, sign
from cases.scoring.card import Totals, total
from cases.scoring.columns import LONGEST_REASON
from cases.scoring.given import number_text

OWN = "own"
# Whose row is taken where several give the same points: their reason is printed.
FIRST = ("city", "finance", "district", "self")
CENT = Decimal("0.01")


@dataclass(frozen=True)
class JointLine:
    """One row of the table with every column that scored it, and what is decided."""

    row: ScoreRow
    columns: Mapping[str, Score]
    final: FinalScore | None

    @property
    def differs(self) -> bool:
        return len({score.points for score in self.columns.values()}) > 1

    @property
    def source(self) -> str:
        """The column that the row is taken from, ``own``, or nothing where it is not decided."""
        if self.final is not None:
            return self.final.source or OWN
        if not self.columns or self.differs:
            return ""
        return next(column for column in FIRST if column in self.columns)

    @property
    def points(self) -> Decimal | None:
        score = self.columns.get(self.source)
        if score is not None:
            return score.points
        return self.final.points if self.final is not None and self.source == OWN else None

    @property
    def reason(self) -> str:
        score = self.columns.get(self.source)
        if score is not None:
            return score.reason
        return self.final.reason if self.final is not None and self.source == OWN else ""

    @property
    def row_version(self) -> int:
        return self.final.row_version if self.final is not None else 0


def round_of(pilot: Pilot) -> int:
    """The round of evaluation that is going on or was the last; 0 before the first."""
    return Scoring.objects.filter(pilot=pilot).aggregate(last=Max("round"))["last"] or 0


def joint_lines(pilot: Pilot, round_: int, columns: Iterable[str] | None = None) -> list[JointLine]:
    """The rows of a round; ``columns`` limits the ones that are shown, by default all that were submitted."""
    scores = Score.objects.filter(scoring__pilot=pilot, scoring__round=round_).exclude(scoring__submitted_at=None)
    by_row: dict[str, dict[str, Score]] = {}
    for score in scores.select_related("scoring", "updated_by"):
        if columns is None or score.scoring.column in columns:
            by_row.setdefault(score.row, {})[score.scoring.column] = score
    finals = {final.row: final for final in FinalScore.objects.filter(pilot=pilot, round=round_)}
    rows = alliance_of(pilot.case.edition).scorecard.rows
    return [JointLine(row, by_row.get(row.code, {}), finals.get(row.code)) for row in rows]


def save_final(
    pilot: Pilot,
    line: JointLine,
    *,
    round_: int,
    source: str,
    points: Decimal | None,
    reason: str,
    based_on: int,
    by: User,
    at: dt.datetime,
) -> FinalScore:
    """Keep where a row of the joint score comes from, while the commission decides.

    Raises Invalid (422) for a column that did not score the row, points that the row does not have, or a value of its
    own without a reason; StaleRow (409) where a colleague was faster.
    """
    row, reason = line.row, reason.strip()
    if source == OWN:
        points = _own_points(row, points)
        if not reason or len(reason) > LONGEST_REASON:
            message = _("%(row)s: give the reason for a value of your own, in at most %(limit)d characters.")
            message %= {"row": row.place, "limit": LONGEST_REASON}
            raise Invalid("own_value_unexplained", message, faults={"reason": [message]})
    elif source not in line.columns or line.columns[source].points is None:
        message = _("%(row)s: choose a column that has scored it, or give a value of your own.")
        message %= {"row": row.place}
        raise Invalid("no_such_column", message, faults={"source": [message]})
    else:
        points, reason = line.columns[source].points, line.columns[source].reason
    kept = "" if source == OWN else source
    final = line.final
    if final is not None and (final.source, final.points, final.reason) == (kept, points, reason):
        return final
    final = final or FinalScore(pilot=pilot, round=round_, row=row.code)
    if final.row_version != based_on:
        raise StaleRow(final)
    final.source, final.points, final.reason = kept, points, reason  # type: ignore[assignment]
    return _write(final, by, at)


def _own_points(row: ScoreRow, points: Decimal | None) -> Decimal:
    """The points that somebody gives a row by hand: none below zero, none above what the table prints."""
    if points is None or not points.is_finite() or not 0 <= points <= row.points or points != points.quantize(CENT):
        message = _("%(row)s: give 0 to %(most)s points, as its column 分值 says.")
        message %= {"row": row.place, "most": number_text(row.points)}
        raise Invalid("points_out_of_range", message, faults={"points": [message]})
    return points


def fix(pilot: Pilot, round_: int, *, by: User | None, at: dt.datetime, reason: str) -> list[FinalScore]:
    """Write every row of the joint score as it now stands; raises Invalid (422) naming the rows that are undecided."""
    lines = joint_lines(pilot, round_)
    missing = {
        line.row.code: [_("%(row)s: not decided yet.") % {"row": line.row.place}]
        for line in lines
        if line.points is None
    }
    if missing:
        raise Invalid(
            "joint_score_incomplete",
            _("%(count)d rows are not decided yet.") % {"count": len(missing)},
            hint=_("Where the columns differ, take one of them or give a value of your own with its reason."),
            faults=missing,
        )
    finals = []
    for line in lines:
        final = line.final or FinalScore(pilot=pilot, round=round_, row=line.row.code)
        source = "" if line.source == OWN else line.source
        stands = line.final is not None and (final.source, final.points, final.reason) == (
            source,
            line.points,
            line.reason,
        )
        if not stands:
            final.source, final.points, final.reason = source, line.points, line.reason  # type: ignore[assignment]
            _write(final, by, at, reason)
        finals.append(final)
    return finals


def final_totals(pilot: Pilot, lines: Iterable[JointLine]) -> Totals:
    """The sums of the joint score as it stands, with the rows that are not decided."""
    points = {line.row.code: line.points for line in lines if line.points is not None}
    return total(alliance_of(pilot.case.edition).scorecard, points)


def column_totals(pilot: Pilot, lines: Iterable[JointLine], column: str) -> Totals:
    """The sums of one column; rows that are another's to score are missing in it."""
    points = {
        line.row.code: score.points
        for line in lines
        if (score := line.columns.get(column)) is not None and score.points is not None
    }
    return total(alliance_of(pilot.case.edition).scorecard, points)


def digest_of(pilot: Pilot, round_: int) -> str:
    """SHA-256 (hex) of the final score as both have confirmed it: rows, points, columns and reasons."""
    finals = FinalScore.objects.filter(pilot=pilot, round=round_).order_by("row")
    rows = [[each.row, f"{each.points:.2f}", each.source, each.reason] for each in finals]
    edition = pilot.case.edition
    content = {"v": 1, "edition": [edition.code, edition.version], "round": round_, "rows": rows}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _write(final: FinalScore, by: User | None, at: dt.datetime, reason: str | None = None) -> FinalScore:
    final.row_version += 1
    final.updated_by, final.updated_at = by, at
    sign(final, by, at, reason)
    final.save()
    return final
