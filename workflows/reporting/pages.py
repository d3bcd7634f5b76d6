"""Who has reported and who in time: the table of an area, the records behind its numbers, its Excel file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.clock import local_date
from cases.models import OrgUnit
from cases.spreadsheets import download
from workflows.reporting.asked import Asked, asked_by
from workflows.reporting.completeness import ALL, MISSING, REPORTED, Row, Table, Tally, table_of, without_cycle
from workflows.reporting.export import write_table
from workflows.reporting.records import page_behind
from workflows.reporting.steps import LEVELS, Step

MOST_NAMED = 50  # institutions without a cycle, by name
OFFERED = (ALL, REPORTED, MISSING, "on_time", "extended", "late", "overdue")


@require_safe
def reporting(request: HttpRequest) -> HttpResponse:
    """The table of one area and year: who has reported each step, and for one step who in time."""
    asked = asked_by(request)
    table = table_of(asked.viewer, asked.area, asked.year, asked.steps)
    at = asked.steps.index(asked.step)
    context: dict[str, Any] = {
        "asked": asked,
        "lines": [_overview(asked, row, table) for row in table.rows],
        "totals": _cells(asked, asked.area, table.totals, table.steps),
        "timeliness": [_timeliness(asked, row.unit, row.tallies[at], own=row.own) for row in table.rows],
        "timeliness_total": _timeliness(asked, asked.area, table.totals[at], own=False),
        "not_opened": without_cycle(asked.viewer, asked.area, asked.year).count(),
        "not_opened_units": without_cycle(asked.viewer, asked.area, asked.year)[:MOST_NAMED],
        "export": f"{reverse('reporting_export')}?{_query(asked, asked.area)}",
        "nav_current": "reporting",
    }
    return render(request, "workflows/reporting/reporting.html", context)


@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """The records behind one number, a page at a time."""
    asked = asked_by(request)
    context = {
        "asked": asked,
        "group_word": group_word(asked.group),
        "page": page_behind(asked, request.GET.get("after", "")),
        "groups": [
            (code, group_word(code)) for code in (ALL, REPORTED, MISSING, "on_time", "extended", "late", "overdue")
        ],
        "back": f"{reverse('reporting')}?{_query(asked, asked.area, step=asked.step.code)}",
        "nav_current": "reporting",
    }
    return render(request, "workflows/reporting/records.html", context)


@require_safe
def export(request: HttpRequest) -> FileResponse:
    """The table as an Excel file."""
    asked = asked_by(request)
    table = table_of(asked.viewer, asked.area, asked.year, asked.steps)
    not_opened = without_cycle(asked.viewer, asked.area, asked.year).count()
    file = write_table(table, asked.year, asked.viewer, not_opened)
    name = f"{_('Reporting')}-{asked.year}-{local_date(asked.viewer.at).isoformat()}"
    return download(request, file, name, "reporting", subject=asked.area, details={"year": asked.year})


def group_word(group: str) -> str:
    """What a group of standings is called."""
    words = {
        ALL: _("All expected"),
        REPORTED: _("Reported"),
        MISSING: _("Not yet reported"),
        "on_time": _("On time"),
        "extended": _("On time after extension"),
        "late": _("Reported late"),
        "undated": _("Reported, no date"),
        "overdue": _("Overdue, not reported"),
        "open": _("Not yet due"),
    }
    return words[group]


def _overview(asked: Asked, row: Row, table: Table) -> dict[str, Any]:
    inner = row.unit.kind in LEVELS and not row.own
    return {
        "name": row.unit.division or row.unit.name,
        "own": row.own,
        "href": f"{reverse('reporting')}?{_query(asked, row.unit, step=asked.step.code)}" if inner else "",
        "cells": _cells(asked, row.unit, row.tallies, table.steps, own=row.own),
    }


def _cells(
    asked: Asked, unit: OrgUnit, tallies: list[Tally], steps: list[Step], *, own: bool = False
) -> list[dict[str, Any]]:
    return [
        {
            "step": step,
            "tally": tally,
            "all": _list(asked, unit, step, ALL, own=own),
            "reported": _list(asked, unit, step, REPORTED, own=own),
            "overdue": _list(asked, unit, step, "overdue", own=own),
        }
        for step, tally in zip(steps, tallies, strict=True)
    ]


def _timeliness(asked: Asked, unit: OrgUnit, tally: Tally, *, own: bool) -> dict[str, Any]:
    groups = (ALL, "on_time", "extended", "late", "undated", "overdue", "open")
    return {
        "name": unit.division or unit.name,
        "own": own,
        "cells": [
            {"group": group, "number": tally[group], "href": _list(asked, unit, asked.step, group, own=own)}
            for group in groups
        ],
    }


def _list(asked: Asked, unit: OrgUnit, step: Step, group: str, *, own: bool) -> str:
    return f"{reverse('reporting_records')}?{_query(asked, unit, step=step.code, group=group, own=own)}"


def _query(asked: Asked, unit: OrgUnit, *, own: bool = False, **more: str) -> str:
    values: dict[str, Any] = {"year": asked.year, "area": unit.pk, **more}
    return urlencode(values | ({"own": 1} if own else {}))
