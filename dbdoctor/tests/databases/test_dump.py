"""The dump tools: a dump brings everything back, and equal schema texts mean equal schemas."""

import stat
from pathlib import Path

import pytest
from patients import Patient

from dbdoctor.databases.postgresql import dump
from dbdoctor.embedded import find_binaries

TOOLS = find_binaries(major=18, origin="wheel").folder


def test_a_dump_brings_schema_and_rows_back(patient: Patient, empty_database_url: str, tmp_path: Path) -> None:
    patient.run("CREATE SCHEMA dbdoctor; CREATE TABLE dbdoctor.runs (id int)")
    file, script = tmp_path / "all.dump", tmp_path / "all.sql"
    size = dump.dump_to_file(TOOLS, patient.url, file)
    assert size == file.stat().st_size > 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    script.write_text(dump.script_of(TOOLS, file, leave_out=["SCHEMA"]))
    dump.run_script(TOOLS, empty_database_url, script, single_transaction=True)
    assert dump.schema_text(TOOLS, empty_database_url) == "\n".join(
        line for line in patient.schema.splitlines() if " SCHEMA public " not in line
    )
    assert "dbdoctor" not in script.read_text()


def test_named_kinds_of_entries_are_left_out_with_their_comments(patient: Patient, tmp_path: Path) -> None:
    patient.run("CREATE EXTENSION vector; COMMENT ON EXTENSION vector IS 'x'")
    file = tmp_path / "all.dump"
    dump.dump_to_file(TOOLS, patient.url, file)
    try:
        assert "CREATE EXTENSION" in dump.script_of(TOOLS, file)
        assert "EXTENSION" not in dump.script_of(TOOLS, file, leave_out=["EXTENSION"]).replace("-- ", "")
    finally:
        patient.run("DROP EXTENSION vector")


@pytest.mark.parametrize("change", ["ALTER TABLE people ADD age int", "CREATE INDEX ON people (name)", "CREATE VIEW v AS SELECT 1 AS one"])
def test_the_schema_text_changes_with_the_schema(patient: Patient, change: str) -> None:
    before = patient.schema
    patient.run(change)
    assert patient.schema != before


def test_the_schema_text_does_not_change_with_rows(patient: Patient) -> None:
    before = patient.schema
    patient.run("INSERT INTO people VALUES (9, 'zoe'); CREATE SCHEMA dbdoctor")
    assert patient.schema == before


def test_a_script_stops_at_its_first_error_and_leaves_nothing(patient: Patient, tmp_path: Path) -> None:
    script = tmp_path / "bad.sql"
    script.write_text("CREATE TABLE pets (id int); SELECT 1 / 0; CREATE TABLE vets (id int);")
    with pytest.raises(dump.DumpFailed, match="division by zero"):
        dump.run_script(TOOLS, patient.url, script, single_transaction=True)
    assert patient.catalog.find("pets") is None


def test_a_file_that_is_no_dump_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "no.dump"
    file.write_bytes(b"nothing of the kind")
    with pytest.raises(dump.DumpFailed, match="cannot read the dump"):
        dump.script_of(TOOLS, file)


def test_no_password_is_told_when_a_tool_fails() -> None:
    with pytest.raises(dump.DumpFailed) as failed:
        dump.schema_text(TOOLS, "postgresql://ann:ZqX7w%40%2F@127.0.0.1:1/shop")
    assert "ZqX7w" not in str(failed.value)
    assert "127.0.0.1" in str(failed.value)
