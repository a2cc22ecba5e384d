"""A plan for a statement, a wish or models: written for `apply`, or as a migration, and told either way."""

import io
import json
from pathlib import Path

import pytest
from patients import Patient
from story.calls import call_here

from dbdoctor import treatment
from dbdoctor.treatment import Note

TROUBLE = """
CREATE TABLE trainers (id integer PRIMARY KEY, name text);
CREATE TABLE lessons (id serial PRIMARY KEY, "trainerId" uuid);
"""
WISH = "lessons.trainerId -> trainers.id"
KEY = 'ALTER TABLE lessons ADD CONSTRAINT k FOREIGN KEY ("trainerId") REFERENCES trainers (id)'
ORPHANS = 'CREATE TABLE lessons (id serial PRIMARY KEY, "trainerId" integer); CREATE TABLE trainers (id integer PRIMARY KEY);'
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def ill(patient: Patient) -> Patient:
    patient.run(TROUBLE)
    return patient


def test_a_plan_for_a_statement_is_a_file_that_apply_takes(ill: Patient, tmp_path: Path) -> None:
    (tmp_path / "key.sql").write_text(KEY)
    told = call_here("plan", ill.url, "--sql", tmp_path / "key.sql", "--out", tmp_path / "p.json")
    assert told.exit_code == 0, told.said
    assert "After these steps your statement runs" in told.out
    assert call_here("apply", ill.url, tmp_path / "p.json", "--yes").exit_code == 0
    ill.run(KEY)


def test_a_plan_in_json_says_what_becomes_of_the_statement(ill: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = call_here("plan", ill.url, "--want", WISH, "--format", "json")
    assert (told.report["statement"], "migrations" in told.report) == ("made", False)
    assert json.loads((tmp_path / "plan.json").read_text())["version"] == 1


def test_a_migration_is_shown_and_nothing_written_where_no_folder_was_named(
    ill: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = call_here("plan", ill.url, "--want", WISH, "--as", "knex")
    assert told.exit_code == 0, told.said
    assert "exports.up = async (knex) => {" in told.out
    assert list(tmp_path.iterdir()) == []
    report = call_here("plan", ill.url, "--want", WISH, "--as", "knex", "--format", "json").report
    assert "exports.down" in report["migrations"]["files"][0]["text"]
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_not_written_over(ill: Patient, tmp_path: Path) -> None:
    words = ("plan", ill.url, "--want", WISH, "--as", "sql", "--out", tmp_path)
    assert call_here(*words).exit_code == 0
    files = {path: path.read_text() for path in tmp_path.iterdir()}
    told = call_here(*words)
    assert (told.exit_code, "is there already" in told.err) == (64, True)
    assert {path: path.read_text() for path in tmp_path.iterdir()} == files


def test_no_safe_repair_ends_with_one(patient: Patient, tmp_path: Path) -> None:
    patient.run("CREATE TABLE lessons (id serial PRIMARY KEY)")
    (tmp_path / "no.sql").write_text("ALTER TABLE lessons ADD CHECK (id > 'x')")
    told = call_here("plan", patient.url, "--sql", tmp_path / "no.sql", "--out", tmp_path / "p.json")
    assert told.exit_code == 1
    assert "No safe repair was found" in told.out
    told = call_here("rehearse", patient.url, "--sql", tmp_path / "no.sql")
    assert told.exit_code == 1


@pytest.mark.parametrize("policy", ["null", "quarantine"])
def test_a_rehearsal_of_a_wish_keeps_to_the_policy_for_orphans(policy: str, patient: Patient) -> None:
    patient.run(ORPHANS)
    patient.run('INSERT INTO lessons ("trainerId") VALUES (7)')
    report = call_here("rehearse", patient.url, "--want", WISH, "--orphans", policy, "--format", "json").report
    assert {"null": "null_orphans", "quarantine": "quarantine_orphans"}[policy] in {s["code"] for s in report["plan"]["steps"]}


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "--want", WISH, "--as", "ant"),
        ("plan", "--want", WISH, "--as", "knex", "--out", "/nowhere/at/all"),
        ("plan", "--migrate", "true", "--orphans", "null"),
        ("repair", "--migrate", "true", "--orphans", "null", "--yes"),
        ("plan",),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_examined(words: tuple[str, ...]) -> None:
    told = call_here(words[0], NOWHERE, *words[1:])
    assert (told.exit_code, told.out) == (64, "")


def test_the_copy_stays_until_somebody_has_looked_at_it(ill: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    told = call_here("rehearse", ill.url, "--want", WISH, "--keep-server", "--format", "json")
    assert told.exit_code == 0, told.said
    assert "The copy stands here until you press Enter: postgresql://" in told.err
    assert told.report["statement"] == "made"


def test_models_are_repaired_and_then_find_everything_there(ill: Patient, tmp_path: Path) -> None:
    (tmp_path / "wanted.sql").write_text(
        'CREATE TABLE trainers (id integer PRIMARY KEY); CREATE TABLE lessons ("trainerId" integer REFERENCES trainers (id));'
        "CREATE TABLE not_yet_there (id integer REFERENCES trainers (id));"
    )
    told = call_here("repair", ill.url, "--models", tmp_path / "wanted.sql", "--yes", "--format", "json")
    assert told.exit_code == 0, told.said
    assert told.report["statement"] == "made"
    told = call_here("repair", ill.url, "--models", tmp_path / "wanted.sql", "--yes", "--format", "json")
    assert (told.exit_code, told.report["statement"]) == (0, "not_needed")


def test_what_an_undo_would_need_is_told_before_the_question(ill: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(treatment, "forewarnings", lambda **_: (Note(code="undo_needs_locks", subjects=("4711",)),))
    told = call_here("repair", ill.url, "--want", WISH, "--yes")
    assert told.exit_code == 0, told.said
    assert "max_locks_per_transaction" in told.out
    assert told.out.index("4711") < told.out.index("What I did")


def test_of_repairs_that_cost_the_same_one_is_chosen_by_its_number(patient: Patient, tmp_path: Path) -> None:
    for name in ("OWNERS", "Owners"):
        patient.run(f'CREATE TABLE "{name}" (id int PRIMARY KEY)')
    patient.run("CREATE TABLE pets (owner_id int)")
    (tmp_path / "key.sql").write_text("ALTER TABLE pets ADD FOREIGN KEY (owner_id) REFERENCES owners (id)")
    told = call_here("plan", patient.url, "--sql", tmp_path / "key.sql", "--out", tmp_path / "p.json")
    assert "What would cost the same" in told.out
    assert "--choice 2" in told.out
    words = ("repair", patient.url, "--sql", tmp_path / "key.sql", "--yes")
    told = call_here(*words, "--choice", "3")
    assert (told.exit_code, "only 2" in told.err) == (64, True)
    told = call_here(*words, "--choice", "2", "--out", tmp_path / "r.html")
    assert told.exit_code == 0, told.said
    assert [key.parent.name for key in patient.catalog.foreign_keys() if key.child.name == "pets"] == ["Owners"]
    assert "What would cost the same" in (tmp_path / "r.html").read_text()


@pytest.mark.long
def test_rows_that_a_sampled_copy_does_not_hold_are_cured_all_the_same(patient: Patient) -> None:
    """400,000 rows are more than a copy takes; the few that have no parent are scattered among them."""
    patient.run("CREATE TABLE owners (id int PRIMARY KEY); INSERT INTO owners SELECT generate_series(1, 1000)")
    patient.run("CREATE TABLE pets (id int PRIMARY KEY, owner_id int, n int)")
    patient.run(
        "INSERT INTO pets SELECT g, CASE WHEN g % 57142 = 0 THEN 5000 + g ELSE 1 + g % 1000 END, g FROM generate_series(1, 400000) g"
    )
    told = call_here("repair", patient.url, "--want", "pets.owner_id -> owners.id", "--yes", "--format", "json")
    assert told.exit_code == 0, told.said
    assert told.report["plan"]["sampled"]
    assert patient.value("SELECT count(*) FROM pets WHERE owner_id IS NULL") == 7
    assert patient.value("SELECT count(*) FROM dbdoctor.quarantine_pets") == 7
    assert patient.value("SELECT count(*) || ' ' || sum(n) FROM pets") == "400000 80000200000"
    assert [(key.validated, key.parent.name) for key in patient.catalog.foreign_keys() if key.child.name == "pets"] == [(True, "owners")]
