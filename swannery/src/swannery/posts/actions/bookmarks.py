"""Keeping posts for later, in folders if one likes: nobody else learns of it."""

from swannery.foundation import throttle
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, Invalid, NotThere
from swannery.foundation.events import BookmarkAdded, BookmarkRemoved
from swannery.foundation.paging import PAGE_SIZE, Cursor, PageOf, encode
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say
from swannery.posts.actions.reading import read_post, read_posts
from swannery.posts.models import Bookmark, Folder
from swannery.posts.queries import bookmarks as queries
from swannery.posts.rules import MOST_FOLDERS, check_folder

HOUR_S = 3600
BOOKMARKS_AN_HOUR = 1000


async def save_post(tx: Transaction, *, viewer: Viewer, post_id: int, folder_id: int | None = None) -> None:
    """Keep a post one may read, in a folder of one's own or in none; again moves it."""
    member = viewer.member_id
    await read_post(tx, viewer=viewer, post_id=post_id)
    if folder_id is not None and not await queries.has_folder(tx, member_id=member, folder_id=folder_id):
        raise NotThere(say("This folder is not there any more."), next_step=say("Choose another one."))
    await throttle.limit(tx, what="bookmark", who=str(member), times=BOOKMARKS_AN_HOUR, window_s=HOUR_S)
    if await queries.save(tx, member_id=member, post_id=post_id, folder_id=folder_id):
        await tx.tell(BookmarkAdded(post_id=post_id, member_id=member))


async def forget_post(tx: Transaction, *, viewer: Viewer, post_id: int) -> None:
    """Keep a post no longer; also one that cannot be read any more."""
    if await queries.forget(tx, member_id=viewer.member_id, post_id=post_id):
        await tx.tell(BookmarkRemoved(post_id=post_id, member_id=viewer.member_id))


async def list_saved(
    tx: Transaction, *, viewer: Viewer, folder_id: int | None = None, after: Cursor | None = None, limit: int = PAGE_SIZE
) -> PageOf[Bookmark]:
    """Return what the viewer keeps and may still read, the last kept first."""
    _ = viewer.member_id
    found = await queries.saved(tx, viewer=viewer, folder_id=folder_id, after=after, limit=limit + 1)
    page = found[:limit]
    posts = {post.id: post for post in await read_posts(tx, viewer=viewer, ids=[place.id for place, _ in page])}
    items = [Bookmark(post=posts[place.id], folder_id=folder, saved_at=place.at) for place, folder in page if place.id in posts]
    return PageOf(items=items, next_cursor=encode(page[-1][0]) if len(found) > limit else None)


async def list_folders(tx: Transaction, *, viewer: Viewer) -> list[Folder]:
    """Return the viewer's folders."""
    _ = viewer.member_id
    return await queries.folders(tx, viewer=viewer)


async def make_folder(tx: Transaction, *, viewer: Viewer, name: str) -> Folder:
    """Make a folder; a name is there once."""
    member = viewer.member_id
    checked = check_folder(name)
    if len(await queries.folders(tx, viewer=viewer)) >= MOST_FOLDERS:
        raise Conflict(say("%(most)s folders are as many as there can be.", most=MOST_FOLDERS), next_step=say("Delete one first."))
    folder_id = await queries.insert_folder(tx, member_id=member, name=checked)
    if folder_id is None:
        raise Invalid(say("This folder cannot be named so."), fields={"name": say("You have a folder of this name.")})
    return Folder(id=folder_id, name=checked)


async def rename_folder(tx: Transaction, *, viewer: Viewer, folder_id: int, name: str) -> None:
    """Name one's folder anew."""
    checked = check_folder(name)
    if await queries.name_taken(tx, member_id=viewer.member_id, name=checked, but=folder_id):
        raise Invalid(say("This folder cannot be named so."), fields={"name": say("You have a folder of this name.")})
    if not await queries.rename_folder(tx, member_id=viewer.member_id, folder_id=folder_id, name=checked):
        raise NotThere


async def delete_folder(tx: Transaction, *, viewer: Viewer, folder_id: int) -> None:
    """Delete one's folder; what was in it stays kept."""
    if not await queries.delete_folder(tx, member_id=viewer.member_id, folder_id=folder_id):
        raise NotThere
