"""From inside the sandbox only the copy can be reached, and nothing of it outlives the doctor."""

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from dbdoctor.embedded import ServerFailed, find_binaries
from dbdoctor.errors import UsageError
from dbdoctor.rehearsal import sandbox as sandbox_module
from dbdoctor.rehearsal.sandbox import CommandNotStarted, CommandResult, IsolationUnavailable, Sandbox, SandboxLost, open_sandbox

WHEEL = find_binaries(origin="wheel")
SYSTEM = find_binaries(origin="system")
AS_ROOT = os.geteuid() == 0
SOURCES = Path(sandbox_module.__file__).parents[2]
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}


@dataclass(kw_only=True)
class Listener:
    """A server of the world outside; counts who comes."""

    server: socket.socket
    visits: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server.listen()
        threading.Thread(target=self.count, daemon=True).start()

    def count(self) -> None:
        while True:
            try:
                visitor, address = self.server.accept()
            except OSError:
                return
            self.visits.append(str(address))
            visitor.close()

    @property
    def port(self) -> int:
        number: int = self.server.getsockname()[1]
        return number

    def close(self) -> None:
        try:
            self.server.shutdown(socket.SHUT_RDWR)
        finally:
            self.server.close()


def tcp_listener() -> Listener:
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    return Listener(server=server)


def unix_listener(path: Path) -> Listener:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    return Listener(server=server)


@dataclass(frozen=True, kw_only=True)
class World:
    """What is outside: a target listening on TCP, another service, and sockets in a folder."""

    folder: Path
    target: Listener
    other: Listener
    unix: Listener
    target_unix: Listener
    relative: Listener

    @property
    def visits(self) -> list[str]:
        return [visit for one in (self.target, self.other, self.unix, self.target_unix, self.relative) for visit in one.visits]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    folder = Path(tempfile.mkdtemp(prefix="dbdoctor-world-"))
    folder.chmod(0o755)
    (folder / "app").mkdir()
    (folder / "hidden").mkdir()
    target = tcp_listener()
    before = Path.cwd()
    os.chdir(folder)
    relative = unix_listener(Path("relative.sock"))
    made = World(
        folder=folder,
        target=target,
        other=tcp_listener(),
        unix=unix_listener(folder / "other.sock"),
        target_unix=unix_listener(folder / f".s.PGSQL.{target.port}"),
        relative=relative,
    )
    (folder / "hidden" / "secret").write_text("secret")
    yield made
    os.chdir(before)
    for one in (made.target, made.other, made.unix, made.target_unix, made.relative):
        one.close()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def sandbox(world: World) -> Iterator[Sandbox]:
    os.chdir(world.folder)  # so that the relative socket is where its holder is
    with open_sandbox(
        binaries=WHEEL,
        port=world.target.port,
        addresses=["10.1.2.3", "fd00::5", "127.0.0.1"],
        hostnames=["db.example.com", "10.1.2.3"],
        hide_folders=[world.folder / "hidden", world.folder / "not there"],
    ) as opened:
        os.chdir("/")
        yield opened


def run(
    sandbox: Sandbox,
    command: str,
    *,
    cwd: Path = Path("/"),
    env: Mapping[str, str] = ENVIRONMENT,
    time_limit_s: float = 20,
    on_tick: Callable[[float], bool] | None = None,
) -> CommandResult:
    return sandbox.run(command, cwd=cwd, env=env, time_limit_s=time_limit_s, on_tick=on_tick)


def python(program: str) -> str:
    return f"{shlex.quote(sys.executable)} -I -S -c {shlex.quote(textwrap.dedent(program))}"


def attempt(sandbox: Sandbox, *, family: str, address: object) -> str:
    """Try to connect from inside: "connected", or the name of the error."""
    program = f"""
        import errno, socket
        handle = socket.socket(socket.{family})
        handle.settimeout(5)
        try:
            handle.connect({address!r})
            print("connected")
        except OSError as failure:
            print(errno.errorcode.get(failure.errno, failure))
    """
    return run(sandbox, python(program)).output.strip()


def is_the_copy(sandbox: Sandbox, host: str) -> bool:
    """Whether a client inside that uses this host finds the server dbdoctor sees from outside."""
    with psycopg.connect(sandbox.url(database="postgres"), autocommit=True) as connection:
        row = connection.execute("SELECT system_identifier::text FROM pg_control_system()").fetchone()
    url = f"host={host} port={sandbox.port} user=postgres dbname=postgres"
    program = f"""
        import sys
        sys.path[:0] = {[entry for entry in sys.path if "site-packages" in entry]!r}
        import psycopg
        print(psycopg.connect({url!r}).execute("SELECT system_identifier::text FROM pg_control_system()").fetchone()[0])
    """
    return row is not None and run(sandbox, python(program)).output.strip() == row[0]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "::1", "localhost", "10.1.2.3", "fd00::5", "db.example.com", "/run/postgresql", "/var/run/postgresql"]
)
def test_every_name_of_the_target_leads_to_the_copy(sandbox: Sandbox, world: World, host: str) -> None:
    if host.startswith("/") and not Path(host).is_dir():
        pytest.skip(f"there is no {host} on this machine to be covered")
    assert is_the_copy(sandbox, host)
    assert world.visits == []


def test_the_targets_own_socket_leads_to_the_copy(sandbox: Sandbox, world: World) -> None:
    assert is_the_copy(sandbox, str(world.folder))
    assert world.target_unix.visits == []


def test_a_server_outside_cannot_be_reached_by_tcp(sandbox: Sandbox, world: World) -> None:
    with socket.create_connection(("127.0.0.1", world.other.port), timeout=5):
        pass
    deadline = time.monotonic() + 5
    while not world.other.visits and time.monotonic() < deadline:
        time.sleep(0.01)
    assert world.other.visits  # from outside it can
    world.other.visits.clear()
    assert attempt(sandbox, family="AF_INET", address=("127.0.0.1", world.other.port)) == "ECONNREFUSED"
    assert attempt(sandbox, family="AF_INET", address=("192.0.2.1", 80)) == "ENETUNREACH"
    assert world.visits == []


@pytest.mark.parametrize("name", ["other.sock", "relative.sock"])
def test_a_unix_socket_outside_cannot_be_reached(sandbox: Sandbox, world: World, name: str) -> None:
    assert attempt(sandbox, family="AF_UNIX", address=str(world.folder / name)) == "ECONNREFUSED"
    assert world.visits == []


def test_an_abstract_socket_outside_cannot_be_reached(sandbox: Sandbox) -> None:
    server = socket.socket(socket.AF_UNIX)
    server.bind(f"\0dbdoctor-test-{os.getpid()}")
    abstract = Listener(server=server)
    try:
        assert attempt(sandbox, family="AF_UNIX", address=f"\0dbdoctor-test-{os.getpid()}") == "ECONNREFUSED"
        assert abstract.visits == []
    finally:
        abstract.close()


def test_a_hidden_folder_shows_the_copys_socket_only(sandbox: Sandbox, world: World) -> None:
    listing = run(sandbox, f"ls -A {world.folder / 'hidden'}").output.split()
    assert f".s.PGSQL.{sandbox.port}" in listing
    assert "secret" not in listing
    assert (world.folder / "hidden" / "secret").read_text() == "secret"
    with pytest.raises(CommandNotStarted, match="hidden inside the sandbox"):
        run(sandbox, "true", cwd=world.folder / "hidden")


def test_the_doors_cannot_be_opened_again(sandbox: Sandbox, world: World) -> None:
    socket_path = world.folder / "other.sock"
    assert run(sandbox, f"umount {socket_path}").exit_code != 0
    nested = run(sandbox, f"unshare --user --map-root-user --mount umount {socket_path}")
    assert nested.exit_code != 0
    assert run(sandbox, "ip link add dummy0 type dummy").exit_code != 0
    assert run(sandbox, "nsenter --net=/proc/1/ns/net true").exit_code != 0
    assert attempt(sandbox, family="AF_UNIX", address=str(socket_path)) == "ECONNREFUSED"


def test_a_command_has_lost_the_powers_that_could(sandbox: Sandbox) -> None:
    status = dict(line.split(":\t", 1) for line in run(sandbox, "cat /proc/self/status").output.splitlines() if ":\t" in line)
    assert status["NoNewPrivs"] == "1"
    powers = {"DAC_READ_SEARCH": 2, "NET_ADMIN": 12, "NET_RAW": 13, "SYS_MODULE": 16, "SYS_RAWIO": 17, "SYS_CHROOT": 18, "SYS_PTRACE": 19}
    powers |= {"SYS_ADMIN": 21, "MKNOD": 27}
    for kind in ("CapBnd", "CapEff", "CapPrm", "CapAmb"):
        left = [name for name, number in powers.items() if int(status[kind], 16) >> number & 1]
        assert left == [], kind
    assert status["Uid"].split()[0] == str(os.getuid())


def test_a_command_hears_every_signal(sandbox: Sandbox) -> None:
    ignored = int(run(sandbox, "grep SigIgn /proc/self/status").output.split()[1], 16)
    assert [number for number in (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE, signal.SIGTERM) if ignored >> (number - 1) & 1] == []


def test_processes_outside_cannot_be_seen(sandbox: Sandbox) -> None:
    assert str(os.getpid()) not in run(sandbox, "ls /proc").output.split()
    assert run(sandbox, "ls -d /proc/1").exit_code == 0


def test_the_world_outside_is_left_as_it_was(sandbox: Sandbox, world: World) -> None:
    assert "db.example.com" not in Path("/etc/hosts").read_text()
    assert (world.folder / "other.sock").is_socket()
    assert str(sandbox.socket_folder) not in Path("/proc/self/mounts").read_text()


def test_a_command_tells_its_code_its_output_and_sees_only_the_variables_given(sandbox: Sandbox, world: World) -> None:
    result = run(
        sandbox, "echo out; echo err >&2; pwd; env; cat; exit 3", cwd=world.folder / "app", env={"GIVEN": "yes", "PATH": "/usr/bin:/bin"}
    )
    assert result.exit_code == 3
    assert result.ended_by == "itself"
    assert {"out", "err", str(world.folder / "app"), "GIVEN=yes"} <= set(result.output.splitlines())
    assert not any(line.startswith(("HOME=", "USER=")) for line in result.output.splitlines())


def test_a_command_ended_by_a_signal_has_the_shells_code_for_it(sandbox: Sandbox) -> None:
    result = run(sandbox, "kill -SEGV $$")
    assert (result.exit_code, result.ended_by) == (139, "itself")


def test_a_folder_that_is_not_there_is_said_and_the_sandbox_goes_on(sandbox: Sandbox) -> None:
    with pytest.raises(CommandNotStarted, match="No such file"):
        run(sandbox, "true", cwd=Path("/no/such/folder"))
    assert run(sandbox, "true").exit_code == 0


def test_long_output_keeps_its_head_and_its_tail(sandbox: Sandbox) -> None:
    result = run(sandbox, "echo first; yes noise | head -c 5000000; echo; echo last; printf '\\377'")
    assert result.output.startswith("first\n")
    assert result.output.rstrip("\N{REPLACEMENT CHARACTER}").endswith("last\n")
    assert "bytes left out here" in result.output
    assert len(result.output) < 1_001_000


LINGERING = "setsid sleep 6101 & nohup sleep 6102 & (sleep 6103 &) ; "


def lingering(sandbox: Sandbox) -> list[str]:
    return [line for line in run(sandbox, "ps -e -o args=").output.splitlines() if line.startswith("sleep 61")]


def test_the_time_limit_ends_the_command_and_its_grandchildren(sandbox: Sandbox) -> None:
    result = run(sandbox, f"{LINGERING} echo begun; sleep 6104; echo never", time_limit_s=0.7)
    assert (result.ended_by, result.exit_code) == ("time_limit", None)
    assert "begun" in result.output
    assert "never" not in result.output
    assert result.seconds < 3
    assert lingering(sandbox) == []


def test_a_command_that_shrugs_off_the_polite_signal_is_ended_too(sandbox: Sandbox) -> None:
    result = run(sandbox, "trap '' TERM INT HUP; while true; do sleep 0.1; done", time_limit_s=0.3)
    assert result.ended_by == "time_limit"
    assert result.seconds < 5


def test_the_caller_can_end_a_command(sandbox: Sandbox) -> None:
    ticks: list[float] = []

    def enough(seconds: float) -> bool:
        ticks.append(seconds)
        return len(ticks) == 3

    result = run(sandbox, "trap 'echo asked politely; exit 0' TERM; while true; do sleep 0.05; done", on_tick=enough)
    assert (result.ended_by, result.exit_code) == ("caller", None)
    assert "asked politely" in result.output
    assert len(ticks) == 3
    assert 0.3 < ticks[-1] < 2


def test_what_a_finished_command_left_running_is_ended(sandbox: Sandbox) -> None:
    result = run(sandbox, f"{LINGERING} echo done")
    assert (result.exit_code, result.ended_by, result.output) == (0, "itself", "done\n")
    assert result.seconds < 3
    assert lingering(sandbox) == []
    assert is_the_copy(sandbox, "127.0.0.1")  # the server is spared


def test_the_log_holds_a_failing_statement_with_its_sqlstate(sandbox: Sandbox) -> None:
    with psycopg.connect(sandbox.url(database="postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE users (id uuid PRIMARY KEY)")
        with pytest.raises(psycopg.errors.DatatypeMismatch):
            connection.execute("CREATE TABLE orders (user_id int REFERENCES users (id))")
        connection.execute("CREATE TABLE IF NOT EXISTS users (id int)")
    entries = [json.loads(line) for line in sandbox.log_path.read_text().splitlines()]
    failed = next(entry for entry in entries if entry.get("state_code") == "42804")
    assert failed["statement"] == "CREATE TABLE orders (user_id int REFERENCES users (id))"
    assert "incompatible types" in failed["detail"]
    assert any(entry["message"] == "statement: CREATE TABLE users (id uuid PRIMARY KEY)" for entry in entries)
    assert any(entry["error_severity"] == "NOTICE" and "already exists, skipping" in entry["message"] for entry in entries)


def test_the_systems_programs_serve_as_well(world: World) -> None:
    with open_sandbox(binaries=SYSTEM, port=world.target.port, settings={"work_mem": "7MB"}) as other:
        assert is_the_copy(other, "127.0.0.1")
        with psycopg.connect(other.url(database="postgres")) as connection:
            assert connection.execute("SHOW work_mem").fetchone() == ("7MB",)
            assert connection.info.server_version // 10_000 == SYSTEM.major


def test_closing_leaves_nothing(world: World) -> None:
    opened = open_sandbox(binaries=WHEEL, port=world.target.port)
    folder = opened.socket_folder.parent
    assert folder.is_dir()
    opened.close()
    opened.close()  # harmless
    assert not folder.exists()
    with pytest.raises(SandboxLost, match="closed"):
        run(opened, "true")


def test_a_wrong_setting_or_address_is_refused_before_anything_runs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Path(tempfile.mkdtemp(prefix="own-"))  # of this test alone: others may be at work in the usual one
    place.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with pytest.raises(ServerFailed, match="no_such_setting"):
        open_sandbox(binaries=WHEEL, port=world.target.port, settings={"no_such_setting": "1"})
    with pytest.raises(IsolationUnavailable, match=r"not-an-address"):
        open_sandbox(binaries=WHEEL, port=world.target.port, addresses=["not-an-address"])
    with pytest.raises(UsageError, match="no host name"):
        open_sandbox(binaries=WHEEL, port=world.target.port, hostnames=["a b"])
    place.rmdir()  # nothing was left in it


def test_without_namespaces_it_refuses_and_names_the_way_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(IsolationUnavailable, match="unshare") as refusal:
        open_sandbox(binaries=WHEEL, port=5432)
    assert "--no-isolation" in refusal.value.next_step
    forbidden = tmp_path / "unshare"
    forbidden.write_text("#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n")
    forbidden.chmod(0o755)
    with pytest.raises(IsolationUnavailable, match="Operation not permitted") as refusal:
        open_sandbox(binaries=WHEEL, port=5432)
    assert "--no-isolation" in refusal.value.next_step


def test_without_isolation_the_copy_takes_a_free_port_and_everything_is_ended_all_the_same(world: World) -> None:
    with open_sandbox(binaries=WHEEL, port=world.target.port, isolated=False) as opened:
        assert opened.port != world.target.port
        assert is_the_copy(opened, "127.0.0.1")
        with psycopg.connect(opened.inside_url(database="postgres", user="postgres")) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        result = run(opened, f"{LINGERING} sleep 6104", time_limit_s=0.5)
        assert result.ended_by == "time_limit"
        assert lingering(opened) == []
        folder = opened.socket_folder.parent
    assert not folder.exists()


def processes_with(mark: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def gone_within(condition: Callable[[], bool], *, timeout_s: float = 4) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def busy_doctor(*, isolated: bool) -> tuple[subprocess.Popen[str], Path, str]:
    """A process with a sandbox in which a command runs; returns it, the private folder, and the mark on the command's processes."""
    mark = f"{time.time_ns() % 10**9 + 10**9}"
    program = f"""
        from pathlib import Path
        from dbdoctor.embedded import find_binaries
        from dbdoctor.rehearsal.sandbox import open_sandbox
        box = open_sandbox(binaries=find_binaries(origin="wheel"), port=5432, isolated={isolated})
        print(box.socket_folder.parent, flush=True)
        box.run("setsid sleep {mark} & sleep {mark}", cwd=Path("/"), env={dict(ENVIRONMENT)!r}, time_limit_s=600)
    """
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    folder = Path(child.stdout.readline().strip())
    assert gone_within(lambda: len(processes_with(mark)) >= 3)
    return child, folder, mark


@pytest.mark.parametrize("isolated", [True, False], ids=["isolated", "in the open"])
def test_when_the_doctor_is_killed_everything_ends(isolated: bool) -> None:  # noqa: FBT001 - pytest hands it over by name
    child, folder, mark = busy_doctor(isolated=isolated)
    assert processes_with(str(folder))  # the server
    child.kill()
    child.communicate()
    assert gone_within(lambda: processes_with(mark) == [])
    assert gone_within(lambda: processes_with(str(folder)) == [])
    assert gone_within(lambda: not folder.exists())


@pytest.mark.parametrize("victim", ["unshare", "warden"])
def test_when_the_sandbox_itself_is_killed_everything_in_it_ends_and_the_doctor_is_told(world: World, victim: str) -> None:
    with open_sandbox(binaries=WHEEL, port=world.target.port) as opened:
        folder = opened.socket_folder.parent
        unshare = opened._process.pid
        inside = int(Path(f"/proc/{unshare}/task/{unshare}/children").read_text().split()[0])
        threading.Timer(0.5, os.kill, (unshare if victim == "unshare" else inside, signal.SIGKILL)).start()
        mark = f"{time.time_ns() % 10**9 + 10**9}"
        with pytest.raises(SandboxLost, match="killed"):
            run(opened, f"setsid sleep {mark} & sleep {mark}")
        assert gone_within(lambda: processes_with(mark) == [])
        assert gone_within(lambda: processes_with(str(folder)) == [])
        assert not folder.exists()


def test_a_caller_that_fails_leaves_nothing_running(world: World) -> None:
    opened = open_sandbox(binaries=WHEEL, port=world.target.port)
    mark = f"{time.time_ns() % 10**9 + 10**9}"

    def fail(_seconds: float) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(opened, f"sleep {mark}", on_tick=fail)
    assert gone_within(lambda: processes_with(mark) == [])
    assert not opened.socket_folder.parent.exists()
