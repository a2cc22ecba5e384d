"""Duplicate constraint name: reported where the table has a constraint of that name, with whether it is an equal one."""

import pytest
from patients import Patient

PETS = """CREATE TABLE pets (id int PRIMARY KEY, owner int, vet int, name text);
ALTER TABLE pets ADD CONSTRAINT owned FOREIGN KEY (owner) REFERENCES people (id) ON DELETE CASCADE,
  ADD CONSTRAINT "one Name" UNIQUE (name), ADD CONSTRAINT grown CHECK (id > 0);"""


@pytest.mark.parametrize(
    "wanted",
    [
        "ADD CONSTRAINT owned FOREIGN KEY (owner) REFERENCES people (id) ON DELETE CASCADE",
        "ADD CONSTRAINT owned FOREIGN KEY (owner) REFERENCES people ON DELETE CASCADE",
        'ADD CONSTRAINT "one Name" UNIQUE (name)',
        "ADD CONSTRAINT grown CHECK (id > 0)",
        "ADD CONSTRAINT pets_pkey PRIMARY KEY (id)",
    ],
)
def test_an_equal_constraint_is_reported_as_equal(patient: Patient, wanted: str) -> None:
    patient.run(PETS)
    found = patient.findings(f"ALTER TABLE pets {wanted}", failed=False)
    assert [(f.cause, f.facts["equal"]) for f in found] == [("duplicate_constraint_name", True)]


@pytest.mark.parametrize(
    "wanted",
    [
        "ADD CONSTRAINT owned FOREIGN KEY (owner) REFERENCES people (id) ON DELETE SET NULL",
        "ADD CONSTRAINT owned FOREIGN KEY (owner) REFERENCES people (id) ON DELETE CASCADE ON UPDATE CASCADE",
        "ADD CONSTRAINT owned FOREIGN KEY (vet) REFERENCES people (id) ON DELETE CASCADE",
        "ADD CONSTRAINT owned CHECK (id > 0)",
        'ADD CONSTRAINT "one Name" UNIQUE (vet)',
        "ADD CONSTRAINT grown CHECK (id > 1)",
        "ADD CONSTRAINT grown CHECK (id > 0 OR name = 'x y')",
    ],
)
def test_another_constraint_of_that_name_is_reported_as_different(patient: Patient, wanted: str) -> None:
    patient.run(PETS)
    found = patient.findings(f"ALTER TABLE pets {wanted}")
    assert [(f.cause, f.facts["equal"]) for f in found] == [("duplicate_constraint_name", False)]


def test_the_definition_that_is_there_is_the_evidence(any_patient: Patient) -> None:
    any_patient.run(PETS)
    found = any_patient.findings("ALTER TABLE pets ADD CONSTRAINT owned FOREIGN KEY (vet) REFERENCES people (id)")[0]
    answer = found.evidence[0].answer.replace('"', "")
    assert answer.startswith("FOREIGN KEY (owner) REFERENCES ")
    assert answer.endswith(" ON DELETE CASCADE")


def test_a_name_that_only_another_table_uses_is_not_reported(patient: Patient) -> None:
    patient.run(PETS)
    assert patient.causes('ALTER TABLE letters ADD CONSTRAINT owned FOREIGN KEY ("personId") REFERENCES people (id)', failed=False) == []


def test_a_name_in_another_case_is_not_reported(patient: Patient) -> None:
    patient.run(PETS)
    assert patient.causes('ALTER TABLE pets ADD CONSTRAINT "Owned" FOREIGN KEY (owner) REFERENCES people (id)', failed=False) == []
