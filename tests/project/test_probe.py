"""The probe of the health checks: success is status 0, everything else is told."""

from __future__ import annotations

import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.probe import main


class Answering(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 503)
        self.end_headers()
        self.wfile.write(b"migrations are missing")

    def log_message(self, *_words: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_server_that_is_well_gives_status_0(address: str) -> None:
    assert main([f"{address}/healthz"]) == 0


def test_a_server_that_is_not_ready_gives_status_1_and_what_it_says(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([f"{address}/readyz"]) == 1
    assert "503 migrations are missing" in capsys.readouterr().err


def test_a_server_that_is_away_gives_status_1(unused_tcp_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"http://127.0.0.1:{unused_tcp_port}/healthz"]) == 1
    assert "refused" in capsys.readouterr().err


@pytest.fixture
def unused_tcp_port() -> int:
    from scripts.servers import free_port

    return free_port()


def test_a_schedule_that_is_written_to_is_alive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--written-within", "60", str(tmp_path)]) == 1
    assert "nothing written" in capsys.readouterr().err
    schedule = tmp_path / "schedule"
    schedule.write_bytes(b"")
    assert main(["--written-within", "60", str(tmp_path)]) == 0
    os.utime(schedule, (0, 0))
    assert main(["--written-within", "60", str(tmp_path)]) == 1
