"""How long does a post take to reach 100,000 followers, and how much slower do others write meanwhile?

Run: .venv/bin/python benchmarks/feed_fan_out.py --members 100000

The community of feed_data.py, in which everybody follows the first member; all of them were here lately, so all have lists to be filled.
The website runs as `swannery serve` does, in one process with its worker. Members react to posts over four connections, first for a while
as usual, then while the first member's post is fanned out. Aims: all lists filled within 10 s, and the 99th percentile of others' writes
at most twice the usual.

Last measured: see results/feed-fan-out-*.json.
"""

import asyncio
import os
import random
import statistics
import sys
import time
from datetime import UTC, datetime
from typing import Any

import psycopg
import uvloop
from feed import askers, hand_out_tokens
from feed_asking import Site, ask
from feed_data import SEED, arguments, filled_server, keep

WRITERS, PAUSE_S, USUAL_S, LONGEST_S = 4, 0.02, 8.0, 60.0


def main() -> int:
    """Fill, publish, measure, keep the result."""
    chosen = arguments("Measure how long a post takes to reach all followers.").parse_args()
    with filled_server(members=chosen.members, data=chosen.data) as (server, toml, _):
        url = server.url(database="studio")
        members = askers(chosen.members)
        tokens = hand_out_tokens(url, members=[1, *members])
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("UPDATE swannery.members SET last_seen_at = now()")
            connection.execute("VACUUM (ANALYZE) swannery.members")
        with Site(url, toml=toml, processes=1) as site:
            result = uvloop.run(measured(url, port=site.ports[0], tokens=tokens, members=chosen.members))
            result["server_peak_mb"] = site.peak_memory_mb()
    date = datetime.now(UTC).date().isoformat()
    keep(
        {"date": date, "cores": os.cpu_count(), "load_before": round(os.getloadavg()[2], 2), **result},
        name=f"feed-fan-out-{chosen.members}",
    )
    return 0


async def measured(url: str, *, port: int, tokens: list[str], members: int) -> dict[str, Any]:
    """Write as usual, then once more while a post is on its way."""
    usual = await reactions(port, tokens=tokens[1:], members=members, seconds=USUAL_S)
    started = time.perf_counter()
    body = b'{"text": "To all of you", "audience": "followers"}'
    request = (
        f"POST /api/v1/posts HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {tokens[0]}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    arrival = asyncio.create_task(arrived(url, followers=members - 1, before=await newest(url)))
    publishing = asyncio.create_task(ask(port, requests=[request], seconds=1.0, pause_s=2.0))
    meanwhile: list[float] = []
    while not arrival.done() and time.perf_counter() - started < LONGEST_S:
        meanwhile += await reactions(port, tokens=tokens[1:], members=members, seconds=1.0)
    reached, took = await arrival
    published = (await publishing)[0]
    p99 = [round(statistics.quantiles(times, n=100)[98] * 1000, 1) for times in (usual, meanwhile)]
    return {
        "members": members, "followers_reached": reached, "fan_out_s": round(took, 1),
        "publishing_ms": round(published * 1000, 1), "writes_usually": len(usual), "writes_meanwhile": len(meanwhile),
        "p99_usually_ms": p99[0], "p99_meanwhile_ms": p99[1], "p99_ratio": round(p99[1] / p99[0], 2),
    }  # fmt: skip


async def newest(url: str) -> int:
    """Return the newest post's id."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        row = await (await connection.execute("SELECT max(id) FROM swannery.posts")).fetchone()
        return int(row[0]) if row else 0


async def arrived(url: str, *, followers: int, before: int) -> tuple[int, float]:
    """Wait until a post newer than this one is in all lists; returns in how many it is, and after how long."""
    started, reached = time.perf_counter(), 0
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        while reached < followers and time.perf_counter() - started < LONGEST_S:
            await asyncio.sleep(0.2)
            # The queue tells when the work is done; counting all lists again and again would be work of its own.
            cursor = await connection.execute(
                "SELECT (SELECT max(id) FROM swannery.posts), (SELECT count(*) FROM swannery.procrastinate_jobs"
                " WHERE task_name = 'feeds.fan_out')"
            )
            row = await cursor.fetchone()
            if row and row[0] > before and row[1] == 0:
                took = time.perf_counter() - started
                cursor = await connection.execute(
                    "SELECT count(*) FROM swannery.feed_entries WHERE post_id = %s AND member_id <> 1", (row[0],)
                )
                found = await cursor.fetchone()
                return (int(found[0]) if found else 0), took
    return reached, time.perf_counter() - started


async def reactions(port: int, *, tokens: list[str], members: int, seconds: float) -> list[float]:
    """React to posts over some connections, with a pause after each; returns how long each took."""
    draw = random.Random(f"{SEED} {time.perf_counter()}")  # noqa: S311 - which post, no secret

    def request() -> bytes:
        # Of six audiences in turn the first two are the public and members; each tenth post is its community's.
        post, token = members * 20 // 60 * 60 - 60 * draw.randrange(1, members // 60) + 1, draw.choice(tokens)
        return (
            f"PUT /api/v1/posts/{post}/reaction HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
            "Content-Length: 0\r\n\r\n"
        ).encode()

    asking = [ask(port, requests=[request() for _ in range(2000)], seconds=seconds, pause_s=PAUSE_S) for _ in range(WRITERS)]
    return [one for times in await asyncio.gather(*asking) for one in times]


if __name__ == "__main__":
    sys.exit(main())
