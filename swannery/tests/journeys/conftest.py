"""Two running sites, a busy and a quiet one, and one Chromium that visits them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, sync_playwright
from town import copy_of

from dbdoctor.embedded import Server
from journeys.browsing import DEVICES, Device, Site, find_chromium, start
from journeys.street import fill, leave_quiet
from swannery.config import Config, render_config
from swannery.demo.website import website

Fill = Callable[[str, Config], Awaitable[tuple[dict[str, str], dict[str, str]]]]


@pytest.fixture(scope="package")
def chromium_path() -> Path:
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium was found; 'make setup' installs it where it may")
    return path


@contextmanager
def opened(server: Server, *, town: tuple[str, Config], folder: Path, fill: Fill) -> Iterator[Site]:
    """Serve a copy of the town as `swannery serve` does, worker included."""
    name, media = town[0], msgspec.structs.replace(town[1].media, folder=str(folder / "pictures"))
    config = msgspec.structs.replace(town[1], site=msgspec.structs.replace(town[1].site, name="Northside Studio"), media=media)
    (folder / "swannery.toml").write_text(render_config(config), encoding="utf-8")
    with copy_of(server, name) as url:
        tokens, handles = asyncio.run(_filled(fill, url, config))
        with website(url=url, config=folder / "swannery.toml", log=folder / "log") as running:
            yield Site(address=running.address, url=url, config=folder / "swannery.toml", tokens=tokens, handles=handles)


async def _filled(fill: Fill, url: str, config: Config) -> tuple[dict[str, str], dict[str, str]]:
    return await fill(url, config)


@pytest.fixture(scope="package")
def busy(chromium_path: Path, server: Server, built_town: tuple[str, Config], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    assert chromium_path.exists()
    with opened(server, town=built_town, folder=tmp_path_factory.mktemp("busy"), fill=fill) as site:
        yield site


@pytest.fixture(scope="package")
def quiet(chromium_path: Path, server: Server, built_town: tuple[str, Config], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    assert chromium_path.exists()
    with opened(server, town=built_town, folder=tmp_path_factory.mktemp("quiet"), fill=leave_quiet) as site:
        yield site


@pytest.fixture(scope="package")
def chromium(chromium_path: Path, busy: Site, quiet: Site) -> Iterator[Browser]:
    """After the sites: while Playwright runs, this thread has a loop and can start no other."""
    assert busy.address != quiet.address
    with sync_playwright() as playwright:
        browser = start(playwright, path=chromium_path)
        yield browser
        browser.close()


@pytest.fixture(params=DEVICES, ids=[device.name for device in DEVICES])
def device(request: pytest.FixtureRequest) -> Device:
    chosen: Device = request.param
    return chosen
