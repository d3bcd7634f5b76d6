"""Two administrators import at the same moment: one writes, the other finds nothing left to do."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from cases.models import OrgUnit, RosterImport
from cases.roster.apply import import_roster
from tests.cases.roster_files import roster_file, unit_row
from tests.worlds import build_world, moment

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_the_same_file_at_the_same_moment_is_imported_once(tries: Any) -> None:
    viewer = build_world().viewer("system_admin", moment("2021-05-12"))
    assert viewer.grants  # looked up before the threads share them
    for attempt in range(tries(3, 50)):
        content = roster_file([unit_row(f"n{attempt}-{number}") for number in range(20)])
        start = threading.Barrier(2)
        results: list[Any] = []

        def run(content: bytes = content, start: threading.Barrier = start, results: list[Any] = results) -> None:
            try:
                start.wait(10)
                results.append(import_roster(content, name="x", viewer=viewer))
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(result is None for result in results) == [False, True]
        assert RosterImport.objects.count() == attempt + 1
    assert OrgUnit.objects.find_problems() == ([], [], [], [], [])
