"""How many points a row of a scorecard earns, and a whole card: pure rules over an edition's data."""

from cases.scoring.card import Totals, total
from cases.scoring.rules import Given, faults_of, points_of

__all__ = ["Given", "Totals", "faults_of", "points_of", "total"]
