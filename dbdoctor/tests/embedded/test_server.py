"""A server of our own starts, keeps or throws away what it should, and is gone with its parent."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from dbdoctor.embedded import (
    Binaries,
    DataFolderInUse,
    DataFolderRefused,
    DataFolderUnreachable,
    Server,
    ServerFailed,
    find_binaries,
    start_server,
)

WHEEL = find_binaries(origin="wheel")
AS_ROOT = os.geteuid() == 0
root_only = pytest.mark.skipif(not AS_ROOT, reason="only root has to run the server as somebody else")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder every user may enter (pytest's own is closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="dbdoctor-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def postmaster_pid(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().splitlines()[0])


def wait_until(condition: Callable[[], bool], *, timeout_s: float = 10) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def answer(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
    return row and row[0]


def start_in_child(*, data: Path | None, then: str = "time.sleep(600)") -> tuple[subprocess.Popen[str], Path]:
    """A process that starts a server, tells where its data is, and goes on with `then`."""
    place = "None" if data is None else f"Path({str(data)!r})"
    program = f"""
        import signal, time
        from pathlib import Path
        from dbdoctor.embedded import find_binaries, start_server
        server = start_server(binaries=find_binaries(origin="wheel"), data={place})
        print(server.data, flush=True)
        {then}
    """
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert child.stdout is not None
    return child, Path(child.stdout.readline().strip())


def kill(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.communicate()


@pytest.mark.parametrize("binaries", [WHEEL, find_binaries(origin="system")], ids=lambda one: f"{one.origin}-{one.major}")
def test_a_throw_away_server_runs_as_an_ordinary_user_and_leaves_nothing(binaries: Binaries) -> None:
    with start_server(binaries=binaries) as server:
        assert answer(server.url(), "SHOW server_version_num") == str(answer(server.url(), "SELECT current_setting('server_version_num')"))
        assert int(str(answer(server.url(), "SHOW server_version_num"))) // 10_000 == binaries.major
        assert answer(server.url(), "SHOW server_encoding") == "UTF8"
        pid = postmaster_pid(server.data)
        assert Path(f"/proc/{pid}").stat().st_uid != 0
        assert stat.S_IMODE(server.socket_folder.parent.stat().st_mode) == 0o700
        assert "ready to accept connections" in server.log_text()
    assert is_gone(pid)
    assert not server.data.exists()
    assert not server.socket_folder.parent.exists()
    assert "ready to accept connections" in server.log_text()
    server.stop()  # harmless a second time


def test_a_throw_away_server_is_fast_and_a_kept_one_is_safe(place: Path) -> None:
    with start_server(binaries=WHEEL) as quick, start_server(binaries=WHEEL, data=place / "data") as safe:
        assert answer(quick.url(), "SHOW fsync") == "off"
        assert answer(safe.url(), "SHOW fsync") == "on"
        assert answer(safe.url(), "SHOW full_page_writes") == "on"


def test_settings_win_over_ours() -> None:
    with start_server(binaries=WHEEL, settings={"fsync": "on", "max_connections": "7"}) as server:
        assert answer(server.url(), "SHOW fsync") == "on"
        assert answer(server.url(), "SHOW max_connections") == "7"


def test_kept_data_is_there_again(place: Path) -> None:
    data = place / "made" / "on the way" / "data"
    with start_server(binaries=WHEEL, data=data) as server:
        answer(server.url(), "CREATE TABLE kept (number int)")
        answer(server.url(), "INSERT INTO kept VALUES (42) RETURNING number")
    with start_server(binaries=WHEEL, data=data) as server:
        assert answer(server.url(), "SELECT number FROM kept") == 42
        assert server.data == data
    assert not (data / "postmaster.pid").exists()


def test_the_rights_of_folders_that_were_there_stay_as_they_were(place: Path) -> None:
    home = place / "home"
    home.mkdir()
    home.chmod(0o751)
    before = [(folder.stat().st_mode, folder.stat().st_uid, folder.stat().st_gid) for folder in (place, home)]
    with start_server(binaries=WHEEL, data=home / "new" / "data"):
        pass
    assert [(folder.stat().st_mode, folder.stat().st_uid, folder.stat().st_gid) for folder in (place, home)] == before


@root_only
def test_a_parent_the_servers_user_cannot_enter_is_named_and_left_alone(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(DataFolderUnreachable, match=r"cannot enter .*/closed"):
        start_server(binaries=WHEEL, data=closed / "data")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert list(closed.iterdir()) == []


@root_only
def test_programs_the_servers_user_cannot_reach_are_copied(place: Path) -> None:
    package = WHEEL.folder.parent.parent
    hidden = place / "hidden"
    hidden.mkdir(mode=0o700)
    shutil.copytree(package / WHEEL.folder.parent.name, hidden / package.name / WHEEL.folder.parent.name, symlinks=True)
    shutil.copytree(package.with_name(f"{package.name}.libs"), hidden / f"{package.name}.libs")
    unreachable = Binaries(folder=hidden / package.name / WHEEL.folder.parent.name / "bin", major=WHEEL.major, origin="wheel")
    with start_server(binaries=unreachable) as server:
        assert answer(server.url(), "SELECT 1") == 1


def test_a_folder_of_another_version_or_with_other_things_is_refused(place: Path) -> None:
    (place / "old").mkdir()
    (place / "old" / "PG_VERSION").write_text("9\n")
    with pytest.raises(DataFolderRefused, match=r"made by PostgreSQL 9"):
        start_server(binaries=WHEEL, data=place / "old")
    (place / "letters").mkdir()
    (place / "letters" / "dear.txt").write_text("hello")
    with pytest.raises(DataFolderRefused, match="holds no database"):
        start_server(binaries=WHEEL, data=place / "letters")
    assert (place / "letters" / "dear.txt").read_text() == "hello"


def test_a_cluster_left_half_made_is_made_again(place: Path) -> None:
    data = place / "data"
    (data / "initdb.partial" / "base").mkdir(parents=True)
    (data / "global").mkdir()
    with start_server(binaries=WHEEL, data=data) as server:
        assert answer(server.url(), "SELECT 1") == 1
    assert not (data / "initdb.partial").exists()


def test_a_server_that_does_not_start_says_why_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    # A place of its own: other tests start servers at the same time.
    place = Path(tempfile.mkdtemp(prefix="dd", dir="/var/tmp"))
    place.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with pytest.raises(ServerFailed, match="no_such_setting"):
        start_server(binaries=WHEEL, settings={"no_such_setting": "1"})
    assert list(place.iterdir()) == []
    place.rmdir()


def test_tcp_is_there_only_when_asked_for_and_only_on_the_loopback() -> None:
    with start_server(binaries=WHEEL, port=0) as server:
        assert answer(server.tcp_url(), "SELECT host(inet_server_addr())") == "127.0.0.1"
        assert answer(server.url(), "SHOW listen_addresses") == "127.0.0.1"
        assert answer(server.url(), "SELECT inet_server_addr()") is None
    with start_server(binaries=WHEEL) as server:
        assert answer(server.url(), "SHOW listen_addresses") == ""
        with pytest.raises(ServerFailed, match="Unix socket only"):
            server.tcp_url()


def test_the_port_asked_for_is_the_port_used() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    with start_server(binaries=WHEEL, port=number) as server:
        assert server.port == number
        assert answer(f"postgresql://postgres@127.0.0.1:{number}/postgres", "SELECT 1") == 1


def test_strange_names_fit_in_the_address(place: Path) -> None:
    with start_server(binaries=WHEEL, data=place / "data", port=0) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute('CREATE ROLE "al/ice@x" LOGIN')
            connection.execute('CREATE DATABASE "my db?&%"')
        for url in (server.url(database="my db?&%", user="al/ice@x"), server.tcp_url(database="my db?&%", user="al/ice@x")):
            assert answer(url, "SELECT current_database() || ' ' || current_user") == "my db?&% al/ice@x"


def test_a_killed_parent_leaves_no_server_and_no_files() -> None:
    child, data = start_in_child(data=None)
    pid = postmaster_pid(data)
    kill(child)
    assert wait_until(lambda: is_gone(pid), timeout_s=3)
    assert wait_until(lambda: not data.parent.exists(), timeout_s=3)


def test_after_a_killed_parent_the_next_start_on_the_same_folder_works(place: Path) -> None:
    child, data = start_in_child(data=place / "data")
    first = postmaster_pid(data)
    kill(child)  # and at once the next one, while the first server is still on its way out
    with start_server(binaries=WHEEL, data=data) as server:
        assert postmaster_pid(server.data) != first
        assert answer(server.url(), "SELECT 1") == 1
    assert is_gone(first)


def test_a_killed_server_does_not_block_the_next_start(place: Path) -> None:
    with start_server(binaries=WHEEL, data=place / "data") as server:
        os.kill(postmaster_pid(server.data), signal.SIGKILL)
        assert wait_until(lambda: not server.running)
    with start_server(binaries=WHEEL, data=place / "data") as server:
        assert answer(server.url(), "SELECT 1") == 1


def test_a_pid_file_whose_number_belongs_to_another_program_does_not_block_the_next_start(place: Path) -> None:
    with start_server(binaries=WHEEL, data=place / "data") as server:
        owner = server.data.stat()
        lines = (server.data / "postmaster.pid").read_text().splitlines()
    stranger = subprocess.Popen(["sleep", "600"], user=owner.st_uid if AS_ROOT else None)
    try:
        (place / "data" / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        with start_server(binaries=WHEEL, data=place / "data") as server:
            assert answer(server.url(), "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_two_servers_never_share_a_folder(place: Path) -> None:
    with start_server(binaries=WHEEL, data=place / "data") as server:
        with pytest.raises(DataFolderInUse, match="Another server"):
            start_server(binaries=WHEEL, data=place / "data")
        assert answer(server.url(), "SELECT 1") == 1


def keeper_of(server: Server) -> int:
    return int(Path(f"/proc/{postmaster_pid(server.data)}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_killed_keeper_takes_the_server_with_it() -> None:
    with start_server(binaries=WHEEL) as server:
        pid = postmaster_pid(server.data)
        os.kill(keeper_of(server), signal.SIGKILL)
        assert wait_until(lambda: is_gone(pid), timeout_s=3)
        assert not server.running
    assert not server.data.exists()


def test_ctrl_c_in_the_terminal_leaves_the_server_to_its_parent() -> None:
    child, data = start_in_child(
        data=None, then="signal.signal(signal.SIGINT, lambda *_: print('still here', flush=True)); signal.pause(); time.sleep(600)"
    )
    time.sleep(0.2)
    os.killpg(child.pid, signal.SIGINT)
    assert child.stdout is not None
    assert child.stdout.readline() == "still here\n"
    time.sleep(0.3)
    assert not is_gone(postmaster_pid(data))
    kill(child)
    assert wait_until(lambda: not data.exists())


def test_a_parent_that_just_ends_takes_the_server_with_it() -> None:
    child, data = start_in_child(data=None, then="pass")
    assert child.wait(timeout=10) == 0
    child.communicate()
    assert wait_until(lambda: not data.exists())
