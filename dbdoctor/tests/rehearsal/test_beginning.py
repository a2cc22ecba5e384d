"""Before anything is tried: a lock left behind is released, one that may be in use stops everything, an unfinished migration is settled."""

from pathlib import Path

import psycopg
import pytest
from histories import ledgers
from patients import Patient

from dbdoctor.histories import detect
from dbdoctor.rehearsal.beginning import MigrationIsRunning, beginning, ledger_findings
from dbdoctor.rehearsal.scenario import Scenario


def begun(patient: Patient, folder: Path | None = None) -> Scenario:
    history = detect(patient.catalog, folder)
    assert history is not None
    state = history.state(patient.connection)
    return beginning(history, state, history.known(folder, state))


def test_a_ledger_that_is_well_needs_nothing(patient: Patient) -> None:
    patient.run(ledgers.KNEX.ddl)
    assert begun(patient) == beginning(None, None, []) == Scenario()


def test_a_lock_left_behind_is_released_and_the_proof_is_told(patient: Patient) -> None:
    patient.run(ledgers.LIQUIBASE.ddl)
    patient.run("UPDATE databasechangeloglock SET locked = true, lockgranted = '2024-01-01', lockedby = 'build-7 (10.0.0.7)'")
    (decision,) = begun(patient).decisions
    assert decision.code == "release_tool_lock"
    assert "build-7 (10.0.0.7)" in decision.evidence[0].answer
    assert decision.evidence[1].answer.startswith("nobody")
    patient.run(decision.steps[0].sql)
    assert begun(patient) == Scenario()
    patient.run(decision.steps[0].undo_sql)
    history = detect(patient.catalog)
    assert history is not None
    (finding,) = ledger_findings(history.state(patient.connection))
    assert (finding.cause, finding.remedies[0].steps) == ("stale_migration_lock", decision.steps)


def test_a_lock_that_may_be_in_use_is_not_touched(patient: Patient) -> None:
    patient.run(ledgers.KNEX.ddl + "; UPDATE knex_migrations_lock SET is_locked = 1")
    with psycopg.connect(patient.url, application_name="deploy") as other:
        other.execute("CREATE TABLE half_way (id integer)")
        with pytest.raises(MigrationIsRunning, match=r"Knex holds its lock .* \(deploy, idle in transaction\)"):
            begun(patient)
        history = detect(patient.catalog)
        assert history is not None
        assert ledger_findings(history.state(patient.connection)) == []


def test_an_unfinished_migration_is_told_to_be_run_again(patient: Patient, tmp_path: Path) -> None:
    patient.run(ledgers.GOLANG.ddl + "; UPDATE schema_migrations SET version = 2, dirty = true")
    (decision,) = begun(patient, ledgers.GOLANG.lay_out(tmp_path)).decisions
    assert (decision.code, decision.evidence[0].answer) == ("settle_unfinished", "2 was begun and not ended")
    patient.run(decision.steps[0].sql)
    assert patient.rows("SELECT version, dirty FROM schema_migrations") == [(1, False)]
