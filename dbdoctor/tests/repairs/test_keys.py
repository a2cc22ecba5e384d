"""Remedies for keys: what leans on them, what they lean on, when they are checked. Carried out, cured, taken back, nothing lost."""

import pytest
from patients import Patient

from dbdoctor.findings import Remedy, SqlStep

ODD = '"Küche 🍲"'
UNCHECKED = "SELECT count(*) FROM pg_constraint WHERE NOT convalidated"


def statements(remedy: Remedy) -> list[str]:
    return [step.sql for step in remedy.steps if isinstance(step, SqlStep)]


def cured_and_taken_back(patient: Patient, remedy: Remedy, wanted: str) -> None:
    """Carried out the statement goes through; taken back the schema is what it was."""
    before = patient.schema
    done = patient.carry_out(remedy)
    assert patient.error(wanted) is None
    assert patient.value(UNCHECKED) == 0
    patient.take_back(done)
    assert patient.schema == before


def stands_in(patient: Patient, remedy: Remedy) -> None:
    """The steps run as the script in place of the statement, and come to what they say; taken back where they can be."""
    before = patient.schema
    assert patient.play(statements(remedy)) is None
    assert patient.schema != before
    assert patient.value(UNCHECKED) == 0
    if all(step.undo_sql for step in remedy.steps if isinstance(step, SqlStep)):
        patient.take_back(remedy)
        assert patient.schema == before


# What is in the way of a change


@pytest.mark.parametrize(
    "wanted", ["DROP CONSTRAINT people_pkey", "DROP CONSTRAINT people_pkey, ADD COLUMN uid uuid PRIMARY KEY DEFAULT gen_random_uuid()"]
)
def test_keys_lean_on_an_index_of_their_own(any_patient: Patient, wanted: str) -> None:
    any_patient.run(f'CREATE TABLE {ODD} (o int CONSTRAINT "o""n" REFERENCES people ON DELETE CASCADE); INSERT INTO {ODD} VALUES (2)')
    remedy = any_patient.remedies(f"ALTER TABLE people {wanted}")["lean_on_another_key"]
    cured_and_taken_back(any_patient, remedy, f"ALTER TABLE people {wanted}")
    refused = any_patient.error(f"INSERT INTO {ODD} VALUES (99)")
    assert refused is not None
    assert refused.constraint == 'o"n'


def test_a_unique_index_that_keys_lean_on_can_go_too(patient: Patient) -> None:
    patient.run("CREATE UNIQUE INDEX by_name ON people (name); CREATE TABLE pets (owner text REFERENCES people (name))")
    cured_and_taken_back(patient, patient.remedies("DROP INDEX by_name")["lean_on_another_key"], "DROP INDEX by_name")


def test_both_sides_change_their_type_alike(any_patient: Patient) -> None:
    any_patient.run(f'CREATE TABLE {ODD} ("o x" int CONSTRAINT "o""n" REFERENCES people ON DELETE CASCADE); INSERT INTO {ODD} VALUES (2)')
    remedy = any_patient.remedies("ALTER TABLE people ALTER COLUMN id TYPE text")["change_in_order"]
    stands_in(any_patient, remedy)
    assert any_patient.rows(f'SELECT pg_typeof(p.id)::text, p.name FROM people p JOIN {ODD} c ON c."o x" = p.id') == [("text", "bob")]
    assert any_patient.value("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated") == 2


def test_an_expression_is_used_on_both_sides(patient: Patient) -> None:
    remedy = patient.remedies("ALTER TABLE people ALTER COLUMN id TYPE text USING 'p' || id")["change_in_order"]
    stands_in(patient, remedy)
    assert patient.rows('SELECT DISTINCT "personId" FROM letters ORDER BY 1') == [("p1",), ("p2",), (None,)]


@pytest.mark.parametrize("wanted", ["DROP TABLE people", "ALTER TABLE people DROP COLUMN id"])
def test_keys_that_would_be_left_dangling_go_by_name(any_patient: Patient, wanted: str) -> None:
    any_patient.run('CREATE SCHEMA "North"; CREATE TABLE "North".pets (o int CONSTRAINT "o""n" REFERENCES people DEFERRABLE)')
    rows = any_patient.rows("SELECT * FROM letters ORDER BY id")
    cured_and_taken_back(any_patient, any_patient.remedies(wanted)["drop_dependent_key"], wanted)
    assert any_patient.rows("SELECT * FROM letters ORDER BY id") == rows


def test_children_of_a_parent_that_goes_are_emptied_and_kept(any_patient: Patient) -> None:
    wanted = "DELETE FROM people WHERE id = 1"
    any_patient.carry_out(any_patient.remedies(wanted)["null_children"])
    assert any_patient.error(wanted) is None
    assert any_patient.rows('SELECT id, "personId", body FROM letters ORDER BY id') == [
        (1, None, "hello"),
        (2, None, "hello"),
        (3, 2, None),
        (4, None, "nobody"),
    ]
    assert any_patient.rows('SELECT id, "personId", body FROM dbdoctor.quarantine_letters ORDER BY id') == [
        (1, 1, "hello"),
        (2, 1, "hello"),
    ]


@pytest.mark.parametrize("action", ["", "ON DELETE CASCADE", "ON UPDATE RESTRICT ON DELETE SET NULL"])
def test_a_childs_value_follows_its_parent(any_patient: Patient, action: str) -> None:
    any_patient.run(
        f'DELETE FROM letters; CREATE TABLE {ODD} (o int CONSTRAINT "o""n" REFERENCES people {action}); INSERT INTO {ODD} VALUES (2)'
    )
    wanted = "UPDATE people SET id = 8 WHERE id = 2"
    cured_and_taken_back(any_patient, any_patient.remedies(wanted)["follow_updates"], wanted)


# What a key leans on


def test_a_key_is_made_to_the_table_below_the_view(any_patient: Patient) -> None:
    any_patient.run('CREATE VIEW "Some ""P"" 🦢" AS SELECT id, name FROM people; CREATE TABLE pets (owner int)')
    wanted = 'ALTER TABLE pets ADD CONSTRAINT owned FOREIGN KEY (owner) REFERENCES "Some ""P"" 🦢" (id)'
    stands_in(any_patient, any_patient.remedies(wanted)["refer_to_base_table"])


def test_a_key_is_made_to_the_heir_that_holds_the_rows(any_patient: Patient) -> None:
    any_patient.run("CREATE TABLE cities (id int PRIMARY KEY); CREATE TABLE capitals (PRIMARY KEY (id)) INHERITS (cities)")
    any_patient.run("INSERT INTO capitals VALUES (2); CREATE TABLE visits (city int); INSERT INTO visits VALUES (2)")
    wanted = "ALTER TABLE visits ADD CONSTRAINT v FOREIGN KEY (city) REFERENCES cities (id)"
    stands_in(any_patient, any_patient.remedies(wanted)["refer_to_base_table"])


def test_columns_are_named_in_the_order_that_fits(any_patient: Patient) -> None:
    any_patient.run('CREATE TABLE rooms (house int, "No" int, PRIMARY KEY (house, "No")); INSERT INTO rooms VALUES (1, 10)')
    any_patient.run(f"CREATE TABLE {ODD} (h int, n int); INSERT INTO {ODD} VALUES (1, 10)")
    wanted = f'ALTER TABLE {ODD} ADD CONSTRAINT r FOREIGN KEY (n, h) REFERENCES rooms (house, "No") ON DELETE CASCADE'
    remedy = any_patient.remedies(wanted)["refer_to_columns"]
    stands_in(any_patient, remedy)
    assert remedy.facts["columns"] == ["No", "house"]


def test_the_whole_key_is_leant_on_with_the_missing_values_filled_in(any_patient: Patient) -> None:
    any_patient.run('CREATE TABLE rooms (house int, "No" int UNIQUE, PRIMARY KEY (house, "No")); INSERT INTO rooms VALUES (1, 10), (2, 20)')
    any_patient.run('ALTER TABLE rooms DROP CONSTRAINT "rooms_No_key"')
    any_patient.run(
        f"CREATE TABLE {ODD} (n int); INSERT INTO {ODD} VALUES (20), (NULL); CREATE TABLE logs (at int, n int, PRIMARY KEY (at, n))"
    )
    any_patient.run("DROP TABLE logs; CREATE TABLE logs (id int, at int, PRIMARY KEY (id, at)) PARTITION BY LIST (at)")
    any_patient.run("CREATE TABLE l1 PARTITION OF logs DEFAULT; INSERT INTO logs VALUES (1, 5), (2, 6); CREATE TABLE lines (log int)")
    any_patient.run("INSERT INTO lines VALUES (2)")
    before = any_patient.schema
    remedy = any_patient.carry_out(
        any_patient.remedies("ALTER TABLE lines ADD FOREIGN KEY (log) REFERENCES logs (id)")["refer_to_whole_key"]
    )
    assert any_patient.rows("SELECT * FROM lines") == [(2, 6)]
    any_patient.take_back(remedy)
    assert (any_patient.schema, any_patient.rows("SELECT * FROM lines")) == (before, [(2,)])


def test_a_new_table_is_made_with_the_columns_of_the_whole_key(any_patient: Patient) -> None:
    any_patient.run("CREATE TABLE rooms (house int, no text, PRIMARY KEY (house, no)); INSERT INTO rooms VALUES (1, 'a'), (1, 'b')")
    wanted = f"CREATE TABLE {ODD} (id int, house int NOT NULL REFERENCES rooms (house) ON DELETE CASCADE)"
    stands_in(any_patient, any_patient.remedies(wanted)["refer_to_whole_key"])
    assert any_patient.error(f"INSERT INTO {ODD} VALUES (1, 1, 'a')") is None
    refused = any_patient.error(f"INSERT INTO {ODD} VALUES (1, 1, 'c')")
    assert refused is not None
    assert refused.sqlstate == "23503"


def test_a_key_leads_to_the_table_that_took_its_parents_place(any_patient: Patient) -> None:
    any_patient.run(
        "CREATE TABLE albums (id int PRIMARY KEY, title text); INSERT INTO albums VALUES (1); CREATE TABLE tracks (id int, a int)"
    )
    any_patient.run(
        'ALTER TABLE tracks ADD CONSTRAINT "o""n" FOREIGN KEY (a) REFERENCES albums ON DELETE CASCADE DEFERRABLE;'
        " INSERT INTO tracks VALUES (1, 1)"
    )
    any_patient.run(
        "ALTER TABLE albums RENAME TO old_albums; CREATE TABLE albums (id int PRIMARY KEY, title text); INSERT INTO albums VALUES (1), (3)"
    )
    wanted = "INSERT INTO tracks VALUES (3, 3)"
    cured_and_taken_back(any_patient, any_patient.remedies(wanted)["repoint_key"], wanted)


def test_a_unique_key_that_is_checked_late_is_checked_at_once(any_patient: Patient) -> None:
    any_patient.run(
        f'CREATE TABLE {ODD} ("Pos" int CONSTRAINT "la""te" UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO {ODD} VALUES (1)'
    )
    wanted = f'INSERT INTO {ODD} VALUES (1) ON CONFLICT ("Pos") DO NOTHING'
    cured_and_taken_back(any_patient, any_patient.remedies(wanted)["check_at_once"], wanted)


# When it is checked, and whether


@pytest.mark.parametrize("late", ["", "DEFERRABLE INITIALLY IMMEDIATE"])
def test_rows_that_need_each_other_are_checked_at_the_end(any_patient: Patient, late: str) -> None:
    any_patient.run("CREATE TABLE a (id int PRIMARY KEY, b int NOT NULL); CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL REFERENCES a)")
    any_patient.run(f'ALTER TABLE a ADD CONSTRAINT "o""n" FOREIGN KEY (b) REFERENCES b {late}')
    script = ["BEGIN", "INSERT INTO a VALUES (1, 5)", "INSERT INTO b VALUES (5, 1)", "COMMIT"]
    remedy = any_patient.remedies_of_script("; ".join(script))["defer_key"]
    before = any_patient.schema
    any_patient.carry_out(remedy)
    assert any_patient.play(script) is None
    any_patient.take_back(remedy)
    assert (any_patient.schema, any_patient.rows("SELECT * FROM a")) == (before, [(1, 5)])


def test_a_key_that_says_not_enforced_is_enforced(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (o int CONSTRAINT owned REFERENCES people NOT ENFORCED); INSERT INTO pets VALUES (1)")
    patient.carry_out(patient.remedies("ALTER TABLE pets VALIDATE CONSTRAINT owned")["enforce_key"])
    assert patient.rows("SELECT convalidated, conenforced FROM pg_constraint WHERE conname = 'owned'") == [(True, True)]


def test_a_key_left_not_valid_gives_way_to_the_one_that_is_wanted(any_patient: Patient) -> None:
    wanted = 'ALTER TABLE pets ADD CONSTRAINT "o""n" FOREIGN KEY (o) REFERENCES people'
    any_patient.run(f"CREATE TABLE pets (o int); INSERT INTO pets VALUES (1); {wanted} NOT VALID")
    cured_and_taken_back(any_patient, any_patient.remedies(wanted)["drop_unvalidated_key"], wanted)


@pytest.mark.parametrize(
    ("remedy", "wanted"),
    [
        ("drop_invalid_index", 'CREATE UNIQUE INDEX "co de" ON pets (code)'),
        ("rebuild_invalid_index", "ALTER TABLE uses ADD FOREIGN KEY (code) REFERENCES pets (code)"),
    ],
)
def test_an_index_whose_build_failed_is_dropped_or_built_again(any_patient: Patient, remedy: str, wanted: str) -> None:
    any_patient.run("CREATE TABLE pets (code int); INSERT INTO pets VALUES (1), (1); CREATE TABLE uses (code int)")
    assert any_patient.play(['CREATE UNIQUE INDEX CONCURRENTLY "co de" ON pets (code)']) is not None
    assert "rebuild_invalid_index" not in any_patient.remedies("ALTER TABLE uses ADD FOREIGN KEY (code) REFERENCES pets (code)")
    any_patient.run("DELETE FROM pets WHERE ctid = '(0,1)'")
    any_patient.carry_out(any_patient.remedies(wanted)[remedy])
    assert any_patient.error(wanted) is None


# Rules that others have replaced


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        ('ADD CONSTRAINT "on""e" UNIQUE (who), ADD FOREIGN KEY (who) REFERENCES people', "INSERT INTO {} VALUES (2, 1)"),
        ('ADD CONSTRAINT "on""e" UNIQUE (code), ADD UNIQUE (who, code)', "INSERT INTO {} VALUES (2, 2, 'a')"),
        ("ADD CONSTRAINT c1 CHECK (code IN ('a')), ADD CONSTRAINT c2 CHECK (code IN ('a', 'b'))", "INSERT INTO {} VALUES (2, 2, 'b')"),
    ],
)
def test_a_rule_that_another_has_replaced_goes(any_patient: Patient, rules: str, wanted: str) -> None:
    any_patient.run(f"CREATE TABLE {ODD} (id int, who int, code text); INSERT INTO {ODD} VALUES (1, 1, 'a'); ALTER TABLE {ODD} {rules}")
    wanted = wanted.format(ODD)
    cured_and_taken_back(any_patient, any_patient.remedies(wanted)["drop_stale_constraint"], wanted)


def test_a_unique_index_without_a_constraint_goes_and_comes_back(patient: Patient) -> None:
    patient.run(
        f'CREATE TABLE {ODD} (id int, code text); INSERT INTO {ODD} VALUES (1, 1); CREATE UNIQUE INDEX "o ne" ON {ODD} (lower(code))'
    )
    patient.run(f'DROP INDEX "o ne"; CREATE UNIQUE INDEX "o ne" ON {ODD} (code); CREATE UNIQUE INDEX two ON {ODD} (id, code)')
    wanted = f"INSERT INTO {ODD} VALUES (2, 1)"
    cured_and_taken_back(patient, patient.remedies(wanted)["drop_stale_constraint"], wanted)
