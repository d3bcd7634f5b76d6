"""Draw every lifecycle into docs/lifecycles/ (tables, SVG, BPMN)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from workflows.charts import write


class Command(BaseCommand):
    help = "Draw the lifecycle of every kind of case into docs/lifecycles/."

    def handle(self, *args: Any, **options: Any) -> None:
        written = write(settings.BASE_DIR / "docs" / "lifecycles")
        self.stdout.write(f"written: {', '.join(written) or 'nothing, all up to date'}")
