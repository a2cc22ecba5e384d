"""Changing a comment, its earlier versions, bringing it back, and saying which comment answered a question."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, Invalid
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import FormState, Id, Page
from swannery.posts import actions
from swannery.posts.pages.editing import SwitchForm, changed_meanwhile, moment_seen
from swannery.posts.pages.forms import spoken


class CommentEdit(msgspec.Struct):
    """The words as they shall be; `seen` is when they were last changed as their author saw them."""

    text: str = ""
    seen: str = ""


async def edit_form(
    tx: Transaction, viewer: Viewer, page: Page, *, post_id: int, comment_id: int, form: FormState | None = None, changed: bool = False
) -> Response[Any]:
    """Return the form; with `form` something was wrong with what was typed. `changed`: it stands beside what is stored meanwhile."""
    comment = await actions.own_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)
    seen = comment.edited_at.isoformat() if comment.edited_at else ""
    values = {"text": form.values["text"] if form else comment.body, "seen": form.values["seen"] if form and not changed else seen}
    shown = FormState(values=values, errors=form.errors if form else {})
    # htmx puts in what comes with 422 and nothing else that is wrong.
    status = 200 if form is None else 409 if changed and not page.partial else 422
    template = "posts/comment_edit_part.html" if page.partial else "posts/comment_edit.html"
    return page.show(template, status=status, comment=comment, form=shown, changed=changed)


@get("/posts/{post_id:int}/comments/{comment_id:int}/edit")
async def show_comment_edit(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    comment_id: FromPath[int],
    cancel: FromQuery[int] = 0,
) -> Response[Any]:
    """The words of one's own comment, to be changed; a script that cancels gets the comment as it stands in the conversation."""
    if cancel and page.partial:
        found = await actions.own_comment(tx, viewer=viewer, post_id=Id.check(post_id), comment_id=Id.check(comment_id))
        whole = await actions.read_post(tx, viewer=viewer, post_id=post_id)
        return page.show("posts/comment_own_part.html", comment=found, post=whole)
    return await edit_form(tx, viewer, page, post_id=Id.check(post_id), comment_id=Id.check(comment_id))


@post("/posts/{post_id:int}/comments/{comment_id:int}/edit", status_code=303)
async def edit_comment(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    comment_id: FromPath[int],
    data: Annotated[CommentEdit, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Change the words of one's own comment."""
    typed = {"text": data.text, "seen": data.seen}
    place, thing = Id.check(post_id), Id.check(comment_id)
    try:
        found = await actions.edit_comment(tx, viewer=viewer, post_id=place, comment_id=thing, text=data.text, seen=moment_seen(data.seen))
    except Invalid as error:
        form = FormState(values=typed, errors=error.fields)
        return await edit_form(tx, viewer, page, post_id=place, comment_id=thing, form=form)
    except Conflict:
        form = FormState(values=typed, errors={"text": changed_meanwhile(page)})
        return await edit_form(tx, viewer, page, post_id=place, comment_id=thing, form=form, changed=True)
    if not page.partial:
        return page.go(found.url, notice=page.gettext("Changed."))
    whole = await actions.read_post(tx, viewer=viewer, post_id=place)
    return page.show("posts/comment_own_part.html", headers=spoken(page.gettext("Changed.")), comment=found, post=whole)


@get("/posts/{post_id:int}/comments/{comment_id:int}/history")
async def show_comment_history(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    comment_id: FromPath[int],
) -> Response[Any]:
    """How a comment read before it was edited, for whoever may read it now."""
    place, thing = Id.check(post_id), Id.check(comment_id)
    versions = await actions.read_comment_history(tx, viewer=viewer, post_id=place, comment_id=thing)
    back = f"/posts/{place}/comments/{thing}"
    return page.show("posts/history.html", versions=versions, back=back, back_label=page.gettext("To the comment"))


@post("/posts/{post_id:int}/comments/{comment_id:int}/restore", status_code=303)
async def restore_comment(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    comment_id: FromPath[int],
) -> Response[Any]:
    """Bring back a comment that one took back."""
    found = await actions.restore_comment(tx, viewer=viewer, post_id=Id.check(post_id), comment_id=Id.check(comment_id))
    return page.go(found.url, notice=page.gettext("It is back, with all that belonged to it."))


@post("/posts/{post_id:int}/comments/{comment_id:int}/accept", status_code=303)
async def accept_answer(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    comment_id: FromPath[int],
    data: Annotated[SwitchForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Say that this comment answered one's question, or that it did not."""
    accepted = Id.check(comment_id) if data.on else None
    found = await actions.accept_answer(tx, viewer=viewer, post_id=Id.check(post_id), comment_id=accepted)
    words = page.gettext("This is the answer now.") if data.on else page.gettext("It is not the answer any more.")
    return page.go(f"{found.url}#comments", notice=words)


routes = [show_comment_edit, edit_comment, show_comment_history, restore_comment, accept_answer]
