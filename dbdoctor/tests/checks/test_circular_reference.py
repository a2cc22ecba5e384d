"""Circular reference: reported where two need each other first; not where an order exists."""

import pytest
from patients import Patient

TABLES = """CREATE TABLE "Hen 🐔" (id int PRIMARY KEY, egg int REFERENCES eggs (id));
CREATE TABLE eggs (id int PRIMARY KEY, hen int REFERENCES "Hen 🐔" (id))"""
ROWS = """CREATE TABLE clash (id int PRIMARY KEY, branch int NOT NULL);
CREATE TABLE branch (id int PRIMARY KEY, clash int NOT NULL REFERENCES clash);
ALTER TABLE clash ADD CONSTRAINT chosen FOREIGN KEY (branch) REFERENCES branch (id)"""
INSERTS = "INSERT INTO clash VALUES (1, 5); INSERT INTO branch VALUES (5, 1)"


def test_tables_that_a_script_makes_in_a_circle_are_reported(any_patient: Patient) -> None:
    found = any_patient.findings_of_script(TABLES)[0]
    assert (found.cause, found.facts["kind"], found.facts["first"], found.facts["second"]) == (
        "circular_reference",
        "tables",
        "Hen 🐔",
        "eggs",
    )
    assert "eggs needs Hen 🐔" in found.evidence[0].answer


@pytest.mark.parametrize("begin", ["", "BEGIN; "])
def test_rows_that_no_order_can_bring_in_are_reported(any_patient: Patient, begin: str) -> None:
    any_patient.run(ROWS)
    found = any_patient.findings_of_script(begin + INSERTS)[0]
    assert (found.cause, found.facts["kind"], found.facts["value"]) == ("circular_reference", "rows", "5")
    assert (found.facts["keys"], found.facts["parent_comes_later"]) == (["chosen", "branch_clash_fkey"], True)
    assert any_patient.answer(found.evidence[1]) == found.evidence[1].answer


def test_a_circle_over_three_tables_is_followed(patient: Patient) -> None:
    patient.run("CREATE TABLE a (id int PRIMARY KEY, b int NOT NULL); CREATE TABLE b (id int PRIMARY KEY, c int NOT NULL)")
    patient.run("CREATE TABLE c (id int PRIMARY KEY, a int NOT NULL REFERENCES a); ALTER TABLE b ADD FOREIGN KEY (c) REFERENCES c")
    patient.run("ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b")
    found = patient.findings_of_script("INSERT INTO a VALUES (1, 1); INSERT INTO c VALUES (1, 1)")[0]
    assert (found.cause, found.facts["keys"]) == ("circular_reference", ["a_b_fkey", "b_c_fkey", "c_a_fkey"])


def test_tables_of_which_one_only_comes_too_late_are_no_circle(patient: Patient) -> None:
    script = "CREATE TABLE hens (id int PRIMARY KEY, egg int REFERENCES eggs (id)); CREATE TABLE eggs (id int PRIMARY KEY)"
    assert "circular_reference" not in [f.cause for f in patient.findings_of_script(script)]


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE branch ALTER clash DROP NOT NULL",
        "ALTER TABLE clash ALTER branch DROP NOT NULL",
        "ALTER TABLE branch ALTER CONSTRAINT branch_clash_fkey DEFERRABLE",
    ],
)
def test_a_circle_with_a_gap_is_not_reported(patient: Patient, change: str) -> None:
    patient.run(f"{ROWS}; {change}")
    assert "circular_reference" not in [f.cause for f in patient.findings_of_script(INSERTS)]


def test_a_wrong_value_where_parents_stand_already_is_not_reported(patient: Patient) -> None:
    patient.run(f"{ROWS}; BEGIN; ALTER TABLE clash ALTER CONSTRAINT chosen DEFERRABLE; SET CONSTRAINTS ALL DEFERRED; {INSERTS}; COMMIT")
    patient.run("ALTER TABLE clash ALTER CONSTRAINT chosen NOT DEFERRABLE")
    assert patient.causes("INSERT INTO clash VALUES (2, 99)") == []


def test_a_table_that_points_at_itself_is_not_reported(patient: Patient) -> None:
    patient.run("CREATE TABLE nodes (id int PRIMARY KEY, up int NOT NULL REFERENCES nodes)")
    assert "circular_reference" not in [
        f.cause for f in patient.findings_of_script("INSERT INTO nodes VALUES (2, 1); INSERT INTO nodes VALUES (1, 1)")
    ]
