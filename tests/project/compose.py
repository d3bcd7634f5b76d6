"""docker-compose.yml and Dockerfile as the tests of the deployment read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if str(service.get("image", "")).startswith("yiyang-casework:")]
REQUIRED = re.compile(r"\$\{([A-Z_]+):\?")
USED = re.compile(r"(?<!\$)\$\{([A-Z_]+)")


def texts(value: Any) -> Iterator[str]:
    """Every text in a value of the file, keys left out."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif value is not None:
        yield str(value)


def stages() -> dict[str, list[tuple[str, str]]]:
    """The Dockerfile's stages: name → (instruction, rest) in order, FROM first, continuation lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    found: dict[str, list[tuple[str, str]]] = {}
    name = ""
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        if not line.strip():
            continue
        word, _space, rest = line.partition(" ")
        if word == "FROM":
            name = rest.rpartition(" AS ")[2]
            found[name] = []
        found[name].append((word, rest.strip()))
    return found
