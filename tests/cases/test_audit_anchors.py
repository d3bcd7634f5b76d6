"""Anchors: once a day, signed, linked to each other, outside the database; and what is noticed about them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from cases.audit import keys, merkle
from cases.audit.anchors import anchors_file, heads_file, read_anchors, write_anchor
from cases.audit.faults import Counts
from cases.audit.verifying import verify
from cases.editions.pinned import forget_editions
from cases.models.audit import SystemEvent
from tests.cases.audited import counted, faults, whole_story
from tests.story import Story
from tests.worlds import moment

SECRET = base64.b64encode(bytes(range(32))).decode()
OTHER = base64.b64encode(bytes(32)).decode()


@pytest.fixture(autouse=True)
def fresh_editions() -> Iterator[None]:
    yield
    forget_editions()


@pytest.fixture
def story(db: None, settings: Any, tmp_path: Path) -> Story:
    settings.AUDIT_DIR, settings.ANCHOR_KEY, settings.ANCHOR_PUBLIC_KEYS = tmp_path, SECRET, []
    return whole_story()


def lines() -> list[bytes]:
    return anchors_file().read_bytes().splitlines()


def write_lines(content: list[bytes]) -> None:
    anchors_file().write_bytes(b"".join(line + b"\n" for line in content))


@pytest.fixture
def three(story: Story) -> list[dict[str, Any]]:
    for day in ("2021-03-03 00:10", "2021-03-04 00:10", "2021-03-05 00:10"):
        assert write_anchor(moment(day)) == 1
    counted()
    return [anchor.said for anchor in read_anchors()]


def test_there_is_one_anchor_a_day_however_often_the_sweep_runs(story: Story) -> None:
    assert [write_anchor(moment(f"2021-03-03 {hour}")) for hour in ("00:01", "00:11", "23:59")] == [1, 0, 0]
    assert write_anchor(moment("2021-03-04 00:00")) == 1


def test_the_first_covers_every_chain_and_later_ones_what_has_moved_since_the_one_before_the_last(
    story: Story, three: list[dict[str, Any]]
) -> None:
    heads = [heads_file(number).read_bytes().splitlines() for number in (1, 2, 3)]
    assert [said["leaves"] for said in three] == [len(each) for each in heads]
    assert len(heads[0]) == Counts().cases + counted().cases + counted().system_chains
    assert len(heads[2]) == 1  # only the system's own chain, by the notes of the anchors
    case = story.case
    assert json.loads(heads[0][0]) == ["case", str(case.uid), case.event_count, case.chain_head]


def test_each_names_the_one_before_and_is_signed_over_everything_but_the_signature(
    three: list[dict[str, Any]],
) -> None:
    assert three[0]["previous"] == "0" * 64
    assert [said["previous"] for said in three[1:]] == [hashlib.sha256(line).hexdigest() for line in lines()[:-1]]
    public = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()
    for said in three:
        signature = base64.b64decode(said.pop("signature"))
        public.verify(signature, json.dumps(said, sort_keys=True, separators=(",", ":")).encode())


def test_without_a_key_an_anchor_is_written_and_said_not_to_be_signed(story: Story, settings: Any) -> None:
    settings.ANCHOR_KEY = ""
    write_anchor(moment("2021-03-03"))
    assert counted().unsigned_anchors == 1
    settings.ANCHOR_KEY = SECRET
    assert [fault.what for fault in faults()] == ["is not signed although there is a key"]


def test_an_earlier_key_counts_as_long_as_its_public_part_is_named(story: Story, settings: Any) -> None:
    write_anchor(moment("2021-03-03"))
    earlier = keys.trusted_keys()
    settings.ANCHOR_KEY = OTHER
    assert [fault.what for fault in faults()] == ["is signed with a key that is not known here"]
    settings.ANCHOR_PUBLIC_KEYS = list(earlier)
    counted()


def edited(three: list[dict[str, Any]]) -> str:
    write_lines([lines()[0], lines()[1].replace(b'"leaves":', b'"leaves":1'), lines()[2]])
    return "anchor 2: does not match its signature"


def cut_off(three: list[dict[str, Any]]) -> str:
    write_lines(lines()[:2])
    return "anchor 3: the file no longer holds what was written that day"


def left_out(three: list[dict[str, Any]]) -> str:
    write_lines([lines()[0], lines()[2]])
    return "anchor 2: is missing, or another stands in its place"


def unreadable(three: list[dict[str, Any]]) -> str:
    write_lines([b"{", *lines()[1:]])
    return "anchor 1: is not readable"


def signed_by_another(three: list[dict[str, Any]]) -> str:
    said = {**three[2], "key": keys.public_text(Ed25519PrivateKey.from_private_bytes(bytes(32)))}
    del said["signature"]
    content = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    said["signature"] = keys.sign(content, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    write_lines([*lines()[:2], json.dumps(said, sort_keys=True, separators=(",", ":")).encode()])
    return "anchor 3: is signed with a key that is not known here"


def heads_edited(three: list[dict[str, Any]]) -> str:
    file = heads_file(1)
    file.write_bytes(file.read_bytes().replace(b'["case"', b'["CASE"', 1))
    return "anchor 1: the heads beside it do not lead to its root"


def heads_gone(three: list[dict[str, Any]]) -> str:
    heads_file(2).unlink()
    return "anchor 2: the file of its heads is gone"


@pytest.mark.parametrize(
    "tamper",
    [edited, cut_off, left_out, unreadable, signed_by_another, heads_edited, heads_gone],
    ids=lambda tamper: tamper.__name__,
)
def test_whoever_touches_the_files_is_found(tamper: Any, three: list[dict[str, Any]]) -> None:
    place = tamper(three)
    found = [f"{fault.where}: {fault.what}" for fault in faults()]
    assert found[0] == place


def test_a_copy_that_was_kept_elsewhere_can_be_held_against_the_database(
    story: Story, three: list[dict[str, Any]], tmp_path: Path
) -> None:
    copy = tmp_path / "kept-by-an-inspector.jsonl"
    copy.write_bytes(anchors_file().read_bytes())
    anchors_file().write_bytes(b"")
    assert faults()[0].what == "the file no longer holds what was written that day"
    assert not list(verify(Counts(), anchors=copy))


def test_the_trail_remembers_each_anchor(three: list[dict[str, Any]]) -> None:
    told = SystemEvent.objects.filter(verb="anchor").order_by("seq").values_list("details", flat=True)
    assert [details["hash"] for details in told] == [hashlib.sha256(line).hexdigest() for line in lines()]


def test_after_a_restore_the_anchors_are_put_aside_and_a_new_series_begins(
    story: Story, three: list[dict[str, Any]], tmp_path: Path
) -> None:
    anchors_file().rename(tmp_path / "anchors-2021-03-06.jsonl")
    heads_file(1).parent.rename(tmp_path / "heads-2021-03-06")
    assert write_anchor(moment("2021-03-06 00:10")) == 1
    found = counted()
    assert (found.anchors, found.put_aside) == (1, 3)
    (tmp_path / "anchors-2021-03-06.jsonl").unlink()
    assert faults()[0].what == "the file no longer holds what was written that day"


# ── the tree ──


def test_the_root_is_that_of_rfc_6962() -> None:
    leaves = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43"]
    assert merkle.root([]).hex() == hashlib.sha256(b"").hexdigest()
    # From the reference tests of Certificate Transparency.
    assert merkle.root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.root(leaves[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert merkle.root(leaves[:3]).hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    assert merkle.root(leaves[:5]).hex() == "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40), st.data())
def test_a_path_leads_from_its_leaf_to_the_root_and_from_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle.Tree(leaves).path(place)
    assert merkle.root_from_path(leaves[place], place, len(leaves), path) == merkle.root(leaves)
    assert merkle.root_from_path(leaves[place] + b"x", place, len(leaves), path) != merkle.root(leaves)
