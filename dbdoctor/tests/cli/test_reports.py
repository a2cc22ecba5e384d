"""Where a report goes and in what form; what is not understood is refused before anything is examined."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from patients import Patient
from story.calls import call_here

TROUBLE = """
CREATE TABLE trainers (id integer PRIMARY KEY, name text);
CREATE TABLE lessons (id serial PRIMARY KEY, "trainerId" uuid);
"""
WISH = "lessons.trainerId -> trainers.id"


@pytest.fixture
def ill(patient: Patient) -> Patient:
    patient.run(TROUBLE)
    return patient


@pytest.mark.parametrize("form", ["json", "html", "sarif", "junit"])
def test_a_document_is_all_there_is_on_standard_output(form: str, ill: Patient) -> None:
    told = call_here("diagnose", ill.url, "--want", WISH, "--format", form)
    assert (told.exit_code, told.err) == (1, "")
    if form == "junit":
        assert ET.fromstring(told.out).attrib["failures"] == "1"  # noqa: S314 - what we wrote ourselves
    elif form == "html":
        assert told.out.startswith("<!doctype html>")
        assert told.out.rstrip().endswith("</html>")
        assert "trainers" in told.out
    else:
        assert json.loads(told.out)["version"] == {"json": 1, "sarif": "2.1.0"}[form]


@pytest.mark.parametrize(("name", "begins"), [("r.html", "<!doctype html>"), ("r.json", "{"), ("r.sarif", "{"), ("r.xml", "<?xml")])
def test_a_file_gets_the_form_its_ending_says_and_the_letter_is_told_beside_it(
    name: str, begins: str, ill: Patient, tmp_path: Path
) -> None:
    told = call_here("diagnose", ill.url, "--want", WISH, "--out", tmp_path / name)
    assert told.exit_code == 1
    assert "What I found" in told.out
    assert f"Report:{tmp_path / name}" in "".join(told.out.split())
    assert (tmp_path / name).read_text().startswith(begins)


def test_the_form_named_wins_over_the_ending(ill: Patient, tmp_path: Path) -> None:
    assert call_here("diagnose", ill.url, "--want", WISH, "--format", "sarif", "--out", tmp_path / "r.txt").exit_code == 1
    assert json.loads((tmp_path / "r.txt").read_text())["version"] == "2.1.0"


def test_a_scan_names_the_file_that_was_examined(ill: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "add key.sql").write_text('ALTER TABLE lessons ADD FOREIGN KEY ("trainerId") REFERENCES trainers (id)')
    monkeypatch.chdir(tmp_path)
    for given in ("add key.sql", str(tmp_path / "add key.sql")):
        report = call_here("diagnose", ill.url, "--sql", given, "--format", "sarif").report
        place = report["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert place == "add%20key.sql"


@pytest.mark.parametrize("name", ["r.pdf", "r", "nowhere/r.html", "."])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_examined(name: str, tmp_path: Path) -> None:
    told = call_here("diagnose", "postgresql://nobody@127.0.0.1:1/none", "--out", tmp_path / name)
    assert (told.exit_code, told.out) == (64, "")
    assert "dbdoctor: " in told.err


@pytest.mark.parametrize("form", ["sarif", "junit", "pdf"])
def test_a_plan_has_no_form_for_scanners(form: str) -> None:
    told = call_here("rehearse", "postgresql://nobody@127.0.0.1:1/none", "--migrate", "true", "--format", form)
    assert told.exit_code == 64


def test_a_repair_is_told_on_a_page_with_its_map_as_it_was_before(ill: Patient, tmp_path: Path) -> None:
    told = call_here("repair", ill.url, "--want", WISH, "--yes", "--out", tmp_path / "r.html")
    assert told.exit_code == 0, told.said
    page = (tmp_path / "r.html").read_text()
    for words in ("Repaired", "uuid", "How I know it holds", "dbdoctor undo", 'class="map wide"', "What becomes of your wish"):
        assert words in page


def test_a_repair_in_json_says_what_becomes_of_the_statement(ill: Patient, tmp_path: Path) -> None:
    (tmp_path / "key.sql").write_text('ALTER TABLE lessons ADD FOREIGN KEY ("trainerId") REFERENCES trainers (id)')
    told = call_here("repair", ill.url, "--sql", tmp_path / "key.sql", "--yes", "--format", "json")
    assert told.exit_code == 0, told.said
    assert (told.report["statement"], told.report["rows_quarantined"], told.report["healthy"]) == ("succeeds", 0, True)
    assert told.report["run"]


def test_acceptance_without_a_command_to_accept_is_refused() -> None:
    told = call_here("diagnose", "postgresql://nobody@127.0.0.1:1/none", "--accept", "true")
    assert (told.exit_code, "--migrate" in told.err) == (64, True)


@pytest.mark.parametrize("text", ["ERROR:  deadlock detected", "ERROR:  canceling statement due to lock timeout"])
def test_an_error_that_nothing_in_the_catalog_accounts_for_is_not_called_healthy(text: str, patient: Patient) -> None:
    told = call_here("diagnose", patient.url, "--error", text, "--format", "json")
    assert (told.exit_code, [f["cause"] for f in told.report["findings"]]) == (1, ["unknown"])
    assert text.removeprefix("ERROR:  ") in told.report["findings"][0]["evidence"][0]["answer"]


def test_models_are_compared_with_the_database(ill: Patient, tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text('ALTER TABLE lessons ADD FOREIGN KEY ("trainerId") REFERENCES trainers (id)')
    told = call_here("diagnose", ill.url, "--models", tmp_path / "schema.sql", "--format", "json")
    assert (told.exit_code, [f["cause"] for f in told.report["findings"]]) == (1, ["type_mismatch"])
    (tmp_path / "schema.sql").write_text('ALTER TABLE letters ADD FOREIGN KEY ("personId") REFERENCES people (id)')
    assert call_here("diagnose", ill.url, "--models", tmp_path / "schema.sql").exit_code == 0


@pytest.mark.parametrize(
    ("option", "value"), [("--models", "nope.prisma"), ("--models", "x.rb"), ("--migration-names", "nope"), ("--sql", "nope.sql")]
)
def test_what_cannot_be_read_is_refused_with_what_to_do(option: str, value: str, patient: Patient, tmp_path: Path) -> None:
    told = call_here("diagnose", patient.url, option, tmp_path / value)
    assert (told.exit_code, told.out) == (64, "")
    assert "→" in told.err
