"""The website as a process of its own: `swannery serve` on a town's database, to be asked over HTTP, stopped and killed."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
from town import PASSWORD

from swannery.app import run
from swannery.config import Config, read_config, render_config

SWANNERY = Path(sys.executable).parent / "swannery"
HOST = "127.0.0.1"
STOPS_WITHIN_S = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Served:
    """One place to serve from: started, stopped, killed and started again on the same port."""

    def __init__(self, *, url: str, config: Config, folder: Path) -> None:
        self.url = url
        self.port = free_port()
        self.log = folder / "serve.log"
        self.config_path = folder / "swannery.toml"
        site = msgspec.structs.replace(config.site, name="Townhall")
        self.config_path.write_text(render_config(msgspec.structs.replace(config, site=site)), encoding="utf-8")
        self.process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self, *options: str) -> str:
        """Start the real command; returns the line it prints when it is ready."""
        variables = {**os.environ, "DATABASE_URL": self.url, "PORT": str(self.port)}
        command = [str(SWANNERY), "serve", "--config", str(self.config_path), *options]
        with self.log.open("a", encoding="utf-8") as lines:
            self.process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=lines, stdin=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        assert line, self.log.read_text(encoding="utf-8")
        return line

    def end(self, number: signal.Signals) -> int:
        """Send a signal; returns the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        assert self.process is not None
        code = self.process.wait(timeout=STOPS_WITHIN_S)
        for stream in (self.process.stdout, self.process.stdin):
            if stream is not None:
                stream.close()
        self.process = None
        return code

    def sign_in(self, who: str) -> str:
        """Return a token for the API."""
        answer = httpx.post(f"{self.address}/api/v1/session", json={"identifier": who, "password": PASSWORD}, timeout=20)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])


@contextmanager
def served(*, url: str, config: Config, folder: Path) -> Iterator[Served]:
    """A place to serve from; whatever still runs at the end is killed."""
    place = Served(url=url, config=config, folder=folder)
    try:
        yield place
    finally:
        if place.process is not None:
            place.end(signal.SIGKILL)


def serve_here(path: Path, environ: dict[str, str]) -> None:
    """What the command does, in this process; its log goes to LOG."""
    os.dup2(os.open(environ["LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND), sys.stderr.fileno())
    run(read_config(path, environ))
