"""The annual quality cycle (action plan)."""

from cases.editions.programmes import Programme, register
from cases.editions.quality import CODE, QualityEdition
from cases.editions.quality_rules import check_quality

register(CODE, Programme(QualityEdition, check_quality))
