"""Where self-checks said “compliant” and somebody who looked found a problem (action plan, part 4 (2): 严禁弄虚作假).

An item counts where the institution said “compliant” or “problem” in the version that lay before the county or the
team, and one of them looked at it. Everything is counted in the database, set-wise, and nothing is stored.
"""

from cases.disagreement.counting import Belied, Place, Tally, belied, by_institution, tallies
from cases.disagreement.ranking import lower_bound, ranked

__all__ = ["Belied", "Place", "Tally", "belied", "by_institution", "lower_bound", "ranked", "tallies"]
