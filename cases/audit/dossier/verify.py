"""Verify a dossier of the audit trail: python3 verify.py DOSSIER.zip [--key PUBLIC_KEY]...

One file, standard library only, Python 3.9 or later. It recomputes the digest of every member, every hash of every
chain, the digest of every version of a record, form, summary and file that a chain names, the way from the head of each
chain to the root of an anchor, and the digest of the bytes of the zip itself. One thing needs more: the Ed25519
signatures of the anchors and of the dossier are checked where the package "cryptography" is installed and a public key
is given with --key; otherwise that is said.

Take this program from a place that you trust, not from the dossier that you verify. The formats are described in
docs/audit.md of the project. Exit status: 0 nothing disagrees, 1 something does, 2 it could not be read.
"""

# ruff: noqa: T201 - a program of its own
from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import struct
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

GENESIS = "0" * 64
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
BLOCK = 1 << 20
FILE = "file:"
TAG_LENGTH = 12
SHOWN = 50
END = struct.Struct("<4s4H2LH")  # the last record of a zip, up to its comment
MOST = 65535  # of the comment
EVENT = (
    "case", "seq", "at", "verb", "from", "to", "actor", "appointment", "item", "reason", "details", "request",
    "address", "previous", "format", "for", "sealed",
)  # fmt: skip
EVENT_OF_BEFORE = EVENT[:-3]
SUBMITTED = {"submission", "version"}  # an event that says one of them has the digest of what was submitted or filed


class Faults:
    """What does not agree, in the order in which it was found."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, where: str, what: str) -> None:
        self.found.append(f"{where}: {what}")


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_json(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


def lines(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The lines of a member, one at a time."""
    with archive.open(name) as member:
        for line in member:
            yield line.rstrip(b"\n")


def check_container(path: str, members: int, keys: list[str], faults: Faults) -> None:
    """The zip itself, every byte of it that is no member: its comment has the digest of all before its last record."""
    with Path(path).open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, size - END.size - MOST))
        tail = file.read()
        end = start + tail.rfind(b"PK\5\6")
        record, comment = tail[end - start :][: END.size], tail[end - start :][END.size :]
        try:
            said = json.loads(comment)
            fields = END.unpack(record)
        except (ValueError, struct.error):
            faults.add("zip", "its seal is not readable: it was packed anew, or changed at its end")
            return
        file.seek(0)
        total, left = hashlib.sha256(), end
        while left:
            block = file.read(min(BLOCK, left))
            total.update(block)
            left -= len(block)
    digest, signature = total.hexdigest(), str(said.get("signature"))
    wanted = {"check": sha256((digest + signature).encode()), "digest": digest, "signature": signature}
    if canonical(wanted) != comment or not is_end(fields, end, members, len(comment)):
        faults.add("zip", "its bytes are not those that it was sealed with")
    elif check_signature(digest.encode(), signature, keys) is False:
        faults.add("zip", "its seal is not signed with a key that was given")


def is_end(fields: Sequence[Any], end: int, members: int, comment: int) -> bool:
    """Whether the last record says what is before it; in a large zip it refers to a longer one, which is sealed."""
    _mark, disk, first, here, count, size, offset, said = fields
    large = offset == 0xFFFFFFFF or offset + size == end - 76
    known = min(members, 0xFFFF)
    return (disk, first, here, count, said) == (0, 0, known, known, comment) and (large or offset + size == end)


def check_members(archive: zipfile.ZipFile, faults: Faults) -> str:
    """Every member is named in the manifest with its digest, and nothing else is there."""
    content = archive.read(MANIFEST)
    manifest = json.loads(content)
    if canonical(manifest) != content:
        faults.add(MANIFEST, "is not written as it was")
    names = archive.namelist()
    if len(names) != len(set(names)):
        faults.add("zip", "has two members of one name")
    for name in sorted(set(names) - set(manifest) - {MANIFEST, SIGNATURE}):
        faults.add(name, "is not in the manifest")
    for name, wanted in sorted(manifest.items()):
        if name not in names:
            faults.add(name, "is missing")
            continue
        total, size = hashlib.sha256(), 0
        try:
            with archive.open(name) as member:
                for block in iter(lambda: member.read(BLOCK), b""):
                    total.update(block)
                    size += len(block)
        except (zipfile.BadZipFile, OSError, EOFError) as error:
            faults.add(name, f"cannot be read: {error}")
            continue
        if [size, total.hexdigest()] != wanted:
            faults.add(name, "is not what the manifest says")
    return sha256(content)


def hash_of_event(event: dict[str, Any]) -> str:
    keys = EVENT if event.get("format", 1) >= 2 else EVENT_OF_BEFORE
    return sha256(canonical({key: event[key] for key in keys}))


def check_case(archive: zipfile.ZipFile, place: str, digests: set[str], faults: Faults) -> tuple[str, list[str]]:
    """One case: its chain, the versions of its records, its files. Returns (uid, [hash of each event])."""
    hashes: list[str] = []
    rows, uid = versions(archive, place, faults), place.split("/")[1]
    for number, line in enumerate(lines(archive, place + "chain.jsonl"), start=1):
        event = json.loads(line)
        where = f"case {uid}, event {number}"
        if event["seq"] != number or event["case"] != uid:
            faults.add(where, "is missing, or another stands in its place")
            break
        if event["previous"] != (hashes[-1] if hashes else GENESIS):
            faults.add(where, "does not follow the event before it")
            break
        if event["hash"] != hash_of_event(event):
            faults.add(where, "does not match its hash: it was changed")
            break
        hashes.append(event["hash"])
        check_sealed(where, event.get("sealed") or [], rows, digests, faults)
        details = event["details"]
        if details.get("digest") not in digests and SUBMITTED & set(details) and "digest" in details:
            faults.add(where, "the version that it submitted is not in the dossier")
    for name, key in rows:
        faults.add(f"case {uid}", f"no event seals version {key} of {name}")
    return uid, hashes


def versions(archive: zipfile.ZipFile, place: str, faults: Faults) -> dict[tuple[str, Any], str]:
    """The digests of the versions of records beside a chain, by layout and key; at the opening by digest."""
    found: dict[tuple[str, Any], str] = {}
    for line in lines(archive, place + "versions.jsonl"):
        said = json.loads(line)
        label, _slash, tag = said["layout"].partition("/")
        columns = sorted(said["row"])
        if sha256(canonical(columns))[:TAG_LENGTH] != tag:
            faults.add("version {} of {}".format(said["key"], label), "has not the columns of its layout")
        digest = sha256(canonical({"table": label, "row": said["row"]}))
        found[said["layout"], said["key"] if said["key"] is not None else digest] = digest
    return found


def check_sealed(
    where: str, entries: list[Any], rows: dict[tuple[str, Any], str], digests: set[str], faults: Faults
) -> None:
    for name, key, digest in entries:
        if name.startswith(FILE):
            if digest not in digests:
                faults.add(where, f"the file of {name[len(FILE) :]} {key} is not in the dossier")
            continue
        known = rows.pop((name, key if key is not None else digest), None)
        if known is None:
            faults.add(where, f"version {key} of {name} is not in the dossier")
        elif known != digest:
            faults.add(where, f"version {key} of {name} is not as it was sealed")


def check_files(archive: zipfile.ZipFile, index: dict[str, Any], faults: Faults) -> set[str]:
    """Files of evidence and submitted versions, by their digests. Returns the digests, of what is held back as well."""
    found: set[str] = set(index["held_back"])
    for name, digest in sorted({**index["files"], **index["submitted"]}.items()):
        total = hashlib.sha256()
        try:
            with archive.open(name) as member:
                for block in iter(lambda: member.read(BLOCK), b""):
                    total.update(block)
        except (KeyError, zipfile.BadZipFile, OSError, EOFError):
            faults.add(name, "cannot be read")
            continue
        if total.hexdigest() != digest:
            faults.add(name, "is not the file that was uploaded, or not the version that was submitted")
        else:
            found.add(digest)
    return found


def read_anchors(archive: zipfile.ZipFile, keys: list[str], faults: Faults) -> tuple[dict[int, Any], int]:
    """The anchors by number, each following the one before it; and how many signatures were checked."""
    found: dict[int, Any] = {}
    previous, checked = GENESIS, 0
    for number, line in enumerate(lines(archive, "anchors.jsonl"), start=1):
        said = json.loads(line)
        where = f"anchor {number}"
        if said["number"] != number or said["previous"] != previous:
            faults.add(where, "does not follow the anchor before it")
            break
        previous = sha256(line)
        found[number] = said
        content = canonical({key: value for key, value in said.items() if key != "signature"})
        outcome = check_signature(content, said["signature"], keys)
        if outcome is False:
            faults.add(where, "is not signed with a key that was given")
        checked += outcome is True
    return found, checked


def check_signature(content: bytes, signature: str, keys: list[str]) -> bool | None:
    """True or False; None where it cannot be checked here."""
    if not keys:
        return None
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return None
    for key in keys:
        try:
            raw = base64.b64decode(signature, validate=True)
            Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(raw, content)
            return True
        except (InvalidSignature, ValueError):
            continue
    return False


def root_of(leaf: bytes, place: int, size: int, path: list[str]) -> str:
    """The root that a leaf and its audit path lead to (RFC 9162, 2.1.3.2)."""
    node, last = place, size - 1
    total = hashlib.sha256(b"\x00" + leaf).digest()
    for step in path:
        sibling = bytes.fromhex(step)
        if last == 0:
            return ""
        if node & 1 or node == last:
            total = hashlib.sha256(b"\x01" + sibling + total).digest()
            while node & 1 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            total = hashlib.sha256(b"\x01" + total + sibling).digest()
        node, last = node >> 1, last >> 1
    return total.hex() if last == 0 else ""


def check_proofs(
    archive: zipfile.ZipFile, chains: dict[str, list[str]], anchors: dict[int, Any], faults: Faults
) -> int:
    """The heads of the chains at their anchors. Returns how many events no anchor covers."""
    reached = dict.fromkeys(chains, 0)
    for proof in read_json(archive, "proofs.json"):
        uid, count, head = proof["chain"], proof["count"], proof["head"]
        where = f"case {uid}, up to event {count}"
        anchor = anchors.get(proof["anchor"])
        if uid not in chains or anchor is None or proof["size"] != anchor["leaves"]:
            faults.add(where, "its proof belongs to no anchor")
            continue
        leaf = canonical(["case", uid, count, head])
        if root_of(leaf, proof["place"], proof["size"], proof["path"]) != anchor["root"]:
            faults.add(where, "its proof does not lead to the root of anchor {}".format(proof["anchor"]))
        elif count > len(chains[uid]) or (count and chains[uid][count - 1] != head):
            faults.add(where, "is not what anchor {} covers: it was rewritten afterwards".format(proof["anchor"]))
        else:
            reached[uid] = max(reached[uid], count)
    return sum(len(hashes) - reached[uid] for uid, hashes in chains.items())


def verify(path: str, keys: list[str]) -> tuple[list[str], list[str]]:
    """Everything; returns the faults, and what there is to say."""
    faults = Faults()
    said: list[str] = []
    with zipfile.ZipFile(path) as archive:
        number = check_members(archive, faults)
        said.append(f"number of the dossier: {number} (compare it with the system's own record)")
        index = read_json(archive, "dossier.json")
        digests = check_files(archive, index, faults)
        chains = dict(check_case(archive, f"cases/{uid}/", digests, faults) for uid in index["cases"])
        anchors, checked = read_anchors(archive, keys, faults)
        open_events = check_proofs(archive, chains, anchors, faults)
        outcome = check_signature(archive.read(MANIFEST), archive.read(SIGNATURE).decode("ascii"), keys)
        if outcome is False:
            faults.add(SIGNATURE, "is not the signature of this dossier with a key that was given")
        check_container(path, len(archive.namelist()), keys, faults)
    events = sum(len(hashes) for hashes in chains.values())
    files, versions = len(index["files"]), len(index["submitted"])
    said.append(f"{len(chains)} cases, {events} events, {versions} versions, {files} files, {len(anchors)} anchors")
    if index["held_back"]:
        said.append("left out: {} files that the virus scanner holds back".format(len(index["held_back"])))
    if open_events:
        said.append(f"not anchored: {open_events} events; nothing outside the system proves them yet")
    if not checked and outcome is None:
        said.append('not checked: signatures (needs the package "cryptography" and --key)')
    elif outcome is True:
        said.append(f"signed: the dossier and {checked} anchors")
    return faults.found, said


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify a dossier of the audit trail.")
    parser.add_argument("dossier")
    parser.add_argument("--key", action="append", default=[], help="public key of the anchors, in base64")
    options = parser.parse_args(arguments)
    try:
        faults, said = verify(options.dossier, options.key)
    except Exception as error:  # noqa: BLE001 - whatever was done to it, it is not a sound dossier
        print(f"NOT SOUND: it cannot be read: {type(error).__name__}: {error}")
        return 2
    for line in said:
        print(line)
    for fault in faults[:SHOWN]:
        print("NOT SOUND: " + fault)
    if faults:
        print(f"{len(faults)} faults")
        return 1
    print("nothing disagrees")
    return 0


if __name__ == "__main__":
    sys.exit(main())
