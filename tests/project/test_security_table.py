"""The table of OWASP ASVS 5.0 level 1 in docs/security.md is whole, what it names exists, and it rests on tests."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
# The requirements of level 1, by section.
LEVEL_1 = {
    "1.2": "1 2 3 4 5", "1.3": "1 2", "1.5": "1", "2.1": "1", "2.2": "1 2", "2.3": "1", "3.2": "1 2", "3.3": "1",
    "3.4": "1 2", "3.5": "1 2 3", "4.1": "1", "4.4": "1", "5.2": "1 2", "5.3": "1 2", "6.1": "1",
    "6.2": "1 2 3 4 5 6 7 8", "6.3": "1 2", "6.4": "1 2", "7.2": "1 2 3 4", "7.4": "1 2",
    "8.1": "1", "8.2": "1 2", "8.3": "1",
    "9.1": "1 2 3", "9.2": "1", "10.4": "1 2 3 4 5", "11.3": "1 2", "11.4": "1",
    "12.1": "1", "12.2": "1 2", "13.4": "1", "14.2": "1",
    "14.3": "1", "15.1": "1", "15.2": "1", "15.3": "1",
}  # fmt: skip
# They ask for a document, and 12.2.2 for a certificate of the operator's.
DOCUMENTS = ["2.1.1", "6.1.1", "8.1.1", "12.2.2", "15.1.1"]
NUMBERS = [f"{section}.{no}" for section, each in LEVEL_1.items() for no in each.split()]


def numbers(cell: str) -> list[str]:
    """The requirements of a row: one, or from the first to the last of a section."""
    first, _to, last = cell.partition("–")
    if not last:
        return [first]
    section = first.rsplit(".", 1)[0]
    return [f"{section}.{no}" for no in range(int(first.split(".")[-1]), int(last.split(".")[-1]) + 1)]


def rows() -> list[tuple[str, str]]:
    return re.findall(r"^\| (\d+\.\d+\.\d+(?:–\d+\.\d+\.\d+)?) \| [^|]+ \| (.+) \|$", PAGE, re.MULTILINE)


def test_every_requirement_of_level_1_has_its_row_and_no_other_has_one() -> None:
    assert len(NUMBERS) == 70
    assert [number for cell, _answer in rows() for number in numbers(cell)] == NUMBERS


def test_every_row_says_what_answers_for_it_or_why_it_does_not_apply() -> None:
    assert [cell for cell, answer in rows() if len(answer) < 20] == []


def named(pattern: str) -> list[str]:
    """What stands between backticks and looks like this, in the whole page."""
    return [text for text in re.findall(r"`([^`\n]+)`", PAGE) if re.fullmatch(pattern, text)]


def defined_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_test_that_is_named_exists() -> None:
    found = named(r"tests/[\w/]+\.py::\w+")
    assert len(found) > 80
    files = {name.partition("::")[0] for name in found}
    known = {f"{file}::{test}" for file in files for test in defined_in(ROOT / file)}
    assert sorted(set(found) - known) == []


def test_every_file_that_is_named_exists() -> None:
    found = named(r"(?:\.?[\w-]+/[\w./-]*|[\w-]+\.(?:yml|toml|md))")
    assert len(found) > 10
    assert [name for name in found if not (ROOT / name).exists()] == []


def test_every_setting_that_is_named_exists() -> None:
    """An attribute of the settings, or a variable that they or the deployment read."""
    found = named(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
    assert len(found) > 5
    text = "".join((ROOT / name).read_text("utf-8") for name in ("project/settings.py", "docker-compose.yml"))
    assert [name for name in found if not hasattr(settings, name) and name not in text] == []


def test_every_row_but_those_that_ask_for_a_document_is_tried_by_a_test() -> None:
    untried = [cell for cell, answer in rows() if "::test_" not in answer and not answer.startswith("not applicable: ")]
    assert untried == DOCUMENTS
