"""The application's role of PostgreSQL can do all of the work and cannot rewrite what is written once."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import errors

from tests.project.databases import ROOT, empty_database, pg_bin, run_python

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
STORY = Path(__file__).parent / "upgrade" / "before.py"


@dataclass(frozen=True)
class Addresses:
    owner: str
    application: str


@pytest.fixture
def addresses(tmp_path: Path) -> Iterator[Addresses]:
    """A database as docker-compose.yml makes it: by the script that the image of PostgreSQL runs once."""
    role, values = f"app_{secrets.token_hex(6)}", connection.settings_dict
    with empty_database(tmp_path) as owner:
        server = {"PGHOST": values["HOST"], "PGPORT": str(values["PORT"]), "PGPASSWORD": values["PASSWORD"]}
        asked = {"POSTGRES_USER": values["USER"], "POSTGRES_DB": owner.rpartition("/")[2]}
        own = {"YIYANG_DATABASE_PASSWORD": "secret'word", "YIYANG_DATABASE_ROLE": role}
        environment = {**os.environ, **server, **asked, **own, "PATH": f"{pg_bin()}:{os.environ['PATH']}"}
        subprocess.run([ROOT / "deploy" / "postgresql-roles.sh"], env=environment, check=True)
        place = owner.rpartition("@")[2]
        yield Addresses(owner, f"postgresql://{role}:secret%27word@{place}")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE {role}")


def test_all_work_is_done_without_owning_a_table_and_nothing_is_rewritten(addresses: Addresses, tmp_path: Path) -> None:
    place = {"YIYANG_MODE": "test", "YIYANG_VAR": str(tmp_path), "YIYANG_PG_BIN": pg_bin()}
    run_python(["manage.py", "migrate", "--verbosity", "0"], {**place, "YIYANG_DATABASE": addresses.owner})
    application = {**place, "YIYANG_DATABASE": addresses.application}
    run_python([STORY], application)
    run_python(["manage.py", "check_ready"], application)
    run_python(["manage.py", "check_cases"], application)
    run_python(["manage.py", "backup", tmp_path / "backup"], application)

    with psycopg.connect(addresses.application, autocommit=True) as mine:
        for statement, refusal in {
            "UPDATE cases_caseevent SET verb = 'other'": errors.IntegrityConstraintViolation,
            "UPDATE cases_systemevent SET verb = 'other'": errors.IntegrityConstraintViolation,
            "DELETE FROM cases_rowlayout": errors.IntegrityConstraintViolation,
            "TRUNCATE cases_systemevent": errors.InsufficientPrivilege,
            "ALTER TABLE cases_historicalfinding DISABLE TRIGGER ALL": errors.InsufficientPrivilege,
            "DELETE FROM cases_historicalcase": errors.IntegrityConstraintViolation,
            "TRUNCATE cases_caseevent CASCADE": errors.InsufficientPrivilege,
            "ALTER TABLE cases_caseevent DISABLE TRIGGER ALL": errors.InsufficientPrivilege,
            "DROP TRIGGER cases_caseevent_no_update ON cases_caseevent": errors.InsufficientPrivilege,
            "DROP FUNCTION cases_written_once() CASCADE": errors.InsufficientPrivilege,
            "CREATE TABLE public.other (id int)": errors.InsufficientPrivilege,
        }.items():
            for switch in ("off", "on"):
                mine.execute(f"SET yiyang.rewriting = '{switch}'")
                with pytest.raises(refusal):
                    mine.execute(statement)
    with psycopg.connect(addresses.owner) as owners:
        owners.execute("SET yiyang.rewriting = 'on'")
        assert owners.execute("UPDATE cases_caseevent SET verb = verb").rowcount > 0
