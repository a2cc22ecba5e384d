"""Plain SQL: run by psql, taken back by psql."""

import subprocess
from pathlib import Path

import pytest
from patients import Patient
from story.calls import call_here

from dbdoctor.embedded import find_binaries

PSQL = find_binaries(major=18, origin="wheel").folder / "psql"
KEY = 'ALTER TABLE "les\nsons" ADD FOREIGN KEY ("trainer\\") REFERENCES trainers (id)'
TROUBLE = """
CREATE TABLE trainers (id uuid PRIMARY KEY, email text);
CREATE TABLE "les\nsons" (id serial PRIMARY KEY, "trainer\\" integer);
"""
INVITATIONS = "CREATE TABLE invitations (id serial PRIMARY KEY, email text REFERENCES trainers (email))"


def psql(patient: Patient, file: Path) -> None:
    subprocess.run([PSQL, patient.url, "-X", "-q", "-f", str(file)], check=True, capture_output=True, timeout=60)


@pytest.mark.parametrize("statement", [KEY, INVITATIONS])
def test_psql_cures_the_database_and_takes_it_back(statement: str, patient: Patient, tmp_path: Path) -> None:
    patient.run(TROUBLE)
    (tmp_path / "failing").write_text(statement)
    told = call_here("plan", patient.url, "--sql", tmp_path / "failing", "--as", "sql", "--out", tmp_path)
    assert told.exit_code == 0, told.said
    cure, undo = sorted(tmp_path.glob("cure*.sql"))
    before = patient.schema
    psql(patient, cure)
    psql(patient, undo)
    assert patient.schema == before
    psql(patient, cure)
    patient.run(statement)
