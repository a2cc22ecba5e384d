"""Remedies for rights, the ledger and the tool's lock. Carried out, cured, taken back."""

import msgspec
import pytest
from patients import Patient

from dbdoctor.checks import LedgerView
from dbdoctor.findings import SqlStep
from dbdoctor.histories.shapes import Migration, ToolLock
from dbdoctor.model import TableName

ODD = 'Maler "x" 🎨'
TABLES = 'CREATE TABLE "Küche 🍲" (id serial PRIMARY KEY, owner int); CREATE SCHEMA "North ""é"; CREATE TABLE "North ""é".pets (id int)'
LEDGER = LedgerView(tool="Knex", table=TableName("public", "knex_migrations"))
PETS = 'CREATE TABLE "Pets 🐾" (id int PRIMARY KEY)'


@pytest.mark.parametrize(
    "wanted",
    [
        'SELECT * FROM "Küche 🍲"',
        'TRUNCATE "Küche 🍲"',
        'DELETE FROM "Küche 🍲"',
        "CREATE TABLE public.mine (id int)",
        "SELECT nextval('\"Küche 🍲_id_seq\"')",
    ],
)
def test_the_right_that_is_missing_is_given_and_taken_back(any_patient: Patient, wanted: str) -> None:
    any_patient.run(TABLES)
    with any_patient.role(ODD) as role:
        script = [f"SET ROLE {role}", "BEGIN", wanted, "ROLLBACK"]
        remedy = any_patient.remedies_of_script(f"SET ROLE {role}; {wanted}")["grant_right"]
        before = any_patient.schema
        any_patient.carry_out(remedy)
        assert any_patient.play(script) is None
        any_patient.take_back(remedy)
        assert any_patient.schema == before
        assert any_patient.play(script) is not None


def test_no_more_than_the_one_right_is_given(any_patient: Patient) -> None:
    with any_patient.role(ODD) as role:
        any_patient.run(f"GRANT CREATE ON SCHEMA public TO {role}")
        script = [f"SET ROLE {role}", "CREATE TABLE pets (owner int REFERENCES people (id))"]
        any_patient.carry_out(any_patient.remedies_of_script("; ".join(script))["grant_right"])
        assert any_patient.play(script) is None
        granted = any_patient.rows(
            f"SELECT privilege_type FROM information_schema.role_table_grants WHERE grantee = '{ODD}' AND table_name = 'people'"
        )
        assert granted == [("REFERENCES",)]


def test_a_table_that_must_be_owned_changes_hands_and_comes_back(any_patient: Patient) -> None:
    any_patient.run(TABLES)
    with any_patient.role(ODD) as role:
        script = [f"SET ROLE {role}", 'ALTER TABLE "Küche 🍲" ADD COLUMN x int']
        remedy = any_patient.remedies_of_script("; ".join(script))["change_owner"]
        owner = any_patient.value("SELECT tableowner FROM pg_tables WHERE tablename = 'Küche 🍲'")
        any_patient.carry_out(remedy)
        assert any_patient.play(script) is None
        any_patient.take_back(remedy)
        assert any_patient.value("SELECT tableowner FROM pg_tables WHERE tablename = 'Küche 🍲'") == owner


def test_row_security_is_not_undone(patient: Patient) -> None:
    patient.run('CREATE TABLE "Küche 🍲" (id int); ALTER TABLE "Küche 🍲" ENABLE ROW LEVEL SECURITY')
    with patient.role(ODD) as role:
        patient.run(f'GRANT INSERT ON "Küche 🍲" TO {role}')
        assert patient.remedies_of_script(f'SET ROLE {role}; INSERT INTO "Küche 🍲" VALUES (1)') == {}


def test_a_migration_whose_work_is_there_is_marked(patient: Patient) -> None:
    patient.run(PETS)
    ledger = msgspec.structs.replace(LEDGER, pending=(Migration("0003_pets", PETS),))
    remedy = patient.remedies_of_script(PETS, ledger=ledger)["mark_as_applied"]
    assert remedy.facts == {"migration": "0003_pets", "tool": "Knex", "ledger": "public.knex_migrations"}
    assert "mark_as_applied" not in patient.remedies_of_script(PETS, ledger=LEDGER)


def test_a_migration_that_was_begun_and_not_ended_is_settled(patient: Patient) -> None:
    ledger = msgspec.structs.replace(LEDGER, unfinished=("0003_pets",))
    script = "DO $$ BEGIN RAISE EXCEPTION 'Dirty database version 3'; END $$"
    assert patient.remedies_of_script(script, ledger=ledger)["settle_unfinished"].facts["migration"] == "0003_pets"
    assert patient.remedies_of_script(script, ledger=LEDGER) == {}


def test_what_a_recorded_migration_made_is_made_again(any_patient: Patient) -> None:
    words = f'{PETS}; CREATE TABLE "Toys" (id int PRIMARY KEY, pet int REFERENCES "Pets 🐾" (id));'
    ledger = msgspec.structs.replace(LEDGER, applied=("0003_pets",), recorded=(Migration("0003_pets", words),))
    wanted = 'INSERT INTO "Toys" VALUES (1, NULL)'
    remedy = any_patient.remedies_of_script(wanted, ledger=ledger)["run_missing_migration"]
    before = any_patient.schema
    any_patient.carry_out(remedy)
    assert any_patient.error(wanted) is None
    any_patient.take_back(remedy)
    assert any_patient.schema == before


@pytest.mark.parametrize("words", ["", f"{PETS}; INSERT INTO people VALUES (9)", f"{PETS}; DROP TABLE letters", "makes the pets"])
def test_a_migration_that_does_more_than_make_things_is_not_run_again(patient: Patient, words: str) -> None:
    ledger = msgspec.structs.replace(LEDGER, applied=("0003_create_pets",), recorded=(Migration("0003_create_pets", words),))
    assert "run_missing_migration" not in patient.remedies_of_script('INSERT INTO "Pets 🐾" VALUES (1)', ledger=ledger)


def test_a_pending_migration_that_makes_the_parent_runs_first(any_patient: Patient) -> None:
    ledger = msgspec.structs.replace(LEDGER, pending=(Migration("0003_pets", PETS),))
    wanted = 'CREATE TABLE toys (pet int REFERENCES "Pets 🐾" (id))'
    any_patient.carry_out(any_patient.remedies_of_script(wanted, ledger=ledger)["run_missing_migration"])
    assert any_patient.error(wanted) is None


def test_a_lock_that_was_left_behind_is_released_and_set_again(any_patient: Patient) -> None:
    any_patient.run('CREATE TABLE "Lock 🔒" (index int PRIMARY KEY, held int); INSERT INTO "Lock 🔒" VALUES (1, 1)')
    lock = ToolLock(
        table=TableName("public", "Lock 🔒"),
        held=True,
        release_sql='UPDATE "Lock 🔒" SET held = 0',
        undo_sql='UPDATE "Lock 🔒" SET held = 1',
    )
    ledger = msgspec.structs.replace(LEDGER, lock=lock)
    wanted = """DO $$ BEGIN IF EXISTS (SELECT FROM "Lock 🔒" WHERE held = 1) THEN RAISE EXCEPTION 'Already locked'; END IF; END $$"""
    remedy = any_patient.remedies_of_script(wanted, ledger=ledger)["release_tool_lock"]
    assert [step.writes for step in remedy.steps if isinstance(step, SqlStep)] == [(TableName("public", "Lock 🔒"),)]
    any_patient.carry_out(remedy)
    assert any_patient.error(wanted) is None
    any_patient.take_back(remedy)
    assert any_patient.rows('SELECT * FROM "Lock 🔒"') == [(1, 1)]


def test_a_lock_whose_holder_is_alive_is_left_alone(patient: Patient) -> None:
    lock = ToolLock(table=TableName("public", "locks"), held=True, release_sql="SELECT 1", undo_sql="SELECT 1", holders=("4711",))
    wanted = "DO $$ BEGIN RAISE EXCEPTION 'locks: already locked'; END $$"
    assert patient.remedies_of_script(wanted, ledger=msgspec.structs.replace(LEDGER, lock=lock)) == {}
