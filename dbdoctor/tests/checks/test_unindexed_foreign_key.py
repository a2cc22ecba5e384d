"""Unindexed foreign key: advised where no index begins with its columns; not where one does."""

import pytest
from patients import Patient

BEDS = """CREATE TABLE rooms (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE "Beds 🛏" (x int, y int, z int);
ALTER TABLE "Beds 🛏" ADD CONSTRAINT "o""n" FOREIGN KEY (x, y) REFERENCES rooms;
INSERT INTO "Beds 🛏" SELECT NULL, 1, n FROM generate_series(1, 1000) n"""
BED = '"Beds 🛏"'


def advised(patient: Patient) -> list[object]:
    return [f.facts["key"] for f in patient.survey() if f.cause == "unindexed_foreign_key"]


def test_a_key_without_an_index_is_reported(patient: Patient) -> None:
    patient.run(f'{BEDS}; CREATE INDEX ON "Beds 🛏" (z)')
    found = next(f for f in patient.survey() if f.subject.constraint == 'o"n')
    assert (found.cause, found.severity, found.facts["columns"]) == ("unindexed_foreign_key", "advice", ["x", "y"])
    assert found.evidence[0].answer == "(z)"


@pytest.mark.parametrize("index", ["(x)", "(z, x, y)", "(x, z, y)", "(x) WHERE y IS NULL"])
def test_an_index_that_does_not_begin_with_all_of_its_columns_is_not_enough(patient: Patient, index: str) -> None:
    patient.run(f'{BEDS}; CREATE INDEX ON "Beds 🛏" {index}')
    assert advised(patient) == ['o"n']


@pytest.mark.parametrize(
    "index", ["INDEX ON TABLE (x, y)", "INDEX ON TABLE (y, x, z)", "UNIQUE INDEX ON TABLE (x, y)", "INDEX ON TABLE (x, y) INCLUDE (z)"]
)
def test_an_index_that_begins_with_its_columns_in_any_order_is_enough(patient: Patient, index: str) -> None:
    patient.run(f"{BEDS}; CREATE {index.replace('TABLE', BED)}")
    assert advised(patient) == []


def test_a_primary_key_over_its_columns_is_enough(patient: Patient) -> None:
    patient.run("CREATE TABLE notes (who int PRIMARY KEY); INSERT INTO notes SELECT generate_series(1, 1000)")
    patient.run("ALTER TABLE notes ADD FOREIGN KEY (who) REFERENCES people NOT VALID")
    assert advised(patient) == []


def test_an_index_whose_build_failed_is_not_enough(patient: Patient) -> None:
    patient.run(f'{BEDS}; INSERT INTO rooms VALUES (1, 1); INSERT INTO "Beds 🛏" VALUES (1, 1), (1, 1)')
    assert patient.play(['CREATE UNIQUE INDEX CONCURRENTLY i ON "Beds 🛏" (x, y)']) is not None
    assert advised(patient) == ['o"n']


def test_a_small_table_is_left_alone(patient: Patient) -> None:
    patient.run(f'{BEDS}; TRUNCATE "Beds 🛏"; INSERT INTO "Beds 🛏" VALUES (NULL, 1, 1)')
    assert advised(patient) == []
