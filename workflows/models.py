"""The proxies of Case, one a kind; importing them registers the kinds."""

from workflows.alliance.filing.kind import FilingCase
from workflows.alliance.funds.kind import FundCase
from workflows.alliance.guidance.kind import GuidanceYearCase
from workflows.alliance.kind import PilotCase
from workflows.alliance.programme import PilotProgrammeCase
from workflows.alliance.referral.kind import ReferralCase
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
    "FilingCase",
    "FindingCase",
    "FundCase",
    "GuidanceYearCase",
    "PilotCase",
    "PilotProgrammeCase",
    "PracticeCase",
    "ProgrammeCase",
    "QualityCycle",
    "ReferralCase",
    "RegionalReportCase",
    "SpotCheckCase",
    "SummaryCase",
    "SupervisionCase",
    "VisitCase",
    "WorkPlanCase",
]
