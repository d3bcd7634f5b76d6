"""Ranking shares that rest on few looks honestly: by the lower end of the score interval.

Wilson, E. B. (1927): Probable inference, the law of succession, and statistical inference. Journal of the American
Statistical Association 22 (158), 209-212. One problem in one look is 100 %, and says less than 20 in 30.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

from cases.disagreement.counting import Tally

Z = 1.959963984540054  # two-sided 95 %


def lower_bound(hits: int, looks: int) -> float:
    """The lower end of Wilson's 95 % interval of a share, from 0 to 1; 0 where nothing was looked at."""
    if looks <= 0:
        return 0.0
    share = hits / looks
    middle = share + Z * Z / (2 * looks)
    margin = Z * sqrt(share * (1 - share) / looks + Z * Z / (4 * looks * looks))
    return max(0.0, (middle - margin) / (1 + Z * Z / looks))


def ranked(tallies: Iterable[Tally]) -> list[Tally]:
    """Those whose self-reports are least reliable first; equal ones by how many items were belied, then by key."""
    return sorted(
        tallies, key=lambda each: (-lower_bound(each.belied, each.looked), -each.belied, each.looked, str(each.key))
    )
