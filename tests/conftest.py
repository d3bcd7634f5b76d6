"""What every test may ask for: the right database, a browser, a Redis, and how often to try.

Marks say what a test needs (pyproject.toml lists them). A test whose part is missing is skipped with that reason;
make test refuses to start before it comes to that, unless ALLOW_MISSING names the part.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest

pytest_plugins = ["tests.browsers"]

ROOT = Path(__file__).resolve().parent.parent
LONG = os.environ.get("YIYANG_LONG") == "1"
FAST = os.environ.get("YIYANG_FAST") == "1"
DRIVEN = "YIYANG_TEST_MISSING" in os.environ
MISSING = set(filter(None, os.environ.get("YIYANG_TEST_MISSING", "").split(",")))

hypothesis.settings.register_profile("short", deadline=None, derandomize=False, max_examples=50, print_blob=True)
hypothesis.settings.register_profile("long", hypothesis.settings.get_profile("short"), max_examples=2000)
hypothesis.settings.load_profile("long" if LONG else "short")


def pytest_configure(config: pytest.Config) -> None:
    """Compile the catalogues once, before any worker reads them."""
    if not hasattr(config, "workerinput"):
        subprocess.run([sys.executable, "-m", "scripts.messages", "compile"], cwd=ROOT, check=True)
        config.pluginmanager.register(FailuresAtOnce(config))


class FailuresAtOnce:
    """Tells each failure when it happens, so that a run that is broken off has said what failed until then."""

    LINES = 40

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:
            terminal.write_line(f"\n{report.nodeid} failed in its {report.when}:", red=True)
            for line in report.longreprtext.splitlines()[-self.LINES :]:
                terminal.write_line(f"  {line}")


def vendor() -> str:
    from django.db import connection

    return connection.vendor


def reason_to_skip(mark: str) -> str | None:
    """Why a test with this mark cannot run here, or None if it can."""
    from tests.browsers import browser_path

    needs_driver = None if DRIVEN else "runs in make test"
    reasons: dict[str, Callable[[], str | None]] = {
        "browser": lambda: None if browser_path() else "chromium is missing",
        "redis": lambda: None if os.environ.get("YIYANG_REDIS") else needs_driver or "redis is missing",
        "font": lambda: "font is missing" if "font" in MISSING else None,
        "postgres": lambda: None if vendor() == "postgresql" else needs_driver or "runs on PostgreSQL only",
        "sqlite": lambda: None if vendor() == "sqlite" else "runs on SQLite only",
        "long": lambda: None if LONG else "runs in make test-long only",
    }
    return reasons[mark]() if mark in reasons else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    reasons: dict[str, str | None] = {}
    for item in items:
        for mark in {mark.name for mark in item.iter_markers()}:
            if mark not in reasons:
                reasons[mark] = reason_to_skip(mark)
            if reason := reasons[mark]:
                item.add_marker(pytest.mark.skip(reason=reason))
    if vendor() == "postgresql" or FAST:
        chosen = list(filter(asks_for_the_database, items)) if vendor() == "postgresql" else items
        if not LONG:
            chosen = list(one_example_of_each(chosen))
        kept = set(chosen)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = chosen
    # The longest first: else one worker goes on with it alone after the others have run out of tests.
    items.sort(key=lambda item: -max((mark.args[0] for mark in item.iter_markers("slow")), default=0))


def asks_for_the_database(item: pytest.Item) -> bool:
    """Whether the outcome may depend on the kind of database: pytest-django lets other tests reach none."""
    if hasattr(getattr(item, "cls", None), "databases"):
        return True
    fixtures = {"db", "transactional_db", "live_server", "django_db_setup"}
    marks = {"django_db", "postgres"}
    return not fixtures.isdisjoint(getattr(item, "fixturenames", ())) or any(map(item.get_closest_marker, marks))


def one_example_of_each(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Of a test with many examples the first, which is another one with every seed; all of it where it says ``each``.

    All of them run on SQLite but in make test-fast, and on both in make test-long.
    """
    seen: set[str] = set()
    for item in items:
        test = item.nodeid.split("[")[0]
        if test not in seen or any(map(item.get_closest_marker, ("each", "postgres"))):
            yield item
        seen.add(test)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Each worker's database is a copy of one that is migrated once a run, instead of pytest-django's own."""
    from tests.migrated import copied

    with ExitStack() as until_the_end:
        with django_db_blocker.unblock():
            until_the_end.enter_context(copied(os.environ.get("PYTEST_XDIST_WORKER", "main")))
        yield
        with django_db_blocker.unblock():
            until_the_end.close()


@pytest.fixture(scope="session", autouse=True)
def clean_up_may_rewrite() -> Iterator[None]:
    """Emptying the database after a transactional test removes events too, which nothing else may."""
    from django.test import TransactionTestCase

    from cases.immutability import rewriting
    from tests.remembered import forget

    teardown = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def with_triggers_off(case: TransactionTestCase) -> None:
        with rewriting():
            teardown(case)
        forget()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", with_triggers_off)
        yield


@pytest.fixture
def tries() -> Callable[[int, int], int]:
    """How often to repeat a race or a kill: tries(5, 200) is 5 here and 200 in make test-long."""
    return lambda short, full: full if LONG else short


@pytest.fixture
def database_url(db: None) -> str:
    """The test's own database as YIYANG_DATABASE for a process that the test starts."""
    from django.db import connection

    values: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return f"postgresql://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


@pytest.fixture
def redis_url() -> Iterator[str]:
    """An empty Redis database that no other worker uses."""
    import redis

    address = os.environ["YIYANG_REDIS"]
    with redis.Redis.from_url(address) as client:
        client.flushdb()
        yield address
        client.flushdb()
