"""The proxies of Case, one a kind; importing them registers the kinds."""

from workflows.common_problem.kind import CommonProblemCase
from workflows.extension.kind import ExtensionCase
from workflows.finding.kind import FindingCase
from workflows.quality_cycle.kind import QualityCycle
from workflows.supervision.kind import SupervisionCase

__all__ = ["CommonProblemCase", "ExtensionCase", "FindingCase", "QualityCycle", "SupervisionCase"]
