"""Deferred constraint: reported where a late check cannot be leaned on or is still pending; not where checks are at once."""

import pytest
from patients import Patient

SLOTS = """CREATE TABLE "Slots ⏰" (id int PRIMARY KEY, "Pos" int CONSTRAINT "late ""one"" x" UNIQUE DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "Slots ⏰" VALUES (1, 1), (2, 2); CREATE TABLE bookings (slot int)"""
PETS = "CREATE TABLE pets (id int, owner int CONSTRAINT owned REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED)"


def test_a_parent_key_that_is_checked_late_is_reported(any_patient: Patient) -> None:
    any_patient.run(SLOTS)
    found = any_patient.findings('ALTER TABLE bookings ADD FOREIGN KEY (slot) REFERENCES "Slots ⏰" ("Pos")')[0]
    assert (found.cause, found.facts["kind"], found.facts["name"]) == ("deferred_constraint", "parent", 'late "one" x')
    assert any_patient.answer(found.evidence[1]) == found.evidence[1].answer == "0"


def test_on_conflict_over_a_late_key_is_reported(any_patient: Patient) -> None:
    any_patient.run(SLOTS)
    found = any_patient.findings('INSERT INTO "Slots ⏰" VALUES (3, 1) ON CONFLICT ("Pos") DO NOTHING')[0]
    assert (found.cause, found.facts["kind"], found.facts["columns"]) == ("deferred_constraint", "arbiter", ["Pos"])


def test_a_change_before_pending_checks_is_reported(any_patient: Patient) -> None:
    any_patient.run(PETS)
    found = any_patient.findings_of_script("BEGIN; INSERT INTO pets VALUES (1, 1); ALTER TABLE pets ADD COLUMN name text; COMMIT")[0]
    assert (found.cause, found.facts["kind"], found.facts["keys"]) == ("deferred_constraint", "pending", ["owned"])


def test_a_row_that_fails_at_commit_is_reported_there(any_patient: Patient) -> None:
    any_patient.run(PETS)
    found = any_patient.findings_of_script("BEGIN; INSERT INTO pets VALUES (1, 99); COMMIT")[0]
    assert (found.cause, found.facts["kind"], found.facts["value"], found.subject.constraint) == (
        "deferred_constraint",
        "commit",
        "99",
        "owned",
    )


@pytest.mark.parametrize("also", ['CREATE UNIQUE INDEX ON "Slots ⏰" ("Pos")', 'ALTER TABLE "Slots ⏰" ADD UNIQUE ("Pos")'])
def test_a_second_key_that_is_checked_at_once_is_enough(patient: Patient, also: str) -> None:
    patient.run(f"{SLOTS}; {also}")
    wanted = 'ALTER TABLE bookings ADD FOREIGN KEY (slot) REFERENCES "Slots ⏰" ("Pos")'
    assert patient.causes(wanted) == patient.causes(wanted, failed=False) == []


def test_a_table_that_is_merely_in_use_is_not_reported(patient: Patient) -> None:
    script = "BEGIN; DECLARE c CURSOR FOR SELECT * FROM people; FETCH c; ALTER TABLE people ADD COLUMN x int"
    with patient.stopped(script) as case:
        assert case.error is not None
        assert case.error.sqlstate == "55006"
    assert patient.findings_of_script(script) == []


@pytest.mark.parametrize(
    "script",
    [
        "INSERT INTO pets VALUES (1, 99)",
        'INSERT INTO letters ("personId") VALUES (99)',
        'BEGIN; INSERT INTO letters ("personId") VALUES (99); COMMIT',
    ],
)
def test_an_orphan_that_fails_where_it_is_written_is_not_reported(patient: Patient, script: str) -> None:
    patient.run(PETS.replace("INITIALLY DEFERRED", "INITIALLY IMMEDIATE"))
    assert "deferred_constraint" not in [f.cause for f in patient.findings_of_script(script)]
