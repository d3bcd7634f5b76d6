"""Triggers that keep what is written once: events, submitted versions, history, editions in use (design, idea 4).

They are (re)installed and checked after every migration, because SQLite's table remake drops them. Each refuses
UPDATE, DELETE and, on SQLite, INSERT OR REPLACE over an existing key (which no DELETE trigger sees); on PostgreSQL also
TRUNCATE. Tests that clean up and migrations by the owner share the one off-switch ``rewriting``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

SWITCH = "cases_rewriting"
REFUSED = "this record is written once"
# PostgreSQL's function of all triggers, and how it counts a trigger's type (BEFORE; for each row but for TRUNCATE).
BODY = f"""
    BEGIN
        IF current_setting('yiyang.rewriting', true) = 'on' AND pg_has_role(
            current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER'
        ) THEN
            RETURN COALESCE(NEW, OLD);
        END IF;
        RAISE EXCEPTION '{REFUSED}: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END """  # noqa: S608 - a constant
UPDATE, DELETE, TRUNCATE = 1 | 2 | 16, 1 | 2 | 8, 2 | 32


@dataclass(frozen=True)
class Guard:
    """One protected table; ``when`` limits the protection to some rows (SQL over OLD)."""

    table: str
    key: str
    when: str = ""


def guards() -> list[Guard]:
    """The protected tables: events, submitted and filed versions, used editions, and every history table of ours."""
    found = [
        Guard("cases_caseevent", "id"),
        Guard("cases_systemevent", "id"),
        Guard("cases_rowlayout", "id"),
        Guard("cases_selfchecksubmission", "id"),
        Guard("cases_summaryversion", "id"),
        Guard("cases_summaryentry", "id"),
        Guard("cases_edition", "id", when="OLD.used_at IS NOT NULL"),
    ]
    found += [
        Guard(model._meta.db_table, "history_id") for model in apps.get_models() if hasattr(model, "history_object")
    ]
    return found


def _present(connection: BaseDatabaseWrapper) -> list[Guard]:
    """The guards of tables that exist; another application's may not have been migrated yet."""
    tables = set(connection.introspection.table_names())
    return [guard for guard in guards() if guard.table in tables]


def install(connection: BaseDatabaseWrapper) -> None:
    """Install every trigger anew."""
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor, _present(connection)):
            cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of triggers that are not there, are switched off, or do not say what they were installed to say."""
    present, guarded = _installed(connection), _present(connection)
    wanted = {name: said for guard in guarded for name, said in _meant(guard, connection.vendor).items()}
    return sorted(name for name, said in wanted.items() if present.get(name) != said)


def is_switched_off(connection: BaseDatabaseWrapper) -> bool:
    """Whether somebody has left the switch of ``rewriting`` on, so that no trigger refuses anything."""
    query = {
        "sqlite": f"SELECT EXISTS (SELECT 1 FROM {SWITCH})",  # noqa: S608 - a constant
        "postgresql": "SELECT COALESCE(current_setting('yiyang.rewriting', true) = 'on', false)",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        return bool(cursor.fetchone()[0])


def _installed(connection: BaseDatabaseWrapper) -> dict[str, Any]:
    """What the triggers of the database say, by name, in the form of ``_meant``."""
    query = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": """
            SELECT t.tgname, c.relname, t.tgtype, p.prosrc, substring(pg_get_triggerdef(t.oid) FROM 'WHEN (.*) EXECUTE')
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
        """,
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall()
    if connection.vendor == "sqlite":
        return dict(rows)
    return {name: (table, kind, source, (when or "").strip("()").lower()) for name, table, kind, source, when in rows}


def _meant(guard: Guard, vendor: str) -> dict[str, Any]:
    """What the triggers of a table should say, by name: on PostgreSQL its table, type, function and condition."""
    names = _names(guard, vendor)
    if vendor == "sqlite":
        return dict(zip(names, (each for each in _sqlite(guard) if each.startswith("CREATE")), strict=True))
    when = ("", guard.when.lower())
    return {
        name: (guard.table, kind, BODY, when[kind != TRUNCATE])
        for name, kind in zip(names, (UPDATE, DELETE, TRUNCATE), strict=True)
    }


@contextmanager
def rewriting(using: str = "default") -> Iterator[None]:
    """Switch the triggers off for this block: for the clean-up of tests and for migrations by the owner only.

    PostgreSQL: for this connection, and only where its role owns the table, which the application's role does not have
    to (docs/operations.md). SQLite: for the database, since its triggers know no session.
    """
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET yiyang.rewriting = 'on'")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET yiyang.rewriting")
    else:
        with transaction.atomic(using), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {SWITCH} (id) VALUES (1)")  # noqa: S608 - a constant
            yield
            cursor.execute(f"DELETE FROM {SWITCH}")  # noqa: S608 - a constant


def _names(guard: Guard, vendor: str) -> list[str]:
    actions = ["update", "delete", "insert" if vendor == "sqlite" else "truncate"]
    return [f"{guard.table}_no_{action}"[:63] for action in actions]


def _statements(vendor: str, guarded: list[Guard]) -> Iterator[str]:
    if vendor == "sqlite":
        yield f"CREATE TABLE IF NOT EXISTS {SWITCH} (id INTEGER PRIMARY KEY)"
        for guard in guarded:
            yield from _sqlite(guard)
    else:
        yield f"""
            CREATE OR REPLACE FUNCTION cases_written_once() RETURNS trigger LANGUAGE plpgsql AS $${BODY}$$
        """
        for guard in guarded:
            yield from _postgresql(guard)


def _sqlite(guard: Guard) -> Iterator[str]:
    off = f"NOT EXISTS (SELECT 1 FROM {SWITCH})"  # noqa: S608 - constants only
    row = f"{off} AND {guard.when}" if guard.when else off
    there = f"EXISTS (SELECT 1 FROM {guard.table} WHERE {guard.key} = NEW.{guard.key})"  # noqa: S608
    update, delete, insert = _names(guard, "sqlite")
    for name, event, condition in (
        (update, "UPDATE", row),
        (delete, "DELETE", row),
        (insert, "INSERT", f"{off} AND {there}"),
    ):
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield (
            f"CREATE TRIGGER {name} BEFORE {event} ON {guard.table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSED}: {guard.table}'); END"
        )


def _postgresql(guard: Guard) -> Iterator[str]:
    update, delete, truncate = _names(guard, "postgresql")
    condition = f"WHEN ({guard.when})" if guard.when else ""
    for name, event, scope in (
        (update, "UPDATE", f"FOR EACH ROW {condition}"),
        (delete, "DELETE", f"FOR EACH ROW {condition}"),
        (truncate, "TRUNCATE", "FOR EACH STATEMENT"),
    ):
        yield f"DROP TRIGGER IF EXISTS {name} ON {guard.table}"
        yield (f"CREATE TRIGGER {name} BEFORE {event} ON {guard.table} {scope} EXECUTE FUNCTION cases_written_once()")


def install_after_migration(using: str, **kwargs: Any) -> None:
    """Install and check after every migration; a trigger that is not there afterwards stops the migration."""
    connection = connections[using]
    if "cases_caseevent" not in connection.introspection.table_names():
        return
    install(connection)
    absent = missing(connection)
    if absent:
        raise RuntimeError(f"triggers could not be installed: {', '.join(absent)}")
