"""What a database holds, asked in plain SQL, so that a backup can be made before the migrations of a new release."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import FileField

from project.operations.manifest import Facts

TABLES = {
    "SQLite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1",
    "PostgreSQL": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
}


def facts_of(cursor: Any, server: str) -> Facts:
    """Tables with their rows, migrations and the files that rows name, as one transaction sees them."""
    cursor.execute(TABLES[server.partition(" ")[0]])
    tables = [row[0] for row in cursor.fetchall()]
    rows = {table: _values(cursor, f'SELECT count(*) FROM "{table}"')[0] for table in tables}  # noqa: S608 - names read above
    migrations: list[str] = []
    if "django_migrations" in tables:
        migrations = sorted(_values(cursor, "SELECT app || '.' || name FROM django_migrations"))
    return Facts(server, rows, migrations, _named(cursor, set(tables)))


def _named(cursor: Any, tables: set[str]) -> list[str]:
    """The files that any row names."""
    found: set[str] = set()
    for model in apps.get_models():
        for each in model._meta.concrete_fields:
            if isinstance(each, FileField) and model._meta.db_table in tables:
                query = f'SELECT "{each.column}" FROM "{model._meta.db_table}"'  # noqa: S608 - names of our own
                found.update(name for name in _values(cursor, query) if name)
    return sorted(found)


def _values(cursor: Any, query: str) -> list[Any]:
    cursor.execute(query)
    return [row[0] for row in cursor.fetchall()]
