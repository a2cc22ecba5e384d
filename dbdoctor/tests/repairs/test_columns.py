"""Remedies for columns and kinds of table. Carried out, cured, taken back, nothing lost."""

import msgspec
import pytest
from patients import Patient

from dbdoctor.checks import examine
from dbdoctor.findings import Remedy, SqlStep
from dbdoctor.model import ServerError
from dbdoctor.repairs import propose

ODD = '"Küche 🍲"'
WATCH = "CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"


def statements(remedy: Remedy) -> list[str]:
    return [step.sql for step in remedy.steps if isinstance(step, SqlStep)]


def cured_and_taken_back(patient: Patient, remedy: Remedy, wanted: str) -> None:
    before = patient.schema
    done = patient.carry_out(remedy)
    assert patient.error(wanted) is None
    patient.take_back(done)
    assert patient.schema == before


# NOT NULL


def test_a_column_that_is_to_be_set_null_may_be_null(any_patient: Patient) -> None:
    any_patient.run(
        f'CREATE TABLE {ODD} (id int, "o ""x"" y" int NOT NULL REFERENCES people ON DELETE SET NULL); INSERT INTO {ODD} VALUES (1, 3)'
    )
    wanted = "DELETE FROM people WHERE id = 3"
    cured_and_taken_back(any_patient, any_patient.remedies(wanted)["allow_null"], wanted)
    assert any_patient.rows(f"SELECT * FROM {ODD}") == [(1, 3)]


def test_a_column_of_the_primary_key_stays_as_it_is(patient: Patient) -> None:
    patient.run("CREATE TABLE notes (who int PRIMARY KEY REFERENCES people ON DELETE SET NULL); INSERT INTO notes VALUES (3)")
    assert "allow_null" not in patient.remedies("DELETE FROM people WHERE id = 3")


def test_a_column_that_statements_forgot_may_be_null(any_patient: Patient) -> None:
    any_patient.run(f"CREATE TABLE {ODD} (id int, old text NOT NULL)")
    wanted = f"INSERT INTO {ODD} (id) VALUES (1)"
    cured_and_taken_back(any_patient, any_patient.remedies(wanted)["allow_null"], wanted)


def test_a_new_column_is_filled_over_the_key_in_between(any_patient: Patient) -> None:
    any_patient.run(
        'CREATE TABLE teams (id int PRIMARY KEY); INSERT INTO teams VALUES (7); ALTER TABLE people ADD "te am" int REFERENCES teams'
    )
    any_patient.run('UPDATE people SET "te am" = 7; DELETE FROM letters WHERE "personId" IS NULL')
    remedy = any_patient.remedies("ALTER TABLE letters ADD COLUMN team_id int NOT NULL REFERENCES teams (id)")["filled_column"]
    assert any_patient.play(statements(remedy)) is None
    assert any_patient.rows("SELECT DISTINCT team_id FROM letters") == [(7,)]
    refused = any_patient.error("UPDATE letters SET team_id = NULL")
    assert refused is not None


def test_a_new_column_of_which_nothing_is_known_is_null_for_now(any_patient: Patient) -> None:
    remedies = any_patient.remedies('ALTER TABLE letters ADD COLUMN "Öl ""x"" y" text NOT NULL')
    assert "filled_column" not in remedies
    before = any_patient.schema
    remedy = remedies["nullable_column"]
    assert any_patient.play(statements(remedy)) is None
    assert any_patient.value('SELECT count(*) FROM letters WHERE "Öl ""x"" y" IS NULL') == 4
    any_patient.take_back(remedy)
    assert any_patient.schema == before


def test_a_new_column_whose_default_no_parent_has_comes_without_it(any_patient: Patient) -> None:
    wanted = "ALTER TABLE letters ADD COLUMN reader int NOT NULL DEFAULT 0 REFERENCES people (id)"
    remedy = any_patient.remedies(wanted)["nullable_column"]
    assert any_patient.play(statements(remedy)) is None
    assert any_patient.value("SELECT count(*) FROM letters WHERE reader IS NULL") == 4


# Types and collations


@pytest.mark.parametrize("views", ["", "CREATE VIEW owned AS SELECT owner FROM pets;"])
def test_values_are_translated_into_the_parents_key(any_patient: Patient, views: str) -> None:
    any_patient.run('CREATE TABLE "Owners 👑" (id serial PRIMARY KEY, "Public Id" uuid NOT NULL UNIQUE)')
    any_patient.run('INSERT INTO "Owners 👑" ("Public Id") SELECT gen_random_uuid() FROM generate_series(1, 3)')
    any_patient.run(
        f'CREATE TABLE pets (owner uuid); {views} INSERT INTO pets SELECT "Public Id" FROM "Owners 👑"; INSERT INTO pets VALUES (NULL)'
    )
    wanted = 'ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES "Owners 👑" (id)'
    rows = any_patient.rows("SELECT * FROM pets ORDER BY 1")
    any_patient.run("CREATE SCHEMA dbdoctor")
    cured_and_taken_back(any_patient, any_patient.remedies(wanted)["translate_values"], wanted)
    assert any_patient.rows("SELECT * FROM pets ORDER BY 1") == rows


def test_a_childs_collation_becomes_its_parents(any_patient: Patient) -> None:
    any_patient.run(f"""CREATE TABLE names (name text COLLATE "C" PRIMARY KEY); CREATE TABLE {ODD} ("na me" varchar(9) COLLATE "POSIX");
      INSERT INTO {ODD} VALUES ('x')""")
    case = any_patient.case(f'ALTER TABLE {ODD} ADD FOREIGN KEY ("na me") REFERENCES names (name)', failed=False)
    case = msgspec.structs.replace(case, error=ServerError(sqlstate="42P21", message="incompatible collations"))
    remedy = next(r for f in examine(case) for r in propose(f, case) if r.id == "same_collation")
    before = any_patient.schema
    any_patient.carry_out(remedy)
    assert any_patient.value("SELECT collation_name FROM information_schema.columns WHERE column_name = 'na me'") == "C"
    assert any_patient.rows(f"SELECT * FROM {ODD}") == [("x",)]
    any_patient.take_back(remedy)
    assert any_patient.schema == before


@pytest.mark.parametrize(("null", "remedy"), [("", "null_unconvertible"), ("NOT NULL", "quarantine_unconvertible")])
def test_values_that_the_type_refuses_stand_in_quarantine(any_patient: Patient, null: str, remedy: str) -> None:
    any_patient.run(f"""CREATE TABLE {ODD} (id int, "o ""x"" y" text {null}); INSERT INTO {ODD} VALUES (1, '1'), (2, 'it''s'), (3, '')""")
    wanted = f'ALTER TABLE {ODD} ALTER COLUMN "o ""x"" y" TYPE int USING "o ""x"" y"::int'
    any_patient.carry_out(any_patient.remedies(wanted)[remedy])
    assert any_patient.error(wanted) is None
    left = any_patient.rows(f"SELECT * FROM {ODD} ORDER BY id")
    assert left == ([(1, "1")] if null else [(1, "1"), (2, None), (3, None)])
    assert any_patient.rows('SELECT id, "o ""x"" y" FROM dbdoctor."quarantine_Küche 🍲" ORDER BY id') == [(2, "it's"), (3, "")]


# The statement said otherwise


def test_a_type_is_changed_under_its_views(any_patient: Patient) -> None:
    any_patient.run(
        "CREATE TABLE pets (name varchar(9)); INSERT INTO pets VALUES (1); CREATE VIEW named AS SELECT name"
        " FROM pets; CREATE VIEW n2 AS SELECT * FROM named"
    )
    wanted = "ALTER TABLE pets ALTER COLUMN name TYPE varchar(20);"
    remedy = any_patient.remedies(wanted)["change_under_views"]
    before = any_patient.schema
    assert any_patient.play(statements(remedy)) is None
    assert any_patient.schema == before.replace("character varying(9)", "character varying(20)")
    assert any_patient.rows("SELECT * FROM n2") == [("1",)]


def test_a_type_is_changed_under_a_trigger(any_patient: Patient) -> None:
    any_patient.run(f"CREATE TABLE pets (name varchar(9)); {WATCH}")
    any_patient.run('CREATE TRIGGER "wa""t" AFTER UPDATE OF name ON pets FOR EACH ROW EXECUTE FUNCTION watch()')
    remedy = any_patient.remedies("ALTER TABLE pets ALTER COLUMN name TYPE varchar(20)")["change_under_views"]
    before = any_patient.schema
    assert any_patient.play(statements(remedy)) is None
    assert any_patient.schema == before.replace("character varying(9)", "character varying(20)")


def test_pending_checks_are_made_before_the_change(any_patient: Patient) -> None:
    any_patient.run("CREATE TABLE pets (id int, o int REFERENCES people DEFERRABLE INITIALLY DEFERRED)")
    script = ["BEGIN", "INSERT INTO pets VALUES (1, 1)", "ALTER TABLE pets ADD COLUMN name text", "COMMIT"]
    remedy = any_patient.remedies_of_script("; ".join(script))["settle_pending_checks"]
    assert any_patient.play([*script[:2], *statements(remedy), *script[3:]]) is None
    assert any_patient.rows("SELECT * FROM pets") == [(1, 1, None)]


def test_what_must_run_alone_runs_outside_of_the_transaction(any_patient: Patient) -> None:
    script = (
        "BEGIN; ALTER TABLE people ADD COLUMN nick text; CREATE INDEX CONCURRENTLY by_nick ON people (nick);"
        " ALTER TABLE people ADD age int; COMMIT"
    )
    remedy = any_patient.remedies_of_script(script)["outside_transaction"]
    assert remedy.facts["whole_script"] is True
    any_patient.carry_out(remedy)
    assert any_patient.value("SELECT count(*) FROM pg_indexes WHERE indexname = 'by_nick'") == 1
    assert any_patient.error("SELECT nick, age FROM people") is None
    assert [step.transactional for step in remedy.steps if isinstance(step, SqlStep)] == [True, False, True]


# Kinds of table


def test_an_unlogged_parent_becomes_a_lasting_one(any_patient: Patient) -> None:
    any_patient.run(f"CREATE UNLOGGED TABLE {ODD} (id int PRIMARY KEY); INSERT INTO {ODD} VALUES (1)")
    wanted = f"CREATE TABLE pets (owner int REFERENCES {ODD} (id))"
    cured_and_taken_back(any_patient, any_patient.remedies(wanted)["set_logged"], wanted)
    assert any_patient.rows(f"SELECT * FROM {ODD}") == [(1,)]


def test_rows_that_no_partition_takes_get_one(any_patient: Patient) -> None:
    any_patient.run(f"CREATE TABLE {ODD} (at int) PARTITION BY LIST (at); CREATE TABLE l1 PARTITION OF {ODD} FOR VALUES IN (1)")
    any_patient.run('CREATE TABLE "Küche 🍲_default" (id int)')
    wanted = f"INSERT INTO {ODD} VALUES (9)"
    cured_and_taken_back(any_patient, any_patient.remedies(wanted)["default_partition"], wanted)
