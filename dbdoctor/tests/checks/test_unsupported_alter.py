"""Unsupported alter: reported where the statement must be said otherwise; not where it fails for another reason."""

import pytest
from patients import Patient

PETS = 'CREATE TABLE "Pets 🐾" (id int PRIMARY KEY, "Na ""x"" me" varchar(10), owner int)'
NAME = '"Na ""x"" me"'


@pytest.mark.parametrize(
    ("wanted", "drops"),
    [(f'ALTER TABLE "Pets 🐾" ALTER COLUMN {NAME} TYPE text', False), (f'ALTER TABLE "Pets 🐾" DROP COLUMN {NAME}', True)],
)
@pytest.mark.parametrize("make", ["VIEW", "MATERIALIZED VIEW"])
def test_a_change_under_a_view_is_reported(any_patient: Patient, wanted: str, drops: bool, make: str) -> None:  # noqa: FBT001  # a parameter
    any_patient.run(f'{PETS}; CREATE {make} named AS SELECT {NAME} FROM "Pets 🐾"')
    found = any_patient.findings(wanted)[0]
    assert (found.cause, found.facts["kind"], found.facts["views"], found.facts["drops"]) == ("unsupported_alter", "view", ["named"], drops)
    assert found.facts["column"] == 'Na "x" me'


def test_a_change_under_a_trigger_is_reported(any_patient: Patient) -> None:
    any_patient.run(
        f"CREATE TABLE pets ({NAME} varchar(9)); CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    )
    any_patient.run(f'CREATE TRIGGER "w""1" AFTER UPDATE OF {NAME} ON pets FOR EACH ROW EXECUTE FUNCTION watch()')
    found = any_patient.findings(f"ALTER TABLE pets ALTER COLUMN {NAME} TYPE text")
    assert [(f.cause, f.facts["kind"], f.facts["trigger"]) for f in found] == [("unsupported_alter", "trigger", 'w"1')]
    assert str(found[0].facts["definition"]).startswith("CREATE TRIGGER")


@pytest.mark.parametrize(
    ("statement", "what"),
    [("CREATE INDEX CONCURRENTLY i ON people (name)", "CREATE INDEX CONCURRENTLY"), ("VACUUM people", "VACUUM")],
)
def test_a_statement_that_must_run_alone_is_reported(any_patient: Patient, statement: str, what: str) -> None:
    found = any_patient.findings_of_script(f"BEGIN; {statement}; COMMIT")[0]
    assert (found.cause, found.facts["kind"], found.facts["what"]) == ("unsupported_alter", "transaction", what)


@pytest.mark.parametrize(
    "wanted",
    [
        "ALTER TABLE people MODIFY name varchar(20)",
        "ALTER TABLE people CHANGE name nick text",
    ],
)
def test_words_of_another_database_are_reported(any_patient: Patient, wanted: str) -> None:
    found = any_patient.findings(wanted)[0]
    assert (found.cause, found.facts["kind"]) == ("unsupported_alter", "syntax")
    assert any_patient.error(wanted) is not None


@pytest.mark.parametrize(
    "wanted",
    [
        f'ALTER TABLE "Pets 🐾" ALTER COLUMN {NAME} TYPE text',
        'ALTER TABLE "Pets 🐾" DROP COLUMN owner',
        "DROP TABLE people",
        "ALTER TABLE people DROP CONSTRAINT people_pkey",
        "TRUNCATE people",
        "ALTER TABLE people ALTER COLUMN name TYPE int",
    ],
)
def test_what_can_be_done_or_fails_over_a_key_is_not_reported(any_patient: Patient, wanted: str) -> None:
    any_patient.run(f'{PETS}; CREATE VIEW ids AS SELECT id FROM "Pets 🐾"')
    assert "unsupported_alter" not in any_patient.causes(wanted)


def test_a_slip_of_the_pen_is_not_reported(patient: Patient) -> None:
    assert patient.causes("ALTER TABEL people ADD COLUMN x int") == []
    assert patient.causes("SELECT FROM WHERE") == []
