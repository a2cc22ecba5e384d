"""What members keep for later: theirs alone. The posts themselves are read with the condition, each time."""

from swannery.foundation.database import Transaction
from swannery.foundation.paging import Cursor
from swannery.foundation.viewer import Viewer
from swannery.posts.models import Folder
from swannery.posts.queries.posts import position
from swannery.posts.visibility import SHARED, shared_visible_sql, viewer_values, visible_sql


async def save(tx: Transaction, *, member_id: int, post_id: int, folder_id: int | None) -> bool:
    """Keep a post, or move it to another folder; True when it was not kept before."""
    found = await tx.sql(
        "INSERT INTO swannery.bookmarks (member_id, post_id, folder_id, created_at) VALUES (%(member)s, %(post)s, %(folder)s, %(now)s)"
        " ON CONFLICT (member_id, post_id) DO UPDATE SET folder_id = excluded.folder_id RETURNING xmax = 0",
        {"member": member_id, "post": post_id, "folder": folder_id, "now": tx.now},
    )
    return bool(found[0][0])


async def forget(tx: Transaction, *, member_id: int, post_id: int) -> bool:
    """Keep a post no longer; False when it was not kept."""
    return bool(
        await tx.sql_count(
            "DELETE FROM swannery.bookmarks WHERE member_id = %(member)s AND post_id = %(post)s", {"member": member_id, "post": post_id}
        )
    )


async def saved(
    tx: Transaction, *, viewer: Viewer, folder_id: int | None, after: Cursor | None, limit: int
) -> list[tuple[Cursor, int | None]]:
    """Return the viewer's bookmarks, the last kept first, of posts they may read now, with the folder of each.

    Index: bookmarks_latest, then the posts' primary key.
    """
    older = " AND (b.created_at, b.post_id) < (%(at)s, %(after)s)" if after else ""
    inside = " AND b.folder_id = %(folder)s" if folder_id is not None else ""
    found = await tx.read(
        "SELECT b.created_at, b.post_id, b.folder_id FROM swannery.bookmarks b JOIN swannery.posts p ON p.id = b.post_id"
        f" JOIN swannery.members a ON a.id = p.author_id{SHARED}"
        f" WHERE b.member_id = %(viewer_id)s{inside}{older} AND {visible_sql()} AND {shared_visible_sql()}"
        f" ORDER BY b.created_at DESC, b.post_id DESC LIMIT {limit:d}",
        {"folder": folder_id, **viewer_values(viewer), **position(after)},
    )
    return [(Cursor(row[0], row[1]), row[2]) for row in found]


async def folders(tx: Transaction, *, viewer: Viewer) -> list[Folder]:
    """Return the viewer's folders by name, with how many posts in each they may read now."""
    found = await tx.read(
        "SELECT f.id, f.name, coalesce(n.count, 0) FROM swannery.bookmark_folders f LEFT JOIN ("
        "SELECT b.folder_id, count(*)::int FROM swannery.bookmarks b JOIN swannery.posts p ON p.id = b.post_id"
        f" JOIN swannery.members a ON a.id = p.author_id{SHARED}"
        f" WHERE b.member_id = %(viewer_id)s AND b.folder_id IS NOT NULL AND {visible_sql()} AND {shared_visible_sql()}"
        " GROUP BY b.folder_id) AS n ON n.folder_id = f.id WHERE f.member_id = %(viewer_id)s ORDER BY lower(f.name), f.id",
        viewer_values(viewer),
    )
    return [Folder(id=row[0], name=row[1], count=row[2]) for row in found]


async def insert_folder(tx: Transaction, *, member_id: int, name: str) -> int | None:
    """Make a folder; None when the member has one of that name."""
    found = await tx.sql(
        "INSERT INTO swannery.bookmark_folders (member_id, name, created_at) VALUES (%(member)s, %(name)s, %(now)s)"
        " ON CONFLICT (member_id, lower(name)) DO NOTHING RETURNING id",
        {"member": member_id, "name": name, "now": tx.now},
    )
    return int(found[0][0]) if found else None


async def name_taken(tx: Transaction, *, member_id: int, name: str, but: int) -> bool:
    """Whether another folder of the member has this name. Index: bookmark_folders_name."""
    found = await tx.read(
        "SELECT 1 FROM swannery.bookmark_folders WHERE member_id = %(member)s AND lower(name) = lower(%(name)s) AND id <> %(but)s",
        {"member": member_id, "name": name, "but": but},
    )
    return bool(found)


async def rename_folder(tx: Transaction, *, member_id: int, folder_id: int, name: str) -> bool:
    """Name a folder anew; False when the member has no such folder."""
    return bool(
        await tx.sql_count(
            "UPDATE swannery.bookmark_folders SET name = %(name)s WHERE member_id = %(member)s AND id = %(id)s",
            {"member": member_id, "id": folder_id, "name": name},
        )
    )


async def delete_folder(tx: Transaction, *, member_id: int, folder_id: int) -> bool:
    """Delete a folder; what was in it stays kept, in none. False when the member has no such folder."""
    return bool(
        await tx.sql_count(
            "DELETE FROM swannery.bookmark_folders WHERE member_id = %(member)s AND id = %(id)s", {"member": member_id, "id": folder_id}
        )
    )


async def has_folder(tx: Transaction, *, member_id: int, folder_id: int) -> bool:
    """Whether the member has this folder. It is kept from being deleted until the transaction ends."""
    found = await tx.sql(
        "SELECT 1 FROM swannery.bookmark_folders WHERE member_id = %(member)s AND id = %(id)s FOR KEY SHARE",
        {"member": member_id, "id": folder_id},
    )
    return bool(found)
