"""Even where an app's own files name the target, its command reaches only the copy: the target's own log proves it."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from story.apps import MIGRATE, STUDIO, overlaid_studio, with_packages
from story.calls import call
from story.targets import APPLICATION_NAME, Target, new_target

from dbdoctor.embedded import Server, find_binaries, start_server

pytestmark = pytest.mark.timeout(600)

LOGGING = {"log_connections": "on", "log_statement": "all", "log_line_prefix": "%m [%p] "}
OURS = {"dbdoctor", "pg_dump", APPLICATION_NAME}
overlays = pytest.mark.parametrize("overlay", ["url_in_code", "env_override", "second_connection"])


@pytest.fixture(scope="module")
def watched_server() -> Iterator[Server]:
    """A server that writes down who comes and what they say."""
    with start_server(binaries=find_binaries(major=18, origin="wheel"), port=0, settings=LOGGING) as server:
        yield server


@pytest.fixture(scope="module")
def studio(watched_server: Server) -> Target:
    """The studio's database; its name is in no file of the app."""
    target = new_target(watched_server, "zanzibar")
    target.run((STUDIO / "broken.sql").read_text(encoding="utf-8"))
    return target


def visitors(log: str) -> set[str]:
    """The application names of all connections; empty for one that gave none or was turned away."""
    names = set()
    received = len(re.findall(r"connection received", log))
    authorized = re.findall(r"connection authorized: (.*)", log)
    for line in authorized:
        found = re.search(r"application_name=(.*?)(?: SSL|$)", line)
        names.add(found.group(1) if found else "")
    return names | ({""} if received != len(authorized) else set())


def test_the_log_would_show_a_command_that_came(watched_server: Server, studio: Target) -> None:
    already = len(watched_server.log_text())
    psycopg.connect(studio.url).close()
    studio.ask("SELECT 1")
    assert visitors(watched_server.log_text()[already:]) == {"", APPLICATION_NAME}


@overlays
def test_no_connection_of_a_rehearsed_command_reaches_the_target(
    overlay: str, watched_server: Server, studio: Target, tmp_path: Path
) -> None:
    app = overlaid_studio(overlay, target=studio, folder=tmp_path)
    before, already = studio.state(), len(watched_server.log_text())
    told = call("diagnose", studio.url, "--migrate", MIGRATE, "--cwd", app, "--format", "json", environment={"DATABASE_URL": studio.url})
    assert told.exit_code == 1, told.said
    first = told.report["findings"][0]
    assert (first["cause"], first["subject"]["child"]["columns"]) == ("missing_column", ["userId"])
    assert visitors(watched_server.log_text()[already:]) <= OURS
    assert studio.state() == before
    assert "isolation_probe" not in studio.tables()


@pytest.mark.long
def test_a_whole_rehearsal_leaves_the_target_alone(watched_server: Server, studio: Target, tmp_path: Path) -> None:
    app = overlaid_studio("second_connection", target=studio, folder=tmp_path)
    before, already = studio.state(), len(watched_server.log_text())
    told = call("rehearse", studio.url, "--migrate", MIGRATE, "--cwd", app, "--format", "json")
    assert told.exit_code == 0, told.said
    assert told.report["plan"]["rehearsed"]
    assert len(told.report["attempts"]) > 10
    assert visitors(watched_server.log_text()[already:]) <= OURS
    assert studio.state() == before


@pytest.mark.parametrize(
    ("overlay", "command", "file"),
    [
        ("url_in_code", "diagnose", "config.js"),
        ("env_override", "rehearse", ".env"),
        ("second_connection", "repair", "20240520120000-probe.cjs"),
    ],
)
def test_without_isolation_an_app_that_names_the_target_is_refused(
    overlay: str, command: str, file: str, watched_server: Server, studio: Target, tmp_path: Path
) -> None:
    app = overlaid_studio(overlay, target=studio, folder=tmp_path)
    before, already = studio.state(), len(watched_server.log_text())
    asked = ["--yes"] if command == "repair" else []
    told = call(command, studio.url, "--migrate", MIGRATE, "--cwd", app, "--no-isolation", *asked)
    assert told.exit_code == 2, told.said
    assert "Without isolation the command could reach the target" in told.err
    assert file in told.err
    assert visitors(watched_server.log_text()[already:]) <= OURS
    assert studio.state() == before


def test_without_isolation_an_app_that_names_nothing_is_rehearsed_on_the_copy(watched_server: Server, studio: Target) -> None:
    before, already = studio.state(), len(watched_server.log_text())
    told = call("diagnose", studio.url, "--migrate", MIGRATE, "--cwd", with_packages(STUDIO), "--no-isolation")
    assert told.exit_code == 1, told.said
    assert "sessions has no column userId" in told.out
    assert visitors(watched_server.log_text()[already:]) <= OURS
    assert studio.state() == before
