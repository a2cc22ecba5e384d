"""Remedies for names, order and what is there already. Carried out, cured, taken back, nothing lost."""

import pytest
from patients import Patient

from dbdoctor.findings import Remedy, SqlStep

ODD = '"Küche 🍲"'


def statements(remedy: Remedy) -> list[str]:
    return [step.sql for step in remedy.steps if isinstance(step, SqlStep)]


def cured_and_taken_back(patient: Patient, remedy: Remedy, wanted: str) -> None:
    before = patient.schema
    done = patient.carry_out(remedy)
    assert patient.error(wanted) is None
    patient.take_back(done)
    assert patient.schema == before


# Names that were meant


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        ('CREATE TABLE "SequelizeMeta" (name text)', "SELECT name FROM SequelizeMeta ORDER BY name"),
        ('CREATE TABLE "SequelizeMeta" (name text)', "INSERT INTO SequelizeMeta VALUES (1)"),
        ('CREATE SCHEMA "North"; CREATE TABLE "North"."Vets 🩺" (id int)', 'UPDATE "Vets 🩺" SET id = 1'),
    ],
)
def test_a_view_under_the_name_that_is_asked_for_lets_rows_through(patient: Patient, make: str, wanted: str) -> None:
    patient.run(make)
    cured_and_taken_back(patient, patient.remedies(wanted)["bridge_view"], wanted)


@pytest.mark.parametrize(
    "wanted",
    [
        'ALTER TABLE pets ADD CONSTRAINT o FOREIGN KEY (owner) REFERENCES "People" (id)',
        "ALTER TABLE pets ADD CONSTRAINT o FOREIGN KEY (vetid) REFERENCES people (id)",
        'ALTER TABLE pets ADD CONSTRAINT o FOREIGN KEY ("vetId") REFERENCES vets (id)',
        'ALTER TABLE pets ADD CONSTRAINT o FOREIGN KEY ("vetId") REFERENCES "north.vets" (id)',
        'CREATE TABLE kittens (v int, CONSTRAINT o FOREIGN KEY (v) REFERENCES "Vets" (id))',
    ],
)
def test_the_statement_is_run_with_the_name_that_was_meant(patient: Patient, wanted: str) -> None:
    patient.run('CREATE TABLE pets (owner int, "vetId" int); CREATE SCHEMA north; CREATE TABLE north.vets (id int PRIMARY KEY)')
    remedy = patient.remedies(wanted)["correct_name"]
    before = patient.schema
    assert patient.play(statements(remedy)) is None
    assert patient.value("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conname = 'o'") == 1
    patient.take_back(remedy)
    assert patient.schema == before


@pytest.mark.parametrize(
    "wanted",
    [
        "ALTER TABLE letters DROP CONSTRAINT letters_personId_fkey",
        "ALTER TABLE letters DROP CONSTRAINT fk_letters_people",
        "DROP INDEX letters_body_idx",
        "DROP INDEX By_Body",
    ],
)
def test_a_constraint_or_index_is_given_the_name_that_the_statement_says(patient: Patient, wanted: str) -> None:
    patient.run('CREATE INDEX "By_Body" ON letters (body)')
    cured_and_taken_back(patient, patient.remedies(wanted)["rename_constraint"], wanted)


def test_a_schema_that_is_missing_is_made(patient: Patient) -> None:
    wanted = 'CREATE TABLE "Kli ""n"" ik".vets (id int)'
    cured_and_taken_back(patient, patient.remedies(wanted)["create_schema"], wanted)


def test_a_schema_of_other_capitals_is_not_made_a_second_time(patient: Patient) -> None:
    patient.run('CREATE SCHEMA "Clinic"; CREATE TABLE "Clinic".x (id int)')
    assert "create_schema" not in patient.remedies("CREATE TABLE clinic.vets (id int)")


# Names that are taken


def test_one_column_cannot_point_at_two_tables(patient: Patient) -> None:
    patient.run('CREATE TABLE "Vets 🩺" (id uuid PRIMARY KEY); CREATE TABLE notes (about_id int CONSTRAINT "o""n" REFERENCES people)')
    wanted = 'ALTER TABLE notes ADD CONSTRAINT "o""n" FOREIGN KEY (about_id) REFERENCES "Vets 🩺" (id) ON DELETE CASCADE'
    remedy = patient.remedies(wanted)["own_column"]
    before = patient.schema
    assert patient.play(statements(remedy)) is None
    assert patient.rows(
        "SELECT confrelid::regclass::text, confdeltype::text FROM pg_constraint"
        " WHERE conrelid = 'notes'::regclass AND contype = 'f' ORDER BY 1"
    ) == [
        ('"Vets 🩺"', "c"),
        ("people", "a"),
    ]
    patient.take_back(remedy)
    assert patient.schema == before


def test_the_same_key_with_other_actions_takes_the_old_ones_place(patient: Patient) -> None:
    wanted = 'ALTER TABLE letters ADD CONSTRAINT "letters_personId_fkey" FOREIGN KEY ("personId") REFERENCES people (id) ON DELETE CASCADE'
    cured_and_taken_back(patient, patient.remedies(wanted)["replace_constraint"], wanted)


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        (
            "ALTER TABLE letters ADD CONSTRAINT {0} CHECK (id > 0)",
            "ALTER TABLE letters ADD CONSTRAINT {0} FOREIGN KEY (id) REFERENCES people (id) NOT VALID",
        ),
        ("CREATE INDEX {0} ON people (name)", "ALTER TABLE letters ADD CONSTRAINT {0} UNIQUE (id)"),
        ("CREATE INDEX {0} ON people (name)", "CREATE INDEX {0} ON letters (body)"),
    ],
)
@pytest.mark.parametrize("name", ['"na ""m"" e 🦢"', '"' + "ö" * 31 + '"'])
def test_a_name_that_something_else_has_is_freed(patient: Patient, make: str, wanted: str, name: str) -> None:
    patient.run(make.format(name))
    cured_and_taken_back(patient, patient.remedies(wanted.format(name))["free_the_name"], wanted.format(name))


# Order


def test_what_is_needed_is_made_first(patient: Patient) -> None:
    script = (
        'BEGIN; CREATE TABLE pets (id int, vet int REFERENCES "Vets 🩺" (id)); CREATE TABLE x (id int);'
        ' CREATE TABLE "Vets 🩺" (id int PRIMARY KEY); COMMIT'
    )
    remedy = patient.remedies_of_script(script)["put_in_order"]
    assert remedy.facts["whole_script"] is True
    assert patient.play(statements(remedy)) is None
    assert patient.value("SELECT count(*) FROM pg_class WHERE relname IN ('pets', 'x', 'Vets 🩺')") == 3


def test_keys_of_tables_in_a_circle_come_last(patient: Patient) -> None:
    script = (
        'CREATE TABLE "Hen 🐔" (id int PRIMARY KEY, egg int REFERENCES eggs (id) ON DELETE SET NULL);'
        ' CREATE TABLE eggs (id int PRIMARY KEY, hen int REFERENCES "Hen 🐔" (id))'
    )
    remedy = patient.remedies_of_script(script)["put_in_order"]
    assert patient.play(statements(remedy)) is None
    assert patient.rows(
        "SELECT conrelid::regclass::text, confdeltype::text FROM pg_constraint"
        " WHERE contype = 'f' AND confrelid::regclass::text ~ 'eggs|Hen' ORDER BY 1"
    ) == [
        ('"Hen 🐔"', "n"),
        ("eggs", "a"),
    ]


# What is there already


def test_a_script_goes_on_from_where_it_stopped(patient: Patient) -> None:
    patient.run(f"CREATE TABLE {ODD} (id int PRIMARY KEY)")
    script = f"CREATE TABLE {ODD} (id int PRIMARY KEY); CREATE TABLE later (id int REFERENCES {ODD} (id))"
    remedy = patient.remedies_of_script(script)["skip_what_is_there"]
    before = patient.rows(f"SELECT * FROM {ODD}")
    assert patient.play(statements(remedy)) is None
    assert patient.rows(f"SELECT * FROM {ODD}") == before
    assert patient.value("SELECT count(*) FROM pg_class WHERE relname = 'later'") == 1


@pytest.mark.parametrize(
    "script",
    [
        f"CREATE TABLE {ODD} (id uuid PRIMARY KEY); CREATE TABLE later (id int)",
        f"CREATE TABLE {ODD} (id int PRIMARY KEY)",
    ],
)
def test_what_differs_or_is_all_there_is_not_skipped(patient: Patient, script: str) -> None:
    patient.run(f"CREATE TABLE {ODD} (id int PRIMARY KEY)")
    assert "skip_what_is_there" not in patient.remedies_of_script(script)
