"""The figures of referrals, month by month and member by member; each number opens to the referrals behind it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from cases.access import Viewer
from cases.models import OrgUnit, Referral
from cases.models.referral import PRIORITIES
from cases.referral_figures import Counts, Figures, overall_share, referral_figures, share
from cases.spreadsheets import add_about, add_sheet, download, new_book, saved
from cases.web import viewer_of
from cases.wording import cdatetime
from workflows.alliance.period import practice_of
from workflows.alliance.referral.forms import LABELS
from workflows.alliance.referral.listing import measure_label, referrals_of
from workflows.web import case_in_scope

SHOWN = ("asked", "open", "closed", "declined", "cancelled")
KEPT = tuple(f"{name}_{said}" for name in PRIORITIES for said in ("kept", "not_kept"))
WIDTH, NARROW = 26, 12


@require_safe
def pilot_referral_figures(request: HttpRequest, pk: int) -> HttpResponse:
    """By direction, month and member, of what the reader may see."""
    pilot, viewer = case_in_scope(request, pk, "pilot"), viewer_of(request)
    figures, names = _figures(pilot, viewer)
    directions = dict(Referral.Direction.choices)
    context = {
        "case": pilot,
        "pilot": pilot.pilot,
        "total": [_cell(pk, figures.total(), name) for name in SHOWN],
        "sums": [
            (label, _cell(pk, figures.total(direction=code), "asked", direction=code))
            for code, label in directions.items()
        ],
        "share": overall_share(figures.total()),
        "columns": [measure_label(name) for name in SHOWN],
        "months": [
            (
                month,
                directions[direction],
                [_cell(pk, counts, name, month=month, direction=direction) for name in SHOWN],
                overall_share(counts),
            )
            for (month, direction), counts in figures.by("month", "direction").items()
        ],
        "members": [
            (
                names.get(member, ""),
                directions[direction],
                [_cell(pk, counts, name, member=member, direction=direction) for name in SHOWN],
                overall_share(counts),
            )
            for (member, direction), counts in figures.by("member", "direction").items()
        ],
        "priorities": [
            (
                LABELS[name],
                share(figures.total(), name),
                _cell(pk, figures.total(), f"{name}_kept"),
                _cell(pk, figures.total(), f"{name}_not_kept"),
            )
            for name in PRIORITIES
        ],
        "nav_current": "pilots",
    }
    return render(request, "workflows/alliance/referral/figures.html", context)


@require_safe
def pilot_referral_export(request: HttpRequest, pk: int) -> FileResponse:
    """The same numbers as an Excel file: units and counts, nothing about patients."""
    pilot, viewer = case_in_scope(request, pk, "pilot"), viewer_of(request)
    figures, names = _figures(pilot, viewer)
    directions = dict(Referral.Direction.choices)
    book = new_book()
    headings = [
        (_("Month"), NARROW),
        (_("Direction"), NARROW),
        (pgettext("alliance", "Member"), WIDTH),
        *((measure_label(name), NARROW) for name in (*SHOWN, *KEPT)),
    ]
    sheet, cells = add_sheet(book, _("Referrals"), headings)
    for (month, direction, member), counts in figures.by("month", "direction", "member").items():
        texts = [cells.of(text) for text in (month, str(directions[direction]), names.get(member, ""))]
        sheet.append([*texts, *(cells.of(counts[name]) for name in (*SHOWN, *KEPT))])
    about = [(_("Alliance"), pilot.pilot.name), (_("As of"), cdatetime(viewer.at))]
    add_about(book, [*about, (_("What is counted"), _("Referrals by the month in which they were asked for."))])
    return download(request, saved(book), f"{pilot.number}-referrals", "referral_figures", subject=pilot)


def _figures(pilot: Any, viewer: Viewer) -> tuple[Figures, dict[int, str]]:
    first, last = practice_of(pilot.pilot)
    figures = referral_figures(pilot.pilot, first, last + dt.timedelta(days=1), among=referrals_of(pilot, viewer))
    keys = {line.member for line in figures.lines}
    return figures, dict(OrgUnit.objects.filter(pk__in=keys).values_list("pk", "name"))


def _cell(pilot: int, counts: Counts, measure: str, **where: Any) -> tuple[str, int, str]:
    """The name of a number, the number, and the list behind it."""
    asked = {**({} if measure == "asked" else {"state": measure}), **where}
    href = f"{reverse('pilot_referrals', args=[pilot])}{'?' if asked else ''}{urlencode(asked)}"
    return measure_label(measure), counts[measure], href if counts[measure] else ""
