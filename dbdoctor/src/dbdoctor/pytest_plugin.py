"""A pytest plugin: with `--dbdoctor-url` the session gets a test of its own, `dbdoctor`, that fails when something stands in the way.

    pytest --dbdoctor-url "$DATABASE_URL" --dbdoctor-migrate "npx sequelize-cli db:migrate" --dbdoctor-cwd app

Without the option nothing is added, nothing of the doctor is imported.
"""

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from dbdoctor.doctor import Diagnosis

MISSING = "Give the database's address with --dbdoctor-url."


class SomethingStandsInTheWay(Exception):
    """Raised by the test `dbdoctor`, with the letter to the developer."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, all optional."""
    group = parser.getgroup("dbdoctor", "what stands in the way of a database's keys and migrations")
    group.addoption("--dbdoctor-url", default="", metavar="URL", help="examine this database (it is only read)")
    group.addoption("--dbdoctor-migrate", default="", metavar="CMD", help="run the app's migrate command once, on a copy")
    group.addoption("--dbdoctor-cwd", default=".", metavar="DIR", help="the app's folder, for the command and the models")
    group.addoption("--dbdoctor-models", default="", metavar="SRC", help="what the models want, as dbdoctor diagnose --models takes it")
    group.addoption("--dbdoctor-sql", default="", metavar="FILE", help="a statement that is to work")
    group.addoption("--dbdoctor-no-isolation", action="store_true", help="run the command without a namespace of its own")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the test, first of all: where keys do not hold, other failures are echoes."""
    if config.getoption("--dbdoctor-url"):
        items.insert(0, DoctorItem.from_parent(session, name="dbdoctor"))


class DoctorItem(pytest.Item):
    """The diagnosis as a test."""

    def runtest(self) -> None:
        """Examine the database; fails when something blocks."""
        found = diagnosis_of(self.config)
        if not found.healthy:
            raise SomethingStandsInTheWay(letter_of(found))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:  # noqa: ARG002 - pytest gives it by name
        """The letter, without a traceback: the fault is in the database."""
        from dbdoctor.errors import DoctorError  # noqa: PLC0415 - only where the option was given

        if isinstance(excinfo.value, SomethingStandsInTheWay):
            return str(excinfo.value)
        if isinstance(excinfo.value, DoctorError):
            return f"dbdoctor: {excinfo.value.message}\n  → {excinfo.value.next_step}"
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where it is: in no file."""
        return self.config.rootpath, None, "dbdoctor"


@pytest.fixture(scope="session")
def dbdoctor_diagnosis(pytestconfig: pytest.Config) -> "Diagnosis":
    """What stands in the way of the database of --dbdoctor-url, for tests that look closer."""
    if not pytestconfig.getoption("--dbdoctor-url"):
        pytest.skip(MISSING)
    return diagnosis_of(pytestconfig)


def diagnosis_of(config: pytest.Config) -> "Diagnosis":
    """Examine the database as the options say; once a session is enough."""
    known = config.stash.get(_DIAGNOSIS, None)
    if known is None:
        known = config.stash[_DIAGNOSIS] = _diagnose(config)
    return known


_DIAGNOSIS: pytest.StashKey["Diagnosis"] = pytest.StashKey()


def _diagnose(config: pytest.Config) -> "Diagnosis":
    from dbdoctor import CommandSettings, diagnose  # noqa: PLC0415 - only where the option was given
    from dbdoctor.cli.wanting import wanted_of  # noqa: PLC0415 - only where the option was given

    cwd = Path(config.getoption("--dbdoctor-cwd"))
    migrate = str(config.getoption("--dbdoctor-migrate"))
    wanted = wanted_of(
        sql=config.getoption("--dbdoctor-sql"),
        error="",
        want=None,
        models=config.getoption("--dbdoctor-models"),
        migration_names="",
        cwd=cwd,
    )
    command = CommandSettings(migrate=migrate, cwd=cwd) if migrate else None
    isolated = not config.getoption("--dbdoctor-no-isolation")
    return diagnose(url=config.getoption("--dbdoctor-url"), wanted=wanted, command=command, isolated=isolated)


def letter_of(found: "Diagnosis") -> str:
    """The findings as the terminal shows them, without colours."""
    from dbdoctor.reports.letter import Letter  # noqa: PLC0415 - only where the option was given
    from dbdoctor.reports.terminal import tell_diagnosis  # noqa: PLC0415 - only where the option was given

    stream = io.StringIO()
    tell_diagnosis(Letter(stream), found)
    return stream.getvalue()
