"""What a statement means to make is there in the end, or is told part by part."""

import pytest
from patients import Patient

from dbdoctor.findings import SqlStep
from dbdoctor.rehearsal.aims import lacking, voided
from dbdoctor.rehearsal.scenario import Decision, Scenario
from dbdoctor.wanted.effects import effects_of

THERE = """CREATE TYPE mood AS ENUM ('glad');
CREATE TABLE pets (id int PRIMARY KEY, name text, owner int CONSTRAINT owned REFERENCES people (id));
CREATE UNIQUE INDEX pets_name ON pets (name) WHERE id > 0;
ALTER TABLE pets ADD CONSTRAINT grown CHECK (id > 0); CREATE INDEX by_owner ON pets (owner)"""


def missing(patient: Patient, sql: str) -> list[str]:
    catalog = patient.catalog
    return [f"{part.kind} {','.join(part.columns)}".strip() for effect in effects_of(sql) for part in lacking(effect, catalog)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE TABLE vets (id int)", ["create_table id"]),
        ("CREATE TABLE pets (id int, age int, vet int REFERENCES vets (id))", ["add_column age", "add_column vet"]),
        ("CREATE TABLE pets (name text REFERENCES people (name))", ["add_foreign_key name"]),
        ("ALTER TABLE pets ADD age int, ADD name text", ["add_column age"]),
        ("ALTER TABLE pets ADD owner int REFERENCES letters (id)", ["add_foreign_key owner"]),
        ("ALTER TABLE vets ADD age int", ["add_column age"]),
        ("ALTER TABLE pets ADD CONSTRAINT k FOREIGN KEY (name) REFERENCES people (name)", ["add_foreign_key name"]),
        ("ALTER TABLE pets ADD CONSTRAINT k UNIQUE (name)", ["add_key name"]),
        ("CREATE UNIQUE INDEX k ON pets (name)", ["create_index name"]),
        ("CREATE INDEX k ON pets (name, id)", ["create_index name,id"]),
        ("ALTER TABLE pets ADD CONSTRAINT other CHECK (id > 0)", ["add_check"]),
        ("CREATE TYPE temper AS ENUM ('calm')", ["create_type"]),
        ("COMMENT ON COLUMN pets.age IS 'x'", ["comment age"]),
    ],
)
def test_what_is_not_there_is_told_part_by_part(patient: Patient, sql: str, expected: list[str]) -> None:
    patient.run(THERE)
    assert missing(patient, sql) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE pets (id int, name varchar(3), owner int REFERENCES people (id))",
        "ALTER TABLE pets ADD name varchar(99)",
        "ALTER TABLE pets ADD CONSTRAINT another_name FOREIGN KEY (owner) REFERENCES people (id)",
        "ALTER TABLE pets ADD CONSTRAINT k UNIQUE (id)",
        "CREATE INDEX another_name ON pets (owner)",
        "ALTER TABLE pets ADD CONSTRAINT grown CHECK (id > 0)",
        "CREATE TYPE mood AS ENUM ('glad')",
        "COMMENT ON COLUMN pets.name IS 'x'",
        "DROP TABLE letters",
        "UPDATE pets SET name = 'x'",
    ],
)
def test_what_is_there_in_substance_is_not_missed(patient: Patient, sql: str) -> None:
    patient.run(THERE)
    assert missing(patient, sql) == []


@pytest.mark.parametrize(
    ("made", "later", "answer"),
    [
        ("ALTER TABLE a ADD b int", "ALTER TABLE a DROP COLUMN b", True),
        ("ALTER TABLE a ADD b int", "ALTER TABLE a RENAME b TO c", True),
        ("ALTER TABLE a ADD b int", "DROP TABLE a", True),
        ("CREATE TABLE a (b int)", "ALTER TABLE a RENAME TO c", True),
        ("ALTER TABLE a ADD CONSTRAINT k UNIQUE (b)", "ALTER TABLE a DROP CONSTRAINT k", True),
        ("ALTER TABLE a ADD b int", "ALTER TABLE a DROP COLUMN c", False),
        ("ALTER TABLE a ADD b int", "DROP TABLE c", False),
        ("ALTER TABLE a ADD CONSTRAINT k UNIQUE (b)", "ALTER TABLE a DROP CONSTRAINT j", False),
    ],
)
def test_what_a_later_statement_takes_away_is_meant_to_be_gone(made: str, later: str, answer: bool) -> None:  # noqa: FBT001 -- the expected answer of each case
    assert voided(effects_of(made)[0], effects_of(later)[0]) is answer


def decision(code: str, *, problem: str = "stopped|1-a.js|x", mark: str = "", sql: str = "SELECT 1", place: str = "before") -> Decision:
    return Decision(problem=problem, code=code, mark=mark, steps=(SqlStep(sql=sql),), place="after" if place == "after" else "before")


def test_a_step_is_carried_out_once_however_many_problems_it_answers() -> None:
    scenario = (
        Scenario().plus(decision("a")).plus(decision("b", problem="stopped|2-b.js|x")).plus(decision("c", sql="SELECT 2", place="after"))
    )
    assert ([s.sql for s in scenario.steps("before")], [s.sql for s in scenario.steps("after")]) == (["SELECT 1"], ["SELECT 2"])


def test_marking_a_migration_drops_what_was_decided_only_to_let_it_run() -> None:
    scenario = (
        Scenario()
        .plus(decision("a"))
        .plus(decision("b", problem="left_undone|1-a.js|x", sql="SELECT 3"))
        .plus(decision("mark", mark="1-a.js", sql="SELECT 4"))
    )
    assert [s.sql for s in scenario.steps("before")] == ["SELECT 3", "SELECT 4"]
    assert [d.mark for d in scenario.marks] == ["1-a.js"]


def test_a_mark_is_taken_off_with_or_without_the_work_done_in_its_place() -> None:
    scenario = Scenario().plus(decision("mark", mark="1-a.js"))
    assert scenario.without_mark("1-a.js", keep_work=False) == Scenario()
    kept = scenario.without_mark("1-a.js", keep_work=True)
    assert (kept.marks, len(kept.steps("before"))) == ((), 1)
