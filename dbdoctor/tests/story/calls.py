"""The command line as a user calls it: a program of its own, nothing to answer its questions, its words and exit code kept."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbdoctor import cli

DBDOCTOR = Path(sys.executable).with_name("dbdoctor")
PATIENCE_S = 500.0
SAME: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a command said, and how it ended."""

    exit_code: int
    out: str
    err: str
    seconds: float

    @property
    def said(self) -> str:
        return self.out + self.err

    @property
    def report(self) -> dict[str, Any]:
        """Standard output, which must be one JSON document and nothing else."""
        found: dict[str, Any] = json.loads(self.out)
        return found


def call(*words: str | Path, environment: Mapping[str, str] = SAME, cwd: Path | None = None) -> Told:
    """Run `dbdoctor` with these words and wait for it."""
    return run(str(DBDOCTOR), *words, environment=environment, cwd=cwd)


def call_here(*words: str | Path) -> Told:
    """The same inside this process, which saves the second that a start takes: where only words and exit code matter."""
    out, err, started = io.StringIO(), io.StringIO(), time.monotonic()
    with redirect_stdout(out), redirect_stderr(err):
        exit_code = cli.run([str(word) for word in words])
    return Told(exit_code=exit_code, out=out.getvalue(), err=err.getvalue(), seconds=time.monotonic() - started)


def run(*words: str | Path, environment: Mapping[str, str] = SAME, cwd: Path | None = None) -> Told:
    """Run any command and wait for it."""
    started = time.monotonic()
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Told(exit_code=done.returncode, out=done.stdout, err=done.stderr, seconds=time.monotonic() - started)
