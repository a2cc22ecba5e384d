"""The catalog holds what the server holds, and its digest changes exactly when the structure does."""

import pytest
from patients import Patient

from dbdoctor.databases.postgresql.catalog import catalog_digest, read_catalog
from dbdoctor.databases.postgresql.connection import connect
from dbdoctor.model import Index, Key, Table, TableName


def table(patient: Patient, name: str, schema: str = "public") -> Table:
    return patient.catalog.tables[TableName(schema, name)]


def key(patient: Patient, of: str, name: str) -> Key:
    return next(k for k in table(patient, of).keys if k.name == name)


def test_columns_are_told_with_type_default_and_nature(any_patient: Patient) -> None:
    any_patient.run("""CREATE TABLE "Odd ""One"" 🦢" (
      "Id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "a b" character varying(20) NOT NULL DEFAULT 'x',
      twice bigint GENERATED ALWAYS AS (length('x') * 2) STORED, at timestamp(3) with time zone, tags text[])""")
    any_patient.run('ALTER TABLE "Odd ""One"" 🦢" ADD gone int; ALTER TABLE "Odd ""One"" 🦢" DROP gone')
    told = [(c.name, c.type, c.not_null, c.default, c.generated, c.identity) for c in table(any_patient, 'Odd "One" 🦢').columns]
    assert told == [
        ("Id", "bigint", True, None, False, True),
        ("a b", "character varying(20)", True, "'x'::character varying", False, False),
        ("twice", "bigint", False, None, True, False),
        ("at", "timestamp(3) with time zone", False, None, False, False),
        ("tags", "text[]", False, None, False, False),
    ]


@pytest.mark.parametrize(
    ("made", "fits"),
    [
        ("CREATE UNIQUE INDEX k ON people (name)", True),
        ("CREATE UNIQUE INDEX k ON people (name) INCLUDE (id)", True),
        ("ALTER TABLE people ADD CONSTRAINT k UNIQUE (name)", True),
        ("CREATE UNIQUE INDEX k ON people (name) WHERE id > 1", False),
        ("CREATE UNIQUE INDEX k ON people (lower(name))", False),
        ("CREATE UNIQUE INDEX k ON people (name, lower(name))", False),
        ("ALTER TABLE people ADD CONSTRAINT k UNIQUE (name) DEFERRABLE", False),
        ("ALTER TABLE people ADD CONSTRAINT k UNIQUE (name) DEFERRABLE INITIALLY DEFERRED", False),
    ],
)
def test_a_key_says_whether_a_foreign_key_can_lean_on_it_as_the_server_does(any_patient: Patient, made: str, fits: bool) -> None:  # noqa: FBT001 -- the expected answer of each case
    any_patient.run(f"{made}; CREATE TABLE marks (name text)")
    assert key(any_patient, "people", "k").may_be_referenced is fits
    assert (any_patient.error("ALTER TABLE marks ADD FOREIGN KEY (name) REFERENCES people (name)") is None) is fits


def test_columns_that_an_index_only_carries_are_no_part_of_the_key(patient: Patient) -> None:
    patient.run("CREATE UNIQUE INDEX k ON people (name) INCLUDE (id)")
    assert key(patient, "people", "k").columns == ("name",)


def test_an_index_that_was_never_finished_is_invalid(any_patient: Patient) -> None:
    any_patient.run("UPDATE people SET name = 'bob'")
    with pytest.raises(Exception, match="could not create unique index"):
        any_patient.run("CREATE UNIQUE INDEX CONCURRENTLY half ON people (name)")
    assert not key(any_patient, "people", "half").valid
    assert not key(any_patient, "people", "half").may_be_referenced


def test_plain_indexes_keep_their_order_and_definition(patient: Patient) -> None:
    patient.run('CREATE INDEX "by Both" ON letters (body DESC, "personId")')
    assert (
        Index(
            name="by Both",
            columns=("body", "personId"),
            definition='CREATE INDEX "by Both" ON public.letters USING btree (body DESC, "personId")',
        )
        in table(patient, "letters").indexes
    )


def test_a_foreign_key_is_told_with_all_its_parts(any_patient: Patient) -> None:
    any_patient.run("CREATE TABLE rooms (number int, house int, PRIMARY KEY (house, number)); CREATE TABLE beds (h int, r int)")
    any_patient.run(
        "ALTER TABLE beds ADD CONSTRAINT slept FOREIGN KEY (h, r) REFERENCES rooms"
        " ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE NOT VALID"
    )
    found = table(any_patient, "beds").foreign_keys[0]
    assert (found.columns, found.parent, found.parent_columns) == (("h", "r"), TableName("public", "rooms"), ("house", "number"))
    assert (found.on_delete, found.on_update, found.deferrable, found.validated, found.enforced) == (
        "SET NULL",
        "CASCADE",
        True,
        False,
        True,
    )
    assert [k.name for k in any_patient.catalog.children_of(TableName("public", "rooms"))] == ["slept"]


@pytest.mark.parametrize("which", ["letters", "people"])
def test_a_key_whose_triggers_are_disabled_on_either_side_is_not_enforced(any_patient: Patient, which: str) -> None:
    assert table(any_patient, "letters").foreign_keys[0].enforced
    any_patient.run(f"ALTER TABLE {which} DISABLE TRIGGER ALL")
    assert not table(any_patient, "letters").foreign_keys[0].enforced


def test_a_key_that_says_not_enforced_is_not_enforced(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (owner int REFERENCES people (id) NOT ENFORCED)")
    assert not table(patient, "pets").foreign_keys[0].enforced


def test_kinds_of_tables_are_told_apart(any_patient: Patient) -> None:
    any_patient.run("CREATE VIEW v AS SELECT 1 AS one; CREATE MATERIALIZED VIEW m AS SELECT 1 AS one")
    any_patient.run("CREATE TABLE logs (at int PRIMARY KEY) PARTITION BY LIST (at); CREATE TABLE l1 PARTITION OF logs FOR VALUES IN (1)")
    kinds = {name.name: found.kind for name, found in any_patient.catalog.tables.items()}
    assert (kinds["v"], kinds["m"], kinds["logs"], kinds["l1"], kinds["people"]) == (
        "view", "materialized view", "partitioned", "partition", "table"
    )  # fmt: skip


def test_a_key_to_a_partitioned_parent_is_told_once(any_patient: Patient) -> None:
    any_patient.run("CREATE TABLE logs (at int PRIMARY KEY) PARTITION BY LIST (at)")
    any_patient.run("CREATE TABLE l1 PARTITION OF logs FOR VALUES IN (1); CREATE TABLE l2 PARTITION OF logs FOR VALUES IN (2)")
    any_patient.run("CREATE TABLE uses (at int CONSTRAINT used REFERENCES logs)")
    assert [(k.name, k.parent.name) for k in table(any_patient, "uses").foreign_keys] == [("used", "logs")]


def test_a_key_of_a_partitioned_child_is_told_of_each_partition(patient: Patient) -> None:
    patient.run(
        "CREATE TABLE logs (who int REFERENCES people (id)) PARTITION BY LIST (who); CREATE TABLE l1 PARTITION OF logs FOR VALUES IN (1)"
    )
    assert {k.child.name for k in patient.catalog.children_of(TableName("public", "people"))} == {"letters", "logs", "l1"}


def test_enumerated_types_keep_the_order_of_their_labels(patient: Patient) -> None:
    patient.run("CREATE TYPE \"Mood\" AS ENUM ('sad', 'glad'); ALTER TYPE \"Mood\" ADD VALUE 'mad' BEFORE 'glad'")
    assert patient.catalog.enums == {TableName("public", "Mood"): ("sad", "mad", "glad")}


def test_names_are_looked_up_along_the_search_path(patient: Patient) -> None:
    patient.run('CREATE SCHEMA "Shop"; CREATE TABLE "Shop".people (id int); SET search_path = "Shop", public')
    catalog = patient.catalog
    assert [str(t.name) for t in (catalog.find("people"), catalog.find("people", "public"), catalog.find("letters")) if t] == [
        "Shop.people", "public.people", "public.letters"
    ]  # fmt: skip
    assert catalog.find("letters", "Shop") is None


def test_the_doctors_own_tables_are_left_out(patient: Patient) -> None:
    before = catalog_digest(patient.catalog)
    patient.run("CREATE SCHEMA dbdoctor; CREATE TABLE dbdoctor.runs (id int PRIMARY KEY)")
    assert catalog_digest(patient.catalog) == before


def test_it_is_read_inside_a_transaction_as_that_sees_it(patient: Patient) -> None:
    with patient.connection.transaction(force_rollback=True):
        patient.run("CREATE TABLE pets (id int)")
        assert patient.catalog.find("pets") is not None
    assert patient.catalog.find("pets") is None


STRUCTURE = [
    "ALTER TABLE people ADD age int",
    "ALTER TABLE people RENAME name TO called",
    "ALTER TABLE people ALTER name SET NOT NULL",
    "ALTER TABLE people ALTER name SET DEFAULT 'x'",
    "ALTER TABLE people ALTER name TYPE varchar(20)",
    "ALTER TABLE people RENAME TO persons",
    "ALTER TABLE people ADD CONSTRAINT c CHECK (id > 0)",
    "CREATE INDEX i ON people (name)",
    "CREATE UNIQUE INDEX i ON people (name)",
    'ALTER TABLE letters DROP CONSTRAINT "letters_personId_fkey"',
    'ALTER TABLE letters RENAME CONSTRAINT "letters_personId_fkey" TO k',
    "ALTER TABLE letters DISABLE TRIGGER ALL",
    "CREATE TABLE pets (id int)",
    "CREATE TYPE mood AS ENUM ('sad')",
    "DROP TABLE letters",
]
NO_STRUCTURE = [
    "INSERT INTO people VALUES (9, 'zoe')",
    "ANALYZE people",
    "TRUNCATE letters",
    "COMMENT ON TABLE people IS 'those we know'",
    "ALTER TABLE people ADD age int; ALTER TABLE people DROP age",
    "DROP INDEX IF EXISTS nothing",
    "GRANT SELECT ON people TO PUBLIC",
]


@pytest.mark.parametrize("change", STRUCTURE)
def test_the_digest_changes_with_the_structure(patient: Patient, change: str) -> None:
    before = catalog_digest(patient.catalog)
    patient.run(change)
    assert catalog_digest(patient.catalog) != before


@pytest.mark.parametrize("change", NO_STRUCTURE)
def test_the_digest_does_not_change_with_anything_else(patient: Patient, change: str) -> None:
    before = catalog_digest(patient.catalog)
    patient.run(change)
    assert catalog_digest(patient.catalog) == before


def test_the_digest_knows_a_key_that_was_validated(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (owner int); ALTER TABLE pets ADD CONSTRAINT k FOREIGN KEY (owner) REFERENCES people (id) NOT VALID")
    before = catalog_digest(patient.catalog)
    patient.run("ALTER TABLE pets VALIDATE CONSTRAINT k")
    assert catalog_digest(patient.catalog) != before


def test_the_digest_does_not_depend_on_who_asks(patient: Patient) -> None:
    patient.run("CREATE ROLE digest_reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO digest_reader")
    try:
        with connect(patient.url) as another:
            another.execute("SET ROLE digest_reader")
            assert catalog_digest(read_catalog(another)) == catalog_digest(patient.catalog)
    finally:
        patient.run("DROP OWNED BY digest_reader; DROP ROLE digest_reader")
