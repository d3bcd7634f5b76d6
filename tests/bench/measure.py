"""Taking times side by side: the contestants alternate, so that a busy moment hits all of them alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")


@contextmanager
def heap_left_alone() -> Iterator[None]:
    """Keep what lies about from building the world out of garbage collection.

    Otherwise a collection walks through all of it in the middle of whoever happens to fill a generation.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def seconds(run: Callable[[], Result]) -> tuple[float, Result]:
    """How long one run takes, and what it returns."""
    with heap_left_alone():
        begun = time.perf_counter()
        result = run()
        return time.perf_counter() - begun, result


def side_by_side(contestants: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median seconds of each contestant; the first tenth of the rounds only warms up."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    with heap_left_alone():
        for number in range(rounds + rounds // 10 + 1):
            for name, contestant in contestants.items():
                begun = time.perf_counter()
                contestant()
                if number > rounds // 10:
                    times[name].append(time.perf_counter() - begun)
    return {name: statistics.median(values) for name, values in times.items()}


def report(title: str, medians: Mapping[str, float], claims: Mapping[tuple[str, str], float]) -> bool:
    """Print medians and ratios; whether every claim (numerator, denominator) → limit holds."""
    print(f"\n{title} [{connection.vendor}]")
    for name, seconds in medians.items():
        print(f"  {name:<44} {seconds * 1000:10.2f} ms")
    kept = True
    for (top, bottom), limit in claims.items():
        ratio = medians[top] / medians[bottom]
        verdict = "ok" if ratio <= limit else "TOO SLOW"
        kept = kept and ratio <= limit
        print(f"  {top} / {bottom}: {ratio:.2f} (at most {limit}) {verdict}")
    return kept
