"""The rows about institutions and health authorities: what is wrong with them, and what they would change."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.models import Case, OrgUnit
from cases.roster.layout import AUTHORITIES, KINDS, SUPERIOR_KINDS, folded, kind_named
from cases.roster.plan import Outcome, Plan, UnitStep, What, differences, unit_label
from cases.roster.reading import RowReader
from cases.roster.scope import Area
from cases.roster.workbook import Book

CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,17}")
DIVISION_CODE = re.compile(r"\d{6}")
LEVEL = {kind: AUTHORITIES.index(kind) if kind in AUTHORITIES else len(AUTHORITIES) for kind in KINDS}


@dataclass
class UnitRow:
    """One row as read; the texts of a faulty one may be empty."""

    reader: RowReader
    code: str
    name: str
    superior: str
    kind: str
    division: str | None
    opened_on: dt.date | None
    closed_on: dt.date | None

    @property
    def values(self) -> dict[str, object]:
        values: dict[str, object] = {
            "kind": self.kind,
            "name": self.name,
            "opened_on": self.opened_on,
            "closed_on": self.closed_on,
        }
        return values if self.division is None else {**values, "division": self.division}


def read_units(book: Book, plan: Plan) -> dict[str, UnitRow]:
    """The rows by code, each read for itself; faults go into the plan."""
    rows: dict[str, UnitRow] = {}
    for table, row in book.rows("units"):
        reader = RowReader(table, row, plan.faults)
        code = reader.code("code", longest=18)
        name = reader.text("name", longest=120)
        superior = reader.text("superior", longest=120, required=False)
        kind_word = reader.text("kind", longest=60)
        kind = kind_named(kind_word) or ""
        division = reader.text("division", longest=60, required=False) if reader.has("division") else None
        opened_on = reader.day("opened_on", required=True)
        closed_on = reader.day("closed_on")
        if kind_word and not kind:
            words = "、".join(names[0] for names in KINDS.values())
            reader.refuse(
                "kind", _("There is no such kind of unit."), _("Choose one of: %(words)s.") % {"words": words}
            )
        if code and not CODE.fullmatch(code):
            reader.refuse("code", _("A code has only digits, letters and hyphens."), _("Remove everything else."))
        elif code and kind in AUTHORITIES and not DIVISION_CODE.fullmatch(code):
            reader.refuse(
                "code",
                _("The code of a health authority is the six digits of its administrative division."),
                _("Enter the six digits, e.g. 650102."),
            )
        if opened_on and closed_on and closed_on <= opened_on:
            reader.refuse(
                "closed_on", _("The end is not after the beginning."), _("It is the first day that no longer counts.")
            )
        found = UnitRow(reader, code, name, superior, kind, division, opened_on, closed_on)
        if code in rows:
            number = rows[code].reader.row.number
            reader.refuse(
                "code", _("This code stands in row %(row)d already.") % {"row": number}, _("Keep one of the two rows.")
            )
        elif code:
            rows[code] = found
    return rows


def plan_units(rows: dict[str, UnitRow], area: Area, plan: Plan) -> None:
    """Checks the rows against the tree and against each other, superiors first, and adds their steps to the plan."""
    planner = _Planner(rows, area)
    for row in sorted(rows.values(), key=lambda row: LEVEL.get(row.kind, len(LEVEL))):
        step = planner.step(row)
        if step is not None and (step.unit is None or differences(step.unit, step.values)):
            plan.units.append(step)
        if row.reader.ok:
            plan.outcomes.append(_outcome(row, area.by_code.get(row.code)))
    plan.units.sort(key=lambda step: (LEVEL[step.values["kind"]], step.superior))


def _outcome(row: UnitRow, unit: OrgUnit | None) -> Outcome:
    changes = differences(unit, row.values) if unit else ()
    if unit is None:
        what = What.NEW
    elif row.closed_on is not None and unit.closed_on is None:
        what = What.CLOSED
    else:
        what = What.CHANGED if changes else What.UNCHANGED
    return Outcome(row.reader.table.title, row.reader.row.number, what, unit_label(row.name, row.code), changes)


class _Planner:
    """Checks that need the tree: scope, superior, kind, what may not change."""

    def __init__(self, rows: dict[str, UnitRow], area: Area) -> None:
        self.rows = rows
        self.area = area
        self.by_name: dict[str, list[UnitRow]] = {}
        for row in rows.values():
            for name in {folded(row.name), folded(row.division or "")} - {""}:
                self.by_name.setdefault(name, []).append(row)
        existing = [area.by_code[code].pk for code in rows if code in area.by_code]
        self.with_cases = set(
            Case.objects.filter(unit__in=existing).order_by().values_list("unit", flat=True).distinct()
        )

    def step(self, row: UnitRow) -> UnitStep | None:
        unit = self.area.by_code.get(row.code)
        superior = self._known(row, unit) if unit else self._new(row)
        if not row.reader.ok:
            return None
        return UnitStep(unit, superior, {**row.values, "code": row.code} if unit is None else row.values)

    def _known(self, row: UnitRow, unit: OrgUnit) -> str:
        """A unit that exists: name and dates may change, its place may not, its kind only before it has cases."""
        if not self.area.covers(unit):
            row.reader.refuse(
                "code",
                _("This code belongs to a unit outside the area that you administer."),
                _("Remove the row, or ask the administrator at the next level up."),
            )
            return ""
        if (unit.kind in AUTHORITIES or row.kind in AUTHORITIES) and not self.area.may_shape(unit):
            self._refuse_authority(row)
        fixed = row.kind in AUTHORITIES or unit.kind in AUTHORITIES or unit.pk in self.with_cases
        if row.kind and row.kind != unit.kind and fixed:
            row.reader.refuse(
                "kind",
                _("The unit is registered as “%(kind)s”; the kind can no longer change.")
                % {"kind": unit.get_kind_display()},
                _("Close this unit with a date and enter the new one under a code of its own."),
            )
        if row.superior and unit.superior:
            names = {unit.superior.code, folded(unit.superior.name), folded(unit.superior.division)}
            if folded(row.superior) not in names and row.superior not in names:
                row.reader.refuse(
                    "superior",
                    _("The unit belongs to %(superior)s; an import does not move units.")
                    % {"superior": unit_label(unit.superior.name, unit.superior.code)},
                    _("Close this unit with a date and enter it anew under a code of its own."),
                )
        return unit.superior.code if unit.superior else ""

    def _new(self, row: UnitRow) -> str:
        """A new unit: its superior exists in the area or stands in the file, and is of the kind above."""
        if not row.kind:
            return ""
        if row.kind == OrgUnit.Kind.NATION:
            row.reader.refuse(
                "kind",
                _("The national level is set up once, by the command for the first administrators."),
                _("Remove the row."),
            )
            return ""
        if not row.superior:
            row.reader.refuse("superior", _("This cell is empty."), _("Enter the code of the unit above."))
            return ""
        code = self._superior(row)
        if not code:
            return ""
        self._check_superior(row, code)
        return code

    def _superior(self, row: UnitRow) -> str:
        """The code of the unit above, which the file may also call by name."""
        wanted = folded(row.superior)
        for code in (row.superior, wanted, wanted.upper()):
            if code in self.rows or code in self.area.by_code:
                return code
        found = {unit.code for unit in self.area.named(row.superior)}
        found |= {each.code for each in self.by_name.get(wanted, [])}
        found = {code for code in found if self._kind_of(code) in SUPERIOR_KINDS.get(row.kind, ())}
        if len(found) == 1:
            return found.pop()
        if found:
            row.reader.refuse("superior", _("Several units are called so."), _("Enter the code instead of the name."))
        else:
            row.reader.refuse(
                "superior",
                _("No such unit is registered in your area, and the file does not bring it."),
                _("Enter the code of the unit above, or add a row for it."),
            )
        return ""

    def _check_superior(self, row: UnitRow, code: str) -> None:
        """The superior is of the right kind, in the area, and there when the unit opens."""
        unit, brought = self.area.by_code.get(code), self.rows.get(code)
        if unit is not None and not self.area.covers(unit):
            row.reader.refuse(
                "superior",
                _("This unit is outside the area that you administer."),
                _("Remove the row, or ask the administrator at the next level up."),
            )
            return
        if unit is None and brought is not None and not brought.reader.ok:
            row.reader.refuse("superior", _("The row of the unit above is faulty."), _("Correct that row first."))
            return
        kind, expected = self._kind_of(code), SUPERIOR_KINDS[row.kind]
        if kind not in expected:
            kinds = " / ".join(str(OrgUnit.Kind(each).label) for each in expected)
            row.reader.refuse(
                "superior",
                _("A unit of this kind belongs to: %(kind)s.") % {"kind": kinds},
                _("Enter the code of such a unit."),
            )
        elif row.kind in AUTHORITIES and unit is not None and not self.area.may_shape(unit):
            self._refuse_authority(row)
        closed_on = brought.closed_on if brought else unit.closed_on if unit else None
        if closed_on and row.opened_on and closed_on <= row.opened_on:
            row.reader.refuse(
                "superior",
                _("The unit above has been closed by then."),
                _("Check the dates, or enter another unit above."),
            )

    def _kind_of(self, code: str) -> str:
        unit, row = self.area.by_code.get(code), self.rows.get(code)
        return unit.kind if unit else row.kind if row else ""

    @staticmethod
    def _refuse_authority(row: UnitRow) -> None:
        row.reader.refuse(
            "kind",
            _("Health authorities are entered by the administrator of the region or the nation."),
            _("Remove the row, or ask that administrator."),
        )
