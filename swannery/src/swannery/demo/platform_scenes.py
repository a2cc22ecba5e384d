"""Scenes 4 to 6: the platform is deployed on the healed database, its people come, the website is served."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dbdoctor import Server
from swannery.config import Config, read_config
from swannery.demo import queries
from swannery.demo.cast import read_cast
from swannery.demo.errors import DemoCannot
from swannery.demo.seeding import Seeded, seed
from swannery.demo.studio import DATABASE
from swannery.demo.telling import Say, scene
from swannery.demo.tour import LOGINS, PASSWORD, Landmarks, find_landmarks, walk
from swannery.demo.website import Website, website
from swannery.deployment import DeployRequest, deploy
from swannery.deployment.telling import tell_result, tell_survey
from swannery.foundation.database import Database

SITE = "Northside Strength"

# The one room above that knows how the parts go together hands this in.
OpenDatabase = Callable[[Config], Database]


def move_in(server: Server, *, folder: Path, say: Say) -> Config:
    """Deploy as anybody would, and show by the app's own dump that nothing of it was altered."""
    url, path = server.tcp_url(database=DATABASE), folder / "swannery.toml"
    scene("4. The platform moves in", say=say)
    say(f"$ swannery deploy {url} --yes --config {path}")
    before = queries.dump_app_schema(server, DATABASE)
    request = DeployRequest(url=url, config_path=path, yes=True)
    result = deploy(request, show=lambda survey: _say_all(tell_survey(survey), say=say))
    _say_all(tell_result(result), say=say)
    after = queries.dump_app_schema(server, DATABASE)
    if before != after:
        raise DemoCannot("The deployment altered something of the app.", next_step="This is a defect of swannery; please report it.")
    tables = sum(line.startswith("CREATE TABLE") for line in after)  # not sql: a line of pg_dump is looked for
    say(f"  The app's own schema, by pg_dump: {len(before)} lines and {tables} tables before, the same {len(after)} lines after.")
    if result.file_written:
        _name_site(path)
        say(f"  {path.name} is the studio's to edit: it says now that the site is called {SITE} and open to strangers.")
    return read_config(path, {"DATABASE_URL": url})


def _say_all(lines: Iterable[str], *, say: Say) -> None:
    for line in lines:
        say(f"  {line}")


def _name_site(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = [f'name = "{SITE}"' if line.startswith('name = "') else line for line in text.splitlines()]
    # Strangers may read what its people share with everyone; a site that is deployed is closed until its owner says so.
    path.write_text("\n".join(lines).replace("open = false", "open = true", 1) + "\n", encoding="utf-8")


def bring_people(config: Config, *, open_database: OpenDatabase, say: Say) -> None:
    """Make the community, once."""
    scene("5. Its people", say=say)
    seeded = asyncio.run(_seed(open_database(config), config))
    if seeded is None:
        say("They came in an earlier run and are all here.")
        return
    say("Six users are few for a community, so we made more up, as the studio's receptionist would add them, with their")
    say("sessions of the last weeks. None of them exists; they are in this database of the demo's own only.")
    say(f"  {seeded.people} members ({seeded.made_up} made up), {seeded.communities} communities, {seeded.posts} posts, {seeded.comments}"
        f" comments, {seeded.likes} likes")  # fmt: skip
    say("  All of it went through the same actions as on the website, and was then set back in time.")


async def _seed(database: Database, config: Config) -> Seeded | None:
    try:
        async with database.transaction() as tx:
            return await seed(tx, config=config, cast=read_cast())
    finally:
        await database.close()


async def _find_landmarks(database: Database, config: Config) -> Landmarks:
    try:
        async with database.transaction() as tx:
            return await find_landmarks(tx, site=config.site.name)
    finally:
        await database.close()


@contextmanager
def look_around(config: Config, *, folder: Path, open_database: OpenDatabase, once: bool, say: Say) -> Iterator[Website]:
    """Serve as the studio would; with `once` every page is looked at and the website stopped before anybody else comes."""
    scene("6. Look around", say=say)
    path = folder / "swannery.toml"
    say(f"$ swannery serve --config {path}")
    with website(url=config.database.url, config=path, log=folder / "serve.log") as site:
        say(f"  {config.site.name} is at {site.address}; the password of everybody is {PASSWORD}")
        for login in LOGINS:
            say(f"    {login.handle:<12} {login.name}, {login.part}")
        if once:
            walk(site, landmarks=asyncio.run(_find_landmarks(open_database(config), config)), say=say)
            code = site.stop()
            if code != 0:
                raise DemoCannot(f"The website did not end well: {code}.", next_step=f"Its log: {site.log}")
            say("  Told to stop, the website finished what it had begun and ended with 0.")
        yield site
