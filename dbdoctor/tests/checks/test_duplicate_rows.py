"""Duplicate rows: reported where a wanted unique key meets doubled values; not reported where it does not."""

import pytest
from patients import Patient

PETS = """CREATE TABLE pets (id int PRIMARY KEY, name text, "sortOrder" int);
INSERT INTO pets VALUES (1, 'rex', 0), (2, 'tom', 1), (3, NULL, 2), (4, NULL, 3)"""


@pytest.mark.parametrize(
    "wanted",
    [
        "CREATE UNIQUE INDEX pets_name ON pets (name)",
        "ALTER TABLE pets ADD CONSTRAINT pets_name UNIQUE (name)",
        "CREATE UNIQUE INDEX pets_name ON pets (name text_pattern_ops)",
    ],
)
def test_doubled_values_are_counted_and_shown(patient: Patient, wanted: str) -> None:
    patient.run(f"{PETS}; INSERT INTO pets VALUES (5, 'rex', 4), (6, 'rex', 5)")
    found = patient.findings(wanted)
    assert [f.cause for f in found] == ["duplicate_rows"]
    assert (found[0].facts["rows"], found[0].facts["values"], found[0].facts["only_an_order"]) == (2, ["rex"], False)


def test_a_wanted_primary_key_is_checked_too(any_patient: Patient) -> None:
    any_patient.run("CREATE TABLE stamps (id int); INSERT INTO stamps VALUES (1), (1)")
    assert any_patient.causes("ALTER TABLE stamps ADD PRIMARY KEY (id)") == ["duplicate_rows"]


def test_a_number_that_only_says_the_order_is_told_apart(patient: Patient) -> None:
    patient.run(f'{PETS}; UPDATE pets SET "sortOrder" = 0')
    assert patient.findings('CREATE UNIQUE INDEX ON pets ("sortOrder")')[0].facts["only_an_order"] is True


@pytest.mark.parametrize("other", ['ALTER TABLE pets ALTER "sortOrder" TYPE text', 'ALTER TABLE pets RENAME "sortOrder" TO points'])
def test_anything_else_is_no_mere_order(patient: Patient, other: str) -> None:
    patient.run(f'{PETS}; UPDATE pets SET "sortOrder" = 0; {other}')
    column = "points" if "points" in other else '"sortOrder"'
    assert patient.findings(f"CREATE UNIQUE INDEX ON pets ({column})")[0].facts["only_an_order"] is False


def test_columns_that_are_only_unique_together_are_counted_together(patient: Patient) -> None:
    patient.run(f"{PETS}; INSERT INTO pets VALUES (5, 'rex', 1), (6, 'rex', 1)")
    found = patient.findings('CREATE UNIQUE INDEX ON pets (name, "sortOrder")')[0]
    assert (found.facts["rows"], found.facts["values"]) == (1, ["rex, 1"])


def test_unique_values_and_nulls_are_not_reported(patient: Patient) -> None:
    patient.run(PETS)
    assert patient.causes("CREATE UNIQUE INDEX ON pets (name)", failed=False) == []
    assert patient.causes('CREATE UNIQUE INDEX ON "Guest ""Book"" 🦢" ("e-mail")', failed=False) == []


def test_an_index_that_is_not_unique_or_not_full_is_not_reported(patient: Patient) -> None:
    patient.run(f"{PETS}; INSERT INTO pets VALUES (5, 'rex', 4)")
    assert patient.causes("CREATE INDEX ON pets (name)", failed=False) == []
    assert patient.causes("CREATE UNIQUE INDEX ON pets (name) WHERE id < 5", failed=False) == []
