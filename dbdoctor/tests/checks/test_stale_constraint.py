"""Stale constraint: reported where another one has replaced it; not where a rule merely does its work."""

import pytest
from patients import Patient

SHOP = """CREATE TABLE "Küche 🍲" (id int PRIMARY KEY, who int, tenant int, code text, state text, gone timestamptz, old text);
INSERT INTO "Küche 🍲" VALUES (1, 1, 1, 'a', 'new')"""


def found_in(patient: Patient, wanted: str) -> list[tuple[object, object, object]]:
    return [(f.facts["why"], f.facts["name"], f.facts["newer"]) for f in patient.findings(wanted) if f.cause == "stale_constraint"]


def test_a_one_to_one_where_the_key_says_many_to_one_is_reported(patient: Patient) -> None:
    patient.run(
        f'{SHOP}; ALTER TABLE "Küche 🍲" ADD CONSTRAINT "on""e" UNIQUE (who), ADD CONSTRAINT by FOREIGN KEY (who) REFERENCES people'
    )
    found = patient.findings('INSERT INTO "Küche 🍲" VALUES (2, 1)')[0]
    assert (found.cause, found.facts["why"], found.facts["name"], found.facts["newer"]) == ("stale_constraint", "many_to_one", 'on"e', "by")
    assert found.evidence[1].answer.startswith("23505 ")
    assert found.subject.constraint == 'on"e'


def test_a_unique_key_that_a_wider_one_has_replaced_is_reported(patient: Patient) -> None:
    patient.run(f'{SHOP}; CREATE UNIQUE INDEX "o ne" ON "Küche 🍲" (code); ALTER TABLE "Küche 🍲" ADD CONSTRAINT two UNIQUE (tenant, code)')
    assert found_in(patient, """INSERT INTO "Küche 🍲" VALUES (2, 1, 2, 'a')""") == [("wider", "o ne", "two")]


def test_a_unique_key_that_a_partial_one_has_replaced_is_reported(patient: Patient) -> None:
    patient.run(
        f'{SHOP}; ALTER TABLE "Küche 🍲" ADD CONSTRAINT one UNIQUE (code); CREATE UNIQUE INDEX live ON "Küche 🍲" (code) WHERE gone IS NULL'
    )
    patient.run('UPDATE "Küche 🍲" SET gone = now()')
    assert found_in(patient, """INSERT INTO "Küche 🍲" VALUES (2, 1, 2, 'a')""") == [("partial", "one", "live")]


def test_of_two_keys_over_a_column_the_one_that_no_row_needs_is_reported(patient: Patient) -> None:
    patient.run(f"CREATE TABLE humans (id int PRIMARY KEY); INSERT INTO humans VALUES (1), (2), (7); {SHOP}")
    patient.run(
        'ALTER TABLE "Küche 🍲" ADD CONSTRAINT a FOREIGN KEY (who) REFERENCES people, ADD CONSTRAINT b FOREIGN KEY (who) REFERENCES humans'
    )
    assert found_in(patient, 'INSERT INTO "Küche 🍲" VALUES (2, 7)') == [("second_key", "a", "b")]


def test_a_check_that_another_one_over_the_column_has_replaced_is_reported(patient: Patient) -> None:
    patient.run(f"""{SHOP}; ALTER TABLE "Küche 🍲" ADD CONSTRAINT "check ""1" CHECK (state IN ('new')),
      ADD CONSTRAINT check_2 CHECK (state IN ('new', 'done'))""")
    assert found_in(patient, """INSERT INTO "Küche 🍲" (id, state) VALUES (2, 'done')""") == [("older_check", 'check "1', "check_2")]


def test_a_column_that_the_statement_does_not_know_is_reported(patient: Patient) -> None:
    patient.run(f"""{SHOP}; UPDATE "Küche 🍲" SET old = ''; ALTER TABLE "Küche 🍲" ALTER old SET NOT NULL""")
    assert found_in(patient, 'INSERT INTO "Küche 🍲" (id, who) VALUES (2, 1)') == [("forgotten_column", "", "")]


def test_a_second_primary_key_is_reported(patient: Patient) -> None:
    assert found_in(patient, "ALTER TABLE people ADD PRIMARY KEY (name)") == [("primary_key", "people_pkey", "people_pkey")] or found_in(
        patient, "ALTER TABLE people ADD PRIMARY KEY (name)"
    ) == [("primary_key", "people_pkey", "")]


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        ("ADD UNIQUE (code)", """INSERT INTO "Küche 🍲" VALUES (2, 1, 2, 'a')"""),
        ("ADD UNIQUE (tenant, code)", """INSERT INTO "Küche 🍲" VALUES (2, 1, 1, 'a')"""),
        ("ADD UNIQUE (tenant), ADD UNIQUE (code)", """INSERT INTO "Küche 🍲" VALUES (2, 1, 2, 'a')"""),
        ("ADD FOREIGN KEY (who) REFERENCES people", 'INSERT INTO "Küche 🍲" VALUES (2, 99)'),
        ("ADD CHECK (state <> 'x'), ADD CHECK (code <> 'x')", """INSERT INTO "Küche 🍲" (id, state) VALUES (2, 'x')"""),
        ("ALTER code SET NOT NULL", 'INSERT INTO "Küche 🍲" (id, code) VALUES (2, NULL)'),
        ("ALTER code SET NOT NULL", 'UPDATE "Küche 🍲" SET code = NULL'),
        ("ADD UNIQUE (code)", """INSERT INTO "Küche 🍲" VALUES (1, 1, 2, 'b')"""),
        ("ADD UNIQUE (code)", 'INSERT INTO "Küche 🍲" (code) VALUES (1)'),
    ],
)
def test_a_rule_that_does_its_work_is_not_reported(patient: Patient, rules: str, wanted: str) -> None:
    patient.run(f'{SHOP}; ALTER TABLE "Küche 🍲" {rules}')
    assert patient.error(wanted) is not None
    assert found_in(patient, wanted) == []


def test_a_primary_key_that_is_also_a_key_to_elsewhere_is_not_stale(patient: Patient) -> None:
    patient.run("CREATE TABLE notes (who int PRIMARY KEY REFERENCES people); INSERT INTO notes VALUES (1)")
    assert found_in(patient, "INSERT INTO notes VALUES (1)") == []


def test_a_second_key_that_does_not_hold_all_values_is_not_the_newer_one(patient: Patient) -> None:
    patient.run(f"CREATE TABLE humans (id int PRIMARY KEY); INSERT INTO humans VALUES (7); {SHOP}")
    patient.run('ALTER TABLE "Küche 🍲" ADD FOREIGN KEY (who) REFERENCES people, ADD FOREIGN KEY (who) REFERENCES humans NOT VALID')
    assert found_in(patient, 'INSERT INTO "Küche 🍲" VALUES (2, 7)') == []
