"""How many institutions each stratum gives to a sample: in proportion, at least one, the largest remainder first."""

from __future__ import annotations

from collections.abc import Mapping


def allocate(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """The share of each stratum in a sample of ``size``, by the number of its institutions.

    A stratum whose proportion is below one gets one, and the rest is shared out among the others. Whole parts first;
    what is left goes to the largest remainders, on a tie to the larger stratum, then to the one whose name comes
    first. A stratum never gives more than it has. Raises ValueError where there are more strata than places.
    """
    strata = {name: count for name, count in sizes.items() if count}
    left = min(size, sum(strata.values()))
    if left < len(strata):
        raise ValueError(f"{size} places cannot give each of {len(strata)} strata one")
    shares = dict.fromkeys(sizes, 0)
    while strata:
        total = sum(strata.values())
        below = [name for name, count in strata.items() if left * count < total]
        if not below:
            return shares | _largest_remainders(strata, left, total)
        for name in below:
            shares[name] = 1
            del strata[name]
        left -= len(below)
    return shares


def _largest_remainders(strata: Mapping[str, int], left: int, total: int) -> dict[str, int]:
    shares = {name: left * count // total for name, count in strata.items()}
    order = sorted(strata, key=lambda name: (-(left * strata[name] % total), -strata[name], name))
    for name in order[: left - sum(shares.values())]:
        shares[name] += 1
    return shares
