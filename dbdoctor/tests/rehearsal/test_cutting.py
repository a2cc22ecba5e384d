"""Any tool's run is cut into migrations by what it writes into its ledger, in whichever words it does so."""

from collections.abc import Callable
from pathlib import Path

import pytest
from histories import ledgers
from histories.ledgers import Ledger
from patients import Patient

from dbdoctor.histories import History, detect
from dbdoctor.rehearsal.observation import Statement, segments_of

Say = Callable[..., Statement]
MAKES_NOTES, MAKES_TAGS = "CREATE TABLE notes (id integer)", "CREATE TABLE tags (id integer)"
HASH = ledgers.sha("0002.notes")
# What each tool was seen to send (node-pg-migrate, Knex, TypeORM, MikroORM, Drizzle, dbmate, yoyo, Alembic, Django), or says it sends.
ENTRIES = {
    "Sequelize": """INSERT INTO "SequelizeMeta" ("name") VALUES ('2-notes.js') RETURNING "name";""",
    "Knex": """insert into "knex_migrations" ("batch", "migration_time", "name") values (1, 'now', '20240102_notes.js')""",
    "TypeORM": """INSERT INTO "migrations"("timestamp", "name") VALUES ('1645000000000', 'AddNotes1645000000000')""",
    "Drizzle": """insert into "drizzle"."__drizzle_migrations" ("hash", "created_at") values('x', '1700000001000')""",
    "MikroORM": """insert into "mikro_orm_migrations" ("name") values ('Migration20240102')""",
    "node-pg-migrate": """INSERT INTO "public"."pgmigrations" (name, run_on) VALUES ('1700000001000_notes', NOW())""",
    "Alembic": "UPDATE alembic_version SET version_num='d4e5f6' WHERE alembic_version.version_num = 'a1b2c3'",
    "Django": """INSERT INTO "django_migrations" ("app", "name", "applied") VALUES ('notes', '0001_initial', 'now') RETURNING "id" """,
    "Rails": """INSERT INTO "schema_migrations" ("version") VALUES ('20240102000000') RETURNING "version" """,
    "dbmate": """insert into "schema_migrations" (version) values ('0002')""",
    "Ecto": """INSERT INTO "schema_migrations" ("version","inserted_at") VALUES (20240102000000,'now')""",
    "goose": "INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, true)",
    "golang-migrate": """INSERT INTO "public"."schema_migrations" (version, dirty) VALUES ('2', 'f')""",
    "Laravel": """insert into "migrations" ("migration", "batch") values ('2024_01_02_000000_create_notes_table', 2)""",
    "Flyway": """INSERT INTO "public"."flyway_schema_history" VALUES (2, '1.1', 'add notes', 'SQL', 'V1.1__add_notes.sql', 1, 'x')""",
    "Liquibase": "INSERT INTO databasechangelog (ID, AUTHOR, FILENAME) VALUES ('add-notes', 'bob', 'db/more.sql')",
    "yoyo": f"""INSERT INTO "_yoyo_migration" ("migration_hash", "migration_id") VALUES ('{HASH}', '0002.notes')""",
    "a home-made ledger": "insert into app_schema_migrations (version, name) values (40, 'item_events')",
}
BEFORE = {
    "golang-migrate": ['TRUNCATE "public"."schema_migrations"', """INSERT INTO "public"."schema_migrations" VALUES ('2', 't')"""],
    "yoyo": ['CREATE TABLE "yoyo_tmp_abc" (id INT)', 'INSERT INTO "yoyo_lock" ("locked", "ctime", "pid") VALUES (1, now(), 5)'],
}
every = pytest.mark.parametrize("ledger", [one for one in ledgers.LEDGERS if one.tool in ENTRIES], ids=lambda ledger: ledger.tool)


def history_of(patient: Patient, ledger: Ledger, folder: Path) -> History:
    patient.run(ledger.ddl)
    found = detect(patient.catalog, ledger.lay_out(folder))
    assert found is not None
    return found


@every
def test_a_tools_entry_ends_its_migration_and_is_no_part_of_it(say: Say, patient: Patient, ledger: Ledger, tmp_path: Path) -> None:
    history = history_of(patient, ledger, tmp_path)
    run = [*BEFORE.get(ledger.tool, []), MAKES_NOTES, ENTRIES[ledger.tool], MAKES_TAGS]
    pending = ["something_else", ledger.new, "9_the_last"]
    segments, outside = segments_of([say(sql) for sql in run], history=history, pending=pending)
    assert [(s.migration, [x.sql for x in s.statements], s.recorded) for s in segments] == [
        (ledger.new, [MAKES_NOTES], True),
        ("something_else", [MAKES_TAGS], False),
    ]
    assert outside == []


@every
def test_reading_and_making_the_ledger_ends_no_migration(say: Say, patient: Patient, ledger: Ledger, tmp_path: Path) -> None:
    history = history_of(patient, ledger, tmp_path)
    table = history.ledger.name
    run = [f'CREATE TABLE IF NOT EXISTS "{table}" (id integer)', f'SELECT * FROM "{table}"', f"select count(*) from {table}"]
    segments, outside = segments_of([say(sql) for sql in run], history=history, pending=[ledger.new])
    assert (segments, outside) == ([], [])


@every
def test_an_entry_that_failed_records_nothing(say: Say, patient: Patient, ledger: Ledger, tmp_path: Path) -> None:
    history = history_of(patient, ledger, tmp_path)
    run = [say(MAKES_NOTES), say(ENTRIES[ledger.tool], sqlstate="42501", message="permission denied")]
    segments, _ = segments_of(run, history=history, pending=[ledger.new])
    assert [(s.migration, s.recorded) for s in segments] == [(ledger.new, False)]


def test_prisma_begins_a_row_with_the_name_and_ends_it_by_its_id(say: Say, patient: Patient, tmp_path: Path) -> None:
    history = history_of(patient, ledgers.PRISMA, tmp_path)
    begun = """INSERT INTO "public"."_prisma_migrations" ("id", "checksum", "migration_name") VALUES ('i', 'c', '20240102000000_notes')"""
    steps = """UPDATE "public"."_prisma_migrations" SET "applied_steps_count" = applied_steps_count + 1 WHERE "id" = 'i'"""
    ended = """UPDATE "public"."_prisma_migrations" SET "finished_at" = 'now' WHERE "id" = 'i'"""
    failed, _ = segments_of([say(begun), say(MAKES_NOTES)], history=history, pending=["0_other", "20240102000000_notes"])
    done, _ = segments_of([say(s) for s in (begun, MAKES_NOTES, steps, ended)], history=history, pending=["20240102000000_notes"])
    assert [(s.migration, len(s.statements), s.recorded) for s in done] == [("20240102000000_notes", 1, True)]
    assert [s.recorded for s in failed] == [False]


def test_a_table_whose_name_only_contains_the_ledgers_stays_the_migrations_own(say: Say, patient: Patient, tmp_path: Path) -> None:
    history = history_of(patient, ledgers.LARAVEL, tmp_path)
    own = ["CREATE TABLE bird_migrations (id integer)", "INSERT INTO bird_migrations VALUES (1)", "UPDATE old_migrations SET id = 2"]
    segments, _ = segments_of([say(sql) for sql in own], history=history, pending=[ledgers.LARAVEL.new])
    assert [s.sql for s in segments[0].statements] == own
    assert not segments[0].recorded


def test_an_entry_that_does_not_say_its_name_is_that_of_the_next_pending_one(say: Say, patient: Patient, tmp_path: Path) -> None:
    history = history_of(patient, ledgers.DRIZZLE, tmp_path)
    entry = 'insert into "drizzle"."__drizzle_migrations" ("hash", "created_at") values ($1, $2)'
    segments, _ = segments_of([say(MAKES_NOTES), say(entry)], history=history, pending=["0001_notes", "0002_more"])
    assert [(s.migration, s.recorded) for s in segments] == [("0001_notes", True)]
