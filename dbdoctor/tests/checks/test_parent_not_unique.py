"""Parent not unique: reported where no full, valid, immediate key covers the columns; not reported where one does."""

import pytest
from patients import Patient

WANTED = "ALTER TABLE visits ADD FOREIGN KEY (tag) REFERENCES pets (tag)"
TABLES = "CREATE TABLE pets (id int PRIMARY KEY, tag text, gone boolean); CREATE TABLE visits (tag text);"


@pytest.mark.parametrize(
    "key",
    [
        "",
        "CREATE INDEX ON pets (tag)",
        "CREATE UNIQUE INDEX ON pets (tag) WHERE NOT gone",
        "CREATE UNIQUE INDEX ON pets (lower(tag))",
        "CREATE UNIQUE INDEX ON pets (tag, id)",
    ],
)
def test_a_parent_without_a_fitting_key_is_reported(patient: Patient, key: str) -> None:
    patient.run(f"{TABLES} {key}")
    found = patient.findings(WANTED)[0]
    assert found.cause == "parent_not_unique"
    assert found.facts["duplicates"] == 0


def test_duplicates_in_the_way_of_the_missing_key_are_counted(any_patient: Patient) -> None:
    any_patient.run(f"{TABLES} INSERT INTO pets VALUES (1, 'rex'), (2, 'rex'), (3, 'rex'), (4, NULL), (5, NULL), (6, 'tom')")
    found = any_patient.findings(WANTED)[0]
    assert (found.facts["duplicates"], found.facts["values"]) == (2, ["rex"])


def test_a_parent_without_primary_key_is_reported_when_no_column_is_named(patient: Patient) -> None:
    patient.run("CREATE TABLE vets (id int); CREATE TABLE bills (vet int)")
    found = patient.findings("ALTER TABLE bills ADD FOREIGN KEY (vet) REFERENCES vets")[0]
    assert (found.cause, found.facts["columns"]) == ("parent_not_unique", ["id"])


def test_each_key_of_the_parent_is_shown_with_whether_it_will_do(patient: Patient) -> None:
    patient.run(f"{TABLES} CREATE UNIQUE INDEX half ON pets (tag) WHERE NOT gone")
    shown = patient.findings(WANTED)[0].evidence[0].answer
    assert "pets_pkey (id);" not in shown.replace("half", "")
    assert "half (tag), cannot be referenced" in shown


@pytest.mark.parametrize(
    "key", ["UNIQUE INDEX ON pets (tag)", "UNIQUE INDEX ON pets (tag) INCLUDE (gone)", "UNIQUE INDEX ON pets (tag) NULLS NOT DISTINCT"]
)
def test_a_parent_with_a_fitting_key_is_not_reported(patient: Patient, key: str) -> None:
    patient.run(f"{TABLES} CREATE {key}")
    assert patient.causes(WANTED, failed=False) == []
    assert patient.error(WANTED) is None


def test_a_key_in_another_order_of_columns_will_do(patient: Patient) -> None:
    patient.run(f"{TABLES} CREATE UNIQUE INDEX ON pets (id, tag); ALTER TABLE visits ADD pet int")
    wanted = "ALTER TABLE visits ADD FOREIGN KEY (tag, pet) REFERENCES pets (tag, id)"
    assert patient.causes(wanted, failed=False) == []
    assert patient.error(wanted) is None


def test_another_error_is_left_to_other_checks(patient: Patient) -> None:
    assert patient.causes("ALTER TABLE letters ADD FOREIGN KEY (body) REFERENCES people (nickname)") == ["missing_column"]
