"""Ledger says applied but the schema lacks it: reported where a recorded migration made the missing table by its name."""

import pytest
from patients import Patient

MISSING = "ALTER TABLE vets ADD COLUMN phone text"


@pytest.mark.parametrize(
    "recorded",
    [
        "20240101-create-vets.js",
        "20240101-create-vets-table.cjs",
        "0003_add_vets",
        "V2__create_pets_and_vets.sql",
        "CreateVets",
        "20240101-create-vet.js",
    ],
)
def test_a_recorded_migration_that_made_the_missing_table_is_named(patient: Patient, recorded: str) -> None:
    found = patient.findings(MISSING, applied=("20230101-create-people.js", recorded))[0]
    assert found.cause == "ledger_says_applied_but_schema_lacks_it"
    assert found.subject.ledger is not None
    assert (found.subject.ledger.migration, found.subject.ledger.tool) == (recorded, "Sequelize")
    assert recorded in found.evidence[0].query


def test_a_quoted_name_of_several_words_is_recognised(any_patient: Patient) -> None:
    wanted = 'ALTER TABLE "VetVisits" ADD COLUMN phone text'
    assert any_patient.causes(wanted, applied=("2024-create-vet-visits.js",)) == ["ledger_says_applied_but_schema_lacks_it"]


@pytest.mark.parametrize(
    "recorded", ["20240101-create-corvets.js", "20240101-create-vets-index-data.js", "20240101-drop-vets.js", "20240101-create-people.js"]
)
def test_a_migration_that_made_something_else_is_not_named(patient: Patient, recorded: str) -> None:
    assert patient.causes(MISSING, applied=(recorded,)) == []


def test_a_table_that_is_there_is_not_reported(patient: Patient) -> None:
    assert patient.causes("ALTER TABLE people ADD COLUMN name text", applied=("create-people.js",)) == ["partial_migration"]


def test_without_a_ledger_nothing_is_said(patient: Patient) -> None:
    assert patient.causes(MISSING) == []
