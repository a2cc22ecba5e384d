"""The guides' own code and commands, run as they stand."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from patients import Patient
from story.calls import run

ROOT = Path(__file__).resolve().parents[3]
GUIDES = ROOT / "docs" / "guides"
TROUBLE = """
CREATE TABLE trainers (id integer PRIMARY KEY);
CREATE TABLE lessons (id serial PRIMARY KEY, "trainerId" uuid);
"""
KEY = 'ALTER TABLE lessons ADD FOREIGN KEY ("trainerId") REFERENCES trainers (id)'
MODELS = """
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Uuid
metadata = MetaData()
Table("trainers", metadata, Column("id", Integer, primary_key=True))
Table("lessons", metadata, Column("id", Integer, primary_key=True), Column("trainerId", Uuid, ForeignKey("trainers.id")))
"""
# What each command of a guide ends with on a database with one key that cannot be made. Those of Node are replaced by a little tool.
ENDS = {
    "dbdoctor explain 'ERROR": 0, "dbdoctor explain -": 0, "--sql add-key.sql": 1, "--models": 1, "--migrate": 1, "--dbdoctor-url": 1,
}  # fmt: skip


def blocks(guide: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (GUIDES / guide).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def commands(guide: str) -> list[str]:
    return [line for block in blocks(guide, "sh") for line in block.splitlines() if line.strip()]


def test_the_library_guide_does_what_it_says(patient: Patient) -> None:
    patient.run(TROUBLE)
    code = "\n".join(blocks("library.md", "python"))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"url = {patient.url!r}\n{code}"], capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    for words in ("type_mismatch blocking lessons.trainerId is uuid", "succeeds", "connection Cannot connect"):
        assert words in done.stdout


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A folder in which the guides' commands can run: the tools they name, the statement, the models, an app."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (tmp_path / "add-key.sql").write_text(KEY)
    shop = tmp_path / "app" / "shop"
    shop.mkdir(parents=True)
    (shop / "tables.py").write_text(MODELS)
    (tmp_path / "app" / "check.cjs").write_text("")
    fake = tmp_path / "bin" / "npx"
    fake.parent.mkdir()
    fake.write_text(
        f"#!{sys.executable}\nimport os, psycopg\npsycopg.connect(os.environ['DATABASE_URL'], autocommit=True).execute({KEY!r})\n"
    )
    fake.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("command", [c for guide in ("explaining.md", "reports.md", "ci-gate.md") for c in commands(guide)])
def test_a_command_of_a_guide_ends_as_it_says(command: str, patient: Patient, app: Path) -> None:
    patient.run(TROUBLE)
    expected = next(code for part, code in ENDS.items() if part in command)
    environment = {"DATABASE_URL": patient.url, "PATH": f"{app / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    told = run("sh", "-c", command, environment=environment, cwd=app)
    assert told.exit_code == expected, told.said
    if "--out report.html" in command:
        assert (app / "report.html").read_text().startswith("<!doctype html>")
    if "diagnose" in command:
        assert "incompatible types" in told.out or "no key can compare them" in " ".join(told.out.split())


RECIPES = [
    line.strip().removeprefix("- ") for block in blocks("ci-gate.md", "yaml") for line in block.splitlines() if "dbdoctor diagnose" in line
]


@pytest.mark.parametrize("command", RECIPES)
def test_a_recipe_for_ci_names_options_that_there_are(command: str) -> None:
    words = shlex.split(command)
    helped = run(Path(sys.executable).with_name("dbdoctor"), "diagnose", "--help", environment={"COLUMNS": "200"}).out
    assert [word for word in words if word.startswith("--") and word not in helped] == []
