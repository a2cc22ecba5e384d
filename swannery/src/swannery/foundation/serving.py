"""Runs an ASGI application in this process and this event loop, until it is told to stop; what was begun is finished first."""

import asyncio
import importlib
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from swannery.foundation.errors import Unreachable

STOPPED_BY = (signal.SIGINT, signal.SIGTERM)
GRACE_S = 15.0


def free_port(host: str) -> int:
    """Return a port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def check_port(host: str, port: int) -> None:
    """Raise Unreachable when the port cannot be had; the server itself would say it less plainly."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            words = f"Port {port} of {host} cannot be had: {error.strerror}."
            raise Unreachable(words, next_step="Stop what listens there, or choose another with PORT=….") from None


def run_to_end(work: Coroutine[Any, Any, None]) -> None:
    """Run it in uvloop's event loop, in which a statement costs a third of the time; where that is not to be had, in Python's own."""
    if sys.platform == "win32":
        asyncio.run(work)
    else:
        importlib.import_module("uvloop").run(work)


async def serve(app: Litestar, *, host: str, port: int, ready: Callable[[], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM; then take no more, finish what was begun, and return."""
    check_port(host, port)
    server = Server(app, address=host, port=port, interface=Interfaces.ASGI, log_enabled=False, websockets=False)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in STOPPED_BY:
        loop.add_signal_handler(number, stop.set)
    serving = asyncio.create_task(server.serve(), name="web")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    await _listening(host, port, serving)
    if ready:
        ready()
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not serving.done():
        server.stop()  # type: ignore[no-untyped-call] # granian carries no types here
        await asyncio.wait({serving}, timeout=GRACE_S)
    for number in STOPPED_BY:
        loop.remove_signal_handler(number)
    if serving.done() and (error := serving.exception()) is not None:
        raise error


async def _listening(host: str, port: int, serving: "asyncio.Task[None]") -> None:
    """Wait until the port answers, or serving has failed."""
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.02)
            continue
        writer.close()
        await writer.wait_closed()
        return
