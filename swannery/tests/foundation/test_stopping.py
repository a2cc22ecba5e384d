"""Background work ends when it is told to, whatever it is at."""

import asyncio

import pytest
from town import Town

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("after_ms", range(0, 60, 3))
async def test_a_worker_that_is_stopped_in_the_middle_of_anything_ends(town: Town, after_ms: int) -> None:
    """A statement that is interrupted tells of itself, not of the interruption: who goes on as after any failure would never end."""

    async def begins_and_ends() -> None:
        async with town.parts.queue.worker(name="test"):
            await asyncio.sleep(after_ms / 1000)

    async with asyncio.timeout(25):
        await begins_and_ends()
