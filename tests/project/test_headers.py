"""What every answer carries, and what production does not start with."""

from __future__ import annotations

import base64
import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from cases.models import User
from project.logs import DailyFile, WithoutPersonalData
from project.safety import require_safe_start, require_secret_key, unsafe_accounts
from tests.worlds import World, build_world

ROOT = Path(__file__).resolve().parents[2]
KEY = "k3y-of-this-test_0f-n0-use-to-anyb0dy-else-and-long-enough"


def production(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command in production mode."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("YIYANG_", "DJANGO_"))}
    given = {
        "YIYANG_MODE": "production",
        "YIYANG_SECRET_KEY": KEY,
        "YIYANG_PERSONAL_KEYS": base64.b64encode(bytes(range(32))).decode(),
        "YIYANG_HOSTS": "casework.example",
    } | environment
    command = [sys.executable, *words]
    return subprocess.run(
        command, cwd=ROOT, env={**keep, **given}, capture_output=True, text=True, encoding="utf-8", check=False
    )


# ── headers ────────────────────────────────────────────────────────────────


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/login/", "/", "/no-such-page/", "/healthz"])
def test_every_answer_carries_the_headers(path: str) -> None:
    answer = Client().get(path)
    if path == "/healthz":
        return
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.search(r"frame-ancestors 'none'", policy)
    assert re.search(r"form-action 'self'", policy)
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.django_db
def test_no_cache_keeps_a_page_of_somebody_signed_in() -> None:
    client = Client()
    client.force_login(build_world().county_officer)
    assert "no-store" in client.get(reverse("messages"))["Cache-Control"]


@pytest.mark.django_db
def test_signing_out_clears_what_the_device_has_kept() -> None:
    client = Client()
    client.force_login(build_world().county_officer)
    assert client.post(reverse("logout"))["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in client.get(reverse("login"))


def test_no_template_has_style_script_or_handlers_of_its_own() -> None:
    inline = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:", re.IGNORECASE)
    assert [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for found in inline.finditer(re.sub(r"{%.*?%}", "", path.read_text("utf-8")))
    ] == []


# ── production ─────────────────────────────────────────────────────────────


def test_djangos_own_check_of_a_deployment_is_clean_in_production(tmp_path: Path) -> None:
    done = production("manage.py", "check", "--deploy", "--fail-level", "WARNING", YIYANG_VAR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_in_production_cookies_travel_by_tls_only_and_hsts_lasts_a_year(tmp_path: Path) -> None:
    names = [
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "LANGUAGE_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "LANGUAGE_COOKIE_NAME",
        "SECOND_FACTOR_FORCED",
        "ROSTER_NEEDS_CONFIRMATION",
        "PASSWORD_PROFILE",
        "DEBUG",
        "LOG_DAYS",
        "SESSION_IDLE",
        "SESSION_COOKIE_AGE",
    ]
    program = f"from project import settings as s; print([getattr(s, n) for n in {names}])"
    done = production("-c", program, YIYANG_VAR=str(tmp_path))
    said = "[True, True, True, True, 31536000, '__Host-session', '__Host-csrf', '__Host-language', True, True, "
    assert done.stdout.strip() == said + "'mlps3', False, 200, 1800, 43200]", done.stderr


REFUSED = {
    "without a key": {"YIYANG_SECRET_KEY": ""},
    "with the demonstration's key": {"YIYANG_SECRET_KEY": "not-secret-for-demo-and-tests-only"},
    "with Django's example of a key": {"YIYANG_SECRET_KEY": "django-insecure-" + KEY},
    "with a short key": {"YIYANG_SECRET_KEY": KEY[:40]},
    "with a key of one letter": {"YIYANG_SECRET_KEY": "k" * 60},
    "with debugging": {"YIYANG_DEBUG": "1"},
    "with logs kept for a month": {"YIYANG_LOG_DAYS": "31"},
    "with a profile that is none": {"YIYANG_PASSWORDS": "none"},
}


@pytest.mark.parametrize("case", REFUSED)
def test_production_does_not_start(case: str, tmp_path: Path) -> None:
    done = production("-c", "import project.settings", YIYANG_VAR=str(tmp_path), **REFUSED[case])
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr
    value = next(iter(REFUSED[case].values()))
    assert len(value) < 20 or value not in done.stderr  # a secret is not printed


def test_a_key_of_its_own_is_taken() -> None:
    require_secret_key(KEY, public="public")


@pytest.mark.django_db
def test_with_a_superuser_production_does_not_start() -> None:
    require_safe_start()
    User.objects.create_user("root", password="a long word of its own", name="超级", is_superuser=True)
    with pytest.raises(ImproperlyConfigured, match="superusers"):
        require_safe_start()


@pytest.mark.django_db
@pytest.mark.parametrize("login", ["sysadmin", "secadmin", "auditor", "officer", "admin"])
def test_with_a_password_of_the_demonstration_production_does_not_start(login: str) -> None:
    user = User.objects.create_user(login, password="yiyang-demo-2021", name="某人")
    with pytest.raises(ImproperlyConfigured, match="came with the product") as refusal:
        require_safe_start()
    assert login not in str(refusal.value)
    user.set_password("a long word of its own")
    user.save()
    assert unsafe_accounts() == []


# ── logs ───────────────────────────────────────────────────────────────────


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def test_the_log_of_a_run_names_nobody(world: World, caplog: Any, capfd: Any) -> None:
    user = world.county_officer
    user.name, user.phone, user.email = "古丽娜尔", "13899998888", "gulnar@health.example"
    user.save()
    person = {user.name, user.phone, user.email, user.username, "10.77.7.7"}
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)  # statements are logged in debug mode only
    client = Client(raise_request_exception=False, REMOTE_ADDR="10.77.7.7")
    for words in ("wrong", "correct horse"):
        client.post(reverse("login"), {"username": user.username, "password": words})
    for path in ("/", "/ledger/?q=古丽娜尔", "/vacancies/?person=13899998888", "/cases/1/", "/accounts/", "/nowhere/"):
        client.get(path)
    client.post("/me/", {"old_password": "x", "new_password1": "13899998888", "new_password2": "13899998888"})
    for _number in range(6):
        Client(REMOTE_ADDR="10.77.7.7").post(reverse("login"), {"username": user.username, "password": "wrong"})
    formatter = WithoutPersonalData("%(name)s %(message)s")
    lines = [formatter.format(record) for record in caplog.records]
    assert any("django.request" in line for line in lines)
    written = "\n".join(lines) + "".join(capfd.readouterr())
    assert [each for each in person if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", written)] == []


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("call 13812345678 now", "call (phone) now"),
        ("call 0991-2345678 now", "call (phone) now"),
        ("id 65010219500101123X", "id (id card)"),
        ("to gulnar@health.example failed", "to (e-mail) failed"),
        ("GET /vacancies/?person=x HTTP", "GET /vacancies/?… HTTP"),
        ("Gone: /set-password/MjE/abc-def/", "Gone: /set-password/…"),
        ("case 650102000012 took 2021-05-12", "case 650102000012 took 2021-05-12"),
    ],
)
def test_what_slips_into_a_line_is_taken_out(line: str, written: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, line, (), None)
    assert WithoutPersonalData("%(message)s").format(record) == written


def test_logs_are_one_file_a_day_and_kept_as_long_as_said(tmp_path: Path) -> None:
    for day in ("2020-01-01", "2026-01-01"):
        (tmp_path / f"{day}.log").write_text("old")
    (tmp_path / "notes.txt").write_text("not ours")
    handler = DailyFile(str(tmp_path), 200)
    record = logging.LogRecord("x", logging.WARNING, "", 0, "首行", (), None)
    record.created = 1772438400.0  # 2026-03-02
    handler.emit(record)
    handler.emit(record)
    assert (tmp_path / "2026-03-02.log").read_text("utf-8") == "首行\n首行\n"
    assert {path.name for path in tmp_path.iterdir()} == {"2026-01-01.log", "2026-03-02.log", "notes.txt"}


def test_logs_are_kept_for_more_than_six_months_by_default() -> None:
    assert product.LOG_DAYS >= 183
