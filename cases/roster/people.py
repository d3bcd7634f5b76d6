"""The rows about people: what is wrong with them, and which accounts and appointments they would change."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext as _

from cases.models import Appointment, OrgUnit, User
from cases.roles import Role
from cases.roster.layout import GRANTED_SEPARATELY, ROLES, role_at, roles_named
from cases.roster.plan import AppointmentStep, Change, Outcome, PersonStep, Plan, What, differences, shown_value
from cases.roster.reading import RowReader
from cases.roster.scope import BATCH, Area
from cases.roster.units import UnitRow
from cases.roster.workbook import Book

LOGIN = UnicodeUsernameValidator.regex
PHONE = re.compile(r"[0-9+()\-转 ]{5,20}")


@dataclass
class PersonRow:
    """One row as read: a person and one appointment; the texts of a faulty one may be empty."""

    reader: RowReader
    login: str
    name: str
    phone: str | None
    unit: str
    role_word: str
    valid_from: dt.date | None
    valid_until: dt.date | None
    role: str = ""

    @property
    def values(self) -> dict[str, str]:
        return {"name": self.name} if self.phone is None else {"name": self.name, "phone": self.phone}

    @property
    def label(self) -> str:
        return f"{self.name} {self.login}"


def read_people(book: Book, plan: Plan) -> list[PersonRow]:
    """The rows, each read for itself; faults go into the plan."""
    rows = []
    for table, row in book.rows("people"):
        reader = RowReader(table, row, plan.faults)
        login = reader.code("login", longest=150)
        name = reader.text("name", longest=60)
        phone = reader.code("phone", longest=20, required=False) if reader.has("phone") else None
        unit = reader.code("unit", longest=18)
        role_word = reader.text("role", longest=60)
        valid_from = reader.day("valid_from", required=True)
        valid_until = reader.day("valid_until")
        if login and not re.fullmatch(LOGIN, login):
            reader.refuse(
                "login", _("A login name has only letters, digits and @ . + - _"), _("Remove everything else.")
            )
        if phone and not PHONE.fullmatch(phone):
            reader.refuse("phone", _("This is not a phone number."), _("Use digits and hyphens, e.g. 0991-2345678."))
        if valid_from and valid_until and valid_until <= valid_from:
            reader.refuse(
                "valid_until", _("The end is not after the beginning."), _("It is the first day that no longer counts.")
            )
        rows.append(PersonRow(reader, login, name, phone, unit, role_word, valid_from, valid_until))
    return rows


def plan_people(rows: list[PersonRow], brought: dict[str, UnitRow], area: Area, plan: Plan) -> None:
    """Checks the rows against units, accounts and each other, and adds their steps to the plan."""
    planner = _Planner(rows, brought, area)
    for row in rows:
        planner.check(row)
    for login, own in planner.by_login.items():
        planner.check_together(login, own)
    planned: set[str] = set()
    for row in rows:
        if row.reader.ok:
            planner.add(row, plan, first=row.login not in planned)
            planned.add(row.login)


class _Planner:
    """Checks that need accounts and appointments as they are now."""

    def __init__(self, rows: list[PersonRow], brought: dict[str, UnitRow], area: Area) -> None:
        self.brought = brought
        self.area = area
        self.by_login: dict[str, list[PersonRow]] = defaultdict(list)
        for row in rows:
            if row.login:
                self.by_login[row.login].append(row)
        self.users = {user.username: user for user in _users(self.by_login)}
        self.held: dict[str, list[Appointment]] = defaultdict(list)
        for appointment in _appointments(self.users.values()):
            self.held[appointment.user.username].append(appointment)

    def check(self, row: PersonRow) -> None:
        self._check_seat(row)
        user = self.users.get(row.login)
        if user is None:
            return
        held = self.held[row.login]
        live = [each for each in held if each.valid_until is None or each.valid_until > self.area.on]
        if held and not any(self.area.covers(each.unit) for each in live or held):
            row.reader.refuse(
                "login",
                _("This login name belongs to somebody outside the area that you administer."),
                _("Choose another login name, or ask the administrator at the next level up."),
            )
        elif any(each.role in GRANTED_SEPARATELY for each in live):
            row.reader.refuse(
                "login",
                _("This person is an administrator, auditor or inspector; an import does not change them."),
                _("Remove the row."),
            )
        elif not user.is_active or user.is_superuser:
            row.reader.refuse(
                "login",
                _("This account is blocked or not a person's; an import does not change it."),
                _("Remove the row, or use another login name."),
            )

    def _check_seat(self, row: PersonRow) -> None:
        """The unit is in the area and the role can be held there."""
        if row.role_word and not roles_named(row.role_word):
            words = "、".join(names[0] for role, names in ROLES.items() if role not in GRANTED_SEPARATELY)
            row.reader.refuse("role", _("There is no such role."), _("Choose one of: %(words)s.") % {"words": words})
        elif row.role_word and Role(roles_named(row.role_word)[0]) in GRANTED_SEPARATELY:
            row.reader.refuse(
                "role",
                _("Administrators, auditors and inspectors are not appointed by a file."),
                _("These roles are granted separately, so that nobody appoints their own supervisors; remove the row."),
            )
            return
        kind = self._kind(row)
        if not kind or not roles_named(row.role_word):
            return
        role = role_at(row.role_word, kind)
        if role is None:
            row.reader.refuse(
                "role",
                _("This role cannot be held at a unit of the kind “%(kind)s”.") % {"kind": OrgUnit.Kind(kind).label},
                _("Choose a role of that kind of unit, or check the code of the unit."),
            )
        row.role = role or ""

    def _kind(self, row: PersonRow) -> str:
        """The kind of the row's unit; empty where the unit is not to be had, which is then a fault."""
        unit, new = self.area.by_code.get(row.unit), self.brought.get(row.unit)
        if not row.unit:
            return ""
        if unit is None and new is None:
            row.reader.refuse(
                "unit",
                _("No such unit is registered, and the file does not bring it."),
                _("Check the code, or add the unit to the sheet of institutions."),
            )
            return ""
        if unit is not None and not self.area.covers(unit):
            row.reader.refuse(
                "unit",
                _("This unit is outside the area that you administer."),
                _("Remove the row, or ask the administrator at the next level up."),
            )
            return ""
        if new is not None and not new.reader.ok:
            row.reader.refuse("unit", _("The row of this unit is faulty."), _("Correct that row first."))
            return ""
        closed_on = new.closed_on if new else unit.closed_on if unit else None
        if closed_on and row.valid_from and closed_on <= row.valid_from:
            row.reader.refuse(
                "valid_from", _("The unit has been closed by then."), _("Check the dates, or enter another unit.")
            )
        return new.kind if new else unit.kind if unit else ""

    def check_together(self, login: str, rows: list[PersonRow]) -> None:
        """One login is one person, and no appointment twice at the same time."""
        first = rows[0]
        spans: dict[tuple[str, str], dict[dt.date, tuple[dt.date | None, int]]] = defaultdict(dict)
        for held in self.held.get(login, ()):
            spans[held.unit.code, held.role][held.valid_from] = (held.valid_until, 0)
        for row in rows:
            for key in row.values:
                if row.values[key] != first.values.get(key):
                    row.reader.refuse(
                        key,
                        _("Row %(row)d says otherwise for the same login name.") % {"row": first.reader.row.number},
                        _("Write the same in all rows of a person, or use another login name."),
                    )
            if row.role and row.valid_from:
                known = spans[row.unit, row.role].get(row.valid_from)
                if known and known[1]:
                    row.reader.refuse(
                        "login",
                        _("This appointment stands in row %(row)d already.") % {"row": known[1]},
                        _("Keep one of the two rows."),
                    )
                else:
                    spans[row.unit, row.role][row.valid_from] = (row.valid_until, row.reader.row.number)
        by_number = {row.reader.row.number: row for row in rows}
        for span in spans.values():
            self._check_overlap(span, by_number)

    @staticmethod
    def _check_overlap(span: dict[dt.date, tuple[dt.date | None, int]], rows: dict[int, PersonRow]) -> None:
        ordered = sorted(span.items())
        for (start, (end, number)), (later, (_end, later_number)) in itertools.pairwise(ordered):
            if (end is None or end > later) and (number or later_number):
                rows[later_number or number].reader.refuse(
                    "valid_from",
                    _("This person already holds the role there from %(start)s on.")
                    % {"start": (start if later_number else later).isoformat()},
                    _("End that appointment first: a row with its beginning and an end."),
                )

    def add(self, row: PersonRow, plan: Plan, *, first: bool) -> None:
        """The steps and the outcome of a sound row; the account goes with the first row of a person."""
        user = self.users.get(row.login)
        changes: tuple[Change, ...] = ()
        if first:
            changes = differences(user, row.values) if user else ()
            if user is None or changes:
                plan.people.append(PersonStep(user, row.login, row.values))
        assert row.valid_from is not None  # noqa: S101 - the row is sound
        held = next(
            (
                each
                for each in self.held[row.login]
                if (each.unit.code, each.role, each.valid_from) == (row.unit, row.role, row.valid_from)
            ),
            None,
        )
        if held is None or held.valid_until != row.valid_until:
            step = AppointmentStep(held, row.login, row.unit, row.role, row.valid_from, row.valid_until)
            plan.appointments.append(step)
        what = What.NEW if held is None else What.CHANGED if changes else What.UNCHANGED
        if held is not None and held.valid_until != row.valid_until:
            label = Appointment._meta.get_field("valid_until").verbose_name
            old, new = (shown_value(held, "valid_until", value) for value in (held.valid_until, row.valid_until))
            changes = (*changes, Change(label, old, new))
            what = What.CLOSED if row.valid_until is not None else What.CHANGED
        unit = self.area.by_code.get(row.unit)
        name = unit.name if unit else self.brought[row.unit].name
        subject = f"{row.label} · {name} · {Role(row.role).label}"
        plan.outcomes.append(Outcome(row.reader.table.title, row.reader.row.number, what, subject, changes))


def _users(logins: Iterable[str]) -> Iterable[User]:
    wanted = sorted(logins)
    for start in range(0, len(wanted), BATCH):
        yield from User.objects.filter(username__in=wanted[start : start + BATCH])


def _appointments(users: Iterable[User]) -> Iterable[Appointment]:
    wanted = sorted(user.pk for user in users)
    for start in range(0, len(wanted), BATCH):
        held = Appointment.objects.own().filter(user__in=wanted[start : start + BATCH])
        yield from held.select_related("unit", "user")
