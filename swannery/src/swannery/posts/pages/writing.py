"""Writing, deleting, and sharing what one did."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID, uuid4

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from swannery.activities import actions as activities
from swannery.communities import actions as communities
from swannery.communities.models import Community
from swannery.connections.actions.circles import list_circles
from swannery.connections.models import Circle
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import FormState, Id, Page
from swannery.posts import actions
from swannery.posts.pages.detail_forms import READERS, Typed, by_the_clock, shown_by_the_clock, typed_of, values_of
from swannery.posts.pages.forms import PostForm, draft_of, moment_of, place_of, spoken, state_of, typed_moment
from swannery.posts.pages.picture_forms import picture_values, refuse_unsent

OTHER_KIND = "kind:"


@get("/compose")
async def show_composer(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    draft: FromQuery[int] = 0,
    kind: FromQuery[str] = "",
) -> Response[Any]:
    """The page to write on, a post of this kind, or to go on writing a draft."""
    mine = await communities.list_own(tx, viewer=viewer)
    own = await list_circles(tx, viewer=viewer)
    form = FormState(values={"kind": kind} if kind in READERS else {})
    if draft:
        saved = await actions.read_draft(tx, viewer=viewer, draft_id=Id.check(draft))
        place = place_of(saved)
        values = {"text": saved.draft.body, "audience": place, "warning": saved.draft.warning, "draft": str(saved.id)}
        values |= shown_by_the_clock(values_of(saved.draft.details), time_zone=viewer.look.time_zone) | picture_values(saved.shown)
        if saved.publish_at:
            values |= typed_moment(saved.publish_at, time_zone=viewer.look.time_zone)
        form = FormState(values=values, errors={"form": saved.problem} if saved.problem else {})
    return page.show("posts/compose.html", form=form, communities=mine, circles=own, client_key=uuid4(), active="compose")


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
    typed = await typed_of(page)
    if data.then.startswith(OTHER_KIND):
        return other_kind(page, data=data, typed=typed, mine=mine, circles=await list_circles(tx, viewer=viewer))
    try:
        refuse_unsent(await page.request.form())
        meant = by_the_clock(typed, time_zone=viewer.look.time_zone)
        draft = draft_of(data, places={place.slug: place.id for place in mine}, typed=meant)
        at = moment_of(data, time_zone=viewer.look.time_zone)
        if data.then == "keep" or at is not None:
            earlier = Id.check(data.draft) if data.draft else None
            await actions.save_draft(tx, viewer=viewer, draft=draft, draft_id=earlier, publish_at=at)
            return page.go("/drafts", notice=page.gettext("Planned.") if at else page.gettext("Kept as a draft."))
        # What is refused leaves nothing behind: the very same form can be sent again once what was wrong is mended.
        async with tx.savepoint():
            post_id = await actions.publish_post(tx, viewer=viewer, draft=draft)
        if data.draft:
            await actions.delete_draft(tx, viewer=viewer, draft_id=Id.check(data.draft))
    except Invalid as error:
        own = await list_circles(tx, viewer=viewer)
        state = state_of(data, errors=error.fields, typed=typed)
        return show_again(page, state=state, mine=mine, circles=own, client_key=data.client_key or uuid4())
    return await answer_published(tx, viewer, page, post_id=post_id, data=data, mine=mine)


async def answer_published(
    tx: Transaction, viewer: Viewer, page: Page, *, post_id: int, data: PostForm, mine: list[Community]
) -> Response[Any]:
    """Show what was published where it was written, with an empty composer, or go where it can be seen."""
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


def other_kind(page: Page, *, data: PostForm, typed: Typed, mine: list[Community], circles: list[Circle]) -> Response[Any]:
    """Show the composer with the fields of another kind, and everything that was typed into it."""
    kind = data.then.removeprefix(OTHER_KIND)
    state = state_of(data, errors={}, typed=typed)
    values = {**state.values, "kind": kind if kind in READERS else ""}
    headers = {"hx-replace-url": f"/compose?kind={values['kind']}"} if page.came_from("/compose") else {}
    return show_again(
        page,
        state=FormState(values=values),
        mine=mine,
        circles=circles,
        client_key=data.client_key or uuid4(),
        status=200,
        headers=headers,
    )


def show_again(
    page: Page,
    *,
    state: FormState,
    mine: list[Community],
    circles: list[Circle],
    client_key: UUID,
    status: int = 422,
    headers: Mapping[str, str] | None = None,
) -> Response[Any]:
    """Show the composer again with what was typed and what is wrong with it; htmx gets the one of the page it stands on."""
    alone = page.came_from("/compose")
    template = "posts/composer_part.html" if page.partial else "posts/compose.html"
    return page.show(
        template,
        status=status,
        headers=headers,
        form=state,
        communities=mine,
        circles=circles,
        client_key=client_key,
        composer_id="compose" if alone else "composer",
        open=alone,
        active="compose",
    )


@post("/posts/{post_id:int}/delete", status_code=303)
async def delete(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], post_id: FromPath[int]
) -> Response[Any]:
    """Delete one's own post."""
    await actions.delete_post(tx, viewer=viewer, post_id=Id.check(post_id))
    if page.partial:
        return page.show("posts/deleted_part.html", post_id=post_id)
    return page.go("/deleted", notice=page.gettext("Your post is deleted. For 30 days you can bring it back."))


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
        circles=await list_circles(tx, viewer=viewer),
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
        async with tx.savepoint():
            post_id = await actions.share_activity(tx, viewer=viewer, activity_id=Id.check(activity_id), draft=draft)
    except Invalid as error:
        state = FormState(values={"text": data.text, "audience": data.audience}, errors=error.fields)
        return await activity_page(tx, viewer, page, state=state, about=activity_id)
    return page.go(f"/posts/{post_id}", notice=page.gettext("Shared."))


routes = [show_composer, publish, delete, show_activities, share]
