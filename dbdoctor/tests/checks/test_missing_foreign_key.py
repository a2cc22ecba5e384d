"""Missing foreign key: advised where name and every value say so; not where either does not."""

import pytest
from patients import Patient

VETS = 'CREATE TABLE "Vets" (id int PRIMARY KEY); INSERT INTO "Vets" VALUES (1), (2)'


def advised(patient: Patient) -> list[tuple[object, object]]:
    return [(f.facts["column"], f.facts["parent"]) for f in patient.survey() if f.cause == "missing_foreign_key"]


@pytest.mark.parametrize("column", ["vet_id", "vetId", "vets_id", "vet_fk"])
def test_a_column_called_after_a_table_whose_values_all_stand_there_is_reported(patient: Patient, column: str) -> None:
    patient.run(VETS)
    patient.run(f'CREATE TABLE "Küche 🍲" ("{column}" int); INSERT INTO "Küche 🍲" VALUES (1), (2), (2), (NULL)')
    found = [f for f in patient.survey() if f.cause == "missing_foreign_key"]
    assert [(f.facts["column"], f.facts["parent"], f.severity) for f in found] == [(column, "public.Vets", "advice")]
    assert patient.answer(found[0].evidence[1]) == found[0].evidence[1].answer


def test_it_is_looked_for_within_one_schema(patient: Patient) -> None:
    patient.run('CREATE SCHEMA "North"; CREATE TABLE "North".vets (id int PRIMARY KEY); INSERT INTO "North".vets VALUES (7)')
    patient.run('CREATE TABLE "North".pets (vet_id int); INSERT INTO "North".pets VALUES (7)')
    patient.run(
        "CREATE SCHEMA south; CREATE TABLE vets (id int PRIMARY KEY); INSERT INTO vets VALUES (1);"
        " CREATE TABLE south.pets (vet_id int); INSERT INTO south.pets VALUES (1)"
    )
    assert advised(patient) == [("vet_id", "North.vets")]


@pytest.mark.parametrize(
    "pets",
    [
        "(vet_id int); INSERT INTO pets VALUES (1), (99)",
        "(vet_id int)",
        "(vet_id int); INSERT INTO pets VALUES (NULL)",
        '(vet_id int REFERENCES "Vets"); INSERT INTO pets VALUES (1)',
        "(vet_id uuid); INSERT INTO pets VALUES (gen_random_uuid())",
        "(vet_id text); INSERT INTO pets VALUES ('1')",
        "(paid int); INSERT INTO pets VALUES (1)",
        "(stripe_id int); INSERT INTO pets VALUES (1)",
        "(vet int); INSERT INTO pets VALUES (1)",
        "(id int); INSERT INTO pets VALUES (1)",
    ],
)
def test_what_only_looks_like_one_is_not_reported(patient: Patient, pets: str) -> None:
    patient.run(f"{VETS}; CREATE TABLE pets {pets}")
    assert advised(patient) == []


def test_a_view_has_no_keys_to_miss(patient: Patient) -> None:
    patient.run(f'{VETS}; CREATE VIEW read AS SELECT "personId" AS vet_id FROM letters')
    assert advised(patient) == []


def test_a_parent_that_is_a_view_or_has_a_composite_key_is_not_reported(patient: Patient) -> None:
    patient.run("CREATE TABLE rooms (house int, n int, PRIMARY KEY (house, n)); INSERT INTO rooms VALUES (1, 1)")
    patient.run("CREATE VIEW homes AS SELECT 1 AS id; CREATE TABLE pets (room_id int, home_id int); INSERT INTO pets VALUES (1, 1)")
    assert advised(patient) == []
