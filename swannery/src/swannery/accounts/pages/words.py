"""The settings page on which members say what others see of them."""

from typing import Any

from litestar import Response

from swannery.accounts.actions import own_picture, own_profile
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import FormState, Page


async def typed_before(tx: Transaction, *, viewer: Viewer) -> FormState:
    """Return what the member said of themselves, as the form holds it."""
    words = await own_profile.read_own(tx, viewer=viewer)
    return FormState(values={"bio": words.bio, "pronouns": words.pronouns, "links": "\n".join(words.links)})


async def profile_page(tx: Transaction, viewer: Viewer, page: Page, form: FormState, *, picture: FormState | None = None) -> Response[Any]:
    """Return the page with the form as it was typed; `picture` says what is wrong with a picture."""
    pictures = picture or FormState()
    return page.show(
        "accounts/profile.html",
        status=422 if form.errors or pictures.errors else 200,
        form=form,
        picture_errors=pictures.errors,
        from_app=await own_picture.is_from_app(tx, viewer=viewer),
        own_cover=await own_picture.read_cover(tx, viewer=viewer),
        tab="profile",
        active="settings",
    )
