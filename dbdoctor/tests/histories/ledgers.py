"""The ledger of each tool as the tool itself makes it, its migrations as an app has them, and how people spell one of them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

OLD_SQL = "CREATE TABLE users (id integer PRIMARY KEY);\n"
NEW_SQL = "CREATE TABLE notes (id integer);\n"


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """`old` is recorded in it, `new` lies beside it in the folder; `row` asks for what a mark of `new` must have written."""

    tool: str
    table: str
    ddl: str
    old: str
    new: str
    files: dict[str, str]
    row: str
    written: tuple[object, ...]
    spellings: tuple[str, ...] = ()
    needs_files: bool = False
    known: tuple[str, ...] = ()

    def lay_out(self, folder: Path) -> Path:
        for name, text in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return folder


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


KNEX = Ledger(
    tool="Knex",
    table="public.knex_migrations",
    ddl="CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch integer, migration_time timestamptz);"
    " CREATE TABLE knex_migrations_lock (index serial PRIMARY KEY, is_locked integer);"
    " INSERT INTO knex_migrations_lock (is_locked) VALUES (0);"
    " INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('20240101_users.js', 3, now())",
    old="20240101_users.js",
    new="20240102_notes.js",
    files={"migrations/20240101_users.js": "", "migrations/20240102_notes.js": "", "migrations/README.md": ""},
    row="SELECT name, batch, migration_time IS NOT NULL FROM knex_migrations ORDER BY id DESC LIMIT 1",
    written=("20240102_notes.js", 4, True),
    spellings=("20240102_notes", "migrations/20240102_notes.js"),
)
TYPEORM = Ledger(
    tool="TypeORM",
    table="public.migrations",
    ddl='CREATE TABLE migrations (id SERIAL NOT NULL, "timestamp" bigint NOT NULL, name character varying NOT NULL, PRIMARY KEY (id));'
    " INSERT INTO migrations (\"timestamp\", name) VALUES (1640000000000, 'Users1640000000000')",
    old="Users1640000000000",
    new="AddNotes1645000000000",
    files={
        "src/migration/1640000000000-users.ts": "export class Users1640000000000 implements MigrationInterface { async up(q) {} }",
        "src/migration/1645000000000-add-notes.ts": "export class AddNotes1645000000000 implements MigrationInterface { async up(q) {} }",
        "src/migration/helper.ts": "export class Helper {}",
    },
    row='SELECT name, "timestamp" FROM migrations ORDER BY id DESC LIMIT 1',
    written=("AddNotes1645000000000", 1645000000000),
    spellings=("1645000000000-add-notes.ts", "1645000000000-AddNotes"),
)
PRISMA = Ledger(
    tool="Prisma",
    table="public._prisma_migrations",
    ddl="CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz,"
    " migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(),"
    " applied_steps_count integer NOT NULL DEFAULT 0);"
    " INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name) VALUES ('a', 'b', now(), '20240101000000_users')",
    old="20240101000000_users",
    new="20240102000000_notes",
    files={
        "prisma/migrations/20240101000000_users/migration.sql": OLD_SQL,
        "prisma/migrations/20240102000000_notes/migration.sql": NEW_SQL,
        "prisma/migrations/migration_lock.toml": "",
    },
    row="SELECT migration_name, checksum, finished_at IS NOT NULL, applied_steps_count FROM _prisma_migrations ORDER BY 1 DESC LIMIT 1",
    written=("20240102000000_notes", sha(NEW_SQL), True, 0),
    spellings=("20240102000000_notes/migration.sql",),
    needs_files=True,
)
JOURNAL = '{"entries": [{"idx": 0, "when": 1700000000000, "tag": "0000_users"}, {"idx": 1, "when": 1700000001000, "tag": "0001_notes"}]}'
DRIZZLE = Ledger(
    tool="Drizzle",
    table="drizzle.__drizzle_migrations",
    ddl="CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint);"
    f" INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('{sha(OLD_SQL)}', 1700000000000)",
    old="0000_users",
    new="0001_notes",
    files={"drizzle/meta/_journal.json": JOURNAL, "drizzle/0000_users.sql": OLD_SQL, "drizzle/0001_notes.sql": NEW_SQL},
    row="SELECT hash, created_at FROM drizzle.__drizzle_migrations ORDER BY id DESC LIMIT 1",
    written=(sha(NEW_SQL), 1700000001000),
    spellings=("0001_notes.sql", "drizzle/0001_notes.sql"),
    needs_files=True,
)
MIKRO_ORM = Ledger(
    tool="MikroORM",
    table="public.mikro_orm_migrations",
    ddl="CREATE TABLE mikro_orm_migrations (id serial PRIMARY KEY, name varchar(255), executed_at timestamptz DEFAULT current_timestamp);"
    " INSERT INTO mikro_orm_migrations (name) VALUES ('Migration20240101')",
    old="Migration20240101",
    new="Migration20240102",
    files={"migrations/Migration20240101.js": "", "migrations/Migration20240102.js": "", "migrations/.snapshot-app.json": "{}"},
    row="SELECT name, executed_at IS NOT NULL FROM mikro_orm_migrations ORDER BY id DESC LIMIT 1",
    written=("Migration20240102", True),
    spellings=("Migration20240102.ts", "src/migrations/Migration20240102.js"),
)
NODE_PG = Ledger(
    tool="node-pg-migrate",
    table="public.pgmigrations",
    ddl="CREATE TABLE pgmigrations (id SERIAL PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);"
    " INSERT INTO pgmigrations (name, run_on) VALUES ('1700000000000_users', now())",
    old="1700000000000_users",
    new="1700000001000_notes",
    files={"migrations/1700000000000_users.js": "", "migrations/1700000001000_notes.sql": f"-- Up Migration\n{NEW_SQL}-- Down Migration\n"},
    row="SELECT name, run_on IS NOT NULL FROM pgmigrations ORDER BY id DESC LIMIT 1",
    written=("1700000001000_notes", True),
    spellings=("1700000001000_notes.sql",),
)
REVISION = '"""{words}"""\nrevision: str = "{name}"\ndown_revision = {down}\n\ndef upgrade():\n    pass\n'
ALEMBIC = Ledger(
    tool="Alembic",
    table="public.alembic_version",
    ddl="CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));"
    " INSERT INTO alembic_version VALUES ('a1b2c3')",
    old="a1b2c3",
    new="d4e5f6",
    files={
        "alembic/versions/d4e5f6_notes.py": REVISION.format(words="notes", name="d4e5f6", down='"a1b2c3"'),
        "alembic/versions/zz_a1b2c3_users.py": REVISION.format(words="users", name="a1b2c3", down="None"),
    },
    row="SELECT version_num, (SELECT count(*) FROM alembic_version) FROM alembic_version",
    written=("d4e5f6", 1),
    spellings=("d4e5f6_notes.py", "alembic/versions/d4e5f6_notes.py"),
    needs_files=True,
)
DJANGO_FILE = "class Migration:\n    dependencies = [{}]\n"
DJANGO = Ledger(
    tool="Django",
    table="public.django_migrations",
    ddl="CREATE TABLE django_migrations (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, app varchar(255) NOT NULL,"
    " name varchar(255) NOT NULL, applied timestamptz NOT NULL);"
    " INSERT INTO django_migrations (app, name, applied) VALUES ('intake', '0001_initial', now()), ('auth', '0001_initial', now())",
    old="intake.0001_initial",
    new="notes.0001_initial",
    files={
        "intake/migrations/__init__.py": "",
        "intake/migrations/0001_initial.py": DJANGO_FILE.format(""),
        "notes/migrations/__init__.py": "",
        "notes/migrations/0001_initial.py": DJANGO_FILE.format('("intake", "0001_initial")'),
    },
    row="SELECT app, name, applied IS NOT NULL FROM django_migrations ORDER BY id DESC LIMIT 1",
    written=("notes", "0001_initial", True),
    spellings=("notes/0001_initial", "notes 0001_initial", "notes/migrations/0001_initial.py"),
)
RAILS = Ledger(
    tool="Rails",
    table="public.schema_migrations",
    ddl="CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY);"
    " CREATE TABLE ar_internal_metadata (key varchar NOT NULL PRIMARY KEY, value varchar, created_at timestamp NOT NULL,"
    " updated_at timestamp NOT NULL); INSERT INTO schema_migrations VALUES ('20240101000000')",
    old="20240101000000",
    new="20240102000000_create_notes",
    files={"db/migrate/20240101000000_create_users.rb": "", "db/migrate/20240102000000_create_notes.rb": ""},
    row="SELECT max(version), count(*) FROM schema_migrations",
    written=("20240102000000", 2),
    spellings=("20240102000000", "db/migrate/20240102000000_create_notes.rb"),
    known=("20240101000000_create_users", "20240102000000_create_notes"),
)
DBMATE = Ledger(
    tool="dbmate",
    table="public.schema_migrations",
    ddl="CREATE TABLE schema_migrations (version varchar PRIMARY KEY); INSERT INTO schema_migrations VALUES ('0001')",
    old="0001",
    new="0002_notes",
    files={
        "db/migrations/0001_users.sql": f"-- migrate:up\n{OLD_SQL}\n-- migrate:down\n",
        "db/migrations/0002_notes.sql": f"-- migrate:up\n{NEW_SQL}\n-- migrate:down\n",
    },
    row="SELECT max(version), count(*) FROM schema_migrations",
    written=("0002", 2),
    spellings=("0002", "2_notes", "0002_notes.sql"),
    known=("0001_users", "0002_notes"),
)
ECTO = Ledger(
    tool="Ecto",
    table="public.schema_migrations",
    ddl="CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp(0));"
    " INSERT INTO schema_migrations VALUES (20240101000000, now())",
    old="20240101000000",
    new="20240102000000_create_notes",
    files={
        "priv/repo/migrations/20240101000000_create_users.exs": "",
        "priv/repo/migrations/20240102000000_create_notes.exs": "",
        "priv/repo/migrations/.formatter.exs": "",
    },
    row="SELECT max(version), count(inserted_at) FROM schema_migrations",
    written=(20240102000000, 2),
    spellings=("20240102000000", "20240102000000_create_notes.exs"),
    known=("20240101000000_create_users", "20240102000000_create_notes"),
)
GOOSE = Ledger(
    tool="goose",
    table="public.goose_db_version",
    ddl="CREATE TABLE goose_db_version (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, version_id bigint NOT NULL,"
    " is_applied boolean NOT NULL, tstamp timestamp NOT NULL DEFAULT now());"
    " INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (2, true), (2, false)",
    old="1",
    new="00002_notes",
    files={
        "migrations/00001_users.sql": f"-- +goose Up\n{OLD_SQL}\n-- +goose Down\n",
        "migrations/00002_notes.sql": f"-- +goose Up\n{NEW_SQL}\n-- +goose Down\n",
    },
    row="SELECT version_id, is_applied, tstamp IS NOT NULL FROM goose_db_version ORDER BY id DESC LIMIT 1",
    written=(2, True, True),
    spellings=("2", "00002_notes.sql"),
    known=("00001_users", "00002_notes"),
)
GOLANG = Ledger(
    tool="golang-migrate",
    table="public.schema_migrations",
    ddl="CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);"
    " INSERT INTO schema_migrations VALUES (1, false)",
    old="1",
    new="000002_notes",
    files={
        "migrations/000001_users.up.sql": OLD_SQL,
        "migrations/000001_users.down.sql": "",
        "migrations/000002_notes.up.sql": NEW_SQL,
        "migrations/000002_notes.down.sql": "",
    },
    row="SELECT version, dirty, (SELECT count(*) FROM schema_migrations) FROM schema_migrations",
    written=(2, False, 1),
    spellings=("2", "2_notes", "000002_notes.up.sql"),
    known=("000001_users", "000002_notes"),
)
LARAVEL = Ledger(
    tool="Laravel",
    table="public.migrations",
    ddl="CREATE TABLE migrations (id serial PRIMARY KEY, migration varchar(255) NOT NULL, batch integer NOT NULL);"
    " INSERT INTO migrations (migration, batch) VALUES ('2024_01_01_000000_create_users_table', 7)",
    old="2024_01_01_000000_create_users_table",
    new="2024_01_02_000000_create_notes_table",
    files={
        "database/migrations/2024_01_01_000000_create_users_table.php": "",
        "database/migrations/2024_01_02_000000_create_notes_table.php": "",
    },
    row="SELECT migration, batch FROM migrations ORDER BY id DESC LIMIT 1",
    written=("2024_01_02_000000_create_notes_table", 8),
    spellings=("2024_01_02_000000_create_notes_table.php",),
)
FLYWAY = Ledger(
    tool="Flyway",
    table="public.flyway_schema_history",
    ddl="CREATE TABLE flyway_schema_history (installed_rank integer NOT NULL PRIMARY KEY, version varchar(50), description varchar(200)"
    " NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum integer, installed_by varchar(100) NOT NULL,"
    " installed_on timestamp NOT NULL DEFAULT now(), execution_time integer NOT NULL, success boolean NOT NULL);"
    " INSERT INTO flyway_schema_history VALUES (1, '1', 'users', 'SQL', 'V1__users.sql', 1, 'x', now(), 3, true)",
    old="V1__users.sql",
    new="V1.1__add_notes.sql",
    files={"sql/V1__users.sql": OLD_SQL, "sql/V1.1__add_notes.sql": "\ufeffSELECT 1;\r\n-- é\r\n"},
    row="SELECT installed_rank, version, description, type, script, checksum, success FROM flyway_schema_history ORDER BY 1 DESC LIMIT 1",
    written=(2, "1.1", "add notes", "SQL", "V1.1__add_notes.sql", 1735403669, True),
    spellings=("1.1", "V1_1__add_notes.sql", "1.1 add notes"),
    needs_files=True,
)
CHANGELOG = """<?xml version="1.0"?><databaseChangeLog>
  <changeSet id="1" author="alice"><sql>{old}</sql></changeSet>
  <!-- <changeSet id="9" author="nobody"/> -->
  <include file="more.sql"/>
</databaseChangeLog>"""
LIQUIBASE = Ledger(
    tool="Liquibase",
    table="public.databasechangelog",
    ddl="CREATE TABLE databasechangelog (id varchar(255) NOT NULL, author varchar(255) NOT NULL, filename varchar(255) NOT NULL,"
    " dateexecuted timestamp NOT NULL, orderexecuted integer NOT NULL, exectype varchar(10) NOT NULL, md5sum varchar(35),"
    " description varchar(255), comments varchar(255), tag varchar(255), liquibase varchar(20), contexts varchar(255),"
    " labels varchar(255), deployment_id varchar(10));"
    " CREATE TABLE databasechangeloglock (id integer NOT NULL PRIMARY KEY, locked boolean NOT NULL, lockgranted timestamp,"
    " lockedby varchar(255)); INSERT INTO databasechangeloglock VALUES (1, false);"
    " INSERT INTO databasechangelog (id, author, filename, dateexecuted, orderexecuted, exectype)"
    " VALUES ('1', 'alice', 'db/changelog.xml', now(), 4, 'EXECUTED')",
    old="db/changelog.xml::1::alice",
    new="db/more.sql::add-notes::bob",
    files={
        "db/changelog.xml": CHANGELOG.format(old=OLD_SQL),
        "db/more.sql": f"--liquibase formatted sql\n\n--changeset bob:add-notes splitStatements:false\n{NEW_SQL}",
    },
    row="SELECT id, author, filename, orderexecuted, exectype, md5sum FROM databasechangelog ORDER BY orderexecuted DESC LIMIT 1",
    written=("add-notes", "bob", "db/more.sql", 5, "MARK_RAN", None),
    spellings=("more.sql::add-notes::bob", "add-notes"),
)
YOYO = Ledger(
    tool="yoyo",
    table="public._yoyo_migration",
    ddl="CREATE TABLE _yoyo_migration (migration_hash VARCHAR(64), migration_id VARCHAR(255), applied_at_utc TIMESTAMP,"
    " PRIMARY KEY (migration_hash)); CREATE TABLE _yoyo_log (id VARCHAR(36), migration_hash VARCHAR(64), migration_id VARCHAR(255),"
    " operation VARCHAR(10), username VARCHAR(255), hostname VARCHAR(255), comment VARCHAR(255), created_at_utc TIMESTAMP,"
    " PRIMARY KEY (id)); CREATE TABLE yoyo_lock (locked INT DEFAULT 1, ctime TIMESTAMP, pid INT NOT NULL, PRIMARY KEY (locked));"
    f" INSERT INTO _yoyo_migration VALUES ('{sha('0001.users')}', '0001.users', now())",
    old="0001.users",
    new="0002.notes",
    files={"migrations/0001.users.sql": OLD_SQL, "migrations/0002.notes.sql": NEW_SQL, "migrations/0002.notes.rollback.sql": ""},
    row="SELECT m.migration_id, m.migration_hash, l.operation FROM _yoyo_migration m JOIN _yoyo_log l USING (migration_hash)",
    written=("0002.notes", sha("0002.notes"), "mark"),
    spellings=("0002.notes.sql", "migrations/0002.notes.sql"),
)
ATLAS = Ledger(
    tool="Atlas",
    table="public.atlas_schema_revisions",
    ddl="CREATE TABLE atlas_schema_revisions (version varchar PRIMARY KEY, description varchar NOT NULL, type bigint NOT NULL DEFAULT 2,"
    " applied bigint NOT NULL DEFAULT 0, total bigint NOT NULL DEFAULT 0, executed_at timestamptz NOT NULL,"
    " execution_time bigint NOT NULL, error text, error_stmt text, hash varchar NOT NULL, partial_hashes jsonb,"
    " operator_version varchar NOT NULL); INSERT INTO atlas_schema_revisions (version, description, applied, total, executed_at,"
    " execution_time, hash, operator_version) VALUES ('20240101', 'users', 1, 1, now(), 5, 'x=', 'Atlas CLI v0.30')",
    old="20240101",
    new="20240102_notes",
    files={
        "migrations/20240101_users.sql": OLD_SQL,
        "migrations/20240102_notes.sql": NEW_SQL,
        "migrations/atlas.sum": "h1:all=\n20240101_users.sql h1:x=\n20240102_notes.sql h1:abc+/=\n",
    },
    row="SELECT version, description, type, hash, operator_version FROM atlas_schema_revisions ORDER BY version DESC LIMIT 1",
    written=("20240102", "notes", 4, "abc+/=", "Atlas CLI v0.30"),
    spellings=("20240102", "20240102_notes.sql"),
    needs_files=True,
    known=("20240101_users", "20240102_notes"),
)
HOME_MADE = Ledger(
    tool="a home-made ledger",
    table="public.app_schema_migrations",
    ddl="CREATE TABLE app_schema_migrations (version integer PRIMARY KEY, name text, applied_at timestamptz DEFAULT now());"
    " INSERT INTO app_schema_migrations (version, name) VALUES (39, 'item_labels')",
    old="39 item_labels",
    new="0040_item_events.sql",
    files={"migrations/0039_item_labels.sql": OLD_SQL, "migrations/0040_item_events.sql": NEW_SQL},
    row="SELECT version, name, applied_at IS NOT NULL FROM app_schema_migrations ORDER BY 1 DESC LIMIT 1",
    written=(40, "item_events", True),
    spellings=("40 item_events", "40", "0040_item_events"),
    known=("0039_item_labels.sql", "0040_item_events.sql"),
)
SEQUELIZE = Ledger(
    tool="Sequelize",
    table="public.SequelizeMeta",
    ddl='CREATE TABLE "SequelizeMeta" (name varchar(255) NOT NULL UNIQUE PRIMARY KEY); INSERT INTO "SequelizeMeta" VALUES (\'1-users.js\')',
    old="1-users.js",
    new="2-notes.js",
    files={"migrations/1-users.js": "", "migrations/2-notes.js": ""},
    row='SELECT max(name), count(*) FROM "SequelizeMeta"',
    written=("2-notes.js", 2),
    spellings=("2-notes", "migrations/2-notes.js"),
)
LEDGERS = (
    SEQUELIZE, KNEX, TYPEORM, PRISMA, DRIZZLE, MIKRO_ORM, NODE_PG, ALEMBIC, DJANGO, RAILS, DBMATE, ECTO, GOOSE, GOLANG, LARAVEL, FLYWAY,
    LIQUIBASE, YOYO, ATLAS, HOME_MADE,
)  # fmt: skip
