"""The dump tools: a dump brings everything back, and equal schema texts mean equal schemas."""

import stat
from pathlib import Path

import pytest
from patients import Patient

from dbdoctor.databases.postgresql import dump, silent_keys
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import connect
from dbdoctor.embedded import find_binaries

TOOLS = find_binaries(major=18, origin="wheel").folder


def test_a_dump_brings_schema_and_rows_back(patient: Patient, empty_database_url: str, tmp_path: Path) -> None:
    patient.run("CREATE SCHEMA dbdoctor; CREATE TABLE dbdoctor.runs (id int)")
    file = tmp_path / "all.dump"
    size = dump.dump_to_file(TOOLS, patient.url, file)
    assert size == file.stat().st_size > 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert dump.restore_file(TOOLS, empty_database_url, file) == []
    assert dump.schema_text(TOOLS, empty_database_url) == patient.schema


def test_a_restore_tells_what_it_could_not_do_and_does_the_rest(patient: Patient, empty_database_url: str, tmp_path: Path) -> None:
    patient.run("CREATE TABLE one (id int PRIMARY KEY); CREATE TABLE two (one_id int REFERENCES one)")
    patient.run("ALTER TABLE two DISABLE TRIGGER ALL; INSERT INTO two VALUES (7)")
    file = tmp_path / "all.dump"
    dump.dump_to_file(TOOLS, patient.url, file)
    failed = dump.restore_file(TOOLS, empty_database_url, file)
    assert len(failed) == 1
    assert "two_one_id_fkey" in failed[0]


def test_a_copy_holds_keys_that_lie_as_they_lie(patient: Patient, empty_database_url: str, tmp_path: Path) -> None:
    patient.run("CREATE TABLE one (id int PRIMARY KEY); CREATE TABLE two (one_id int REFERENCES one)")
    patient.run("ALTER TABLE two DISABLE TRIGGER ALL; INSERT INTO two VALUES (7)")
    file = tmp_path / "all.dump"
    dump.dump_to_file(TOOLS, patient.url, file)
    dump.restore_file(TOOLS, empty_database_url, file)
    with connect(empty_database_url) as copy, connect(patient.url) as source:
        assert silent_keys.make_as_they_were(copy, source) == 1
        key = next(k for k in read_catalog(copy).foreign_keys() if k.child.name == "two")
    assert key.validated
    assert not key.enforced


@pytest.mark.parametrize("change", ["ALTER TABLE people ADD age int", "CREATE INDEX ON people (name)", "CREATE VIEW v AS SELECT 1 AS one"])
def test_the_schema_text_changes_with_the_schema(patient: Patient, change: str) -> None:
    before = patient.schema
    patient.run(change)
    assert patient.schema != before


def test_the_schema_text_does_not_change_with_rows(patient: Patient) -> None:
    before = patient.schema
    patient.run("INSERT INTO people VALUES (9, 'zoe'); CREATE SCHEMA dbdoctor")
    assert patient.schema == before


def test_a_file_that_is_no_dump_is_refused(empty_database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "no.dump"
    file.write_bytes(b"nothing of the kind")
    with pytest.raises(dump.DumpFailed, match="pg_restore failed"):
        dump.restore_file(TOOLS, empty_database_url, file)


def test_no_password_is_told_when_a_tool_fails() -> None:
    with pytest.raises(dump.DumpFailed) as failed:
        dump.schema_text(TOOLS, "postgresql://ann:ZqX7w%40%2F@127.0.0.1:1/shop")
    assert "ZqX7w" not in str(failed.value)
    assert "127.0.0.1" in str(failed.value)
