"""The keeper: a small program beside each server; when its parent is gone, however that happened, the server ends.

Throw-away files go with it.

It is run by path with the standard library only (`python -I -S keeper.py`), so it starts in hundredths of a second. Its standard input
is a pipe whose other end only the parent has: first comes one line of JSON (`Job`), and the end of that pipe means stop.
"""

import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

POLL_S = 0.5
READY_POLL_S = 0.005
PREDECESSOR_S = 5.0
FAST_STOP_S = 15.0
QUICK_STOP_S = 5.0
PR_SET_PDEATHSIG = 1
STATUS_LINE = 7
PARTIAL = "initdb.partial"


class Job(TypedDict):
    """What the keeper is to do; `owner` is the user and group to run as, None for the keeper's own."""

    initdb: list[list[str]]
    server: list[str]
    data: str
    kept: bool
    folder: str
    log: str
    owner: list[int] | None
    environment: dict[str, str]
    ready_s: float


class ParentGone(Exception):
    """The pipe has ended or the parent's process is no more."""


class StartFailed(Exception):
    """The server could not be made or started; `conflict` where another one is at work in the same folder."""

    def __init__(self, message: str, *, conflict: bool = False) -> None:
        super().__init__(message)
        self.conflict = conflict


class Keeper:
    """Holds one server from initdb to its end."""

    def __init__(self, *, job: Job, parent: int) -> None:
        self.job = job
        self.parent = parent
        self.running: subprocess.Popen[bytes] | None = None
        self.bind_to_parent = _death_signal_setter()

    def pause(self, seconds: float) -> None:
        """Wait, and raise ParentGone as soon as there is nobody left to work for."""
        readable, _, _ = select.select([0], [], [], seconds)
        if (readable and not os.read(0, 4096)) or os.getppid() != self.parent:
            raise ParentGone

    def launch(self, command: list[str]) -> subprocess.Popen[bytes]:
        owner = self.job["owner"]
        keeper = os.getpid()

        def end_with_keeper() -> None:
            self.bind_to_parent()
            if os.getppid() != keeper:
                os._exit(1)

        with Path(self.job["log"]).open("ab") as log:
            self.running = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=self.job["environment"],
                user=None if owner is None else owner[0],
                group=None if owner is None else owner[1],
                extra_groups=None if owner is None else [],
                process_group=0,
                preexec_fn=end_with_keeper,  # noqa: PLW1509 - the keeper has one thread
            )
        return self.running

    def make_data(self) -> None:
        """Run initdb; where the data is kept, into a folder of its own first, so that half a cluster is never taken for a whole one."""
        if not self.job["initdb"]:
            return
        data = Path(self.job["data"])
        target = data / PARTIAL if self.job["kept"] else data
        if self.job["kept"]:
            _empty(data)
        for command in self.job["initdb"]:
            shutil.rmtree(target, ignore_errors=True)
            process = self.launch([*command, "-D", str(target)])
            try:
                while process.poll() is None:
                    self.pause(READY_POLL_S)
            except ParentGone:
                os.killpg(process.pid, signal.SIGKILL)  # initdb and the server it drives
                process.wait()
                raise
            if process.returncode == 0:
                break
        else:
            raise StartFailed(f"initdb failed: {self.log_tail()}")
        if self.job["kept"]:
            for entry in sorted(target.iterdir(), key=lambda one: one.name == "PG_VERSION"):  # PG_VERSION last: it says "complete"
                entry.rename(data / entry.name)
            target.rmdir()

    def start(self) -> int:
        """Start the server and wait until it accepts connections; returns its process id."""
        self.clear_stale_pid()
        deadline = time.monotonic() + self.job["ready_s"]
        process = self.launch(self.job["server"])
        while True:
            if process.poll() is not None:
                tail = self.log_tail()
                if "still in use" not in tail or time.monotonic() > deadline:
                    raise StartFailed(f"The server ended at its start: {tail}")
                self.pause(0.2)  # sessions of a killed server are still on their way out
                process = self.launch(self.job["server"])
            lines = _pid_file_lines(Path(self.job["data"]))
            if len(lines) > STATUS_LINE and lines[0] == str(process.pid) and lines[STATUS_LINE].startswith("ready"):
                return process.pid
            if time.monotonic() > deadline:
                raise StartFailed(f"The server was not ready after {self.job['ready_s']:.0f} s: {self.log_tail()}")
            self.pause(READY_POLL_S)

    def clear_stale_pid(self) -> None:
        """Wait for a predecessor that is being stopped; forget one whose number now belongs to another program."""
        data = Path(self.job["data"])
        deadline = time.monotonic() + PREDECESSOR_S
        while True:
            lines = _pid_file_lines(data)
            if not lines or not lines[0].isdigit():
                return
            pid = int(lines[0])
            if not _alive(pid):
                return  # PostgreSQL itself sees that this one is dead
            if not _works_in(pid, data):
                (data / "postmaster.pid").unlink(missing_ok=True)
                return
            if time.monotonic() > deadline:
                raise StartFailed(f"Another server (process {pid}) is running on {data}.", conflict=True)
            self.pause(0.05)

    def watch(self) -> None:
        while self.running is not None and self.running.poll() is None:
            self.pause(POLL_S)

    def stop(self) -> None:
        process = self.running
        first = (signal.SIGINT, FAST_STOP_S) if self.job["kept"] else (signal.SIGQUIT, QUICK_STOP_S)
        for signal_number, patience_s in (first, (signal.SIGQUIT, QUICK_STOP_S), (signal.SIGKILL, QUICK_STOP_S)):
            if process is None or process.poll() is not None:
                break
            process.send_signal(signal_number)
            try:
                process.wait(patience_s)
            except subprocess.TimeoutExpired:
                continue
        remove_folder(Path(self.job["folder"]))

    def log_tail(self) -> str:
        lines = Path(self.job["log"]).read_text(errors="replace").splitlines()
        return " / ".join(line.strip() for line in lines[-6:] if line.strip()) or "it wrote nothing to its log"


def remove_folder(folder: Path) -> None:
    """Remove a private folder, also while somebody who has just been ended is still writing there."""
    for _attempt in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


def _death_signal_setter() -> Callable[[], None]:
    """Linux only: have the kernel end the child when the keeper itself is killed."""
    if sys.platform != "linux":
        return lambda: None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGQUIT), 0, 0, 0)


def _pid_file_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _works_in(pid: int, data: Path) -> bool:
    """Whether that process is a server on this data; a postmaster's current folder is its data folder."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
    except FileNotFoundError:
        command = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)  # no /proc: macOS
        return str(data) in command.stdout
    except OSError:
        return False  # another user's process, so none of ours


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _read_line() -> str:
    # Byte by byte: what a buffer had swallowed could not be waited for with select.
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            raise ParentGone
        line += byte
    return line.decode()


def _tell(message: dict[str, object]) -> None:
    try:
        os.write(1, (json.dumps(message) + "\n").encode())
    except BrokenPipeError:
        raise ParentGone from None


def _leave(_signal: int, _frame: object) -> None:
    raise ParentGone


def main() -> int:
    """Keep one server; 0 when it was stopped in order."""
    parent = os.getppid()
    for harmless in (signal.SIGINT, signal.SIGHUP):
        signal.signal(harmless, lambda *_: None)  # not SIG_IGN, which children would inherit
    try:
        job: Job = json.loads(_read_line())
    except ParentGone:
        return 0
    keeper = Keeper(job=job, parent=parent)
    failed = False
    try:
        signal.signal(signal.SIGTERM, _leave)
        keeper.make_data()
        _tell({"state": "ready", "pid": keeper.start()})
        keeper.watch()
    except ParentGone:
        pass
    except (StartFailed, OSError) as failure:
        failed = True
        conflict = isinstance(failure, StartFailed) and failure.conflict
        _tell({"state": "failed", "message": str(failure), "conflict": conflict})
    finally:
        signal.signal(signal.SIGTERM, lambda *_: None)
        keeper.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
