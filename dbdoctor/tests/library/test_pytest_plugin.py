"""The pytest plugin in sessions of their own: silent until asked, then a test that fails with the doctor's letter."""

import subprocess
import sys
from pathlib import Path

import pytest
from patients import Patient

TROUBLE = 'CREATE TABLE trainers (id integer PRIMARY KEY); CREATE TABLE lessons (id serial PRIMARY KEY, "trainerId" uuid)'
KEY = 'ALTER TABLE lessons ADD FOREIGN KEY ("trainerId") REFERENCES trainers (id)'
THEIR_TEST = """
def test_of_their_own(dbdoctor_diagnosis):
    assert dbdoctor_diagnosis.healthy
def test_other():
    pass
"""


def session(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_theirs.py").write_text(THEIR_TEST)
    (folder / "key.sql").write_text(KEY)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", "-v", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=100)


def test_without_its_option_it_adds_nothing(tmp_path: Path) -> None:
    done = session(tmp_path)
    assert done.returncode == 0
    assert "1 passed, 1 skipped" in done.stdout


def test_a_database_in_which_something_stands_in_the_way_fails_the_session(patient: Patient, tmp_path: Path) -> None:
    patient.run(TROUBLE)
    done = session(tmp_path, "--dbdoctor-url", patient.url, "--dbdoctor-sql", str(tmp_path / "key.sql"))
    assert done.returncode == 1
    assert "dbdoctor FAILED" in done.stdout
    assert (
        "no key can compare them  [type_mismatch]" in " ".join(done.stdout.split("\n")).replace("   ", "")
        or "[type_mismatch]" in done.stdout
    )
    assert "Traceback" not in done.stdout
    assert "2 failed, 1 passed" in done.stdout


def test_a_healthy_database_passes_and_the_test_can_be_chosen_by_its_name(patient: Patient, tmp_path: Path) -> None:
    done = session(tmp_path, "--dbdoctor-url", patient.url, "-k", "dbdoctor")
    assert done.returncode == 0, done.stdout
    assert "dbdoctor PASSED" in done.stdout
    assert "FAILED" not in done.stdout


@pytest.mark.parametrize(
    ("option", "value"), [("--dbdoctor-url", "postgresql://nobody@127.0.0.1:1/none"), ("--dbdoctor-url", "mysql://x/y")]
)
def test_what_cannot_be_examined_is_a_failure_with_what_to_do(option: str, value: str, tmp_path: Path) -> None:
    done = session(tmp_path, option, value, "-k", "dbdoctor")
    assert done.returncode == 1
    assert "→" in done.stdout
