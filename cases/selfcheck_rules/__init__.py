"""When is a self-check answered, complete and changed? Pure rules on the edition's form and plain values (Annex 1)."""

from cases.selfcheck_rules.answers import (
    MAX_NAME,
    MAX_TEXT,
    AnswerValues,
    check_complete,
    check_draft,
    implied_facets,
    limit_text,
    read_number,
)
from cases.selfcheck_rules.basic import MAX_LINE, MOST_BEDS, check_basic, normalise_basic, other_key
from cases.selfcheck_rules.changes import BASIC, Change, compute_changes
from cases.selfcheck_rules.faults import Fault
from cases.selfcheck_rules.progress import SectionProgress, progress

__all__ = [
    "BASIC",
    "MAX_LINE",
    "MAX_NAME",
    "MAX_TEXT",
    "MOST_BEDS",
    "AnswerValues",
    "Change",
    "Fault",
    "SectionProgress",
    "check_basic",
    "check_complete",
    "check_draft",
    "compute_changes",
    "implied_facets",
    "limit_text",
    "normalise_basic",
    "other_key",
    "progress",
    "read_number",
]
