"""The axis of a chart: round numbers from nothing to a little above the largest value."""

from __future__ import annotations

from itertools import pairwise

MOST_STEPS = 4
STEPS = (1, 2, 5)


def ticks(highest: float) -> list[int]:
    """The values at the grid lines, the first of them 0; the last is at least the highest value of the chart."""
    size, power = 1, 0
    while size * MOST_STEPS < highest:
        power += 1
        size = STEPS[power % 3] * 10 ** (power // 3)
    count = max(1, -(-int(highest) // size)) if highest > 0 else 1
    return [size * number for number in range(count + 1)]


def apart(places: list[float], gap: float, lowest: float) -> list[float]:
    """The places of words beside the ends of lines, moved so that none stands on another; their order is kept.

    Places are downwards, as in a drawing; the lowest is the last that may be used.
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    for before, index in pairwise(order):
        moved[index] = max(moved[index], moved[before] + gap)
    over = max((moved[index] for index in order), default=lowest) - lowest
    if over > 0:
        limit = lowest
        for index in reversed(order):
            moved[index] = min(moved[index], limit)
            limit = moved[index] - gap
    return [round(place, 1) for place in moved]
