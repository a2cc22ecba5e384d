"""Changing, pinning and bringing back what one wrote; earlier versions; drafts."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, Invalid, NotAllowed
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import FormState, Id, Page
from swannery.foundation.words import say
from swannery.posts import actions
from swannery.posts.models import Draft
from swannery.posts.pages.detail_forms import by_the_clock, details_of, shown_by_the_clock, typed_of, values_of
from swannery.posts.pages.picture_forms import attachments_of, picture_values, refuse_unsent


class EditForm(msgspec.Struct):
    """The words as they shall be; `seen` is when they were last changed as their author saw them."""

    text: str = ""
    warning: str = ""
    seen: str = ""
    kind: str = ""


class SwitchForm(msgspec.Struct):
    """On or off."""

    on: int = 1


@get("/posts/{post_id:int}/edit")
async def show_edit(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], post_id: FromPath[int]
) -> Response[Any]:
    """The words of one's own post, to be changed."""
    return await edit_page(tx, viewer, page, post_id=Id.check(post_id))


async def edit_page(
    tx: Transaction, viewer: Viewer, page: Page, *, post_id: int, form: FormState | None = None, changed: bool = False, status: int = 0
) -> Response[Any]:
    """Return the page; with `form` something was wrong with what was typed. `changed`: it stands beside what is stored meanwhile."""
    _ = viewer.member_id
    found = await actions.read_post(tx, viewer=viewer, post_id=post_id)
    if not found.mine:
        raise NotAllowed(say("Only its author can change a post."))
    seen = found.edited_at.isoformat() if found.edited_at else ""
    values = {
        "text": found.body,
        "warning": found.warning,
        "seen": seen,
        **shown_by_the_clock(values_of(found.details), time_zone=viewer.look.time_zone),
        **picture_values(found.pictures),
    }
    shown = form or FormState(values=values)
    if form and changed:
        # Whoever sends it once more has seen what is there now.
        shown = FormState(values={**form.values, "seen": seen}, errors=form.errors)
    return page.show(
        "posts/edit.html", status=status or (409 if changed else 422 if form else 200), post=found, form=shown, changed=changed
    )


@post("/posts/{post_id:int}/edit", status_code=303)
async def edit(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    data: Annotated[EditForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Change the words of one's own post."""
    about = await typed_of(page)
    typed = {"text": data.text, "warning": data.warning, "seen": data.seen, "kind": data.kind, **about}
    try:
        refuse_unsent(await page.request.form())
        details = details_of(data.kind, by_the_clock(about, time_zone=viewer.look.time_zone))
        draft = Draft(body=data.text, warning=data.warning, details=details, pictures=attachments_of(about))
        await actions.edit_post(tx, viewer=viewer, post_id=Id.check(post_id), draft=draft, seen=moment_seen(data.seen))
    except Invalid as error:
        return await edit_page(tx, viewer, page, post_id=post_id, form=FormState(values=typed, errors=error.fields))
    except Conflict:
        form = FormState(values=typed, errors={"text": changed_meanwhile(page)})
        return await edit_page(tx, viewer, page, post_id=post_id, form=form, changed=True)
    return page.go(f"/posts/{post_id}", notice=page.gettext("Changed."))


def changed_meanwhile(page: Page) -> str:
    """Say what became of an edit that would have overwritten another."""
    return page.gettext(
        "It was changed meanwhile. Your words are still here: send them once more to put them in place of what is there now."
    )


def moment_seen(text: str) -> datetime | None:
    """Read what the form remembered; what is no moment matches none."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(say("This form is damaged."), fields={"form": say("Reload the page and change the post again.")}) from None
    if found is not None and found.tzinfo is None:
        raise Invalid(say("This form is damaged."), fields={"form": say("Reload the page and change the post again.")})
    return found


@get("/posts/{post_id:int}/history")
async def show_history(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], post_id: FromPath[int]
) -> Response[Any]:
    """How a post read before it was edited, for whoever may read it now."""
    versions = await actions.read_history(tx, viewer=viewer, post_id=Id.check(post_id))
    return page.show("posts/history.html", versions=versions, back=f"/posts/{post_id}", back_label=page.gettext("To the post"))


@post("/posts/{post_id:int}/pin", status_code=303)
async def pin(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    data: Annotated[SwitchForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Pin one's own post to one's page, or unpin it."""
    await actions.pin_post(tx, viewer=viewer, post_id=Id.check(post_id), on=bool(data.on))
    notice = page.gettext("It stands at the top of your page now.") if data.on else page.gettext("It is no longer pinned.")
    return page.go(f"/@{viewer.handle}", notice=notice)


@get("/deleted")
async def show_deleted(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page]) -> Response[Any]:
    """What one deleted lately."""
    found = await actions.list_deleted(tx, viewer=viewer)
    return page.show("posts/deleted.html", posts=found, comments=await actions.list_deleted_comments(tx, viewer=viewer))


@post("/posts/{post_id:int}/restore", status_code=303)
async def restore(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], post_id: FromPath[int]
) -> Response[Any]:
    """Bring one's own post back."""
    await actions.restore_post(tx, viewer=viewer, post_id=Id.check(post_id))
    return page.go(f"/posts/{post_id}", notice=page.gettext("It is back, with all that belonged to it."))


@get("/drafts")
async def show_drafts(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page]) -> Response[Any]:
    """What one wrote and did not publish yet."""
    return page.show("posts/drafts.html", drafts=await actions.list_drafts(tx, viewer=viewer), active="drafts")


@post("/drafts/{draft_id:int}/delete", status_code=303)
async def delete_draft(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], draft_id: FromPath[int]
) -> Response[Any]:
    """Throw a draft away."""
    await actions.delete_draft(tx, viewer=viewer, draft_id=Id.check(draft_id))
    return page.go("/drafts", notice=page.gettext("The draft is gone."))


routes = [show_edit, edit, show_history, pin, show_deleted, restore, show_drafts, delete_draft]
