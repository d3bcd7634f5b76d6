"""Filings for tests of what waits for them: written, filed and accepted by those whose turn it is."""

from __future__ import annotations

from typing import Any

from cases.models import Case, Filing
from cases.saving import sign
from tests.workflows.alliances import City, act, in_practice
from tests.worlds import moment

FILED_ON = "2020-04-02"
TEXTS = {
    Filing.Kind.PLAN: "一、目标\n到2021年4月建立双向转诊机制。\n二、任务\n牵头医院每月到成员单位会诊。",
    Filing.Kind.AGREEMENT: "甲方：市老年病医院\n乙方：各成员单位\n一、责任\n甲方负责技术指导。",
}


def filing_of(pilot: Case, kind: str = Filing.Kind.PLAN, number: int = 1) -> Case:
    """The case of a version."""
    return Case.objects.get(filing__pilot=pilot.pk, filing__kind=kind, filing__number=number)


def write(city: City, case: Case, text: str = "", day: str = FILED_ON) -> Case:
    """The lead office writes the version."""
    record: Any = Filing.objects.get(pk=case.pk)
    record.text = text or TEXTS[record.kind]
    record.row_version += 1
    sign(record, city.people["lead"], moment(day))
    record.save()
    return case


def submitted(city: City, case: Case, day: str = FILED_ON, text: str = "") -> Case:
    """The version, written and filed."""
    return act(city, write(city, case, text, day), "submit", "lead", day)


def accepted(city: City, case: Case, day: str = FILED_ON, text: str = "") -> Case:
    """The version, filed and put on file."""
    return act(city, submitted(city, case, day, text), "accept", "commission", day)


def filed(city: City, pilot: Case | None = None, day: str = FILED_ON) -> Case:
    """A pilot in practice whose plan and agreement are in force."""
    pilot = pilot or in_practice(city)
    for kind in Filing.Kind:
        accepted(city, filing_of(pilot, kind), day)
    return Case.objects.get(pk=pilot.pk)
