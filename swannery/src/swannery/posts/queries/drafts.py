"""What is written and not published yet: its author's alone."""

from datetime import datetime
from typing import NamedTuple

from swannery.foundation.database import AnyRow, Transaction
from swannery.media.models import Attachment, PostPicture
from swannery.posts.models import Draft, SavedDraft, kind_of
from swannery.posts.queries.posts import DETAILS, encoded, encoded_pictures, pictures_of

DRAFTS = (
    "SELECT d.id, d.body, d.audience, d.community_id, d.warning, c.slug, d.publish_at, d.problem, d.updated_at, d.circle_id,"
    " d.fields::text, d.pictures::text"
    " FROM swannery.drafts d"
    " LEFT JOIN swannery.communities c ON c.id = d.community_id"
)


class Kept(NamedTuple):
    """What is kept of a draft."""

    draft: Draft
    pictures: tuple[PostPicture, ...] = ()
    publish_at: datetime | None = None


async def insert_draft(tx: Transaction, *, member_id: int, kept: Kept) -> int:
    """Keep a draft; returns its id."""
    found = await tx.sql(
        "INSERT INTO swannery.drafts (member_id, body, audience, community_id, circle_id, warning, kind, fields,"
        " pictures, publish_at, updated_at)"
        " VALUES (%(member)s, %(body)s, %(audience)s, %(community)s, %(circle)s, %(warning)s, %(kind)s, %(fields)s::jsonb,"
        " %(pictures)s::jsonb, %(at)s, %(now)s) RETURNING id",
        _values(tx, member_id, kept),
    )
    return int(found[0][0])


async def update_draft(tx: Transaction, *, member_id: int, draft_id: int, kept: Kept) -> bool:
    """Keep other words in a draft's place; False when the member has no such draft."""
    return bool(
        await tx.sql_count(
            "UPDATE swannery.drafts SET body = %(body)s, audience = %(audience)s, community_id = %(community)s, circle_id = %(circle)s,"
            " warning = %(warning)s, kind = %(kind)s, fields = %(fields)s::jsonb, pictures = %(pictures)s::jsonb,"
            " publish_at = %(at)s, problem = '', updated_at = %(now)s WHERE member_id = %(member)s AND id = %(id)s",
            {**_values(tx, member_id, kept), "id": draft_id},
        )
    )


def _values(tx: Transaction, member_id: int, kept: Kept) -> dict[str, object]:
    draft = kept.draft
    return {
        "member": member_id,
        "body": draft.body,
        "audience": draft.audience,
        "community": draft.community_id,
        "circle": draft.circle_id,
        "warning": draft.warning,
        "kind": kind_of(draft.details),
        "fields": encoded(draft.details),
        "pictures": encoded_pictures(kept.pictures),
        "at": kept.publish_at,
        "now": tx.now,
    }


async def read_drafts(tx: Transaction, *, member_id: int) -> list[SavedDraft]:
    """Return a member's drafts: what is planned first, by its time, then the others, the last changed first."""
    found = await tx.read(
        f"{DRAFTS} WHERE d.member_id = %(member)s ORDER BY d.publish_at NULLS LAST, d.updated_at DESC, d.id DESC", {"member": member_id}
    )
    return [_draft(row) for row in found]


async def read_draft(tx: Transaction, *, member_id: int, draft_id: int) -> SavedDraft | None:
    """Return one of a member's drafts."""
    found = await tx.read(f"{DRAFTS} WHERE d.member_id = %(member)s AND d.id = %(id)s", {"member": member_id, "id": draft_id})
    return _draft(found[0]) if found else None


async def delete_draft(tx: Transaction, *, member_id: int, draft_id: int) -> bool:
    """Throw a draft away; False when the member has no such draft."""
    return bool(
        await tx.sql_count(
            "DELETE FROM swannery.drafts WHERE member_id = %(member)s AND id = %(id)s", {"member": member_id, "id": draft_id}
        )
    )


async def lock_draft(tx: Transaction, *, member_id: int, draft_id: int) -> bool:
    """Lock one of a member's drafts; False when there is none."""
    return bool(
        await tx.sql(
            "SELECT 1 FROM swannery.drafts WHERE member_id = %(member)s AND id = %(id)s FOR UPDATE", {"member": member_id, "id": draft_id}
        )
    )


async def take_due(tx: Transaction, *, limit: int) -> list[tuple[int, SavedDraft]]:
    """Return what is to be published by now, locked, with whose it is. Index: drafts_due."""
    found = await tx.sql(
        f"{DRAFTS.replace('SELECT d.id', 'SELECT d.member_id, d.id')} WHERE d.publish_at <= %(now)s ORDER BY d.publish_at"
        f" LIMIT {limit:d} FOR UPDATE OF d SKIP LOCKED",
        {"now": tx.now},
    )
    return [(row[0], _draft(row[1:])) for row in found]


async def give_back(tx: Transaction, *, member_id: int, draft_id: int, problem: str) -> None:
    """Keep what could not be published as a draft, with the reason."""
    await tx.sql(
        "UPDATE swannery.drafts SET publish_at = NULL, problem = %(problem)s WHERE member_id = %(member)s AND id = %(id)s",
        {"problem": problem, "member": member_id, "id": draft_id},
    )


def _draft(row: AnyRow) -> SavedDraft:
    shown = pictures_of(row[11])
    draft = Draft(
        body=row[1],
        audience=row[2],
        community_id=row[3],
        circle_id=row[9],
        warning=row[4],
        details=DETAILS.decode(row[10]) if row[10] else None,
        pictures=tuple(Attachment(key=one.key, alt=one.alt) for one in shown),
    )
    return SavedDraft(id=row[0], draft=draft, shown=shown, community=row[5], publish_at=row[6], problem=row[7], updated_at=row[8])
