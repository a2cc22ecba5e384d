"""How many answers a second can the asker itself take?

Run: .venv/bin/python benchmarks/feed_asking.py

It must be far more than what is measured with it.
The other feed benchmarks start the website and ask it with what is in here. Alone, this file asks a server that answers the same page at
once: on 2 cores shared with that server it took 20,000 and more a second.
"""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self, cast
from urllib.request import urlopen

import uvloop

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
STARTS_WITHIN_S = 60.0
GOOD = (b" 200 ", b" 201 ", b" 204 ", b" 303 ")


class Site:
    """The website in processes of its own, each as `swannery serve` runs it, on ports beside each other."""

    def __init__(self, url: str, *, toml: Path, processes: int) -> None:
        self.ports = [free_port() for _ in range(processes)]
        code = (
            "import os\nfrom pathlib import Path\nfrom swannery.app import run\nfrom swannery.config import read_config\n"
            f"run(read_config(Path({str(toml)!r}), os.environ))"
        )
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-c", code], env={**os.environ, "DATABASE_URL": url, "PORT": str(port)}, stderr=subprocess.DEVNULL
            )
            for port in self.ports
        ]

    def __enter__(self) -> Self:
        until = time.monotonic() + STARTS_WITHIN_S
        for port in self.ports:
            while not listens(port):
                if time.monotonic() > until:
                    raise TimeoutError("the website did not start")
                time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
        for process in self._processes:
            process.wait(timeout=30)

    def peak_memory_mb(self) -> list[int]:
        """Return each process's peak resident memory."""
        found = [re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{one.pid}/status").read_text(encoding="utf-8")) for one in self._processes]
        return [int(one[1]) // 1024 if one else 0 for one in found]

    def statements(self) -> dict[str, float]:
        """Return which share of the answers took at most six statements, by route, from the processes' own metrics."""
        shares: dict[str, float] = {}
        for port in self.ports:
            with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                text = answer.read().decode()
            for route in ("/", "/api/v1/feed"):
                at_most = re.search(rf'request_statements_bucket{{le="6.0",route="{route}"}} ([0-9.e+]+)', text)
                in_all = re.search(rf'request_statements_count{{route="{route}"}} ([0-9.e+]+)', text)
                if at_most and in_all:
                    shares[route] = min(shares.get(route, 1.0), round(float(at_most[1]) / float(in_all[1]), 5))
        return shares


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody does."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Asker(asyncio.Protocol):
    """One connection kept open: sends the next request as soon as the last is answered in full."""

    def __init__(self, requests: Sequence[bytes], *, until: float, pause_s: float) -> None:
        self._requests = requests
        self._until = until
        self._pause_s = pause_s
        self._turn = 0
        self._missing = 0
        self._head = b""
        self._transport: asyncio.Transport
        self._sent = 0.0
        self.times: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def _next(self) -> None:
        if time.perf_counter() > self._until:
            self._transport.close()
            self.done.set_result(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(self._requests[self._turn % len(self._requests)])
        self._turn += 1

    def data_received(self, data: bytes) -> None:
        if not self._missing:
            self._head += data
            head, found, body = self._head.partition(b"\r\n\r\n")
            if not found:
                return
            if not any(status in head[:20] for status in GOOD):
                self.done.set_exception(RuntimeError(self._head.decode(errors="replace")[:500]))
                self._transport.close()
                return
            length = LENGTH.search(head)
            self._missing = (int(length[1]) if length else 0) - len(body)
            self._head = b""
        else:
            self._missing -= len(data)
        if self._missing <= 0:
            self._missing = 0
            self.times.append(time.perf_counter() - self._sent)
            if self._pause_s:
                asyncio.get_running_loop().call_later(self._pause_s, self._next)
            else:
                self._next()


async def ask(port: int, *, requests: Sequence[bytes], seconds: float, pause_s: float = 0.0) -> list[float]:
    """Send these requests in turn over one connection; returns how long each took. Anything but success ends it."""
    asker: Any
    _, asker = await asyncio.get_running_loop().create_connection(
        lambda: Asker(requests, until=time.perf_counter() + seconds, pause_s=pause_s), "127.0.0.1", port
    )
    await asker.done
    return list(asker.times)


ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11000\r\n\r\n" + b"x" * 11000


class AtOnce(asyncio.Protocol):
    """Answers whatever comes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        del data
        self._transport.write(ANSWER)


async def alone(seconds: float = 3.0) -> float:
    """Ask a server in this very process; returns answers a second."""
    server = await asyncio.get_running_loop().create_server(AtOnce, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    times = await asyncio.gather(*(ask(port, requests=[b"GET / HTTP/1.1\r\n\r\n"], seconds=seconds) for _ in range(8)))
    server.close()
    return sum(len(one) for one in times) / seconds


if __name__ == "__main__":
    print(f"{uvloop.run(alone()):.0f} answers a second, with the server that gives them in the same process")
