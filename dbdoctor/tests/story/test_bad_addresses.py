"""Addresses that lead nowhere, or where nothing may be done: a clear word on standard error, exit 2 (usage 64), nothing changed."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from story.apps import LITTLE_DATABASE, LittleApp
from story.calls import Told, call_here
from story.conftest import PASSWORD
from story.pooler import pooler_before
from story.targets import Target, new_target

from dbdoctor.embedded import Server, find_binaries, start_server

SECRET = "Krokus4711"
RUN = "20260101-0000-abcd"
USAGE, FAILED = 64, 2

wrong_addresses = pytest.mark.parametrize(
    "address",
    [
        "",
        "shop",
        "localhost:5432/shop",
        f"host=localhost password={SECRET}",
        f"http://alice:{SECRET}@localhost/shop",
        f"mysql://alice:{SECRET}@localhost/shop",
        "sqlite:///shop.db",
        f"postgresql://alice:{SECRET}@localhost:port/shop",
        f"postgresql://alice:{SECRET}@one,two/shop",
        f"postgresql://alice:{SECRET}@localhost/shop?colour=red",
        f"postgresql://alice:{SECRET}%zz@localhost/shop",
    ],
)  # fmt: skip


def every_command(address: str, folder: Path) -> list[list[str]]:
    migrate = ["--migrate", "true", "--cwd", str(folder)]
    plan = folder / "plan.json"
    return [
        ["inspect", address],
        ["diagnose", address],
        ["diagnose", address, *migrate],
        ["rehearse", address, *migrate],
        ["plan", address, *migrate, "--out", str(plan)],
        ["repair", address, *migrate, "--yes"],
        ["apply", address, str(plan), "--yes"],
        ["verify", address],
        ["undo", address, RUN, "--yes"],
        ["clean", address, "--yes"],
    ]


def complaint(told: Told, *, exit_code: int, secret: str = SECRET) -> str:
    """The one clear message: on standard error, no traceback, no colour, no password."""
    assert told.exit_code == exit_code, told.said
    assert told.err.strip()
    assert "Traceback" not in told.said
    assert "\x1b" not in told.said
    assert secret not in told.said
    assert quote(secret, safe="") not in told.said
    return told.err


@wrong_addresses
def test_a_wrong_form_of_address_is_a_usage_error(address: str, tmp_path: Path) -> None:
    told = call_here("repair", address, "--migrate", "true", "--cwd", tmp_path, "--yes", "--format", "json")
    complaint(told, exit_code=USAGE)
    assert told.out == ""


def test_every_command_refuses_what_is_no_address(tmp_path: Path) -> None:
    for words in every_command(f"oracle://alice:{SECRET}@localhost/shop", tmp_path):
        told = call_here(*words)
        complaint(told, exit_code=USAGE)
        assert told.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["inspect", "diagnose", "verify"])
def test_an_unknown_host_is_told_by_name(command: str) -> None:
    said = complaint(call_here(command, f"postgresql://alice:{SECRET}@nowhere.invalid/shop"), exit_code=FAILED)
    assert "Cannot connect" in said
    assert "nowhere.invalid" in said


def test_a_port_where_nobody_listens_is_told() -> None:
    said = complaint(call_here("inspect", f"postgresql://alice:{SECRET}@127.0.0.1:1/shop"), exit_code=FAILED)
    assert "refused" in said


def test_a_database_that_is_not_there_is_told(target: Target) -> None:
    said = complaint(call_here("inspect", target.url + "_gone"), exit_code=FAILED)
    assert "does not exist" in said


@pytest.mark.parametrize("password", ["", SECRET, PASSWORD + "x"])
def test_a_wrong_password_is_told_and_shown_nowhere(password: str, target: Target, app: LittleApp) -> None:
    address = target.url.replace("postgres@", f"locked:{quote(password, safe='')}@")
    for words in (["inspect", address], ["repair", address, "--migrate", app.migrate, "--cwd", str(app.folder), "--yes"]):
        told = call_here(*words)
        said = complaint(told, exit_code=FAILED, secret=password or SECRET)
        assert re.search(r"password authentication failed|no password supplied", said)
    assert not app.begun.exists()


def test_the_right_password_in_the_address_opens_the_door(target: Target) -> None:
    target.run("GRANT pg_read_all_data TO locked")
    told = call_here("inspect", target.url.replace("postgres@", f"locked:{quote(PASSWORD, safe='')}@"))
    assert told.exit_code == 0, told.err
    assert PASSWORD not in told.said
    target.run("REVOKE pg_read_all_data FROM locked")


@pytest.mark.parametrize("command", ["rehearse", "repair"])
def test_a_role_that_may_not_read_the_tables_is_told_so(command: str, target: Target, app: LittleApp) -> None:
    address = target.url.replace("postgres@", "stranger@")
    words = ["--yes"] if command == "repair" else []
    told = call_here(command, address, "--migrate", app.migrate, "--cwd", str(app.folder), *words)
    assert "permission denied" in complaint(told, exit_code=FAILED)
    assert not app.begun.exists()


def test_inspecting_without_rights_is_told_so(target: Target) -> None:
    told = call_here("inspect", target.url.replace("postgres@", "stranger@"))
    assert "permission denied" in complaint(told, exit_code=FAILED)


def test_a_role_that_may_read_but_not_make_tables_is_told_what_it_lacks(target: Target, app: LittleApp) -> None:
    target.run("GRANT pg_read_all_data TO stranger")
    address = target.url.replace("postgres@", "stranger@")
    told = call_here("repair", address, "--migrate", app.migrate, "--cwd", app.folder, "--yes")
    assert "permission denied" in complaint(told, exit_code=FAILED)
    target.run("REVOKE pg_read_all_data FROM stranger")


def test_a_read_only_server_can_be_rehearsed_but_not_treated(plan_text: str, app: LittleApp, tmp_path: Path) -> None:
    settings = {"default_transaction_read_only": "on"}
    with start_server(binaries=find_binaries(major=18, origin="wheel"), port=0, settings=settings) as server:
        target = new_target(server, "standby")
        target.run("SET TRANSACTION READ WRITE;" + LITTLE_DATABASE)
        before = target.state()
        plan = tmp_path / "plan.json"
        plan.write_text(plan_text)
        for treatment in (["apply", target.url, str(plan), "--yes"], ["undo", target.url, RUN, "--yes"], ["clean", target.url, "--yes"]):
            assert "takes no changes" in complaint(call_here(*treatment), exit_code=FAILED)
        assert "What I propose" in call_here("rehearse", target.url, "--migrate", app.migrate, "--cwd", app.folder).out
        told = call_here("repair", target.url, "--migrate", app.migrate, "--cwd", app.folder, "--yes")
        assert told.out == ""  # refused before it rehearses anything
        assert "takes no changes" in complaint(told, exit_code=FAILED)
        assert target.state() == before


@pytest.mark.parametrize("command", ["inspect", "diagnose", "rehearse", "repair", "undo", "clean"])
def test_a_pooler_in_between_is_refused(command: str, strict_server: Server, target: Target, app: LittleApp) -> None:
    words = {
        "rehearse": ["--migrate", app.migrate, "--cwd", str(app.folder)],
        "repair": ["--migrate", app.migrate, "--cwd", str(app.folder), "--yes"],
        "undo": [RUN, "--yes"],
        "clean": ["--yes"],
    }
    with pooler_before(strict_server.port) as port:
        address = target.url.replace(f":{strict_server.port}/", f":{port}/") + "?sslmode=disable&gssencmode=disable"
        said = complaint(call_here(command, address, *words.get(command, [])), exit_code=FAILED)
    assert "pooler" in said
    assert "the server's own address" in said
    assert not app.begun.exists()
