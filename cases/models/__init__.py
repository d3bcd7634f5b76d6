"""What is recorded: one module a concept."""

from cases.models.case import GENESIS, Case, CaseEvent, CaseParty, EventDelivery, WorkItem
from cases.models.edition import Edition
from cases.models.evidence import Evidence
from cases.models.finding import Finding, Sequence
from cases.models.org import Appointment, OrgUnit, OrgUnitGroupObjectPermission, Post, User
from cases.models.roster import RosterImport
from cases.models.selfcheck import AnswerStatus, Rectification, SelfCheck, SelfCheckAnswer, SelfCheckSubmission
from cases.models.verification import Conclusion, Verification, VerificationItem

__all__ = [
    "GENESIS",
    "AnswerStatus",
    "Appointment",
    "Case",
    "CaseEvent",
    "CaseParty",
    "Conclusion",
    "Edition",
    "EventDelivery",
    "Evidence",
    "Finding",
    "OrgUnit",
    "OrgUnitGroupObjectPermission",
    "Post",
    "Rectification",
    "RosterImport",
    "SelfCheck",
    "SelfCheckAnswer",
    "SelfCheckSubmission",
    "Sequence",
    "User",
    "Verification",
    "VerificationItem",
    "WorkItem",
]
