"""From the release before to this one, with work in progress: its own code fills the database, today's goes on."""

from __future__ import annotations

import json
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.project.databases import ROOT, empty_database, run_python

# Version 0.1.0: the last state before work items knew why they are due and who hears of it.
PREVIOUS = "9b40b661a9df867c13cab4b3c5f8009af172f871"
STORY = Path(__file__).parent / "upgrade"


@pytest.fixture
def previous(tmp_path: Path) -> Path:
    """The code of the release before, from the history."""
    archive = tmp_path / "previous.tar"
    done = subprocess.run(
        ["git", "archive", "--output", archive, PREVIOUS], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"the history of the release before is not here: {done.stderr.strip()}")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "previous", filter="data")
    return tmp_path / "previous"


@pytest.mark.slow(40)
@pytest.mark.usefixtures("django_db_setup")
def test_open_cases_of_the_release_before_are_worked_on(previous: Path, tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir()
    with empty_database(tmp_path) as address:
        place = {"YIYANG_VAR": str(var), "YIYANG_DATABASE": address}
        for words in (["manage.py", "migrate", "--verbosity", "0"], [STORY / "before.py"]):
            said = run_python(words, {**place, "YIYANG_MODE": "test"}, root=previous)
        facts = json.loads(said)
        assert facts["deliveries"] > 0

        demo = {**place, "YIYANG_MODE": "demo", "YIYANG_CLOCK_START": "2021-05-12T10:00"}
        run_python(["manage.py", "migrate", "--verbosity", "0"], demo)
        said = run_python(["manage.py", "load_editions"], demo)
        assert said.count("quality-cycle") == 2
        run_python(["manage.py", "check_ready"], demo)
        run_python([STORY / "after.py", json.dumps(facts)], demo)
        run_python(["manage.py", "check_cases"], demo)
