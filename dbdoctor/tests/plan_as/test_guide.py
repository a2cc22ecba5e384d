"""The guide's commands, run as they stand."""

import re
import sys
from pathlib import Path

import pytest
from patients import Patient
from story.calls import run

from dbdoctor.reports.migrations import LEDGERS

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "guides" / "migrations.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"^```sh\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL) for line in block.splitlines()]
TROUBLE = 'CREATE TABLE trainers (id integer PRIMARY KEY); CREATE TABLE lessons (id serial PRIMARY KEY, "trainerId" uuid);'


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_guide_writes_or_shows_the_cure(command: str, patient: Patient, tmp_path: Path) -> None:
    patient.run(TROUBLE)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    (tmp_path / "app" / "migrations").mkdir(parents=True)
    (tmp_path / "add-key.sql").write_text('ALTER TABLE lessons ADD FOREIGN KEY ("trainerId") REFERENCES trainers (id)')
    told = run("sh", "-c", command, environment={"DATABASE_URL": patient.url}, cwd=tmp_path)
    assert told.exit_code == 0, told.said
    assert len(list((tmp_path / "app" / "migrations").iterdir())) == ("--out" in command)
    assert ("\nBEGIN;\n" in told.out) == ("--as sql" in command)


def test_the_guide_names_every_tool_and_no_other() -> None:
    table = [row.split("|")[1] for row in GUIDE.splitlines() if row.startswith("| `")]
    assert {name for cell in table for name in re.findall(r"`([\w-]+)`", cell)} - {"--as"} == set(LEDGERS)
