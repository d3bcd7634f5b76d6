"""Putting units into the tree and moving them in it: the place in the path and the superior unit always agree.

The tree says how things are now, and with it who is in charge; where institutions were on a day stands beside it
(``cases.placements``). Days are those of Asia/Shanghai and half-open: the day of a move or closing is the first that no
longer counts where it was. ``at`` is UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from cases import placements
from cases.access import SYSTEM, Actor
from cases.audit import noting
from cases.clock import local_date
from cases.errors import Invalid
from cases.models import OrgUnit, User
from cases.saving import sign

BATCH = 500
# Whom a unit may be moved below; what is above them is set up once.
BELOW: dict[str, str] = {
    OrgUnit.Kind.PREFECTURE: OrgUnit.Kind.REGION,
    OrgUnit.Kind.COUNTY: OrgUnit.Kind.PREFECTURE,
    OrgUnit.Kind.INSTITUTION: OrgUnit.Kind.COUNTY,
    OrgUnit.Kind.HOSPITAL: OrgUnit.Kind.COUNTY,
    OrgUnit.Kind.COMMUNITY_CENTRE: OrgUnit.Kind.COUNTY,
}


@transaction.atomic
def add_unit(
    superior: OrgUnit | None, *, by: User | None = None, at: dt.datetime | None = None, **fields: Any
) -> OrgUnit:
    """A new unit below its superior, or a new root; ``by`` and ``at`` (UTC, else this moment) go into its history."""
    unit: Any = OrgUnit(**fields, superior=superior)
    sign(unit, by, at)
    if superior is None:
        OrgUnit.objects.add_root(instance=unit)
    else:
        OrgUnit.objects.add_child(superior, instance=unit)
    new: OrgUnit = unit
    placements.enter([new], at=at)
    return new


@transaction.atomic
def add_units(superior: OrgUnit, units: Sequence[OrgUnit], *, by: User, at: dt.datetime) -> None:
    """New units below one superior, set-wise: the same rows as ``add_unit`` for each, in a handful of queries."""
    node: Any = OrgUnit.objects.select_for_update().get(pk=superior.pk)
    last = OrgUnit.objects.filter(path__gt=node.path, path__lte=node.path + "Z" * node.steplen, depth=node.depth + 1)
    step = node._str2int(path[-node.steplen :]) if (path := last.values_list("path", flat=True).last()) else 0
    new: Any
    for number, new in enumerate(units, start=step + 1):
        new.superior, new.depth = superior, node.depth + 1
        new.path = OrgUnit._get_path(node.path, new.depth, number)
    bulk_create_with_history(list(units), OrgUnit, batch_size=BATCH, default_user=by, default_date=at)
    OrgUnit.objects.filter(pk=node.pk).update(numchild=F("numchild") + len(units))
    placements.enter(units, at=at)


@transaction.atomic
def move_unit(unit: OrgUnit, to: OrgUnit, *, on: dt.date, by: User | None, at: dt.datetime) -> OrgUnit:
    """An institution to another county, a county to another prefecture, from the day on, with all that is below it.

    The tree changes at once, and with it who is in charge. The day may lie in the past: from it on figures count the
    institutions at their new place, and what was filed before stays as it was known. Open work is readdressed by
    ``workflows.readdressing``. Raises Invalid (422).
    """
    _hold_the_tree()
    unit, to = OrgUnit.objects.get(pk=unit.pk), OrgUnit.objects.get(pk=to.pk)
    _check_move(unit, to, on, local_date(at))
    subtree = unit.path
    said = {"to": to.pk, "on": on.isoformat()}
    with noting("move_unit", by=_actor(by), at=at, unit=unit, subject=unit, details=said):
        OrgUnit.objects.move(unit, to, pos="last-child")
        moved: Any = OrgUnit.objects.get(pk=unit.pk)
        moved.superior = to
        sign(moved, by, at)
        moved.save(update_fields=["superior"])
        below = list(OrgUnit.objects.within(moved.path).exclude(pk=moved.pk))
        if below and moved.path != subtree:
            OrgUnit.history.bulk_history_create(below, batch_size=BATCH, update=True, default_user=by, default_date=at)
    institutions = [each for each in (moved, *below) if each.kind == OrgUnit.Kind.INSTITUTION]
    placements.move(institutions, on=on, at=at)
    result: OrgUnit = moved
    return result


@transaction.atomic
def close_unit(unit: OrgUnit, *, on: dt.date, by: User | None, at: dt.datetime) -> OrgUnit:
    """The unit exists no more from the day on, past or to come; nothing below it may be left by then.

    An institution is not counted any more from the day on. Its open cycle stays until the county cancels it with the
    reason. Raises Invalid (422).
    """
    _hold_the_tree()
    closing: Any = OrgUnit.objects.get(pk=unit.pk)
    if closing.closed_on is not None:
        raise Invalid("closed_already", _("%(unit)s has been closed already.") % {"unit": closing})
    if on <= closing.opened_on:
        raise Invalid("closes_before_it_opens", _("A unit closes after the day on which it opened."))
    left = OrgUnit.objects.filter(superior=closing.pk).active(on).count()
    if left:
        raise Invalid(
            "units_below",
            _("%(count)d units below it are still open on that day.") % {"count": left},
            hint=_("Close them, or move them elsewhere first."),
        )
    closing.closed_on = on
    sign(closing, by, at)
    with noting("close_unit", by=_actor(by), at=at, unit=unit, subject=unit, details={"on": on.isoformat()}):
        closing.save(update_fields=["closed_on"])
    placements.follow([closing], at=at)
    closed: OrgUnit = closing
    return closed


@transaction.atomic
def merge(units: Iterable[OrgUnit], into: OrgUnit, *, on: dt.date, by: User | None, at: dt.datetime) -> None:
    """Units become part of another of their kind: everything open below them moves there, and they close that day."""
    for unit in units:
        split(unit, into, OrgUnit.objects.filter(superior=unit.pk).active(on), on=on, by=by, at=at)
        close_unit(unit, on=on, by=by, at=at)


@transaction.atomic
def split(
    unit: OrgUnit, to: OrgUnit, leaving: Iterable[OrgUnit], *, on: dt.date, by: User | None, at: dt.datetime
) -> None:
    """Some of the units below one go to another of its kind, which may be new, from the day on."""
    for each in leaving:
        if each.superior_id != unit.pk:
            raise Invalid(
                "not_below", _("%(unit)s does not belong to %(superior)s.") % {"unit": each, "superior": unit}
            )
        move_unit(each, to, on=on, by=by, at=at)


def _check_move(unit: OrgUnit, to: OrgUnit, on: dt.date, today: dt.date) -> None:
    if BELOW.get(unit.kind) != to.kind:
        raise Invalid("wrong_superior", _("A unit of this kind cannot be put below %(superior)s.") % {"superior": to})
    if unit.superior_id == to.pk:
        raise Invalid("there_already", _("%(unit)s is there already.") % {"unit": unit})
    if on > today:
        raise Invalid(
            "move_to_come",
            _("The day of the move is still to come."),
            hint=_("The tree changes at once, and with it who is in charge: enter the move on its day."),
        )
    if not (to.is_active(on) and to.is_active(today)):
        raise Invalid("superior_closed", _("%(superior)s is not open on that day.") % {"superior": to})
    if unit.closed_on is not None and unit.closed_on <= on:
        raise Invalid("closed_already", _("%(unit)s has been closed already.") % {"unit": unit})


def _actor(by: User | None) -> Actor:
    return Actor(by) if by else SYSTEM


def _hold_the_tree() -> None:
    """One change of the tree at a time; the import of a roster takes the same lock."""
    list(OrgUnit.objects.filter(depth=1).order_by("pk").select_for_update().values_list("pk"))
