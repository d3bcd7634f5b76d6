"""One column of a scorecard (自评, 区级, 市级, 财政): what each row stands at, and what hinders its submission.

A row that the registers answer is taken from them unless somebody departs from it, with the reason; so has a number
that is given by hand because they do not answer it yet (a survey with too few answers). Every deduction has its reason
(扣分理由); a computed one comes with the rule's text. The finance bureau scores its own rows and no others.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cases.editions.alliance import AllianceEdition, alliance_of
from cases.editions.scorecard import BandedRule, ScoreRow
from cases.errors import Invalid
from cases.models import Score, Scoring, User
from cases.saving import StaleRow, sign
from cases.scoring.card import Totals, total
from cases.scoring.given import inputs_of, restored, result_zh, stored
from cases.scoring.registers import Answers, Computed
from cases.scoring.rules import Faults, faults_of, needs_reason, points_of

FINANCE = "finance"
LONGEST_REASON = 2000
FIELDS = ("given", "reason", "override_reason")


@dataclass(frozen=True)
class Line:
    """One row of a column: what was saved, what the registers say, and what comes of both."""

    row: ScoreRow
    score: Score | None
    computed: Computed | None
    given: Mapping[str, Any]
    points: Decimal | None
    reason: str
    faults: Faults = field(default_factory=dict)

    @property
    def departs(self) -> bool:
        """Whether somebody answered otherwise than the registers do, or where they say nothing yet."""
        return self.row.register and self.score is not None and self.score.given is not None

    @property
    def override_reason(self) -> str:
        return self.score.override_reason if self.score is not None else ""

    @property
    def row_version(self) -> int:
        return self.score.row_version if self.score is not None else 0

    @property
    def deducted(self) -> bool:
        return self.points is not None and self.points < self.row.points


def rows_of(edition: AllianceEdition, column: str) -> tuple[ScoreRow, ...]:
    """The rows that a column scores; those of the finance bureau are left to it where it has a column."""
    finance = FINANCE in edition.evaluation.columns
    if column == FINANCE:
        return tuple(row for row in edition.scorecard.rows if row.finance)
    return tuple(row for row in edition.scorecard.rows if not (finance and row.finance))


def lines_of(scoring: Scoring, on: dt.date) -> list[Line]:
    """The rows of a column that is being filled in, with what the registers say at the end of the day."""
    answers = Answers(scoring.pilot, on, round_=scoring.round)
    saved = scores_of(scoring)
    return [line_of(row, saved.get(row.code), answers) for row in rows_of(answers.edition, scoring.column)]


def submitted_lines(scoring: Scoring) -> list[Line]:
    """The rows of a column as it was submitted: nothing is computed again."""
    saved, lines = scores_of(scoring), []
    for row in rows_of(alliance_of(scoring.pilot.case.edition), scoring.column):
        score = saved.get(row.code)
        given = restored(row, score.given) if score is not None else {}
        points, reason = (score.points, score.reason) if score is not None else (None, "")
        lines.append(Line(row, score, computed_of(row, score), given, points, reason))
    return lines


def computed_of(row: ScoreRow, score: Score | None) -> Computed | None:
    """What the registers said when the score was submitted."""
    if score is None or not score.computed:
        return None
    given = restored(row, score.computed["given"])
    records = tuple((str(kind), int(pk)) for kind, pk in score.computed["records"])
    return Computed(given, points_of(row, given), records)


def scores_of(scoring: Scoring) -> dict[str, Score]:
    rows = Score.objects.filter(scoring=scoring).select_related("updated_by")
    return {score.row: score for score in rows}


def line_of(row: ScoreRow, score: Score | None, answers: Answers) -> Line:
    """Where one row stands, with everything that is still missing by the name of its field."""
    computed = answers.computed(row)
    kept = score.given if score is not None else None
    own = kept is not None or computed is None
    given = restored(row, kept) if own else dict(computed.given) if computed is not None else {}
    reason = score.reason if score is not None else ""
    faults = faults_of(row, given)
    points = None if faults else points_of(row, given)
    if points is not None and needs_reason(row, given, points) and not reason.strip():
        if own:
            faults["reason"] = [_("Give the reason for the deduction (scorecard, last column 扣分理由).")]
        else:
            reason = result_zh(row, given, points)
    explained = score is not None and bool(score.override_reason.strip())
    if row.register and own and points is not None and not explained:
        if computed is None:
            faults["override_reason"] = [
                _(
                    "The registers do not answer this row (of a survey at least %(least)d answers count):"
                    " say where the number comes from."
                )
                % {"least": answers.edition.evaluation.survey_least}
            ]
        elif given != computed.given:
            faults["override_reason"] = [_("Say why you depart from what the registers say.")]
    if isinstance(row.rule.shape, BandedRule) and answers.survey_is_open:
        faults["survey"] = [_("The survey is still open; the share is final once the commission has closed it.")]
    return Line(row, score, computed, given, points, reason, faults)


def faults_by_row(lines: Iterable[Line]) -> dict[str, list[str]]:
    """What hinders the submission, by the code of the row; each message names row, rule and, of several, input."""
    found: dict[str, list[str]] = {}
    for line in lines:
        asked = inputs_of(line.row)
        names = {each.name: each.label for each in asked} if len(asked) > 1 else {}
        for name, messages in line.faults.items():
            words = {"row": line.row.place, "points": line.row.points}
            for message in messages:
                fault = f"{names[name]}{_(': ')}{message}" if name in names else message
                said = _("%(row)s (%(points)s points): %(fault)s") % {**words, "fault": fault}
                found.setdefault(line.row.code, []).append(said)
    return found


def save_score(
    scoring: Scoring, row: ScoreRow, values: Mapping[str, Any], *, based_on: int, by: User, at: dt.datetime
) -> Score:
    """Keep what somebody gives for a row while the column is open; complete or not.

    ``given`` None takes what the registers say. ``based_on`` is the row version that the person saw, 0 where there was
    none; the same again writes nothing. Raises StaleRow (409) or Invalid (422, a reason that nobody reads).
    """
    for name in ("reason", "override_reason"):
        if len(values.get(name, "")) > LONGEST_REASON:
            message = _("Keep this under %(limit)d characters.") % {"limit": LONGEST_REASON}
            raise Invalid("too_long", message, faults={name: [message]})
    score = Score.objects.filter(scoring=scoring, row=row.code).first()
    if score is None and not any(values.values()) and values.get("given") is None:
        return Score(scoring=scoring, row=row.code)
    if score is not None and all(getattr(score, name) == values[name] for name in FIELDS if name in values):
        return score
    score = score or Score(scoring=scoring, row=row.code)
    if score.row_version != based_on:
        raise StaleRow(score)
    for name in FIELDS:
        if name in values:
            setattr(score, name, values[name])
    given = restored(row, score.given)
    score.points = None if faults_of(row, given) else points_of(row, given)
    _write(score, by, at)
    return score


def freeze(scoring: Scoring, lines: Iterable[Line], *, by: User | None, at: dt.datetime, reason: str) -> None:
    """Keep every row as it is submitted, with what the registers said and the records behind it."""
    for line in lines:
        score = line.score or Score(scoring=scoring, row=line.row.code)
        score.override_reason = line.override_reason if line.departs else ""
        score.given = stored(line.given)
        score.computed = line.computed.kept() if line.computed is not None else None
        score.points, score.reason = line.points, line.reason
        _write(score, by, at, reason)


def thaw(scoring: Scoring, *, by: User | None, at: dt.datetime, reason: str) -> None:
    """Let the rows that nobody departed from follow the registers again."""
    for score in scores_of(scoring).values():
        if score.computed is not None and not score.override_reason.strip():
            score.given, score.points = None, None
            row = alliance_of(scoring.pilot.case.edition).scorecard.by_code[score.row]
            if score.reason == result_zh(row, restored(row, score.computed["given"]), computed_of(row, score).points):  # type: ignore[union-attr]
                score.reason = ""
        score.computed = None
        _write(score, by, at, reason)


def _write(score: Score, by: User | None, at: dt.datetime, reason: str | None = None) -> None:
    score.row_version += 1
    score.updated_by, score.updated_at = by, at
    sign(score, by, at, reason)
    score.save()


def points_by_row(lines: Iterable[Line]) -> dict[str, Decimal]:
    return {line.row.code: line.points for line in lines if line.points is not None}


def totals_of(scoring: Scoring, lines: Iterable[Line]) -> Totals:
    return total(alliance_of(scoring.pilot.case.edition).scorecard, points_by_row(lines))


def digest_of(scoring: Scoring, lines: Iterable[Line]) -> str:
    """SHA-256 (hex) of a column as it is submitted: what was given, the points, and the reasons."""
    rows = [[line.row.code, stored(line.given), str(line.points), line.reason, line.override_reason] for line in lines]
    content = {"v": 1, "column": scoring.column, "round": scoring.round, "rows": rows}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
