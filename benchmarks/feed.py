"""How many home feeds a second does the website answer, beside pgbench running the bare list query on the same database?

Run: .venv/bin/python benchmarks/feed.py --members 100000

The community of feed_data.py (10,000 members unless told otherwise). In one run, one after the other and some rounds long, since other
work may share the machine: pgbench (8 clients, prepared, over a socket) with the bare list query, for members who have a list, once for
nothing but the places and ids of a list, and once for its twenty posts as rows: their words and counts, who wrote them, one's own
reaction, without a question of who may read them. Then the website as `swannery serve` runs it (`--processes` of it), asked over HTTP on
loopback by 8 connections as a thousand signed-in members at random: GET /api/v1/feed (20 posts, counts, one's own reactions) and GET /
(the page). Everything shares the machine's cores, the asker included. A ratio is requests a second to pgbench's transactions a second,
the best round of each, to the twenty posts (what a feed is made of) and to the bare ids (the harder measure). Aims: JSON 1/10, HTML 1/30,
the 99th percentile at most five times the median, at most six statements a page, 250 MB a process.

Last measured: see results/feed-*.json; with them stands what machine it was.
"""

import argparse
import asyncio
import hashlib
import os
import random
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from typing import Any

import psycopg
import uvloop
from feed_asking import Site, ask
from feed_data import SEED, SEEN_ONE_IN, arguments, filled_server, keep

from dbdoctor import Server, find_binaries

ASKERS, CONNECTIONS = 1000, 8
MEMBER = "\\set member {seen} * random(1, {lists})\n"
IDS = "SELECT published_at, post_id FROM swannery.feed_entries WHERE member_id = :member ORDER BY published_at DESC, post_id DESC LIMIT 21;"
POSTS = (
    "SELECT e.published_at, p.id, p.kind, p.audience, p.body_html, p.reaction_count, p.reaction_counts, p.comment_count, p.share_count,"
    " a.id, a.name, a.handle, a.role, r.kind FROM swannery.feed_entries e JOIN swannery.posts p ON p.id = e.post_id"
    " JOIN swannery.members a ON a.id = p.author_id LEFT JOIN swannery.reactions r ON r.post_id = p.id AND r.member_id = e.member_id"
    " WHERE e.member_id = :member ORDER BY e.published_at DESC, e.post_id DESC LIMIT 21;"
)


def main() -> int:
    """Build, measure, print, keep the result."""
    parser = arguments("Measure the home feed over HTTP beside pgbench.")
    parser.add_argument("--processes", type=int, default=2, help="how many processes the website has")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8, help="how long each measurement is")
    chosen = parser.parse_args()
    with filled_server(members=chosen.members, data=chosen.data) as (server, toml, spent):
        url = server.url(database="studio")
        members = askers(chosen.members)
        tokens = hand_out_tokens(url, members=members)
        with Site(url, toml=toml, processes=chosen.processes) as site:
            result = measured(server, site, tokens=tokens, chosen=chosen)
            memory, statements = site.peak_memory_mb(), site.statements()
    result |= {"members": chosen.members, "filled_in_s": sum(spent.values()), "server_peak_mb": memory, "statements": statements}
    keep(result, name=f"feed-{chosen.members}")
    return 0


def measured(server: Server, site: Site, *, tokens: list[str], chosen: argparse.Namespace) -> dict[str, Any]:
    """Return the best round of each, and all rounds beside it: other work on the machine only ever takes away."""
    ids: list[float] = []
    rows: list[float] = []
    feeds: list[dict[str, float]] = []
    homes: list[dict[str, float]] = []
    for _ in range(chosen.rounds):
        ids.append(bare_queries(server, IDS, members=chosen.members, seconds=chosen.seconds))
        rows.append(bare_queries(server, POSTS, members=chosen.members, seconds=chosen.seconds))
        feeds.append(asked(site, path="/api/v1/feed", headers=[f"Authorization: Bearer {t}" for t in tokens], seconds=chosen.seconds))
        homes.append(asked(site, path="/", headers=[f"Cookie: swannery={t}" for t in tokens], seconds=chosen.seconds))
    feed, home = (max(rounds, key=lambda one: one["per_s"]) for rounds in (feeds, homes))
    return {
        "date": datetime.now(UTC).date().isoformat(), "cores": os.cpu_count(), "processes": chosen.processes,
        "load_before": round(os.getloadavg()[2], 2), "pgbench_ids_per_s": round(max(ids)),
        "pgbench_posts_per_s": round(max(rows)), "json": feed, "html": home,
        "json_ratio": round(feed["per_s"] / max(rows), 4), "html_ratio": round(home["per_s"] / max(rows), 4),
        "json_ratio_to_ids": round(feed["per_s"] / max(ids), 4), "html_ratio_to_ids": round(home["per_s"] / max(ids), 4),
        "json_p99_to_p50": round(feed["p99_ms"] / feed["p50_ms"], 1), "html_p99_to_p50": round(home["p99_ms"] / home["p50_ms"], 1),
        "rounds": {
            "pgbench_ids": [round(one) for one in ids], "pgbench_posts": [round(one) for one in rows],
            "json": [one["per_s"] for one in feeds], "html": [one["per_s"] for one in homes],
        },
    }  # fmt: skip


def asked(site: Site, *, path: str, headers: list[str], seconds: int) -> dict[str, float]:
    """Ask for so long over some connections; returns requests a second and the times' median and 99th percentile in ms."""
    times = uvloop.run(_asked(site, path=path, headers=headers, seconds=seconds))
    cuts = statistics.quantiles(times, n=100)
    return {"per_s": round(len(times) / seconds, 1), "p50_ms": round(cuts[49] * 1000, 2), "p99_ms": round(cuts[98] * 1000, 2)}


async def _asked(site: Site, *, path: str, headers: list[str], seconds: int) -> list[float]:
    draw = random.Random(SEED)  # noqa: S311 - whose turn it is, no secret
    requests = [
        [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{header}\r\n\r\n".encode() for header in headers] for port in site.ports
    ]
    asking = [
        ask(port, requests=draw.choices(requests[index % len(site.ports)], k=5000), seconds=seconds)
        for index in range(CONNECTIONS)
        for port in [site.ports[index % len(site.ports)]]
    ]
    return [one for times in await asyncio.gather(*asking) for one in times]


def askers(members: int) -> list[int]:
    """Return members who have lists, evenly spread."""
    with_lists = range(SEEN_ONE_IN, members + 1, SEEN_ONE_IN)
    return list(with_lists[:: max(1, len(with_lists) // ASKERS)])[:ASKERS]


def hand_out_tokens(url: str, *, members: list[int]) -> list[str]:
    """Sign some members in without their passwords: hashing those is not what is measured here."""
    tokens = [secrets.token_urlsafe(32) for _ in members]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE swannery.members SET last_seen_at = now() WHERE id = ANY(%s)", (members,))
        connection.cursor().executemany(
            "INSERT INTO swannery.sign_ins (token_hash, member_id, password_mark, expires_at)"
            " VALUES (%s, %s, sha256(''), now() + interval '1 day')",
            [(hashlib.sha256(token.encode()).digest(), member) for token, member in zip(tokens, members, strict=True)],
        )
    return tokens


def bare_queries(server: Server, query: str, *, members: int, seconds: int) -> float:
    """How many of such queries a second pgbench gets."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(MEMBER.format(seen=SEEN_ONE_IN, lists=members // SEEN_ONE_IN) + query)
        script.flush()
        program = find_binaries().folder / "pgbench"
        command = [str(program), "--no-vacuum", "--protocol=prepared", f"--client={CONNECTIONS}", "--jobs=2", f"--time={seconds}"]
        done = subprocess.run(
            [*command, f"--file={script.name}", server.url(database="studio")], capture_output=True, text=True, check=True
        )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    return float(found[1]) if found else 0.0


if __name__ == "__main__":
    sys.exit(main())
