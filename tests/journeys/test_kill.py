"""The server is killed in the middle of its work: every case is left as one of its steps left it, on both databases."""

from __future__ import annotations

import http.cookiejar
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cases.access import appoint
from cases.models import Case, CaseEvent
from tests.story import Story
from tests.worlds import BEGINNING, World, build_world
from workflows.consistency import faults

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.django_db(transaction=True)


class Browser:
    """A person with a session, who presses buttons as fast as the server answers."""

    def __init__(self, address: str, username: str) -> None:
        self.address = address
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.opener.open(f"{address}/login/", timeout=20).read()
        self.post("/login/", username=username, password="correct horse")

    def post(self, path: str, **data: str) -> None:
        token = next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken")
        body = urllib.parse.urlencode({**data, "csrfmiddlewaretoken": token or ""}).encode()
        request = urllib.request.Request(self.address + path, body, {"Referer": self.address})  # noqa: S310
        self.opener.open(request, timeout=20).read()


@contextmanager
def server(database_url: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The product as it is served, in processes of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "YIYANG_TEST_DATABASE": database_url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "project.wsgi"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}", process
    finally:
        with_all(process, signal.SIGKILL)
        process.wait()


def with_all(process: subprocess.Popen[bytes], number: int) -> None:
    """Send the signal to the server and its workers."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def wait_for(address: str) -> None:
    for _try in range(200):
        try:
            urllib.request.urlopen(f"{address}/login/", timeout=5).read()  # noqa: S310
        except OSError:
            threading.Event().wait(0.05)
        else:
            return
    pytest.fail("the server does not start")


def press(address: str, username: str, case: Case, verbs: list[str], stop: threading.Event, pressed: list[int]) -> None:
    """Press the verbs' buttons in turn until the server is gone."""
    try:
        browser = Browser(address, username)
        while not stop.is_set():
            for verb in verbs:
                try:
                    browser.post(f"/cases/{case.pk}/do/{verb}/")
                except urllib.error.HTTPError as refused:
                    refused.close()
                pressed[0] += 1
    except (OSError, http.client.HTTPException, StopIteration):
        return


def stories(world: World) -> list[Story]:
    """Two institutions' years: one under verification, one with its filler."""
    for role in ("institution_filler", "institution_head"):
        appoint(world.people[role], world.sibling, role, valid_from=BEGINNING)
    submitted, drafting = Story.open(world), Story.open(world, unit=world.sibling)
    submitted.on("2021-03-01").submit()
    drafting.on("2021-03-01").fill()
    return [submitted, drafting]


def test_a_kill_at_any_moment_leaves_every_case_consistent(database_url: str, tries: Callable[[int, int], int]) -> None:
    world = build_world()
    submitted, drafting = stories(world)
    dice = random.Random(2021)
    for _try in range(tries(3, 60)):
        before = CaseEvent.objects.count()
        pressed = [0]
        stop = threading.Event()
        with server(database_url) as (address, process):
            wait_for(address)
            presses = [
                ("county_officer", submitted.case, ["claim", "release"]),
                ("institution_filler", drafting.case, ["request_confirmation", "withdraw"]),
            ]
            people = [
                threading.Thread(target=press, args=(address, world.people[role].username, case, verbs, stop, pressed))
                for role, case, verbs in presses
            ]
            for person in people:
                person.start()
            deadline = time.monotonic() + 30
            while CaseEvent.objects.count() < before + 6 and time.monotonic() < deadline:
                stop.wait(0.02)
            stop.wait(dice.random() * 0.2)
            with_all(process, signal.SIGKILL)
            stop.set()
            for person in people:
                person.join(timeout=30)
        assert CaseEvent.objects.count() >= before + 6, f"nothing was in flight ({pressed[0]} buttons pressed)"
        assert list(faults(Case.objects.all())) == []


def test_after_a_kill_the_work_goes_on(database_url: str) -> None:
    world = build_world()
    submitted, _drafting = stories(world)
    for _start in range(2):
        with server(database_url) as (address, process):
            wait_for(address)
            browser = Browser(address, world.county_officer.username)
            browser.post(f"/cases/{submitted.case.pk}/do/claim/")
            browser.post(f"/cases/{submitted.case.pk}/do/release/")
            with_all(process, signal.SIGKILL)
    assert CaseEvent.objects.filter(case=submitted.case, verb="claim").count() == 2
    assert list(faults(Case.objects.all())) == []
