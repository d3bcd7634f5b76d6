"""The record of a visit as its verbs write it, and whose visit it is."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any

from cases.events import canonical
from cases.models import Case, Evidence, Finding, OrgUnit, Visit, VisitItem
from cases.roles import Role
from cases.saving import sign
from cases.visits.drafts import ITEM_FIELDS
from workflows.step import Step

EXPERTS = {OrgUnit.Kind.REGION: Role.REGION_EXPERT, OrgUnit.Kind.NATION: Role.NATIONAL_EXPERT}
SOURCES = {OrgUnit.Kind.REGION: Finding.Source.REGION, OrgUnit.Kind.NATION: Finding.Source.NATION}


def organiser(case: Case) -> OrgUnit:
    """The region or nation whose spot-check the visit belongs to."""
    parent: Any = case.parent
    unit: OrgUnit = parent.unit
    return unit


def expert_role(case: Case) -> str:
    """The role of the team's experts: those of the organiser."""
    return EXPERTS[OrgUnit.Kind(organiser(case).kind)]


def source_of(case: Case) -> str:
    """The source of the visit's findings on the ledger."""
    return SOURCES[OrgUnit.Kind(organiser(case).kind)]


def assessed(record: Visit) -> list[VisitItem]:
    """What the team wrote of single items, in the order of the form."""
    return list(record.items.order_by("item_code"))


def digest_of(record: Visit, rows: Iterable[VisitItem]) -> str:
    """SHA-256 in hex of what was delivered, the team's photos included: the signature and the reply name it."""
    said = {row.item_code: {name: _plain(getattr(row, name)) for name in ITEM_FIELDS} for row in rows}
    whole = {
        "visited_on": _plain(record.visited_on),
        "present": record.present,
        "opinion": record.opinion,
        "submission": record.submission_id,
        "items": said,
        "files": _files(record),
    }
    return hashlib.sha256(canonical(whole)).hexdigest()


def _files(record: Visit) -> list[list[str]]:
    """Item and SHA-256 of each file of the team."""
    files = Evidence.objects.current().filter(case=record.pk, purpose=Evidence.Purpose.VISIT)
    return sorted([file.item_code, file.sha256] for file in files)


def save_record(step: Step, **values: Any) -> None:
    """Write fields of the visit's record, with who and why in its history."""
    record: Any = step.case.visit
    for name, value in values.items():
        setattr(record, name, value)
    sign(record, step.actor.user, step.at)
    record._change_reason = step.verb
    record.save(update_fields=list(values))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
