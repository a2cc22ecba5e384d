"""A worker in a process of its own, to be killed: `python preview_worker.py CONFIG SITE_PORT INSIDE_PORT`, the database in DATABASE_URL."""

import asyncio
import os
import sys
from pathlib import Path

from outside import INSIDE, OUTSIDE, Server, World

from swannery.app import assemble
from swannery.config import read_config
from swannery.posts.ports import PreviewMeans, ports


async def work(config: Path, *, site: int, inside: int) -> None:
    """Do the platform's jobs until the end."""
    parts = assemble(read_config(config, environ=os.environ))
    outside = World(Server(OUTSIDE, site), Server(INSIDE, inside))
    ports.previews = PreviewMeans(outbound=outside.outbound(), darkroom=parts.darkroom)
    async with parts.queue.worker(name="killed"):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), site=int(sys.argv[2]), inside=int(sys.argv[3])))
