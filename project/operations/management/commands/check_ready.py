"""``check_ready``: what /readyz asks, with the reasons; status 1 when the system cannot work."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.clock import now
from project.health import readiness


class Command(BaseCommand):
    help = "Say whether database, migrations and triggers are in place, and how far behind the clock is."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, *_args: Any, **_options: Any) -> None:
        found = readiness(now())
        for name, seconds in found.waiting.items():
            self.stdout.write(f"{name}: the oldest has been waiting for {seconds} s")
        for code, reason in found.warnings.items():
            self.stderr.write(f"warning: {code}: {reason}")
        if not found.is_ready:
            raise CommandError("; ".join(f"{code}: {reason}" for code, reason in found.faults.items()))
        self.stdout.write("ready")
