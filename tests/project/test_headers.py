"""What every answer carries, and what production does not start with."""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from cases.models import User
from project.logs import DailyFile, WithoutPersonalData
from project.safety import require_own_passwords, require_safe_start, require_secret_key, unsafe_accounts
from tests.migrated import migrate_once
from tests.worlds import World, build_world

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "project" / "static"
ONE_LETTER = base64.b64encode(b"k" * 32).decode()
KEY = "k3y-of-this-test_0f-n0-use-to-anyb0dy-else-and-long-enough"


def production(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command in production mode."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("YIYANG_", "DJANGO_"))}
    given = {
        "YIYANG_MODE": "production",
        "YIYANG_SECRET_KEY": KEY,
        "YIYANG_PERSONAL_KEYS": base64.b64encode(bytes(range(32))).decode(),
        "YIYANG_HOSTS": "casework.example",
        "DJANGO_SETTINGS_MODULE": "project.settings",
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
        "LOG_DIR",
        "LOG_DAYS",
        "SESSION_IDLE",
        "SESSION_COOKIE_AGE",
    ]
    program = f"from project import settings as s; print([getattr(s, n) for n in {names}])"
    done = production("-c", program, YIYANG_VAR=str(tmp_path))
    said = "[True, True, True, True, 31536000, '__Host-session', '__Host-csrf', '__Host-language', True, True, "
    said += f"'mlps3', False, {str(tmp_path / 'log')!r}, 200, 1800, 43200]"
    assert done.stdout.strip() == said, done.stderr


REFUSED = {
    "without a key": {"YIYANG_SECRET_KEY": ""},
    "with the demonstration's key": {"YIYANG_SECRET_KEY": "not-secret-for-demo-and-tests-only"},
    "with Django's example of a key": {"YIYANG_SECRET_KEY": "django-insecure-" + KEY},
    "with a short key": {"YIYANG_SECRET_KEY": KEY[:40]},
    "with a key of one letter": {"YIYANG_SECRET_KEY": "k" * 60},
    "with debugging": {"YIYANG_DEBUG": "1"},
    "with logs kept for a month": {"YIYANG_LOG_DAYS": "31"},
    "with a profile that is none": {"YIYANG_PASSWORDS": "none"},
    "with the database image's password": {"YIYANG_DATABASE": "postgresql://yiyang:postgres@db:5432/yiyang"},
    "with the user's name as its password": {"YIYANG_DATABASE": "postgresql://yiyang:Yiyang@db:5432/yiyang"},
    "with a password of examples for the broker": {"YIYANG_REDIS": "redis://:changeme@redis:6379/0"},
    "with a password of examples for the mail": {"YIYANG_EMAIL_URL": "smtp+tls://sender:123456@mail.example:587"},
}


@pytest.mark.parametrize("case", REFUSED)
def test_production_does_not_start(case: str, tmp_path: Path) -> None:
    done = production("-c", "import project.settings", YIYANG_VAR=str(tmp_path), **REFUSED[case])
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr
    value = next(iter(REFUSED[case].values()))
    assert len(value) < 20 or value not in done.stderr  # a secret is not printed


def test_a_key_of_its_own_and_passwords_of_ones_own_are_taken() -> None:
    require_secret_key(KEY, public="public")
    require_own_passwords(DATABASE="postgresql://yiyang:k3-Own-word@db/yiyang", REDIS="redis://redis:6379/0", EMAIL="")


WITHOUT: dict[str, tuple[dict[str, Any], str]] = {
    "without a key for personal data": ({"PERSONAL_KEYS": []}, "YIYANG_PERSONAL_KEYS"),
    "with a malformed key for personal data": ({"PERSONAL_KEYS": ["c2hvcnQ="]}, "YIYANG_PERSONAL_KEYS"),
    "with a key for personal data of one letter": ({"PERSONAL_KEYS": [ONE_LETTER]}, "YIYANG_PERSONAL_KEYS"),
    "with a malformed key for anchors": ({"ANCHOR_KEY": "c2hvcnQ="}, "YIYANG_ANCHOR_KEY"),
    "without a name of the site": ({"ALLOWED_HOSTS": []}, "YIYANG_HOSTS"),
    "under any name": ({"ALLOWED_HOSTS": ["*"]}, "YIYANG_HOSTS"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", WITHOUT)
def test_a_production_server_does_not_start(case: str, settings: Any) -> None:
    settings.PRODUCTION = True
    settings.PERSONAL_KEYS = [base64.b64encode(bytes(range(32))).decode()]
    require_safe_start()
    values, named = WITHOUT[case]
    for name, value in values.items():
        setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=named):
        require_safe_start()


# A database of its own, one server, and what a browser that comes by TLS is told.
STARTED = """
import json, sys
import django; django.setup()
from cases.models import User
if sys.argv[1:] == ["superuser"]:
    User.objects.create_user("root", password="a long word of its own", name="超级", is_superuser=True)
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # none collected
import project.wsgi
from django.test import Client
from django.test.utils import setup_test_environment
asked = {"HTTP_HOST": "casework.example", "HTTP_X_FORWARDED_PROTO": "https"}
client = Client(enforce_csrf_checks=True, raise_request_exception=False)
User.objects.create_user("somebody", password="a long word of its own", name="某人")
def told(answer):
    return {"status": answer.status_code, "headers": dict(answer.headers), "text": answer.content.decode()[:3000]}
found = {path: told(client.get(path, **asked)) for path in ("/login/", "/nowhere/", "/survey/x-y/", "/healthz")}
found["forged"] = told(client.post("/login/", {"username": "somebody"}, **asked))
found["plain"] = told(client.get("/login/", HTTP_HOST="casework.example"))
found["another name"] = told(client.get("/login/", **asked | {"HTTP_HOST": "evil.example"}))
client = Client()
client.get("/login/", **asked)
client.post("/login/", {"username": "somebody", "password": "a long word of its own"}, **asked)
flags = ("secure", "httponly", "samesite", "path", "domain")
found["cookies"] = {name: {flag: each[flag] for flag in flags} for name, each in client.cookies.items()}
print(json.dumps(found))
"""


def started(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A production server on a copy of the migrated database."""
    copy = tmp_path / "yiyang.sqlite3"
    shutil.copy(migrate_once(), copy)
    return production(
        "-c", STARTED, *words, YIYANG_VAR=str(tmp_path), YIYANG_DATABASE=f"sqlite:///{copy}", YIYANG_STATIC=str(STATIC)
    )


@pytest.mark.sqlite
@pytest.mark.django_db
def test_what_a_production_server_tells_a_browser(tmp_path: Path) -> None:
    done = started(tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    cookies = found.pop("cookies")
    assert {name: each["status"] for name, each in found.items()} == {
        "/login/": 200, "/nowhere/": 404, "/survey/x-y/": 404, "/healthz": 200,
        "forged": 403, "plain": 301, "another name": 400,
    }  # fmt: skip
    for name in ("/login/", "/nowhere/", "/survey/x-y/", "forged"):
        assert found[name]["headers"]["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    for name in ("/login/", "/nowhere/", "/survey/x-y/", "forged", "another name"):
        assert "default-src 'none'" in found[name]["headers"]["Content-Security-Policy"]
        assert found[name]["headers"]["X-Content-Type-Options"] == "nosniff"
        assert not re.search(r"Django|Traceback|settings\.|gunicorn|Python", found[name]["text"])
        assert not {"Server", "X-Powered-By"} & set(found[name]["headers"])
    assert found["plain"]["headers"]["Location"] == "https://casework.example/login/"
    assert set(cookies) == {"__Host-session", "__Host-csrf"}
    for each in cookies.values():
        assert (each["secure"], each["samesite"], each["path"], each["domain"]) == (True, "Lax", "/", "")
    assert cookies["__Host-session"]["httponly"] is True


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_production_server_with_a_superuser_really_ends(tmp_path: Path) -> None:
    done = started(tmp_path, "superuser")
    assert done.returncode != 0
    assert "superusers do not exist in production" in done.stderr
    assert done.stdout == ""


# ── requests ───────────────────────────────────────────────────────────────


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_more_than_the_system_can_handle_ends_before_it_is_read(accept: str) -> None:
    client = Client()
    client.force_login(build_world().county_officer)
    length = str(product.LARGEST_REQUEST + 1)
    answer = client.post(reverse("messages"), CONTENT_LENGTH=length, HTTP_ACCEPT=accept)
    assert answer.status_code == 413
    assert "50 MB" in answer.content.decode()
    assert answer["Content-Type"].startswith(accept)


def views(patterns: list[Any]) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns)
        else:
            yield pattern.name or str(pattern.pattern), pattern.callback


def test_every_view_wants_the_token_of_our_own_pages() -> None:
    """But the survey's: its link is the key, and a forged request would have to know it."""
    exempt = [name for name, view in views(get_resolver().url_patterns) if getattr(view, "csrf_exempt", False)]
    assert exempt == ["survey_answer"]
    assert "django.middleware.csrf.CsrfViewMiddleware" in product.MIDDLEWARE


SCRIPTS = sorted((ROOT / "project" / "static" / "yiyang" / "js").glob("*.js"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_ours_makes_code_of_text(script: Path) -> None:
    text = script.read_text("utf-8")
    assert not re.search(r"\beval\(|new Function|document\.write|insertAdjacentHTML|setTimeout\(\s*[\"']", text)
    assert "javascript:" not in text


def test_pages_are_made_of_html_in_one_place_and_only_of_what_the_server_has_rendered() -> None:
    making = {
        script.name: len(re.findall(r"(?:inner|outer)HTML\s*[+]?=(?!=)", script.read_text())) for script in SCRIPTS
    }
    assert {name: count for name, count in making.items() if count} == {"parts.js": 1}
    callers = [script.name for script in SCRIPTS if re.search(r"\bfromHtml\(", script.read_text())]
    assert callers == ["autosave.js", "marks.js"]  # fragments and marks, as answers of ours bring them


def test_what_comes_as_text_with_a_page_is_never_evaluated() -> None:
    assert '"allowEval":false' in (ROOT / "templates" / "base.html").read_text("utf-8").replace(" ", "")


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
