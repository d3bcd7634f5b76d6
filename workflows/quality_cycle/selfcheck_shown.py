"""What the pages of the self-check show: items with their fields, progress, and answers in words."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.editions.form import CheckItem, Form, Measure, Section
from cases.models import AnswerStatus, Evidence, Rectification, SelfCheckAnswer
from cases.selfcheck_rules import SectionProgress, check_complete, read_number
from cases.wording import cday, weekday
from cases.workdays import is_working_day
from workflows.quality_cycle.selfcheck_forms import ANSWER, VALUES, Typed, read_answer, typed_answer

CELLS = {"compliant": "ok", "problem": "problem", "not_applicable": "na", "": "todo"}
WARNED = frozenset({"limit_broken", "implied_missing"})
SIGNS = {">=": "≥", "<=": "≤", "==": "", "<": "<", ">": ">"}
BASIC = 0  # the number under which the basic information is shown like a section


@dataclass(frozen=True)
class Reading:
    """One number that an item asks for, as typed, with whether it keeps its limit."""

    measure: Measure
    typed: str
    errors: Sequence[Any] = ()

    @property
    def name(self) -> str:
        return f"{VALUES}{self.measure.code}"

    @property
    def limit(self) -> str:
        """The limit in signs: ≥95%, <5%, 100%."""
        return SIGNS[self.measure.op] + self.measure.shown(self.measure.limit)

    @property
    def verdict(self) -> str:
        """``met``, ``broken``, or empty where there is no number."""
        number = read_number(self.typed)
        if not self.typed.strip() or not number.is_finite():
            return ""
        return "met" if self.measure.holds(number) else "broken"


@dataclass(frozen=True)
class ItemShown:
    """One check item with the fields of its answer, as stored or as they were just typed."""

    item: CheckItem
    typed: Typed
    row_version: int = 0
    files: Sequence[Evidence] = ()
    previous: Mapping[str, Any] = field(default_factory=dict)
    returned: str = ""
    faults: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    conflict: Mapping[str, Any] | None = None
    file_errors: Sequence[Any] = ()
    answered: bool = False

    @property
    def readings(self) -> list[Reading]:
        return [
            Reading(each, self.typed.get(f"{VALUES}{each.code}", ""), self.faults.get(f"{VALUES}{each.code}", ()))
            for each in self.item.measures
        ]

    @property
    def statuses(self) -> list[tuple[str, Any, bool]]:
        return [(value, label, value == self.typed["status"]) for value, label in AnswerStatus.choices]

    @property
    def facets(self) -> list[tuple[str, str, bool]]:
        return [(facet.code, facet.label, facet.code in self.typed["facets"]) for facet in self.item.facets]

    @property
    def ways(self) -> list[tuple[str, Any, bool]]:
        return [(value, label, value == self.typed["rectification"]) for value, label in Rectification.choices]

    @property
    def day_hint(self) -> str:
        """What to know of a planned day on which nobody works."""
        try:
            day = parse_date(self.typed["planned_on"])
        except ValueError:
            return ""
        return off_day_hint(day) if day else ""

    @property
    def previous_status(self) -> str:
        return status_label(self.previous.get("status", ""))

    @property
    def previous_lines(self) -> list[tuple[str, str]]:
        return answer_lines(self.item, self.previous) if self.previous.get("status") != "compliant" else []

    @property
    def opened(self) -> bool:
        """Whether the place for evidence is open: a problem needs it most."""
        return self.typed["status"] == "problem"

    @property
    def warnings(self) -> list[Any]:
        """What may be saved and will hinder submission; said at once, because it is easily overlooked."""
        answer, _faults = read_answer(self.typed, None)
        return [fault.message for fault in check_complete(self.item, answer, year=1) if fault.code in WARNED]

    @property
    def unplaced_errors(self) -> list[Any]:
        """Faults of fields that the form does not show."""
        shown = {reading.name for reading in self.readings} | set(ANSWER)
        return [message for name, messages in self.faults.items() if name not in shown for message in messages]

    @property
    def theirs(self) -> list[tuple[str, str]]:
        """What the other person has saved, in words; empty without a conflict."""
        return answer_lines(self.item, self.conflict, everything=True) if self.conflict else []


@dataclass(frozen=True)
class SectionShown:
    """A section of the form with its progress and its neighbours."""

    progress: SectionProgress
    items: Sequence[ItemShown]
    current: bool = False

    @property
    def section(self) -> Section:
        return self.progress.section


def items_shown(
    form: Form,
    answers: Mapping[str, SelfCheckAnswer],
    *,
    files: Mapping[str, Sequence[Evidence]],
    previous: Mapping[str, Any],
    returned: Mapping[str, str],
) -> dict[str, ItemShown]:
    """All items of the form as they are stored, by code."""
    shown = {}
    for code, item in form.items.items():
        row = answers.get(code)
        shown[code] = ItemShown(
            item=item,
            typed=typed_answer(item, row),
            row_version=row.row_version if row else 0,
            files=files.get(code, ()),
            previous=previous.get(code, {}),
            returned=returned.get(code, ""),
            answered=bool(row and row.status),
        )
    return shown


def cells_of(form: Form, statuses: Mapping[str, str], href: str = "#i{no}") -> list[dict[str, Any]]:
    """The thirty squares, each leading to its item."""
    return [
        {"no": item.no, "state": CELLS.get(statuses.get(code, ""), "todo"), "href": href.format(no=item.no)}
        for code, item in form.items.items()
    ]


def by_item(files: Iterable[Evidence]) -> dict[str, list[Evidence]]:
    found: defaultdict[str, list[Evidence]] = defaultdict(list)
    for file in files:
        found[file.item_code].append(file)
    return found


def off_day_hint(day: dt.date) -> str:
    """Says that a day is none on which offices work, and which working day comes before it."""
    if is_working_day(day):
        return ""
    before = day
    while not is_working_day(before):
        before -= dt.timedelta(days=1)
    words = {"weekday": weekday(day), "before": cday(before, day)}
    return _("%(weekday)s, not a working day; the working day before it is %(before)s.") % words


def status_label(status: str) -> str:
    return str(AnswerStatus(status).label) if status in AnswerStatus.values else pgettext("answer", "Not filled in")


def answer_lines(item: CheckItem, answer: Mapping[str, Any], *, everything: bool = False) -> list[tuple[str, str]]:
    """An answer of a snapshot (or of typed fields) in words: label and text, blanks left out."""
    values = answer.get("values") or {}
    values |= {name.removeprefix(VALUES): text for name, text in answer.items() if name.startswith(VALUES)}
    planned = answer.get("planned_on")
    lines: list[tuple[str, Any]] = (
        [(_("Self-check status"), status_label(answer.get("status", "")))] if everything else []
    )
    lines += [(each.label, _shown(each, values[each.code])) for each in item.measures if values.get(each.code)]
    lines += [
        (
            _("Belongs to"),
            pgettext("list separator", ", ").join(
                facet.label for facet in item.facets if facet.code in answer.get("facets", ())
            ),
        ),
        (_("Problem"), answer.get("problem")),
        (_("Corrective measure"), answer.get("measure")),
        (_("Way of rectification"), _way(answer)),
        (_("Person responsible"), answer.get("responsible")),
        (_("Due date"), "" if answer.get("fixed_on_spot") else _day(planned)),
        (_("Why it does not apply"), answer.get("reason")),
    ]
    return [(str(label), str(text)) for label, text in lines if text]


def _shown(measure: Measure, text: str) -> str:
    number = read_number(text)
    return measure.shown(number) if number.is_finite() else text


def _way(answer: Mapping[str, Any]) -> str:
    way = answer.get("rectification")
    parts = [str(Rectification(way).label)] if way in Rectification.values else []
    parts += [_("rectified on the spot")] if answer.get("fixed_on_spot") else []
    return " · ".join(parts)


def _day(text: str | None) -> str:
    day = parse_date(text) if text else None
    return cday(day, dt.date(1, 1, 1)) if day else ""
