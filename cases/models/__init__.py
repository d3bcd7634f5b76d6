"""What is recorded: one module a concept."""

from cases.models.alliance import (
    Activity,
    AnnualPlan,
    CommitteeMember,
    Filing,
    Meeting,
    Membership,
    Pilot,
    PilotProgramme,
)
from cases.models.audit import AuditChain, RowLayout, SystemEvent, UnsealedRow
from cases.models.case import EVENT_FORMAT, GENESIS, Case, CaseEvent, CaseParty, EventDelivery, WorkItem
from cases.models.deadline import Extension, Hold, LocalClosure, Supervision
from cases.models.edition import Edition
from cases.models.evidence import Evidence
from cases.models.fact import CycleFact, FindingFact, Placement
from cases.models.finding import CommonProblem, Finding, FindingProgress, Sequence, Severity
from cases.models.guidance import Fund, FundUse, GuidanceEntry, GuidanceYear, TargetReading
from cases.models.inspection import InspectionNote
from cases.models.org import Appointment, OrgUnit, OrgUnitGroupObjectPermission, Post, User
from cases.models.patient import Patient, PersonalKey
from cases.models.practice import Practice
from cases.models.programme import Programme, Round, WorkPlan
from cases.models.referral import Referral
from cases.models.roster import RosterImport
from cases.models.saved_view import SavedView
from cases.models.scoring import FinalScore, Respondents, Score, Scoring, Survey, SurveyAnswer, SurveyLink
from cases.models.selfcheck import AnswerStatus, Rectification, SelfCheck, SelfCheckAnswer, SelfCheckSubmission
from cases.models.spot_check import DrawEntry, SpotCheck, Visit, VisitItem
from cases.models.summary import (
    Summary,
    SummaryEntry,
    SummaryMember,
    SummaryOverride,
    SummaryText,
    SummaryVersion,
)
from cases.models.verification import Conclusion, Verification, VerificationItem

__all__ = [
    "EVENT_FORMAT",
    "GENESIS",
    "Activity",
    "AnnualPlan",
    "AnswerStatus",
    "Appointment",
    "AuditChain",
    "Case",
    "CaseEvent",
    "CaseParty",
    "CommitteeMember",
    "CommonProblem",
    "Conclusion",
    "CycleFact",
    "DrawEntry",
    "Edition",
    "EventDelivery",
    "Evidence",
    "Extension",
    "Filing",
    "FinalScore",
    "Finding",
    "FindingFact",
    "FindingProgress",
    "Fund",
    "FundUse",
    "GuidanceEntry",
    "GuidanceYear",
    "Hold",
    "InspectionNote",
    "LocalClosure",
    "Meeting",
    "Membership",
    "OrgUnit",
    "OrgUnitGroupObjectPermission",
    "Patient",
    "PersonalKey",
    "Pilot",
    "PilotProgramme",
    "Placement",
    "Post",
    "Practice",
    "Programme",
    "Rectification",
    "Referral",
    "Respondents",
    "RosterImport",
    "Round",
    "RowLayout",
    "SavedView",
    "Score",
    "Scoring",
    "SelfCheck",
    "SelfCheckAnswer",
    "SelfCheckSubmission",
    "Sequence",
    "Severity",
    "SpotCheck",
    "Summary",
    "SummaryEntry",
    "SummaryMember",
    "SummaryOverride",
    "SummaryText",
    "SummaryVersion",
    "Supervision",
    "Survey",
    "SurveyAnswer",
    "SurveyLink",
    "SystemEvent",
    "TargetReading",
    "UnsealedRow",
    "User",
    "Verification",
    "VerificationItem",
    "Visit",
    "VisitItem",
    "WorkItem",
    "WorkPlan",
]
