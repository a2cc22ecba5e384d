"""Parent not a table: reported with what its rows come from; not where it is a table of any kind."""

import pytest
from patients import Patient


@pytest.mark.parametrize(("make", "kind"), [("VIEW", "view"), ("MATERIALIZED VIEW", "materialized view")])
def test_a_view_as_parent_is_reported_with_its_base(any_patient: Patient, make: str, kind: str) -> None:
    any_patient.run(f'CREATE {make} "Some ""People"" 🦢" AS SELECT id, name FROM people; CREATE TABLE pets (owner int)')
    found = any_patient.findings('ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES "Some ""People"" 🦢" (id)')[0]
    assert (found.cause, found.facts["kind"], found.facts["base"]) == ("parent_not_a_table", kind, ["public", "people"])
    assert "public.people" in found.evidence[0].answer


def test_a_view_over_a_view_is_followed_to_the_table(patient: Patient) -> None:
    patient.run("CREATE VIEW one AS SELECT id FROM people; CREATE VIEW two AS SELECT id FROM one")
    assert patient.findings("CREATE TABLE pets (owner int REFERENCES two (id))")[0].facts["base"] == ["public", "people"]


def test_which_of_two_tables_with_that_key_is_meant_is_not_guessed(patient: Patient) -> None:
    patient.run("CREATE VIEW both_of AS SELECT p.id, l.body FROM people p JOIN letters l ON l.id = p.id")
    found = patient.findings("CREATE TABLE pets (owner int REFERENCES both_of (id))")[0]
    assert (found.facts["base"], found.facts["bases"]) == ([], ["public.letters", "public.people"])


def test_a_column_of_another_type_or_without_a_key_is_no_base(patient: Patient) -> None:
    patient.run("CREATE VIEW named AS SELECT id::text AS id, name FROM people; CREATE TABLE pets (owner text)")
    assert patient.findings("ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES named (id)")[0].facts["base"] == []
    assert patient.findings("ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES named (name)")[0].facts["base"] == []


@pytest.mark.parametrize(
    "parent",
    [
        "CREATE TABLE homes (id int PRIMARY KEY)",
        "CREATE TABLE homes (id int PRIMARY KEY) PARTITION BY LIST (id)",
        "CREATE TABLE homes () INHERITS (people)",
    ],
)
def test_a_table_of_any_kind_is_not_reported(any_patient: Patient, parent: str) -> None:
    any_patient.run(f"{parent}; CREATE TABLE pets (home int)")
    wanted = "ALTER TABLE pets ADD FOREIGN KEY (home) REFERENCES homes (id)"
    assert "parent_not_a_table" not in [*any_patient.causes(wanted), *any_patient.causes(wanted, failed=False)]


def test_another_use_of_a_view_where_a_table_must_be_is_not_reported(patient: Patient) -> None:
    patient.run("CREATE VIEW named AS SELECT name FROM people")
    assert "parent_not_a_table" not in patient.causes("ALTER TABLE named ADD FOREIGN KEY (name) REFERENCES people (id)")
    assert "parent_not_a_table" not in patient.causes("CREATE INDEX ON named (name)")
