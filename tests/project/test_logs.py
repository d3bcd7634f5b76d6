"""What logs say and do not say, whoever writes them: the product, the web server, the workers."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from project.logs import WithoutPersonalData
from scripts.servers import free_port
from tests.project.test_headers import ROOT, production

NAME, PHONE = "古丽娜尔", "13899998888"
urlpatterns: list[Any] = []


def fails(request: Any) -> HttpResponse:
    raise ValueError(f"{request.GET['q']} is no number")


# ── the product ────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_fault_is_logged_with_its_place_and_kind_and_without_its_words(settings: Any, caplog: Any) -> None:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    urlpatterns[:] = [path("fails/", fails)]
    answer = Client(raise_request_exception=False).get("/fails/", {"q": NAME})
    assert answer.status_code == 500
    assert NAME not in answer.content.decode()
    [record] = [record for record in caplog.records if record.name == "django.request"]
    logging.Formatter().format(record)  # as another handler does, which leaves its traceback behind
    line = WithoutPersonalData("%(name)s %(message)s").format(record)
    assert "builtins.ValueError" in line
    assert ", in fails" in line
    assert NAME not in line


# ── the web server ─────────────────────────────────────────────────────────


APPLICATION = """
def application(environ, start_response):
    if environ["PATH_INFO"].startswith("/fault"):
        raise ValueError(environ["QUERY_STRING"])
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]
"""


@contextmanager
def gunicorn(var: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    port = free_port()
    (var / "served.py").write_text(APPLICATION)
    words = ["-m", "gunicorn", "served:application", "--pythonpath", str(var), "--bind", f"127.0.0.1:{port}"]
    logger = ["--no-control-socket", "--logger-class", "project.running.server_log.ServerLog"]
    env = {
        "PATH": os.environ["PATH"],
        "YIYANG_MODE": "production",
        "YIYANG_SECRET_KEY": "k3y-of-this-test_0f-n0-use-to-anyb0dy-else-and-long-enough",
        "YIYANG_HOSTS": "127.0.0.1",
        "YIYANG_VAR": str(var),
        "DJANGO_SETTINGS_MODULE": "project.settings",
    }
    server = subprocess.Popen(
        [sys.executable, *words, *logger], cwd=ROOT, env=env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        for _try in range(600):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            threading.Event().wait(0.05)
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.send_signal(signal.SIGTERM)


def ask(address: str) -> None:
    with suppress(urllib.error.HTTPError):
        urllib.request.urlopen(address, timeout=20).read()  # noqa: S310 - the server of this test


def test_the_server_logs_a_line_a_request_without_query_key_or_words(tmp_path: Path) -> None:
    with gunicorn(tmp_path) as (address, server):
        ask(f"{address}/ledger/?q={PHONE}")
        ask(f"{address}/set-password/MjE/abc-def/")
        ask(f"{address}/survey/one-time-token/")
        ask(f"{address}/a%0Aline%20of%20its%20own")
        ask(f"{address}/fault/?name=Gulnar")
        ask(f"{address}/healthz")
    said = "".join(server.communicate(timeout=20))
    [file] = (tmp_path / "log").glob("*.log")
    kept = file.read_text("utf-8")
    for written in (said, kept):
        assert "127.0.0.1 GET /ledger/ 200" in written
        assert "127.0.0.1 GET /set-password/…" in written
        assert "127.0.0.1 GET /survey/…" in written
        assert "GET /a%0Aline%20of%20its%20own 200" in written
        assert "Error handling request" in written
        for told in (PHONE, "abc-def", "one-time-token", "Gulnar", "/healthz"):
            assert told not in written
    assert file.stat().st_mode & 0o007 == 0


# ── the workers ────────────────────────────────────────────────────────────


def test_celery_writes_into_the_same_log_and_by_the_same_rules(tmp_path: Path) -> None:
    program = (
        "import django; django.setup(); from project.celery import app; app.log.setup('WARNING'); "
        "import logging; [logging.getLogger(name).error('call %s', '" + PHONE + "')"
        " for name in ('celery.task', 'celery.app.trace', 'celery.worker')]"
    )
    environment = {
        "YIYANG_VAR": str(tmp_path),
        "YIYANG_CLOCK": "celery",
        "YIYANG_REDIS": "redis://127.0.0.1:1/0",
        "DJANGO_SETTINGS_MODULE": "project.settings",
    }
    done = production("-c", program, **environment)
    [file] = (tmp_path / "log").glob("*.log")
    for written in (done.stderr, file.read_text("utf-8")):
        assert written.count("call (phone)") == 3, done.stderr
        assert PHONE not in written
