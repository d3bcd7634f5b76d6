"""A dossier reads without a server, verifies elsewhere with one file, and no byte of it can be changed unnoticed."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.access import SYSTEM
from cases.audit import keys, noting
from cases.audit.anchors import write_anchor
from cases.audit.dossier import verify as verifier
from cases.audit.dossier.building import _seal, build
from cases.editions.pinned import forget_editions
from cases.immutability import rewriting
from cases.models import Case, CaseEvent, Evidence, SelfCheckSubmission
from cases.models.audit import SystemEvent
from tests.cases.audited import as_owner, rewrite_consistently, whole_story
from tests.story import Story
from tests.worlds import moment

KEY = base64.b64encode(bytes(range(32))).decode()
VERIFY = Path(verifier.__file__)


@pytest.fixture(autouse=True)
def fresh_editions() -> Iterator[None]:
    yield
    forget_editions()


@pytest.fixture
def story(db: None, settings: Any, tmp_path: Path) -> Story:
    settings.AUDIT_DIR, settings.ANCHOR_KEY, settings.ANCHOR_PUBLIC_KEYS = tmp_path / "audit", KEY, []
    told = whole_story()
    assert write_anchor(moment("2021-03-03")) == 1
    return told


@pytest.fixture
def dossier(story: Story, tmp_path: Path) -> Path:
    path = tmp_path / "dossier.zip"
    with path.open("w+b") as file:
        build(file, "天山区康宁护理院 2021", Case.objects.select_related("unit", "edition").order_by("pk"))
    return path


def public() -> str:
    (key,) = keys.trusted_keys()
    return key


def verified(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As an inspector does it elsewhere: no package of ours, nothing of the environment."""
    command = [sys.executable, "-I", str(VERIFY), str(path), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent)


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path: Path, content: dict[str, bytes]) -> Path:
    """Packed anew, and sealed by somebody who knows the format and has no key."""
    changed = path.with_name("changed.zip")
    with changed.open("w+b") as file:
        with zipfile.ZipFile(file, "w") as archive:
            for name, data in content.items():
                archive.writestr(name, data)
        _seal(file, None)
    return changed


def faults_of(path: Path, key: str = "") -> list[str]:
    """By content alone; with a key also by signature."""
    try:
        return verifier.verify(str(path), [key] if key else [])[0]
    except Exception as error:  # noqa: BLE001 - what cannot be read is not sound either
        return [repr(error)]


def test_it_verifies_elsewhere_with_one_file_and_the_standard_library(dossier: Path) -> None:
    done = verified(dossier, "--key", public())
    assert (done.returncode, done.stderr) == (0, "")
    number = hashlib.sha256(members(dossier)["manifest.json"]).hexdigest()
    assert number in done.stdout
    assert "3 cases, 5 events, 1 versions, 1 files, 1 anchors" in done.stdout
    assert "signed: the dossier and 1 anchors" in done.stdout
    assert "not anchored" not in done.stdout


def test_without_a_key_it_says_that_the_signatures_are_not_checked(dossier: Path) -> None:
    done = verified(dossier)
    assert done.returncode == 0
    assert "not checked: signatures" in done.stdout


def test_a_key_that_is_not_the_one_of_the_anchors_is_refused(dossier: Path) -> None:
    done = verified(dossier, "--key", base64.b64encode(bytes(32)).decode())
    assert done.returncode == 1
    assert "is not signed with a key that was given" in done.stdout


def test_the_program_imports_nothing_but_the_standard_library_and_cryptography() -> None:
    lines = [
        line.split()[1] for line in VERIFY.read_text().splitlines() if line.lstrip().startswith(("import ", "from "))
    ]
    ours = {name.partition(".")[0] for name in lines} - sys.stdlib_module_names
    assert ours == {"cryptography"}


def test_any_byte_of_any_member_that_is_changed_is_found(dossier: Path) -> None:
    whole = members(dossier)
    assert faults_of(packed(dossier, whole)) == []
    for name, content in whole.items():
        places = sorted({0, len(content) // 3, len(content) // 2, len(content) - 1})
        for place in places:
            changed = bytearray(content)
            changed[place] ^= 0x01
            found = packed(dossier, {**whole, name: bytes(changed)})
            assert faults_of(found, public() if name == "manifest.sig" else ""), (name, place)


def test_any_byte_of_the_file_itself_that_is_changed_is_found_without_a_key(dossier: Path) -> None:
    whole, changed = dossier.read_bytes(), dossier.with_name("flipped.zip")

    def flipped(place: int, by: int) -> list[str]:
        changed.write_bytes(whole[:place] + bytes([whole[place] ^ by]) + whole[place + 1 :])
        return faults_of(changed)

    changed.write_bytes(whole)
    assert faults_of(changed) == []
    end = whole.rindex(b"PK\x05\x06")
    directory = whole.index(b"PK\x01\x02")
    for place in [*range(30), *range(directory, directory + 46), *range(end, len(whole))]:
        assert flipped(place, 0x01), place

    @settings(deadline=None)
    @given(st.integers(0, len(whole) - 1), st.integers(1, 255))
    def anywhere(place: int, by: int) -> None:
        assert flipped(place, by)

    anywhere()


@pytest.mark.parametrize("change", [lambda whole: whole + b"x", lambda whole: b"x" + whole, lambda whole: whole[:-1]])
def test_what_is_put_before_or_after_it_and_what_is_cut_off_is_found(change: Any, dossier: Path) -> None:
    dossier.write_bytes(change(dossier.read_bytes()))
    assert faults_of(dossier)


def test_a_dossier_that_was_packed_anew_is_found_by_its_signature(dossier: Path) -> None:
    again = packed(dossier, members(dossier))
    assert faults_of(again) == []
    assert faults_of(again, public()) == ["zip: its seal is not signed with a key that was given"]
    with zipfile.ZipFile(again, "w") as archive:
        for name, data in members(dossier).items():
            archive.writestr(name, data)
    assert faults_of(again) == ["zip: its seal is not readable: it was packed anew, or changed at its end"]


def test_a_member_that_is_taken_out_or_put_in_is_found(dossier: Path) -> None:
    whole = members(dossier)
    for name in whole:
        assert faults_of(packed(dossier, {other: data for other, data in whole.items() if other != name}), public())
    assert faults_of(packed(dossier, {**whole, "extra.txt": b""})) == ["extra.txt: is not in the manifest"]


def manifest_made_anew(content: dict[str, bytes]) -> dict[str, bytes]:
    """By somebody who knows the format and has no key."""
    kept = {name: data for name, data in content.items() if name not in ("manifest.json", "manifest.sig")}
    said = {name: [len(data), hashlib.sha256(data).hexdigest()] for name, data in kept.items()}
    return {**kept, "manifest.json": verifier.canonical(said), "manifest.sig": content["manifest.sig"]}


def test_whoever_makes_the_manifest_anew_is_found_by_chain_anchor_and_signature(dossier: Path, story: Story) -> None:
    whole = members(dossier)
    chain = f"cases/{story.case.uid}/chain.jsonl"
    events = [json.loads(line) for line in whole[chain].splitlines()]
    events[1]["reason"] = "改写"
    doctored = b"".join(verifier.canonical(event) + b"\n" for event in events)
    found = faults_of(packed(dossier, manifest_made_anew({**whole, chain: doctored})))
    assert f"case {story.case.uid}, event 2: does not match its hash: it was changed" in found
    for number, event in enumerate(events):
        event["previous"] = events[number - 1]["hash"] if number else verifier.GENESIS
        event["hash"] = verifier.hash_of_event(event)
    doctored = b"".join(verifier.canonical(event) + b"\n" for event in events)
    found = faults_of(packed(dossier, manifest_made_anew({**whole, chain: doctored})))
    assert any("is not what anchor 1 covers" in fault for fault in found)
    signed = faults_of(packed(dossier, manifest_made_anew({**whole, chain: doctored})), public())
    assert any(fault.startswith("manifest.sig") for fault in signed)


def test_a_database_that_was_rewritten_gives_a_dossier_that_its_anchor_disowns(story: Story, tmp_path: Path) -> None:
    rewrite_consistently(story.case, 2, "改写")
    path = tmp_path / "late.zip"
    with path.open("w+b") as file:
        build(file, "年度", Case.objects.select_related("unit", "edition"))
    found = faults_of(path)
    assert f"case {story.case.uid}, up to event 3: is not what anchor 1 covers: it was rewritten afterwards" in found


def test_a_version_that_was_edited_and_a_file_that_was_replaced_are_found_by_the_dossier(
    story: Story, tmp_path: Path
) -> None:
    row = Case.history.filter(id=story.case.pk).latest("history_id")
    as_owner("UPDATE cases_historicalcase SET state = 'draft' WHERE history_id = %s", [row.pk])
    path = tmp_path / "late.zip"
    kept = Evidence.objects.get()
    Path(kept.file.path).write_bytes(b"another")
    with path.open("w+b") as file:
        build(file, "年度", Case.objects.select_related("unit", "edition"))
    found = faults_of(path)
    assert any(f"version {row.pk} of cases.case" in fault and "not as it was sealed" in fault for fault in found)
    assert any("is not the file that was uploaded" in fault for fault in found)


def test_what_happened_since_the_last_anchor_is_said_not_to_be_anchored(story: Story, tmp_path: Path) -> None:
    story.on("2021-03-06").perform("withdraw", story.head, reason="补充。")
    path = tmp_path / "late.zip"
    with path.open("w+b") as file:
        build(file, "年度", Case.objects.filter(pk=story.case.pk).select_related("unit", "edition"))
    done = verified(path, "--key", public())
    assert done.returncode == 0
    assert "not anchored: 1 events" in done.stdout


def test_it_is_read_without_a_server_and_the_same_stands_in_it_as_json(dossier: Path, story: Story) -> None:
    whole = members(dossier)
    page = whole[f"cases/{story.case.uid}/case.html"].decode()
    said = json.loads(whole[f"cases/{story.case.uid}/case.json"])
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
    for event in said["events"]:
        assert event["what"] in page
        assert event["hash"] in page
    states = [change for change in said["events"][-1]["changes"] if change["field"] == "状态"]
    assert [(change["old"], change["new"]) for change in states] == [("待负责人确认", "已报送，核查中")]
    (file,) = said["files"]
    assert whole[file["member"]]
    assert file["name"] in page
    assert f"cases/{story.case.uid}/case.html" in whole["index.html"].decode()


def test_the_submitted_form_is_in_it_and_its_digest_is_that_of_the_event(dossier: Path, story: Story) -> None:
    whole = members(dossier)
    name = f"cases/{story.case.uid}/submitted-1.json"
    row = SelfCheckSubmission.objects.get()
    assert json.loads(whole[name]) == row.snapshot
    page = whole[f"cases/{story.case.uid}/case.html"].decode()
    assert row.snapshot["answers"]["A1-08"]["problem"] in page
    doctored = whole[name].replace(b'"problem"', b'"compliant"', 1)
    found = faults_of(packed(dossier, manifest_made_anew({**whole, name: doctored})))
    assert f"{name}: is not the file that was uploaded, or not the version that was submitted" in found
    index = json.loads(whole["dossier.json"])
    index["submitted"][name] = hashlib.sha256(doctored).hexdigest()
    other = {**whole, name: doctored, "dossier.json": verifier.canonical(index)}
    found = faults_of(packed(dossier, manifest_made_anew(other)))
    assert f"case {story.case.uid}, event 3: the version that it submitted is not in the dossier" in found


def test_a_form_that_was_changed_in_the_database_gives_a_dossier_that_its_event_disowns(
    story: Story, tmp_path: Path
) -> None:
    row = SelfCheckSubmission.objects.get()
    with rewriting():
        content = {**row.snapshot, "report": "改写"}
        digest = hashlib.sha256(verifier.canonical(content)).hexdigest()
        SelfCheckSubmission.objects.update(snapshot=content, digest=digest)
    path = tmp_path / "late.zip"
    with path.open("w+b") as file:
        build(file, "年度", Case.objects.select_related("unit", "edition"))
    assert f"case {story.case.uid}, event 3: the version that it submitted is not in the dossier" in faults_of(path)


def test_a_file_that_the_scanner_holds_back_is_not_handed_out_and_that_is_said(story: Story, tmp_path: Path) -> None:
    Evidence.objects.update(scan=Evidence.Scan.QUARANTINED)
    path = tmp_path / "held.zip"
    with path.open("w+b") as file:
        build(file, "年度", Case.objects.select_related("unit", "edition"))
    assert not [name for name in members(path) if name.startswith("files/")]
    done = verified(path)
    assert (done.returncode, "left out: 1 files" in done.stdout) == (0, True)


# ── who may take it away ──


def asked(story: Story, who: str, name: str = "case_dossier", *arguments: Any) -> Any:
    client = Client()
    client.force_login(story.world.people[who])
    return client.post(reverse(name, args=arguments or [story.case.pk]))


def test_an_inspector_takes_the_case_with_its_findings_away_and_that_is_recorded(story: Story, tmp_path: Path) -> None:
    answer = asked(story, "inspector")
    path = tmp_path / "taken.zip"
    path.write_bytes(b"".join(answer.streaming_content))
    assert faults_of(path) == []
    assert len(json.loads(members(path)["dossier.json"])["cases"]) == 3
    event = SystemEvent.objects.get(verb="export")
    assert (event.actor, event.subject) == (story.world.inspector, f"cases.case:{story.case.pk}")
    assert event.details["number"] == hashlib.sha256(members(path)["manifest.json"]).hexdigest()


def test_an_inspector_takes_a_units_year_away(story: Story) -> None:
    answer = asked(story, "inspector", "unit_dossier", story.unit.pk, 2021)
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert len(json.loads(archive.read("dossier.json"))["cases"]) == 3


def test_a_units_year_is_asked_for_by_name_or_code_on_the_page_of_the_proof(story: Story) -> None:
    client = Client()
    client.force_login(story.world.inspector)
    assert reverse("unit_dossier_asked") in client.get(reverse("audit")).content.decode()
    for named in (story.unit.name, story.unit.code):
        answer: Any = client.post(reverse("unit_dossier_asked"), {"unit": named, "year": "2021"})
        assert answer["Content-Type"] == "application/zip"
        assert b"".join(answer.streaming_content)
    assert SystemEvent.objects.filter(verb="export", subject=f"cases.orgunit:{story.unit.pk}").count() == 2
    refused = client.post(reverse("unit_dossier_asked"), {"unit": "没有这家", "year": ""})
    assert refused.status_code == 422
    assert "没有这家" in refused.content.decode()


def test_the_file_of_an_institution_offers_its_years_to_inspectors_alone(story: Story) -> None:
    for who, offered in (("inspector", True), ("county_officer", False)):
        client = Client()
        client.force_login(story.world.people[who])
        page = client.get(reverse("unit", args=[story.unit.pk])).content.decode()
        assert (reverse("unit_dossier", args=[story.unit.pk, 2021]) in page) is offered


@pytest.mark.parametrize(
    ("who", "status"),
    [("county_officer", 403), ("institution_head", 403), ("other_filler", 404), ("auditor", 404), ("nobody", 404)],
)
def test_nobody_else_takes_it_away(who: str, status: int, story: Story) -> None:
    assert asked(story, who).status_code == status


def test_memory_does_not_grow_with_the_files_nor_the_number_of_cases(story: Story, tmp_path: Path) -> None:
    with noting("large", by=SYSTEM, at=moment("2021-03-04")):
        kept = Evidence.objects.get()
    Path(kept.file.path).write_bytes(b"x" * 30_000_000)
    tracemalloc.start()
    with (tmp_path / "large.zip").open("w+b") as file:
        build(file, "年度", Case.objects.select_related("unit", "edition").iterator(chunk_size=10))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000
    assert CaseEvent.objects.count() == 5
