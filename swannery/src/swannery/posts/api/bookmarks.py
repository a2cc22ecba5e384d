"""Bookmarks and their folders: the viewer's own."""

from typing import Annotated

import msgspec
from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from swannery.foundation.database import Transaction
from swannery.foundation.paging import decode
from swannery.foundation.parameters import AfterCursor, PathId
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS, Id
from swannery.posts import actions
from swannery.posts.own_schemas import BookmarkOut, BookmarksOut, FolderOut, FoldersOut
from swannery.posts.rules import LONGEST_FOLDER
from swannery.posts.schemas import post_out

FolderId = Annotated[int | None, QueryParameter(ge=1, le=Id.LARGEST)]


class NewFolder(msgspec.Struct, forbid_unknown_fields=True):
    """A folder to make, or the name one shall have from now on."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_FOLDER)]


@put("/api/v1/posts/{post_id:int}/bookmark", status_code=204, responses=PROBLEMS, tags=["bookmarks"], summary="Keep a post")
async def save(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId, folder_id: FolderId = None) -> None:
    """Keep a post for later, in a folder or in none; again moves it."""
    await actions.save_post(tx, viewer=viewer, post_id=post_id, folder_id=folder_id)


@delete("/api/v1/posts/{post_id:int}/bookmark", status_code=204, responses=PROBLEMS, tags=["bookmarks"], summary="Keep a post no longer")
async def forget(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId) -> None:
    """Keep a post no longer; again changes nothing."""
    await actions.forget_post(tx, viewer=viewer, post_id=post_id)


@get("/api/v1/bookmarks", responses=PROBLEMS, tags=["bookmarks"], summary="Read what one keeps")
async def list_saved(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], folder_id: FolderId = None, after: AfterCursor = None
) -> BookmarksOut:
    """Return what the viewer keeps and may still read, the last kept first."""
    page = await actions.list_saved(tx, viewer=viewer, folder_id=folder_id, after=decode(after))
    items = [BookmarkOut(post=post_out(one.post), folder_id=one.folder_id, saved_at=one.saved_at) for one in page.items]
    return BookmarksOut(items=items, next=page.next_cursor)


@get("/api/v1/bookmarks/folders", responses=PROBLEMS, tags=["bookmarks"], summary="Read one's folders")
async def list_folders(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer]) -> FoldersOut:
    """Return the viewer's folders by name."""
    return FoldersOut(items=[FolderOut(id=one.id, name=one.name, count=one.count) for one in await actions.list_folders(tx, viewer=viewer)])


@post("/api/v1/bookmarks/folders", status_code=201, responses=PROBLEMS, tags=["bookmarks"], summary="Make a folder")
async def make_folder(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], data: JSONBody[NewFolder]) -> FolderOut:
    """Make a folder and return it."""
    made = await actions.make_folder(tx, viewer=viewer, name=data.name)
    return FolderOut(id=made.id, name=made.name, count=0)


@put("/api/v1/bookmarks/folders/{folder_id:int}", status_code=204, responses=PROBLEMS, tags=["bookmarks"], summary="Rename a folder")
async def rename_folder(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], folder_id: PathId, data: JSONBody[NewFolder]
) -> None:
    """Name a folder anew."""
    await actions.rename_folder(tx, viewer=viewer, folder_id=folder_id, name=data.name)


@delete("/api/v1/bookmarks/folders/{folder_id:int}", status_code=204, responses=PROBLEMS, tags=["bookmarks"], summary="Delete a folder")
async def delete_folder(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], folder_id: PathId) -> None:
    """Delete a folder; what was in it stays kept."""
    await actions.delete_folder(tx, viewer=viewer, folder_id=folder_id)


routes = [save, forget, list_saved, list_folders, make_folder, rename_folder, delete_folder]
