"""What one keeps for later, and where; the posts of a hashtag."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid, NotThere
from swannery.foundation.paging import decode
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import FormState, Id, Page
from swannery.posts import actions
from swannery.posts.rendering import tag_of


class BookmarkForm(msgspec.Struct):
    """Keep it, in a folder or in none (0), or keep it no longer."""

    on: int = 1
    folder: int = 0


class FolderForm(msgspec.Struct):
    """A folder's name."""

    name: str = ""


@post("/posts/{post_id:int}/bookmark", status_code=303)
async def keep(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    data: Annotated[BookmarkForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Keep a post for later, or no longer."""
    _ = viewer.member_id
    id_ = Id.check(post_id)
    found = await actions.read_post(tx, viewer=viewer, post_id=id_)
    if data.on:
        await actions.save_post(tx, viewer=viewer, post_id=id_, folder_id=Id.check(data.folder) if data.folder else None)
    else:
        await actions.forget_post(tx, viewer=viewer, post_id=id_)
    if page.partial:
        return page.show("posts/bookmark_part.html", post=msgspec.structs.replace(found, saved=bool(data.on)))
    notice = page.gettext("Kept in your bookmarks.") if data.on else page.gettext("Taken out of your bookmarks.")
    return page.go(page.back(found.url), notice=notice)


@get("/bookmarks")
async def show_bookmarks(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    folder: FromQuery[int] = 0,
    after: FromQuery[str | None] = None,
) -> Response[Any]:
    """What one keeps, all of it or a folder's."""
    return await bookmark_page(tx, viewer, page, folder=folder, after=after)


async def bookmark_page(
    tx: Transaction, viewer: Viewer, page: Page, *, folder: int, after: str | None = None, form: FormState | None = None
) -> Response[Any]:
    """Return the page; with `form` something was wrong with a folder's name."""
    folders = await actions.list_folders(tx, viewer=viewer)
    chosen = next((one for one in folders if one.id == folder), None)
    if folder and chosen is None:
        raise NotThere
    found = await actions.list_saved(tx, viewer=viewer, folder_id=chosen.id if chosen else None, after=decode(after))
    here = chosen.url if chosen else "/bookmarks?"
    return page.show(
        "posts/bookmarks.html",
        status=422 if form else 200,
        folders=folders,
        chosen=chosen,
        bookmarks=found.items,
        form=form or FormState(),
        next_url=f"{here}&after={found.next_cursor}" if found.next_cursor else None,
        active="bookmarks",
    )


@post("/bookmarks/folders", status_code=303)
async def make_folder(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    data: Annotated[FolderForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Make a folder."""
    try:
        made = await actions.make_folder(tx, viewer=viewer, name=data.name)
    except Invalid as error:
        return await bookmark_page(tx, viewer, page, folder=0, form=FormState(values={"name": data.name}, errors=error.fields))
    return page.go(made.url, notice=page.gettext("The folder is there. Posts are put into it from the list of bookmarks."))


@post("/bookmarks/folders/{folder_id:int}/name", status_code=303)
async def rename_folder(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    folder_id: FromPath[int],
    data: Annotated[FolderForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Name a folder anew."""
    try:
        await actions.rename_folder(tx, viewer=viewer, folder_id=Id.check(folder_id), name=data.name)
    except Invalid as error:
        form = FormState(values={"rename": data.name}, errors={"rename": error.fields["name"]})
        return await bookmark_page(tx, viewer, page, folder=folder_id, form=form)
    return page.go(f"/bookmarks?folder={folder_id}")


@post("/bookmarks/folders/{folder_id:int}/delete", status_code=303)
async def delete_folder(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], folder_id: FromPath[int]
) -> Response[Any]:
    """Delete a folder; what was in it stays kept."""
    await actions.delete_folder(tx, viewer=viewer, folder_id=Id.check(folder_id))
    return page.go("/bookmarks", notice=page.gettext("The folder is gone; what was in it is still kept."))


@get("/tags/{tag:str}")
async def show_tag(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    tag: FromPath[str],
    after: FromQuery[str | None] = None,
) -> Response[Any]:
    """What has a hashtag, as far as the viewer may read it."""
    name = tag_of(tag)
    if name is None:
        raise NotThere
    found = await actions.posts_tagged(tx, viewer=viewer, tag=name, after=decode(after))
    return page.show(
        "posts/tag.html",
        tag=name,
        posts=found.items,
        next_url=f"?after={found.next_cursor}" if found.next_cursor else None,
    )


routes = [keep, show_bookmarks, make_folder, rename_folder, delete_folder, show_tag]
