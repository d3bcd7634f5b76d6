"""What an import would do: every row with its outcome, or the faults that keep the whole file out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Appointment, OrgUnit, User
from cases.roster.workbook import Fault


class What(models.TextChoices):
    """What becomes of a row."""

    NEW = "new", pgettext_lazy("roster row", "New")
    CHANGED = "changed", pgettext_lazy("roster row", "Changed")
    CLOSED = "closed", pgettext_lazy("roster row", "Ended")
    UNCHANGED = "unchanged", pgettext_lazy("roster row", "Unchanged")


@dataclass(frozen=True)
class Change:
    """One field that an import changes."""

    label: Any
    old: Any
    new: Any


@dataclass(frozen=True)
class Outcome:
    """What becomes of one row; ``subject`` says whom or what it is about."""

    sheet: str
    row: int
    what: What
    subject: str
    changes: tuple[Change, ...] = ()


@dataclass
class UnitStep:
    """A unit to make (``unit`` is None) or to bring up to date; ``superior`` is the code of the unit above."""

    unit: OrgUnit | None
    superior: str
    values: dict[str, Any]


@dataclass
class PersonStep:
    """A person to make (``user`` is None) or to bring up to date."""

    user: User | None
    login: str
    values: dict[str, Any]


@dataclass
class AppointmentStep:
    """A role that a person gets at a unit, or whose end changes; days, the end half-open."""

    appointment: Appointment | None
    login: str
    unit: str
    role: str
    valid_from: dt.date
    valid_until: dt.date | None


@dataclass
class Plan:
    """The whole import: steps in the order in which they are written, outcomes and faults in the order of the file."""

    units: list[UnitStep] = field(default_factory=list)
    people: list[PersonStep] = field(default_factory=list)
    appointments: list[AppointmentStep] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    @property
    def changes_anything(self) -> bool:
        return bool(self.units or self.people or self.appointments)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each outcome."""
        counts = dict.fromkeys(What.values, 0)
        for outcome in self.outcomes:
            counts[outcome.what] += 1
        return counts

    @property
    def written(self) -> dict[str, int]:
        """How many records an import writes, for its log."""
        return {
            "units_new": sum(step.unit is None for step in self.units),
            "units_changed": sum(step.unit is not None for step in self.units),
            "people_new": sum(step.user is None for step in self.people),
            "people_changed": sum(step.user is not None for step in self.people),
            "appointments_new": sum(step.appointment is None for step in self.appointments),
            "appointments_changed": sum(step.appointment is not None for step in self.appointments),
        }


def differences(record: Any, values: dict[str, Any]) -> tuple[Change, ...]:
    """The fields whose value would change, with their labels."""
    return tuple(
        Change(record._meta.get_field(name).verbose_name, shown(record, name), shown_value(record, name, value))
        for name, value in values.items()
        if getattr(record, name) != value
    )


def shown(record: Any, name: str) -> Any:
    return shown_value(record, name, getattr(record, name))


def shown_value(record: Any, name: str, value: Any) -> Any:
    """A value as people read it: the word of a choice, a day as it is written in the file, a dash for nothing."""
    if value in (None, ""):
        return _("(none)")
    choices = dict(record._meta.get_field(name).choices or ())
    return choices.get(value, value.isoformat() if isinstance(value, dt.date) else value)


def unit_label(name: str, code: str) -> str:
    return f"{name} {code}"
