"""The two drawings of a dashboard: how the year came together, and this year beside the last."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.charts.bars import BarChart, bar_chart
from cases.charts.data import Series, Value
from cases.charts.lines import LineChart, line_chart
from cases.models import FindingFact
from workflows.dashboard import links
from workflows.dashboard.figures import Month, Tally
from workflows.dashboard.standing import Standing

CLOSED = FindingFact.Status.CLOSED


def progress(standing: Standing, months: Sequence[Month]) -> LineChart | None:
    """Findings that counted and findings that were closed, at the end of each month; nothing before the year."""
    if not months:
        return None
    ends = [standing.at_month_end(each.month) for each in months]
    found = [Value(each.found, links.records(end)) for each, end in zip(months, ends, strict=True)]
    closed = [Value(each.closed, links.records(end, status=CLOSED)) for each, end in zip(months, ends, strict=True)]
    first, last = months[0], months[-1]
    description = _("Found: from %(found_first)d to %(found)d; closed: from %(closed_first)d to %(closed)d.") % {
        "found_first": first.found,
        "found": last.found,
        "closed_first": first.closed,
        "closed": last.closed,
    }
    series = (Series(_("Found"), tuple(found)), Series(pgettext("of findings", "Closed"), tuple(closed)))
    names = [pgettext("month of a chart", "%(month)d") % {"month": each.month} for each in months]
    return line_chart(_("Month by month"), description, _("By the end of"), names, series)


def two_years(standing: Standing, now: Tally, then: Tally) -> BarChart:
    """The year beside the one before it, as of the same day."""
    before = standing.year_before
    names = (_("Institutions"), _("Self-checked"), _("Findings"), pgettext("of findings", "Closed"))
    return bar_chart(
        _("This year against last"),
        _("The figures of %(year)d beside those of %(before)d, as of the same day.")
        % {"year": standing.year, "before": before.year},
        _("Figure"),
        names,
        (Series(str(standing.year), _values(standing, now)), Series(str(before.year), _values(before, then))),
    )


def _values(standing: Standing, tally: Tally) -> tuple[Value, ...]:
    return (
        Value(tally.institutions, links.records(standing, "institutions")),
        Value(tally.reported, links.records(standing, "reported")),
        Value(tally.found, links.records(standing)),
        Value(tally.closed, links.records(standing, status=CLOSED)),
    )
