"""Inherited table: reported where rows or the key belong to another table of the family; not for partitions or plain orphans."""

import pytest
from patients import Patient

CITIES = """CREATE TABLE "Cities 🏙" ("Id" int PRIMARY KEY, name text); CREATE TABLE capitals (state text) INHERITS ("Cities 🏙");
INSERT INTO "Cities 🏙" VALUES (1, 'one'); INSERT INTO capitals VALUES (2, 'two', 'x')"""


def test_a_row_that_only_an_heir_holds_is_reported(any_patient: Patient) -> None:
    any_patient.run(f'{CITIES}; CREATE TABLE visits (city int REFERENCES "Cities 🏙")')
    found = any_patient.findings("INSERT INTO visits VALUES (2)")[0]
    assert (found.cause, found.facts["kind"], found.facts["heirs"]) == ("inherited_table", "rows", ["public.capitals"])
    assert (found.facts["own_rows"], found.facts["all_rows"]) == (1, 2)
    assert [any_patient.answer(e) for e in found.evidence] == [e.answer for e in found.evidence] == ["2", "1"]


def test_rows_that_stand_and_only_an_heir_of_an_heir_holds_are_reported(any_patient: Patient) -> None:
    any_patient.run(f"{CITIES}; CREATE TABLE old_capitals () INHERITS (capitals); INSERT INTO old_capitals VALUES (3, 'three', 'y')")
    any_patient.run("CREATE TABLE visits (city int); INSERT INTO visits VALUES (1), (3)")
    found = any_patient.findings('ALTER TABLE visits ADD FOREIGN KEY (city) REFERENCES "Cities 🏙"')[0]
    assert found.cause == "inherited_table"
    assert "public.old_capitals" in str(found.facts["heirs"])


@pytest.mark.parametrize("columns", ["", '("Id")'])
def test_an_heir_without_its_parents_key_is_reported(any_patient: Patient, columns: str) -> None:
    any_patient.run(f"{CITIES}; CREATE TABLE visits (city int)")
    found = any_patient.findings(f"ALTER TABLE visits ADD FOREIGN KEY (city) REFERENCES capitals {columns}")[0]
    assert (found.cause, found.facts["kind"], found.facts["columns"]) == ("inherited_table", "key", ["Id"])
    assert any_patient.answer(found.evidence[1]) == found.evidence[1].answer == "0"


def test_values_that_no_one_of_the_family_holds_are_plain_orphans(patient: Patient) -> None:
    patient.run(
        f'{CITIES}; CREATE TABLE visits (city int); INSERT INTO visits VALUES (9); CREATE TABLE v2 (city int REFERENCES "Cities 🏙")'
    )
    assert patient.causes('ALTER TABLE visits ADD FOREIGN KEY (city) REFERENCES "Cities 🏙"') == ["orphan_rows"]
    assert patient.causes("INSERT INTO v2 VALUES (9)") == []


def test_partitions_are_no_heirs(any_patient: Patient) -> None:
    any_patient.run("CREATE TABLE logs (at int PRIMARY KEY) PARTITION BY LIST (at); CREATE TABLE l1 PARTITION OF logs FOR VALUES IN (1)")
    any_patient.run("INSERT INTO logs VALUES (1); CREATE TABLE lines (log int REFERENCES logs); INSERT INTO lines VALUES (1)")
    assert any_patient.causes("INSERT INTO lines VALUES (2)") == []
    assert any_patient.causes("ALTER TABLE lines ADD FOREIGN KEY (log) REFERENCES logs") == []


def test_an_heir_with_a_key_of_its_own_is_not_reported(patient: Patient) -> None:
    patient.run(f'{CITIES}; ALTER TABLE capitals ADD PRIMARY KEY ("Id"); CREATE TABLE visits (city int)')
    assert patient.causes("ALTER TABLE visits ADD FOREIGN KEY (city) REFERENCES capitals") == []
