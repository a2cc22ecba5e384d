"""Reacting, and who did."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import Id, Page
from swannery.posts import actions
from swannery.posts.models import REACTIONS, ReactionKind


class ReactionForm(msgspec.Struct):
    """One of the reactions, or its taking back."""

    on: int = 1
    kind: ReactionKind = "like"


@post("/posts/{post_id:int}/reaction", status_code=303)
async def react(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    data: Annotated[ReactionForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """React to a post, or take it back."""
    await actions.react(tx, viewer=viewer, post_id=Id.check(post_id), on=bool(data.on), kind=data.kind)
    if page.partial:
        return page.show("posts/reaction_part.html", post=await actions.read_post(tx, viewer=viewer, post_id=post_id))
    return page.go(page.back(f"/posts/{post_id}"))


@get("/posts/{post_id:int}/reactions")
async def show_reactors(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    kind: FromQuery[str] = "",
    after: FromQuery[int] = 0,
) -> Response[Any]:
    """Who reacted to a post, and how."""
    only = next((one for one in REACTIONS if one == kind), None)
    reactors, next_after = await actions.list_reactors(tx, viewer=viewer, post_id=Id.check(post_id), kind=only, after=Id.clamp(after))
    here = f"/posts/{post_id}/reactions?kind={only or ''}"
    return page.show(
        "posts/reactors.html",
        post=await actions.read_post(tx, viewer=viewer, post_id=post_id),
        reactors=reactors,
        kind=only,
        next_url=f"{here}&after={next_after}" if next_after else None,
        back_label=page.gettext("To the post"),
    )


@post("/posts/{post_id:int}/comments/{comment_id:int}/reaction", status_code=303)
async def react_to_comment(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    comment_id: FromPath[int],
    data: Annotated[ReactionForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """React to a comment, or take it back."""
    comment = await actions.react_to_comment(
        tx, viewer=viewer, post_id=Id.check(post_id), comment_id=Id.check(comment_id), on=bool(data.on), kind=data.kind
    )
    if page.partial:
        return page.show("posts/comment_reaction_part.html", comment=comment)
    return page.go(f"{page.back(f'/posts/{post_id}')}#comment-{comment_id}")


@get("/posts/{post_id:int}/comments/{comment_id:int}/reactions")
async def show_comment_reactors(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    comment_id: FromPath[int],
    kind: FromQuery[str] = "",
    after: FromQuery[int] = 0,
) -> Response[Any]:
    """Who reacted to a comment, and how."""
    only = next((one for one in REACTIONS if one == kind), None)
    reactors, next_after = await actions.list_comment_reactors(
        tx, viewer=viewer, post_id=Id.check(post_id), comment_id=Id.check(comment_id), kind=only, after=Id.clamp(after)
    )
    comment = await actions.read_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)
    return page.show(
        "posts/reactors.html",
        post=comment,
        reactors=reactors,
        kind=only,
        next_url=f"{comment.url}/reactions?kind={only or ''}&after={next_after}" if next_after else None,
        back_label=page.gettext("To the comment"),
    )


routes = [react, show_reactors, react_to_comment, show_comment_reactors]
