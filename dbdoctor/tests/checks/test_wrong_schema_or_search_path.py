"""Wrong schema or search path: reported where only another schema has what is meant; not where the name is found rightly."""

import pytest
from patients import Patient

NORTH = """CREATE SCHEMA "North ""é"; CREATE TABLE "North ""é"."Vets 🩺" (id int PRIMARY KEY);
INSERT INTO "North ""é"."Vets 🩺" VALUES (1), (2)"""
BOUND = """CREATE SCHEMA acme; CREATE TABLE cantons (id int PRIMARY KEY); INSERT INTO cantons VALUES (1), (2);
CREATE TABLE acme.cantons (id int PRIMARY KEY);
CREATE TABLE acme.clients (id int, canton int CONSTRAINT "i""n" REFERENCES acme.cantons (id))"""


@pytest.mark.parametrize("wanted", ['SELECT * FROM "Vets 🩺"', 'CREATE TABLE pets (vet int REFERENCES "Vets 🩺" (id))'])
def test_a_table_that_only_another_schema_has_is_reported(any_patient: Patient, wanted: str) -> None:
    any_patient.run(NORTH)
    found = any_patient.findings(wanted)[0]
    assert (found.cause, found.facts["meant"], found.facts["found_in"]) == ("wrong_schema_or_search_path", 'North "é.Vets 🩺', ['North "é'])
    assert [e.answer for e in found.evidence] == ['North "é', "public"]


def test_a_schema_in_the_same_quotes_as_the_table_is_reported(any_patient: Patient) -> None:
    any_patient.run("CREATE SCHEMA north; CREATE TABLE north.vets (id int PRIMARY KEY)")
    found = any_patient.findings('ALTER TABLE letters ADD FOREIGN KEY ("personId") REFERENCES "north.vets" (id)')[0]
    assert (found.cause, found.facts["meant"], found.facts["in_one_name"]) == ("wrong_schema_or_search_path", "north.vets", True)


def test_of_two_schemas_none_is_taken_for_meant(patient: Patient) -> None:
    patient.run("CREATE SCHEMA a; CREATE TABLE a.vets (id int); CREATE SCHEMA b; CREATE TABLE b.vets (id int)")
    found = patient.findings("SELECT * FROM vets")[0]
    assert (found.facts["meant"], set(str(found.facts["found_in"])) >= {"a", "b"}) == ("", True)


def test_a_schema_that_is_not_there_is_reported(any_patient: Patient) -> None:
    found = any_patient.findings("CREATE TABLE clinic.vets (id int)")[0]
    assert (found.cause, found.facts["missing_schema"], found.facts["meant"]) == ("wrong_schema_or_search_path", "clinic", "")


def test_a_schema_in_other_capitals_is_named(patient: Patient) -> None:
    patient.run('CREATE SCHEMA "Clinic"; CREATE TABLE "Clinic".x (id int)')
    assert patient.findings("CREATE TABLE Clinic.vets (id int)")[0].facts["meant"] == "Clinic"


def test_a_key_that_was_bound_to_a_namesake_is_reported(any_patient: Patient) -> None:
    any_patient.run(BOUND)
    found = any_patient.findings("INSERT INTO acme.clients VALUES (1, 2)")[0]
    assert (found.cause, found.facts["bound_to"], found.facts["meant"]) == ("wrong_schema_or_search_path", "acme.cantons", "public.cantons")
    assert (found.facts["rows_here"], found.facts["rows_there"], found.subject.constraint) == (0, 2, 'i"n')
    assert [any_patient.answer(e) for e in found.evidence] == [e.answer for e in found.evidence] == ["0", "2"]


def test_a_key_that_would_be_bound_to_a_namesake_is_reported_by_its_rows(any_patient: Patient) -> None:
    any_patient.run(BOUND.replace('CONSTRAINT "i""n" REFERENCES acme.cantons (id)', "") + "; INSERT INTO acme.clients VALUES (1, 2)")
    any_patient.run("SET search_path = acme, public")
    found = any_patient.findings("ALTER TABLE clients ADD FOREIGN KEY (canton) REFERENCES cantons (id)")[0]
    assert (found.cause, found.facts["exists"], found.facts["meant"]) == ("wrong_schema_or_search_path", False, "public.cantons")


@pytest.mark.parametrize(
    "wanted", ["SELECT * FROM nowhere", "CREATE TABLE pets (x int REFERENCES nowhere (id))", 'SELECT * FROM "no.where"']
)
def test_a_table_that_no_schema_has_is_not_reported(patient: Patient, wanted: str) -> None:
    patient.run(NORTH)
    assert "wrong_schema_or_search_path" not in patient.causes(wanted)


def test_a_namesake_that_holds_no_more_is_not_reported(patient: Patient) -> None:
    patient.run(BOUND)
    assert patient.causes("INSERT INTO acme.clients VALUES (1, 99)") == []
    patient.run("CREATE TABLE acme.branches (canton int); INSERT INTO acme.branches VALUES (99)")
    assert patient.causes("ALTER TABLE acme.branches ADD FOREIGN KEY (canton) REFERENCES acme.cantons (id)") == ["orphan_rows"]


def test_a_table_that_the_script_makes_itself_is_not_reported(patient: Patient) -> None:
    patient.run(NORTH)
    wanted = 'CREATE TABLE "Vets 🩺" (id int PRIMARY KEY, boss int REFERENCES "Vets 🩺" (id))'
    assert patient.causes(wanted) == patient.causes(wanted, failed=False) == []
