"""The worker is killed while it reads pages: afterwards every post shows its page, once."""

import asyncio
import os
import random
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import msgspec
import preview_worker
import pytest
from hostile import lake, saved
from outside import Answer, World, world
from town import Town

from swannery.config import render_config
from swannery.posts import actions as posts
from swannery.posts.models import Draft
from swannery.posts.ports import PreviewMeans, ports

pytestmark = pytest.mark.anyio
POSTS = 12
WITHIN_S = 60.0
PAGE = b"<title>A page</title><meta property=og:image content=/lake.jpg>"


async def start(town: Town, outside: World, config: Path) -> asyncio.subprocess.Process:
    arguments = [sys.executable, preview_worker.__file__, str(config), str(outside.site.port), str(outside.inside.port)]
    variables = {**os.environ, "DATABASE_URL": town.url, "PYTHONPATH": str(Path(preview_worker.__file__).parent)}
    return await asyncio.create_subprocess_exec(*arguments, env=variables, stdout=asyncio.subprocess.DEVNULL)


async def all_ready(town: Town) -> bool:
    found = await town.sql("SELECT count(*) FROM swannery.posts WHERE preview ->> 'state' = 'there'")
    return bool(found[0][0] == POSTS)


async def asked_again(town: Town, outside: World, before: int) -> bool:
    return len(outside.site.asked) > before or await all_ready(town)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(int(WITHIN_S / 0.05)):
        if await holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen in time")


async def kill_and_count(town: Town, config: Path, *, kills: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same moments every time
    async with world() as outside:
        outside.site.answers["/"] = Answer(PAGE, pieces=2, pause_s=0.1)
        outside.site.answers["/lake.jpg"] = Answer(saved(lake(200, 200), "JPEG"), kind="image/jpeg")
        ports.previews = PreviewMeans(outbound=outside.outbound(), darkroom=town.parts.darkroom)
        try:
            for number in range(POSTS):
                await town.act(posts.publish_post, "owner", draft=Draft(body=f"{number} {outside.address()}"))
            for _ in range(kills):
                before = len(outside.site.asked)
                worker = await start(town, outside, config)
                await until(partial(asked_again, town, outside, before))
                await asyncio.sleep(chance.uniform(0.0, 0.6))
                worker.kill()
                await worker.wait()
            worker = await start(town, outside, config)
            await until(partial(all_ready, town))
            worker.terminate()
            await worker.wait()
        finally:
            ports.previews = None
    kept = await town.sql("SELECT p.id FROM swannery.posts p JOIN swannery.pictures q ON q.post_id = p.id AND q.gone_at IS NULL")
    assert sorted(row[0] for row in kept) == sorted({row[0] for row in kept})
    assert len(kept) == POSTS


@pytest.fixture
def config(town: Town, tmp_path: Path) -> Path:
    path = tmp_path / "swannery.toml"
    pictures = msgspec.structs.replace(town.parts.config.media, folder=str(town.pictures))
    path.write_text(render_config(msgspec.structs.replace(town.parts.config, media=pictures)), encoding="utf-8")
    return path


async def test_no_page_is_missing_or_shown_twice_after_the_worker_was_killed(town: Town, config: Path) -> None:
    await kill_and_count(town, config, kills=2, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
async def test_so_it_is_however_often(town: Town, config: Path, seed: int) -> None:
    await kill_and_count(town, config, kills=8, seed=seed)
