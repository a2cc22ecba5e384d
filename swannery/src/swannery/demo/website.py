"""The demo's website: `swannery serve` as a program of its own, just as the studio would run it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swannery.demo.errors import DemoCannot
from swannery.foundation.serving import free_port

HOST = "127.0.0.1"
STOPS_WITHIN_S = 20
TOLD_LINES = 5


class Website:
    """A running website; `log` is the file its log lines go to."""

    def __init__(self, *, process: subprocess.Popen[str], port: int, log: Path) -> None:
        self._process = process
        self.port = port
        self.log = log

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://{HOST}:{self.port}"

    def wait(self) -> None:
        """Return when it has ended, which it does not do by itself."""
        self._process.wait()
        raise self.ended()

    def ended(self) -> DemoCannot:
        """Say that it is not there, and what it said last."""
        said = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-TOLD_LINES:]
        words = "\n  ".join(["The website ended by itself.", *said])
        return DemoCannot(words, next_step=f"All it said is in {self.log}; start over with: make demo ARGS=--fresh")

    def stop(self) -> int:
        """Have it finish what it began and end; returns its exit code."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            return self._process.wait(timeout=STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


@contextmanager
def website(*, url: str, config: Path, log: Path) -> Iterator[Website]:
    """Serve the database on PORT, or on a free port where none is set. However this process ends, the website ends with it."""
    port = os.environ.get("PORT", "") or str(free_port(HOST))
    variables = {**os.environ, "DATABASE_URL": url, "PORT": port}
    command = [str(Path(sys.executable).parent / "swannery"), "serve", "--host", HOST, "--config", str(config), "--with-parent"]
    with log.open("w", encoding="utf-8") as lines:
        # A group of its own: Ctrl-C reaches the demo alone, which then stops it in order.
        process = subprocess.Popen(
            command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=lines, text=True, process_group=0
        )
    with process:
        running = Website(process=process, port=int(port) if port.isdecimal() else 0, log=log)
        try:
            if process.stdout is None or not process.stdout.readline():
                raise running.ended()
            yield running
        finally:
            running.stop()
