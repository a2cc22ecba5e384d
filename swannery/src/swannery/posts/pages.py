"""Posts as HTML: forms in, pages and parts of pages out."""

import json
from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from swannery.activities import actions as activities
from swannery.communities import actions as communities
from swannery.communities.models import Community
from swannery.foundation import idempotency
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import FormState, Id, Page
from swannery.posts import actions
from swannery.posts.models import Comment, Draft, Post

IN_COMMUNITY = "community:"


class PostForm(msgspec.Struct):
    """The composer. `audience` is one of the audiences, or `community:` and a community's slug."""

    text: str = ""
    audience: str = "members"
    client_key: UUID | None = None


class CommentForm(msgspec.Struct):
    """The line below a post."""

    text: str = ""
    client_key: UUID | None = None


class ReactionForm(msgspec.Struct):
    """The heart."""

    on: int = 1


@get("/compose")
async def show_composer(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page]) -> Response[Any]:
    """The page to write on."""
    mine = await communities.list_own(tx, viewer=viewer)
    return page.show("posts/compose.html", form=FormState(), communities=mine, client_key=uuid4(), active="compose")


@post("/posts", status_code=303)
async def publish(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    data: Annotated[PostForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Publish what was written; what cannot be taken comes back with its words."""
    _ = viewer.member_id
    mine = await communities.list_own(tx, viewer=viewer)
    try:
        draft = draft_of(data, places={place.slug: place.id for place in mine})
        post_id = await actions.publish_post(tx, viewer=viewer, draft=draft)
    except Invalid as error:
        state = FormState(values={"text": data.text, "audience": data.audience}, errors=error.fields)
        return refuse_post(page, state=state, mine=mine, client_key=data.client_key or uuid4())
    if not page.partial or page.came_from("/compose"):
        return page.go("/", notice=page.gettext("Posted."))
    published = await actions.read_post(tx, viewer=viewer, post_id=post_id)
    at = next((place for place in mine if page.came_from(place.url)), None)
    if at and (published.community is None or published.community.id != at.id):
        return page.go(published.url, notice=page.gettext("Posted."))
    # Whoever writes in a community goes on writing there; anywhere else the choice begins anew.
    state = FormState(values={"audience": data.audience} if at else {})
    return page.show(
        "posts/published_part.html",
        headers=spoken(page.gettext("Posted.")),
        form=state,
        communities=mine,
        client_key=uuid4(),
        post=published,
    )


def spoken(words: str) -> dict[str, str]:
    """Return the header that has the page say something to those who listen rather than look."""
    return {"hx-trigger": json.dumps({"announce": words})}


def refuse_post(page: Page, *, state: FormState, mine: list[Community], client_key: UUID) -> Response[Any]:
    """Show the composer again with what was typed and what is wrong with it; htmx gets the one of the page it stands on."""
    alone = page.came_from("/compose")
    template = "posts/composer_part.html" if page.partial else "posts/compose.html"
    return page.show(
        template,
        status=422,
        form=state,
        communities=mine,
        client_key=client_key,
        composer_id="compose" if alone else "composer",
        open=alone,
        active="compose",
    )


def draft_of(data: PostForm, *, places: dict[str, int]) -> Draft:
    """Read the composer's one choice of who may read it; a community one is not in counts as none."""
    key = idempotency.of_words(data.client_key, data.text, data.audience)
    if data.audience.startswith(IN_COMMUNITY):
        slug = data.audience.removeprefix(IN_COMMUNITY)
        return Draft(body=data.text, audience="community", community_id=places.get(slug, 0), client_key=key)
    return Draft(body=data.text, audience=data.audience, client_key=key)


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


@post("/posts/{post_id:int}/reaction", status_code=303)
async def react(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    data: Annotated[ReactionForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Like a post, or take it back."""
    await actions.react(tx, viewer=viewer, post_id=Id.check(post_id), on=bool(data.on))
    if page.partial:
        return page.show("posts/reaction_part.html", post=await actions.read_post(tx, viewer=viewer, post_id=post_id))
    return page.go(page.back(f"/posts/{post_id}"))


@post("/posts/{post_id:int}/delete", status_code=303)
async def delete(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], post_id: FromPath[int]
) -> Response[Any]:
    """Delete one's own post."""
    await actions.delete_post(tx, viewer=viewer, post_id=Id.check(post_id))
    if page.partial:
        return page.show("posts/deleted_part.html")
    return page.go("/", notice=page.gettext("Your post is deleted."))


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


@get("/activities")
async def show_activities(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page]) -> Response[Any]:
    """What the app recorded of oneself, ready to be shared."""
    return await activity_page(tx, viewer, page, state=None)


async def activity_page(tx: Transaction, viewer: Viewer, page: Page, *, state: FormState | None, about: int | None = None) -> Response[Any]:
    """Return the list, with the form of one of them open where something was wrong with it."""
    return page.show(
        "posts/activities.html",
        status=422 if state else 200,
        activities=await activities.list_activities(tx, viewer=viewer),
        communities=await communities.list_own(tx, viewer=viewer),
        client_key=uuid4(),
        form=state,
        about=about,
        active="activities",
    )


@post("/activities/{activity_id:int}/share", status_code=303)
async def share(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    activity_id: FromPath[int],
    data: Annotated[PostForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Share something one did."""
    _ = viewer.member_id
    mine = await communities.list_own(tx, viewer=viewer)
    try:
        draft = draft_of(data, places={place.slug: place.id for place in mine})
        post_id = await actions.share_activity(tx, viewer=viewer, activity_id=Id.check(activity_id), draft=draft)
    except Invalid as error:
        state = FormState(values={"text": data.text, "audience": data.audience}, errors=error.fields)
        return await activity_page(tx, viewer, page, state=state, about=activity_id)
    return page.go(f"/posts/{post_id}", notice=page.gettext("Shared."))


routes = [show_composer, publish, show_post, comment, react, delete, delete_comment, show_activities, share]
