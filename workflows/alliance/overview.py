"""A pilot at a glance: members, what is on file, activities, referrals, score, each with the page behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cases.access import Viewer
from cases.models import Activity, Filing, Referral
from workflows.alliance.membership import members_of
from workflows.alliance.referral.listing import referrals_of


@dataclass(frozen=True)
class Tile:
    """One figure with the address of what it counts."""

    label: str
    value: str
    unit: str = ""
    note: str = ""
    href: str = ""


def overview(case: Any, viewer: Viewer) -> list[Tile]:
    """What there is of a pilot as the viewer may see it; a handful of queries."""
    pilot, key = case.pilot, [case.pk]
    # The newest accepted version of each: in force, or in force when the pilot ended.
    accepted = Filing.objects.filter(pilot=case.pk).exclude(accepted_at=None).order_by("number")
    filed = {filing.kind: filing for filing in accepted}
    versions = pgettext("list separator", ", ").join(
        _("%(what)s version %(number)d") % {"what": Filing.Kind(kind).label, "number": filed[kind].number}
        for kind in Filing.Kind.values
        if kind in filed
    )
    activities = Activity.objects.current().filter(pilot=case.pk)
    registers = activities.order_by().values("register").distinct().count()
    ways = dict(referrals_of(case, viewer).order_by().values_list("direction").annotate(found=Count("pk")))
    up, down = ways.get(Referral.Direction.UP, 0), ways.get(Referral.Direction.DOWN, 0)
    tiles = [
        Tile(
            pgettext("of an alliance", "Members"),
            str(len(members_of(pilot, viewer.on))),
            pgettext("at a glance", "units"),
            _("lead hospital included"),
            "#h-members",
        ),
        Tile(
            pgettext("filing", "On file"),
            f"{len(filed)}/{len(Filing.Kind)}",
            "",
            versions,
            reverse("pilot_filings", args=key),
        ),
        Tile(
            _("Activities"),
            str(activities.count()),
            pgettext("at a glance", "entries"),
            ngettext("in %(n)d register", "in %(n)d registers", registers) % {"n": registers},
            reverse("pilot_activities", args=key),
        ),
        Tile(
            _("Referrals"),
            str(up + down),
            "",
            _("up %(up)d, down %(down)d") % {"up": up, "down": down},
            reverse("pilot_referrals", args=key),
        ),
    ]
    if pilot.total is not None:
        tiles.append(
            Tile(
                _("Final score"),
                str(pilot.total),
                pgettext("at a glance", "points"),
                "",
                reverse("pilot_scoring", args=key),
            )
        )
    return tiles
