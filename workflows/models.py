"""The proxies of Case, one a kind; importing them registers the kinds."""

from workflows.finding.kind import FindingCase
from workflows.quality_cycle.kind import QualityCycle

__all__ = ["FindingCase", "QualityCycle"]
