"""Constraint name differs: reported where one of the same purpose bears another name; not where none, or several, can be meant."""

import pytest
from patients import Patient

PETS = """CREATE TABLE "Pets 🐾" (id int PRIMARY KEY, owner int, vet int, name text, age int);
ALTER TABLE "Pets 🐾" ADD CONSTRAINT "fk ""to"" 1" FOREIGN KEY (owner) REFERENCES people (id), ADD CONSTRAINT "one Name" UNIQUE (name),
  ADD CONSTRAINT grown CHECK (age > 0)"""


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("DROP CONSTRAINT pets_owner_fkey", 'fk "to" 1'),
        ("VALIDATE CONSTRAINT pets_fk", 'fk "to" 1'),
        ("DROP CONSTRAINT pets_name_unique", "one Name"),
        ("RENAME CONSTRAINT pets_age_check TO old", "grown"),
        ("ALTER CONSTRAINT owner_fk DEFERRABLE", 'fk "to" 1'),
    ],
)
def test_the_one_of_that_purpose_is_named(any_patient: Patient, wanted: str, there: str) -> None:
    any_patient.run(PETS)
    found = any_patient.findings(f'ALTER TABLE "Pets 🐾" {wanted}')[0]
    assert (found.cause, found.facts["kind"], found.facts["there"]) == ("constraint_name_differs", "constraint", there)
    assert str(found.facts["definition"]) in found.evidence[0].answer


def test_among_several_the_one_over_the_named_column_is_meant(any_patient: Patient) -> None:
    any_patient.run(f'{PETS}; ALTER TABLE "Pets 🐾" ADD CONSTRAINT vetted FOREIGN KEY (vet) REFERENCES people (id)')
    assert any_patient.findings('ALTER TABLE "Pets 🐾" DROP CONSTRAINT pets_vet_fkey')[0].facts["there"] == "vetted"


def test_among_several_the_one_that_is_made_anew_is_meant(patient: Patient) -> None:
    patient.run(f'{PETS}; ALTER TABLE "Pets 🐾" ADD CONSTRAINT vetted FOREIGN KEY (vet) REFERENCES people (id)')
    script = 'ALTER TABLE "Pets 🐾" DROP CONSTRAINT fk_rails_1; ALTER TABLE "Pets 🐾" ADD FOREIGN KEY (vet) REFERENCES people (id)'
    assert patient.findings_of_script(script)[0].facts["there"] == "vetted"


def test_an_index_is_found_by_its_table_and_columns(any_patient: Patient) -> None:
    any_patient.run("CREATE INDEX by_body ON letters (body)")
    found = any_patient.findings("DROP INDEX letters_body_idx")[0]
    assert (found.cause, found.facts["kind"], found.facts["there"]) == ("constraint_name_differs", "index", "by_body")


@pytest.mark.parametrize(
    "wanted",
    [
        'ALTER TABLE "Pets 🐾" DROP CONSTRAINT fk_rails_1',
        "ALTER TABLE people DROP CONSTRAINT people_boss_fkey",
        "ALTER TABLE people DROP CONSTRAINT people_name_unique",
        "DROP INDEX letters_topic_idx",
        "DROP INDEX index_1",
        'ALTER TABLE "Pets 🐾" DROP CONSTRAINT IF EXISTS pets_owner_fkey',
    ],
)
def test_where_none_or_several_can_be_meant_nothing_is_reported(patient: Patient, wanted: str) -> None:
    patient.run(f'{PETS}; ALTER TABLE "Pets 🐾" ADD CONSTRAINT vetted FOREIGN KEY (vet) REFERENCES people (id)')
    assert "constraint_name_differs" not in patient.causes(wanted)


def test_other_capitals_are_left_to_another_check(patient: Patient) -> None:
    causes = patient.causes("ALTER TABLE letters DROP CONSTRAINT letters_personId_fkey")
    assert "constraint_name_differs" not in causes


def test_a_name_of_63_bytes_is_compared_as_the_server_cut_it(patient: Patient) -> None:
    name = "f" * 70
    patient.run(f"CREATE TABLE pets (owner int CONSTRAINT {name} REFERENCES people (id))")
    assert patient.causes(f"ALTER TABLE pets DROP CONSTRAINT {name}") == []
