"""A post with its comments."""

from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from swannery.foundation import idempotency
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import FormState, Id, Page
from swannery.posts import actions
from swannery.posts.models import Comment, Post
from swannery.posts.pages.forms import spoken


class CommentForm(msgspec.Struct):
    """The line below a post."""

    text: str = ""
    client_key: UUID | None = None


@get("/posts/{post_id:int}")
async def show_post(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    after: FromQuery[int] = 0,
) -> Response[Any]:
    """A post with its comments."""
    found = await actions.read_post(tx, viewer=viewer, post_id=Id.check(post_id))
    comments, next_after = await actions.read_comments(tx, viewer=viewer, post_id=post_id, after=Id.clamp(after))
    return page.show("posts/post.html", **comment_context(found, comments, next_after=next_after, state=FormState()))


def comment_context(found: Post, comments: list[Comment], *, next_after: int | None, state: FormState) -> dict[str, Any]:
    """Return what the page of a post needs."""
    next_url = f"{found.url}?after={next_after}" if next_after else None
    return {"post": found, "comments": comments, "next_url": next_url, "form": state, "client_key": uuid4()}


@post("/posts/{post_id:int}/comments", status_code=303)
async def comment(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    data: Annotated[CommentForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Comment on a post."""
    try:
        added = await actions.add_comment(
            tx, viewer=viewer, post_id=Id.check(post_id), text=data.text, client_key=idempotency.of_words(data.client_key, data.text)
        )
    except Invalid as error:
        return await refuse_comment(tx, viewer, page, post_id=post_id, state=FormState(values={"text": data.text}, errors=error.fields))
    found = await actions.read_post(tx, viewer=viewer, post_id=post_id)
    if page.partial:
        return page.show(
            "posts/comment_part.html",
            headers=spoken(page.gettext("Your comment is there.")),
            post=found,
            comment=added,
            form=FormState(),
            client_key=uuid4(),
        )
    return page.go(f"{found.url}#comment-{added.id}")


async def refuse_comment(tx: Transaction, viewer: Viewer, page: Page, *, post_id: int, state: FormState) -> Response[Any]:
    """Show the form again with what was typed and what is wrong with it."""
    found = await actions.read_post(tx, viewer=viewer, post_id=post_id)
    if page.partial:
        return page.show("posts/comment_form_part.html", status=422, post=found, form=state, client_key=uuid4())
    comments, next_after = await actions.read_comments(tx, viewer=viewer, post_id=post_id)
    return page.show("posts/post.html", status=422, **comment_context(found, comments, next_after=next_after, state=state))


@post("/posts/{post_id:int}/comments/{comment_id:int}/delete", status_code=303)
async def delete_comment(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    comment_id: FromPath[int],
) -> Response[Any]:
    """Delete a comment."""
    await actions.delete_comment(tx, viewer=viewer, post_id=Id.check(post_id), comment_id=Id.check(comment_id))
    if page.partial:
        return page.show("posts/nothing_part.html")
    return page.go(f"/posts/{post_id}#comments", notice=page.gettext("The comment is deleted."))


routes = [show_post, comment, delete_comment]
