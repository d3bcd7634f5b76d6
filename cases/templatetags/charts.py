"""The tags that draw: ``{% load charts %}`` (docs/ui.md)."""

from __future__ import annotations

from typing import Any

from django import template

from cases.charts.bars import BarChart
from cases.charts.lines import LineChart

register = template.Library()


@register.inclusion_tag("ui/_chart.html")
def chart(drawing: LineChart | BarChart, name: str) -> dict[str, Any]:
    """The drawing with its table under it, which opens without script; ``name`` is unique on the page."""
    return {"drawing": drawing, "name": name}


@register.inclusion_tag("ui/_meter.html")
def meter(share: float | None) -> dict[str, Any]:
    """A share of one as a short bar with its percentage; a dash where there is nothing to divide."""
    if share is None:
        return {"width": None}
    return {"width": round(96 * min(1.0, max(0.0, share)), 1), "percent": f"{100 * share:.0f}%"}
