"""A copy's server and the app's commands in namespaces of their own, from which the target can never be reached.

Inside there is no network but a loopback, on which the copy answers at the target's port, addresses and host names; the Unix sockets of
the world outside are covered. dbdoctor reaches the copy from outside through a Unix socket: those with a path cross network namespaces.
"""

import ipaddress
import json
import os
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from dbdoctor.embedded.binaries import Binaries
from dbdoctor.embedded.preparation import SUPERUSER, Prepared, free_port, prepare_server
from dbdoctor.embedded.server import LOCALHOST, NO_SETTINGS, ServerFailed, end_keeper, keeper_command, send_line, socket_url, tcp_url
from dbdoctor.errors import DoctorError, UsageError
from dbdoctor.rehearsal import warden
from dbdoctor.rehearsal.outside_sockets import USUAL_SOCKET_FOLDERS, outside_sockets

TICK_S = 0.2
END_PATIENCE_S = 30.0
READY_PATIENCE_S = 90.0
FIRST_WITH_JSONLOG = 15
LOG_NAME = "statements"
UNSHARE = ("--net", "--mount", "--pid", "--ipc", "--fork", "--kill-child")
UNSHARE_UNPRIVILEGED = ("--user", "--map-current-user", "--keep-caps")
HOW_TO_ALLOW = (
    "Allow namespaces (in a container: --cap-add SYS_ADMIN with --security-opt seccomp=unconfined and apparmor=unconfined; on Ubuntu:"
    " sysctl kernel.apparmor_restrict_unprivileged_userns=0; on older Debian: sysctl kernel.unprivileged_userns_clone=1), or run as root,"
    " or, if the command cannot reach the target, give --no-isolation."
)
SANDBOX_SETTINGS = {
    "logging_collector": "on",
    "log_filename": LOG_NAME,
    "log_rotation_age": "0",
    "log_rotation_size": "0",
    "log_statement": "all",
    "log_error_verbosity": "verbose",
    "log_min_messages": "notice",  # "relation already exists, skipping" is a notice
    "log_min_error_statement": "error",
    "log_connections": "on",
    "log_disconnections": "on",
    "log_lock_waits": "on",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
    "lc_messages": "C",
    "autovacuum": "off",
    "max_locks_per_transaction": "1024",
    "track_activity_query_size": "65536",
    "wal_level": "logical",  # so that publications and slots in migrations behave
    "max_wal_senders": "10",
    "dynamic_shared_memory_type": "mmap",  # in the data folder, so that nothing is left in /dev/shm when all is killed
}
OPEN_TO_ALL = "local all all trust\nhost all all all trust\nlocal replication all trust\nhost replication all all trust\n"


class IsolationUnavailable(DoctorError):
    """This machine does not let us make a sandbox; nothing was run."""

    kind = "refused"


class SandboxLost(DoctorError):
    """The sandbox was ended from outside while it was needed."""

    kind = "failed"


class CommandNotStarted(UsageError):
    """The command could not even be started: the folder is not there, for example."""


EndedBy = Literal["itself", "time_limit", "caller"]


@dataclass(frozen=True, kw_only=True)
class CommandResult:
    """How a command went; `output` is standard output and error as one, at most 1 MB; `exit_code` is None where it was ended by us."""

    exit_code: int | None
    output: str
    seconds: float
    ended_by: EndedBy


class Sandbox:
    """A running sandbox; leave it (`with`) or `close` it and everything in it ends and its files go."""

    def __init__(
        self, *, prepared: Prepared, process: subprocess.Popen[bytes], isolated: bool, log_path: Path, covered: Sequence[Path]
    ) -> None:
        self.port = prepared.port
        self.isolated = isolated
        self.log_path = log_path
        self.socket_folder = prepared.socket_folder
        self.covered_folders = tuple(covered)
        self._prepared = prepared
        self._process = process
        self._received = b""
        self._closed = False

    def url(self, *, database: str, user: str = SUPERUSER) -> str:
        """The copy's address for dbdoctor itself, outside."""
        return socket_url(folder=self.socket_folder, port=self.port, database=database, user=user)

    def inside_url(self, *, database: str, user: str) -> str:
        """The copy's address for commands run in here."""
        return tcp_url(host=LOCALHOST, port=self.port, database=database, user=user)

    def run(
        self, command: str, *, cwd: Path, env: Mapping[str, str], time_limit_s: float, on_tick: Callable[[float], bool] | None = None
    ) -> CommandResult:
        """Run a command line with /bin/sh inside, with exactly the variables of `env`; every process it has started is ended after it.

        `on_tick` is called about five times a second with the seconds gone; when it returns True the command is ended.
        """
        folder = cwd.resolve()
        for covered in self.covered_folders:
            if folder.is_relative_to(covered.resolve()):
                raise CommandNotStarted(
                    f"{cwd} is hidden inside the sandbox.", next_step=f"Move the app out of {covered}, where the target's socket is."
                )
        self._send({"do": "run", "command": command, "cwd": str(folder), "env": dict(env)})
        try:
            event, reason = self._follow(time_limit_s=time_limit_s, on_tick=on_tick)
        except BaseException:
            self.close()  # whatever interrupts us (Ctrl-C, a failing on_tick), no command goes on unwatched
            raise
        return _result(event, reason=reason)

    def close(self) -> None:
        """End everything and remove the copy; done once, harmless after that."""
        if not self._closed:
            self._closed = True
            end_keeper(process=self._process, folder=self._prepared.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _follow(self, *, time_limit_s: float, on_tick: Callable[[float], bool] | None) -> tuple[dict[str, object], EndedBy]:
        started = time.monotonic()
        reason: EndedBy = "itself"
        ended_at_s = 0.0
        while True:
            left_s = time_limit_s - (time.monotonic() - started)
            event = self._next_event(patience_s=min(TICK_S, max(left_s, 0.0)) if reason == "itself" else TICK_S)
            if event is not None:
                return event, reason
            gone_s = time.monotonic() - started
            if reason != "itself":
                if gone_s > ended_at_s + END_PATIENCE_S:
                    raise SandboxLost("The command could not be ended.")
                continue
            if gone_s >= time_limit_s:
                reason = "time_limit"
            elif on_tick is not None and on_tick(gone_s):
                reason = "caller"
            if reason != "itself":
                ended_at_s = gone_s
                self._send({"do": "end"})

    def wait_until_ready(self) -> None:
        """Raise what kept the warden from setting the sandbox up, if anything did."""
        try:
            event = self._next_event(patience_s=READY_PATIENCE_S) or {"what": "server", "message": "It took too long to start."}
        except SandboxLost:
            words = (self._prepared.folder / "warden.log").read_text(errors="replace").strip().splitlines()
            event = {"what": "isolation", "message": words[-1] if words else "its first process was killed"}
        if event.get("event") == "ready":
            return
        if event["what"] == "server" or not self.isolated:
            raise ServerFailed(str(event["message"]))
        raise IsolationUnavailable(
            f"The app's command cannot be kept away from the target here: {event['message']}.", next_step=HOW_TO_ALLOW
        )

    def _send(self, request: dict[str, object]) -> None:
        if self._closed:
            raise SandboxLost("The sandbox has been closed.")
        send_line(pipe=self._process.stdin, message=json.dumps(request))

    def _next_event(self, *, patience_s: float) -> dict[str, object] | None:
        pipe = self._process.stdout
        if pipe is None:
            raise SandboxLost("The sandbox has no pipe.")
        deadline = time.monotonic() + patience_s
        while b"\n" not in self._received:
            if not select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
                return None
            data = os.read(pipe.fileno(), 65536)
            if not data:
                raise SandboxLost("The sandbox was killed.", next_step="Run the rehearsal again; the target was not touched.")
            self._received += data
        line, _, self._received = self._received.partition(b"\n")
        event: dict[str, object] = json.loads(line)
        return event


def open_sandbox(
    *,
    binaries: Binaries,
    port: int,
    addresses: Sequence[str] = (),
    hostnames: Sequence[str] = (),
    hide_folders: Sequence[Path] = (),
    settings: Mapping[str, str] = NO_SETTINGS,
    isolated: bool = True,
) -> Sandbox:
    """Start a copy's server where commands can be run that cannot reach anything else.

    `port`, `addresses` and `hostnames` are the target's: inside they lead to the copy. `hide_folders` hold the target's sockets.
    Without isolation the server takes a free port (`sandbox.port`), as the real one may be the target's, and nothing is shut.
    Raises IsolationUnavailable where this machine does not allow it, ServerFailed where the server does not start.
    """
    if isolated and (missing := _missing_for_isolation()):
        raise IsolationUnavailable(f"The app's command cannot be kept away from the target here: {missing}.", next_step=HOW_TO_ALLOW)
    sockets = outside_sockets(hide_folders=hide_folders) if isolated else []
    number = port if isolated else free_port()
    prepared = prepare_server(binaries=binaries, data=None, port=number, listen="*" if isolated else LOCALHOST, settings={})
    try:
        log_path = _set_up_logging(prepared=prepared, binaries=binaries, settings=settings)
        covers = _coverable(folders=[*USUAL_SOCKET_FOLDERS, *hide_folders], prepared=prepared, binaries=binaries) if isolated else []
        orders = warden.Orders(
            isolated=isolated,
            root=os.geteuid() == 0,
            port=number,
            addresses=list(dict.fromkeys(addresses)),
            hosts=_private_hosts(hostnames, folder=prepared.folder) if isolated else "",
            sockets=[str(path) for path in sockets],
            covers=[str(folder) for folder in covers],
            folder=str(prepared.folder),
            socket_folder=str(prepared.socket_folder),
            outer_network=str(Path("/proc/self/ns/net").readlink()) if isolated else "",
            keeper=keeper_command(),
            keeper_job=json.dumps(prepared.job),
        )
        process = _start_warden(orders=orders, errors=prepared.folder / "warden.log")
    except BaseException:
        shutil.rmtree(prepared.folder, ignore_errors=True)
        raise
    sandbox = Sandbox(prepared=prepared, process=process, isolated=isolated, log_path=log_path, covered=covers)
    try:
        sandbox.wait_until_ready()
    except BaseException:
        sandbox.close()
        raise
    return sandbox


def _missing_for_isolation() -> str:
    if sys.platform != "linux":
        return "namespaces are a matter of Linux"
    if shutil.which("unshare") is None:
        return "the program unshare (package util-linux) is not installed"
    return ""


def _set_up_logging(*, prepared: Prepared, binaries: Binaries, settings: Mapping[str, str]) -> Path:
    """Add to the keeper's job what makes the log complete and lets everyone inside in; returns where the log will be."""
    json_log = binaries.major >= FIRST_WITH_JSONLOG
    folder = prepared.folder / "log"
    folder.mkdir(mode=0o700)
    access = prepared.folder / "pg_hba.conf"
    access.write_text(OPEN_TO_ALL)
    access.chmod(0o644)
    if (owner := prepared.job["owner"]) is not None:
        os.chown(folder, owner[0], owner[1])
    merged = {
        **SANDBOX_SETTINGS,
        "log_destination": "jsonlog" if json_log else "csvlog",
        "log_directory": str(folder),
        "hba_file": str(access),
        **settings,
    }
    prepared.job["server"] += [word for pair in merged.items() for word in ("-c", "=".join(pair))]
    return folder / f"{LOG_NAME}.{'json' if json_log else 'csv'}"


def _coverable(*, folders: Sequence[Path], prepared: Prepared, binaries: Binaries) -> list[Path]:
    """Folders the copy's sockets can be laid over: those that are there and hold nothing the rehearsal needs.

    In the others only the sockets themselves are covered.
    """
    needed = [Path.cwd(), prepared.folder, binaries.folder, Path(sys.prefix), Path(sys.base_prefix), Path.home()]
    real = dict.fromkeys(folder.resolve() for folder in folders if folder.is_dir())
    return [folder for folder in real if not any(path.resolve().is_relative_to(folder) for path in needed)]


def _private_hosts(hostnames: Sequence[str], *, folder: Path) -> str:
    """Write an /etc/hosts in which the target's names lead to the loopback and return its path; empty when there are no names."""
    names = {name for name in hostnames if not _is_address(name)}
    if not names:
        return ""
    lines: list[str] = []
    present = Path("/etc/hosts")
    for line in present.read_text().splitlines() if present.exists() else []:
        words = line.partition("#")[0].split()
        left = [word for word in words[1:] if word not in names]
        lines += [" ".join([words[0], *left])] if left else []
    for name in sorted(names):
        if not re.fullmatch(r"[A-Za-z0-9_.-]+", name):
            raise UsageError(f"{name!r} is no host name.")
    private = folder / "hosts"
    private.write_text("\n".join([*lines, *(f"{LOCALHOST} {name}" for name in sorted(names))]) + "\n")
    private.chmod(0o644)
    return str(private)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _start_warden(*, orders: warden.Orders, errors: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", "-S", str(Path(warden.__file__))]
    if orders["isolated"]:
        command = ["unshare", *UNSHARE, *([] if orders["root"] else UNSHARE_UNPRIVILEGED), "--", *command]
    with errors.open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd="/", start_new_session=True)
    send_line(pipe=process.stdin, message=json.dumps(orders))
    return process


def _result(event: dict[str, object], *, reason: EndedBy) -> CommandResult:
    if event["event"] != "ended":
        raise CommandNotStarted(f"The command could not be started: {event['message']}.")
    by_itself = bool(event["by_itself"])
    return CommandResult(
        exit_code=int(str(event["exit_code"])) if by_itself else None,
        output=str(event["output"]),
        seconds=float(str(event["seconds"])),
        ended_by="itself" if by_itself else reason,
    )
