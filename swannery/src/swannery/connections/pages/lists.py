"""The inbox, and the lists of whom one blocked and muted."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from swannery.connections import actions
from swannery.connections.actions import training
from swannery.foundation.database import Transaction
from swannery.foundation.paging import decode
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import Id, Page

BLOCKED_PAGE = "/settings/blocked"
MUTED_PAGE = "/settings/muted"


@get("/inbox")
async def show_inbox(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    received: FromQuery[str] = "",
    sent: FromQuery[str] = "",
    followers: FromQuery[str] = "",
) -> Response[Any]:
    """Requests that wait, to follow and to be friends, received and sent; who trains whom has a page of its own."""
    waiting_followers = await actions.list_waiting_followers(tx, viewer=viewer, after=decode(followers))
    waiting = await actions.list_received_requests(tx, viewer=viewer, after=decode(received))
    asked = await actions.list_sent_requests(tx, viewer=viewer, after=decode(sent))
    ids = [request.person.id for request in (*waiting.items, *waiting_followers.items)]
    return page.show(
        "connections/inbox.html",
        followers=waiting_followers.items,
        next_followers=f"/inbox?followers={waiting_followers.next_cursor}" if waiting_followers.next_cursor else None,
        received=waiting.items,
        next_received=f"/inbox?received={waiting.next_cursor}" if waiting.next_cursor else None,
        sent=asked.items,
        training=await training.list_waiting(tx, viewer=viewer),
        next_sent=f"/inbox?sent={asked.next_cursor}" if asked.next_cursor else None,
        relations=await actions.relations(tx, viewer=viewer, ids=ids),
        active="inbox",
    )


@get(BLOCKED_PAGE)
async def show_blocked(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], after: FromQuery[int] = 0
) -> Response[Any]:
    """Whom the viewer blocked: nobody else can see it."""
    listed = await actions.list_blocked(tx, viewer=viewer, after_id=Id.clamp(after))
    next_url = f"{BLOCKED_PAGE}?after={listed.next_after}" if listed.next_after else None
    return page.show("connections/blocked.html", people=listed.people, next_url=next_url, active="settings")


@get(MUTED_PAGE)
async def show_muted(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], after: FromQuery[int] = 0
) -> Response[Any]:
    """Whom the viewer muted, and until when: nobody else can see it."""
    muted, next_after = await actions.list_muted(tx, viewer=viewer, after_id=Id.clamp(after))
    next_url = f"{MUTED_PAGE}?after={next_after}" if next_after else None
    return page.show("connections/muted.html", muted=muted, next_url=next_url, active="settings")


routes = [show_inbox, show_blocked, show_muted]
