"""What a post shows of the page it links to."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from swannery.foundation.database import Transaction
from swannery.foundation.errors import NotThere
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import Id, Page
from swannery.posts import actions


@get("/posts/{post_id:int}/preview")
async def show_preview(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], post_id: FromPath[int]
) -> Response[Any]:
    """What is shown of the page by now, perhaps nothing: whoever just wrote the post waits for it."""
    found = await actions.read_post(tx, viewer=viewer, post_id=Id.check(post_id))
    if found.kind == "share":  # it has no words, so no links
        raise NotThere
    return page.show("posts/preview_part.html", post=found)


@post("/posts/{post_id:int}/preview/remove", status_code=303)
async def remove_preview(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], post_id: FromPath[int]
) -> Response[Any]:
    """Show nothing of the page that one's own post links to."""
    await actions.remove_preview(tx, viewer=viewer, post_id=Id.check(post_id))
    return page.go(page.back(f"/posts/{post_id}"), notice=page.gettext("The link shows only itself now."))


routes = [show_preview, remove_preview]
