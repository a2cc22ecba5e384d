"""Commands of the app that cannot work, and callers with secrets: said clearly, exit 2 (usage 64), nothing changed."""

import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from story.apps import LITTLE_DATABASE, LittleApp
from story.calls import DBDOCTOR, Told, call, call_here
from story.conftest import PASSWORD
from story.targets import Target, new_target

from dbdoctor.embedded import find_binaries, start_server

USAGE, FAILED = 64, 2
RUN = "20260101-0000-abcd"
OTHERS_SECRET = "Narzisse0815"


def complaint(told: Told, *, exit_code: int) -> str:
    """The one clear message on standard error."""
    assert told.exit_code == exit_code, told.said
    assert "Traceback" not in told.said
    assert "\x1b" not in told.said
    return told.err


def repair(target: Target, app: LittleApp, migrate: str, *words: str) -> Told:
    return call_here("repair", target.url, "--migrate", migrate, "--cwd", app.folder, "--yes", *words)


def test_a_command_that_is_not_installed_is_named(target: Target, app: LittleApp) -> None:
    said = complaint(repair(target, app, "no-such-migrator up"), exit_code=FAILED)
    assert "no-such-migrator" in said
    assert "not found" in said


def test_a_command_that_fails_at_once_is_quoted(target: Target, app: LittleApp) -> None:
    said = complaint(repair(target, app, "echo 'no config for stage production' >&2; exit 3"), exit_code=FAILED)
    assert "fails before it comes to a migration" in said
    assert "no config for stage production" in said


@pytest.mark.parametrize("command", ["sleep 600", "trap '' TERM INT HUP; sleep 600 & sleep 600; sleep 600"], ids=["asleep", "deaf"])
def test_a_command_that_hangs_is_ended_at_its_time_limit(target: Target, app: LittleApp, command: str) -> None:
    started = time.monotonic()
    said = complaint(repair(target, app, command, "--time-limit", "1"), exit_code=FAILED)
    assert "did not end within" in said
    assert time.monotonic() - started < 30


def test_a_coloured_outcry_of_the_app_does_not_steer_the_terminal(target: Target, app: LittleApp) -> None:
    shout = r"printf '\033[31mred\033[0m \033]0;title\007 \r[bold]loud[/bold] :boom: \302\205' >&2; exit 1"
    said = complaint(repair(target, app, shout), exit_code=FAILED)
    assert "red" in said
    assert "[bold]loud[/bold] :boom:" in said
    assert [c for c in said if not c.isprintable() and c != "\n"] == []


@pytest.mark.parametrize("command", ["rehearse", "plan", "repair"])
def test_without_a_migrate_command_the_usage_is_explained(command: str, target: Target) -> None:
    assert "--migrate" in complaint(call_here(command, target.url), exit_code=USAGE)


@pytest.mark.parametrize("command", ["diagnose", "rehearse", "plan", "repair"])
def test_a_folder_that_is_not_there_is_a_usage_error(command: str, target: Target, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    told = call_here(command, target.url, "--migrate", "true", "--cwd", missing)
    assert str(missing) in complaint(told, exit_code=USAGE)


@pytest.mark.parametrize("words", [["--format", "xml"], ["--no-such-option"], ["--time-limit", "soon"], ["--attempts", "0"]])
def test_an_option_that_makes_no_sense_is_a_usage_error(words: list[str], target: Target) -> None:
    complaint(call("repair", target.url, "--migrate", "true", *words), exit_code=USAGE)


def test_without_a_terminal_nobody_has_said_yes(target: Target, app: LittleApp) -> None:
    told = call("repair", target.url, "--migrate", app.migrate, "--cwd", app.folder)
    said = complaint(told, exit_code=FAILED)
    assert "nobody said yes" in said
    assert "--yes" in said


@pytest.mark.parametrize("words", [["undo", RUN, "--yes"], ["verify", RUN], ["clean", RUN, "--yes"]], ids=" ".join)
def test_a_run_that_is_not_known_is_told(words: list[str], target: Target) -> None:
    said = complaint(call_here(words[0], target.url, *words[1:]), exit_code=FAILED)
    assert f"knows no run {RUN}" in said


@pytest.fixture
def secretive(loose_target: Target) -> str:
    """The target's address with a password that nobody else may learn."""
    name = loose_target.url.rsplit("/", 1)[1]
    loose_target.run(f'GRANT pg_read_all_data TO locked; ALTER DATABASE "{name}" OWNER TO locked; GRANT CREATE ON SCHEMA public TO locked')
    return loose_target.url.replace("postgres@", f"locked:{quote(PASSWORD, safe='')}@")


def test_the_targets_password_reaches_neither_the_command_nor_any_output(
    secretive: str, loose_target: Target, app: LittleApp, tmp_path: Path
) -> None:
    surroundings = {
        "DATABASE_URL": secretive,
        "PRIMARY_DB": secretive + "?sslmode=disable",
        "PGPASSWORD": PASSWORD,
        "DB_PASS": PASSWORD,
        "APP_SETTINGS": f'{{"db": {{"password": "{PASSWORD}"}}}}',
        "COLOUR": "blue",
    }
    before = loose_target.state()
    command = "env > seen; cat seen; echo DATABASE_URL=$DATABASE_URL; exit 1"
    words = ["--migrate", command, "--cwd", str(app.folder)]
    for told in (
        call("diagnose", secretive, *words, "--format", "json", environment=surroundings),
        call("repair", secretive, *words, "--yes", environment=surroundings),
    ):
        assert told.exit_code in {1, 2}
        seen = (app.folder / "seen").read_text()
        for spelling in (PASSWORD, quote(PASSWORD, safe="")):
            assert spelling not in told.said
            assert spelling not in seen
        assert "COLOUR=blue" in seen
        assert "127.0.0.1" in next(line for line in seen.splitlines() if line.startswith("DATABASE_URL="))
    assert loose_target.state() == before
    assert PASSWORD not in "".join(file.read_text(errors="replace") for file in tmp_path.rglob("*") if file.is_file())


def test_secrets_that_an_app_prints_are_not_repeated(target: Target, app: LittleApp) -> None:
    printed = (
        f"echo postgres://bob:{OTHERS_SECRET}@db.example.org/shop; echo password={OTHERS_SECRET}; echo JWT_SECRET={OTHERS_SECRET};"
        f""" echo '{{"password": "{OTHERS_SECRET}", "apiKey": "{OTHERS_SECRET}"}}'; echo "secret: '{OTHERS_SECRET}'"; exit 1"""
    )
    told = repair(target, app, printed)
    complaint(told, exit_code=FAILED)
    assert "db.example.org" in told.said
    assert OTHERS_SECRET not in told.said


def test_a_server_that_goes_while_its_copy_is_rehearsed_is_missed_and_told(app: LittleApp) -> None:
    app.hold.touch()
    with start_server(binaries=find_binaries(major=18, origin="wheel"), port=0) as server:
        target = new_target(server, "shop")
        target.run(LITTLE_DATABASE)
        command: list[str | Path] = [DBDOCTOR, "repair", target.url, "--migrate", app.migrate, "--cwd", app.folder, "--yes"]
        doctor = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        wait_for(app.begun)
    app.hold.unlink()
    out, err = doctor.communicate(timeout=60)
    complaint(Told(exit_code=doctor.returncode, out=out, err=err, seconds=0), exit_code=FAILED)
    assert "Cannot connect" in err


def wait_for(file: Path, *, patience_s: float = 60.0) -> None:
    deadline = time.monotonic() + patience_s
    while not file.exists():
        assert time.monotonic() < deadline, f"{file} was never made"
        time.sleep(0.05)
