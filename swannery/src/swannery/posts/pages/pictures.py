"""Pictures on their way into a post, and each of a post's pictures on a page of its own. No connection is held while one is made anew."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from swannery.communities import actions as communities
from swannery.connections.actions.circles import list_circles
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid, NotThere, SwanneryError
from swannery.foundation.viewer import Viewer
from swannery.foundation.visits import Visit, Visits
from swannery.foundation.web import FormState, Id, Page
from swannery.foundation.words import say
from swannery.media import actions as media
from swannery.media.darkroom import Darkroom
from swannery.media.models import MOST_IN_ALBUM
from swannery.posts import actions
from swannery.posts.pages.detail_forms import typed_in
from swannery.posts.pages.editing import edit_page
from swannery.posts.pages.picture_forms import PREFIX, is_picture, rearranged, sent_files
from swannery.posts.pages.writing import show_again

# Without a script all that were chosen come at once; a little more than one may have, so that one too large is refused with words.
LARGEST_FORM = 32_000_000
REMEMBERED = ("text", "audience", "warning", "publish_at", "draft", "kind", "seen")


@post("/posts/pictures", status_code=200, request_max_body_size=LARGEST_FORM)
async def add_pictures(
    visits: NamedDependency[Visits], darkroom: NamedDependency[Darkroom], request: Request[Any, Any, Any]
) -> Response[Any]:
    """Take pictures into what is being written, or take one out, or put one further ahead; everything typed comes back with them."""
    async with visits.begin() as visit:
        _ = visit.viewer.member_id
    form = await request.form()
    typed = typed_in(form)
    files, then = sent_files(form), str(form.get("then", ""))
    wrong: list[tuple[str, SwanneryError]] = []
    for file in files:
        try:
            typed |= {PREFIX + await taken(visits, darkroom, file, already=sum(map(is_picture, typed))): ""}
        except SwanneryError as error:
            # Whatever it is (too many, too busy): what was typed comes back.
            wrong.append((f"{file.filename[:60]}: ", error))
    if then == "add" and not files:
        wrong.append(("", Invalid(say("This cannot be saved yet."), fields={"picture": say("Choose a picture first.")})))
    words = {name: str(form[name]) for name in REMEMBERED if name in form}
    async with visits.begin() as visit:
        tell = visit.page.tell
        told = [about + " ".join(map(tell, error.fields.values() or (error.message, error.next_step))) for about, error in wrong]
        state = FormState(values={**words, **rearranged(typed, then=then)}, errors={"pictures": " ".join(told)} if told else {})
        return await shown_again(visit, state, post_id=str(form.get("edit", "")), client_key=str(form.get("client_key", "")))


async def taken(visits: Visits, darkroom: Darkroom, file: UploadFile, *, already: int) -> str:
    """Make a picture anew and keep it; returns its key, raises Invalid with what is wrong with it."""
    if already >= MOST_IN_ALBUM:
        raise Invalid(
            say("There are enough."), fields={"pictures": say("%(most)s pictures are as many as there can be.", most=MOST_IN_ALBUM)}
        )
    async with visits.begin() as visit:
        member_id = await media.admit(visit.tx, viewer=visit.viewer)
    developed = await darkroom.develop(file, purpose="post", member_id=member_id)
    async with visits.begin() as visit:
        return (await media.keep(visit.tx, viewer=visit.viewer, developed=developed)).key


async def shown_again(visit: Visit, state: FormState, *, post_id: str, client_key: str) -> Response[Any]:
    """Return the form as it is now: a script gets its pictures alone."""
    tx, viewer, page = visit
    status = 422 if state.errors else 200
    if page.partial:
        return page.show("posts/pictures_part.html", status=status, form=state, form_id="compose")
    if post_id:
        number = int(post_id) if post_id.isascii() and post_id.isdigit() else 0
        return await edit_page(tx, viewer, page, post_id=Id.check(number), form=state, status=status)
    mine = await communities.list_own(tx, viewer=viewer)
    circles = await list_circles(tx, viewer=viewer)
    return show_again(page, state=state, mine=mine, circles=circles, client_key=key_of(client_key), status=status)


def key_of(text: str) -> UUID:
    """Return the form's key, a new one for what is none."""
    try:
        return msgspec.convert(text, UUID)
    except msgspec.ValidationError:
        return uuid4()


@get("/posts/{post_id:int}/pictures/{number:int}")
async def show_picture(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    number: FromPath[int],
) -> Response[Any]:
    """One of a post's pictures, as large as it is kept, for whoever may read the post."""
    found = await actions.read_post(tx, viewer=viewer, post_id=Id.check(post_id))
    if not 1 <= number <= len(found.pictures):
        raise NotThere
    return page.show("posts/picture.html", post=found, picture=found.pictures[number - 1], number=number)


routes = [add_pictures, show_picture]
