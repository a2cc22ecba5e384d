"""An empty stage for each test, all in one theatre."""

from collections.abc import AsyncIterator, Iterator

import pytest
from cast import Stage, empty, stage_at, theatre

from dbdoctor.embedded import Server


@pytest.fixture(scope="session")
def theatre_url(server: Server) -> Iterator[str]:
    with theatre(server) as url:
        yield url


@pytest.fixture
def stage_url(theatre_url: str) -> str:
    empty(theatre_url)
    return theatre_url


@pytest.fixture
async def stage(stage_url: str) -> AsyncIterator[Stage]:
    async with stage_at(stage_url) as stage:
        yield stage
