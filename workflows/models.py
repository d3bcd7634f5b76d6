"""The proxies of Case, one a kind; importing them registers the kinds."""

from workflows.common_problem.kind import CommonProblemCase
from workflows.extension.kind import ExtensionCase
from workflows.finding.kind import FindingCase
from workflows.practice.kind import PracticeCase
from workflows.programme.kind import ProgrammeCase
from workflows.programme.work_plan import WorkPlanCase
from workflows.quality_cycle.kind import QualityCycle
from workflows.spot_check.kind import SpotCheckCase
from workflows.summary.kind import SummaryCase
from workflows.summary.regional import RegionalReportCase
from workflows.supervision.kind import SupervisionCase
from workflows.visit.kind import VisitCase

__all__ = [
    "CommonProblemCase",
    "ExtensionCase",
    "FindingCase",
    "PracticeCase",
    "ProgrammeCase",
    "QualityCycle",
    "RegionalReportCase",
    "SpotCheckCase",
    "SummaryCase",
    "SupervisionCase",
    "VisitCase",
    "WorkPlanCase",
]
