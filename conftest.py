"""Real servers for all tests, and no silent skips where it counts."""

import os
import signal
import uuid
from collections.abc import Iterator

import psycopg
import pytest

import swannery  # noqa: F401 - before any test: else pytest's importlib mode takes the folder swannery/ here for the package
from dbdoctor.embedded import Server, find_binaries, start_server

WHEEL_MAJOR = 18

# A worker of pytest-xdist ignores Ctrl-C, and what it starts inherits that; the programs tested here must be able to be stopped.
if "PYTEST_XDIST_WORKER" in os.environ:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL 18 from the wheel, one for the whole session; on TCP too, for apps whose drivers know no sockets."""
    with start_server(binaries=find_binaries(major=WHEEL_MAJOR, origin="wheel"), port=0) as running:
        yield running


@pytest.fixture(scope="session")
def system_server() -> Iterator[Server]:
    """A server of the system's own PostgreSQL binaries (15 on Debian bookworm), one for the whole session."""
    with start_server(binaries=find_binaries(origin="system")) as running:
        yield running


@pytest.fixture(params=["wheel", "system"])
def any_server(request: pytest.FixtureRequest) -> Server:
    """Each of the two servers in turn: the test runs twice."""
    chosen: Server = request.getfixturevalue("server" if request.param == "wheel" else "system_server")
    return chosen


@pytest.fixture
def empty_database_url(server: Server) -> Iterator[str]:
    """The URL of a new empty database on the wheel's server, dropped after the test."""
    yield from new_database(server)


@pytest.fixture
def any_database_url(any_server: Server) -> Iterator[str]:
    """The URL of a new empty database on each of the two servers in turn."""
    yield from new_database(any_server)


def new_database(server: Server) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield server.url(database=name)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def skips_fail() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CI a skipped test is a failure: what was not tried is not known to work."""
    if skips_fail() and skipped(session.config) and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    left_out = skipped(config) if skips_fail() else 0
    if left_out:
        terminalreporter.section("skipped under CI", red=True)
        terminalreporter.line(f"{left_out} skipped. With CI=true every test must run: install what is missing, or delete the test.")


def skipped(config: pytest.Config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", ())) if isinstance(reporter, pytest.TerminalReporter) else 0
