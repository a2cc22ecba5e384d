"""The leash: a small program around a command; when whoever started it is gone, however that happened, the command ends.

It is run by path with the standard library only (`python -I -S leash.py`). Its standard input is a pipe whose other end only its
starter has: first comes one line of JSON (`Order`), and the end of that pipe means stop. The command's output is its own; it ends
with the command's exit code, and takes every process the command has left behind with it.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TypedDict

POLL_S = 0.05
GRACE_S = 3.0
PR_SET_CHILD_SUBREAPER = 36
COULD_NOT_START = 127


class Order(TypedDict):
    """What is to be run: the words of a command, its folder and its whole environment."""

    words: list[str]
    cwd: str
    environment: dict[str, str]


def main() -> int:
    order: Order = json.loads(read_line())
    adopt_orphans()
    try:
        child = subprocess.Popen(
            order["words"],
            cwd=order["cwd"],
            env=order["environment"],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        sys.stdout.write(f"{error}\n")
        return COULD_NOT_START
    try:
        return wait_for(child)
    finally:
        end_all(child)


def read_line() -> bytes:
    """The order, byte by byte, so that nothing of what follows is swallowed."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            sys.exit(1)
        line += byte
    return line


def adopt_orphans() -> None:
    """On Linux: processes whose parents end become ours, so that none escapes."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def wait_for(child: subprocess.Popen[bytes]) -> int:
    """The command's exit code (128 + signal where one ended it), or the end of our starter."""
    while child.poll() is None:
        if select.select([0], [], [], POLL_S)[0] and not os.read(0, 1):
            return 128 + signal.SIGTERM
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def end_all(child: subprocess.Popen[bytes]) -> None:
    """Ask the command's group to end, then make it and every process it has left behind."""
    with contextlib.suppress(OSError):  # nobody is left in the group
        os.killpg(child.pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(POLL_S)
    with contextlib.suppress(OSError):  # nobody is left in the group
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    while left := children():
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except OSError:
                continue


def children() -> list[int]:
    """Processes that are ours now; known on Linux only."""
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    try:
        return [int(word) for word in path.read_text().split()]
    except OSError:
        return []


if __name__ == "__main__":
    sys.exit(main())
