"""Who scores which column: the lead office itself, the district, the commission, the finance bureau."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from cases.errors import Invalid
from cases.models import Case, CaseParty
from cases.roles import Role
from cases.scoring.labels import LABELS

__all__ = ["LABELS", "PERMISSIONS", "ROLES", "SEATS", "Seat", "column_seat", "may_score", "unit_of"]


class Seat(NamedTuple):
    """The role that scores a column, its permission on the case, and its part in the pilot where it has one."""

    role: str
    permission: str
    part: str


SEATS: dict[str, Seat] = {
    "self": Seat(Role.ALLIANCE_OFFICER, "party:lead", "lead"),
    "district": Seat(Role.COUNTY_OFFICER, "party:district", "district"),
    "city": Seat(Role.PREFECTURE_OFFICER, "run_pilots", ""),
    "finance": Seat(Role.FINANCE_OFFICER, "party:finance", "finance"),
}
ROLES = tuple(seat.role for seat in SEATS.values())
PERMISSIONS = tuple(seat.permission for seat in SEATS.values())


def unit_of(pilot: Case, column: str) -> int:
    """The unit that scores a column of a pilot; raises Invalid where the pilot names none for it."""
    seat = SEATS[column]
    if not seat.part:
        return pilot.unit_id
    parties = CaseParty.objects.filter(case=pilot.pk, part=seat.part, valid_until=None).order_by("pk")
    found = parties.values_list("unit", flat=True).first()
    if found is None:
        raise Invalid(
            "nobody_scores_column",
            _("Nobody takes part in this pilot who could score the column “%(column)s”.") % {"column": LABELS[column]},
            hint=_("Name the unit among those who take part first."),
        )
    return int(found)


def column_seat(case: Any) -> tuple[int, str]:
    """The unit and role whose column it is."""
    column = case.scoring.column
    return unit_of(case.parent, column), SEATS[column].role


def may_score(viewer: Any, case: Any) -> bool:
    """Whether the person fills in this column."""
    return bool(viewer.may(SEATS[case.scoring.column].permission, case))
