"""Feeds as HTML: the order one wants, what is not for oneself, what is new since, what trends, and how all of it is decided."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from swannery.feeds import actions as feeds
from swannery.feeds.models import WEIGHTS
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid
from swannery.foundation.paging import decode
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import Id, Page
from swannery.foundation.words import say

LONGEST_LIST = 4000


class OrderForm(msgspec.Struct, frozen=True):
    """The order somebody wants."""

    order: Literal["latest", "for_you"]


class SwitchForm(msgspec.Struct, frozen=True):
    """Say it, or take it back."""

    on: Literal["0", "1"] = "1"


class SeenForm(msgspec.Struct, frozen=True):
    """Ids of posts with commas between them."""

    posts: str


@post("/feeds/order", status_code=303)
async def choose_order(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    data: Annotated[OrderForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Choose the order of one's home; it is remembered."""
    await feeds.choose_order(tx, viewer=viewer, order=data.order)
    return page.go("/")


@post("/posts/{post_id:int}/not-for-me", status_code=303)
async def dismiss(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    data: Annotated[SwitchForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Say that a post is not for oneself, or take it back."""
    on = data.on == "1"
    await feeds.dismiss(tx, viewer=viewer, post_id=Id.check(post_id), on=on)
    if page.partial:
        return page.show("feeds/dismissed_part.html", post_id=post_id, on=on)
    return page.go(page.back("/"), notice=page.gettext("Left out from now on.") if on else page.gettext("It is back."))


@post("/feeds/seen", status_code=204)
async def note_seen(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    data: Annotated[SeenForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> None:
    """Note which posts one has seen; ids of posts one may not read are passed over."""
    _ = viewer.member_id
    await feeds.note_seen(tx, viewer=viewer, post_ids=ids_of(data.posts))


def ids_of(text: str) -> list[int]:
    """Read ids with commas between them; raises Invalid for anything else."""
    parts = text[:LONGEST_LIST].split(",")
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise Invalid(say("This is no list of posts."))
    return [number for number in map(int, parts) if 0 < number <= Id.LARGEST]


@get("/feeds/newer")
async def show_newer(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], since: FromQuery[str]
) -> Response[Any]:
    """How many posts came into one's home since the newest one has: the text of a pill, nothing when there are none."""
    _ = viewer.member_id
    place = decode(since)
    count = await feeds.count_newer(tx, viewer=viewer, since=place) if place else 0
    return page.show("feeds/newer_part.html", count=count)


@get("/trending")
async def show_trending(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page]) -> Response[Any]:
    """What most people have something to say to just now; public posts only."""
    posts = await feeds.read_trending(tx, viewer=viewer)
    return page.show("feeds/trending.html", posts=posts, active="discover")


@get("/feeds/how")
async def show_how(page: NamedDependency[Page]) -> Response[Any]:
    """How feeds are decided, with the very numbers that decide."""
    return page.show("feeds/how.html", weights=WEIGHTS, active="")


routes = [choose_order, dismiss, note_seen, show_newer, show_trending, show_how]
