"""Docs that lie fail, and so does a dependency under the GPL."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import lint_docs, lint_licences
from tools.source_files import ROOT

Plant = Callable[[str, str], Path]


@pytest.fixture
def small_repository(plant: Plant, tmp_path: Path) -> Path:
    plant("Makefile", "setup: ## prepare\n\ttrue\n")
    plant("dbdoctor/pyproject.toml", '[project]\nname = "dbdoctor"\n[project.scripts]\ndbdoctor = "dbdoctor.cli:main"\n')
    plant("docs/architecture.md", "# Architecture\n")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "reported"),
    [
        ("Run `make setup`.", 0),
        ("    make setup", 0),
        ("make setup && make party", 1),
        ("Run `make party`.", 1),
        ("This will make people happy.", 0),
        ("$ .venv/bin/dbdoctor diagnose", 0),
        ("$ .venv/bin/surgeon operate", 1),
        ("see [the map](docs/architecture.md#top)", 0),
        ("see [the map](docs/map.md)", 1),
        ("[elsewhere](https://example.org/docs/nothing.md)", 0),
        ("`docs/architecture.md`", 0),
        ("`docs/map.md`", 1),
        ("`docs/checks/<cause>.md` is written by you", 0),
        ("├── docs/     pages", 0),
        ("├── attic/    old things", 1),
    ],
)
def test_what_a_page_names_must_exist(line: str, reported: int, small_repository: Path, plant: Plant) -> None:
    plant("README.md", f"# Title\n\n{line}\n")
    assert len(list(lint_docs.problems(small_repository))) == reported


def test_our_own_pages_do_not_lie() -> None:
    assert [problem.words(ROOT) for problem in lint_docs.problems(ROOT)] == []


@pytest.mark.parametrize(
    ("licence", "copyleft"),
    [
        ("MIT", False),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MIT OR GPL-2.0-only", False),
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0-only", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("", True),
    ],
)
def test_the_gpl_is_told_from_other_licences(licence: str, copyleft: bool) -> None:  # noqa: FBT001 - pytest fills it by name
    assert lint_licences.is_copyleft(licence) is copyleft


def test_our_locks_hold_nothing_under_the_gpl() -> None:
    assert [problem.words(ROOT) for problem in lint_licences.problems(ROOT)] == []


def test_a_node_package_under_the_gpl_is_reported(plant: Plant, tmp_path: Path) -> None:
    plant("uv.lock", "package = []\n")
    packages = {"": {"license": "GPL-3.0"}, "node_modules/good": {"license": "MIT"}, "node_modules/bad": {"license": "GPL-3.0"}}
    plant("examples/studio/package-lock.json", json.dumps({"packages": packages}))
    assert [problem.text for problem in lint_licences.problems(tmp_path)] == ["node_modules/bad is licensed GPL-3.0"]


def test_the_licence_is_the_same_text_in_both_parts() -> None:
    texts = {(ROOT / folder / "LICENSE").read_text(encoding="utf-8") for folder in (".", "dbdoctor", "swannery")}
    assert len(texts) == 1
    assert "Apache License" in texts.pop()


def named_commands() -> list[tuple[str, str]]:
    """The commands that our pages show, as (command, subcommand)."""
    shown = re.compile(r"\.venv/bin/(dbdoctor|swannery) +([a-z]+)")
    return sorted({found for page in lint_docs.pages(ROOT) for found in shown.findall(page.read_text(encoding="utf-8"))})


@pytest.mark.parametrize(("command", "subcommand"), named_commands())
def test_a_command_shown_in_the_docs_exists(command: str, subcommand: str) -> None:
    done = subprocess.run([Path(sys.executable).parent / command, subcommand, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def lines_with_options() -> list[tuple[str, str]]:
    """The lines of our pages that show dbdoctor with options, as (subcommand, line)."""
    shown = re.compile(r"\bdbdoctor +([a-z]+) .*--[a-z]")
    lines = [line for page in lint_docs.pages(ROOT) for line in page.read_text(encoding="utf-8").splitlines()]
    return [(found[1], line) for line in lines if (found := shown.search(line))]


@pytest.mark.parametrize(("subcommand", "line"), lines_with_options())
def test_the_options_shown_with_a_command_exist(subcommand: str, line: str) -> None:
    plain = {**os.environ, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"}
    command = [str(Path(sys.executable).parent / "dbdoctor"), subcommand, "--help"]
    told = subprocess.run(command, env=plain, capture_output=True, text=True, check=False).stdout
    assert [option for option in re.findall(r"--[a-z-]+", line) if option not in told] == []


@pytest.mark.parametrize("target", sorted(lint_docs.what_exists(ROOT).targets))
def test_every_make_target_can_be_planned(target: str) -> None:
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
