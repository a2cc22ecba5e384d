"""Sessions of the JSON API. Its token stands in a header, never in a cookie, so no other site can act with it."""

from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from swannery.accounts.actions.sign_in import STAYS, sign_in, sign_out
from swannery.accounts.actions.sign_in_token import sign_in_with_token
from swannery.accounts.api import own
from swannery.accounts.devices import address_of, device_of
from swannery.config import Config
from swannery.foundation.database import Database, Transaction
from swannery.foundation.viewer import Role, Viewer
from swannery.foundation.web import PROBLEMS
from swannery.host.doors import Doors
from swannery.host.tokens import LONGEST

SCHEME = "bearer "
MOST = 1024


class NewSession(msgspec.Struct, forbid_unknown_fields=True):
    """The name (e-mail address or handle) and password that a person has in the app."""

    identifier: Annotated[str, msgspec.Meta(min_length=1, max_length=320)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST)]


class OpenSession(msgspec.Struct, frozen=True):
    """A new session's token, to be sent as `Authorization: Bearer …`; it is shown once. Lifetime in seconds, renewed by use."""

    token: str
    expires_in: int


class SessionMember(msgspec.Struct, frozen=True):
    """Whose session it is."""

    id: int
    name: str
    handle: str
    role: Role


def bearer_of(request: Request[Any, Any, Any]) -> str:
    """Return the token of the Authorization header, or nothing."""
    header = request.headers.get("authorization", "")
    return header[len(SCHEME) :].strip() if header.lower().startswith(SCHEME) else ""


@post("/api/v1/session", status_code=201, responses=PROBLEMS, tags=["session"], summary="Sign in")
async def open_session(
    database: NamedDependency[Database],
    config: NamedDependency[Config],
    request: Request[Any, Any, Any],
    data: JSONBody[NewSession],
) -> OpenSession:
    """Sign in with the app's own password. Every refusal reads the same."""
    token = await sign_in(
        database,
        users=config.users,
        identifier=data.identifier,
        password=data.password,
        address=address_of(
            request.client.host if request.client else "",
            forwarded=request.headers.getall("x-forwarded-for", []),
            trusted=config.server.trusted_proxies,
        ),
        device=device_of(request.headers.get("user-agent", "")) or "API",
    )
    return OpenSession(token=token, expires_in=int(STAYS.total_seconds()))


class SignedToken(msgspec.Struct, forbid_unknown_fields=True):
    """A one-use token that the app signed for the person."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST)]


@post("/api/v1/session/token", status_code=201, responses=PROBLEMS, tags=["session"], summary="Sign in with a token of the app")
async def exchange_token(
    database: NamedDependency[Database],
    config: NamedDependency[Config],
    doors: NamedDependency[Doors],
    request: Request[Any, Any, Any],
    data: JSONBody[SignedToken],
) -> OpenSession:
    """Sign in with a one-use token that the app signed; 404 where this site takes none. Every other refusal reads the same."""
    forwarded = request.headers.getall("x-forwarded-for", [])
    opened = await sign_in_with_token(
        database,
        users=config.users,
        doors=doors,
        token=data.token,
        address=address_of(request.client.host if request.client else "", forwarded=forwarded, trusted=config.server.trusted_proxies),
        device=device_of(request.headers.get("user-agent", "")) or "API",
    )
    return OpenSession(token=opened.token, expires_in=int(STAYS.total_seconds()))


@get("/api/v1/session", responses=PROBLEMS, tags=["session"], summary="Who am I")
async def read_session(viewer: NamedDependency[Viewer]) -> SessionMember:
    """Return the member this token belongs to."""
    return SessionMember(id=viewer.member_id, name=viewer.name, handle=viewer.handle, role=viewer.role)


@delete("/api/v1/session", status_code=204, responses=PROBLEMS, tags=["session"], summary="Sign out")
async def close_session(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer]) -> None:
    """End this session; its token is worth nothing afterwards."""
    _ = viewer.member_id
    await sign_out(tx, viewer=viewer)


routes = [open_session, exchange_token, read_session, close_session, *own.routes]
