"""How many seconds does it take to fill a community of 100,000 members, 5 million follows and 2 million posts?

Run: .venv/bin/python benchmarks/feed_data.py --members 100000

The same seed gives the same community. Per member: 50 follows (a power law on both sides: a few follow thousands, a few are followed by
very many, the first by everybody), 20 posts of the last year (who is followed writes more), 2 friendships, 2 communities, 100 reactions
given, 5 comments, one block in five members; a tenth of the members was here lately and has a list, made by the app's own rule.
Everything goes in through COPY, before the indexes and keys, which are made afterwards as the migrations have them. Other benchmarks fill
their databases with this file; `--data FOLDER` keeps the server's files, so that the next run need not fill again.

Last measured: see results/feed-data-*.json.
"""

import argparse
import itertools
import json
import math
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from dbdoctor import Server, find_binaries, start_server
from swannery.deployment import DeployRequest, deploy

SEED = 42
SMALL = 10_000
FOLLOWS, POSTS, REACTIONS, COMMENTS, FRIENDS, PLACES = 50, 20, 100, 5, 2, 2
SEEN_ONE_IN, BLOCK_ONE_IN, PLACE_SIZE = 10, 5, 500
YEAR_S = 365 * 86400
CHUNK = 50_000
RESULTS = Path(__file__).parent / "results"
AUDIENCES = ("public", "members", "members", "followers", "followers", "friends")
WORDS = (
    "Squats, then rows, then home.",
    "Slept well, ran far.",
    "Who joins on Thursday?",
    "New best on the rower!",
    "Rest day, tea, and the sofa.",
)
APP = """
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, username text, full_name text, password_hash text,
    is_active boolean NOT NULL DEFAULT true, updated_at timestamptz NOT NULL DEFAULT now());
"""
SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "8GB", "maintenance_work_mem": "512MB", "work_mem": "32MB", "max_connections": "60"}
# The keys and indexes of the big tables, taken away while they are filled and put back as they were.
KEY = (
    "SELECT format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid)),"
    " format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname) FROM pg_constraint"
)
KEYS = KEY + " WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('p', 'u', 'f') ORDER BY contype = 'f' DESC"
OUTSIDE = KEY + " WHERE confrelid = ANY(%s::regclass[]) AND contype = 'f' AND NOT conrelid = ANY(%s::regclass[])"
INDEXES = (
    "SELECT pg_get_indexdef(i.indexrelid), format('DROP INDEX %%s', i.indexrelid::regclass) FROM pg_index i"
    " LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')"
    " WHERE i.indrelid = ANY(%s::regclass[]) AND c.oid IS NULL"
)
FILLED = ("follows", "friendships", "blocks", "community_members", "posts", "reactions", "comments", "feed_entries")
COUNT = """
UPDATE swannery.communities g SET member_count = n.n
    FROM (SELECT community_id, count(*) AS n FROM swannery.community_members GROUP BY 1) n WHERE n.community_id = g.id;
"""
# As feeds.queries.rebuild makes a list: some posts of each source, the newest of them all.
LISTS = """
INSERT INTO swannery.feed_entries (member_id, post_id, author_id, published_at)
SELECT m.id, l.id, l.author_id, l.published_at FROM swannery.members m CROSS JOIN LATERAL (
    SELECT p.id, p.author_id, p.published_at FROM (
        SELECT m.id AS author UNION SELECT followee_id FROM swannery.follows WHERE follower_id = m.id
        UNION SELECT friend_id FROM swannery.friendships WHERE member_id = m.id) AS source
    CROSS JOIN LATERAL (SELECT id, author_id, published_at FROM swannery.posts
        WHERE author_id = source.author AND community_id IS NULL ORDER BY published_at DESC, id DESC LIMIT 60) AS p
    UNION ALL SELECT p.id, p.author_id, p.published_at FROM swannery.community_members c
    CROSS JOIN LATERAL (SELECT id, author_id, published_at FROM swannery.posts
        WHERE community_id = c.community_id ORDER BY published_at DESC, id DESC LIMIT 100) AS p WHERE c.member_id = m.id
    ORDER BY published_at DESC LIMIT 800) AS l
WHERE m.last_seen_at IS NOT NULL
"""


class Community:
    """Made-up people and what they do, as rows for COPY; numbers depend on the size and the seed alone."""

    def __init__(self, *, members: int, now: datetime) -> None:
        self.members = members
        self.now = now
        self.posts = members * POSTS
        self.places = max(2, members // PLACE_SIZE)
        self.people = range(1, members + 1)
        # Zipf's law with an exponent under one: rank r draws r^-0.7 of the attention; writers a little less unequal.
        self._followed = list(itertools.accumulate(rank**-0.7 for rank in self.people))
        self._writing = list(itertools.accumulate(rank**-0.4 for rank in self.people))

    def random(self, what: str) -> random.Random:
        return random.Random(f"{SEED} {what}")  # noqa: S311 - made-up people, no secrets

    def users(self) -> Iterator[str]:
        for n in self.people:
            yield f"{n}\tm{n}@app.example\tmember_{n}\tMember {n}\t\n"

    def follows(self) -> Iterator[str]:
        draw = self.random("follows")
        for one in self.people:
            # Pareto with a mean of about FOLLOWS, cut: nobody follows everybody.
            wanted = min(2000, self.members // 4, math.ceil(FOLLOWS * 0.42 * draw.paretovariate(1.7)))
            chosen = {1, *draw.choices(self.people, cum_weights=self._followed, k=wanted)} - {one}
            yield "".join(f"{one}\t{other}\n" for other in chosen)

    def friendships(self) -> Iterator[str]:
        draw = self.random("friendships")
        pairs = {
            (one, 1 + (one + draw.randrange(1, min(1000, self.members))) % self.members) for one in self.people for _ in range(FRIENDS // 2)
        }
        both = {pair for a, b in pairs if a != b for pair in ((a, b), (b, a))}
        yield from (f"{a}\t{b}\n" for a, b in sorted(both))

    def blocks(self) -> Iterator[str]:
        draw = self.random("blocks")
        pairs = {(draw.choice(self.people), draw.choice(self.people)) for _ in range(self.members // BLOCK_ONE_IN)}
        yield from (f"{a}\t{b}\n" for a, b in sorted(pairs) if a != b)

    def communities(self) -> Iterator[str]:
        for n in range(1, self.places + 1):
            yield f"{n}\tplace-{n}\tPlace {n}\n"

    def inside(self, member: int) -> list[int]:
        """Return where somebody is: by their number, so that posts can be put where their author is."""
        return sorted({1 + (member * step) % self.places for step in range(1, PLACES + 1)})

    def community_members(self) -> Iterator[str]:
        for n in self.people:
            yield "".join(f"{place}\t{n}\n" for place in self.inside(n))

    def post_rows(self) -> Iterator[str]:
        draw, number, start = self.random("posts"), 0, self.now.timestamp() - YEAR_S
        while number < self.posts:
            for author in draw.choices(self.people, cum_weights=self._writing, k=min(CHUNK, self.posts - number)):
                number += 1
                at = datetime.fromtimestamp(start + YEAR_S * number / (self.posts + 1), UTC).isoformat()
                place = draw.choice(self.inside(author)) if number % 10 == 0 else None
                audience = "community" if place else AUDIENCES[number % 6]
                text = WORDS[number % 5] + f" {number} " + WORDS[number % 3] * (number % 4)
                yield f"{number}\t{author}\t{place or chr(92) + 'N'}\t{audience}\t{text}\t<p>{text}</p>\t{at}\n"

    def reaction_rows(self) -> Iterator[str]:
        draw = self.random("reactions")
        for post in range(1, self.posts + 1):
            # Most posts get a few, one in a thousand very many.
            givers = {1 + int(draw.random() * self.members) for _ in range(min(self.members // 2, int(draw.paretovariate(1.25))))}
            yield "".join(f"{post}\t{giver}\n" for giver in givers)

    def comment_rows(self) -> Iterator[str]:
        draw = self.random("comments")
        for post in range(1, self.posts + 1, 4):
            yield f"{post}\t{draw.choice(self.people)}\tWell done!\t<p>Well done!</p>\n"


def fill(url: str, *, toml: Path, members: int) -> dict[str, float]:
    """Make the app's users, deploy, fill; returns what took how long, in seconds."""
    spent: dict[str, float] = {}
    people = Community(members=members, now=datetime.now(UTC))

    @contextmanager
    def timed(what: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        spent[what] = round(time.perf_counter() - started, 1)

    with psycopg.connect(url, autocommit=True) as connection:
        with timed("deploy"):
            connection.execute(APP.encode())
            copy(connection, "users (id, email, username, full_name, password_hash)", people.users())
            deploy(DeployRequest(url=url, config_path=toml, yes=True))
        with timed("copy"):
            put_back = take_keys_away(connection)
            copy_all(connection, people)
        with timed("keys and indexes"):
            for statement in put_back:
                connection.execute(statement.encode())
            connection.execute(COUNT.encode())
            connection.execute("VACUUM (ANALYZE)")
        with timed("lists"):
            connection.execute(LISTS.encode())
            connection.execute("VACUUM (ANALYZE) swannery.feed_entries")
    return spent


def copy_all(connection: psycopg.Connection[Any], people: Community) -> None:
    """Put everything in. Members are there already; their numbers are their users'."""
    connection.execute(f"UPDATE swannery.members SET last_seen_at = CASE WHEN id % {SEEN_ONE_IN} = 0 THEN now() END")
    copy(connection, "swannery.communities (id, slug, name)", people.communities())
    copy(connection, "swannery.follows (follower_id, followee_id)", people.follows())
    copy(connection, "swannery.friendships (member_id, friend_id)", people.friendships())
    copy(connection, "swannery.blocks (blocker_id, blocked_id)", people.blocks())
    copy(connection, "swannery.community_members (community_id, member_id)", people.community_members())
    copy(connection, "swannery.reactions (post_id, member_id)", people.reaction_rows())
    copy(connection, "swannery.comments (post_id, author_id, body, body_html)", people.comment_rows())
    # Counts come along with the posts: no second pass over millions of rows.
    connection.execute("CREATE TEMP TABLE written (LIKE swannery.posts INCLUDING DEFAULTS)")
    connection.execute("ALTER TABLE written DROP COLUMN reaction_count, DROP COLUMN comment_count")
    columns = "id, author_id, community_id, audience, body, body_html, published_at"
    copy(connection, f"written ({columns})", people.post_rows())
    connection.execute(
        f"INSERT INTO swannery.posts ({columns}, reaction_count, comment_count)"
        f" SELECT {', '.join('w.' + name for name in columns.split(', '))}, coalesce(r.n, 0), coalesce(c.n, 0) FROM written w"
        " LEFT JOIN (SELECT post_id, count(*) AS n FROM swannery.reactions GROUP BY 1) r ON r.post_id = w.id"
        " LEFT JOIN (SELECT post_id, count(*) AS n FROM swannery.comments GROUP BY 1) c ON c.post_id = w.id ORDER BY w.id"
    )
    connection.execute("DROP TABLE written")
    connection.execute(
        "SELECT setval('swannery.posts_id_seq', %s), setval('swannery.communities_id_seq', %s)", (people.posts, people.places)
    )


def copy(connection: psycopg.Connection[Any], target: str, rows: Iterable[str]) -> None:
    """Send rows of text, many at a time."""
    with connection.cursor().copy(f"COPY {target} FROM STDIN".encode()) as pipe:
        while some := "".join(itertools.islice(iter(rows), CHUNK)):
            pipe.write(some)


def take_keys_away(connection: psycopg.Connection[Any]) -> list[str]:
    """Drop keys and indexes of the tables to be filled; returns the statements that put them back, keys that others need first."""
    tables = [f"swannery.{name}" for name in FILLED]
    keys = connection.execute(KEYS, (tables,)).fetchall()
    indexes = connection.execute(INDEXES, (tables,)).fetchall()
    outside = connection.execute(OUTSIDE, (tables, tables)).fetchall()
    for _, drop in [*outside, *keys, *indexes]:
        connection.execute(drop.encode())
    primary = [add for add, _ in keys if "FOREIGN KEY" not in add]
    foreign = [add for add, _ in [*keys, *outside] if "FOREIGN KEY" in add]
    return [*primary, *(add for add, _ in indexes), *foreign]


@contextmanager
def filled_server(*, members: int, data: Path | None) -> Iterator[tuple[Server, Path, dict[str, float]]]:
    """A server with the community on it, in the database `studio`; a kept folder that holds one is used as it is."""
    if data:
        data.mkdir(parents=True, exist_ok=True)
    with (
        start_server(binaries=find_binaries(), data=data and data / "server", port=0, settings=SETTINGS) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        toml = (data or Path(folder)) / "swannery.toml"
        spent: dict[str, float] = {}
        with psycopg.connect(server.url(), autocommit=True) as connection:
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'studio'").fetchone()
            if not there:
                connection.execute("CREATE DATABASE studio")
        if there:  # made by an older release: the migrations since then
            deploy(DeployRequest(url=server.url(database="studio"), config_path=toml, yes=True))
        else:
            spent = fill(server.url(database="studio"), toml=toml, members=members)
        yield server, toml, spent


def sizes(url: str) -> dict[str, int]:
    """Return how many rows there are of what matters."""
    with psycopg.connect(url) as connection:
        found = {}
        for table in ("members", "follows", "posts", "reactions", "comments", "blocks", "friendships", "feed_entries"):
            row = connection.execute(f"SELECT count(*) FROM swannery.{table}".encode()).fetchone()
            found[table] = int(row[0]) if row else 0
        return found


def arguments(about: str) -> argparse.ArgumentParser:
    """Return the options that all benchmarks on this community have."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--members", type=int, default=SMALL, help="how many members; everything else grows with them")
    parser.add_argument("--data", type=Path, default=None, help="keep the server's files here, and use them if they are there")
    return parser


def keep(result: dict[str, Any], *, name: str) -> None:
    """Print a result and write it beside the others, by date."""
    print(json.dumps(result, indent=2))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}-{result['date']}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Fill, count, keep the result."""
    chosen = arguments("Fill a community and tell how long it took.").parse_args()
    started = time.perf_counter()
    with filled_server(members=chosen.members, data=chosen.data) as (server, _, spent):
        seconds = round(time.perf_counter() - started, 1)
        rows = sizes(server.url(database="studio"))
    result = {"date": datetime.now(UTC).date().isoformat(), "cores": os.cpu_count(), "seconds": seconds, "spent_s": spent, "rows": rows}
    keep(result, name=f"feed-data-{chosen.members}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
