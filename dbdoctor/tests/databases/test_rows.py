"""Questions about rows are answered as the server itself would decide."""

from itertools import product

import pytest
from patients import Patient

from dbdoctor.databases.postgresql import rows
from dbdoctor.databases.postgresql.connection import connect
from dbdoctor.embedded import Server
from dbdoctor.model import Reference, TableName

PEOPLE = TableName("public", "people")
BOOK = TableName("public", 'Guest "Book" 🦢')
TYPES = [
    "smallint", "integer", "bigint", "numeric(10,2)", "real", "double precision", "oid", "text", "character varying(20)", "character(5)",
    "name", "uuid", "date", "timestamp(3) without time zone", "timestamp(3) with time zone", "time without time zone", "interval",
    "boolean", "bytea", "inet", "cidr", "integer[]", "bigint[]", "text[]", "character varying[]", "int4range", "jsonb", "bit(3)",
    "bit varying(3)",
    "mood", '"Mood (new)"', "posint", "evenposint", "tag",
]  # fmt: skip


def test_whether_keys_compare_is_what_the_server_decides(any_server: Server) -> None:
    """Every pair of types, by really making the key, in one transaction that is given up."""
    with connect(any_server.url(), autocommit=False) as connection:
        connection.execute("CREATE TYPE mood AS ENUM ('a')")
        connection.execute("CREATE TYPE \"Mood (new)\" AS ENUM ('a')")
        connection.execute("CREATE DOMAIN posint AS integer CHECK (VALUE > 0)")
        connection.execute("CREATE DOMAIN evenposint AS posint CHECK (VALUE % 2 = 0)")
        connection.execute("CREATE DOMAIN tag AS character varying(9)")
        columns = ", ".join(f"c{n} {name}" for n, name in enumerate(TYPES))
        connection.execute(f"CREATE TABLE child ({columns})".encode())
        for n, name in enumerate(TYPES):
            connection.execute(f"CREATE TABLE parent{n} (k {name} PRIMARY KEY)".encode())
        connection.execute("""CREATE FUNCTION fits(c int, p int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
          EXECUTE format('ALTER TABLE child ADD CONSTRAINT k FOREIGN KEY (c%s) REFERENCES parent%s', c, p);
          EXECUTE 'ALTER TABLE child DROP CONSTRAINT k'; RETURN true;
          EXCEPTION WHEN datatype_mismatch THEN RETURN false; END $$""")
        said = connection.execute(
            f"SELECT c, p, fits(c, p) FROM generate_series(0, {len(TYPES) - 1}) c, generate_series(0, {len(TYPES) - 1}) p".encode()
        )
        server = {(TYPES[c], TYPES[p]): fits for c, p, fits in said.fetchall()}
        ours = {(c, p): rows.keys_compare(connection, c, p) for c, p in product(TYPES, TYPES)}
        connection.rollback()
    assert {pair: answer for pair, answer in ours.items() if server[pair] != answer} == {}


@pytest.mark.parametrize(("child", "parent"), [("", "integer"), ("integer", ""), ("nonsense", "integer"), ("json", "json")])
def test_what_is_no_type_or_has_no_equality_does_not_compare(patient: Patient, child: str, parent: str) -> None:
    assert not rows.keys_compare(patient.connection, child, parent)


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("SERIAL", "integer"), ("bigserial", "bigint"), ("VARCHAR(20)", "character varying"), ("VARCHAR(20)[]", "character varying[]"),
        ("INT", "integer"),
        ("TIMESTAMP(6) WITH TIME ZONE", "timestamp with time zone"), ("decimal(10, 2)", "numeric"), ('"Mood (new)"', '"Mood (new)"'),
        ("nonsense", ""), ("", ""), ("no type; at all", ""),
    ],
)  # fmt: skip
def test_a_type_is_told_in_the_catalogs_spelling(any_patient: Patient, written: str, known: str) -> None:
    any_patient.run("CREATE TYPE \"Mood (new)\" AS ENUM ('a')")
    assert rows.resolve_type(any_patient.connection, written) == known


def test_a_word_that_is_no_type_does_not_spoil_the_transaction(any_patient: Patient) -> None:
    with any_patient.connection.transaction():
        assert rows.resolve_type(any_patient.connection, "; DROP") == ""
        assert any_patient.value("SELECT 1") == 1


@pytest.mark.parametrize(
    ("values", "to_type", "answer"),
    [
        ("('1'), (' 2 '), ('x'), (''), (NULL)", "integer", (2, 2)),
        ("('00000000-0000-4000-8000-000000000001'), ('1')", "uuid", (1, 1)),
        ("('abc'), ('abcd'), ('abcd')", "character varying(3)", (1, 2)),
        ("('true'), ('maybe')", "boolean", (1, 1)),
    ],
)
def test_values_that_convert_are_counted_on_every_version(any_patient: Patient, values: str, to_type: str, answer: tuple[int, int]) -> None:
    any_patient.run(f"CREATE TABLE notes (v text); INSERT INTO notes VALUES {values}")
    assert rows.convertible(any_patient.connection, TableName("public", "notes"), "v", to_type=to_type) == answer


def test_a_value_that_reads_otherwise_once_converted_does_not_come_back(patient: Patient) -> None:
    patient.run("CREATE TABLE notes (plain text, padded text); INSERT INTO notes VALUES ('7', '007'), (NULL, NULL)")
    notes = TableName("public", "notes")
    assert rows.converts_back(patient.connection, notes, "plain", to_type="integer")
    assert not rows.converts_back(patient.connection, notes, "padded", to_type="integer")


def test_orphans_are_counted_most_frequent_first(patient: Patient) -> None:
    patient.run('CREATE TABLE "Pets" ("Owner" int); INSERT INTO "Pets" VALUES (1), (8), (9), (9), (NULL)')
    reference = Reference(child=TableName("public", "Pets"), columns=("Owner",), parent=PEOPLE, parent_columns=("id",))
    assert rows.orphans(patient.connection, reference) == (3, ["9", "8"])


def test_duplicates_leave_nulls_out(patient: Patient) -> None:
    patient.run("""INSERT INTO "Guest ""Book"" 🦢" VALUES (gen_random_uuid(), NULL)""")
    assert rows.duplicates(patient.connection, BOOK, ["e-mail"]) == (0, [])


def test_a_fingerprint_does_not_depend_on_the_order_of_rows(any_patient: Patient) -> None:
    before = rows.fingerprint(any_patient.connection, PEOPLE)
    any_patient.run("CREATE TABLE turned AS SELECT * FROM people ORDER BY id DESC")
    assert rows.fingerprint(any_patient.connection, TableName("public", "turned")) == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE people SET name = 'Bob' WHERE id = 2",
        "UPDATE people SET name = NULL WHERE id = 2",
        "DELETE FROM people WHERE id = 3",
        "INSERT INTO people VALUES (4, 'dan')",
        "UPDATE people SET name = CASE id WHEN 1 THEN 'bob' ELSE 'alice' END WHERE id < 3",
    ],
)
def test_a_fingerprint_changes_with_any_row(patient: Patient, change: str) -> None:
    before = rows.fingerprint(patient.connection, PEOPLE)
    patient.run(change)
    assert rows.fingerprint(patient.connection, PEOPLE) != before


def test_an_empty_text_is_no_null_to_a_fingerprint(patient: Patient) -> None:
    patient.run("CREATE TABLE a AS SELECT ''::text AS v; CREATE TABLE b AS SELECT NULL::text AS v")
    told = [rows.fingerprint(patient.connection, TableName("public", name)) for name in ("a", "b")]
    assert told[0] != told[1]


def test_rows_are_streamed_in_byte_order_of_their_key(patient: Patient) -> None:
    patient.run("CREATE TABLE words (w text, n int); INSERT INTO words VALUES ('b', 1), ('B', 2), ('é', 3), ('a', 4), (NULL, 5)")
    with patient.connection.transaction():
        streamed = list(rows.stream_rows(patient.connection, TableName("public", "words"), key=["w"], columns=["n"]))
    assert streamed == [(("B",), ("2",)), (("a",), ("4",)), (("b",), ("1",)), (("é",), ("3",)), ((None,), ("5",))]


def test_the_rows_of_partitions_are_counted_for_the_whole_and_not_for_the_parent_alone(patient: Patient) -> None:
    patient.run(
        "CREATE TABLE logs (at int) PARTITION BY LIST (at); CREATE TABLE l1 PARTITION OF logs FOR VALUES IN (1);INSERT INTO logs VALUES (1)"
    )
    logs = TableName("public", "logs")
    assert (rows.count_all_rows(patient.connection, logs), rows.count_rows(patient.connection, logs)) == (1, 0)


def test_a_table_keeps_its_identity_through_a_rename(patient: Patient) -> None:
    before = {t.name.name: oid for oid, t in rows.stored_tables(patient.connection).items()}
    patient.run("ALTER TABLE people RENAME TO persons; ALTER TABLE persons RENAME id TO number")
    now = rows.stored_tables(patient.connection)[before["people"]]
    assert (now.name.name, now.columns, now.primary_key) == ("persons", {1: "number", 2: "name"}, (1,))
