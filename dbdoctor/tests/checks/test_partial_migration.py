"""Partial migration: reported where a part is there already, with the rows it holds; not reported where nothing is."""

import pytest
from patients import Patient


def test_a_table_that_is_there_is_reported_with_its_rows(any_patient: Patient) -> None:
    found = any_patient.findings("CREATE TABLE people (id int)")[0]
    assert (found.cause, found.facts["kind"], found.facts["name"], found.facts["rows"]) == ("partial_migration", "table", "people", 3)


def test_the_rows_of_a_partitioned_table_are_counted(patient: Patient) -> None:
    patient.run(
        "CREATE TABLE logs (at date) PARTITION BY RANGE (at);"
        "CREATE TABLE logs_2024 PARTITION OF logs FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')"
    )
    patient.run("INSERT INTO logs VALUES ('2024-05-05'), ('2024-05-06')")
    assert patient.findings("CREATE TABLE logs (at date)")[0].facts["rows"] == 2


def test_a_column_that_is_there_is_reported_with_its_values(patient: Patient) -> None:
    found = patient.findings('ALTER TABLE letters ADD COLUMN "personId" integer, ADD COLUMN seen boolean')
    assert [(f.facts["kind"], f.facts["name"], f.facts["rows"]) for f in found] == [("column", "personId", 3)]


def test_an_index_that_is_there_is_reported(patient: Patient) -> None:
    patient.run('CREATE INDEX "by Body 🦢" ON letters (body)')
    found = patient.findings('CREATE INDEX "by Body 🦢" ON letters (body)')[0]
    assert (found.facts["kind"], found.facts["name"]) == ("index", "by Body 🦢")


@pytest.mark.parametrize(
    "wanted", ["CREATE TABLE pets (id int)", "ALTER TABLE letters ADD COLUMN seen boolean", "CREATE INDEX i ON letters (body)"]
)
def test_what_is_not_there_is_not_reported(patient: Patient, wanted: str) -> None:
    assert patient.causes(wanted) == []


def test_a_guarded_statement_stumbles_over_nothing(patient: Patient) -> None:
    assert patient.causes("CREATE TABLE IF NOT EXISTS people (id int)") == []


def test_a_taken_constraint_name_is_left_to_another_check(patient: Patient) -> None:
    assert patient.causes("ALTER TABLE people ADD CONSTRAINT people_pkey UNIQUE (name)") == ["duplicate_constraint_name"]
