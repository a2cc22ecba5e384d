"""A small app for treatments: a database with everything a restore can forget, a migrate command, and plans for it."""

import sys
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from dbdoctor.databases.postgresql.catalog import catalog_digest, read_catalog
from dbdoctor.databases.postgresql.connection import connect
from dbdoctor.databases.postgresql.differences import catalog_pieces
from dbdoctor.databases.postgresql.dump import schema_text
from dbdoctor.databases.postgresql.rows import fingerprints
from dbdoctor.embedded import find_binaries
from dbdoctor.findings import MarkStep, MigrateStep, Plan, SqlStep, Step
from dbdoctor.model import TableName

ORDERS = '"Work Orders 🦢"'
ORDERS_NAME = TableName("public", "Work Orders 🦢")

SCHEMA = f"""
COMMENT ON SCHEMA public IS 'the app''s own';
CREATE SCHEMA "side room";
CREATE TYPE mood AS ENUM ('calm', 'proud', 'tired');
CREATE DOMAIN handle AS varchar(40) CHECK (VALUE ~ '^[a-z]');
CREATE TABLE users (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, handle handle NOT NULL UNIQUE, email text NOT NULL CHECK (email LIKE '%@%'),
    mood mood NOT NULL DEFAULT 'calm', invited_by integer REFERENCES users, shout text GENERATED ALWAYS AS (upper(email)) STORED);
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
INSERT INTO users (handle, email, invited_by) VALUES ('alice', 'alice@example.org', NULL), ('bob', 'bob@example.org', 1),
    ('carol', 'carol@example.org', 1);
CREATE TABLE {ORDERS} (id serial PRIMARY KEY, "user id" text, "its ""price"" now" numeric(8, 2) NOT NULL DEFAULT 0, note text);
INSERT INTO {ORDERS} ("user id", "its ""price"" now", note)
    SELECT CASE WHEN n % 10 = 0 THEN NULL ELSE ((n % 3) + 1)::text END, n, 'order ' || n FROM generate_series(1, 60) n;
CREATE TABLE sessions (id bigserial PRIMARY KEY, user_id integer, started date NOT NULL DEFAULT '2026-01-01');
INSERT INTO sessions (user_id) SELECT (n % 3) + 1 FROM generate_series(1, 30) n;
CREATE TABLE "side room".events (id integer, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE "side room".events_2026 PARTITION OF "side room".events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO "side room".events SELECT n, '2026-02-03' FROM generate_series(1, 5) n;
CREATE TABLE "Meta" (name text PRIMARY KEY);
INSERT INTO "Meta" VALUES ('001-first.sql');
CREATE VIEW people AS SELECT id, handle FROM users;
CREATE MATERIALIZED VIEW crowd AS SELECT count(*) AS heads FROM users;
CREATE FUNCTION shouting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := COALESCE(NEW.note, 'none'); RETURN NEW; END $$;
CREATE TRIGGER "shout it" BEFORE INSERT ON {ORDERS} FOR EACH ROW EXECUTE FUNCTION shouting();
CREATE AGGREGATE longest(text) (SFUNC = textcat, STYPE = text);
CREATE SEQUENCE tickets START 40;
SELECT nextval('tickets');
CREATE STATISTICS pairs ON id, user_id FROM sessions;
CREATE PUBLICATION "all orders" FOR TABLE {ORDERS};
SELECT lo_from_bytea(4242, 'a large object'::bytea);
COMMENT ON TABLE users IS 'people; real ones';
"""

GRANTS = f"""
GRANT SELECT ON users TO "a reader";
GRANT USAGE ON SCHEMA "side room" TO "a reader";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO "a reader";
ALTER DEFAULT PRIVILEGES GRANT SELECT ON SEQUENCES TO "a reader";
ALTER TABLE {ORDERS} ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own ones" ON {ORDERS} USING (true);
"""

# A migration tool of a page: each file once, in order, each statement on its own, the ledger after it.
MIGRATE = """
import os, pathlib, sys, time
import psycopg
folder = pathlib.Path(__file__).parent
(folder / "started").write_text(os.environ["PGAPPNAME"])
print("connecting to", os.environ["DATABASE_URL"])
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    done = {row[0] for row in connection.execute('SELECT name FROM "Meta"')}
    for file in sorted(folder.glob("*.sql")):
        if file.name in done:
            continue
        for statement in filter(str.strip, file.read_text().split(";\\n")):
            while statement.strip() == "WAIT" and (folder / "hold").exists():
                time.sleep(0.05)
            if statement.strip() != "WAIT":
                connection.execute(statement)
        connection.execute('INSERT INTO "Meta" VALUES (%s)', (file.name,))
print("all migrations done")
"""


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """The app's database, and the folder of its migrations and of the doctor's backups."""

    url: str
    folder: Path
    tools: Path

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

    def migration(self, name: str, *statements: str) -> None:
        (self.folder / name).write_text(";\n".join(statements) + ";\n")

    @property
    def migrate(self) -> MigrateStep:
        return MigrateStep(command=f"{sys.executable} migrate.py", cwd=str(self.folder))

    def plan(self, *steps: Step, accept: str = "", env: Sequence[str] = ()) -> Plan:
        with connect(self.url) as connection:
            catalog = read_catalog(connection)
        return Plan(
            dialect="postgresql",
            database="workshop",
            catalog_digest=catalog_digest(catalog),
            catalog_objects=catalog_pieces(catalog),
            steps=steps,
            accept=accept,
            accept_cwd=str(self.folder) if accept else "",
            env=tuple(env),
        )

    def everything(self) -> tuple[str, dict[str, str], list[tuple[object, ...]]]:
        """Schema, rows and values, to be compared with a later moment."""
        with connect(self.url) as connection:
            rows = {str(name): f"{found.rows}:{found.digest}" for name, found in fingerprints(connection).items()}
        values = self.ask("SELECT schemaname, sequencename, last_value::text FROM pg_sequences ORDER BY 1, 2")
        values += self.ask("SELECT 'lo', oid::text, lo_get(oid)::text FROM pg_largeobject_metadata ORDER BY 2")
        values += self.ask("SELECT nspname, nspowner::text, nspacl::text FROM pg_namespace WHERE nspname !~ '^(pg_|dbdoctor)' ORDER BY 1")
        return schema_text(self.tools, self.url), rows, values


def make_reader(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Roles belong to the server: one for all databases of the tests."""
    if not connection.execute("SELECT FROM pg_roles WHERE rolname = 'a reader'").fetchall():
        connection.execute('CREATE ROLE "a reader"')


def open_workshop(*, url: str, folder: Path) -> Workshop:
    with psycopg.connect(url, autocommit=True) as connection:
        major = connection.info.server_version // 10000
        make_reader(connection)
        connection.execute(SCHEMA.encode())
        connection.execute(GRANTS.encode())
    (folder / "migrate.py").write_text(MIGRATE)
    return Workshop(url=url, folder=folder, tools=find_binaries(major=major).folder)


def convert() -> SqlStep:
    """A step that only a restore takes back."""
    return SqlStep(
        sql=f'ALTER TABLE {ORDERS} ALTER COLUMN "user id" TYPE integer USING "user id"::integer',
        code="convert_child_column",
        writes=(ORDERS_NAME,),
    )


def add_key(*, not_valid: bool = False) -> SqlStep:
    return SqlStep(
        sql='ALTER TABLE sessions ADD CONSTRAINT "sessions user" FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE'
        + (" NOT VALID" if not_valid else ""),
        undo_sql='ALTER TABLE sessions DROP CONSTRAINT "sessions user"',
        writes=(TableName("public", "sessions"),),
    )


def add_index() -> SqlStep:
    return SqlStep(
        sql='CREATE INDEX CONCURRENTLY "sessions by user" ON public.sessions (user_id)',
        undo_sql='DROP INDEX public."sessions by user"',
        transactional=False,
    )


def mark(name: str) -> MarkStep:
    return MarkStep(
        tool="workshop",
        table="public.Meta",
        migration=name,
        sql=f"INSERT INTO \"Meta\" VALUES ('{name}')",
        undo_sql=f"DELETE FROM \"Meta\" WHERE name = '{name}'",
    )


def unlikely_name() -> str:
    return f"x{uuid.uuid4().hex[:8]}"
