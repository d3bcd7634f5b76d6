"""Whether the system says that it is alive and ready, and why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import EventDelivery, WorkItem
from project import health
from project.health import readiness
from tests.story import Story, problem
from tests.worlds import build_world, moment

AT = moment("2021-03-02 10:00")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "now", lambda: AT)


def asked(path: str, client: Client) -> tuple[int, dict[str, Any]]:
    # By number, as a probe in the container does, and without TLS.
    response = client.get(path, headers={"host": "10.1.2.3:8000"})
    assert response["Cache-Control"] == "no-store"
    return response.status_code, response.json()


def test_a_process_that_answers_is_alive_whatever_the_database_says(client: Client) -> None:
    assert asked("/healthz", client) == (200, {"status": "alive"})


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_a_system_with_database_migrations_and_triggers_is_ready(client: Client) -> None:
    said = {"status": "ready", "faults": [], "warnings": [], "waiting_seconds": {"alarms": 0, "events": 0}}
    assert asked("/readyz", client) == (200, said)
    with CaptureQueriesContext(connection) as queries:
        asked("/readyz", client)
    assert len(queries) <= 7


@pytest.mark.django_db
def test_health_is_asked_and_never_posted(client: Client) -> None:
    assert client.post("/readyz").status_code == 404


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_what_waits_is_told_by_its_age_and_is_no_fault(client: Client) -> None:
    story = Story.open(build_world())
    story.on("2021-03-02 09:50").submit({"A1-08": problem()})
    EventDelivery.objects.filter(event__at__lt=story.at).update(done_at=story.at)
    WorkItem.objects.open().update(next_alarm_at=AT - dt.timedelta(hours=1))
    status, said = asked("/readyz", client)
    assert (status, said["warnings"]) == (200, ["alarms", "events"])
    assert said["waiting_seconds"] == {"alarms": 3600, "events": 600}
    # Nothing waits that is not due yet.
    WorkItem.objects.open().update(next_alarm_at=AT + dt.timedelta(hours=1))
    EventDelivery.objects.update(done_at=story.at)
    assert asked("/readyz", client)[1]["waiting_seconds"] == {"alarms": 0, "events": 0}


@pytest.mark.django_db
def test_a_missing_migration_is_a_fault(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrations", lambda: frozenset({("cases", "9999_next")}))
    status, said = asked("/readyz", client)
    assert (status, said["status"], said["faults"]) == (503, "not ready", ["migrations"])
    assert readiness(AT).faults == {"migrations": "cases.9999_next"}


@pytest.mark.django_db
def test_a_missing_trigger_is_a_fault(client: Client) -> None:
    name = "cases_caseevent_no_update"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (" ON cases_caseevent" if connection.vendor == "postgresql" else ""))
    assert asked("/readyz", client)[1]["faults"] == ["triggers"]
    with pytest.raises(CommandError, match=f"triggers: {name}"):
        call_command("check_ready", stdout=StringIO())


@pytest.mark.django_db
def test_a_database_that_is_away_is_a_fault(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_connection: object) -> list[str]:
        raise OperationalError("could not connect to server: secret-host")

    monkeypatch.setattr(health, "missing", away)
    status, said = asked("/readyz", client)
    assert (status, said["faults"]) == (503, ["database"])
    assert "secret-host" not in str(said)


@pytest.mark.django_db
def test_a_broker_that_is_away_delays_and_stops_nothing(
    client: Client, settings: Any, unused_port: Callable[[], int]
) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{unused_port()}/0"
    status, said = asked("/readyz", client)
    assert (status, said["warnings"]) == (200, ["broker"])


@pytest.mark.django_db
@pytest.mark.redis
def test_a_broker_that_answers_is_not_mentioned(client: Client, settings: Any, redis_url: str) -> None:
    settings.REDIS_URL = redis_url
    assert asked("/readyz", client)[1]["warnings"] == []


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_the_command_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_ready")
    assert capsys.readouterr().out.splitlines()[-1] == "ready"


@pytest.fixture
def unused_port() -> Callable[[], int]:
    from scripts.servers import free_port

    return free_port
