"""The whole system as docker-compose.yml starts it: any part may be killed in mid-work, and the outcome is the same.

The same small year is played in several groups of institutions: in one of them nothing is disturbed, in each of the
others one part is killed or Redis loses its memory while the group's work is under way. In the end every group must
look like the calm one: states, events, rungs and messages, and each message has left once.
"""

from __future__ import annotations

import http.client
import http.cookiejar
import json
import signal
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from scripts.servers import Servers
from tests.clockwork import Receiver, receiver
from tests.fast_clock import FastClock
from tests.project.compose import SERVICES
from tests.topology import REPLICAS, System, eventually
from tests.worlds import moment

pytestmark = [pytest.mark.slow(45), pytest.mark.postgres, pytest.mark.redis]

SPEED = 120  # a lease of ten minutes runs out in five seconds
BACK_AND_FORTH = 3
STEPS = [
    *[("filler", "request_confirmation", "confirming"), ("filler", "withdraw", "self_check")] * BACK_AND_FORTH,
    ("filler", "request_confirmation", "confirming"),
    ("head", "submit", "submitted"),
]
# Who is killed, in this order; Redis also loses its memory while it runs.
DISTURBED = ["web", "worker-1", "worker-2", "beat", "flush", "redis", "postgres"]
SPARE = 4  # groups whose work was over before the part was caught with any of it


class Person:
    """Somebody with a browser, behind the proxy: cookies that are for HTTPS only come back."""

    def __init__(self, address: str, username: str) -> None:
        self.address, self.username = address, username
        policy = http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))
        self.cookies = http.cookiejar.CookieJar(policy)
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.opener.addheaders = [
            ("X-Forwarded-Proto", "https"),
            ("Referer", address.replace("http:", "https:") + "/"),
        ]

    def sign_in(self) -> None:
        self.opener.open(f"{self.address}/login/", timeout=20).read()
        self.post("/login/", username=self.username, password="correct horse")
        assert any(cookie.name == "__Host-session" for cookie in self.cookies)

    def post(self, path: str, **data: str) -> None:
        token = next((cookie.value for cookie in self.cookies if cookie.name == "__Host-csrf"), "") or ""
        body = urllib.parse.urlencode({**data, "csrfmiddlewaretoken": token}).encode()
        self.opener.open(self.address + path, body, timeout=20).read()


class Player:
    """Plays one case to its end, as people do: look where it stands, press, look again, whatever comes between."""

    def __init__(self, system: System, case: int, people: dict[str, Person]) -> None:
        self.system, self.case, self.people = system, case, people
        self.fault, self.in_request = "", False
        self.thread = threading.Thread(target=self._play, daemon=True)
        self.thread.start()

    def _play(self) -> None:
        limit = time.monotonic() + 300
        for part, verb, state in STEPS:
            press = partial(self.people[part].post, f"/cases/{self.case}/do/{verb}/")
            self._until(press, partial(self._stands_at, state), limit)

    def _stands_at(self, state: str) -> bool:
        return self._state() == state

    def _until(self, act: Callable[[], None], done: Callable[[], bool], limit: float) -> None:
        while not self.fault and not done():
            if time.monotonic() > limit:
                self.fault = f"case {self.case} stands at {self._state()}"
                return
            self.in_request = True
            try:
                act()
            except urllib.error.HTTPError as refused:
                # Done already, or the database is away; the next look at the case tells which.
                refused.close()
                threading.Event().wait(0.1)
            except (OSError, http.client.HTTPException):
                threading.Event().wait(0.1)
            finally:
                self.in_request = False

    def _state(self) -> str:
        return str(self.system.ask("SELECT state FROM cases_case WHERE id = %s", self.case)[0][0])


class Group:
    """One group's work: reminders that become due, and cases that are played."""

    def __init__(self, system: System, told: dict[str, Any], people: dict[str, Person]) -> None:
        self.system, self.reminded, self.played, self.people = system, told["reminded"], told["played"], people
        self.players: list[Player] = []

    def begin(self) -> None:
        self.system.ask(
            "UPDATE cases_workitem SET due_since = %s, next_alarm_at = %s WHERE process_id = ANY(%s)",
            moment("2021-01-04"),
            moment("2021-04-20 09:00"),
            self.reminded,
        )
        self.players = [Player(self.system, case, self.people) for case in self.played]

    def under_way(self) -> bool:
        return any(player.thread.is_alive() for player in self.players)

    def outcome(self, cases: dict[str, Any]) -> list[list[Any]]:
        """What became of the group, in order, without keys."""
        return [[cases[str(case)] for case in (*self.reminded, *self.played)]]


@pytest.fixture
def far_end() -> Iterator[Receiver]:
    with receiver() as far_end:
        yield far_end


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with Servers() as servers:
        system = System(tmp_path, servers, FastClock.starting(moment("2021-04-20 09:30"), SPEED))
        try:
            system.start_stores()
            system.run(*SERVICES["migrate"]["command"][1:])
            system.run("manage.py", "collectstatic", "--noinput", "--ignore", "viewflow", "--verbosity", "0")
            yield system
        finally:
            system.stop()


def in_flight(system: System, name: str, group: Group) -> bool:
    """Whether the part has work in hand: a request, a transaction that has written, or what only it can pass on."""
    if name == "web":
        return any(player.in_request for player in group.players)
    if name.startswith("worker"):
        writing = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND state = 'idle in transaction'"
        return bool(system.ask(f"{writing} AND backend_xid IS NOT NULL", name)[0][0])
    if name == "postgres":
        return bool(system.ask("SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL")[0][0])
    return group.under_way()


def killed_in_flight(system: System, name: str, group: Group) -> bool:
    """Kill the part when it is seen to have work in hand; it stands still while that is made sure of."""
    while group.under_way():
        if not in_flight(system, name, group):
            threading.Event().wait(0.002)
            continue
        if name == "flush":
            system.flush_redis()
            return True
        service = system.services[name]
        if name == "postgres":
            service.kill()
            return True
        service.send(signal.SIGSTOP)
        if in_flight(system, name, group) and not threading.Event().wait(0.005) and in_flight(system, name, group):
            service.kill()
            return True
        service.send(signal.SIGCONT)
    return False


def quiet(system: System) -> bool:
    """Nothing is due and nothing is on its way."""
    left = """SELECT (SELECT count(*) FROM cases_eventdelivery WHERE done_at IS NULL)
        + (SELECT count(*) FROM notifications_dispatch WHERE state = 'waiting')
        + (SELECT count(*) FROM cases_workitem WHERE finished IS NULL AND next_alarm_at <= %s)"""
    return not system.ask(left, system.clock.now())[0][0]


def test_whatever_is_killed_in_mid_work_the_outcome_is_that_of_a_calm_run(
    system: System, far_end: Receiver, tries: Callable[[int, int], int]
) -> None:
    disturbances = DISTURBED * tries(1, 5)
    groups = 1 + len(disturbances) + SPARE * tries(1, 5)
    told = json.loads(system.run("-m", "tests.topology_world", "build", far_end.url, str(groups)))
    people = {part: Person(system.address, told[part]) for part in ("filler", "head")}
    calm, *others = [Group(system, group, people) for group in told["groups"]]
    system.start(*REPLICAS)
    eventually(system.is_ready, "the web server is ready", system.words)
    for person in people.values():
        person.sign_in()
    calm.begin()
    eventually(lambda: not calm.under_way() and quiet(system), "the calm run ends", system.words)

    spare, disturbed = iter(others), []
    for name in disturbances:
        for group in spare:
            group.begin()
            disturbed.append(group)
            if killed_in_flight(system, name, group):
                break
        else:
            pytest.fail(f"{name} was never caught in mid-work\n{system.words()}")
    eventually(lambda: not any(group.under_way() for group in disturbed), "all cases have been played")
    eventually(lambda: quiet(system), "everything has been told", system.words)

    faults = [player.fault for group in disturbed for player in group.players if player.fault]
    assert not faults
    state = system.state()
    assert state["faults"] == []
    expected = calm.outcome(state["cases"])
    assert {case["state"] for case in expected[0]} == {"self_check", "submitted"}
    assert [bool(case["rungs"]) for case in expected[0]] == [True] * len(calm.reminded) + [False] * len(calm.played)
    for group in disturbed:
        assert group.outcome(state["cases"]) == expected
    assert state["dispatches"] == {"sent": len(state["keys"])}
    assert set(far_end.calls) == set(state["keys"])
    eventually(lambda: all(service.alive() for service in system.services.values()), "all run", system.words)
