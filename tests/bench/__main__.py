"""Run the benchmarks on the database that YIYANG_DATABASE names; exit status 1 when a claim does not hold."""

from __future__ import annotations

import os
import sys

import django


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.bench.alarms import alarms
    from tests.bench.audit import audit
    from tests.bench.delivery import delivery
    from tests.bench.figures import figures
    from tests.bench.inbox import inbox
    from tests.bench.opening import opening
    from tests.bench.steps import steps
    from tests.bench.taking import taking
    from tests.worlds import build_world

    sizes = [int(size) for size in sys.argv[1:]] or [1_000, 10_000]
    world = build_world()
    kept = [
        audit(world),
        steps(world, 300),
        *(opening(world, size) for size in sizes),
        taking(world, 300),
        inbox(world),
        figures(world),
        alarms(world),
        delivery(world),
    ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
