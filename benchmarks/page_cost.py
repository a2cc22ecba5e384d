"""Where does a page's time go: how much in this process, how much waiting for the database, and what is planned anew each time?

Run: .venv/bin/python benchmarks/page_cost.py

The community of feed_data.py. The application answers in this process, without a web server or a network, to a thousand members in turn;
the reference is the bare list query of feed.py, through the same pool, in turn with the pages in the same run. Per page: processor time
here and time in all in ms (the best of some rounds: other work on the machine only ever adds), kB before compression, and the time
in all as a multiple of the bare list query's. Below that the statements that PostgreSQL plans at each execution instead of keeping a
plan: planning one with a dozen joins takes longer than finding a page's rows, so there should be none.

Last measured: see results/page-cost-*.json.
"""

import os
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog
import uvloop
from feed import askers, hand_out_tokens
from feed_data import arguments, filled_server, keep

from swannery.app import Parts, assemble, make_app
from swannery.config import read_config
from swannery.foundation.web import Platform

PAGES = ("/api/v1/feed", "/", "/trending", "/communities", "/people", "/discover", "/bookmarks", "/settings")
BARE = (
    "SELECT published_at, post_id FROM swannery.feed_entries WHERE member_id = %(member)s ORDER BY published_at DESC, post_id DESC LIMIT 21"
)
WARM = 30  # psycopg prepares after five executions, PostgreSQL keeps a plan after five more, and drawn cards are kept
PLANNED_ANEW = "SELECT left(statement, 160) FROM pg_prepared_statements WHERE custom_plans > %(often)s ORDER BY custom_plans DESC"


class Cost:
    """The best of some rounds of one page."""

    def __init__(self) -> None:
        self.processor_ms = float("inf")
        self.all_ms = float("inf")
        self.size = 0

    async def round(self, ask: Callable[[int], Awaitable[int]], *, times: int) -> None:
        before, started = time.process_time(), time.perf_counter()
        for turn in range(times):
            self.size = await ask(turn)
        self.processor_ms = min(self.processor_ms, (time.process_time() - before) / times * 1000)
        self.all_ms = min(self.all_ms, (time.perf_counter() - started) / times * 1000)


def main() -> int:
    """Build, measure, print, keep the result."""
    parser = arguments("Measure what each page costs in this process and in the database.")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--times", type=int, default=200, help="how often each page is asked for in a round")
    chosen = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with filled_server(members=chosen.members, data=chosen.data) as (server, toml, _):
        url = server.url(database="studio")
        members = askers(chosen.members)
        tokens = hand_out_tokens(url, members=members)
        parts = assemble(read_config(Path(toml), {**os.environ, "DATABASE_URL": url}))
        result = uvloop.run(measured(parts, members=members, tokens=tokens, rounds=chosen.rounds, times=chosen.times))
    keep({"date": datetime.now(UTC).date().isoformat(), "members": chosen.members, **result}, name=f"page-cost-{chosen.members}")
    return 0


async def measured(parts: Parts, *, members: list[int], tokens: list[str], rounds: int, times: int) -> dict[str, Any]:
    """Ask for the bare list and every page in turn, some rounds long."""
    app = make_app(parts, worker=False)

    async def bare(turn: int) -> int:
        async with parts.database.transaction() as tx:
            return len(await tx.read(BARE, {"member": members[turn % len(members)]}))

    def page(path: str) -> Callable[[int], Awaitable[int]]:
        async def ask(turn: int) -> int:
            return await answered(app, path, token=tokens[turn % len(tokens)])

        return ask

    asked = {"the bare list query": bare, **{path: page(path) for path in PAGES}}
    costs = {name: Cost() for name in asked}
    for ask in asked.values():
        await Cost().round(ask, times=WARM)
    for _ in range(rounds):
        for name, ask in asked.items():
            await costs[name].round(ask, times=times)
    async with parts.database.transaction() as tx:
        anew = [row[0] for row in await tx.read(PLANNED_ANEW, {"often": WARM})]
    await parts.database.close()
    reference = costs["the bare list query"].all_ms
    return {
        "costs": {
            name: {
                "processor_ms": round(one.processor_ms, 2),
                "all_ms": round(one.all_ms, 2),
                "kb": round(one.size / 1000, 1),
                "times_the_bare_query": round(one.all_ms / reference, 1),
            }
            for name, one in costs.items()
        },
        "planned_anew": anew,
    }


async def answered(app: Platform, path: str, *, token: str) -> int:
    """Ask for a page as its reader; returns how many bytes it has. Anything but 200 ends the measurement."""
    header = (b"authorization", b"Bearer " + token.encode()) if path.startswith("/api/") else (b"cookie", b"swannery=" + token.encode())
    size = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal size
        size += len(message.get("body", b""))
        if message.get("status", HTTPStatus.OK) != HTTPStatus.OK:
            raise SystemExit(f"{path} was answered with {message['status']}")

    scope: Any = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET", "path": path,
        "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http", "headers": [(b"host", b"127.0.0.1"), header],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    return size


if __name__ == "__main__":
    sys.exit(main())
