"""Signing in and out, as HTML."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body

from swannery.accounts.actions.sign_in import sign_in, sign_out
from swannery.accounts.pages import entering, settings
from swannery.accounts.pages.browsers import browser_of, sender_of, set_token, token_of
from swannery.accounts.pages.entering import Entrance
from swannery.config import Config
from swannery.foundation.database import Database, Transaction
from swannery.foundation.errors import Invalid, TooMany
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import FormState, Page, Site, local_path
from swannery.host.doors import Doors

__all__ = ["Entrance", "routes", "set_token", "token_of"]


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
            device=browser_of(request),
        )
    except (Invalid, TooMany) as error:
        sentence = f"{blank_page.tell(error.message)} {blank_page.tell(error.next_step)}".strip()
        state = FormState(values={"identifier": data.identifier[:320]}, errors={"identifier": sentence})
        if isinstance(error, TooMany):
            headers = {"retry-after": str(error.retry_after_s)}
            return blank_page.show("theme/sign_in.html", status=429, headers=headers, form=state, next=wanted, provider=doors.provider_name)
        return blank_page.show("theme/sign_in.html", status=422, form=state, next=wanted, provider=doors.provider_name)
    answer = blank_page.go(wanted)
    set_token(answer, token=token, site=site)
    return answer


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


routes = [show_sign_in, take_sign_in, take_sign_out, *entering.routes, *settings.routes]
