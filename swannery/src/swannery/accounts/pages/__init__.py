"""Signing in and out, as HTML."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body

from swannery.accounts.actions.sign_in import STAYS, sign_in, sign_out
from swannery.accounts.actions.sign_in_provider import come_back, go_to_provider
from swannery.accounts.actions.sign_in_token import sign_in_with_token
from swannery.accounts.devices import address_of, device_of
from swannery.accounts.pages import settings
from swannery.config import Config
from swannery.foundation.database import Database, Transaction
from swannery.foundation.errors import Invalid, TooMany, Unavailable
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import FormState, Page, Site, local_path
from swannery.host.doors import CALLBACK, Doors

COOKIE = "swannery"
ATTEMPT = "swannery_attempt"


class SignInForm(msgspec.Struct):
    """Name, password, and where to go afterwards."""

    identifier: str = ""
    password: str = ""
    next: str = "/"


@get("/sign-in")
async def show_sign_in(viewer: NamedDependency[Viewer], page: NamedDependency[Page], doors: NamedDependency[Doors]) -> Response[Any]:
    """The form."""
    wanted = local_path(page.request.query_params.get("next"), otherwise="/")
    if viewer.signed_in:
        return page.go(wanted)
    return page.show("theme/sign_in.html", form=FormState(), next=wanted, provider=doors.provider_name)


@post("/sign-in", status_code=303)
async def take_sign_in(
    database: NamedDependency[Database],
    config: NamedDependency[Config],
    blank_page: NamedDependency[Page],
    site: NamedDependency[Site],
    doors: NamedDependency[Doors],
    data: Annotated[SignInForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Sign in. The page comes without the request's own transaction: see the action."""
    wanted = local_path(data.next, otherwise="/")
    request = blank_page.request
    try:
        token = await sign_in(
            database,
            users=config.users,
            identifier=data.identifier,
            password=data.password,
            address=sender_of(request, config),
            device=_device(request),
        )
    except (Invalid, TooMany) as error:
        sentence = f"{error.message} {error.next_step}".strip()
        state = FormState(values={"identifier": data.identifier[:320]}, errors={"identifier": sentence})
        if isinstance(error, TooMany):
            headers = {"retry-after": str(error.retry_after_s)}
            return blank_page.show("theme/sign_in.html", status=429, headers=headers, form=state, next=wanted, provider=doors.provider_name)
        return blank_page.show("theme/sign_in.html", status=422, form=state, next=wanted, provider=doors.provider_name)
    answer = blank_page.go(wanted)
    set_token(answer, token=token, site=site)
    return answer


class TokenForm(msgspec.Struct):
    """What the app signed, and where to go afterwards."""

    token: str = ""
    next: str = "/"


@get("/sign-in/token")
async def follow_token(
    database: NamedDependency[Database],
    config: NamedDependency[Config],
    doors: NamedDependency[Doors],
    blank_page: NamedDependency[Page],
    site: NamedDependency[Site],
) -> Response[Any]:
    """Sign in by a link of the app. Whatever comes of it, the browser goes on to an address without the token and names none before it."""
    request = blank_page.request
    wanted = local_path(request.query_params.get("next"), otherwise="/")
    # A picture, a frame or a browser that looks ahead uses up no token and signs nobody in.
    ahead = request.headers.get("sec-fetch-dest", "document") != "document" or "prefetch" in request.headers.get("sec-purpose", "")
    if ahead:
        answer = blank_page.go("/sign-in")
    else:
        try:
            answer = await _enter(
                database, config, doors, blank_page, site, TokenForm(token=request.query_params.get("token", ""), next=wanted)
            )
        except (Invalid, TooMany) as error:
            answer = blank_page.go("/sign-in", notice=f"{blank_page.gettext(error.message)} {blank_page.gettext(error.next_step)}")
    answer.headers["referrer-policy"] = "no-referrer"
    return answer


@post("/sign-in/token", status_code=303, exclude_from_csrf=True)
async def take_token(
    database: NamedDependency[Database],
    config: NamedDependency[Config],
    doors: NamedDependency[Doors],
    blank_page: NamedDependency[Page],
    site: NamedDependency[Site],
    data: Annotated[TokenForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Sign in by a form of the app's. It comes from another site, so no token of ours is in it; the app's own vouches for it."""
    try:
        return await _enter(database, config, doors, blank_page, site, data)
    except (Invalid, TooMany) as error:
        sentence = f"{blank_page.gettext(error.message)} {blank_page.gettext(error.next_step)}"
        headers = {"retry-after": str(error.retry_after_s)} if isinstance(error, TooMany) else {}
        state = FormState(errors={"identifier": sentence})
        status = 429 if isinstance(error, TooMany) else 422
        wanted = local_path(data.next, otherwise="/")
        return blank_page.show("theme/sign_in.html", status=status, headers=headers, form=state, next=wanted, provider=doors.provider_name)


@get("/sign-in/provider")
async def go_elsewhere(
    database: NamedDependency[Database],
    config: NamedDependency[Config],
    doors: NamedDependency[Doors],
    blank_page: NamedDependency[Page],
    site: NamedDependency[Site],
) -> Response[Any]:
    """Send the browser to the identity provider."""
    request = blank_page.request
    wanted = local_path(request.query_params.get("next"), otherwise="/")
    try:
        url, state = await go_to_provider(database, doors=doors, next_path=wanted, address=sender_of(request, config))
    except (Unavailable, TooMany) as error:
        return blank_page.go("/sign-in", notice=f"{blank_page.gettext(error.message)} {blank_page.gettext(error.next_step)}")
    answer: Response[Any] = Response(None, status_code=303, headers={"location": url, "referrer-policy": "no-referrer"})
    answer.set_cookie(f"{site.cookie_prefix}{ATTEMPT}", state, max_age=600, httponly=True, secure=site.secure, samesite="lax", path="/")
    return answer


@get(CALLBACK)
async def return_from_elsewhere(
    database: NamedDependency[Database],
    config: NamedDependency[Config],
    doors: NamedDependency[Doors],
    blank_page: NamedDependency[Page],
    site: NamedDependency[Site],
) -> Response[Any]:
    """Take what the identity provider answers; what comes of it is at an address without the answer."""
    request, name = blank_page.request, f"{site.cookie_prefix}{ATTEMPT}"
    try:
        opened, wanted = await come_back(
            database,
            users=config.users,
            doors=doors,
            state=request.query_params.get("state", ""),
            kept_state=request.cookies.get(name, ""),
            code=request.query_params.get("code", ""),
            device=_device(request),
        )
        notice = blank_page.gettext("You are signed in as %(name)s.") % {"name": opened.name}
        answer = blank_page.go(local_path(wanted, otherwise="/"), notice=notice)
        set_token(answer, token=opened.token, site=site)
    except (Invalid, Unavailable) as error:
        answer = blank_page.go("/sign-in", notice=f"{blank_page.gettext(error.message)} {blank_page.gettext(error.next_step)}")
    answer.set_cookie(name, "", max_age=0, httponly=True, secure=site.secure, samesite="lax", path="/")
    answer.headers["referrer-policy"] = "no-referrer"
    return answer


async def _enter(database: Database, config: Config, doors: Doors, page: Page, site: Site, form: TokenForm) -> Response[Any]:
    opened = await sign_in_with_token(
        database, users=config.users, doors=doors, token=form.token, address=sender_of(page.request, config), device=_device(page.request)
    )
    # Said aloud, so that nobody writes under a name that somebody else's link gave them.
    notice = page.gettext("You are signed in as %(name)s.") % {"name": opened.name}
    answer = page.go(local_path(form.next, otherwise="/"), notice=notice)
    set_token(answer, token=opened.token, site=site)
    return answer


def sender_of(request: Request[Any, Any, Any], config: Config) -> str:
    """Return the address the request came from."""
    forwarded = request.headers.getall("x-forwarded-for", [])
    return address_of(request.client.host if request.client else "", forwarded=forwarded, trusted=config.server.trusted_proxies)


def _device(request: Request[Any, Any, Any]) -> str:
    return device_of(request.headers.get("user-agent", ""))


def set_token(answer: Response[Any], *, token: str, site: Site) -> None:
    """Hand the browser its token: no script reads it, no other site sends it with a form. Without one it is taken from the browser.

    Taken with the same flags: browsers refuse any change to a `__Host-` cookie that is not Secure.
    """
    name, seconds = f"{site.cookie_prefix}{COOKIE}", int(STAYS.total_seconds()) if token else 0
    answer.set_cookie(name, token, max_age=seconds, httponly=True, secure=site.secure, samesite="lax", path="/")


def token_of(request: Request[Any, Any, Any], *, site: Site) -> str:
    """Return the token the browser sent."""
    return request.cookies.get(f"{site.cookie_prefix}{COOKIE}", "")


@post("/sign-out", status_code=303)
async def take_sign_out(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], site: NamedDependency[Site]
) -> Response[Any]:
    """Sign out here."""
    await sign_out(tx, viewer=viewer)
    answer = page.go("/")
    set_token(answer, token="", site=site)
    answer.headers["clear-site-data"] = '"cache"'
    return answer


routes = [
    show_sign_in, take_sign_in, follow_token, take_token, go_elsewhere, return_from_elsewhere, take_sign_out, *settings.routes,
]  # fmt: skip
