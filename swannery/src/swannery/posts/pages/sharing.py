"""Handing a post on to others, with words of one's own or without."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from swannery.communities import actions as communities
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import FormState, Id, Page
from swannery.posts import actions
from swannery.posts.pages.forms import PostForm, draft_of


@get("/posts/{post_id:int}/share")
async def show_share(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], post_id: FromPath[int]
) -> Response[Any]:
    """The page to say with whom, and to add words."""
    return await share_page(tx, viewer, page, post_id=Id.check(post_id))


async def share_page(
    tx: Transaction, viewer: Viewer, page: Page, *, post_id: int, form: FormState | None = None, client_key: UUID | None = None
) -> Response[Any]:
    """Return the page; with `form` something was wrong with what was typed."""
    _ = viewer.member_id
    shared = await actions.read_post(tx, viewer=viewer, post_id=post_id)
    usual = "members" if shared.audience in {"public", "members"} else shared.audience
    place = f"community:{shared.community.slug}" if shared.community else usual
    return page.show(
        "posts/share.html",
        status=422 if form else 200,
        post=shared,
        shown=shared.original if shared.kind == "share" and shared.original else shared,
        form=form or FormState(values={"audience": place}),
        communities=await communities.list_own(tx, viewer=viewer),
        client_key=client_key or uuid4(),
    )


@post("/posts/{post_id:int}/share", status_code=303)
async def share(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    data: Annotated[PostForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Share or quote a post."""
    _ = viewer.member_id
    mine = await communities.list_own(tx, viewer=viewer)
    try:
        draft = draft_of(data, places={place.slug: place.id for place in mine})
        async with tx.savepoint():
            share_id = await actions.share_post(tx, viewer=viewer, post_id=Id.check(post_id), draft=draft)
    except Invalid as error:
        state = FormState(values={"text": data.text, "audience": data.audience}, errors=error.fields)
        return await share_page(tx, viewer, page, post_id=post_id, form=state, client_key=data.client_key)
    return page.go(f"/posts/{share_id}", notice=page.gettext("Shared."))


routes = [show_share, share]
