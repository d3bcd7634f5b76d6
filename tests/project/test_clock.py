"""The clock's table of sweeps, one run of a sweep, and the rounds that a loop makes of them."""

from __future__ import annotations

import datetime as dt
import logging
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.utils.module_loading import import_string

from project import clock
from project.clock import BY_NAME, MAX_BATCHES, RECORDED, SWEEPS, Rounds, Sweep, account_of, run

AT = dt.datetime(2021, 5, 12, 2, 0, tzinfo=dt.UTC)
Make = Callable[..., Sweep]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Make:
    """Sweeps whose function is given, as the table would name it by its path."""
    module = ModuleType("sweeps_of_a_test")
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def make(name: str, function: Any, *, every: int = 15, wakes: tuple[str, ...] = ()) -> Sweep:
        setattr(module, name, function)
        return Sweep(name, f"{module.__name__}.{name}", every, 10, wakes, "a test")

    return make


def rows(*batches: int) -> Callable[..., int]:
    """A sweep that finds these numbers of rows, one after another, and then nothing."""
    left = iter(batches)
    return lambda at, limit: next(left, 0)


def always_more(at: dt.datetime, limit: int) -> int:
    return limit


@pytest.mark.parametrize("sweep", SWEEPS, ids=lambda sweep: sweep.name)
def test_every_line_of_the_table_names_a_function_that_is_there(sweep: Sweep) -> None:
    assert callable(import_string(sweep.path))
    assert sweep.limit > 0
    assert sweep.purpose


def test_what_nobody_nudges_is_looked_for_every_fifteen_seconds() -> None:
    assert all(BY_NAME[name].every <= 15 for name in ("alarms", "events", "dispatches"))


def test_sweeps_wake_only_what_comes_after_them_so_that_one_round_goes_all_the_way() -> None:
    names = [sweep.name for sweep in SWEEPS]
    assert len(set(names)) == len(names)
    for place, sweep in enumerate(SWEEPS):
        assert set(sweep.wakes) <= set(names[place + 1 :])
    assert set(RECORDED) <= set(names)


def test_a_sweep_is_repeated_until_it_finds_nothing(make: Make) -> None:
    told: list[tuple[dt.datetime, int]] = []
    found = rows(10, 10, 3)

    def sweep(at: dt.datetime, limit: int) -> int:
        told.append((at, limit))
        return found(at, limit)

    outcome = run(make("sweep", sweep), AT)
    assert (outcome.done, outcome.more, outcome.failed) == (23, False, False)
    assert told == [(AT, 10)] * 4


def test_no_sweep_starves_the_others(make: Make) -> None:
    outcome = run(make("sweep", always_more), AT)
    assert (outcome.done, outcome.more) == (10 * MAX_BATCHES, True)


def test_a_slow_sweep_has_had_its_share_after_half_a_minute(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds: Iterator[float] = iter(range(0, 1000, 20))
    monkeypatch.setattr(clock.time, "monotonic", lambda: next(seconds))
    outcome = run(make("sweep", always_more), AT)
    assert (outcome.done, outcome.more) == (20, True)


def test_a_run_that_is_told_to_stop_finishes_its_batch(make: Make) -> None:
    asked = iter([True, True, False])
    outcome = run(make("sweep", always_more), AT, lambda: next(asked))
    assert (outcome.done, outcome.more) == (20, True)


def test_rows_done_are_counted_in_the_log(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "project.clock"):
        run(make("quiet", rows()), AT)
        run(make("busy", rows(7)), AT)
    assert caplog.messages == ["sweep busy: 7 rows"]


ADDRESS = "zhang@example.cn"
PHONE = "13800000000"


def refused(at: dt.datetime, limit: int) -> int:
    raise ConnectionRefusedError(f"the server refused {ADDRESS}")


def test_a_fault_is_logged_with_its_place_and_without_its_words(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    outcome = run(make("sweep", refused), AT)
    assert outcome.failed
    assert "sweep sweep failed after 0 rows" in caplog.text
    assert "in refused" in caplog.text
    assert "builtins.ConnectionRefusedError" in caplog.text
    assert ADDRESS not in caplog.text


def test_the_account_of_a_fault_names_its_cause_and_keeps_what_the_database_says_of_itself() -> None:
    try:
        try:
            raise OperationalError(f"database is locked\nDETAIL: {ADDRESS}")
        except OperationalError as cause:
            raise IntegrityError(f"Key (phone)=({PHONE}) already exists") from cause
    except IntegrityError as fault:
        account = account_of(fault)
    assert account.index("OperationalError: database is locked") < account.index("which led to")
    assert account.endswith("IntegrityError")
    assert ADDRESS not in account
    assert PHONE not in account


def test_after_a_fault_the_next_sweep_goes_on(make: Make) -> None:
    done: list[str] = []

    def works(at: dt.datetime, limit: int) -> int:
        done.append("works")
        return 0

    Rounds((make("refused", refused), make("works", works))).go(AT, 0.0)
    assert done == ["works"]


def test_a_sweep_whose_function_is_missing_is_a_fault_like_any_other() -> None:
    rounds = Rounds((Sweep("gone", "notifications.no_such_module.sweep", 15, 1, (), "a test"),))
    rounds.go(AT, 0.0)
    assert rounds.faults == {"gone": 1}


def test_a_sweep_that_fails_is_left_alone_for_longer_each_time_whatever_nudges(make: Make) -> None:
    tried: list[float] = []
    tick = 0.0

    def fails(at: dt.datetime, limit: int) -> int:
        tried.append(tick)
        raise RuntimeError

    rounds = Rounds((make("fails", fails),))
    for second in range(1000):
        tick = float(second)
        rounds.go(AT, tick, ["fails"])
    assert tried == [0, 15, 45, 105, 225, 465, 765]


def test_a_sweep_that_works_again_is_tried_as_often_as_before(make: Make) -> None:
    answers = iter([RuntimeError(), RuntimeError(), None, None, None])
    tried: list[float] = []
    tick = 0.0

    def sweep(at: dt.datetime, limit: int) -> int:
        tried.append(tick)
        if fault := next(answers):
            raise fault
        return 0

    rounds = Rounds((make("sweep", sweep),))
    for second in range(80):
        tick = float(second)
        rounds.go(AT, tick)
    assert tried == [0, 15, 45, 60, 75]


def test_a_round_runs_what_is_due_and_says_when_the_next_is(make: Make) -> None:
    ran: list[str] = []

    def noting(name: str) -> Callable[..., int]:
        def sweep(at: dt.datetime, limit: int) -> int:
            ran.append(name)
            return 0

        return sweep

    rounds = Rounds((make("often", noting("often")), make("seldom", noting("seldom"), every=60)))
    assert rounds.go(AT, 100.0) == 115.0
    assert rounds.go(AT, 110.0) == 115.0
    assert ran == ["often", "seldom"]
    assert rounds.go(AT, 115.0) == 130.0
    assert ran == ["often", "seldom", "often"]


def test_a_nudge_runs_the_sweep_and_what_it_wakes_and_nothing_else(make: Make) -> None:
    ran: list[str] = []

    def noting(name: str, found: int) -> Callable[..., int]:
        batches = rows(0, found, 0)

        def sweep(at: dt.datetime, limit: int) -> int:
            ran.append(name)
            return batches(at, limit)

        return sweep

    rounds = Rounds(
        (
            make("alarms", noting("alarms", 0), wakes=("events",)),
            make("events", noting("events", 2), wakes=("dispatches",)),
            make("dispatches", noting("dispatches", 0)),
        )
    )
    rounds.go(AT, 0.0)
    ran.clear()
    rounds.go(AT, 1.0, ["events"])
    assert ran == ["events", "events", "dispatches"]


def test_a_sweep_with_more_to_do_is_due_again_at_once(make: Make) -> None:
    assert Rounds((make("sweep", always_more),)).go(AT, 5.0) == 5.0
