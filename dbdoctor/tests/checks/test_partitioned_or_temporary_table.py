"""Kinds of table that forbid it: reported with what the kind is; not where the kind is no hindrance."""

import pytest
from patients import Patient

LOGS = """CREATE TABLE "Logs 📜" (id int, "At ""x"" y" int, PRIMARY KEY (id, "At ""x"" y")) PARTITION BY LIST ("At ""x"" y");
CREATE TABLE l1 PARTITION OF "Logs 📜" FOR VALUES IN (1); INSERT INTO "Logs 📜" VALUES (1, 1), (2, 1)"""


def test_a_key_without_the_partition_key_is_reported(any_patient: Patient) -> None:
    any_patient.run(f"{LOGS}; CREATE TABLE lines (log int)")
    found = any_patient.findings('ALTER TABLE lines ADD FOREIGN KEY (log) REFERENCES "Logs 📜" (id)')[0]
    assert (found.cause, found.facts["kind"], found.facts["missing"]) == ("partitioned_or_temporary_table", "key", ['At "x" y'])
    assert (found.facts["by"], found.facts["ambiguous"]) == (['At "x" y'], 0)
    assert any_patient.answer(found.evidence[1]) == found.evidence[1].answer == "0"


@pytest.mark.parametrize(
    ("wanted", "child", "parent"),
    [
        ("CREATE TABLE pets (owner int REFERENCES unsafe (id))", "permanent", "unlogged"),
        ("ALTER TABLE brief ADD COLUMN owner int REFERENCES people (id)", "temporary", "permanent"),
    ],
)
def test_keys_between_lasting_and_passing_tables_are_reported(any_patient: Patient, wanted: str, child: str, parent: str) -> None:
    any_patient.run("CREATE UNLOGGED TABLE unsafe (id int PRIMARY KEY); CREATE TEMPORARY TABLE brief (id int PRIMARY KEY)")
    found = any_patient.findings(wanted)[0]
    assert (found.cause, found.facts["kind"], found.facts["parent"]) == ("partitioned_or_temporary_table", "persistence", parent)
    assert found.evidence[0].answer == parent
    assert found.facts["child"] == child


@pytest.mark.parametrize(
    "wanted", ['ALTER TABLE "Logs 📜" ADD CONSTRAINT "one ""x"" y" UNIQUE (id)', 'CREATE UNIQUE INDEX ON "Logs 📜" (id)']
)
def test_a_unique_key_without_the_partition_key_is_reported(any_patient: Patient, wanted: str) -> None:
    any_patient.run(LOGS)
    found = any_patient.findings(wanted)[0]
    assert (found.cause, found.facts["kind"], found.facts["missing"]) == ("partitioned_or_temporary_table", "unique", ['At "x" y'])


def test_a_row_that_no_partition_takes_is_reported(any_patient: Patient) -> None:
    any_patient.run(LOGS)
    found = any_patient.findings('INSERT INTO "Logs 📜" VALUES (3, 9)')[0]
    assert (found.cause, found.facts["kind"], found.facts["parts"]) == ("partitioned_or_temporary_table", "no_partition", ["public.l1"])


def test_a_partitioned_table_with_a_key_that_fits_is_not_reported(any_patient: Patient) -> None:
    any_patient.run(f"{LOGS}; CREATE TABLE lines (log int, at int)")
    assert any_patient.causes('ALTER TABLE lines ADD FOREIGN KEY (log, at) REFERENCES "Logs 📜"') == []
    assert any_patient.causes('ALTER TABLE "Logs 📜" ADD UNIQUE ("At ""x"" y", id)') == []


def test_tables_of_one_kind_are_not_reported(any_patient: Patient) -> None:
    any_patient.run("CREATE UNLOGGED TABLE unsafe (id int PRIMARY KEY)")
    assert any_patient.causes("CREATE UNLOGGED TABLE pets (owner int REFERENCES unsafe (id))") == []
    assert any_patient.causes("CREATE UNLOGGED TABLE pets (owner int REFERENCES people (id))") == []


def test_a_check_that_refuses_a_row_of_a_plain_table_is_not_reported(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (age int CHECK (age > 0))")
    assert patient.causes("INSERT INTO pets VALUES (0)") == []


def test_a_parent_of_a_plain_kind_without_the_key_is_left_to_another_check(patient: Patient) -> None:
    assert patient.causes("CREATE TABLE marks (name text REFERENCES people (name))") == ["parent_not_unique"]


def test_a_part_of_a_plain_tables_key_is_left_to_another_check(patient: Patient) -> None:
    patient.run("CREATE TABLE rooms (a int, b int, PRIMARY KEY (a, b)); INSERT INTO rooms VALUES (1, 1), (1, 2)")
    assert patient.causes("CREATE TABLE beds (a int REFERENCES rooms (a))")[0] == "composite_key_mismatch"
    assert "partitioned_or_temporary_table" not in patient.causes("CREATE TABLE beds (a int REFERENCES rooms (a))")
