"""Puts the parts together; the only file that knows all features."""

import hmac
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import MutableScopeHeaders, State
from litestar.di import NamedDependency, Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import FromPath
from litestar.types import Message, Scope
from prometheus_client import generate_latest

import swannery
from swannery.accounts import api as accounts_api
from swannery.accounts import jobs as accounts_jobs
from swannery.accounts import pages as accounts_pages
from swannery.accounts.actions.own_picture import PICTURE_ALONG
from swannery.accounts.actions.own_settings import LOOK_ALONG
from swannery.accounts.actions.people import may_see_profile
from swannery.accounts.actions.sign_in import recognise, tidy
from swannery.accounts.ports import AppPictureMeans
from swannery.accounts.ports import ports as accounts_ports
from swannery.activities import events as activities_events
from swannery.activities import jobs as activities_jobs
from swannery.communities import events as communities_events
from swannery.communities import pages as communities_pages
from swannery.communities.actions import MEMBERSHIPS_ALONG
from swannery.config import Config, Users
from swannery.connections import api as connections_api
from swannery.connections import events as connections_events
from swannery.connections import pages as connections_pages
from swannery.connections.actions import CONNECTIONS_ALONG, connections_of
from swannery.connections.actions import tidy as tidy_connections
from swannery.connections.actions.permitting import may_mention
from swannery.discovery import api as discovery_api
from swannery.discovery import events as discovery_events
from swannery.discovery import pages as discovery_pages
from swannery.feeds import api as feeds_api
from swannery.feeds import events as feeds_events
from swannery.feeds import jobs as feeds_jobs
from swannery.feeds import pages as feeds_pages
from swannery.feeds.actions import FEEDS_ALONG
from swannery.foundation import health, idempotency, logs
from swannery.foundation.database import Database, Limits, Transaction
from swannery.foundation.errors import NotThere
from swannery.foundation.events import Dispatcher
from swannery.foundation.jobs import CONNECTIONS as QUEUE_CONNECTIONS
from swannery.foundation.jobs import Queue, Tick
from swannery.foundation.metrics import REGISTRY
from swannery.foundation.outbound import Outbound
from swannery.foundation.secrets_store import read_secret
from swannery.foundation.serving import run_to_end, serve
from swannery.foundation.theming import Theme
from swannery.foundation.viewer import Look, Viewer
from swannery.foundation.visits import Visit, Visits
from swannery.foundation.web import API, Edge, Page, Platform, Site, refuse, translate
from swannery.host.doors import Doors, open_doors
from swannery.media import api as media_api
from swannery.media import events as media_events
from swannery.media import jobs as media_jobs
from swannery.media import pages as media_pages
from swannery.media.darkroom import Darkroom
from swannery.media.ports import ports as media_ports
from swannery.portal import api as portal_api
from swannery.portal import pages as portal_pages
from swannery.posts import api as posts_api
from swannery.posts import events as posts_events
from swannery.posts import jobs as posts_jobs
from swannery.posts import pages as posts_pages
from swannery.posts.actions.reading import may_see_post
from swannery.posts.ports import PreviewMeans
from swannery.posts.ports import ports as posts_ports

ROOMS = Path(__file__).parent
TEMPLATES = ("accounts", "communities", "connections", "discovery", "feeds", "portal", "posts")
PAGES = (accounts_pages, communities_pages, connections_pages, discovery_pages, feeds_pages, media_pages, portal_pages, posts_pages)
APIS = (accounts_api, connections_api, discovery_api, feeds_api, media_api, portal_api, posts_api)
LISTENERS = (activities_events, communities_events, connections_events, discovery_events, feeds_events, media_events, posts_events)
LARGEST_BODY = 1_000_000
VIEWER_ALONG = f"{CONNECTIONS_ALONG}, {MEMBERSHIPS_ALONG}, {FEEDS_ALONG}, {PICTURE_ALONG}, {LOOK_ALONG}"
TIDY_EVERY_S = 600.0


class Parts(NamedTuple):
    """What one process is made of."""

    config: Config
    site: Site
    theme: Theme
    database: Database
    queue: Queue
    doors: Doors
    darkroom: Darkroom


def assemble(config: Config) -> Parts:
    """Make the parts. No connection is opened yet."""
    dispatcher = Dispatcher()
    posts_ports.site_open = config.site.open
    posts_ports.may_mention = may_mention
    for listener in LISTENERS:
        listener.listen(dispatcher)
    media_ports.may_see_profile = may_see_profile
    media_ports.may_see_post = may_see_post
    darkroom = Darkroom(folder=Path(config.media.folder))
    outbound, base = outbound_of(config), config.users.avatar_base or ""
    accounts_ports.app_pictures = AppPictureMeans(outbound=outbound, darkroom=darkroom, base=base)
    own_host = urlsplit(config.site.public_url).hostname or ""
    posts_ports.previews = PreviewMeans(outbound=outbound, darkroom=darkroom, own_host=own_host) if config.links.previews else None
    settings = config.database
    database = Database(
        url=settings.url,
        connections=settings.connections - QUEUE_CONNECTIONS,
        limits=Limits(statement_s=settings.statement_timeout_s),
        pgbouncer=settings.pgbouncer,
        dispatcher=dispatcher,
    )
    ticks = (
        accounts_jobs.follow_users_tick(users=config.users),
        *((accounts_jobs.app_pictures_tick(users=config.users),) if accounts_jobs.has_pictures(config.users) else ()),
        activities_jobs.import_tick(config.activities),
        *feeds_jobs.TICKS,
        *media_jobs.ticks(darkroom),
        *posts_jobs.TICKS,
        Tick(name="tidy", every_s=TIDY_EVERY_S, work=_tidy),
    )
    queue = Queue(
        database=database, jobs=(*accounts_jobs.JOBS, *posts_jobs.JOBS, *feeds_jobs.JOBS), ticks=ticks, pgbouncer=settings.pgbouncer
    )
    site = Site(name=config.site.name, open=config.site.open, language=config.site.language, secure=config.site.secure)
    folders = {room: ROOMS / room / "templates" for room in TEMPLATES}
    theme = Theme(template_folders=folders, site_name=site.name, default_language=site.language)
    doors = open_doors(config, environ=os.environ)
    return Parts(config=config, site=site, theme=theme, database=database, queue=queue, doors=doors, darkroom=darkroom)


def outbound_of(config: Config) -> Outbound:
    """Return what asks strangers' servers. Who asks says where they can be found, as is the custom."""
    home = config.site.public_url
    return Outbound(agent=f"Swannery/{swannery.__version__} (pages and pictures that members show{f'; +{home}' if home else ''})")


async def _tidy(tx: Transaction) -> None:
    await tidy(tx)
    await tidy_connections(tx)
    await idempotency.tidy(tx)


async def load_viewer(tx: Transaction, *, users: Users, token: str, site_open: bool) -> tuple[Viewer, bool]:
    """Return a member with everybody they are connected to, or a stranger, and whether the browser is to keep its cookie for longer.

    One statement: what the rooms know of a member is read along with the sign-in.
    """
    known = await recognise(tx, users=users, token=token, along=VIEWER_ALONG) if token else None
    if known is None:
        return Viewer(site_open=site_open), False
    look = len(Look.__struct_fields__)
    *connected, communities, feed_order, pulled, picture = known.along[:-look]
    connections = connections_of(tuple(connected))
    viewer = Viewer(
        id=known.member_id,
        name=known.name,
        handle=known.handle,
        role=known.role,
        sign_in_id=known.sign_in_id,
        picture=picture,
        followees=connections.followees,
        friends=connections.friends,
        communities=tuple(communities),
        blocked=connections.blocked,
        asked=connections.asked,
        asked_by=connections.asked_by,
        follow_asked_by=connections.follow_asked_by,
        training_asked_by=connections.training_asked_by,
        muted=connections.muted,
        circles=connections.circles,
        site_open=site_open,
        feed_order=feed_order or "latest",
        pulled=tuple(pulled),
        look=Look(**dict(zip(Look.__struct_fields__, known.along[-look:], strict=True))),
    )
    return viewer, known.renewed


def opener(parts: Parts) -> Callable[[Request[Any, Any, Any]], AbstractAsyncContextManager[Visit]]:
    """Return what opens a request's transaction and says who makes it."""

    @asynccontextmanager
    async def begin(request: Request[Any, Any, Any]) -> AsyncIterator[Visit]:
        api = request.url.path.startswith(API)
        token = accounts_api.bearer_of(request) if api else accounts_pages.token_of(request, site=parts.site)
        async with parts.database.transaction() as tx:
            who, renewed = await load_viewer(tx, users=parts.config.users, token=token, site_open=parts.site.open)
            request.state.viewer = who  # for the page that tells an error
            request.state.renew = token if renewed and not api else ""
            yield Visit(tx, who, Page(request=request, viewer=who, theme=parts.theme, site=parts.site))

    return begin


def parts_by_name(parts: Parts) -> dict[str, Provide]:
    """Return what is the same for every request."""

    def database() -> Database:
        return parts.database

    def config() -> Config:
        return parts.config

    def doors() -> Doors:
        return parts.doors

    def site() -> Site:
        return parts.site

    def darkroom() -> Darkroom:
        return parts.darkroom

    return {kind.__name__: Provide(kind, sync_to_thread=False) for kind in (database, config, site, doors, darkroom)}


def dependencies(parts: Parts) -> dict[str, Provide]:
    """Return what handlers may ask for by name."""
    begin = opener(parts)

    # One generator for all: what raises in it is undone by it, before anything is answered.
    async def visit(request: Request[Any, Any, Any]) -> AsyncGenerator[Visit, None]:
        async with begin(request) as begun:
            yield begun

    def visits(request: Request[Any, Any, Any]) -> Visits:
        return Visits(lambda: begin(request))

    def tx(visit: NamedDependency[Visit]) -> Transaction:
        return visit.tx

    # Each asks for one other: what Litestar can do at once it does in tasks of their own, which take longer than the work itself.
    def viewer(visit: NamedDependency[Visit], tx: NamedDependency[Transaction]) -> Viewer:
        del tx
        return visit.viewer

    def page(visit: NamedDependency[Visit], viewer: NamedDependency[Viewer]) -> Page:
        del viewer
        return visit.page

    def blank_page(request: Request[Any, Any, Any]) -> Page:
        return Page(request=request, viewer=Viewer(site_open=parts.site.open), theme=parts.theme, site=parts.site)

    def entrance(blank_page: NamedDependency[Page]) -> accounts_pages.Entrance:
        return accounts_pages.Entrance(parts.database, parts.config, parts.doors, blank_page, parts.site)

    return {
        "visit": Provide(visit),
        **{kind.__name__: Provide(kind, sync_to_thread=False) for kind in (tx, viewer, page, blank_page, visits, entrance)},
        **parts_by_name(parts),
    }


def may_measure(request: Request[Any, Any, Any]) -> bool:
    """Whether this is whoever looks after the server: with the token where one is set, else from this machine and through no proxy."""
    token = os.environ.get("SWANNERY_METRICS_TOKEN", "")
    if token:
        return hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode())
    forwarded = any(name.startswith("x-forwarded") or name == "forwarded" for name in request.headers)
    return not forwarded and request.client is not None and request.client.host in {"127.0.0.1", "::1"}


def operations(parts: Parts) -> list[Any]:
    """Return the routes for those who run it: they know nothing of people."""

    @get("/healthz", media_type=MediaType.TEXT, include_in_schema=False)
    async def healthz() -> str:
        return "alive\n"

    @get("/readyz", media_type=MediaType.TEXT, include_in_schema=False)
    async def readyz() -> Response[str]:
        missing = await health.missing(parts.database, parts.queue)
        return Response(
            "ready\n" if not missing else f"not ready: {missing}\n", status_code=503 if missing else 200, media_type=MediaType.TEXT
        )

    @get("/metrics", include_in_schema=False)
    async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
        if not may_measure(request):
            raise NotThere
        return Response(generate_latest(REGISTRY), media_type="text/plain; version=0.0.4; charset=utf-8")

    @get("/static/{path:path}", include_in_schema=False)
    async def static(path: FromPath[str]) -> Response[bytes]:
        found = parts.theme.file(path.lstrip("/"))
        if found is None:
            raise NotThere
        # The address holds a hash of the content, so it never changes.
        return Response(
            found.body,
            media_type=found.content_type,
            headers={"cache-control": "public, max-age=31536000, immutable", "vary": "Accept-Encoding"},
        )

    @get("/api/v1/openapi.json", include_in_schema=False, sync_to_thread=False)
    def description(request: Request[Any, Any, Any]) -> Response[bytes]:
        return Response(msgspec.json.encode(request.app.openapi_schema.to_schema()), media_type="application/json")

    return [healthz, readyz, metrics, static, description]


def make_app(parts: Parts, *, worker: bool = True) -> Platform:
    """Return the whole as an ASGI application; with `worker` it does the background work too."""

    def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        return refuse(translate(error), request=request, theme=parts.theme, site=parts.site)

    async def renew(message: Message, scope: Scope) -> None:
        """Let the browser keep its cookie for as long as the server keeps the sign-in."""
        token = scope["state"].get("renew")
        if message["type"] == "http.response.start" and token:
            headers = MutableScopeHeaders.from_message(message)
            renewed: Response[None] = Response(None)
            accounts_pages.set_token(renewed, token=token, site=parts.site)
            if not any(cookie.startswith(renewed.cookies[0].key + "=") for cookie in headers.getall("set-cookie", [])):
                headers.add("set-cookie", renewed.cookies[0].to_header(header=""))

    @asynccontextmanager
    async def life(_app: Litestar) -> AsyncIterator[None]:
        async with parts.queue.worker(name="swannery") if worker else _nothing():
            yield
        await parts.database.close()

    prefix = parts.site.cookie_prefix
    app = Platform(
        route_handlers=[
            *operations(parts),
            Router(path="/", route_handlers=[route for room in PAGES for route in room.routes], include_in_schema=False),
            Router(path="/", route_handlers=[route for room in APIS for route in room.routes]),
        ],
        dependencies=dependencies(parts),
        exception_handlers={Exception: answer_error},
        lifespan=[life],
        before_send=[renew],
        csrf_config=CSRFConfig(
            secret=read_secret(parts.config.database.url, name="csrf").hex(),
            cookie_name=f"{prefix}swannery_csrf",
            cookie_secure=parts.site.secure,
            cookie_httponly=True,
            cookie_samesite="lax",
            exclude=["^/api/", "^/healthz", "^/readyz", "^/metrics", "^/static/"],
        ),
        openapi_config=openapi(),
        request_max_body_size=LARGEST_BODY,
        state=State({"parts": parts}),
        logging_config=None,
        debug=False,
    )
    app.edge = Edge(secure=parts.site.secure)
    return app


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield


def openapi() -> OpenAPIConfig:
    """Return how the API describes itself: OpenAPI 3.1 at /api/v1/openapi.json, no page that fetches scripts from elsewhere."""
    return OpenAPIConfig(
        title="Swannery",
        version=swannery.__version__,
        path="/api/v1/description",  # beside it Litestar answers unknown addresses by itself; so nothing else is below it
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        description="Send `Authorization: Bearer` with the token that POST /api/v1/session returns. Errors are application/problem+json.",
        components=Components(security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}),
        security=[{"bearer": []}],
    )


def run(config: Config, *, ready: Callable[[], None] | None = None) -> None:
    """Serve the website and do the background work in this process until SIGINT or SIGTERM."""
    logs.set_up()
    parts = assemble(config)
    run_to_end(serve(make_app(parts), host=config.server.host, port=config.server.port, ready=ready))
