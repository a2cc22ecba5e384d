"""Stale migration lock: reported while nobody is at work; not when it is free, or when the statement is not about it."""

import msgspec
import pytest
from patients import Patient

from dbdoctor.checks import LedgerView
from dbdoctor.databases.postgresql.connection import connect
from dbdoctor.histories.shapes import ToolLock
from dbdoctor.model import TableName

TABLES = """CREATE TABLE "Migrations 🔒_lock" (index int PRIMARY KEY, is_locked int); INSERT INTO "Migrations 🔒_lock" VALUES (1, 1);
CREATE TABLE knex_migrations (name text)"""
TRIED = """DO $$ BEGIN RAISE EXCEPTION 'Migration table is already locked'; END $$"""
LOCK = ToolLock(
    table=TableName("public", "Migrations 🔒_lock"), held=True, holder="web-1", since="yesterday",
    release_sql='UPDATE "Migrations 🔒_lock" SET is_locked = 0', undo_sql='UPDATE "Migrations 🔒_lock" SET is_locked = 1',
)  # fmt: skip
LEDGER = LedgerView(tool="Knex", table=TableName("public", "knex_migrations"), lock=LOCK)


def with_lock(lock: ToolLock | None) -> LedgerView:
    return msgspec.structs.replace(LEDGER, lock=lock)


def test_a_lock_that_is_set_while_nobody_is_at_work_is_reported(any_patient: Patient) -> None:
    any_patient.run(TABLES)
    found = any_patient.findings_of_script(TRIED, ledger=LEDGER)[0]
    assert (found.cause, found.facts["holder"], found.facts["busy"]) == ("stale_migration_lock", "web-1", [])
    assert found.facts["release"] == LOCK.release_sql
    assert found.subject.child is not None
    assert found.subject.child.table == "Migrations 🔒_lock"
    assert any_patient.survey(ledger=LEDGER)[0].cause == "stale_migration_lock"


@pytest.mark.parametrize("at_work", ["BEGIN; SELECT 1", 'BEGIN; SELECT * FROM "Migrations 🔒_lock"'])
def test_while_somebody_is_at_work_it_may_not_be_released(any_patient: Patient, at_work: str) -> None:
    any_patient.run(TABLES)
    with connect(any_patient.url) as other:
        other.execute("SET application_name = 'web-2'")
        for statement in at_work.split("; "):
            other.execute(statement)
        found = any_patient.findings_of_script(TRIED, ledger=LEDGER)[0]
        assert (found.facts["release"], len(str(found.facts["busy"])) > 2) == ("", True)  # an empty list's brackets


def test_a_session_that_waits_for_work_does_not_hold_it(patient: Patient) -> None:
    patient.run(TABLES)
    with connect(patient.url) as other:
        other.execute("SET application_name = 'web-2'")
        found = patient.findings_of_script(TRIED, ledger=LEDGER)[0]
        assert (found.facts["busy"], found.facts["sessions"]) == ([], 1)


def test_a_holder_that_is_known_to_be_alive_is_respected(patient: Patient) -> None:
    patient.run(TABLES)
    alive = with_lock(msgspec.structs.replace(LOCK, holders=("4711 web-1",)))
    assert patient.findings_of_script(TRIED, ledger=alive)[0].facts["release"] == ""


@pytest.mark.parametrize("lock", [None, msgspec.structs.replace(LOCK, held=False)])
def test_a_lock_that_is_free_is_not_reported(patient: Patient, lock: ToolLock | None) -> None:
    patient.run(TABLES)
    assert "stale_migration_lock" not in [f.cause for f in patient.findings_of_script(TRIED, ledger=with_lock(lock))]
    assert "stale_migration_lock" not in [f.cause for f in patient.survey(ledger=with_lock(lock))]


@pytest.mark.parametrize("script", ["SELECT * FROM nowhere", "INSERT INTO people VALUES (1)", "DO $$ BEGIN RAISE 'no'; END $$"])
def test_an_error_that_is_not_about_a_lock_is_not_reported(patient: Patient, script: str) -> None:
    patient.run(TABLES)
    assert "stale_migration_lock" not in [f.cause for f in patient.findings_of_script(script, ledger=LEDGER)]
