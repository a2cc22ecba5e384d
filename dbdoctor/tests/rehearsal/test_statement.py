"""A single statement is cured on a copy: the outcome says what the app can do then, and the target is not touched."""

import pytest
from patients import Patient

from dbdoctor.errors import UsageError
from dbdoctor.findings import SqlStep
from dbdoctor.rehearsal.statement import StatementPlan, rehearse_statement
from dbdoctor.wanted.wishes import read_wish

KEY = "ALTER TABLE pets ADD CONSTRAINT pets_owner FOREIGN KEY (owner_id) REFERENCES people (id)"


@pytest.fixture
def pets(patient: Patient) -> Patient:
    """Three pets, one of them with an owner nobody knows."""
    patient.run("CREATE TABLE pets (id int PRIMARY KEY, owner_id int, name text)")
    patient.run("INSERT INTO pets VALUES (1, 1, 'rex'), (2, 2, 'kit'), (3, 77, 'tom')")
    return patient


def treated(patient: Patient, sql: str, orphans: str = "auto") -> StatementPlan:
    schema, rows = patient.schema, patient.value("SELECT count(*) FROM pets")
    found = rehearse_statement(url=patient.url, sql=sql, orphans=orphans)
    assert patient.schema == schema
    assert patient.value("SELECT count(*) FROM pets") == rows
    return found


def wished(patient: Patient, wish: str = "pets.owner_id -> people.id") -> StatementPlan:
    schema = patient.schema
    found = rehearse_statement(url=patient.url, wishes=[read_wish(wish)])
    assert patient.schema == schema
    return found


def codes(found: StatementPlan) -> list[str]:
    return [step.code for step in found.plan.steps if isinstance(step, SqlStep)]


def carried_out(patient: Patient, found: StatementPlan) -> None:
    for step in found.plan.steps:
        assert isinstance(step, SqlStep)
        patient.run(step.sql)


def test_an_empty_column_of_the_wrong_type_is_converted_and_the_statement_then_succeeds(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (id int PRIMARY KEY, owner_id uuid); INSERT INTO pets VALUES (1, NULL)")
    found = treated(patient, KEY)
    assert found.outcome == "succeeds"
    assert [finding.cause for finding in found.plan.findings] == ["type_mismatch"]
    carried_out(patient, found)
    assert patient.error(KEY) is None


def test_a_column_whose_values_do_not_convert_is_the_owners_matter(patient: Patient) -> None:
    patient.run("CREATE TABLE pets (id int PRIMARY KEY, owner_id text); INSERT INTO pets VALUES (1, 'alice')")
    found = treated(patient, KEY)
    assert found.outcome == "cannot"
    assert found.plan.steps == ()
    assert found.plan.findings[0].cause == "type_mismatch"


def test_orphans_of_a_nullable_column_are_emptied_and_kept_in_quarantine(pets: Patient) -> None:
    found = treated(pets, KEY)
    assert found.outcome == "succeeds"
    carried_out(pets, found)
    assert pets.rows("SELECT id, owner_id FROM pets ORDER BY id") == [(1, 1), (2, 2), (3, None)]
    assert pets.value("SELECT owner_id FROM dbdoctor.quarantine_pets") == 77
    assert pets.error(KEY) is None


def test_orphans_are_kept_under_a_key_that_checks_new_rows_when_that_is_asked_for(pets: Patient) -> None:
    found = treated(pets, KEY, "keep")
    assert found.outcome == "replaced"
    carried_out(pets, found)
    assert pets.value("SELECT count(*) FROM pets WHERE owner_id = 77") == 1
    refused = pets.error("INSERT INTO pets VALUES (4, 78, 'ada')")
    assert refused is not None
    assert refused.sqlstate == "23503"


def test_orphans_move_to_quarantine_where_the_column_may_not_be_null(pets: Patient) -> None:
    pets.run("ALTER TABLE pets ALTER owner_id SET NOT NULL")
    found = treated(pets, KEY)
    assert found.outcome == "succeeds"
    carried_out(pets, found)
    assert pets.value("SELECT count(*) FROM pets") == 2
    assert pets.value("SELECT count(*) FROM dbdoctor.quarantine_pets") == 1


def test_a_parent_spelled_in_another_case_is_corrected_in_the_statement(pets: Patient) -> None:
    pets.run("DELETE FROM pets WHERE id = 3")
    found = treated(pets, 'ALTER TABLE pets ADD FOREIGN KEY (owner_id) REFERENCES "People" (id)')
    assert found.outcome == "replaced"
    carried_out(pets, found)
    assert [key.parent.name for key in pets.catalog.foreign_keys() if key.child.name == "pets"] == ["people"]


def test_a_key_that_is_there_already_is_not_needed(pets: Patient) -> None:
    pets.run(f"DELETE FROM pets WHERE id = 3; {KEY}")
    found = treated(pets, KEY)
    assert found.outcome == "not_needed"
    assert found.plan.steps == ()


def test_a_parent_without_a_unique_key_gets_one(pets: Patient) -> None:
    pets.run('DELETE FROM pets WHERE id = 3; ALTER TABLE letters DROP CONSTRAINT "letters_personId_fkey"')
    pets.run("ALTER TABLE people DROP CONSTRAINT people_pkey")
    found = treated(pets, KEY)
    assert found.outcome == "succeeds"
    assert [finding.cause for finding in found.plan.findings] == ["parent_not_unique"]
    carried_out(pets, found)
    assert pets.error(KEY) is None


def test_a_key_that_is_wished_for_is_made_unchecked_and_validated_afterwards(pets: Patient) -> None:
    pets.run("DELETE FROM pets WHERE id = 3")
    found = wished(pets)
    assert (found.outcome, codes(found)) == ("made", ["add_key_not_valid", "validate_key"])
    carried_out(pets, found)
    assert [(key.name, key.validated) for key in pets.catalog.foreign_keys() if key.child.name == "pets"] == [("pets_owner_id_fkey", True)]
    assert wished(pets).outcome == "not_needed"


def test_what_stands_in_the_way_of_a_wish_is_cured_in_the_same_plan(pets: Patient) -> None:
    found = wished(pets)
    assert found.outcome == "made"
    carried_out(pets, found)
    assert pets.value("SELECT owner_id FROM dbdoctor.quarantine_pets") == 77
    assert wished(pets).outcome == "not_needed"


def test_a_wish_for_a_key_that_was_never_validated_validates_it(pets: Patient) -> None:
    pets.run("DELETE FROM pets WHERE id = 3")
    pets.run(f"{KEY} NOT VALID")
    found = wished(pets)
    assert (found.outcome, codes(found)) == ("made", ["validate_key"])
    carried_out(pets, found)
    assert wished(pets).outcome == "not_needed"


def test_a_name_that_is_taken_is_not_taken_again(pets: Patient) -> None:
    pets.run("DELETE FROM pets WHERE id = 3")
    pets.run("ALTER TABLE pets ADD CONSTRAINT pets_owner_id_fkey CHECK (owner_id < 100)")
    found = wished(pets)
    assert found.outcome == "made"
    carried_out(pets, found)
    assert wished(pets).outcome == "not_needed"


def test_the_locks_of_a_corrected_statement_are_those_that_were_measured(pets: Patient) -> None:
    pets.run("DELETE FROM pets WHERE id = 3")
    found = treated(pets, KEY.replace("people", '"People"'))
    assert found.outcome == "replaced"
    assert any(step.lock and step.blocks for step in found.plan.steps if isinstance(step, SqlStep))


def test_orphans_get_the_parent_that_the_owner_names(pets: Patient) -> None:
    found = treated(pets, KEY, "adopt 2")
    assert found.outcome == "succeeds"
    carried_out(pets, found)
    assert pets.rows("SELECT id, owner_id FROM pets ORDER BY id") == [(1, 1), (2, 2), (3, 2)]
    assert pets.value("SELECT owner_id FROM dbdoctor.quarantine_pets") == 77
    assert pets.error(KEY) is None


def test_orphans_of_a_key_of_two_columns_are_adopted_with_both_values(pets: Patient) -> None:
    pets.run("CREATE TABLE rooms (house text, nr int, PRIMARY KEY (house, nr)); INSERT INTO rooms VALUES ('it''s', 1)")
    pets.run("CREATE TABLE beds (house text, nr int); INSERT INTO beds VALUES ('gone', 9), (NULL, 3)")
    key = "ALTER TABLE beds ADD FOREIGN KEY (house, nr) REFERENCES rooms"
    carried_out(pets, treated(pets, key, "adopt it's, 1"))
    assert pets.rows("SELECT house, nr FROM beds ORDER BY nr") == [("it's", 1), (None, 3)]
    assert pets.error(key) is None


@pytest.mark.parametrize("nobody", ["99", "x'; DROP TABLE pets; --", "1, 2"])
def test_a_parent_that_is_not_there_adopts_nobody(pets: Patient, nobody: str) -> None:
    with pytest.raises(UsageError, match="people has no row whose id is"):
        treated(pets, KEY, f"adopt {nobody}")
    assert pets.value("SELECT owner_id FROM pets WHERE id = 3") == 77


@pytest.mark.parametrize("words", ["", "adopt", "adopt  ", "keep 3", "burn"])
def test_what_is_no_policy_for_orphans_is_refused_before_anything_is_copied(words: str) -> None:
    with pytest.raises(UsageError, match="what becomes of rows"):
        rehearse_statement(url="postgresql://nowhere", sql=KEY, orphans=words)


@pytest.fixture
def namesakes(pets: Patient) -> Patient:
    """Two tables whose names differ from the one that is wanted in their capitals only; every value has its row in both."""
    pets.run("DELETE FROM pets WHERE id = 3")
    for name in ("OWNERS", "Owners"):
        pets.run(f'CREATE TABLE "{name}" (id int PRIMARY KEY); INSERT INTO "{name}" VALUES (1), (2)')
    return pets


def test_repairs_that_cost_the_same_are_both_shown_and_proven(namesakes: Patient) -> None:
    found = treated(namesakes, KEY.replace("people", "owners"))
    assert found.outcome == "replaced"
    ways = [found.plan.steps, *found.plan.alternatives]
    parents = []
    for steps in ways:
        namesakes.run("BEGIN")
        for step in steps:
            assert isinstance(step, SqlStep)
            namesakes.run(step.sql)
        parents.append(next(key.parent.name for key in namesakes.catalog.foreign_keys() if key.child.name == "pets"))
        namesakes.run("ROLLBACK")
    assert parents == ["OWNERS", "Owners"]


@pytest.mark.parametrize("lesser", ["OWNERS", "Owners"])
def test_a_repair_that_costs_more_is_neither_taken_nor_an_alternative(namesakes: Patient, lesser: str) -> None:
    namesakes.run(f'DELETE FROM "{lesser}" WHERE id = 2')
    found = treated(namesakes, KEY.replace("people", "owners"))
    assert found.plan.alternatives == ()
    carried_out(namesakes, found)
    parent = next(key.parent.name for key in namesakes.catalog.foreign_keys() if key.child.name == "pets")
    assert {parent, lesser} == {"OWNERS", "Owners"}
