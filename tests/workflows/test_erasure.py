"""Whoever is erased is gone, and nothing that proves anything takes it for tampering: chains, anchors, dossiers."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cases import personal
from cases.audit.anchors import write_anchor
from cases.audit.dossier.building import build
from cases.audit.sealing import seal_rows
from cases.editions.pinned import forget_editions
from cases.models import Case, CaseEvent, Patient, PersonalKey
from tests.cases.audited import complete_history, counted, faults
from tests.workflows.alliances import City, build_city
from tests.workflows.referrals import PLAIN, accept, ask, open_pilot, step
from tests.worlds import moment

KEY = base64.b64encode(bytes(range(32))).decode()
VERIFY = Path(__file__).resolve().parents[2] / "cases" / "audit" / "dossier" / "verify.py"


@pytest.fixture
def city(db: None, settings: Any, tmp_path: Path) -> Iterator[City]:
    settings.AUDIT_DIR, settings.ANCHOR_KEY, settings.ANCHOR_PUBLIC_KEYS = tmp_path / "audit", KEY, []
    yield build_city()
    forget_editions()


@pytest.fixture
def referral(city: City) -> Case:
    """A referral whose patient was looked at with a reason; everything is in a chain and under an anchor."""
    case = accept(city, ask(city, open_pilot(city)))
    step(city, case, "unmask", "lead_contact", hours=3, reason="到院前核对身份。")
    complete_history()
    seal_rows(moment("2020-06-02"), limit=10_000)
    assert write_anchor(moment("2020-06-02 00:10")) == 1
    return case


def dossier(path: Path) -> Path:
    with path.open("w+b") as file:
        build(file, "转诊", Case.objects.select_related("unit", "edition").order_by("pk"))
    return path


def verified(path: Path) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-I", str(VERIFY), str(path)], capture_output=True, text=True, check=False)
    return {"code": done.returncode, "faults": re.findall(r"(?im)^.*fault.*$", done.stdout)[:3]}


def words_in(path: Path) -> list[str]:
    """What is known of the patient and stands in any member of a dossier."""
    with zipfile.ZipFile(path) as archive:
        everything = b"\n".join(archive.read(name) for name in archive.namelist())
    return [text for text in PLAIN if text.encode() in everything or json.dumps(text)[1:-1].encode() in everything]


def test_erasing_is_no_fault_of_the_trail_and_old_anchors_and_dossiers_still_hold(
    referral: Case, tmp_path: Path
) -> None:
    patient = Patient.objects.get()
    before, events = dossier(tmp_path / "before.zip"), CaseEvent.objects.count()
    counts = counted()
    told = StringIO()
    call_command("erase_personal_data", str(patient.uid), "--dry-run", stdout=told)
    assert str(patient.uid) in told.getvalue()
    assert PersonalKey.objects.count() == 1
    call_command("erase_personal_data", str(patient.uid), "--yes", stdout=told)
    assert not PersonalKey.objects.exists()
    assert personal.masked(Patient.objects.get()).state == "erased"
    assert not any(text in told.getvalue() for text in PLAIN)

    assert faults() == []  # against the anchor of the day before, too
    assert write_anchor(moment("2020-06-03 00:10")) == 1
    assert faults() == []
    assert CaseEvent.objects.count() == events
    assert counted().cases == counts.cases
    after = dossier(tmp_path / "after.zip")
    assert [verified(path) for path in (before, after)] == [{"code": 0, "faults": []}] * 2
    assert [words_in(path) for path in (before, after)] == [[], []]


def test_a_backup_that_brings_the_key_back_is_no_fault_either_and_is_erased_again(referral: Case) -> None:
    patient = Patient.objects.get()
    box, key = bytes(patient.sealed), PersonalKey.objects.get(patient=patient)
    kept = {"wrapped": bytes(key.wrapped), "wrapped_by": key.wrapped_by}
    call_command("erase_personal_data", str(patient.uid), "--yes", stdout=StringIO())
    Patient.objects.update(sealed=box, erased_at=None)
    PersonalKey.objects.create(patient=patient, **kept)
    assert personal.masked(Patient.objects.get()).state == "masked"
    assert faults() == []
    call_command("erase_personal_data", str(patient.uid), "--yes", stdout=StringIO())
    assert not PersonalKey.objects.exists()
    assert faults() == []
