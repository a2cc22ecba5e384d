"""What a rehearsal took away, compared with the untouched base: losses are told, moves and renames are none."""

import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest
from patients import Patient

from dbdoctor.databases.postgresql.connection import connect
from dbdoctor.embedded import Server
from dbdoctor.model import TableName
from dbdoctor.rehearsal.losses import Loss, losses

BASE = """
CREATE TABLE pets (id int PRIMARY KEY, name text, owner int REFERENCES people (id));
INSERT INTO pets VALUES (1, 'rex', 1), (2, 'tom', NULL), (3, 'kim', 3);
CREATE TABLE plain (what text, n int);
INSERT INTO plain VALUES ('a', 1), ('a', 1), ('b', NULL);
CREATE TABLE bare (id int);
"""
Lost = Callable[[str], list[tuple[str, str, int, str]]]


@pytest.fixture
def lost(patient: Patient, server: Server) -> Iterator[Lost]:
    """Runs a script on a clone and tells what the clone lacks then."""
    patient.run(BASE)
    template, clone = patient.connection.info.dbname, f"clone_{uuid.uuid4().hex[:8]}"
    patient.connection.close()
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE {clone} TEMPLATE "{template}"')
        try:

            def tell(script: str) -> list[tuple[str, str, int, str]]:
                with connect(patient.url) as base, connect(server.url(database=clone)) as after:
                    after.execute(script.encode())
                    found = losses(base, after, aside=[TableName("public", "SequelizeMeta")])
                return [(loss.kind, loss.table.name, loss.rows, loss.column) for loss in found]

            yield tell
        finally:
            admin.execute(f"DROP DATABASE {clone} WITH (FORCE)")


OURS = "CREATE SCHEMA dbdoctor; CREATE TABLE dbdoctor.quarantine_"
QUARANTINE = f"{OURS}pets AS SELECT now() AS quarantined_at, '' AS quarantine_reason, t.* FROM pets t"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("DROP TABLE pets", [("table", "pets", 3, "")]),
        ("DROP TABLE pets; CREATE TABLE pets (id int PRIMARY KEY, name text, owner int)", [("rows", "pets", 3, "")]),
        ("TRUNCATE plain", [("rows", "plain", 3, "")]),
        ("DELETE FROM pets WHERE id > 1", [("rows", "pets", 2, "")]),
        ("DELETE FROM plain WHERE ctid = (SELECT min(ctid) FROM plain)", [("rows", "plain", 1, "")]),
        ("UPDATE plain SET n = NULL WHERE what = 'a'", [("rows", "plain", 2, "")]),
        ("ALTER TABLE pets DROP COLUMN owner", [("values", "pets", 2, "owner")]),
        ("ALTER TABLE plain DROP COLUMN what", [("values", "plain", 3, "what")]),
        ("UPDATE pets SET name = NULL WHERE id < 3", [("values", "pets", 2, "name")]),
        ("ALTER TABLE pets ALTER name TYPE int USING NULL", [("values", "pets", 3, "name")]),
        ("ALTER TABLE pets RENAME TO animals; DELETE FROM animals WHERE id = 1", [("rows", "pets", 1, "")]),
        (f"{QUARANTINE} WHERE id = 1; DELETE FROM pets", [("rows", "pets", 2, "")]),
        (f"{QUARANTINE} WHERE id = 1; DELETE FROM pets WHERE id = 2", [("rows", "pets", 1, "")]),
        (f"{QUARANTINE} WHERE id = 1; UPDATE pets SET owner = NULL WHERE id = 3", [("values", "pets", 1, "owner")]),
        (f"{QUARANTINE}; UPDATE dbdoctor.quarantine_pets SET name = '?'; DELETE FROM pets WHERE id = 1", [("rows", "pets", 1, "")]),
        (f"{OURS}pets (id int); DELETE FROM pets WHERE id = 1", [("rows", "pets", 1, "")]),
        (f"{OURS}plain AS SELECT * FROM plain LIMIT 1; DELETE FROM plain WHERE what = 'a'", [("rows", "plain", 1, "")]),
    ],
)  # fmt: skip
def test_what_is_gone_is_told(lost: Lost, script: str, expected: list[tuple[str, str, int, str]]) -> None:
    assert lost(script) == expected


@pytest.mark.parametrize(
    "script",
    [
        "SELECT 1",
        "ALTER TABLE pets RENAME TO animals",
        "ALTER TABLE pets RENAME name TO called; ALTER TABLE plain RENAME n TO number",
        "CREATE SCHEMA zoo; ALTER TABLE pets SET SCHEMA zoo",
        (
            "CREATE TABLE new (id int PRIMARY KEY, name text, owner int); INSERT INTO new SELECT * FROM pets ORDER BY id DESC;"
            " DROP TABLE pets; ALTER TABLE new RENAME TO pets"
        ),
        "CREATE TABLE new AS SELECT n, what FROM plain; DROP TABLE plain; ALTER TABLE new RENAME TO plain",
        "DROP TABLE bare",
        "ALTER TABLE pets ADD age int DEFAULT 3; INSERT INTO pets VALUES (9, 'new', NULL)",
        "UPDATE pets SET name = upper(name), owner = 2",
        "ALTER TABLE plain ADD gone int; ALTER TABLE plain DROP gone",
        "ALTER TABLE pets ALTER id TYPE bigint; ALTER TABLE plain ALTER n TYPE text",
        f"{QUARANTINE} WHERE id < 3; DELETE FROM pets WHERE id < 3",
        f"{QUARANTINE} WHERE owner IS NOT NULL; UPDATE pets SET owner = NULL",
        f"{OURS}plain AS SELECT * FROM plain; DELETE FROM plain",
    ],
)
def test_what_only_moved_is_not_lost(lost: Lost, script: str) -> None:
    assert lost(script) == []


def test_the_ledger_is_not_looked_at(patient: Patient) -> None:
    patient.run("""CREATE TABLE "SequelizeMeta" (name text); INSERT INTO "SequelizeMeta" VALUES ('1-a.js')""")
    with connect(patient.url) as one, connect(patient.url) as two, two.transaction(force_rollback=True):
        two.execute('DELETE FROM "SequelizeMeta"')
        told = losses(one, two, aside=[TableName("public", "SequelizeMeta")])
        assert told == []
        assert losses(one, two) == [Loss(kind="rows", table=TableName("public", "SequelizeMeta"), rows=1)]
