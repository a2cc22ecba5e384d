"""NOT NULL without value: reported with the rows that have none; not where there is a value or a default."""

import pytest
from patients import Patient


def test_a_new_column_that_no_row_has_a_value_for_is_reported(any_patient: Patient) -> None:
    found = any_patient.findings('ALTER TABLE letters ADD COLUMN "Öl ""y""" text NOT NULL')[0]
    assert (found.cause, found.facts["new"], found.facts["rows"], found.facts["column"]) == ("not_null_without_value", True, 4, 'Öl "y"')
    assert any_patient.answer(found.evidence[0]) == found.evidence[0].answer == "4"


def test_the_way_to_a_value_over_another_key_is_told(patient: Patient) -> None:
    patient.run("CREATE TABLE teams (id int PRIMARY KEY); ALTER TABLE people ADD team int REFERENCES teams")
    found = patient.findings("ALTER TABLE letters ADD COLUMN team_id int NOT NULL REFERENCES teams (id)")[0]
    assert found.facts["by"] == ["personId", "public.people"]
    assert found.subject.parent is not None
    assert (found.subject.parent.table, found.subject.parent.columns) == ("teams", ("id",))


@pytest.mark.parametrize("wanted", ['ALTER COLUMN "personId" SET NOT NULL', 'ADD PRIMARY KEY (id, "personId")'])
def test_nulls_in_a_column_that_is_there_are_counted(any_patient: Patient, wanted: str) -> None:
    any_patient.run("ALTER TABLE letters DROP CONSTRAINT letters_pkey")
    found = any_patient.findings(f"ALTER TABLE letters {wanted}")[0]
    assert (found.cause, found.facts["new"], found.facts["rows"], found.facts["column"]) == ("not_null_without_value", False, 1, "personId")
    assert [any_patient.answer(e) for e in found.evidence] == [e.answer for e in found.evidence] == ["4", "3"]


@pytest.mark.parametrize(
    "wanted",
    [
        "ALTER TABLE letters ADD COLUMN pages int NOT NULL DEFAULT 1",
        "ALTER TABLE letters ADD COLUMN pages int",
        "ALTER TABLE people ALTER COLUMN name SET NOT NULL",
        "CREATE TABLE pets (owner int NOT NULL REFERENCES people)",
        "INSERT INTO people (name) VALUES ('dora')",
        "UPDATE people SET id = NULL",
    ],
)
def test_where_values_or_no_rows_stand_nothing_is_reported(any_patient: Patient, wanted: str) -> None:
    assert "not_null_without_value" not in any_patient.causes(wanted)


def test_an_empty_table_takes_a_column_without_a_value(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (id int)")
    assert patient.causes("ALTER TABLE pets ADD COLUMN name text NOT NULL") == []


def test_of_several_columns_only_the_one_with_nulls_is_reported(patient: Patient) -> None:
    patient.run("CREATE TABLE pairs (a int, b int); INSERT INTO pairs VALUES (1, NULL), (2, 2)")
    found = [f for f in patient.findings("ALTER TABLE pairs ADD PRIMARY KEY (a, b)") if f.cause == "not_null_without_value"]
    assert [(f.facts["column"], f.facts["rows"]) for f in found] == [("b", 1)]
