"""Towns for everybody, built once and copied for each test; and a smaller stage for what needs no app around it."""

from collections.abc import AsyncIterator, Iterator

import pytest
from cast import Stage, empty, stage_at, theatre
from town import Town, built, copy_of, open_town

from dbdoctor.embedded import Server
from swannery.config import Config


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def built_town(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Config]]:
    with built(server, tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture
def town_url(server: Server, built_town: tuple[str, Config]) -> Iterator[str]:
    with copy_of(server, built_town[0]) as url:
        yield url


@pytest.fixture
async def town(town_url: str, built_town: tuple[str, Config]) -> AsyncIterator[Town]:
    async with open_town(town_url, built_town[1]) as town:
        yield town


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
