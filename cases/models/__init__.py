"""What is recorded: one module a concept."""

from cases.models.case import GENESIS, Case, CaseEvent, CaseParty, EventDelivery, WorkItem
from cases.models.deadline import Extension, Hold, LocalClosure, Supervision
from cases.models.edition import Edition
from cases.models.evidence import Evidence
from cases.models.finding import CommonProblem, Finding, FindingProgress, Sequence, Severity
from cases.models.org import Appointment, OrgUnit, OrgUnitGroupObjectPermission, Post, User
from cases.models.roster import RosterImport
from cases.models.saved_view import SavedView
from cases.models.selfcheck import AnswerStatus, Rectification, SelfCheck, SelfCheckAnswer, SelfCheckSubmission
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
    "Edition",
    "EventDelivery",
    "Evidence",
    "Extension",
    "Finding",
    "FindingProgress",
    "Hold",
    "LocalClosure",
    "OrgUnit",
    "OrgUnitGroupObjectPermission",
    "Post",
    "Rectification",
    "RosterImport",
    "SavedView",
    "SelfCheck",
    "SelfCheckAnswer",
    "SelfCheckSubmission",
    "Sequence",
    "Severity",
    "Supervision",
    "User",
    "Verification",
    "VerificationItem",
    "WorkItem",
]
