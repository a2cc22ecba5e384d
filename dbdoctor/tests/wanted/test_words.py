"""Errors, wishes, likeness, corrections and reversals: from words to what is meant."""

import pytest

from dbdoctor.errors import UsageError
from dbdoctor.model import TableName
from dbdoctor.wanted.corrections import with_column_name, with_column_type, with_table_name, without_guard
from dbdoctor.wanted.effects import effects_of
from dbdoctor.wanted.errors import read_error
from dbdoctor.wanted.likeness import likest
from dbdoctor.wanted.reversal import undo_of
from dbdoctor.wanted.wishes import read_wish

MESSAGES = [
    ("42804", 'foreign key constraint "orders_userId_fkey" cannot be implemented'),
    ("42804", 'column "total" cannot be cast automatically to type integer'),
    ("42804", 'default for column "userId" cannot be cast automatically to type uuid'),
    ("42804", 'column "id" is of type uuid but expression is of type integer'),
    ("42846", "cannot cast type integer to uuid"),
    ("42830", 'there is no unique constraint matching given keys for referenced table "users"'),
    ("42830", "number of referencing and referenced columns for foreign key disagree"),
    ("42704", 'there is no primary key for referenced table "users"'),
    ("42704", 'type "public.enum_x" does not exist'),
    ("42704", 'constraint "a b" of relation "orders" does not exist'),
    ("42704", 'index "by name" does not exist'),
    ("23503", 'insert or update on table "orders" violates foreign key constraint "orders_userId_fkey"'),
    ("23503", 'update or delete on table "users" violates foreign key constraint "k" on table "orders"'),
    ("23505", 'could not create unique index "users_email_key"'),
    ("23505", 'duplicate key value violates unique constraint "users_email_key"'),
    ("23502", 'column "name" of relation "users" contains null values'),
    ("23502", 'column "name" contains null values'),
    ("23502", 'null value in column "name" of relation "users" violates not-null constraint'),
    ("23514", 'check constraint "grown" of relation "users" is violated by some row'),
    ("22P02", 'invalid input syntax for type uuid: "42"'),
    ("42703", 'column "userId" referenced in foreign key constraint does not exist'),
    ("42703", 'column "userId" of relation "orders" does not exist'),
    ("42703", "column u.userId does not exist"),
    ("42701", 'column "userId" of relation "orders" already exists'),
    ("42710", 'constraint "k" for relation "orders" already exists'),
    ("42710", 'type "enum_x" already exists'),
    ("42P07", 'relation "orders" already exists'),
    ("42P01", 'relation "public.users" does not exist'),
    ("42P01", 'table "users" does not exist'),
    ("42809", 'referenced relation "active_users" is not a table'),
    ("3F000", 'schema "shop" does not exist'),
    ("2BP01", "cannot drop table users because other objects depend on it"),
    ("2BP01", "cannot drop constraint users_pkey on table users because other objects depend on it"),
    ("0A000", "cannot alter type of a column used by a view or rule"),
    ("40P01", "deadlock detected"),
    ("55P03", "canceling statement due to lock timeout"),
    ("55P03", 'could not obtain lock on relation "users"'),
    ("42501", "permission denied for table users"),
    ("42501", "must be owner of table users"),
    ("25P02", "current transaction is aborted, commands ignored until end of transaction block"),
]


@pytest.mark.parametrize(("sqlstate", "message"), MESSAGES)
@pytest.mark.parametrize(
    "noise",
    [
        "ERROR:  {}",
        "== 20240101-create-orders: migrating =======\n\nERROR: {}\n\nnpm ERR! code 1",
        "migration failed with error: {}\nerror: {}\n    at Parser.parseErrorMessage (pg-protocol/dist/parser.js:369:69)",
        "django.db.utils.ProgrammingError: {}\n",
        "PG::Error: ERROR:  {}\n/app/db/migrate/1_x.rb:3:in `change'",
        "sqlalchemy.exc.ProgrammingError: (psycopg2.errors.X) {}\n\n[SQL: CREATE TABLE x (y INTEGER)]",
    ],
)
def test_an_error_is_recognised_in_the_noise_of_its_tool(sqlstate: str, message: str, noise: str) -> None:
    found = read_error(noise.replace("{}", message))
    assert found is not None
    assert (found.sqlstate, found.message) == (sqlstate, message)


def test_the_first_real_error_counts_and_not_its_echo() -> None:
    echo = "current transaction is aborted, commands ignored until end of transaction block"
    text = f'{echo}\nrelation "a" does not exist\nrelation "b" already exists'
    found = read_error(text)
    assert found is not None
    assert found.message == 'relation "a" does not exist'


@pytest.mark.parametrize(
    "detail", ['Key columns "userId" and "id" are of incompatible types: uuid and integer.', "Key (email)=(a@b.c) is duplicated."]
)
@pytest.mark.parametrize("form", ["DETAIL:  {}", "detail: '{}',", "{}"])
def test_the_detail_is_found_whatever_stands_around_it(detail: str, form: str) -> None:
    found = read_error(f'ERROR: foreign key constraint "k" cannot be implemented\n{form.replace("{}", detail)}\n    at x.js:1')
    assert found is not None
    assert found.detail == detail


@pytest.mark.parametrize("text", ["", "connect ECONNREFUSED 127.0.0.1:5432", "everything is fine", "column of relation does not exist"])
def test_a_text_without_a_known_error_is_not_guessed_at(text: str) -> None:
    assert read_error(text) is None


@pytest.mark.parametrize(
    ("wish", "child", "columns", "parent", "parent_columns"),
    [
        ("sessions.userId -> users.id", "sessions", ("userId",), "users", ("id",)),
        ("  shop.orders.user_id->public.users.id ", "shop.orders", ("user_id",), "public.users", ("id",)),
        ("orders.(shop_id, item_id) -> items.(shop_id, id)", "orders", ("shop_id", "item_id"), "items", ("shop_id", "id")),
        ('"Big Orders 🦢"."user.id" -> "Users"."the ""id"""', "Big Orders 🦢", ("user.id",), "Users", ('the "id"',)),
        ('orders.("a, b", c) -> items.(a, "c (d)")', "orders", ("a, b", "c"), "items", ("a", "c (d)")),
    ],
)
def test_a_wish_is_read(wish: str, child: str, columns: tuple[str, ...], parent: str, parent_columns: tuple[str, ...]) -> None:
    read = read_wish(wish)
    assert (str(read.child), read.columns, str(read.parent), read.parent_columns) == (child, columns, parent, parent_columns)


@pytest.mark.parametrize("wish", ["", "users", "a.b", "a.b -> c", "a.b => c.d", "a.b -> c.d.e.f", "a.(b, c) -> d.e", "a.() -> d.e"])
def test_a_wish_that_cannot_be_read_is_refused_with_an_example(wish: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_wish(wish)
    assert "sessions.userId -> users.id" in refused.value.next_step


@pytest.mark.parametrize(
    ("name", "existing", "meant"),
    [
        ("userId", ["id", "user_id"], "user_id"),
        ("Users", ["orders", "users"], "users"),
        ("custmers", ["customers", "orders"], "customers"),
        ("email", ["name", "phone"], ""),
        ("users", ["users"], ""),
        ("users", [], ""),
    ],
)
def test_the_name_that_was_meant_is_told_only_when_one_is_close(name: str, existing: list[str], meant: str) -> None:
    assert likest(name, existing) == meant


@pytest.mark.parametrize(
    ("sql", "corrected"),
    [
        (
            'CREATE TABLE a ("userId" UUID DEFAULT gen_random_uuid() NOT NULL REFERENCES users (id))',
            'CREATE TABLE a ("userId" INT NOT NULL REFERENCES users (id))',
        ),
        ('ALTER TABLE a ADD COLUMN "userId" uuid', 'ALTER TABLE a ADD COLUMN "userId" INT'),
        ('CREATE TABLE a (id SERIAL, "userId" uuid)', 'CREATE TABLE a (id SERIAL, "userId" INT)'),
    ],
)
def test_a_column_gets_the_type_that_fits(sql: str, corrected: str) -> None:
    assert with_column_type(sql, "userId", "integer") == corrected


def test_a_type_of_ones_own_keeps_its_quotes() -> None:
    assert with_column_type("CREATE TABLE a (b text)", "b", 'public."Mood (new)"') == 'CREATE TABLE a (b public."Mood (new)")'


@pytest.mark.parametrize("sql", ["CREATE TABLE a (userid uuid)", "SELECT 1", "not SQL ("])
def test_a_column_that_is_not_made_there_is_not_corrected(sql: str) -> None:
    assert with_column_type(sql, "userId", "integer") is None


def test_a_column_is_renamed_wherever_the_statement_reads_it() -> None:
    sql = "UPDATE a SET x = user_id FROM b WHERE b.user_id = a.user_id AND b.name = 'user_id'"
    assert with_column_name(sql, "user_id", "userId") == (
        """UPDATE a SET x = "userId" FROM b WHERE b."userId" = a."userId" AND b.name = 'user_id'"""
    )
    assert with_column_name(sql, "nobody", "x") is None


def test_a_table_is_renamed_wherever_it_is_named() -> None:
    sql = 'CREATE TABLE a (x INT REFERENCES "Users" (id), y INT REFERENCES users (id))'
    assert with_table_name(sql, TableName("", "Users"), TableName("public", "users")) == (
        'CREATE TABLE a (x INT REFERENCES "public"."users" (id), y INT REFERENCES users (id))'
    )
    assert with_table_name(sql, TableName("", "people"), TableName("", "x")) is None


def test_columns_of_a_renamed_table_go_along() -> None:
    assert (
        with_table_name('SELECT "Users".id FROM "Users"', TableName("", "Users"), TableName("", "users"))
        == 'SELECT "users".id FROM "users"'
    )


def test_a_guard_is_taken_off_so_that_nothing_is_skipped_in_silence() -> None:
    assert without_guard("CREATE TABLE IF NOT EXISTS a (b INT)") == "CREATE TABLE a (b INT)"
    assert without_guard("ALTER TABLE a ADD COLUMN IF NOT EXISTS b INT") == "ALTER TABLE a ADD COLUMN b INT"
    assert without_guard("not SQL (") == "not SQL ("


@pytest.mark.parametrize(
    ("sql", "back"),
    [
        ('CREATE TABLE "Big Orders" (id int)', 'DROP TABLE "Big Orders"'),
        ("ALTER TABLE a ADD b int, ADD c int", 'ALTER TABLE "a" DROP COLUMN "c"; ALTER TABLE "a" DROP COLUMN "b"'),
        ("ALTER TABLE s.a ADD CONSTRAINT k UNIQUE (b)", 'ALTER TABLE "s"."a" DROP CONSTRAINT "k"'),
        ("CREATE TYPE mood AS ENUM ('a')", 'DROP TYPE "mood"'),
        ("CREATE INDEX i ON s.a (b)", 'DROP INDEX "s"."i"'),
        ("CREATE INDEX i ON a (b)", ""),
        ("ALTER TABLE a ADD UNIQUE (b)", ""),
        ("UPDATE a SET b = 1", ""),
        ("CREATE TABLE a (b int); DELETE FROM c", ""),
    ],
)
def test_what_takes_a_statement_back_is_told_only_where_it_can_be(sql: str, back: str) -> None:
    assert undo_of(effects_of(sql)) == back
