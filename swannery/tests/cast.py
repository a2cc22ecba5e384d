"""People on a stage: a database with our own tables, members in it, and a small website around a feature's routes."""

import importlib.util
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast
from urllib.parse import unquote

import httpx
import psycopg
from litestar import Litestar, Request, Response
from litestar.config.csrf import CSRFConfig
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException

import swannery
from dbdoctor.embedded import Server
from swannery.communities.actions import load_memberships
from swannery.connections.actions import load_connections
from swannery.connections.models import Connections
from swannery.foundation.database import AnyRow, Database, Limits, Transaction
from swannery.foundation.events import Dispatcher, Event
from swannery.foundation.theming import Theme
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import Page, Site, refuse, translate

SOURCE = Path(swannery.__file__).parent
MIGRATIONS = SOURCE / "deployment" / "migrations" / "versions"
FEATURES = ("connections", "communities")
CONNECTIONS = 6
SITE = Site(name="Still water", open=False, language="en", secure=False)
TABLES = (
    "app_pictures", "trainer_clients", "activities", "circle_members", "circles", "mutes", "follow_requests", "follows", "friend_requests",
    "friendships", "blocks", "community_members", "communities", "idempotency_keys", "throttles", "members",
)  # fmt: skip
WHO = "x-test-member"
NOBODY = "0"
TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')

T = TypeVar("T")


@contextmanager
def theatre(server: Server) -> Iterator[str]:
    """A database with our tables and nobody in it, dropped afterwards; yields its URL."""
    name = f"theatre_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        with psycopg.connect(server.url(database=name), autocommit=True) as inside:
            inside.execute("CREATE SCHEMA swannery")
            first, later = _migration("0001_foundations"), _migration("0050_approval_mutes_circles")
            suggestions = _migration("0075_suggestions")
            trainers = _migration("0090_trainers_and_clients")
            app_pictures = _migration("0096_app_pictures")
            profiles, pictures = _migration("0020_profiles_and_choices"), _migration("0070_pictures")
            parts = (
                first.MEMBERS.format(key_type="bigint"),
                first.CONNECTIONS,
                first.COMMUNITIES,
                first.ACTIVITIES,
                trainers.TRAINER_CLIENTS,
                later.APPROVAL,
                later.MUTES,
                later.CIRCLES,
                profiles.COLUMNS,
                suggestions.COLUMN,
                suggestions.PARTS[-1],
                pictures.PROFILES,
                app_pictures.APP_PICTURES,
            )
            for part in parts:
                inside.execute(part)
        yield server.url(database=name)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def empty(url: str) -> None:
    """Send everybody home: several times as fast as a new database."""
    with psycopg.connect(url) as connection:
        for table in TABLES:
            connection.execute(f"DELETE FROM swannery.{table}".encode())


def _migration(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"migration_{name}", MIGRATIONS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Recorder(Dispatcher):
    """Remembers what was told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Event] = []

    async def tell(self, tx: Transaction, event: Event) -> None:
        self.told.append(event)
        await super().tell(tx, event)


class Stage:
    """A database with members in it, each action in a transaction of its own."""

    def __init__(self, url: str) -> None:
        self.events = Recorder()
        self.database = Database(url=url, connections=CONNECTIONS, limits=Limits(lock_s=5.0), dispatcher=self.events)

    @property
    def told(self) -> list[Event]:
        return self.events.told

    async def member(self, name: str, *, state: str = "active") -> int:
        # The stage may be used again, so the number comes from the database.
        rows = await self.sql(
            "INSERT INTO swannery.members (handle, name, state)"
            " VALUES (%(letters)s || '_' || nextval('swannery.sign_ins_id_seq'), %(name)s, %(state)s) RETURNING id",
            letters="".join(letter for letter in name.lower() if "a" <= letter <= "z"), name=name, state=state,
        )  # fmt: skip
        return int(rows[0][0])

    async def members(self, *names: str) -> list[int]:
        return [await self.member(name) for name in names]

    async def train(self, client: int, trainer: int, *, times: int = 1) -> None:
        """Have the app record sessions in which one trained the other."""
        await self.sql(
            "INSERT INTO swannery.activities (member_id, source, source_key, partner_id, happened_at)"
            " SELECT %(client)s, 'sessions', gen_random_uuid()::text, %(trainer)s, now() - n * interval '1 day'"
            " FROM generate_series(1, %(times)s::int) AS n",
            client=client, trainer=trainer, times=times,
        )  # fmt: skip

    async def sql(self, text: str, **values: object) -> Sequence[AnyRow]:
        async with self.database.transaction() as tx:
            return await tx.sql(text, values or None)

    async def known(self, member_id: int) -> Connections:
        """Everybody a member is connected to."""
        async with self.database.transaction() as tx:
            return await load_connections(tx, member_id=member_id)

    async def viewer(self, tx: Transaction, member_id: int) -> Viewer:
        known = await load_connections(tx, member_id=member_id)
        return Viewer(
            id=member_id,
            name=f"member {member_id}",
            handle=f"member_{member_id}",
            followees=known.followees,
            friends=known.friends,
            blocked=known.blocked,
            asked=known.asked,
            asked_by=known.asked_by,
            follow_asked_by=known.follow_asked_by,
            muted=known.muted,
            circles=known.circles,
            communities=await load_memberships(tx, member_id=member_id),
        )

    async def act(self, action: Callable[..., Awaitable[T]], viewer: int | None, **arguments: Any) -> T:
        """Do something as a member (None: as a stranger), in a transaction of its own."""
        async with self.acting(viewer) as (tx, who):
            return await action(tx, viewer=who, **arguments)

    @asynccontextmanager
    async def acting(self, viewer: int | None) -> AsyncIterator[tuple[Transaction, Viewer]]:
        """Open a transaction as a member and keep it open until the block ends."""
        async with self.database.transaction() as tx:
            yield tx, (await self.viewer(tx, viewer) if viewer is not None else Viewer())

    async def erase(self, *features: Callable[..., Awaitable[None]], member_id: int) -> None:
        """Erase a member as the host's deletion does: marked first, then each feature, in one transaction."""
        async with self.database.transaction() as tx:
            await tx.sql("UPDATE swannery.members SET state = 'erased' WHERE id = %(id)s", {"id": member_id})
            for erase_member in features:
                await erase_member(tx, member_id=member_id)


@asynccontextmanager
async def stage_at(url: str) -> AsyncIterator[Stage]:
    stage = Stage(url)
    try:
        yield stage
    finally:
        await stage.database.close()


class Browser:
    """Somebody's browser: sends its cookies and the token of the last form, follows nothing by itself."""

    def __init__(self, client: httpx.AsyncClient, *, member_id: int | None, token: str = "") -> None:
        self._client = client
        self._who = {WHO: str(member_id) if member_id is not None else NOBODY}
        self.token = token

    async def get(self, path: str, *, htmx: bool = False) -> httpx.Response:
        answer = await self._client.get(path, headers=self._headers(htmx=htmx))
        found = TOKEN.search(answer.text)
        self.token = found[1] if found else self.token
        return answer

    async def post(
        self,
        path: str,
        fields: Mapping[str, str] | None = None,
        *,
        htmx: bool = False,
        headers: Mapping[str, str] | None = None,
        **more: str,
    ) -> httpx.Response:
        form = {"_csrf_token": self.token, **(fields or {}), **more}
        return await self._client.post(path, data=form, headers=self._headers(htmx=htmx) | dict(headers or {}))

    def cookie(self, name: str) -> str:
        """What the browser was told to keep under this name."""
        return unquote(self._client.cookies.get(name) or "")

    def _headers(self, *, htmx: bool) -> dict[str, str]:
        return self._who | ({"hx-request": "true"} if htmx else {})


@lru_cache(maxsize=1)
def theme() -> Theme:
    """Made once: its templates are compiled at their first use."""
    return Theme(template_folders={name: SOURCE / name / "templates" for name in FEATURES}, site_name=SITE.name)


class Website:
    """A feature's routes behind the same middleware as in the app, as far as they depend on it."""

    def __init__(self, stage: Stage, routes: Sequence[Any]) -> None:
        self._stage = stage
        self._theme = theme()
        self.app = Litestar(
            route_handlers=list(routes),
            dependencies={
                "tx": Provide(self._transaction),
                "viewer": Provide(self._viewer),
                "page": Provide(self._page, sync_to_thread=False),
            },
            exception_handlers={HTTPException: self._refuse, Exception: self._refuse},
            csrf_config=CSRFConfig(secret="only for tests"),
            openapi_config=None,
        )

    async def _transaction(self) -> AsyncIterator[Transaction]:
        async with self._stage.database.transaction() as tx:
            yield tx

    async def _viewer(self, request: Request[Any, Any, Any], tx: NamedDependency[Transaction]) -> Viewer:
        who = int(request.headers.get(WHO, NOBODY))
        return await self._stage.viewer(tx, who) if who else Viewer()

    def _page(self, request: Request[Any, Any, Any], viewer: NamedDependency[Viewer]) -> Page:
        return Page(request=request, viewer=viewer, theme=self._theme, site=SITE)

    def _refuse(self, request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        return refuse(translate(error), request=request, theme=self._theme, site=SITE)

    @asynccontextmanager
    async def browser(self, member_id: int | None, *, start: str) -> AsyncIterator[Browser]:
        """A browser that has the page at `start` open, so that it holds a token."""
        transport = httpx.ASGITransport(app=cast("Any", self.app), raise_app_exceptions=False)  # two spellings of the same ASGI
        async with httpx.AsyncClient(transport=transport, base_url="http://site.test") as client:
            browser = Browser(client, member_id=member_id)
            await browser.get(start)
            browser.token = browser.token or client.cookies.get("csrftoken") or ""
            yield browser


def moment(day: int) -> datetime:
    """A day in the past, for rows whose order matters."""
    return datetime(2025, 1, day, tzinfo=UTC)
