"""Errors as the servers really word them, in the noise of every tool, and what is said about each."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from patients import Patient

from dbdoctor.model import ServerError
from dbdoctor.reports.cause_meanings import MEANINGS
from dbdoctor.reports.meaning_sentences import words_for
from dbdoctor.reports.meaning_words import WORDS
from dbdoctor.wanted.errors import read_error, recognise, without_noise
from dbdoctor.wanted.meanings import CAUSES_OF, Explanation, explain
from dbdoctor.wanted.messages import MESSAGES, NOTICES, STATES, TOOL_MESSAGES

FAMILY = """
CREATE TABLE parents (id integer PRIMARY KEY, name text, code text, born date);
INSERT INTO parents VALUES (1, 'a', 'x'), (2, 'a', NULL);
CREATE TABLE children (id serial PRIMARY KEY, parent_id integer, "parentUuid" uuid, note text DEFAULT 'none', size bigint);
INSERT INTO children (parent_id, size) VALUES (1, 1), (7, 3000000000);
CREATE TABLE kept (parent_id integer REFERENCES parents (id) ON DELETE RESTRICT);
INSERT INTO kept VALUES (1);
CREATE VIEW grown AS SELECT id, name FROM parents;
CREATE TABLE loose (id integer);
CREATE TABLE delayed (id integer UNIQUE DEFERRABLE);
CREATE TABLE parts (id integer, day date) PARTITION BY RANGE (day);
CREATE TABLE made (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, twice integer GENERATED ALWAYS AS (2) STORED);
CREATE TYPE mood AS ENUM ('good');
CREATE TABLE halves (id integer, CONSTRAINT positive CHECK (id > 0));
"""
ADD = "ALTER TABLE children ADD CONSTRAINT k FOREIGN KEY"
SERVER_CASES = [
    ("key_cannot_be_implemented", f'{ADD} ("parentUuid") REFERENCES parents (id)'),
    ("no_matching_unique_key", f"{ADD} (note) REFERENCES parents (name)"),
    ("column_counts_disagree", f"{ADD} (parent_id, id) REFERENCES parents (id)"),
    ("column_counts_disagree", f"{ADD} (parent_id, id) REFERENCES parents (id, id)"),
    ("deferrable_parent_key", f"{ADD} (parent_id) REFERENCES delayed (id)"),
    ("no_primary_key", f"{ADD} (parent_id) REFERENCES loose"),
    ("child_without_parent", f"{ADD} (parent_id) REFERENCES parents (id)"),
    ("parent_still_referenced", "DELETE FROM parents WHERE id = 1"),
    ("relation_missing", f'{ADD} (parent_id) REFERENCES "Parents" (id)'),
    ("relation_missing", "DROP TABLE nobody"),
    ("schema_missing", "CREATE TABLE nowhere.x (id int)"),
    ("schema_missing", "SET LOCAL search_path = nowhere; CREATE TABLE x (id int)"),
    ("column_missing", f'{ADD} ("parentId") REFERENCES parents (id)'),
    ("column_missing", "ALTER TABLE children ADD UNIQUE (nope)"),
    ("column_missing", "ALTER TABLE children DROP COLUMN nope"),
    ("column_missing", "SELECT c.nope FROM children c"),
    ("constraint_exists", "ALTER TABLE halves ADD CONSTRAINT positive CHECK (id > 1)"),
    ("relation_exists", "CREATE TABLE parents (id int)"),
    ("relation_exists", "CREATE INDEX parents_pkey ON parents (name)"),
    ("column_exists", "ALTER TABLE children ADD COLUMN note text"),
    ("type_exists", "CREATE TYPE mood AS ENUM ('x')"),
    ("type_missing", "ALTER TABLE children ADD COLUMN m moods"),
    ("constraint_missing", "ALTER TABLE children DROP CONSTRAINT nope"),
    ("index_missing", "DROP INDEX nope"),
    ("role_missing", "ALTER TABLE children OWNER TO nobody_here"),
    ("persistence_differs", "CREATE TEMP TABLE t (p int REFERENCES parents (id))"),
    ("persistence_differs", "CREATE UNLOGGED TABLE u (id int PRIMARY KEY); CREATE TABLE t (p int REFERENCES u (id))"),
    ("parent_is_no_table", f"{ADD} (parent_id) REFERENCES grown (id)"),
    ("partition_key_missing", "ALTER TABLE parts ADD PRIMARY KEY (id)"),
    ("no_partition", "INSERT INTO parts VALUES (1, '2020-01-01')"),
    ("generated_column_action", "CREATE TABLE g (x int GENERATED ALWAYS AS (1) STORED REFERENCES parents (id) ON DELETE SET NULL)"),
    ("second_primary_key", "ALTER TABLE parents ADD PRIMARY KEY (code)"),
    ("others_depend", "DROP TABLE parents"),
    ("others_depend", "ALTER TABLE parents DROP CONSTRAINT parents_pkey"),
    ("others_depend", "ALTER TABLE parents DROP COLUMN name"),
    ("others_depend", "DROP INDEX parents_pkey"),
    ("column_used_elsewhere", "ALTER TABLE parents ALTER COLUMN name TYPE varchar(9)"),
    ("truncate_referenced", "TRUNCATE parents"),
    ("type_not_cast", "ALTER TABLE children ALTER COLUMN note TYPE uuid, ALTER note DROP DEFAULT"),
    ("type_not_cast", "SELECT parent_id::uuid FROM children"),
    ("default_not_cast", "ALTER TABLE children ALTER COLUMN note TYPE int USING 1"),
    ("expression_type", 'UPDATE children SET "parentUuid" = parent_id'),
    ("value_not_converted", "ALTER TABLE children ADD CHECK (note::int > 0)"),
    ("value_not_converted", "SELECT 'x'::timestamp with time zone"),
    ("value_out_of_range", "ALTER TABLE children ALTER COLUMN size TYPE int"),
    ("value_out_of_range", "SELECT '99999999999'::int"),
    ("value_too_long", "ALTER TABLE children ALTER COLUMN note TYPE varchar(2)"),
    ("null_value", "INSERT INTO parents (name) VALUES ('c')"),
    ("column_contains_nulls", "ALTER TABLE parents ALTER COLUMN code SET NOT NULL"),
    ("duplicates", "ALTER TABLE parents ADD UNIQUE (name)"),
    ("duplicate_key", "INSERT INTO parents VALUES (1)"),
    ("check_violated", "ALTER TABLE children ADD CHECK (parent_id < 5)"),
    ("check_violated", "INSERT INTO halves VALUES (-1)"),
    ("operator_missing", 'SELECT * FROM children c JOIN parents p ON p.id = c."parentUuid"'),
    ("function_missing", "SELECT uuid_generate_v9()"),
    ("identity_column", "INSERT INTO made (id) VALUES (5)"),
    ("read_only", "SET LOCAL transaction_read_only = on; CREATE TABLE x (id int)"),
    ("not_in_transaction", "CREATE INDEX CONCURRENTLY ON parents (name)"),
    ("statement_timeout", "SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)"),
    ("enum_value_too_new", "ALTER TYPE mood ADD VALUE 'bad'; SELECT 'bad'::mood"),
    ("permission_denied", "CREATE ROLE guest; SET LOCAL ROLE guest; SELECT 1 FROM parents"),
    ("permission_denied", "CREATE ROLE guest2; SET LOCAL ROLE guest2; CREATE TABLE t (id int REFERENCES parents (id))"),
    ("not_owner", "CREATE ROLE guest3; SET LOCAL ROLE guest3; ALTER TABLE parents ADD COLUMN x int"),
    ("not_a_table", "ALTER TABLE grown ADD CHECK (id > 0)"),
    ("system_column", "CREATE TABLE s (p oid REFERENCES parents (tableoid))"),
    ("syntax", "CREATE TABLE x (id int AUTO_INCREMENT)"),
    ("syntax", "CREATE TABLE x ("),
]  # fmt: skip


@pytest.mark.parametrize(("code", "sql"), SERVER_CASES, ids=[f"{code}-{n}" for n, (code, _) in enumerate(SERVER_CASES)])
def test_an_error_is_recognised_as_each_server_words_it(code: str, sql: str, any_patient: Patient) -> None:
    any_patient.run(FAMILY)
    error = any_patient.error(sql)
    assert error is not None
    found = recognise(as_psql_shows(error))
    assert found is not None
    assert (found.code, found.error.sqlstate) == (code, error.sqlstate)
    assert found.error.message in error.message


def as_psql_shows(error: ServerError) -> str:
    detail = f"\nDETAIL:  {error.detail}" if error.detail else ""
    hint = f"\nHINT:  {error.hint}" if error.hint else ""
    return f"psql:failing.sql:3: ERROR:  {error.message}{detail}{hint}"


MESSAGE = 'foreign key constraint "orders_userId_fkey" cannot be implemented'
DETAIL = 'Key columns "userId" and "id" are of incompatible types: uuid and integer.'
NOISES = {
    "psql": f"psql:x.sql:1: ERROR:  {MESSAGE}\nDETAIL:  {DETAIL}\n",
    "psql on Windows": f"ERROR:  {MESSAGE}\r\nDETAIL:  {DETAIL}\r\n",
    "Sequelize": f"== 2024-orders: migrating =======\n\nERROR: {MESSAGE}\n\n    detail: '{DETAIL}',\n    code: '42804',\n",
    "Knex": f'migration failed with error: alter table "orders" add constraint - {MESSAGE}\nerror: {MESSAGE}\n  detail: \'{DETAIL}\',',
    "TypeORM": f"QueryFailedError: {MESSAGE}\n  driverError: error: {MESSAGE}\n    code: '42804',\n    detail: '{DETAIL}',",
    "Prisma": f"Error: P3018\n\nDatabase error code: 42804\n\nDatabase error:\nERROR: {MESSAGE}\nDETAIL: {DETAIL}\n\nDbError {{ severity: "
    f'"ERROR", code: SqlState(E42804), message: {json.dumps(MESSAGE)}, detail: Some({json.dumps(DETAIL)}), hint: None }}',
    "Alembic": f"sqlalchemy.exc.ProgrammingError: (psycopg2.errors.DatatypeMismatch) {MESSAGE}\nDETAIL:  {DETAIL}\n\n[SQL: ALTER TABLE]",
    "Django": f"django.db.utils.ProgrammingError: {MESSAGE}\nDETAIL:  {DETAIL}\n",
    "Rails": f"PG::DatatypeMismatch: ERROR:  {MESSAGE}\nDETAIL:  {DETAIL}\n/app/db/migrate/1_x.rb:3:in `change'",
    "Laravel": f'SQLSTATE[42804]: Datatype mismatch: 7 ERROR:  {MESSAGE}\nDETAIL:  {DETAIL} (SQL: alter table "orders" add constraint)',
    "Hibernate": f"org.postgresql.util.PSQLException: ERROR: {MESSAGE}\n  Detail: {DETAIL}\n\tat org.postgresql.core",
    "Flyway": f"SQL State  : 42804\nError Code : 0\nMessage    : ERROR: {MESSAGE}\n  Detail: {DETAIL}\nLocation   : V3.sql",
    "pq": f"pq: {MESSAGE}\nDETAIL: {DETAIL}",
    "pgx": f"ERROR: {MESSAGE} (SQLSTATE 42804)\nDETAIL: {DETAIL}",
    "Ecto": f"** (Postgrex.Error) ERROR 42804 (datatype_mismatch) {MESSAGE}\n\n    {DETAIL}\n    (ecto_sql 3.10) lib/ecto.ex",
    "a JSON log": json.dumps({"level": "error", "err": {"message": MESSAGE, "detail": DETAIL, "code": "42804"}}),
    "JSON in JSON": json.dumps({"log": json.dumps({"error": f"{MESSAGE}\n{DETAIL}"})}),
    "colours": f"\x1b[31mERROR:\x1b[0m \x1b[1m{MESSAGE}\x1b[22m".replace("cannot be", "\x1b[4mcannot\x1b[24m be") + f"\nDETAIL: {DETAIL}\n",
    "HTML": f"<pre>{MESSAGE}\n{DETAIL}</pre>".replace('"', "&quot;"),
    "a narrow log": MESSAGE.replace(" cannot", "\n  cannot") + "\n" + DETAIL,
}  # fmt: skip


@pytest.mark.parametrize("tool", NOISES)
def test_message_and_detail_are_found_in_the_noise_of_a_tool(tool: str) -> None:
    found = recognise(NOISES[tool])
    assert found is not None
    assert (found.code, found.error.sqlstate, found.error.message, found.error.detail) == (
        "key_cannot_be_implemented", "42804", MESSAGE, DETAIL,
    )  # fmt: skip
    assert found.names == {
        "constraint": "orders_userId_fkey", "column": "userId", "parent_column": "id", "child_type": "uuid", "parent_type": "integer",
    }  # fmt: skip


def test_the_new_words_of_postgresql_18_are_known() -> None:
    found = recognise(
        f'ERROR:  {MESSAGE}\nDETAIL:  Key columns "a" of the referencing table and "b" of the referenced table are of incompatible types: '
        "uuid and integer."
    )  # fmt: skip
    assert found is not None
    assert (found.names["column"], found.names["parent_column"], found.names["parent_type"]) == ("a", "b", "integer")
    collation = recognise(f'ERROR:  {MESSAGE}\nDETAIL:  Key columns "a" and "b" have incompatible collations: "x" and "y".')
    assert collation is not None
    assert (collation.code, collation.error.sqlstate) == ("collations_differ", "42P21")
    restrict = recognise('update or delete on table "p" violates RESTRICT setting of foreign key constraint "k" on table "c"')
    assert restrict is not None
    assert (restrict.code, restrict.error.sqlstate, restrict.names["table"]) == ("parent_still_referenced", "23001", "c")


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("FEHLER:  geht leider nicht\nSQLSTATE: 42804", "key_cannot_be_implemented", "geht leider nicht"),
        ("SQLSTATE[23503]: Foreign key violation", "child_without_parent", ""),
        ('{"severity":"ERROR","code":"42P01"}', "relation_missing", ""),
        ("Npgsql.PostgresException (0x80004005): 42501: keine Berechtigung", "", ""),
        ("42501: keine Berechtigung", "permission_denied", ""),
    ],
)  # fmt: skip
def test_an_error_in_another_language_is_known_by_its_sqlstate(text: str, code: str, message: str) -> None:
    found = recognise(text)
    assert (found.code if found else "", found.error.message if found else "") == (code, message)


@pytest.mark.parametrize(
    "text", ["", "listening on port 42804", "took 42501 ms", "order code 23505x", "HTTP 500", "error: connect ECONNREFUSED"]
)
def test_a_number_that_looks_like_an_sqlstate_proves_nothing(text: str) -> None:
    assert recognise(text) is None


@pytest.mark.parametrize("sqlstate", sorted(STATES))
def test_a_code_is_explained_that_is_all_one_asks_about(sqlstate: str) -> None:
    for text in (sqlstate, f" {sqlstate.lower()}\n"):
        found = explain(text)
        assert found is not None
        assert (found.code, found.error.sqlstate, found.error.message) == (STATES[sqlstate], sqlstate, "")


@pytest.mark.parametrize("text", ["54321", "abcde", "2350", "235033", "23503 23505"])
def test_what_is_no_code_of_a_known_error_is_none(text: str) -> None:
    assert explain(text) is None


@pytest.mark.parametrize(
    ("notice", "code"),
    [
        ('NOTICE:  relation "orders" already exists, skipping', "relation_skipped"),
        ('NOTICE:  column "userId" of relation "orders" already exists, skipping', "column_skipped"),
        ('NOTICE:  constraint "k" of relation "orders" does not exist, skipping', "missing_skipped"),
        ('NOTICE:  identifier "a_long_one" will be truncated to "a_lo"', "name_truncated"),
        ("NOTICE:  drop cascades to constraint orders_userId_fkey on table orders", "drop_cascaded"),
        ("WARNING:  there is no transaction in progress", "no_transaction"),
    ],
)
def test_what_happened_in_silence_is_explained_but_is_no_error(notice: str, code: str) -> None:
    found = explain(notice)
    assert found is not None
    assert (found.code, found.silent) == (code, True)
    assert read_error(notice) is None
    real = explain(f'{notice}\nERROR:  relation "x" does not exist')
    assert real is not None
    assert (real.code, real.silent) == ("relation_missing", False)


def test_what_a_tool_says_of_its_own_ledger_is_explained_but_is_no_error_of_the_server() -> None:
    found = explain("MigrationLocked: Migration table is already locked")
    assert found is not None
    assert (found.code, found.causes) == ("tool_locked", ("stale_migration_lock",))
    assert read_error("MigrationLocked: Migration table is already locked") is None


def test_a_name_with_quotes_in_it_is_read_whole() -> None:
    found = recognise('ERROR:  relation "Guest "Book" 🦢" does not exist')
    assert found is not None
    assert found.names["table"] == 'Guest "Book" 🦢'
    two = recognise('ERROR:  relation "a" already exists, relation "b" does not exist')
    assert two is not None
    assert (two.code, two.names["table"]) == ("relation_exists", "a")


def test_every_error_has_causes_words_and_every_cause_a_meaning() -> None:
    codes = {code for code, _, _ in (*MESSAGES, *NOTICES, *TOOL_MESSAGES)} | set(STATES.values()) | {"collations_differ"}
    assert codes == set(CAUSES_OF) == set(WORDS)
    assert {cause for causes in CAUSES_OF.values() for cause in causes} <= set(MEANINGS)


@pytest.mark.parametrize("code", sorted(WORDS))
def test_words_are_whole_sentences_even_when_no_name_is_known(code: str) -> None:
    for part in words_for(Explanation(code=code, error=ServerError(sqlstate="42804", message=""))):
        assert "{" not in part
        assert part[:1].isupper() or not part[:1].isalpha()
        assert part.endswith(".")
        doubled = (
            r"\b(key|constraint|check|index|type|role|column|table|schema|policy) the (constraint|column|table|other type|schema|role)\b"
        )
        assert not re.search(doubled, part), part


NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters='"\\&'), min_size=1, max_size=40).filter(
    str.strip
)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
WRAPPINGS = [
    lambda text: text,
    lambda text: text.replace("\n", "\r\n"),
    lambda text: f"\x1b[31m{text}\x1b[0m",
    json.dumps,
    lambda text: json.dumps({"a": json.dumps([text])}),
]


@given(name=NAMES, before=ANY, after=ANY, wrapping=st.sampled_from(WRAPPINGS))
def test_an_error_is_found_in_any_noise(name: str, before: str, after: str, wrapping: object) -> None:
    assert callable(wrapping)
    text = f'relation "{name}" does not exist'
    if recognise(before) is not None or '"' in before:
        return
    found = recognise(wrapping(f"{before}\nERROR:  {text}\n{after}"))
    assert found is not None
    assert found.code == "relation_missing"
    assert found.names["table"] == without_noise(name)


PIECES = [
    '"',
    "\\",
    "n",
    "ERROR: ",
    "column ",
    "relation ",
    "Key (",
    "x",
    "\n",
    "42804",
    "\x1b[",
    "DETAIL: ",
    "SQLSTATE",
    "&quot;",
    "(",
    ")=",
]


@given(text=ANY | st.lists(st.sampled_from(PIECES), max_size=80).map("".join))
def test_no_text_at_all_is_too_strange(text: str) -> None:
    for part in (text, f'ERROR: relation "{text}" does not exist\nDETAIL: {text}'):
        found = explain(part)
        assert found is None or all(words_for(found))
