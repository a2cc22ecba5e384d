"""What statements of real tools are meant to bring about."""

import pytest

from dbdoctor.model import Reference, TableName
from dbdoctor.wanted.effects import Effect, effects_of, split_statements, tables_in


def kinds(sql: str) -> list[str]:
    return [effect.kind for effect in effects_of(sql)]


def only(sql: str) -> Effect:
    found = effects_of(sql)
    assert len(found) == 1
    return found[0]


SEQUELIZE = """CREATE TABLE IF NOT EXISTS "orders" ("id"  SERIAL ,
 "userId" INTEGER NOT NULL REFERENCES "users" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
 "status" "public"."enum_orders_Status" DEFAULT 'new', "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL, UNIQUE ("userId", "status"),
 PRIMARY KEY ("id"));"""


def test_a_table_made_by_sequelize_is_read_with_columns_keys_and_references() -> None:
    made = only(SEQUELIZE)
    assert (made.kind, made.table, made.guarded) == ("create_table", TableName("", "orders"), True)
    assert [(c.name, c.type, c.not_null, c.primary) for c in made.wanted] == [
        ("id", "SERIAL", False, True),
        ("userId", "INT", True, False),
        ("status", '"public"."enum_orders_Status"', False, False),
        ("createdAt", "TIMESTAMPTZ", True, False),
    ]
    reference = made.wanted[1].reference
    assert reference is not None
    assert (reference.parent.name, reference.parent_columns, reference.on_delete, reference.on_update) == (
        "users",
        ("id",),
        "SET NULL",
        "CASCADE",
    )
    assert made.wanted[2].default == "'new'"


@pytest.mark.parametrize(
    ("sql", "constraint", "on_delete", "not_valid"),
    [
        ('alter table "orders" add constraint "o_u_foreign" foreign key ("userId") references "users" ("id") on delete CASCADE',
         "o_u_foreign", "CASCADE", False),
        ('ALTER TABLE "orders" ADD CONSTRAINT "fk_rails_1" FOREIGN KEY ("userId") REFERENCES "users" ("id") NOT VALID',
         "fk_rails_1", "NO ACTION", True),
        ('ALTER TABLE "orders" ADD CONSTRAINT "o_fk" FOREIGN KEY ("userId") REFERENCES "users" ("id") DEFERRABLE INITIALLY DEFERRED',
         "o_fk", "NO ACTION", False),
        ('ALTER TABLE orders ADD FOREIGN KEY("userId") REFERENCES users (id) ON DELETE RESTRICT', "", "RESTRICT", False),
        ('ALTER TABLE ONLY orders ADD CONSTRAINT o FOREIGN KEY ("userId") REFERENCES users(id) ON DELETE SET DEFAULT',
         "o", "SET DEFAULT", False),
        ('/* rails:migrate */ ALTER TABLE "orders" ADD CONSTRAINT "o" FOREIGN KEY ("userId") REFERENCES "users" ("id")',
         "o", "NO ACTION", False),
    ],
)  # fmt: skip
def test_a_key_added_by_knex_rails_django_alembic_or_hand_is_read(sql: str, constraint: str, on_delete: str, not_valid: bool) -> None:  # noqa: FBT001 -- the expected answer of each case
    made = only(sql)
    assert (made.kind, made.name) == ("add_foreign_key", constraint)
    reference = made.reference
    assert isinstance(reference, Reference)
    assert (reference.child.name, reference.columns, reference.parent.name) == ("orders", ("userId",), "users")
    assert (reference.constraint, reference.on_delete, reference.not_valid) == (constraint, on_delete, not_valid)


@pytest.mark.parametrize(
    "sql",
    [
        (
            'ALTER TABLE "book" ADD COLUMN "author_id" bigint NULL CONSTRAINT "book_author_fk" REFERENCES "author" ("id")'
            " DEFERRABLE INITIALLY DEFERRED"
        ),
        'alter table "book" add column "author_id" bigint null references "author"("id")',
        "ALTER TABLE book ADD author_id BIGINT REFERENCES author (id)",
        'ALTER TABLE IF EXISTS "book" ADD COLUMN IF NOT EXISTS "author_id" BIGINT REFERENCES "author" ("id")',
    ],
)
def test_a_column_added_with_its_key_is_read(sql: str) -> None:
    made = only(sql)
    assert (made.kind, made.columns, made.wanted[0].type) == ("add_column", ("author_id",), "BIGINT")
    assert made.wanted[0].reference is not None
    assert made.wanted[0].reference.parent.name == "author"
    assert made.guarded is ("IF NOT EXISTS" in sql)


def test_keys_over_several_columns_of_a_new_table_are_kept() -> None:
    made = only("CREATE TABLE beds (h int, r int, CONSTRAINT slept FOREIGN KEY (h, r) REFERENCES rooms (house, number) ON DELETE CASCADE)")
    assert [(r.columns, r.parent_columns, r.constraint, r.on_delete) for r in made.references] == [
        (("h", "r"), ("house", "number"), "slept", "CASCADE")
    ]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE t ALTER COLUMN a TYPE uuid USING a::uuid, ALTER COLUMN b SET NOT NULL, ALTER c DROP NOT NULL, ALTER d SET DEFAULT 4",
         ["alter_type", "set_not_null", "drop_not_null", "set_default"]),
        ("ALTER TABLE t ADD COLUMN a int, ADD COLUMN b int REFERENCES c", ["add_column", "add_column"]),
        (('ALTER TABLE "a" ALTER COLUMN "b" SET NOT NULL;ALTER TABLE "a" ALTER COLUMN "b" DROP DEFAULT;'
         'ALTER TABLE "a" ALTER COLUMN "b" TYPE UUID;'),
         ["set_not_null", "set_default", "alter_type"]),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0)", ["add_check"]),
        ("ALTER TABLE t ADD PRIMARY KEY (id)", ["add_key"]),
        ("ALTER TABLE t DROP COLUMN IF EXISTS a CASCADE, DROP CONSTRAINT b", ["drop_column", "drop_constraint"]),
        ("ALTER TABLE t RENAME COLUMN a TO b", ["rename_column"]),
        ("ALTER TABLE t RENAME TO u", ["rename_table"]),
        ("DROP TABLE IF EXISTS a, b CASCADE", ["drop_table", "drop_table"]),
        ("DROP INDEX CONCURRENTLY a.b", ["drop_index"]),
        ("TRUNCATE TABLE a, b CASCADE", ["truncate", "truncate"]),
        ("CREATE TYPE \"public\".\"enum_x\" AS ENUM('a', 'b')", ["create_type"]),
        ("COMMENT ON COLUMN \"a\".\"b\" IS 'x'", ["comment"]),
        ("WITH q AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM q", ["insert"]),
        ("SELECT 1", ["read"]),
        ("WITH q AS (UPDATE a SET x = 1 RETURNING *) SELECT * FROM q", ["update"]),
        ("DO $$ BEGIN CREATE TYPE x AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN null; END $$;", ["other"]),
        ("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN DELETE FROM a; RETURN NEW; END; $f$", ["other"]),
        ("ALTER TABLE a VALIDATE CONSTRAINT b", ["validate"]),
        ('ALTER TABLE ONLY "A" ALTER CONSTRAINT b DEFERRABLE', ["alter_constraint"]),
        ("ALTER TABLE a RENAME CONSTRAINT b TO c", ["rename_constraint"]),
        ("ALTER TABLE a RENAME b TO c", ["rename_column"]),
        ("ALTER TABLE a ATTACH PARTITION b FOR VALUES IN (1)", ["attach_partition"]),
        ("ALTER TABLE a ADD CONSTRAINT b UNIQUE USING INDEX c", ["add_key"]),
        ("CREATE OR REPLACE VIEW v AS SELECT 1", ["create_view"]),
        ("CREATE MATERIALIZED VIEW IF NOT EXISTS s.v AS SELECT 1", ["create_view"]),
        ("this is; no SQL (at all", ["other"]),
        ("", ["other"]),
    ],
)  # fmt: skip
def test_what_a_statement_does_is_told_in_order(sql: str, expected: list[str]) -> None:
    assert kinds(sql) == expected or (expected == ["other"] and set(kinds(sql)) == {"other"})


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("BEGIN", "begin"), ("BEGIN;", "begin"), ("START TRANSACTION;", "begin"), ("begin isolation level serializable", "begin"),
        ("/* action='migrate' */ BEGIN", "begin"), ("-- note\nCOMMIT;", "commit"), ("END", "commit"), ("ROLLBACK;", "rollback"),
        ("ABORT", "rollback"),
        ('SAVEPOINT "trx2"', "savepoint"), ("release trx2;", "savepoint"), ("ROLLBACK TO SAVEPOINT a", "rollback_to"),
        ("rollback to trx2", "rollback_to"),
    ],
)  # fmt: skip
def test_words_of_transactions_are_told_whoever_wrote_them(sql: str, kind: str) -> None:
    assert kinds(sql) == [kind]


@pytest.mark.parametrize(
    ("sql", "columns", "unique"),
    [
        ('CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "i" ON "s"."T" ("a", "B c" DESC NULLS LAST)', ("a", "B c"), True),
        ('CREATE UNIQUE INDEX "i" ON "s"."T" USING btree ("a" text_pattern_ops) INCLUDE (z)', ("a",), True),
        ('CREATE UNIQUE INDEX "i" ON "s"."T" ("a") WHERE deleted_at IS NULL', ("a",), False),
        ('CREATE UNIQUE INDEX "i" ON "s"."T" (lower("a"))', ("",), False),
        ('CREATE INDEX "i" ON "s"."T" ("a")', ("a",), False),
    ],
)
def test_an_index_is_unique_only_where_it_makes_whole_columns_unique(sql: str, columns: tuple[str, ...], unique: bool) -> None:  # noqa: FBT001 -- the expected answer of each case
    made = only(sql)
    assert (made.kind, made.table, made.name, made.columns, made.unique) == ("create_index", TableName("s", "T"), "i", columns, unique)


def test_names_without_quotes_fold_to_lower_case_and_others_do_not() -> None:
    assert only('CREATE TABLE Orders (Id int, "Id" int, "odd ""one"" 🦢" int)').columns == ("id", "Id", 'odd "one" 🦢')


def test_a_default_and_a_check_do_not_hide_the_type() -> None:
    made = only("""alter table "t" add column "s" text check ("s" in ('a', 'b')) not null default 'a'""")
    assert (made.wanted[0].type, made.wanted[0].default, made.wanted[0].not_null) == ("TEXT", "'a'", True)


def test_an_identity_column_is_read() -> None:
    made = only('CREATE TABLE "d" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "n" varchar(5) NOT NULL UNIQUE)')
    assert [(c.type, c.primary, c.unique) for c in made.wanted] == [("BIGINT", True, False), ("VARCHAR(5)", False, True)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("SELECT 1; SELECT ';'; -- end;\nSELECT 2", ["SELECT 1", "SELECT ';'", "SELECT 2"]),
        ("DO $$ BEGIN x; y; END $$; SELECT 1", ["DO $$ BEGIN x; y; END $$", "SELECT 1"]),
        ("CREATE FUNCTION f() AS $f$ a; b; $f$ LANGUAGE sql; SELECT 1;", ["CREATE FUNCTION f() AS $f$ a; b; $f$ LANGUAGE sql", "SELECT 1"]),
        ('SELECT "a;b"', ['SELECT "a;b"']),
        (" ;; ", []),
        ("", []),
        ("SELECT 'never closed; SELECT 2", ["SELECT 'never closed; SELECT 2"]),
    ],
)
def test_a_script_is_split_between_its_statements_only(script: str, expected: list[str]) -> None:
    assert split_statements(script) == expected


def test_tables_are_told_with_their_aliases() -> None:
    assert tables_in('SELECT * FROM shop."Big Orders" o JOIN users ON true') == [
        ("o", TableName("shop", "Big Orders")),
        ("users", TableName("", "users")),
    ]
