"""Telling a cycle's story through the one door: each step as the person whose turn it is does it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile

from cases.access import SYSTEM, Actor
from cases.models import (
    Case,
    Conclusion,
    Evidence,
    Finding,
    OrgUnit,
    SelfCheck,
    SelfCheckAnswer,
    Verification,
    VerificationItem,
)
from cases.selfcheck import digest, snapshot
from tests.worlds import World, moment
from workflows.engine import perform
from workflows.quality_cycle.opening import open_year

BASIC = {
    "institution_name": "天山区康宁护理院",
    "medical_beds": 80,
    "home_beds": 12,
    "medical_beds_prev": 76,
    "home_beds_prev": 10,
    "medical_type": "nursing_hospital",
    "medical_ownership": "non_public",
    "medical_grade": "ungraded",
    "insurance": "yes",
    "care_type": "nursing_home",
    "operation_mode": "private_private",
}
GOOD_VALUES = {
    "A1-13": {"checkups_per_year": "1"},
    "A1-18": {"record_pass_rate": "100", "order_prescription_pass_rate": "96"},
    "A1-22": {"stage2plus_pressure_injury_new_rate": "1.2"},
    "A1-26": {"three_basics_pass_rate": "100"},
}


def problem(facets: list[str] | None = None, **fields: Any) -> dict[str, Any]:
    """An answer that reports a problem, complete as the form asks."""
    return {
        "status": "problem",
        "facets": facets or [],
        "problem": "手卫生依从性抽查不合格。",
        "measure": "组织全员培训并每周抽查。",
        "rectification": "time_limited",
        "responsible": "护理部",
        "planned_on": dt.date(2021, 6, 30),
        **fields,
    }


def write_items(model: Any, values: Mapping[str, dict[str, Any]], **owner: Any) -> None:
    """Rows by item code: new ones at once, known ones where they change."""
    known = {row.item_code: row for row in model.objects.filter(**owner)}
    model.objects.bulk_create(
        model(item_code=code, **owner, **fields) for code, fields in values.items() if code not in known
    )
    for code, row in known.items():
        changed = [name for name, value in values.get(code, {}).items() if getattr(row, name) != value]
        for name in changed:
            setattr(row, name, values[code][name])
        if changed:
            row.save(update_fields=changed)


@dataclass
class Story:
    """One institution's year; every method returns the case as it stands afterwards."""

    world: World
    unit: OrgUnit
    at: dt.datetime
    case: Case
    filler: Actor
    head: Actor
    officer: Actor
    approver: Actor

    @classmethod
    def open(cls, world: World, year: int = 2021, at: str = "2021-01-04", unit: OrgUnit | None = None) -> Story:
        unit = unit or world.institution
        opened = open_year(unit, year, by=SYSTEM, at=moment(at), keep_cases=True)
        return cls(
            world,
            unit,
            moment(at),
            opened.cases[0],
            world.actor("institution_filler"),
            world.actor("institution_head"),
            world.actor("county_officer"),
            world.actor("county_approver"),
        )

    def on(self, text: str) -> Story:
        """Let time pass to the given moment."""
        self.at = moment(text)
        return self

    def perform(self, verb: str, by: Actor, **details: Any) -> Case:
        self.case = perform(self.case, verb, by=by, at=self.at, **details)
        return self.case

    def fill(self, problems: Mapping[str, dict[str, Any]] | None = None) -> Story:
        """Answer every item: as given, else compliant."""
        selfcheck = SelfCheck.objects.get(pk=self.case.pk)
        selfcheck.basic, selfcheck.report, selfcheck.updated_at = dict(BASIC), "自查整改报告。", self.at
        selfcheck.save()
        answers: dict[str, dict[str, Any]] = {}
        for code in self.case.edition.parsed.items:
            values = {"status": "compliant", "values": GOOD_VALUES.get(code, {}), "facets": []}
            values |= (problems or {}).get(code, {})
            answers[code] = values
        write_items(SelfCheckAnswer, answers, selfcheck=selfcheck)
        return self

    def evidence(self, case: Case, purpose: str, by: Actor, item_code: str = "", **fields: Any) -> Evidence:
        uploader: Any = by.user
        content = f"{case.pk}-{purpose}-{item_code}-{fields}".encode()
        file = ContentFile(content, name="photo.jpg")
        return Evidence.objects.create(
            case=case,
            purpose=purpose,
            item_code=item_code,
            file=file,
            name="现场照片.jpg",
            media_type="image/jpeg",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            uploaded_by=uploader,
            uploaded_at=self.at,
            **fields,
        )

    def seal(self) -> Story:
        version = digest(snapshot(SelfCheck.objects.get(pk=self.case.pk)))
        self.evidence(self.case, Evidence.Purpose.SEALED, self.head, shows_digest=version)
        return self

    def submit(self, problems: Mapping[str, dict[str, Any]] | None = None) -> Case:
        self.fill(problems)
        self.perform("request_confirmation", self.filler)
        self.seal()
        return self.perform("submit", self.head)

    def verify(self, conclusions: Mapping[str, dict[str, Any]] | None = None) -> Story:
        """Write the county's conclusion on every item: as given, else agreed."""
        submission = self.case.selfcheck.submissions.order_by("-no").first()
        begun: dict[str, Any] = {"case_id": self.case.pk, "started_by": self.officer.user, "started_at": self.at}
        verification, _new = Verification.objects.get_or_create(submission=submission, defaults=begun)
        items: dict[str, dict[str, Any]] = {}
        for code in self.case.edition.parsed.items:
            items[code] = {"conclusion": Conclusion.AGREE} | dict((conclusions or {}).get(code, {}))
        write_items(VerificationItem, items, verification=verification)
        return self

    def approve(self, conclusions: Mapping[str, dict[str, Any]] | None = None) -> Case:
        self.verify(conclusions)
        self.perform("conclude", self.officer)
        return self.perform("approve", self.approver)

    def findings(self) -> list[Finding]:
        return list(Finding.objects.filter(cycle=self.case.pk).select_related("case").order_by("case__number"))

    def fix(self, finding: Finding) -> Finding:
        self.evidence(finding.case, Evidence.Purpose.AFTER, self.filler)
        perform(finding.case, "fix", by=self.filler, at=self.at, result="已完成培训，抽查合格。")
        return self.again(finding)

    def close(self, finding: Finding) -> Finding:
        perform(finding.case, "close", by=self.officer, at=self.at)
        return self.again(finding)

    def again(self, finding: Finding) -> Finding:
        self.case = Case.objects.get(pk=self.case.pk)
        return Finding.objects.select_related("case").get(pk=finding.pk)
