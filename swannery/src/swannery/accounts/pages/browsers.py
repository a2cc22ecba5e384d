"""What is known of a browser, and the cookie that says who uses it."""

from typing import Any

from litestar import Request, Response

from swannery.accounts.actions.sign_in import STAYS
from swannery.accounts.devices import address_of, device_of
from swannery.config import Config
from swannery.foundation.web import Site

COOKIE = "swannery"


def sender_of(request: Request[Any, Any, Any], config: Config) -> str:
    """Return the address the request came from."""
    forwarded = request.headers.getall("x-forwarded-for", [])
    return address_of(request.client.host if request.client else "", forwarded=forwarded, trusted=config.server.trusted_proxies)


def browser_of(request: Request[Any, Any, Any]) -> str:
    """Return what the device calls itself, in a few words."""
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
