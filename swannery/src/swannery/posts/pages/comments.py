"""A post with its comments, and a comment with what is said to it."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from swannery.foundation import idempotency
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, Invalid, NotThere
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import FormState, Id, Page
from swannery.posts import actions
from swannery.posts.models import COMMENT_ORDERS, Branch, CommentOrder, Post
from swannery.posts.pages.forms import spoken


class CommentForm(msgspec.Struct):
    """The line below a post or a comment; `parent` is what it replies to, `order` the one in which the page stands."""

    text: str = ""
    parent: int = 0
    order: str = ""
    client_key: UUID | None = None


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """What a page shows of a conversation: the post, the place it begins at (None: beneath the post), in which order, from where on."""

    post: Post
    place: Branch | None
    order: CommentOrder
    branches: list[Branch]
    accepted: Branch | None
    next_after: int | None

    def context(self, *, form: FormState) -> dict[str, Any]:
        """Return what the templates need."""
        here = self.place.url if self.place else self.post.url
        return {
            "post": self.post,
            "place": self.place,
            "branches": self.branches,
            "accepted": self.accepted.comment if self.accepted else None,
            "order": self.order,
            "orders": [(one, f"{here}?order={one}#comments") for one in COMMENT_ORDERS],
            "next_url": f"{here}?order={self.order}&after={self.next_after}" if self.next_after else None,
            "form": form,
            "client_key": uuid4(),
        }

    @property
    def template(self) -> str:
        """Return whether it is the page of the post or of one of its comments."""
        return "posts/thread.html" if self.place else "posts/post.html"


def order_of(text: str) -> CommentOrder:
    """Return the order an address asks for."""
    return next((one for one in COMMENT_ORDERS if one == text), "best")


async def conversation(
    tx: Transaction, viewer: Viewer, *, post_id: int, comment_id: int | None, order: str = "", after: int = 0
) -> Conversation:
    """Return what the page of a post, or of one of its comments, shows."""
    chosen = order_of(order)
    found = await actions.read_post(tx, viewer=viewer, post_id=post_id)
    place = await actions.read_place(tx, viewer=viewer, post_id=post_id, comment_id=comment_id) if comment_id else None
    branches, next_after = await actions.read_comments(
        tx, viewer=viewer, post_id=post_id, order=chosen, parent_id=comment_id, after=Id.clamp(after)
    )
    # What answered a question stands above the conversation's first page as well.
    answer = found.accepted_id if not comment_id and not after else None
    accepted = await actions.read_place(tx, viewer=viewer, post_id=post_id, comment_id=answer) if answer else None
    return Conversation(post=found, place=place, order=chosen, branches=branches, accepted=accepted, next_after=next_after)


@get("/posts/{post_id:int}")
async def show_post(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    order: FromQuery[str] = "",
    after: FromQuery[int] = 0,
) -> Response[Any]:
    """A post with its comments."""
    shown = await conversation(tx, viewer, post_id=Id.check(post_id), comment_id=None, order=order, after=after)
    return page.show(shown.template, **shown.context(form=FormState()))


@get("/posts/{post_id:int}/comments/{comment_id:int}")
async def show_thread(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    comment_id: FromPath[int],
    order: FromQuery[str] = "",
    after: FromQuery[int] = 0,
) -> Response[Any]:
    """A comment with what is said to it."""
    shown = await conversation(tx, viewer, post_id=Id.check(post_id), comment_id=Id.check(comment_id), order=order, after=after)
    return page.show(shown.template, **shown.context(form=FormState()))


@post("/posts/{post_id:int}/comments", status_code=303)
async def comment(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    data: Annotated[CommentForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Comment on a post, or reply to a comment of it."""
    try:
        added = await actions.add_comment(
            tx,
            viewer=viewer,
            post_id=Id.check(post_id),
            text=data.text,
            parent_id=Id.check(data.parent) if data.parent else None,
            client_key=idempotency.of_words(data.client_key, data.text),
        )
    except Invalid as error:
        return await refuse_comment(tx, viewer, page, post_id=post_id, data=data, errors=error.fields)
    except Conflict as error:
        sentence = f"{page.tell(error.message)} {page.tell(error.next_step)}".strip()
        return await refuse_comment(tx, viewer, page, post_id=post_id, data=data, errors={"text": sentence})
    except NotThere:
        if not data.parent:
            raise
        gone = page.gettext("What you answer is gone. You can still say it to the post.")
        return await refuse_comment(tx, viewer, page, post_id=post_id, data=data, errors={"text": gone}, answered=False)
    if not page.partial:
        above = f"/posts/{post_id}/comments/{added.parent_id}" if added.parent_id else f"/posts/{post_id}"
        return page.go(f"{above}?order=newest#comment-{added.id}")
    found = await actions.read_post(tx, viewer=viewer, post_id=post_id)
    place = await actions.read_place(tx, viewer=viewer, post_id=post_id, comment_id=added.id)
    return page.show(
        "posts/comment_part.html",
        headers=spoken(page.gettext("Your comment is there.")),
        post=found,
        branch=place,
        order=order_of(data.order),
        form=FormState(),
        client_key=uuid4(),
        parent=data.parent,
        # Whoever replied in the midst of a conversation is done; the line at a page's end waits for the next words.
        again=not data.parent or page.came_from(f"/posts/{post_id}/comments/{data.parent}"),
    )


async def refuse_comment(
    tx: Transaction, viewer: Viewer, page: Page, *, post_id: int, data: CommentForm, errors: Mapping[str, str], answered: bool = True
) -> Response[Any]:
    """Show the form again with what was typed and what is wrong with it; where what it `answered` is gone, the post's own."""
    state = FormState(values={"text": data.text}, errors=dict(errors))
    if page.partial:
        found = await actions.read_post(tx, viewer=viewer, post_id=Id.check(post_id))
        return page.show(
            "posts/comment_form_part.html",
            status=422,
            post=found,
            form=state,
            client_key=uuid4(),
            parent=data.parent if answered else 0,
            order=data.order,
        )
    beneath = data.parent if data.parent and answered else None
    shown = await conversation(tx, viewer, post_id=Id.check(post_id), comment_id=beneath, order=data.order)
    return page.show(shown.template, status=422, **shown.context(form=state))


@post("/posts/{post_id:int}/comments/{comment_id:int}/delete", status_code=303)
async def delete_comment(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    comment_id: FromPath[int],
) -> Response[Any]:
    """Delete a comment."""
    place, thing = Id.check(post_id), Id.check(comment_id)
    gone = await actions.delete_comment(tx, viewer=viewer, post_id=place, comment_id=thing)
    if not page.partial:
        return page.go(f"/posts/{place}#comments", notice=page.gettext("The comment is deleted."))
    if gone.mine:
        whole = await actions.read_post(tx, viewer=viewer, post_id=place)
        return page.show("posts/comment_taken_back_part.html", url=f"/posts/{place}/comments/{thing}", post=whole)
    return page.show("posts/comment_gone_part.html" if gone.left else "posts/nothing_part.html", place=gone.left)


routes = [show_post, show_thread, comment, delete_comment]
