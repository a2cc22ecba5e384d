"""Writing in a town, and reading homes and the lists behind them."""

import asyncio

from town import Town

from swannery.feeds import actions as feeds
from swannery.foundation.paging import decode
from swannery.posts import actions as posts
from swannery.posts.models import Draft


async def write(town: Town, who: str, text: str = "x", *, audience: str = "members") -> int:
    return await town.act(posts.publish_post, who, draft=Draft(body=text, audience=audience))


async def run_jobs(town: Town) -> None:
    if not await jobs_left(town):
        return
    async with town.parts.queue.worker(name="test"):
        for _ in range(400):
            if not await jobs_left(town):
                return
            await asyncio.sleep(0.02)
    raise AssertionError("jobs are left")


async def jobs_left(town: Town) -> int:
    found = await town.sql("SELECT count(*) FROM swannery.procrastinate_jobs WHERE status IN ('todo', 'doing')")
    return int(found[0][0])


async def home(town: Town, who: str, *, limit: int = 20) -> list[int]:
    """Every page of it, as a reader would turn them."""
    ids: list[int] = []
    after = None
    while True:
        feed = await town.act(feeds.read_home, who, after=decode(after), limit=limit)
        ids += [item.post.id for item in feed.items]
        after = feed.next_cursor
        if after is None:
            return ids


async def listed(town: Town, who: str) -> list[int]:
    rows = await town.sql("SELECT post_id FROM swannery.feed_entries WHERE member_id = %(id)s ORDER BY published_at DESC", id=town.ids[who])
    return [row[0] for row in rows]


async def seen_today(town: Town, *people: str) -> None:
    for who in people:
        await town.act(feeds.read_everyone, who, after=None)
