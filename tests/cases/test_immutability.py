"""What is written once stays: triggers on events, submitted versions, history and editions in use."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from cases.immutability import SWITCH, guards, install, is_switched_off, missing, rewriting
from cases.models import Case, CaseEvent, Edition, SelfCheckSubmission
from tests.cases.audited import faults
from tests.story import Story
from tests.worlds import build_world

pytestmark = pytest.mark.each


@pytest.fixture
def story(db: None) -> Story:
    told = Story.open(build_world())
    told.on("2021-03-01").submit()
    return told


def sql(statement: str) -> Callable[[], None]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run


CHANGES: dict[str, Callable[[], object]] = {
    "an event is edited": lambda: CaseEvent.objects.update(reason="改写"),
    "an event is deleted": lambda: CaseEvent.objects.all()._raw_delete("default"),
    "an event is deleted in SQL": sql("DELETE FROM cases_caseevent"),
    "an event is edited through its row": lambda: CaseEvent.objects.get(seq=1).save(),
    "a submitted version is edited": lambda: SelfCheckSubmission.objects.update(medical_beds=1),
    "a submitted version is deleted": lambda: SelfCheckSubmission.objects.all()._raw_delete("default"),
    "history is edited": lambda: Case.history.update(state="archived"),
    "history is deleted": lambda: Case.history.all().delete(),
    "an edition in use is edited": lambda: Edition.objects.filter(version="2021").update(title="改名"),
    "an edition in use is deleted": lambda: Edition.objects.filter(version="2021")._raw_delete("default"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_the_database_refuses_when(change: Callable[[], object], story: Story) -> None:
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        change()


def test_an_edition_that_no_case_uses_may_still_change(story: Story) -> None:
    assert Edition.objects.filter(version="2022").update(title="2022年版") == 1


@pytest.mark.sqlite
def test_sqlite_refuses_to_replace_an_existing_event(story: Story) -> None:
    replace = "INSERT OR REPLACE INTO cases_caseevent SELECT * FROM cases_caseevent ORDER BY id LIMIT 1"
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        sql(replace)()


@pytest.mark.postgres
def test_postgresql_refuses_to_truncate_events(story: Story) -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")()
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        sql("TRUNCATE cases_caseevent CASCADE")()


def test_the_one_off_switch_lets_a_migration_rewrite_and_closes_again(story: Story) -> None:
    with rewriting():
        CaseEvent.objects.update(reason="改写")
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        CaseEvent.objects.update(reason="再改")


def test_every_history_table_is_guarded(db: None) -> None:
    tables = {
        model._meta.db_table for model in apps.get_app_config("cases").get_models() if hasattr(model, "history_object")
    }
    assert tables <= {guard.table for guard in guards()}
    assert len(tables) >= 8


def test_a_lost_trigger_is_noticed_and_put_back_by_the_next_migration(db: None) -> None:
    if connection.vendor == "sqlite":
        sql("DROP TRIGGER cases_caseevent_no_update")()
    else:
        sql("DROP TRIGGER cases_caseevent_no_update ON cases_caseevent")()
    assert missing(connection) == ["cases_caseevent_no_update"]
    install(connection)
    assert missing(connection) == []


ALTERED = {
    "sqlite": [
        "DROP TRIGGER cases_caseevent_no_delete",
        "CREATE TRIGGER cases_caseevent_no_delete BEFORE DELETE ON cases_caseevent WHEN 0 BEGIN SELECT 1; END",
    ],
    "postgresql": [
        "DROP TRIGGER cases_caseevent_no_delete ON cases_caseevent",
        """CREATE TRIGGER cases_caseevent_no_delete BEFORE DELETE ON cases_caseevent
           FOR EACH ROW WHEN (OLD.seq < 0) EXECUTE FUNCTION cases_written_once()""",
    ],
}


def test_a_trigger_that_was_put_back_without_teeth_is_noticed(db: None) -> None:
    for statement in ALTERED[connection.vendor]:
        sql(statement)()
    assert missing(connection) == ["cases_caseevent_no_delete"]


@pytest.mark.postgres
def test_triggers_that_fire_on_replicas_alone_or_whose_function_does_nothing_are_noticed(db: None) -> None:
    sql("ALTER TABLE cases_caseevent ENABLE REPLICA TRIGGER cases_caseevent_no_update")()
    assert missing(connection) == ["cases_caseevent_no_update"]
    install(connection)
    body = "BEGIN RETURN COALESCE(NEW, OLD); END"
    sql(f"CREATE OR REPLACE FUNCTION cases_written_once() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")()
    assert len(missing(connection)) == 3 * len(guards())


def test_a_switch_that_was_left_on_is_noticed(db: None) -> None:
    assert not is_switched_off(connection)
    with rewriting():
        assert is_switched_off(connection)
        assert faults()[0].where == SWITCH
    assert not is_switched_off(connection)
