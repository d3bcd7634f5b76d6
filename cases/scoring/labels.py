"""What the columns of a scorecard are called, and the value of the commission's own that stands beside them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import pgettext_lazy

LABELS: dict[str, Any] = {
    "self": pgettext_lazy("column", "Self-assessment"),
    "district": pgettext_lazy("column", "District"),
    "city": pgettext_lazy("column", "City"),
    "finance": pgettext_lazy("column", "Finance bureau"),
    "own": pgettext_lazy("column", "Own value"),
}
