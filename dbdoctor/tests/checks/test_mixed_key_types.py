"""Mixed key types: reported where a key joins columns of different types; not where only spelling or length differs."""

import pytest
from patients import Patient


def found_in(patient: Patient) -> list[tuple[object, object, object, str]]:
    return [
        (f.facts["child_type"], f.facts["parent_type"], f.facts["narrower"], f.severity)
        for f in patient.survey()
        if f.cause == "mixed_key_types"
    ]


@pytest.mark.parametrize(
    ("child", "parent", "narrower"),
    [("integer", "bigint", True), ("smallint", "integer", True), ("bigint", "integer", False), ("bigint", "numeric", True)],
)
def test_a_key_between_two_types_is_reported(patient: Patient, child: str, parent: str, narrower: bool) -> None:  # noqa: FBT001  # a parameter
    patient.run(f'CREATE TABLE "Owners 👑" ("Key" {parent} PRIMARY KEY); CREATE TABLE pets ("O""w" {child} REFERENCES "Owners 👑")')
    assert found_in(patient) == [(child, parent, narrower, "risk" if narrower else "advice")]


def test_each_pair_of_a_composite_key_is_looked_at(patient: Patient) -> None:
    patient.run(
        "CREATE TABLE rooms (a bigint, b int, PRIMARY KEY (a, b)); CREATE TABLE beds (x int, y int, FOREIGN KEY (x, y) REFERENCES rooms)"
    )
    found = next(f for f in patient.survey() if f.cause == "mixed_key_types")
    assert (found.facts["child_column"], found.facts["parent_column"]) == ("x", "a")
    assert found.evidence[0].answer == "integer and bigint"


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        ("integer", "serial"),
        ("varchar(20)", "varchar(40)"),
        ("text", "varchar(40)"),
        ("numeric(9)", "numeric(8)"),
        ("uuid", "uuid"),
    ],
)
def test_types_that_hold_the_same_are_not_reported(patient: Patient, child: str, parent: str) -> None:
    patient.run(f"CREATE TABLE owners (key {parent} PRIMARY KEY); CREATE TABLE pets (owner {child} REFERENCES owners)")
    assert found_in(patient) == []


def test_a_domain_over_the_same_type_is_told_apart_from_a_narrower_type(patient: Patient) -> None:
    patient.run(
        "CREATE DOMAIN mark AS bigint; CREATE TABLE owners (key bigint PRIMARY KEY); CREATE TABLE pets (owner mark REFERENCES owners)"
    )
    assert [kind for *_, kind in found_in(patient)] in ([], ["advice"])
