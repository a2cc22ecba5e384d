"""What a post shows of the page it links to. It stands in the post's own row, so it is read and gone with it."""

from typing import NamedTuple

import msgspec

from swannery.foundation.database import Transaction
from swannery.posts.previews import Preview

PREVIEW = msgspec.json.Decoder(Preview)


class Waiting(NamedTuple):
    """A post whose link's page is still to be read."""

    url: str
    author_id: int


def preview_of(stored: str | None) -> Preview | None:
    """Return what was stored."""
    return PREVIEW.decode(stored) if stored else None


def encoded_preview(preview: Preview | None) -> str | None:
    """Return what is stored."""
    return msgspec.json.encode(preview).decode() if preview else None


async def waiting(tx: Transaction, *, post_id: int) -> Waiting | None:
    """Return the link of a post that others can read, if its page is still to be read. Index: the primary key."""
    # sees all: nobody is shown this
    found = await tx.read(
        "SELECT preview ->> 'url', author_id FROM swannery.posts WHERE id = %(id)s AND preview ->> 'state' = 'waiting'"
        " AND state = 'shown' AND deleted_at IS NULL",
        {"id": post_id},
    )
    return Waiting(*found[0]) if found else None


async def settle(tx: Transaction, *, post_id: int, preview: Preview) -> bool:
    """Store what came of reading the page; False when the post has another link by now, or is gone."""
    # sees all: nobody is shown this
    return bool(
        await tx.sql_count(
            "UPDATE swannery.posts SET preview = %(preview)s::jsonb WHERE id = %(id)s AND preview ->> 'url' = %(url)s"
            " AND preview ->> 'state' = 'waiting' AND deleted_at IS NULL",
            {"id": post_id, "url": preview.url, "preview": encoded_preview(preview)},
        )
    )


async def own_preview(tx: Transaction, *, post_id: int, author_id: int) -> Preview | None:
    """Return what stands in an author's own post, locked."""
    # sees all: one's own post
    found = await tx.sql(
        "SELECT preview::text FROM swannery.posts WHERE id = %(id)s AND author_id = %(author)s FOR NO KEY UPDATE",
        {"id": post_id, "author": author_id},
    )
    return preview_of(found[0][0]) if found else None


async def put_preview(tx: Transaction, *, post_id: int, author_id: int, preview: Preview | None) -> None:
    """Store another one in an author's own post, or none."""
    await tx.sql(
        "UPDATE swannery.posts SET preview = %(preview)s::jsonb WHERE id = %(id)s AND author_id = %(author)s",
        {"id": post_id, "author": author_id, "preview": encoded_preview(preview)},
    )
