"""The world outside, on this machine: servers that answer as they are told to, at one loopback address that tests alone may reach.

`OUTSIDE` stands for the public internet; everything else on this machine stays forbidden, as it is everywhere. `inside` is what an
attacker is after: a server that must never be asked.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

from ssrfguard import Policy

from swannery.foundation.outbound import PUBLIC, Outbound

OUTSIDE, INSIDE = "127.0.0.9", "127.0.0.1"


@dataclass
class Answer:
    """What is sent back: bytes one after the other, with a pause before each further one."""

    body: bytes = b""
    status: str = "200 OK"
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "text/html; charset=utf-8"
    pieces: int = 1
    pause_s: float = 0.0
    raw: bytes | None = None

    def head(self) -> bytes:
        lines = {"content-type": self.kind, "connection": "close", **self.headers}
        return f"HTTP/1.1 {self.status}\r\n".encode() + b"".join(f"{k}: {v}\r\n".encode() for k, v in lines.items()) + b"\r\n"


@dataclass
class Server:
    """One listening server. `asked` are the requests that reached it, head and all."""

    host: str
    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    asked_once: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.asked.append(head)
            self.asked_once.set()
            await self._answer(self.answers.get(head.split(" ")[1], Answer(status="404 Not Found")), writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever asked went away
        finally:
            writer.close()

    @staticmethod
    async def _answer(answer: Answer, writer: asyncio.StreamWriter) -> None:
        if answer.raw is not None:
            writer.write(answer.raw)
            await writer.drain()
            return
        writer.write(answer.head())
        for number in range(answer.pieces):
            await asyncio.sleep(answer.pause_s if number else 0)
            writer.write(answer.body)
            await writer.drain()


@asynccontextmanager
async def listening(host: str, *, context: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """A server on a port of its own."""
    place = Server(host)
    listener = await asyncio.start_server(place.serve, host, 0, ssl=context)
    place.port = listener.sockets[0].getsockname()[1]
    async with listener:
        yield place


@dataclass
class World:
    """A site outside, a server inside, and names that lead to where `names` says."""

    site: Server
    inside: Server
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)
    trusted: ssl.SSLContext | None = None

    def address(self, path: str = "/", *, name: str = "gym.example", scheme: str = "http") -> str:
        return f"{scheme}://{name}:{self.site.port}{path}"

    def resolve(self, host: str, port: Any, *_: Any) -> list[Any]:
        """Answer as `socket.getaddrinfo` does: the first list of addresses, then the next, then the last for ever."""
        self.looked_up.append(host)
        answers = self.names.get(host, [[OUTSIDE]])
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        families = [(socket.AF_INET6 if ":" in one else socket.AF_INET, one) for one in addresses]
        return [
            (family, socket.SOCK_STREAM, 6, "", (one, port) if family == socket.AF_INET else (one, port, 0, 0)) for family, one in families
        ]

    def outbound(self) -> Outbound:
        """What production has, but that one address is let through, and the ports these servers happen to have."""
        ports = PUBLIC.allowed_ports | {self.site.port, self.inside.port}
        policy = Policy(max_redirects=PUBLIC.max_redirects, allowed_networks=(ip_network(f"{OUTSIDE}/32"),), allowed_ports=ports)
        return Outbound(agent="Swannery/test", policy=policy, resolver=self.resolve, trusted=self.trusted)


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    """The world with nothing in it yet."""
    async with listening(OUTSIDE) as site, listening(INSIDE) as inside:
        yield World(site, inside)
