"""How long does it take to suggest people, in a community of 100,000, to those who know many, beside counting friends in common alone?

Run: .venv/bin/python benchmarks/suggestions.py --members 100000

On the community of feed_data.py, made harder: half of its members have sessions with fifty trainers, two hundred each; ten hashtags of
which a hundred thousand posts are for their authors alone; a circle of members with three hundred friends. Asked are 60 members, a third
of them those with many friends, in turn with the bare query that only counts friends in common (by one's own key). In this process, from
the question to the suggestions; medians, and the slowest of all. Peak memory is this process's.

Last measured 2026-11-23, 2 cores, while tests ran beside it: 50 people each, median 53 ms, the slowest 160 ms; the bare query
median 1.0 ms, the slowest 44 ms. Peak memory 179 MB, most of it the filling.
"""

import asyncio
import os
import resource
import statistics
import sys
import time
from datetime import UTC, datetime

import psycopg
from feed_data import arguments, filled_server, keep

from swannery.communities.actions import load_memberships
from swannery.connections.actions import load_connections
from swannery.discovery.actions import suggest
from swannery.foundation.database import Database
from swannery.foundation.viewer import Viewer

HARDER = """
INSERT INTO swannery.activities (member_id, source, source_key, partner_id, happened_at)
    SELECT m, 'sessions', m || '-' || n, 1 + m % 50, now() - make_interval(hours => n * 30)
    FROM generate_series(51, (SELECT max(id) FROM swannery.members), 2) AS m, generate_series(1, 200) AS n;
INSERT INTO swannery.friendships (member_id, friend_id)
    SELECT a, b FROM generate_series(1001, 1300) AS a, generate_series(1001, 1300) AS b WHERE a <> b ON CONFLICT DO NOTHING;
WITH written AS (INSERT INTO swannery.posts (author_id, audience, body, body_html, published_at)
    SELECT 100 + n % 900, CASE WHEN n % 100 = 0 THEN 'members' ELSE 'me' END, '#fitness', '#fitness', now() - make_interval(mins => n)
    FROM generate_series(1, 100000) AS n RETURNING id, published_at)
INSERT INTO swannery.post_tags (post_id, tag, published_at) SELECT id, 'fitness' || id % 10, published_at FROM written;
WITH own AS (INSERT INTO swannery.posts (author_id, audience, body, body_html, published_at)
    SELECT 1001 + n % 300, 'members', '#fitness', '#fitness', now() - make_interval(mins => n) FROM generate_series(1, 3000) AS n
    RETURNING id, published_at)
INSERT INTO swannery.post_tags (post_id, tag, published_at) SELECT id, 'fitness' || id % 10, published_at FROM own;
ANALYZE;
"""
BARE = (
    "SELECT f.friend_id, count(*) FROM swannery.friendships m JOIN swannery.friendships f ON f.member_id = m.friend_id"
    " WHERE m.member_id = %(me)s AND f.friend_id <> %(me)s GROUP BY 1 ORDER BY 2 DESC LIMIT 50"
)
WELL_KNOWN = range(1001, 1301, 15)


async def viewer_of(database: Database, member_id: int) -> Viewer:
    """Return a member with everybody they are connected to, as a request has them before it suggests."""
    async with database.transaction() as tx:
        known = await load_connections(tx, member_id=member_id)
        places = await load_memberships(tx, member_id=member_id)
    return Viewer(
        id=member_id, followees=known.followees, friends=known.friends, blocked=known.blocked, muted=known.muted, communities=places
    )  # fmt: skip


async def measured(url: str, members: list[int]) -> dict[str, float]:
    """Ask for everybody, now one way first, now the other."""
    database = Database(url=url, connections=2)
    ours: list[float] = []
    bare: list[float] = []
    found = 0
    for round_ in range(3):
        for place, member_id in enumerate(members):
            viewer = await viewer_of(database, member_id)
            for way in ("ours", "bare") if (round_ + place) % 2 else ("bare", "ours"):
                started = time.perf_counter()
                async with database.transaction() as tx:
                    if way == "ours":
                        found += len(await suggest(tx, viewer=viewer))
                    else:
                        await tx.read(BARE, {"me": member_id})
                (ours if way == "ours" else bare).append((time.perf_counter() - started) * 1000)
    await database.close()
    return {
        "suggested_each": round(found / len(ours), 1),
        "suggest_median_ms": round(statistics.median(ours), 1),
        "suggest_slowest_ms": round(max(ours), 1),
        "bare_median_ms": round(statistics.median(bare), 1),
        "bare_slowest_ms": round(max(bare), 1),
    }


def main() -> int:
    """Fill, make it harder, ask, keep the result."""
    chosen = arguments("Suggest people in a big community.").parse_args()
    with filled_server(members=chosen.members, data=chosen.data) as (server, _, _spent):
        url = server.url(database="studio")
        with psycopg.connect(url, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM swannery.post_tags LIMIT 1").fetchone():
                connection.execute(HARDER)
        plain = list(range(2000, chosen.members, max(1, (chosen.members - 2000) // 40)))[:40]
        result = asyncio.run(measured(url, [*WELL_KNOWN, *plain]))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    about = {"date": datetime.now(UTC).date().isoformat(), "cores": os.cpu_count(), "members": chosen.members, "peak_memory_mb": memory}
    keep({**about, **result}, name=f"suggestions-{chosen.members}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
