"""What the Dockerfile promises, read from the file itself: no container engine is needed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.project.compose import ROOT, SERVICES, stages

STAGES = stages()
FINAL = [name for name in STAGES if name != "build"]


def of(stage: str, word: str) -> list[str]:
    return [rest for instruction, rest in STAGES[stage] if instruction == word]


def test_every_image_that_compose_asks_for_is_a_stage() -> None:
    wanted = {service["build"]["target"] for service in SERVICES.values() if "build" in service}
    assert wanted == set(FINAL) == {"app", "proxy"}
    assert list(STAGES)[-1] == "app"


@pytest.mark.parametrize("stage", STAGES)
def test_a_base_image_has_a_plain_name_and_a_version(stage: str) -> None:
    image = of(stage, "FROM")[0].partition(" AS ")[0]
    assert re.fullmatch(r"[a-z]+:\d+\.\d+-[a-z-]+", image)


@pytest.mark.parametrize("stage", FINAL)
def test_an_image_runs_as_nobody_special_and_says_whether_it_is_well(stage: str) -> None:
    assert of(stage, "USER")[-1] not in {"root", "0", "0:0"}
    assert of(stage, "HEALTHCHECK")
    words = [instruction for instruction, _rest in STAGES[stage]]
    # Nothing is installed or changed after the last change of user.
    assert "RUN" not in words[words.index("USER") :]
    assert "COPY" not in words[words.index("USER") :]


def test_the_unprivileged_user_exists_and_cannot_sign_in() -> None:
    made = " ".join(of("app", "RUN"))
    assert "useradd --uid 10001 " in made
    assert "--shell /usr/sbin/nologin" in made
    assert of("app", "USER") == ["10001:10001"]


def test_nothing_is_fetched_but_packages_with_known_hashes() -> None:
    everything = (ROOT / "Dockerfile").read_text()
    assert not re.search(r"^ADD\b", everything, re.MULTILINE)
    assert not re.search(r"https?://(?!127\.0\.0\.1)", everything)
    assert not re.search(r"\b(curl|git clone|--index-url|--extra-index-url)\b", everything)
    for command in re.findall(r"pip install.*", " ".join(of("build", "RUN"))):
        assert "--require-hashes" in command
        assert "--only-binary=:all:" in command
        assert "requirements/base.txt" in command


@pytest.mark.parametrize("stage", STAGES)
def test_lists_of_packages_do_not_stay_in_an_image(stage: str) -> None:
    for command in of(stage, "RUN"):
        if "apt-get install" in command:
            assert "apt-get update && apt-get install" in re.sub(r"\s+", " ", command)
            assert "--no-install-recommends" in command
            assert "rm -rf /var/lib/apt/lists/*" in command


@pytest.mark.parametrize("stage", STAGES)
def test_no_secret_is_baked_in(stage: str) -> None:
    for word in ("ENV", "ARG"):
        for rest in of(stage, word):
            assert not re.search(r"SECRET|PASSWORD|TOKEN|_KEY\b", rest)


def test_what_is_generated_is_in_the_image() -> None:
    made = " ".join(of("build", "RUN"))
    assert "scripts.messages compile" in made
    assert "manage.py collectstatic" in made
    copied = of("app", "COPY")
    assert any("/venv" in rest for rest in copied)
    assert any("/app" in rest for rest in copied)
    assert "fonts-noto-cjk" in " ".join(of("app", "RUN"))


def test_collected_files_can_be_read_by_the_users_of_the_images(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["viewflow"])
    collected = [path for path in settings.STATIC_ROOT.rglob("*") if path.is_file()]
    assert len(collected) > 20
    for path in collected:
        assert path.stat().st_mode & 0o777 == 0o644
        assert path.parent.stat().st_mode & 0o005 == 0o005
    assert "chmod -R a+rX /app" in " ".join(of("build", "RUN"))


def test_what_must_not_be_in_an_image_is_left_out() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split("\n")
    # A pattern for hidden names: .env, .git and the environment.
    assert {".*", "var", "tests", "**/*.sqlite3*"} <= set(ignored)


@pytest.mark.parametrize("stage", FINAL)
def test_commands_are_lists_of_words(stage: str) -> None:
    for rest in of(stage, "CMD") + [each.partition("CMD ")[2] for each in of(stage, "HEALTHCHECK")]:
        assert all(isinstance(word, str) for word in json.loads(rest))
