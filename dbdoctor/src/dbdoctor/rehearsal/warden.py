"""The warden: the program inside the sandbox. It shuts every door to the outside, starts the copy's server, and runs the app's commands.

It is run by path with the standard library only (`python -I -S warden.py`), as process 1 of new network, mount, process and IPC namespaces,
so that all in there ends with it. It speaks JSON lines: first come `Orders`, then requests; the end of its input means stop.
"""

import contextlib
import ctypes
import errno
import fcntl
import ipaddress
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any, TypedDict

TICK_S = 0.05
TERM_GRACE_S = 1.0
OUTPUT_CAP = 1_000_000
SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK = 0x8913, 0x8914, 0x8916, 0x891C
IFF_UP, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND = 0x1, 0x2, 0x4, 0x8, 0x1000
PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 24, 36, 38, 47, 4
# What a command may keep of root's powers: files, users, low ports, limits. SYS_ADMIN, SYS_PTRACE, SYS_CHROOT, NET_ADMIN, NET_RAW, MKNOD,
# SYS_MODULE, SYS_RAWIO, DAC_READ_SEARCH (it opens files by handle, around every mount) and all the rest go.
KEPT_CAPABILITIES = frozenset({0, 1, 3, 4, 5, 6, 7, 10, 14, 23, 24})
NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EACCES})


class Orders(TypedDict):
    """What the sandbox asks for; `hosts` is a file to be laid over /etc/hosts; the copy's socket folder is laid over `covers`."""

    isolated: bool
    root: bool
    port: int
    addresses: list[str]
    hosts: str
    sockets: list[str]
    covers: list[str]
    folder: str
    socket_folder: str
    outer_network: str
    keeper: list[str]
    keeper_job: str


class SetupFailed(Exception):
    """A door could not be shut ("isolation"), or the server did not start ("server")."""

    def __init__(self, message: str, *, what: str) -> None:
        super().__init__(message)
        self.what = what


class System:
    """The few system calls Python has no function for."""

    def __init__(self) -> None:
        self.libc = ctypes.CDLL(None, use_errno=True)

    def mount(self, source: Path, target: Path, *, kind: str = "", flags: int = MS_BIND) -> None:
        result = self.libc.mount(bytes(source), bytes(target), kind.encode(), ctypes.c_ulong(flags), None)
        if result != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(target))

    def drop_powers(self) -> None:
        """Give up, in a child about to run a foreign program, what could open a shut door; for good."""
        for capability in range(64):
            if capability not in KEPT_CAPABILITIES:
                self.libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
        self.libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
        if self.libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            os._exit(126)


class Output:
    """What a command has written: its head and its tail, never more than the cap."""

    def __init__(self) -> None:
        self.kept = bytearray()
        self.left_out = 0

    def add(self, data: bytes) -> None:
        self.kept += data
        excess = max(len(self.kept) - OUTPUT_CAP, 0)
        self.left_out += excess
        del self.kept[OUTPUT_CAP // 2 : OUTPUT_CAP // 2 + excess]

    def text(self) -> str:
        if not self.left_out:
            return self.kept.decode(errors="replace")
        head, tail = (part.decode(errors="replace") for part in (self.kept[: OUTPUT_CAP // 2], self.kept[OUTPUT_CAP // 2 :]))
        return f"{head}\n[dbdoctor: {self.left_out} bytes left out here]\n{tail}"


class Command:
    """One command of the app's, in a session of its own."""

    def __init__(self, *, request: dict[str, Any], system: System, isolated: bool) -> None:
        self.output = Output()
        self.started = time.monotonic()
        self.ending_since: float | None = None
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", request["command"]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=request["cwd"],
            env=request["env"],
            start_new_session=True,
            preexec_fn=system.drop_powers if isolated else None,  # noqa: PLW1509 - the warden has one thread
        )
        self.pipe = self.process.stdout
        if self.pipe is not None:
            os.set_blocking(self.pipe.fileno(), False)

    def read(self) -> None:
        while self.pipe is not None:
            try:
                data = os.read(self.pipe.fileno(), 65536)
            except BlockingIOError:
                return
            if not data:
                self.pipe.close()
                self.pipe = None
                return
            self.output.add(data)

    def signal_group(self, signal_number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal_number)

    def end(self) -> None:
        if self.ending_since is None:
            self.ending_since = time.monotonic()
            self.signal_group(signal.SIGTERM)

    def tick(self) -> bool:
        """Go on with ending it where that was asked for; True when the command itself is over."""
        if self.ending_since is not None and time.monotonic() - self.ending_since > TERM_GRACE_S:
            self.signal_group(signal.SIGKILL)
        return self.process.poll() is not None


class Warden:
    """Serves one sandbox until its standard input ends."""

    def __init__(self, *, orders: Orders) -> None:
        self.orders = orders
        self.system = System()
        self.own_proc = Path("/proc/self/stat").exists()
        self.keeper: subprocess.Popen[bytes] | None = None
        self.command: Command | None = None
        self.received = b""

    def shut_doors(self) -> None:
        """All that has to be done before anything foreign runs; raises SetupFailed rather than leave one open."""
        self.own_proc = self.mount_proc()
        if self.own_proc and str(Path("/proc/self/ns/net").readlink()) == self.orders["outer_network"]:
            raise SetupFailed("the network is still the one outside", what="isolation")
        switch_on_loopback()
        for number, address in enumerate(self.orders["addresses"], start=1):
            add_loopback_address(address, number=number)
        if self.orders["hosts"]:
            self.system.mount(Path(self.orders["hosts"]), Path("/etc/hosts"))

    def mount_proc(self) -> bool:
        try:
            self.system.mount(Path("proc"), Path("/proc"), kind="proc", flags=MS_NOSUID | MS_NODEV | MS_NOEXEC)
        except OSError:
            if self.orders["root"]:
                raise
            return False  # a container may forbid it to an ordinary user; processes outside are out of reach all the same
        return True

    def cover(self) -> None:
        """Hide the Unix sockets of the world outside; those a PostgreSQL client would look for lead to the copy."""
        (empty := Path(self.orders["folder"]) / "empty").touch()
        empty.chmod(0o666)  # so that everyone is told "refused", as by a server that is down
        own_socket = Path(self.orders["socket_folder"]) / f".s.PGSQL.{self.orders['port']}"
        for path in map(Path, self.orders["sockets"]):
            self.cover_one(own_socket if path.name == own_socket.name else empty, path)
        for folder in map(Path, self.orders["covers"]):  # after the sockets: else those would be looked for inside the cover
            self.cover_one(Path(self.orders["socket_folder"]), folder)

    def cover_one(self, source: Path, target: Path) -> None:
        try:
            self.system.mount(source, target)
        except OSError as failure:
            if failure.errno not in NOT_THERE:  # what is gone, or what this user cannot get at, no command gets at
                raise SetupFailed(f"{target} could not be covered: {failure.strerror}", what="isolation") from failure

    def start_server(self) -> None:
        self.keeper = subprocess.Popen(
            self.orders["keeper"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
            preexec_fn=self.system.drop_powers if self.orders["isolated"] else None,  # noqa: PLW1509 - one thread
        )
        if self.keeper.stdin is None or self.keeper.stdout is None:
            raise SetupFailed("no pipes", what="server")
        self.keeper.stdin.write(self.orders["keeper_job"].encode() + b"\n")
        self.keeper.stdin.flush()
        awaited: list[int | IO[bytes]] = [0, self.keeper.stdout]
        if self.keeper.stdout not in select.select(awaited, [], [])[0]:
            raise EOFError  # nothing but the end of our own input can come this early
        answer = json.loads(self.keeper.stdout.readline() or "{}")
        if answer.get("state") != "ready":
            raise SetupFailed(str(answer.get("message", "the server's keeper was ended")), what="server")

    def serve(self) -> None:
        """Answer requests and tend the running command until the input ends."""
        wakeup, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            awaited: list[int | IO[bytes]] = [0, wakeup]
            if self.command is not None and self.command.pipe is not None:
                awaited.append(self.command.pipe)
            patience_s = None if self.command is None or self.command.ending_since is None else TICK_S
            readable, _, _ = select.select(awaited, [], [], patience_s)
            if wakeup in readable:
                os.read(wakeup, 4096)
            if 0 in readable:
                for request in self.read_requests():
                    self.obey(request)
            self.tend()

    def read_requests(self) -> list[dict[str, Any]]:
        data = os.read(0, 65536)
        if not data:
            raise EOFError
        *lines, self.received = (self.received + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def obey(self, request: dict[str, Any]) -> None:
        if request["do"] == "end":
            if self.command is not None:
                self.command.end()
        elif self.command is None:
            try:
                self.command = Command(request=request, system=self.system, isolated=self.orders["isolated"])
            except (OSError, subprocess.SubprocessError) as failure:
                tell({"event": "not_started", "message": str(failure)})

    def tend(self) -> None:
        self.reap()
        if self.command is not None:
            self.command.read()
            if self.command.tick():
                self.finish(self.command)

    def finish(self, command: Command) -> None:
        """The command is over: end whatever it has left behind, then report."""
        command.signal_group(signal.SIGKILL)
        self.end_leftovers()
        command.read()
        if command.pipe is not None:
            command.pipe.close()
        self.command = None
        code = command.process.returncode
        tell(
            {
                "event": "ended",
                "exit_code": code if code >= 0 else 128 - code,
                "by_itself": command.ending_since is None,
                "seconds": time.monotonic() - command.started,
                "output": command.output.text(),
            }
        )

    def end_leftovers(self) -> None:
        """Kill every process under the warden that is not the server's, also those that have made a session of their own."""
        for _round in range(100):
            left = self.leftovers() if self.own_proc else []
            if not left:
                return
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)
            self.reap()

    def leftovers(self) -> list[int]:
        parents = _living_processes()
        spared = self.keeper.pid if self.keeper is not None else 0
        below, newest = set[int](), {os.getpid()}
        while newest:
            newest = {pid for pid, parent in parents.items() if parent in newest and pid != spared}
            below |= newest
        return sorted(below)

    def reap(self) -> None:
        """Process 1 inherits every orphan; the children of our own are reaped by their Popen."""
        ours = {child.pid: child for child in (self.keeper, self.command.process if self.command else None) if child}
        with contextlib.suppress(ChildProcessError):
            while found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if found.si_pid in ours:
                    ours[found.si_pid].poll()
                else:
                    os.waitpid(found.si_pid, 0)

    def stop(self) -> None:
        if self.command is not None:
            self.command.signal_group(signal.SIGKILL)
        self.end_leftovers()
        if self.keeper is not None and self.keeper.stdin is not None:
            self.keeper.stdin.close()
            self.keeper.wait()
        shutil.rmtree(self.orders["folder"], ignore_errors=True)


def switch_on_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        name = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack("16xh14x", fcntl.ioctl(handle, SIOCGIFFLAGS, name))
        fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def add_loopback_address(address: str, *, number: int) -> None:
    """Make an address of the target lead to the copy: give it to the loopback device."""
    try:
        parsed = ipaddress.ip_address(address)
        if parsed.is_loopback:
            return
        if isinstance(parsed, ipaddress.IPv4Address):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
                for request, value in ((SIOCSIFADDR, parsed.packed), (SIOCSIFNETMASK, b"\xff\xff\xff\xff")):
                    content = struct.pack("16sHH4s8x", f"lo:{number}".encode(), socket.AF_INET, 0, value)
                    fcntl.ioctl(handle, request, content)
        else:
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as handle:
                fcntl.ioctl(handle, SIOCSIFADDR, struct.pack("16sIi", parsed.packed, 128, socket.if_nametoindex("lo")))
    except (OSError, ValueError) as failure:
        raise SetupFailed(f"the address {address} could not be given to the copy: {failure}", what="isolation") from failure


def _living_processes() -> dict[int, int]:
    """Process id and its parent's, without those that are only waiting to be reaped."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue  # gone in the meantime
        if state != "Z":
            parents[int(entry.name)] = int(parent)
    return parents


def tell(message: dict[str, object]) -> None:
    data = (json.dumps(message) + "\n").encode()
    while data:
        data = data[os.write(1, data) :]


def main() -> int:
    """Serve one sandbox; 0 when it was stopped in order."""
    for harmless in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(harmless, lambda *_: None)  # not SIG_IGN, which commands would inherit
    line = os.fdopen(0, "rb", buffering=0, closefd=False).readline()
    if not line:
        return 0
    warden = Warden(orders=json.loads(line))
    orders = warden.orders
    try:
        if sys.platform == "linux":
            warden.system.libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans of commands become ours to end
        if orders["isolated"]:
            warden.shut_doors()
        warden.start_server()
        if orders["isolated"]:
            warden.cover()
        tell({"event": "ready"})
        warden.serve()
    except (EOFError, BrokenPipeError):
        pass
    except (SetupFailed, OSError) as failure:
        tell({"event": "failed", "what": getattr(failure, "what", "isolation"), "message": str(failure)})
    finally:
        warden.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
