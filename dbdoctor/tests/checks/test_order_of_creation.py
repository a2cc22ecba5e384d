"""Order of creation: reported where what is needed comes later; not where nothing brings it."""

import pytest
from patients import Patient

from dbdoctor.checks import LedgerView
from dbdoctor.histories.shapes import Migration
from dbdoctor.model import TableName

PETS = 'CREATE TABLE pets (id int, vet int CONSTRAINT seen REFERENCES "Vets 🩺" (id))'
VETS = 'CREATE TABLE "Vets 🩺" (id int PRIMARY KEY)'


def ledger(*pending: Migration) -> LedgerView:
    return LedgerView(tool="Sequelize", table=TableName("public", "SequelizeMeta"), pending=pending)


def test_a_parent_that_a_later_statement_makes_is_reported(any_patient: Patient) -> None:
    found = any_patient.findings_of_script(f"CREATE TABLE other (id int); {PETS}; {VETS}")[0]
    assert (found.cause, found.facts["table"], found.facts["statement"], found.facts["made_by"]) == (
        "order_of_creation",
        "Vets 🩺",
        VETS,
        "",
    )
    assert found.subject.child is not None
    assert found.subject.child.columns == ("vet",)


def test_a_table_that_is_read_before_it_is_made_is_reported(patient: Patient) -> None:
    assert patient.findings_of_script("CREATE VIEW v AS SELECT * FROM vets; CREATE TABLE vets (id int)")[0].cause == "order_of_creation"


@pytest.mark.parametrize("migration", [Migration("0007-more.sql", VETS), Migration("0007_create_vets_🩺"), Migration("0007-CreateVets.js")])
def test_a_parent_that_a_pending_migration_makes_is_reported(any_patient: Patient, migration: Migration) -> None:
    wanted = PETS if migration.words else PETS.replace("Vets 🩺", "vets")
    found = any_patient.findings_of_script(wanted, ledger=ledger(Migration("0006-other.sql"), migration))[0]
    assert (found.cause, found.facts["made_by"], found.facts["words"]) == ("order_of_creation", migration.name, migration.words)


def test_a_row_whose_parent_is_inserted_later_is_reported(any_patient: Patient) -> None:
    script = 'INSERT INTO letters ("personId") VALUES (9); INSERT INTO people VALUES (9)'
    found = any_patient.findings_of_script(script)[0]
    assert (found.cause, found.facts["value"], found.facts["key"]) == ("order_of_creation", "9", "letters_personId_fkey")


@pytest.mark.parametrize(
    "script",
    [
        PETS,
        f"{PETS}; CREATE TABLE vets (id int)",
        f"{PETS}; {VETS.replace('Vets', 'vets')}",
        f"{VETS}; {PETS}; CREATE TABLE people (id int)",
        "DROP TABLE vets; CREATE TABLE pets (id int)",
    ],
)
def test_a_table_that_nothing_makes_later_is_not_reported(patient: Patient, script: str) -> None:
    assert "order_of_creation" not in [
        f.cause for f in patient.findings_of_script(script, ledger=ledger(Migration("0001-create-other.js")))
    ]


@pytest.mark.parametrize(
    "script",
    [
        'INSERT INTO letters ("personId") VALUES (9)',
        'INSERT INTO letters ("personId") VALUES (9); INSERT INTO letters (body) VALUES (1)',
        "CREATE TABLE nodes (id int PRIMARY KEY, up int REFERENCES nodes); INSERT INTO nodes VALUES (2, 1); TABLE nodes",
    ],
)
def test_a_row_whose_parent_does_not_come_is_not_reported(patient: Patient, script: str) -> None:
    assert "order_of_creation" not in [f.cause for f in patient.findings_of_script(script)]
