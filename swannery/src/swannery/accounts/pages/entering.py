"""Signing in without a password of ours: by what the app signed, or by its identity provider."""

from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body

from swannery.accounts.actions.sign_in_provider import come_back, go_to_provider
from swannery.accounts.actions.sign_in_token import sign_in_with_token
from swannery.accounts.pages.browsers import browser_of, sender_of, set_token
from swannery.config import Config
from swannery.foundation.database import Database
from swannery.foundation.errors import Invalid, SwanneryError, TooMany, Unavailable
from swannery.foundation.web import FormState, Page, Site, local_path
from swannery.host.doors import CALLBACK, Doors

ATTEMPT = "swannery_attempt"


class Entrance(NamedTuple):
    """What signing somebody in takes. The page comes without a transaction: no connection waits while others are asked."""

    database: Database
    config: Config
    doors: Doors
    page: Page
    site: Site

    def words_for(self, error: SwanneryError) -> str:
        """Return what is wrong and what to do, in the reader's language."""
        return f"{self.page.tell(error.message)} {self.page.tell(error.next_step)}".strip()

    def back(self, error: SwanneryError) -> Response[None]:
        """Send the browser to the form, with what is wrong."""
        return self.page.go("/sign-in", notice=self.words_for(error))


def looks_ahead(request: Request[Any, Any, Any]) -> bool:
    """Whether a picture, a frame or a browser that looks ahead asks, not a person who wants to go there."""
    return request.headers.get("sec-fetch-dest", "document") != "document" or "prefetch" in request.headers.get("sec-purpose", "")


class TokenForm(msgspec.Struct):
    """What the app signed, and where to go afterwards."""

    token: str = ""
    next: str = "/"


@get("/sign-in/token")
async def follow_token(entrance: NamedDependency[Entrance]) -> Response[Any]:
    """Sign in by a link of the app. Whatever comes of it, the browser goes on to an address without the token and names none before it."""
    request = entrance.page.request
    wanted = local_path(request.query_params.get("next"), otherwise="/")
    if looks_ahead(request):  # it uses up no token and signs nobody in
        answer = entrance.page.go("/sign-in")
    else:
        try:
            answer = await _enter(entrance, TokenForm(token=request.query_params.get("token", ""), next=wanted))
        except (Invalid, TooMany) as error:
            answer = entrance.back(error)
    answer.headers["referrer-policy"] = "no-referrer"
    return answer


@post("/sign-in/token", status_code=303, exclude_from_csrf=True)
async def take_token(
    entrance: NamedDependency[Entrance],
    data: Annotated[TokenForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Sign in by a form of the app's. It comes from another site, so no token of ours is in it; the app's own vouches for it."""
    try:
        return await _enter(entrance, data)
    except (Invalid, TooMany) as error:
        sentence = entrance.words_for(error)
        headers = {"retry-after": str(error.retry_after_s)} if isinstance(error, TooMany) else {}
        state = FormState(errors={"identifier": sentence})
        status = 429 if isinstance(error, TooMany) else 422
        wanted = local_path(data.next, otherwise="/")
        return entrance.page.show(
            "theme/sign_in.html", status=status, headers=headers, form=state, next=wanted, provider=entrance.doors.provider_name
        )


@get("/sign-in/provider")
async def go_elsewhere(entrance: NamedDependency[Entrance]) -> Response[Any]:
    """Send the browser to the identity provider."""
    request = entrance.page.request
    if looks_ahead(request):  # it counts as no try
        return entrance.page.go("/sign-in")
    wanted = local_path(request.query_params.get("next"), otherwise="/")
    try:
        url, state = await go_to_provider(
            entrance.database, doors=entrance.doors, next_path=wanted, address=sender_of(request, entrance.config)
        )
    except (Unavailable, TooMany) as error:
        return entrance.back(error)
    answer: Response[Any] = Response(None, status_code=303, headers={"location": url, "referrer-policy": "no-referrer"})
    answer.set_cookie(
        f"{entrance.site.cookie_prefix}{ATTEMPT}", state, max_age=600, httponly=True, secure=entrance.site.secure, samesite="lax", path="/"
    )
    return answer


@get(CALLBACK)
async def return_from_elsewhere(entrance: NamedDependency[Entrance]) -> Response[Any]:
    """Take what the identity provider answers; what comes of it is at an address without the answer."""
    request, name = entrance.page.request, f"{entrance.site.cookie_prefix}{ATTEMPT}"
    try:
        opened, wanted = await come_back(
            entrance.database,
            users=entrance.config.users,
            doors=entrance.doors,
            state=request.query_params.get("state", ""),
            kept_state=request.cookies.get(name, ""),
            code=request.query_params.get("code", ""),
            address=sender_of(request, entrance.config),
            device=browser_of(request),
        )
        notice = entrance.page.gettext("You are signed in as %(name)s.") % {"name": opened.name}
        answer = entrance.page.go(local_path(wanted, otherwise="/"), notice=notice)
        set_token(answer, token=opened.token, site=entrance.site)
    except (Invalid, Unavailable) as error:
        answer = entrance.back(error)
    answer.set_cookie(name, "", max_age=0, httponly=True, secure=entrance.site.secure, samesite="lax", path="/")
    answer.headers["referrer-policy"] = "no-referrer"
    return answer


async def _enter(entrance: Entrance, form: TokenForm) -> Response[Any]:
    page, config = entrance.page, entrance.config
    opened = await sign_in_with_token(
        entrance.database,
        users=config.users,
        doors=entrance.doors,
        token=form.token,
        address=sender_of(page.request, config),
        device=browser_of(page.request),
    )
    # Said aloud, so that nobody writes under a name that somebody else's link gave them.
    notice = page.gettext("You are signed in as %(name)s.") % {"name": opened.name}
    answer = page.go(local_path(form.next, otherwise="/"), notice=notice)
    set_token(answer, token=opened.token, site=entrance.site)
    return answer


routes = [follow_token, take_token, go_elsewhere, return_from_elsewhere]
