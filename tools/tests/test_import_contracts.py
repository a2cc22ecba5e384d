"""Every arrow of the house holds: a planted import against it breaks its contract, an allowed one does not."""

import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.source_files import ROOT

Plant = Callable[[str, str], Path]

AGAINST_THE_ARROWS = [
    ("dbdoctor/doctor.py", "import swannery", "dbdoctor knows nothing of swannery"),
    ("dbdoctor/model.py", "from dbdoctor import findings", "dbdoctor's rooms point downwards"),
    ("dbdoctor/checks/a.py", "from dbdoctor import repairs", "dbdoctor's rooms point downwards"),
    ("dbdoctor/wanted/a.py", "from dbdoctor import histories", "dbdoctor's rooms point downwards"),
    ("dbdoctor/attic/__init__.py", "", "dbdoctor's rooms point downwards"),
    ("dbdoctor/checks/a.py", "from dbdoctor.checks import b", "no check imports another"),
    ("dbdoctor/repairs/a.py", "from dbdoctor.repairs import b", "no repair imports another"),
    ("dbdoctor/checks/a.py", "import psycopg", "database drivers are imported in their homes only"),
    ("dbdoctor/doctor.py", "import sqlite3", "database drivers are imported in their homes only"),
    ("swannery/posts/queries.py", "import psycopg", "database drivers are imported in their homes only"),
    ("swannery/posts/actions.py", "import dbdoctor", "swannery uses dbdoctor in deployment and demo only"),
    ("swannery/deployment/a.py", "from dbdoctor.doctor import x", "swannery uses dbdoctor's public face only"),
    ("swannery/accounts/actions.py", "from swannery.posts import models", "swannery's rooms point down the ladder"),
    ("swannery/feeds/actions.py", "from swannery.search import models", "swannery's rooms point down the ladder"),
    ("swannery/attic/__init__.py", "", "swannery's rooms point down the ladder"),
    (
        "swannery/posts/models.py",
        "from swannery.posts import actions",
        "inside a feature: pages, api, jobs → actions → queries, rules → models",
    ),
    (
        "swannery/posts/rules.py",
        "from swannery.posts import queries",
        "inside a feature: pages, api, jobs → actions → queries, rules → models",
    ),
    ("swannery/feeds/actions.py", "from swannery.posts import queries", "other features see actions and models only"),
    ("swannery/portal/pages.py", "from swannery.posts import rules", "other features see actions and models only"),
]

ALONG_THE_ARROWS = [
    ("dbdoctor/doctor.py", "from dbdoctor import checks, repairs, wanted, model"),
    ("dbdoctor/checks/__init__.py", "from dbdoctor.checks import a, b"),
    ("dbdoctor/checks/b.py", "from dbdoctor.checks import Case"),
    ("dbdoctor/databases/postgresql/catalog.py", "import psycopg"),
    ("dbdoctor/embedded/server.py", "import psycopg"),
    ("swannery/foundation/database.py", "import psycopg"),
    ("swannery/deployment/a.py", "import dbdoctor"),
    ("swannery/demo/a.py", "import dbdoctor"),
    ("swannery/feeds/actions.py", "from swannery.posts import actions, models"),
    ("swannery/feeds/pages.py", "from swannery.feeds import actions"),
    ("swannery/app.py", "from swannery.posts import pages, api, jobs, events"),
    ("swannery/posts/actions.py", "from swannery.foundation import events"),
    ("swannery/cli.py", "from swannery import app"),
]

ROOMS = {
    "dbdoctor": ["cli", "doctor", "findings", "model"],
    "dbdoctor/checks": ["a", "b"],
    "dbdoctor/repairs": ["a", "b"],
    "dbdoctor/wanted": ["a"],
    "dbdoctor/histories": ["a"],
    "dbdoctor/embedded": ["server"],
    "dbdoctor/databases": [],
    "dbdoctor/databases/postgresql": ["catalog"],
    "swannery": ["app", "cli", "config"],
    "swannery/foundation": ["database", "events"],
    "swannery/deployment": ["a"],
    "swannery/demo": ["a"],
    **{
        f"swannery/{feature}": ["models", "rules", "queries", "actions", "pages", "api", "jobs", "events"]
        for feature in (
            "host",
            "media",
            "accounts",
            "activities",
            "connections",
            "communities",
            "posts",
            "feeds",
            "search",
            "discovery",
            "portal",
        )
    },
}


@pytest.fixture
def empty_house(plant: Plant, tmp_path: Path) -> Path:
    """Both parts with every room we import from, each of them empty, and our contracts."""
    for package, modules in ROOMS.items():
        for module in ("__init__", *modules):
            plant(f"{package}/{module}.py", "")
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    plant("pyproject.toml", settings[settings.index("[tool.importlinter]") :])
    return tmp_path


def broken_contracts(house: Path) -> str:
    """The lines of the report that tell of broken contracts."""
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([lint, "--no-cache"], cwd=house, capture_output=True, text=True, check=False)
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    return "\n".join(line for line in done.stdout.splitlines() if line.endswith("BROKEN"))


@pytest.mark.parametrize(("file", "line", "contract"), AGAINST_THE_ARROWS)
def test_an_import_against_the_arrows_breaks_its_contract(file: str, line: str, contract: str, empty_house: Path, plant: Plant) -> None:
    plant(file, f"{line}\n")
    assert contract in broken_contracts(empty_house)


def test_imports_along_the_arrows_break_nothing(empty_house: Path, plant: Plant) -> None:
    for file, line in ALONG_THE_ARROWS:
        plant(file, f"{line}\n")
    assert broken_contracts(empty_house) == ""


def test_each_contract_has_a_planted_import_that_breaks_it() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}
    assert contracts == {contract for _, _, contract in AGAINST_THE_ARROWS}
