"""The services of docker-compose.yml as processes on loopback, started by the very commands of that file."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import redis

from scripts.provision import find_postgresql, find_redis
from scripts.servers import Servers, free_port, other_user
from tests.clockwork import ROOT, Process
from tests.fast_clock import FastClock
from tests.project.compose import COMPOSE, SERVICES

REPLICAS = {"web": "web", "worker-1": "worker", "worker-2": "worker", "beat": "beat"}
SECONDS = 180.0
PAUSE = 0.3


def eventually(holds: Callable[[], Any], what: str, words: Callable[[], str] = str) -> None:
    limit = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < limit, f"not within {SECONDS:.0f} s: {what}\n{words()}"
        threading.Event().wait(0.05)


class System:
    """All services but the proxy, whose part the test plays: it says that the request came by HTTPS."""

    def __init__(self, directory: Path, servers: Servers, clock: FastClock) -> None:
        self.directory, self.servers, self.clock = directory, servers, clock
        self.services: dict[str, Process] = {}
        self.stopped = threading.Event()
        self.supervisor = threading.Thread(target=self._supervise, daemon=True)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        for name in ("beat", "var", "static"):
            (directory / name).mkdir()
        self.supervisor.start()

    def _supervise(self) -> None:
        """What ``restart: unless-stopped`` does: whatever ends, by a kill or of itself, is started again."""
        while not self.stopped.wait(PAUSE):
            for service in list(self.services.values()):
                if not service.alive():
                    service.start()

    def start_stores(self) -> None:
        """PostgreSQL and Redis, with the arguments of the file and a place of the test's."""
        database, _part = self.servers.start_postgresql(find_postgresql(), durable=True)
        first, _wanted = self.servers.running.pop()
        first.send_signal(signal.SIGINT)
        first.wait()
        arguments: Any = first.args
        home = self.servers.directory / "postgresql"
        how = {**other_user(), "cwd": "/"}
        env = {"PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(home), "LC_ALL": "C", "TZ": "UTC"}
        here = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        self._add("postgres", [*arguments[:5], *SERVICES["postgres"]["command"][1:], *here], env, **how)
        self.database_url = f"{database}/postgres"
        port = free_port()
        here = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(self.directory)]
        self._add(
            "redis", [str(find_redis().path), *SERVICES["redis"]["command"][1:], *here], {"PATH": "/usr/bin:/bin"}
        )
        self.redis_url = f"redis://127.0.0.1:{port}/0"
        self.ask("SELECT 1")
        eventually(self.redis_answers, "Redis answers")

    def _add(self, name: str, command: list[str], env: dict[str, str], **how: Any) -> None:
        self.services[name] = Process(command, env, self.directory / f"{name}.log", **how)

    def environment(self, name: str, receiver: str = "") -> dict[str, str]:
        """The environment of the file with the test's addresses in the place of the file's."""
        ours = {
            "YIYANG_VAR": str(self.directory / "var"),
            "YIYANG_STATIC": str(self.directory / "static"),
            "YIYANG_SECRET_KEY": "a key of the topology test, of no use to anybody else",
            "YIYANG_PERSONAL_KEYS": "b2YgdGhlIHRvcG9sb2d5IHRlc3QsIGZvciBubyBvdGg=",
            "YIYANG_HOSTS": "127.0.0.1",
            "YIYANG_DATABASE": self.database_url,
            "YIYANG_REDIS": self.redis_url,
            "YIYANG_WEBHOOK_NETWORKS": "127.0.0.0/8",
        }
        named = {
            key: value for key, value in COMPOSE["x-environment"].items() if value is not None and "$" not in value
        }
        return {
            **named,
            **ours,
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "DJANGO_SETTINGS_MODULE": "tests.production_settings",
            "YIYANG_TEST_CLOCK": str(self.clock),
            "PGAPPNAME": name,
            "LANG": "C.UTF-8",
        }

    def command(self, service: str) -> list[str]:
        """The command of the file, with its address and directories moved to the test's."""
        moved = {"0.0.0.0:8000": f"127.0.0.1:{self.port}", "/run/beat/schedule": str(self.directory / "beat/schedule")}
        words: list[str] = [moved.get(word, word) for word in SERVICES[service]["command"]]
        return words

    def run(self, *words: str) -> str:
        """A command of the product, to its end."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.environment("test"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def start(self, *names: str) -> None:
        for name in names:
            self._add(name, self.command(REPLICAS[name]), self.environment(name))

    def stop(self) -> None:
        self.stopped.set()
        self.supervisor.join()
        for service in reversed(self.services.values()):
            service.kill()

    def state(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.run("-m", "tests.topology_world", "state"))
        return said

    def ask(self, query: str, *parameters: Any) -> list[Any]:
        """Look into the database from outside; waits while it is away."""
        limit = time.monotonic() + SECONDS
        while True:
            try:
                with psycopg.connect(self.database_url, connect_timeout=2, autocommit=True) as outside:
                    cursor = outside.execute(query, parameters)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                if time.monotonic() > limit:
                    raise
                threading.Event().wait(0.1)

    def redis_answers(self) -> bool:
        with suppress(redis.RedisError), redis.Redis.from_url(self.redis_url) as client:
            return bool(client.ping())
        return False

    def flush_redis(self) -> None:
        eventually(self.redis_answers, "Redis answers")
        with redis.Redis.from_url(self.redis_url) as client:
            client.flushall()

    def is_ready(self) -> bool:
        request = urllib.request.Request(f"{self.address}/readyz", headers={"X-Forwarded-Proto": "https"})  # noqa: S310
        with suppress(OSError):
            return bool(urllib.request.urlopen(request, timeout=10).status == 200)  # noqa: S310
        return False

    def words(self) -> str:
        """The last words of every service."""
        return "\n".join(f"--- {name}\n{service.words()}" for name, service in self.services.items())
