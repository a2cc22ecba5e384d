"""How many home feeds a second does one process answer, beside pgbench running the bare list query on the same database?

Run: .venv/bin/python benchmarks/feed.py

10,000 members, 500,000 follows (a few members have most of them), 200,000 posts of the last year, 1,000,000 likes, 2,000 blocks;
lists as the fan-out keeps them (at most 800). One throw-away server (PostgreSQL 18 of the wheel). In one run, one after the other:
pgbench (8 clients, prepared, over a socket) with the list query alone; then the website as `swannery serve` runs it, asked over HTTP on
loopback by 8 connections as 200 signed-in members: GET /api/v1/feed and GET /. Everything shares the machine's cores, the asker
included. The ratio is requests a second to pgbench's transactions a second. This is a first measure: what is aimed at, JSON 1/10 and
HTML 1/30 on a tenfold site, is far away.

Last measured 2026-11-22, 2 cores, quiet (JSON 0.0055, HTML 0.0011 of 52,090 a second): see results/feed-2026-11-22.json.
"""

import asyncio
import hashlib
import json
import os
import re
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from dbdoctor import Server, find_binaries, start_server
from swannery.deployment import DeployRequest, deploy

MEMBERS, FOLLOWS, POSTS, LIKES, BLOCKS = 10_000, 500_000, 200_000, 1_000_000, 2_000
ASKERS, CONNECTIONS = 200, 8
SECONDS = 10
RESULTS = Path(__file__).parent / "results"
LIST_QUERY = """\\set member random(1, 10000)
SELECT published_at, post_id FROM swannery.feed_entries WHERE member_id = :member ORDER BY published_at DESC, post_id DESC LIMIT 21;
"""
APP = f"""
CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE, username text, full_name text, password_hash text,
    is_active boolean NOT NULL DEFAULT true, updated_at timestamptz NOT NULL DEFAULT now());
INSERT INTO users (email, username, full_name, password_hash)
    SELECT 'm' || n || '@app.example', 'member_' || n, 'Member ' || n, '' FROM generate_series(1, {MEMBERS}) AS n;
"""
# power(random(), 3) gathers what is chosen at the low ids: the first tenth of members has about half of all followers.
FILL = f"""
SELECT setseed(0.42);
UPDATE swannery.members SET last_seen_at = now();
INSERT INTO swannery.follows (follower_id, followee_id) SELECT f, t FROM (
    SELECT 1 + floor(random() * {MEMBERS})::int AS f, 1 + floor(power(random(), 3) * {MEMBERS})::int AS t
    FROM generate_series(1, {FOLLOWS})
) AS x WHERE f <> t ON CONFLICT DO NOTHING;
INSERT INTO swannery.posts (author_id, audience, body, body_html, published_at) SELECT 1 + floor(power(random(), 2) * {MEMBERS})::int,
    (ARRAY['public', 'members', 'members', 'followers', 'followers', 'friends'])[1 + floor(random() * 6)::int],
    repeat('Squats, then rows, then home. ', 1 + n % 8), '<p>' || repeat('Squats, then rows, then home. ', 1 + n % 8) || '</p>',
    now() - random() * interval '365 days' FROM generate_series(1, {POSTS}) AS n;
INSERT INTO swannery.reactions (post_id, member_id) SELECT 1 + floor(random() * {POSTS})::int, 1 + floor(random() * {MEMBERS})::int
    FROM generate_series(1, {LIKES}) ON CONFLICT DO NOTHING;
UPDATE swannery.posts p SET reaction_count = r.n
    FROM (SELECT post_id, count(*) AS n FROM swannery.reactions GROUP BY 1) r WHERE r.post_id = p.id;
INSERT INTO swannery.blocks (blocker_id, blocked_id) SELECT f, t FROM (
    SELECT 1 + floor(random() * {MEMBERS})::int AS f, 1 + floor(random() * {MEMBERS})::int AS t FROM generate_series(1, {BLOCKS})
) AS x WHERE f <> t ON CONFLICT DO NOTHING;
INSERT INTO swannery.feed_entries (member_id, post_id, author_id, published_at)
    SELECT m.id, l.id, l.author_id, l.published_at FROM swannery.members m CROSS JOIN LATERAL (
        SELECT p.id, p.author_id, p.published_at FROM swannery.follows f CROSS JOIN LATERAL (
            SELECT id, author_id, published_at FROM swannery.posts WHERE author_id = f.followee_id
            ORDER BY published_at DESC, id DESC LIMIT 20
        ) p WHERE f.follower_id = m.id ORDER BY p.published_at DESC LIMIT 800) l;
"""


def main() -> int:
    """Build, measure, print, keep the result."""
    with start_server(binaries=find_binaries(), port=0) as server, tempfile.TemporaryDirectory() as folder:
        toml = Path(folder) / "swannery.toml"
        url, entries = build(server, toml=toml)
        tokens = hand_out_tokens(url)
        bare = bare_queries(server)
        with serving(url, toml=toml) as (port, process):
            feed = asyncio.run(ask(port, path="/api/v1/feed", headers=[f"Authorization: Bearer {token}" for token in tokens]))
            home = asyncio.run(ask(port, path="/", headers=[f"Cookie: swannery={token}" for token in tokens]))
            memory_mb = peak_memory_mb(process)
    result = {
        "date": datetime.now(UTC).date().isoformat(), "cores": os.cpu_count(), "members": MEMBERS, "list_entries": entries,
        "pgbench_list_per_s": round(bare), "json": feed, "html": home, "server_peak_mb": memory_mb,
        "json_ratio": round(feed["per_s"] / bare, 4), "html_ratio": round(home["per_s"] / bare, 4),
    }  # fmt: skip
    print(json.dumps(result, indent=2))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"feed-{result['date']}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


def build(server: Server, *, toml: Path) -> tuple[str, int]:
    """Make the app's users, deploy, fill; returns the URL and how many list entries there are."""
    started = time.perf_counter()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE studio")
    url = server.url(database="studio")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(APP.encode())
        deploy(DeployRequest(url=url, config_path=toml, yes=True))
        connection.execute(FILL.encode())
        connection.execute("VACUUM ANALYZE")
        row = connection.execute("SELECT count(*) FROM swannery.feed_entries").fetchone()
    print(f"built in {time.perf_counter() - started:.0f} s", flush=True)
    return url, int(row[0]) if row else 0


def hand_out_tokens(url: str) -> list[str]:
    """Sign some members in without their passwords: bcrypt is not what is measured here."""
    tokens = [secrets.token_urlsafe(32) for _ in range(ASKERS)]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.cursor().executemany(
            "INSERT INTO swannery.sign_ins (token_hash, member_id, password_mark, expires_at)"
            " VALUES (%s, %s, sha256(''), now() + interval '1 day')",
            [(hashlib.sha256(token.encode()).digest(), 1 + number * (MEMBERS // ASKERS)) for number, token in enumerate(tokens)],
        )
    return tokens


def bare_queries(server: Server) -> float:
    """How many bare list queries a second pgbench gets."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(LIST_QUERY)
        script.flush()
        program = find_binaries().folder / "pgbench"
        command = [str(program), "--no-vacuum", "--protocol=prepared", f"--client={CONNECTIONS}", "--jobs=2", f"--time={SECONDS}"]
        done = subprocess.run(
            [*command, f"--file={script.name}", server.url(database="studio")], capture_output=True, text=True, check=True
        )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    return float(found[1]) if found else 0.0


class serving:  # noqa: N801 - reads as a context manager
    """The website in a process of its own, as `swannery serve` runs it."""

    def __init__(self, url: str, *, toml: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        code = (
            "import os\nfrom pathlib import Path\nfrom swannery.app import run\nfrom swannery.config import read_config\n"
            f"run(read_config(Path({str(toml)!r}), os.environ))"
        )
        environment = {**os.environ, "DATABASE_URL": url, "PORT": str(self.port)}
        self.process = subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL)

    def __enter__(self) -> tuple[int, "subprocess.Popen[bytes]"]:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self.port, self.process
            time.sleep(0.1)
        raise TimeoutError

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


async def ask(port: int, *, path: str, headers: list[str]) -> dict[str, float]:
    """Ask for `SECONDS` over some connections kept open; returns requests a second and the times' median and 99th percentile in ms."""
    times: list[float] = []
    until = time.perf_counter() + SECONDS

    async def one(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        turn = number
        while time.perf_counter() < until:
            started = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers[turn % len(headers)]}\r\n\r\n".encode())
            await read_answer(reader)
            times.append(time.perf_counter() - started)
            turn += CONNECTIONS
        writer.close()

    await asyncio.gather(*(one(number) for number in range(CONNECTIONS)))
    cuts = statistics.quantiles(times, n=100)
    return {"per_s": round(len(times) / SECONDS, 1), "p50_ms": round(cuts[49] * 1000, 1), "p99_ms": round(cuts[98] * 1000, 1)}


async def read_answer(reader: asyncio.StreamReader) -> None:
    """Read one answer to its end; anything but 200 ends the benchmark."""
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(head.decode())
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    await reader.readexactly(int(length[1]) if length else 0)


def peak_memory_mb(process: "subprocess.Popen[bytes]") -> int:
    """Read the process's peak resident memory."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) // 1024 if found else 0


if __name__ == "__main__":
    sys.exit(main())
