"""Type mismatch: reported where no equality compares the two, with what the values would become; not reported where one does."""

import pytest
from patients import Patient


def test_a_text_child_of_an_integer_parent_is_reported_with_what_converts(any_patient: Patient) -> None:
    any_patient.run("CREATE TABLE pets (id int PRIMARY KEY, owner text)")
    any_patient.run("INSERT INTO pets VALUES (1, '1'), (2, '2'), (3, 'nobody'), (4, NULL)")
    found = any_patient.findings("ALTER TABLE pets ADD CONSTRAINT k FOREIGN KEY (owner) REFERENCES people (id)")[0]
    assert found.cause == "type_mismatch"
    assert (found.facts["child_type"], found.facts["parent_type"]) == ("text", "integer")
    assert (found.facts["values"], found.facts["convertible"], found.facts["inconvertible"]) == (3, 2, 1)


def test_a_text_too_long_for_the_parent_does_not_count_as_convertible(any_patient: Patient) -> None:
    any_patient.run(
        "CREATE TABLE codes (code varchar(3) PRIMARY KEY); CREATE TABLE uses (code integer); INSERT INTO uses VALUES (123), (1234)"
    )
    found = any_patient.findings("ALTER TABLE uses ADD FOREIGN KEY (code) REFERENCES codes (code)")[0]
    assert (found.facts["convertible"], found.facts["inconvertible"]) == (1, 1)


def test_a_new_table_of_the_wrong_type_is_reported(patient: Patient) -> None:
    found = patient.findings('CREATE TABLE pets (id int PRIMARY KEY, "ownerId" uuid REFERENCES people (id) ON DELETE SET NULL)')[0]
    assert (found.cause, found.facts["exists"], found.facts["on_delete"]) == ("type_mismatch", False, "SET NULL")


def test_a_new_column_of_the_wrong_type_is_reported(patient: Patient) -> None:
    found = patient.findings("ALTER TABLE letters ADD COLUMN copied uuid REFERENCES people (id)")[0]
    assert (found.facts["child_type"], found.facts["child_column"]) == ("uuid", "copied")


def test_only_the_misfit_part_of_a_composite_key_is_reported(patient: Patient) -> None:
    patient.run("CREATE TABLE rooms (house int, number text, PRIMARY KEY (house, number)); CREATE TABLE beds (house bigint, number int)")
    found = patient.findings("ALTER TABLE beds ADD FOREIGN KEY (house, number) REFERENCES rooms (house, number)")
    assert [f.facts["child_column"] for f in found] == ["number"]


def test_odd_names_are_no_hindrance(patient: Patient) -> None:
    patient.run('CREATE TABLE "Küche 🍲" ("Gäste ""id""" integer)')
    found = patient.findings('ALTER TABLE "Küche 🍲" ADD FOREIGN KEY ("Gäste ""id""") REFERENCES "Guest ""Book"" 🦢" ("Ref Id")')[0]
    assert (found.cause, found.facts["values"]) == ("type_mismatch", 0)


def test_a_change_of_type_without_a_cast_is_reported(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (age text); INSERT INTO pets VALUES ('3'), ('old')")
    found = patient.findings("ALTER TABLE pets ALTER COLUMN age TYPE integer")[0]
    assert (found.cause, found.facts["inconvertible"]) == ("type_mismatch", 1)


@pytest.mark.parametrize(("child", "parent"), [("bigint", "id"), ("smallint", "id"), ("integer", "id")])
def test_types_that_compare_are_not_reported(patient: Patient, child: str, parent: str) -> None:
    patient.run(f"CREATE TABLE pets (owner {child})")
    assert patient.causes(f"ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES people ({parent})", failed=False) == []


def test_another_error_is_left_to_other_checks(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (owner uuid, name text); INSERT INTO pets VALUES (NULL, 'rex'), (NULL, 'rex')")
    assert patient.causes("CREATE UNIQUE INDEX ON pets (name)") == ["duplicate_rows"]
