"""Duplicate foreign key: reported where a second one says the same; not where it says something else."""

from patients import Patient


def duplicates(patient: Patient) -> list[tuple[object, object]]:
    return [(f.facts["key"], f.facts["first"]) for f in patient.survey() if f.cause == "duplicate_foreign_key"]


def test_the_second_key_over_the_same_columns_is_reported(any_patient: Patient) -> None:
    any_patient.run(
        'CREATE TABLE "Pets 🐾" (owner int CONSTRAINT "a ""1""" REFERENCES people, CONSTRAINT b FOREIGN KEY (owner) REFERENCES people)'
    )
    found = next(f for f in any_patient.survey() if f.cause == "duplicate_foreign_key")
    assert (found.severity, found.facts["key"], found.facts["first"], found.subject.constraint) == ("advice", "b", 'a "1"', "b")
    assert found.evidence[0].answer == 'a "1", b'


def test_three_of_a_kind_are_two_too_many(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (o int CONSTRAINT a REFERENCES people CONSTRAINT b REFERENCES people CONSTRAINT c REFERENCES people)")
    assert duplicates(patient) == [("b", "a"), ("c", "a")]


def test_keys_that_differ_in_columns_or_parent_are_not_reported(patient: Patient) -> None:
    patient.run("CREATE SCHEMA north; CREATE TABLE north.people (id int PRIMARY KEY); ALTER TABLE people ADD UNIQUE (name)")
    patient.run("CREATE TABLE pets (owner int REFERENCES people, vet int REFERENCES people, name text REFERENCES people (name))")
    patient.run("ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES north.people; CREATE TABLE cats (owner int REFERENCES people)")
    assert duplicates(patient) == []


def test_the_keys_of_a_partition_are_those_of_its_table(patient: Patient) -> None:
    patient.run(
        "CREATE TABLE logs (at int, who int REFERENCES people) PARTITION BY LIST (at); CREATE TABLE l1 PARTITION OF logs FOR VALUES IN (1)"
    )
    patient.run("CREATE TABLE l2 PARTITION OF logs FOR VALUES IN (2)")
    assert duplicates(patient) == []


def test_a_key_to_a_partitioned_table_is_one_key(any_patient: Patient) -> None:
    any_patient.run("CREATE TABLE logs (at int PRIMARY KEY) PARTITION BY LIST (at); CREATE TABLE l1 PARTITION OF logs FOR VALUES IN (1)")
    any_patient.run("CREATE TABLE l2 PARTITION OF logs FOR VALUES IN (2); CREATE TABLE lines (log int REFERENCES logs)")
    assert duplicates(any_patient) == []
