"""What is recorded: one module a concept."""

from cases.models.case import GENESIS, Case, CaseEvent, CaseParty, EventDelivery, WorkItem
from cases.models.deadline import Extension, Hold, LocalClosure, Supervision
from cases.models.edition import Edition
from cases.models.evidence import Evidence
from cases.models.fact import CycleFact, FindingFact, Placement
from cases.models.finding import CommonProblem, Finding, FindingProgress, Sequence, Severity
from cases.models.org import Appointment, OrgUnit, OrgUnitGroupObjectPermission, Post, User
from cases.models.practice import Practice
from cases.models.programme import Programme, Round, WorkPlan
from cases.models.roster import RosterImport
from cases.models.saved_view import SavedView
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
    "GENESIS",
    "AnswerStatus",
    "Appointment",
    "Case",
    "CaseEvent",
    "CaseParty",
    "CommonProblem",
    "Conclusion",
    "CycleFact",
    "DrawEntry",
    "Edition",
    "EventDelivery",
    "Evidence",
    "Extension",
    "Finding",
    "FindingFact",
    "FindingProgress",
    "Hold",
    "LocalClosure",
    "OrgUnit",
    "OrgUnitGroupObjectPermission",
    "Placement",
    "Post",
    "Practice",
    "Programme",
    "Rectification",
    "RosterImport",
    "Round",
    "SavedView",
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
    "User",
    "Verification",
    "VerificationItem",
    "Visit",
    "VisitItem",
    "WorkItem",
    "WorkPlan",
]
