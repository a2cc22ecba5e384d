"""Every remedy runs, cures, can be taken back, and loses nothing."""

import pytest
from patients import Patient

from dbdoctor.findings import SqlStep

ODD = '"Küche 🍲"'


def cured(patient: Patient, wanted: str) -> bool:
    """Whether the statement that failed goes through now."""
    return patient.error(wanted) is None


# Adding a column


def test_a_missing_column_is_added_as_the_migrations_define_it_and_taken_back(any_patient: Patient) -> None:
    wanted = "CREATE INDEX ON letters (topic)"
    remedy = any_patient.remedies(wanted, seen="ALTER TABLE letters ADD COLUMN topic VARCHAR(20) NOT NULL DEFAULT 'none'")[
        "add_missing_column"
    ]
    before = any_patient.schema
    any_patient.carry_out(remedy)
    assert cured(any_patient, wanted)
    assert any_patient.value("SELECT count(*) FROM letters WHERE topic = 'none'") == 4
    any_patient.take_back(remedy)
    assert any_patient.schema == before


def test_a_missing_column_takes_the_type_of_its_parent(patient: Patient) -> None:
    wanted = 'CREATE INDEX ON letters ("readBy")'
    seen = 'ALTER TABLE letters ADD COLUMN "readBy" UUID NOT NULL REFERENCES people (id) ON DELETE SET NULL'
    patient.carry_out(patient.remedies(wanted, seen=seen)["add_missing_column"])
    assert patient.value("SELECT data_type FROM information_schema.columns WHERE column_name = 'readBy'") == "integer"
    assert patient.value("""SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = 'letters'::regclass""") == 2


@pytest.mark.parametrize("parent", ["vets", "Vets", "vet"])
def test_a_column_that_nobody_defines_is_typed_by_the_table_its_name_speaks_of(patient: Patient, parent: str) -> None:
    patient.run(f'CREATE TABLE "{parent}" (id uuid PRIMARY KEY)')
    wanted = 'CREATE INDEX ON letters ("vetId")'
    patient.carry_out(patient.remedies(wanted)["add_missing_column"])
    assert cured(patient, wanted)
    assert patient.value("SELECT data_type FROM information_schema.columns WHERE column_name = 'vetId'") == "uuid"


def test_a_column_of_which_nothing_is_known_is_not_invented(patient: Patient) -> None:
    assert patient.remedies("CREATE INDEX ON letters (mood)") == {}


def test_an_enumerated_type_keeps_its_quotes(patient: Patient) -> None:
    patient.run("CREATE TYPE \"enum_letters_Mood\" AS ENUM ('glad', 'sad')")
    wanted = "CREATE INDEX ON letters (mood)"
    seen = """ALTER TABLE "public"."letters" ADD COLUMN "mood" "public"."enum_letters_Mood" NOT NULL DEFAULT 'glad'"""
    patient.carry_out(patient.remedies(wanted, seen=seen)["add_missing_column"])
    assert cured(patient, wanted)


# Converting a column


@pytest.mark.parametrize(
    ("child", "parent", "values", "default"),
    [
        ("text", "integer", "('1'), ('2'), (NULL)", ""),
        ("character varying(40)", "integer", "('1')", "DEFAULT '1'::character varying"),
        ("uuid", "integer", "(NULL)", "DEFAULT gen_random_uuid()"),
        ("integer", "uuid", "(NULL)", "DEFAULT 7"),
        ("integer", "text", "(1), (2)", ""),
    ],
)
def test_a_child_column_is_converted_and_taken_back(any_patient: Patient, child: str, parent: str, values: str, default: str) -> None:
    any_patient.run(f'CREATE TABLE owners ("Key" {parent} PRIMARY KEY)')
    if parent != "uuid":
        any_patient.run("INSERT INTO owners VALUES ('1'), ('2')")
    any_patient.run(f'CREATE TABLE {ODD} ("owner ""id""" {child} {default}); INSERT INTO {ODD} VALUES {values}')
    wanted = f'ALTER TABLE {ODD} ADD FOREIGN KEY ("owner ""id""") REFERENCES owners ("Key")'
    remedy = any_patient.remedies(wanted)["convert_child_column"]
    schema, rows = any_patient.schema, any_patient.rows(f"SELECT * FROM {ODD}")
    any_patient.carry_out(remedy)
    assert cured(any_patient, wanted)
    any_patient.take_back(remedy)
    assert any_patient.schema == schema
    assert any_patient.rows(f"SELECT * FROM {ODD}") == rows


def test_values_that_would_not_come_back_as_they_were_are_left_to_the_backup(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (owner text); INSERT INTO pets VALUES ('007'), ('1')")
    remedy = patient.remedies("ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES people (id)")["convert_child_column"]
    assert [getattr(step, "undo_sql", None) for step in remedy.steps] == [""]


@pytest.mark.parametrize("value", ["nobody", ""])
def test_a_column_with_a_value_that_does_not_convert_is_not_converted(any_patient: Patient, value: str) -> None:
    any_patient.run(f"CREATE TABLE pets (owner text); INSERT INTO pets VALUES ('1'), ('{value}')")
    assert any_patient.remedies("ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES people (id)") == {}


def test_a_column_that_is_a_key_to_elsewhere_is_not_converted(patient: Patient) -> None:
    wanted = 'ALTER TABLE letters ADD FOREIGN KEY ("personId") REFERENCES "Guest ""Book"" 🦢"'
    assert patient.causes(wanted) == ["type_mismatch"]
    assert patient.remedies(wanted) == {}


# Correcting the statement


@pytest.mark.parametrize(
    "wanted",
    [
        (
            'CREATE TABLE IF NOT EXISTS "pets" ("id" SERIAL , "ownerId" UUID REFERENCES "people" ("id") ON DELETE SET NULL'
            ' ON UPDATE CASCADE, PRIMARY KEY ("id"));'
        ),
        'ALTER TABLE "public"."letters" ADD COLUMN "readBy" UUID REFERENCES "people" ("id");',
        "CREATE TABLE pets (owner UUID DEFAULT gen_random_uuid(), FOREIGN KEY (owner) REFERENCES people (id))",
        'CREATE TABLE pets (owner integer REFERENCES "Guest ""Book"" 🦢" ("Ref Id"), keeper uuid REFERENCES people (id))',
        "CREATE TABLE beds (a text, b text, FOREIGN KEY (a, b) REFERENCES rooms (house, number))",
    ],
)
def test_a_new_column_is_made_with_its_parents_type_and_taken_back(patient: Patient, wanted: str) -> None:
    patient.run("CREATE TABLE rooms (house int, number int, PRIMARY KEY (house, number))")
    remedy = patient.remedies(wanted)["correct_column_type"]
    before = patient.schema
    patient.carry_out(remedy)
    assert patient.schema != before
    patient.take_back(remedy)
    assert patient.schema == before


def test_a_serial_stays_a_serial(patient: Patient) -> None:
    patient.carry_out(patient.remedies('CREATE TABLE "pets" ("id" SERIAL, "owner" UUID REFERENCES "people" ("id"))')["correct_column_type"])
    assert patient.value("SELECT pg_get_serial_sequence('pets', 'id')") == "public.pets_id_seq"


def test_a_parent_of_another_spelling_is_named_rightly(patient: Patient) -> None:
    remedy = patient.remedies('CREATE TABLE pets (owner int REFERENCES "People" ("id"))')["correct_name"]
    before = patient.schema
    patient.carry_out(remedy)
    assert (
        patient.value("SELECT confrelid::regclass::text FROM pg_constraint WHERE conrelid = 'pets'::regclass AND contype = 'f'") == "people"
    )
    patient.take_back(remedy)
    assert patient.schema == before


def test_a_column_that_is_only_read_is_named_rightly(patient: Patient) -> None:
    patient.run("CREATE TABLE copies (who int)")
    remedy = patient.remedies("INSERT INTO copies SELECT person_id FROM letters WHERE person_id > 1")["correct_name"]
    patient.carry_out(remedy)
    assert patient.rows("SELECT who FROM copies") == [(2,)]


# Taking away what a half-run left


@pytest.mark.parametrize(
    "wanted",
    [
        'ALTER TABLE letters ADD CONSTRAINT "letters_personId_fkey" FOREIGN KEY ("personId") REFERENCES people (id)',
        "ALTER TABLE letters ADD COLUMN pages integer NOT NULL DEFAULT 1",
        "CREATE INDEX by_body ON letters (body)",
    ],
)
def test_a_leftover_is_taken_away_and_put_back_with_all_that_goes_with_it(any_patient: Patient, wanted: str) -> None:
    any_patient.run("DELETE FROM letters; CREATE INDEX by_body ON letters (body)")
    any_patient.run("ALTER TABLE letters ADD pages integer NOT NULL DEFAULT 1 REFERENCES people (id) CONSTRAINT thin CHECK (pages < 9)")
    any_patient.run("CREATE INDEX by_pages ON letters (pages); ALTER TABLE letters ADD CONSTRAINT once UNIQUE (pages)")
    remedy = any_patient.remedies(wanted)["remove_leftover"]
    before = any_patient.schema
    any_patient.carry_out(remedy)
    assert cured(any_patient, wanted)
    any_patient.take_back(remedy)
    assert any_patient.schema == before


def test_a_column_in_the_middle_is_left_to_the_backup(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (id int, half text, name text)")
    remedy = patient.remedies("ALTER TABLE pets ADD COLUMN half text")["remove_leftover"]
    assert [getattr(step, "undo_sql", None) for step in remedy.steps] == [""]


def test_an_empty_table_is_taken_away_and_one_with_rows_is_not(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (id int)")
    assert "remove_leftover" in patient.remedies("CREATE TABLE pets (id int)")
    assert patient.remedies("CREATE TABLE people (id int)") == {}


def test_a_column_with_values_is_never_taken_away(patient: Patient) -> None:
    assert patient.remedies("ALTER TABLE people ADD COLUMN name text") == {}


def test_another_constraint_of_the_name_is_never_taken_away(patient: Patient) -> None:
    wanted = 'ALTER TABLE letters ADD CONSTRAINT "letters_personId_fkey" FOREIGN KEY (id) REFERENCES people (id)'
    assert set(patient.remedies(wanted)) == {"free_the_name"}


def test_an_index_that_belongs_to_a_constraint_is_never_taken_away(patient: Patient) -> None:
    assert patient.remedies("CREATE INDEX people_pkey ON people (name)") == {}


# Making a parent unique


def test_a_missing_unique_key_is_built_and_taken_back(any_patient: Patient) -> None:
    any_patient.run("CREATE TABLE marks (name text); CREATE INDEX people_name_key ON letters (body)")
    wanted = "ALTER TABLE marks ADD FOREIGN KEY (name) REFERENCES people (name)"
    remedy = any_patient.remedies(wanted)["add_unique_key"]
    before = any_patient.schema
    any_patient.carry_out(remedy)
    assert cured(any_patient, wanted)
    any_patient.take_back(remedy)
    assert any_patient.schema == before


def test_a_very_long_name_of_emoji_is_cut_between_characters(patient: Patient) -> None:
    patient.run(f'CREATE TABLE "{"🦢" * 15}" (id int, "Öl" text); CREATE TABLE marks (name text)')
    remedy = patient.remedies(f'ALTER TABLE marks ADD FOREIGN KEY (name) REFERENCES "{"🦢" * 15}" ("Öl")')["add_unique_key"]
    patient.carry_out(remedy)
    assert patient.value(
        "SELECT indexrelid::regclass::text LIKE '%\\_key\"' FROM pg_index"
        " WHERE indrelid = (SELECT oid FROM pg_class WHERE relname LIKE '🦢%' AND relkind = 'r')"
    )
    patient.take_back(remedy)


# Rows


def test_orphans_are_kept_under_a_key_that_checks_new_rows(any_patient: Patient) -> None:
    any_patient.run("CREATE TABLE pets (owner int); INSERT INTO pets VALUES (1), (99)")
    remedy = any_patient.remedies("ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES people (id) ON DELETE CASCADE")["keep_orphans"]
    before = any_patient.schema
    any_patient.carry_out(remedy)
    refused = any_patient.error("INSERT INTO pets VALUES (98)")
    assert refused is not None
    assert refused.sqlstate == "23503"
    assert any_patient.value("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'pets'::regclass") == (
        "FOREIGN KEY (owner) REFERENCES people(id) ON DELETE CASCADE NOT VALID"
    )
    any_patient.take_back(remedy)
    assert any_patient.schema == before


@pytest.mark.parametrize("how", ["null_orphans", "quarantine_orphans"])
def test_orphans_leave_nothing_behind_that_does_not_stand_in_quarantine(any_patient: Patient, how: str) -> None:
    any_patient.run(f'CREATE TABLE {ODD} (id int PRIMARY KEY, "owner ""id""" int, note text)')
    any_patient.run(f"INSERT INTO {ODD} VALUES (1, 1, 'fine'), (2, 98, 'lost'), (3, 99, NULL), (4, NULL, 'free')")
    wanted = f'ALTER TABLE {ODD} ADD FOREIGN KEY ("owner ""id""") REFERENCES people (id)'
    any_patient.carry_out(any_patient.remedies(wanted)[how])
    assert cured(any_patient, wanted)
    kept = any_patient.rows('SELECT id, "owner ""id""", note, quarantine_reason FROM dbdoctor."quarantine_Küche 🍲" ORDER BY id')
    reason = 'owner "id" has no row in people'
    assert kept == [(2, 98, "lost", reason), (3, 99, None, reason)]
    left = [(1, 1, "fine"), (4, None, "free")]
    assert any_patient.rows(f"SELECT * FROM {ODD} ORDER BY id") == (
        left if how == "quarantine_orphans" else [left[0], (2, None, "lost"), (3, None, None), left[1]]
    )


def test_two_keys_of_one_table_share_a_quarantine(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (owner int, vet int); INSERT INTO pets VALUES (99, 1), (1, 98)")
    for column in ("owner", "vet"):
        patient.carry_out(patient.remedies(f"ALTER TABLE pets ADD FOREIGN KEY ({column}) REFERENCES people (id)")["quarantine_orphans"])
    assert patient.rows("SELECT owner, vet FROM dbdoctor.quarantine_pets ORDER BY 1") == [(1, 98), (99, 1)]
    assert patient.rows("SELECT * FROM pets") == []


def test_tables_of_one_name_in_two_schemas_have_a_quarantine_each(patient: Patient) -> None:
    patient.run('CREATE SCHEMA "North"; CREATE TABLE "North".pets (owner int); INSERT INTO "North".pets VALUES (99)')
    patient.run("CREATE TABLE pets (id int, owner int); INSERT INTO pets VALUES (1, 98)")
    for table in ("pets", '"North".pets'):
        patient.carry_out(patient.remedies(f"ALTER TABLE {table} ADD FOREIGN KEY (owner) REFERENCES people (id)")["quarantine_orphans"])
    assert patient.rows('SELECT owner FROM dbdoctor.quarantine_pets UNION ALL SELECT owner FROM dbdoctor."quarantine_North_pets"') == [
        (98,),
        (99,),
    ]


@pytest.mark.parametrize("value", ["0", "-1"])
def test_a_value_that_stands_for_none_becomes_null_and_gives_way(patient: Patient, value: str) -> None:
    patient.run(f"CREATE TABLE pets (owner int NOT NULL DEFAULT {value}, name text); INSERT INTO pets VALUES ({value}, 'rex'), (1, 'tom')")
    before = patient.schema
    wanted = "ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES people (id)"
    remedy = patient.carry_out(patient.remedies(wanted)["null_sentinels"])
    assert cured(patient, wanted)
    assert patient.rows("SELECT owner, name FROM pets ORDER BY name") == [(None, "rex"), (1, "tom")]
    assert patient.rows("SELECT owner, name FROM dbdoctor.quarantine_pets") == [(int(value), "rex")]
    assert [s.sql for s in remedy.steps if isinstance(s, SqlStep) and "DROP DEFAULT" in s.sql] != []
    patient.run(f"UPDATE pets SET owner = {value} WHERE owner IS NULL")
    patient.take_back(remedy)
    assert patient.schema == before


def test_a_column_that_may_not_be_null_is_not_emptied(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (owner int NOT NULL); INSERT INTO pets VALUES (99)")
    assert "null_orphans" not in patient.remedies("ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES people (id)")


def test_rows_equal_in_every_column_leave_one_and_stand_in_quarantine(any_patient: Patient) -> None:
    any_patient.run("CREATE TABLE stamps (code text, about json, note text)")
    any_patient.run(
        "INSERT INTO stamps SELECT 'a', '{}', NULL FROM generate_series(1, 3);"
        " INSERT INTO stamps VALUES ('b', NULL, NULL), (NULL, NULL, NULL), (NULL, NULL, NULL)"
    )
    wanted = "CREATE UNIQUE INDEX ON stamps (code)"
    any_patient.carry_out(any_patient.remedies(wanted)["quarantine_identical_rows"])
    assert cured(any_patient, wanted)
    assert any_patient.rows("SELECT code, count(*) FROM stamps GROUP BY 1 ORDER BY 1") == [("a", 1), ("b", 1), (None, 2)]
    assert any_patient.rows("SELECT code, note FROM dbdoctor.quarantine_stamps") == [("a", None), ("a", None)]


def test_equal_rows_of_a_parent_are_settled_too(patient: Patient) -> None:
    patient.run("CREATE TABLE tags (tag text); INSERT INTO tags VALUES ('x'), ('x'); CREATE TABLE uses (tag text)")
    remedies = patient.remedies("ALTER TABLE uses ADD FOREIGN KEY (tag) REFERENCES tags (tag)")
    assert "add_unique_key" not in remedies
    patient.carry_out(remedies["quarantine_identical_rows"])
    assert patient.rows("SELECT * FROM tags") == [("x",)]


def test_equal_rows_in_partitions_are_told_apart_from_their_neighbours(patient: Patient) -> None:
    patient.run("CREATE TABLE logs (at int, what text) PARTITION BY LIST (at); CREATE TABLE l1 PARTITION OF logs FOR VALUES IN (1)")
    patient.run("CREATE TABLE l2 PARTITION OF logs FOR VALUES IN (2); INSERT INTO logs VALUES (1, 'a'), (1, 'b'), (2, 'c'), (2, 'c')")
    patient.carry_out(patient.remedies("CREATE UNIQUE INDEX ON logs (at, what)")["quarantine_identical_rows"])
    assert patient.rows("SELECT * FROM logs ORDER BY 1, 2") == [(1, "a"), (1, "b"), (2, "c")]


@pytest.mark.parametrize("rows", ["('a', 'x'), ('a', 'y')", "('a', 'x'), ('a', NULL)", "('a', 'x'), ('a', 'x'), ('b', 'x'), ('b', 'y')"])
def test_rows_that_differ_anywhere_are_for_the_owner_to_judge(patient: Patient, rows: str) -> None:
    patient.run(f"CREATE TABLE stamps (code text, note text); INSERT INTO stamps VALUES {rows}")
    assert patient.remedies("CREATE UNIQUE INDEX ON stamps (code)") == {}


def test_doubled_places_are_numbered_in_the_order_they_had(any_patient: Patient) -> None:
    any_patient.run('CREATE TABLE shelf (id int PRIMARY KEY, "displayOrder" int, name text)')
    any_patient.run("INSERT INTO shelf VALUES (1, 5, 'a'), (2, 5, 'b'), (3, NULL, 'c'), (4, 6, 'd')")
    wanted = 'CREATE UNIQUE INDEX ON shelf ("displayOrder")'
    any_patient.carry_out(any_patient.remedies(wanted)["number_duplicates"])
    assert cured(any_patient, wanted)
    assert any_patient.rows('SELECT id, "displayOrder" FROM shelf ORDER BY id') == [(1, 5), (2, 6), (3, None), (4, 7)]
    assert any_patient.rows('SELECT id, "displayOrder" FROM dbdoctor.quarantine_shelf ORDER BY id') == [(1, 5), (2, 5), (3, None), (4, 6)]


def test_the_cheapest_remedy_comes_first(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (owner int); INSERT INTO pets VALUES (99)")
    assert list(patient.remedies("ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES people (id)")) == [
        "keep_orphans",
        "null_orphans",
        "quarantine_orphans",
    ]


def test_healthy_rows_of_others_are_never_touched(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (owner int); INSERT INTO pets VALUES (99)")
    before = patient.rows("SELECT * FROM letters ORDER BY id")
    for remedy in patient.remedies("ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES people (id)").values():
        patient.carry_out(remedy)
    assert patient.rows("SELECT * FROM letters ORDER BY id") == before
