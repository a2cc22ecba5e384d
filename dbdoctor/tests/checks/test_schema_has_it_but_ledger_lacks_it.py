"""Schema has it, ledger lacks it: reported where all of a pending migration is there as wanted; not where a part is missing or differs."""

import pytest
from patients import Patient

from dbdoctor.checks import LedgerView
from dbdoctor.histories.shapes import Migration
from dbdoctor.model import TableName

PETS = 'CREATE TABLE "Pets 🐾" (id serial PRIMARY KEY, "Name" varchar(40), owner int REFERENCES people (id))'
KEY = 'ALTER TABLE "Pets 🐾" ADD CONSTRAINT "by ""x"" y" FOREIGN KEY (owner) REFERENCES people (id) ON DELETE CASCADE'


def ledger(*pending: Migration) -> LedgerView:
    return LedgerView(tool="Flyway", table=TableName("public", "flyway_schema_history"), applied=("1", "2"), pending=pending)


def causes(patient: Patient, script: str, *pending: Migration) -> list[str]:
    return [f.cause for f in patient.findings_of_script(script, ledger=ledger(*pending))]


@pytest.mark.parametrize(
    "migration", [Migration("V3__pets.sql", PETS), Migration("V3__anything.sql"), Migration("V3__x.js", "makes Pets 🐾")]
)
def test_a_table_that_is_there_as_wanted_is_reported_with_its_migration(patient: Patient, migration: Migration) -> None:
    patient.run(PETS)
    found = patient.findings_of_script(PETS, ledger=ledger(migration))[0]
    assert (found.cause, found.facts["migration"]) == ("schema_has_it_but_ledger_lacks_it", migration.name)
    assert found.subject.ledger is not None
    assert (found.subject.ledger.tool, found.subject.ledger.migration) == ("Flyway", migration.name)
    assert found.evidence[1].answer == "1, 2"


@pytest.mark.parametrize(
    "wanted", [KEY, 'ALTER TABLE "Pets 🐾" ADD COLUMN "Öl" text', 'CREATE UNIQUE INDEX "in dex" ON "Pets 🐾" (owner)', f"{PETS}; {KEY}"]
)
def test_keys_columns_and_indexes_too(patient: Patient, wanted: str) -> None:
    patient.run(f'{PETS}; {KEY}; ALTER TABLE "Pets 🐾" ADD COLUMN "Öl" text; CREATE UNIQUE INDEX "in dex" ON "Pets 🐾" (owner)')
    assert causes(patient, wanted, Migration("V3__all.sql", wanted))[0] == "schema_has_it_but_ledger_lacks_it"


def test_of_several_pending_ones_the_one_that_makes_it_is_meant(patient: Patient) -> None:
    patient.run(PETS)
    pending = [Migration("V3__a.sql", "CREATE TABLE a (id int)"), Migration("V4__pets.sql", PETS)]
    assert patient.findings_of_script(PETS, ledger=ledger(*pending))[0].facts["migration"] == "V4__pets.sql"


@pytest.mark.parametrize(
    "there",
    [
        PETS.replace("varchar(40)", "int"),
        PETS.replace(' "Name" varchar(40),', ""),
        PETS.replace(" REFERENCES people (id)", ""),
    ],
)
def test_a_table_that_differs_is_not_reported(patient: Patient, there: str) -> None:
    patient.run(there)
    assert causes(patient, PETS, Migration("V3__pets.sql", PETS)) == ["partial_migration"]


@pytest.mark.parametrize("rest", ["; CREATE TABLE more (id int)", "; INSERT INTO people VALUES (9)", "; DROP TABLE letters"])
def test_a_migration_of_which_more_is_to_be_done_is_not_reported(patient: Patient, rest: str) -> None:
    patient.run(PETS)
    assert "schema_has_it_but_ledger_lacks_it" not in causes(patient, PETS + rest, Migration("V3__pets.sql", PETS + rest))


def test_a_migration_that_the_ledger_holds_or_that_nobody_knows_is_not_reported(patient: Patient) -> None:
    patient.run(PETS)
    assert causes(patient, PETS) == ["partial_migration"]
    assert [f.cause for f in patient.findings_of_script(PETS)] == ["partial_migration"]
    known = [Migration("V3__a.sql", "CREATE TABLE a (id int)"), Migration("V4__b.sql", "CREATE TABLE b (id int)")]
    assert causes(patient, PETS, *known) == ["partial_migration"]
