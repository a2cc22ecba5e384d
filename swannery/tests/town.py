"""A small town: an app's database, the platform deployed on it, its website in this process, people who sign in with their passwords."""

import re
import shutil
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Any, TypeVar

import httpx
import msgspec
import psycopg

from dbdoctor.embedded import Server
from swannery.app import Parts, assemble, load_viewer, make_app
from swannery.config import Config, LinkSettings
from swannery.deployment import DeployRequest, deploy
from swannery.foundation.database import AnyRow, Transaction
from swannery.foundation.viewer import Viewer

# "right", at bcrypt's least cost, so that tests are quick.
HASH = "$2b$04$r7vYRxVpyCJjvWsS.4id9uqbHh56MQPydbLd2Mxm15S/X0GSYQ3ae"
PASSWORD = "right"
PEOPLE = (
    "owner", "member", "follower", "friend", "neighbour", "blocked", "blocker", "asker", "gone", "trainer",
)  # fmt: skip
TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
APP = f"""
CREATE TABLE users (
    id serial PRIMARY KEY, email text NOT NULL UNIQUE, username text, full_name text, password_hash text,
    role text NOT NULL DEFAULT 'client', is_active boolean NOT NULL DEFAULT true, deleted_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE sessions (
    id serial PRIMARY KEY, user_id integer REFERENCES users (id) ON DELETE CASCADE, trainer_id integer REFERENCES users (id),
    status text NOT NULL DEFAULT 'scheduled', session_date timestamptz NOT NULL);
INSERT INTO users (email, username, full_name, password_hash, role)
    SELECT name || '@app.example', name, 'Mx ' || initcap(name), '{HASH}', CASE name WHEN 'trainer' THEN 'trainer' ELSE 'client' END
    FROM unnest(ARRAY{list(PEOPLE)!r}) AS name;
INSERT INTO sessions (user_id, trainer_id, status, session_date)
    SELECT u.id, (SELECT id FROM users WHERE username = 'trainer'), 'completed', now() - make_interval(days => n)
    FROM users u, generate_series(1, 3) AS n WHERE role = 'client' ORDER BY u.id, n;
"""

T = TypeVar("T")


@contextmanager
def built(server: Server, folder: Path) -> Iterator[tuple[str, Config]]:
    """A database with the app and the platform deployed on it, to be copied; yields its name and the configuration without an address."""
    name = f"town_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        url = server.url(database=name)
        with psycopg.connect(url, autocommit=True) as inside:
            inside.execute(APP.encode())
        config = deploy(DeployRequest(url=url, config_path=folder / "swannery.toml", yes=True)).config
        # Tests ask nobody: where pages are read, a test says from where.
        quiet = msgspec.structs.replace(config, links=LinkSettings(previews=False))
        yield name, msgspec.structs.replace(quiet, site=msgspec.structs.replace(config.site, open=True))
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def copy_of(server: Server, name: str) -> Iterator[str]:
    """A copy of a database, dropped afterwards; yields its URL."""
    copy = f"street_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}" STRATEGY FILE_COPY')
        try:
            yield server.url(database=copy)
        finally:
            connection.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


class Browser:
    """Somebody's browser: keeps cookies, sends the form token, does not follow redirects."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.token = ""

    async def get(self, path: str, **headers: str) -> httpx.Response:
        answer = await self.client.get(path, headers=headers)
        found = TOKEN.search(answer.text)
        self.token = found[1] if found else self.token
        return answer

    async def post(self, path: str, *, headers: Mapping[str, str] | None = None, **fields: Any) -> httpx.Response:
        data = {"_csrf_token": self.token, **{key: str(value) for key, value in fields.items()}}
        return await self.client.post(path, data=data, headers=headers)

    async def send(self, path: str, *, name: str = "picture", files: Sequence[bytes], **fields: Any) -> httpx.Response:
        """Send a form with files, under a name that promises nothing."""
        data = {"_csrf_token": self.token, **fields}
        return await self.client.post(path, data=data, files=[(name, ("holiday.txt", file, "text/plain")) for file in files])


class Town:
    """The platform on one database."""

    def __init__(self, *, url: str, config: Config, site_open: bool = True) -> None:
        settings = msgspec.structs.replace(config.database, url=url, connections=8)
        site = msgspec.structs.replace(config.site, open=site_open)
        self.pictures = Path(gettempdir()) / f"town-{uuid.uuid4().hex}"  # made when the first picture is kept
        media = msgspec.structs.replace(config.media, folder=str(self.pictures))
        self.url = url
        self.parts: Parts = assemble(msgspec.structs.replace(config, database=settings, site=site, media=media))
        self.app = make_app(self.parts, worker=False)
        self._tokens: dict[str, str] = {}
        self.ids: dict[str, int] = {}
        self.handles: dict[str, str] = {}

    async def meet(self) -> None:
        """Learn everybody's ids and handles; forget how often anything was tried."""
        await self.sql("DELETE FROM swannery.throttles")
        found = await self.sql("SELECT u.username, m.id, m.handle FROM swannery.members m JOIN public.users u ON u.id = m.user_id")
        self.ids = {row[0]: row[1] for row in found}
        self.handles = {row[0]: row[2] for row in found}

    async def sql(self, text: str, **values: object) -> Sequence[AnyRow]:
        async with self.parts.database.transaction() as tx:
            return await tx.sql(text, values or None)

    @asynccontextmanager
    async def acting(self, who: str | None) -> AsyncIterator[tuple[Transaction, Viewer]]:
        """Open a transaction with somebody looking, as a request does."""
        async with self.parts.database.transaction() as tx:
            token = await self._token(who)
            viewer, _ = await load_viewer(tx, users=self.parts.config.users, token=token, site_open=self.parts.site.open)
            yield tx, viewer

    async def act(self, action: Callable[..., Awaitable[T]], who: str | None, **arguments: Any) -> T:
        """Do something as somebody, in a transaction of its own."""
        async with self.acting(who) as (tx, viewer):
            return await action(tx, viewer=viewer, **arguments)

    async def _token(self, who: str | None) -> str:
        if who is None:
            return ""
        if who not in self._tokens:
            async with self.browser(None) as browser:
                answer = await browser.client.post("/api/v1/session", json={"identifier": who, "password": PASSWORD})
                assert answer.status_code == 201, answer.text
                self._tokens[who] = answer.json()["token"]
        return self._tokens[who]

    def forget_sign_ins(self, who: str | None = None) -> None:
        """Sign in anew next time: whoever the app turned away has lost their sign-ins."""
        for name in [who] if who else list(self._tokens):
            self._tokens.pop(name, None)

    @asynccontextmanager
    async def browser(self, who: str | None, *, api: bool = False) -> AsyncIterator[Browser]:
        """A browser in which somebody is signed in (None: nobody); with `api` the token stands in the header instead."""
        asgi: Any = self.app  # the same protocol in the words of two packages
        transport = httpx.ASGITransport(app=asgi, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://town.test") as client:
            if who is not None and api:
                client.headers["authorization"] = f"Bearer {await self._token(who)}"
            elif who is not None:
                client.cookies.set("swannery", await self._token(who), domain="town.test")
            browser = Browser(client)
            if not api:
                await browser.get("/sign-in")
                if not browser.token:
                    await browser.get("/compose")
            yield browser


@asynccontextmanager
async def open_town(url: str, config: Config, *, site_open: bool = True) -> AsyncIterator[Town]:
    """The platform on this database, its connections closed afterwards."""
    town = Town(url=url, config=config, site_open=site_open)
    try:
        await town.meet()
        yield town
    finally:
        await town.parts.database.close()
        shutil.rmtree(town.pictures, ignore_errors=True)
