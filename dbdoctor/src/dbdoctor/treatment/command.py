"""Running a command that may change the target: watched, limited in time, and ended when we are."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dbdoctor.databases.postgresql.connection import hide_passwords
from dbdoctor.errors import DoctorError, UsageError
from dbdoctor.treatment import leash

KEPT_BYTES = 256 * 1024
TICK_S = 0.2


class CommandStopped(DoctorError):
    """The program that watches the command was killed; the command with it."""

    kind = "failed"


@dataclass(frozen=True, kw_only=True)
class CommandEnd:
    """How a command went; `output` is the end of what it said, passwords hidden; `exit_code` None where its time was up."""

    exit_code: int | None
    output: str
    seconds: float


def run_command(
    *,
    words: list[str],
    cwd: Path,
    variables: Mapping[str, str],
    time_limit_s: float,
    secrets: tuple[str, ...],
    on_tick: Callable[[float], None],
) -> CommandEnd:
    """Run `words` in `cwd` with our own environment and `variables`; nothing of it outlives us, or the time limit."""
    if not cwd.is_dir():
        raise UsageError(f"There is no folder {cwd} to run the command in.", next_step="Name the app's folder (--cwd).")
    order = {"words": words, "cwd": str(cwd.resolve()), "environment": {**os.environ, **variables}}
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(leash.__file__))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        _send(process, json.dumps(order))
        output, in_time = _follow(process, deadline=started + time_limit_s, on_tick=lambda: on_tick(time.monotonic() - started))
    finally:
        end(process)
    seconds = time.monotonic() - started
    said = hide_passwords(output.decode(errors="replace"), secrets=secrets)
    if in_time and process.returncode < 0:
        raise CommandStopped("The program that watches the command was killed, and the command with it.")
    return CommandEnd(exit_code=process.returncode if in_time else None, output=said, seconds=seconds)


def _send(process: subprocess.Popen[bytes], line: str) -> None:
    if process.stdin is not None:
        process.stdin.write(line.encode() + b"\n")
        process.stdin.flush()


def _follow(process: subprocess.Popen[bytes], *, deadline: float, on_tick: Callable[[], None]) -> tuple[bytes, bool]:
    """The end of its output, and whether it ended before the deadline."""
    output = b""
    pipe = process.stdout
    while pipe is not None:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            return output, False
        if not select.select([pipe], [], [], min(TICK_S, left_s))[0]:
            on_tick()
            continue
        data = os.read(pipe.fileno(), 65536)
        if not data:
            break
        output = (output + data)[-KEPT_BYTES:]
    process.wait(max(deadline - time.monotonic(), leash.GRACE_S))
    return output, True


def end(process: subprocess.Popen[bytes]) -> None:
    """Close the pipe that holds the leash and wait until it has ended everything."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:
                continue
    try:
        process.wait(leash.GRACE_S * 3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
