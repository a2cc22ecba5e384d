"""Blocked by a dependent key: reported with the keys that forbid it; not where something else does."""

import pytest
from patients import Patient

PETS = """CREATE SCHEMA "North ""é"; CREATE TABLE "North ""é"."Küche 🍲" (id int PRIMARY KEY, owner int NOT NULL);
ALTER TABLE "North ""é"."Küche 🍲" ADD CONSTRAINT "ow""ned 🦢" FOREIGN KEY (owner) REFERENCES people (id);
INSERT INTO "North ""é"."Küche 🍲" VALUES (1, 3)"""


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        ("DROP TABLE people", "drop_table"),
        ("ALTER TABLE people DROP CONSTRAINT people_pkey", "drop_key"),
        ("ALTER TABLE people DROP COLUMN id", "drop_column"),
        ("TRUNCATE people", "truncate"),
        ("ALTER TABLE people ALTER COLUMN id TYPE text", "alter_type"),
    ],
)
def test_every_key_that_leans_on_it_is_named(any_patient: Patient, wanted: str, kind: str) -> None:
    any_patient.run(PETS)
    found = any_patient.findings(wanted)
    assert [(f.cause, f.facts["kind"]) for f in found] == [("blocked_by_dependent_fk", kind)]
    assert set(found[0].facts["keys"]) == {"letters_personId_fkey", 'ow"ned 🦢'}  # type: ignore[arg-type]  # a list of names
    assert found[0].facts["children"] == ['North "é.Küche 🍲', "public.letters"]
    assert any_patient.answer(found[0].evidence[1]) == found[0].evidence[1].answer


@pytest.mark.parametrize("action", ["", "ON DELETE RESTRICT ON UPDATE RESTRICT"])
@pytest.mark.parametrize(
    ("wanted", "kind"), [("DELETE FROM people WHERE id = 2", "delete"), ("UPDATE people SET id = 7 WHERE id = 2", "update")]
)
def test_rows_that_are_pointed_at_are_told_with_their_value(any_patient: Patient, wanted: str, kind: str, action: str) -> None:
    any_patient.run(f"DELETE FROM letters; CREATE TABLE pets (owner int CONSTRAINT owned REFERENCES people (id) {action})")
    any_patient.run("INSERT INTO pets VALUES (2)")
    found = any_patient.findings(wanted)[0]
    assert (found.cause, found.facts["kind"], found.facts["value"], found.facts["nullable"]) == ("blocked_by_dependent_fk", kind, "2", True)
    assert (found.subject.constraint, found.facts["rows"]) == ("owned", 1)


def test_the_child_side_of_a_type_is_seen_too(patient: Patient) -> None:
    found = patient.findings('ALTER TABLE letters ALTER COLUMN "personId" TYPE text')[0]
    assert (found.cause, found.facts["keys"], found.facts["column"]) == ("blocked_by_dependent_fk", ["letters_personId_fkey"], "personId")


def test_a_key_of_the_same_name_to_another_table_is_not_named(patient: Patient) -> None:
    patient.run('CREATE TABLE homes (id int PRIMARY KEY); CREATE TABLE pets (home int CONSTRAINT "letters_personId_fkey" REFERENCES homes)')
    assert patient.findings("DROP TABLE people")[0].facts["children"] == ["public.letters"]


@pytest.mark.parametrize(
    "wanted",
    [
        'INSERT INTO letters ("personId") VALUES (99)',
        "DROP TABLE letters",
        "ALTER TABLE people ALTER COLUMN name TYPE integer",
        "DELETE FROM people WHERE id = 3",
        "TRUNCATE letters",
        "TRUNCATE people, letters",
        "DROP TABLE people CASCADE",
    ],
)
def test_what_no_key_forbids_is_not_reported(any_patient: Patient, wanted: str) -> None:
    assert "blocked_by_dependent_fk" not in any_patient.causes(wanted)


def test_a_view_that_forbids_a_drop_is_no_key(patient: Patient) -> None:
    patient.run("CREATE VIEW bodies AS SELECT body FROM letters")
    assert "blocked_by_dependent_fk" not in patient.causes("DROP TABLE letters")
