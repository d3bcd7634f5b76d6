"""The alliance pilot (pilot plan)."""

from cases.editions.alliance import CODE, AllianceEdition
from cases.editions.alliance_rules import check_alliance
from cases.editions.programmes import Programme, register

register(CODE, Programme(AllianceEdition, check_alliance))
