"""Voting in polls."""

from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, Invalid
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import Id, Page
from swannery.foundation.words import say
from swannery.posts import actions
from swannery.posts.details import MOST_OPTIONS
from swannery.posts.pages.detail_forms import whole
from swannery.posts.pages.forms import spoken


@post("/posts/{post_id:int}/vote", status_code=303)
async def vote(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], post_id: FromPath[int]
) -> Response[Any]:
    """Vote in a poll, vote otherwise, or take the vote back."""
    _ = viewer.member_id
    form = await page.request.form()
    taken_back = form.get("then") == "take-back"
    chosen = [] if taken_back else [whole(text) or 0 for text in form.getall("choice", [])[: MOST_OPTIONS + 1] if isinstance(text, str)]
    if not chosen and not taken_back:
        await actions.read_post(tx, viewer=viewer, post_id=Id.check(post_id))
        raise Invalid(say("Nothing is chosen yet."), next_step=say("Choose one of the answers, then vote."))
    try:
        found = await actions.vote(tx, viewer=viewer, post_id=Id.check(post_id), choices=chosen)
    except Invalid as error:
        raise Conflict(error.sentences["choices"], next_step=say("Reload the page and vote again.")) from None
    words = page.gettext("Your vote is taken back.") if taken_back else page.gettext("Your vote is counted.")
    if page.partial:
        return page.show("posts/poll_part.html", headers=spoken(words), post=found)
    return page.go(page.back(found.url), notice=words)


routes = [vote]
