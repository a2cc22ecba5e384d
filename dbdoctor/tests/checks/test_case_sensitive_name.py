"""Case-sensitive name: reported where only capitals differ; not where the name is there, or is a wholly other one."""

import pytest
from patients import Patient


def test_a_table_that_is_read_in_other_capitals_is_named(patient: Patient) -> None:
    patient.run('CREATE TABLE "SequelizeMeta" (name text)')
    found = patient.findings("SELECT name FROM SequelizeMeta")[0]
    assert (found.cause, found.facts["name"], found.facts["meant"]) == ("case_sensitive_name", "sequelizemeta", "SequelizeMeta")
    assert found.facts["only_read"] is True


def test_a_parent_in_other_capitals_is_named_on_both_sides(patient: Patient) -> None:
    found = patient.findings('ALTER TABLE letters ADD CONSTRAINT "by" FOREIGN KEY ("personId") REFERENCES "People" (id)')[0]
    assert (found.cause, found.facts["kind"], found.facts["only_read"]) == ("case_sensitive_name", "table", False)
    assert found.subject.child is not None
    assert found.subject.parent is not None
    assert (found.subject.child.columns, found.subject.parent.table, found.subject.parent.columns) == (("personId",), "people", ("id",))


@pytest.mark.parametrize(
    "wanted", ["SELECT personId FROM letters", "CREATE INDEX ON letters (personId)", "UPDATE letters SET personId = 1"]
)
def test_a_column_in_other_capitals_is_named(patient: Patient, wanted: str) -> None:
    found = patient.findings(wanted)[0]
    assert (found.cause, found.facts["kind"], found.facts["name"], found.facts["meant"]) == (
        "case_sensitive_name",
        "column",
        "personid",
        "personId",
    )


@pytest.mark.parametrize(
    ("wanted", "kind", "meant"),
    [
        ("ALTER TABLE letters DROP CONSTRAINT letters_personId_fkey", "constraint", "letters_personId_fkey"),
        ("DROP INDEX Guest_Idx", "index", "Guest_Idx"),
        ("CREATE TABLE moods (m enum_Mood)", "type", "enum_Mood"),
    ],
)
def test_a_constraint_an_index_and_a_type_too(patient: Patient, wanted: str, kind: str, meant: str) -> None:
    patient.run("""CREATE INDEX "Guest_Idx" ON letters (body); CREATE TYPE "enum_Mood" AS ENUM ('glad')""")
    found = patient.findings(wanted)[0]
    assert (found.cause, found.facts["kind"], found.facts["meant"]) == ("case_sensitive_name", kind, meant)


def test_letters_beyond_ascii_are_folded_too(patient: Patient) -> None:
    patient.run('CREATE TABLE "KÜCHE 🍲" (id int)')
    assert patient.causes('SELECT * FROM "küche 🍲"') == ["case_sensitive_name"]


@pytest.mark.parametrize(
    "wanted",
    [
        "SELECT * FROM peoples",
        'SELECT * FROM "peo ple"',
        "SELECT nickname FROM people",
        "ALTER TABLE letters DROP CONSTRAINT by_people",
        "DROP INDEX by_body",
        "CREATE TABLE moods (m mood)",
    ],
)
def test_a_name_that_nothing_is_like_is_not_reported(patient: Patient, wanted: str) -> None:
    assert "case_sensitive_name" not in patient.causes(wanted)


@pytest.mark.parametrize(
    "wanted",
    [
        'CREATE TABLE "People" (id int)',
        'CREATE TABLE "People" (id int PRIMARY KEY, boss int REFERENCES "People" (id))',
        'ALTER TABLE people ADD COLUMN "Name" text',
        'ALTER TABLE people RENAME COLUMN name TO "Name"',
        'CREATE VIEW "People" AS SELECT 1',
        "SELECT ID, NAME FROM PEOPLE",
    ],
)
def test_what_the_statement_itself_makes_or_finds_is_not_reported(patient: Patient, wanted: str) -> None:
    assert patient.causes(wanted, failed=False) == []
    assert patient.causes(wanted) == []


def test_two_tables_of_both_spellings_are_each_found(patient: Patient) -> None:
    patient.run('CREATE TABLE "People" (key int PRIMARY KEY)')
    assert "case_sensitive_name" not in patient.causes('CREATE TABLE pets (owner int REFERENCES "People" (id))')


def test_the_very_name_in_another_schema_is_left_to_another_check(patient: Patient) -> None:
    patient.run("CREATE SCHEMA north; CREATE TABLE north.vets (id int)")
    assert patient.causes("SELECT * FROM vets") == ["wrong_schema_or_search_path"]
