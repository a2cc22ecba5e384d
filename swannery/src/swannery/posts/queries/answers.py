"""What people answer to a post that asks for it. The post's row is taken last, as for reactions."""

from collections.abc import Mapping, Sequence

import msgspec

from swannery.accounts.models import Person
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.posts.details import Details
from swannery.posts.visibility import SHARED, shared_visible_sql, viewer_values, visible_sql


async def set_answer(tx: Transaction, *, post_id: int, member_id: int, choices: Sequence[int]) -> list[int]:
    """Store an answer, one per member and post; returns the choices made before."""
    values = {"post": post_id, "member": member_id, "choices": list(choices), "now": tx.now}
    new = await tx.sql_count(
        "INSERT INTO swannery.answers (post_id, member_id, choices, answered_at)"
        " VALUES (%(post)s, %(member)s, %(choices)s::smallint[], %(now)s) ON CONFLICT DO NOTHING",
        values,
    )
    if new:
        return []
    changed = await tx.sql(
        "UPDATE swannery.answers AS x SET choices = %(choices)s::smallint[], answered_at = %(now)s FROM (SELECT choices"
        " FROM swannery.answers WHERE post_id = %(post)s AND member_id = %(member)s FOR UPDATE) AS before"
        " WHERE x.post_id = %(post)s AND x.member_id = %(member)s RETURNING before.choices",
        values,
    )
    return list(changed[0][0]) if changed else await set_answer(tx, post_id=post_id, member_id=member_id, choices=choices)


async def delete_answer(tx: Transaction, *, post_id: int, member_id: int) -> list[int]:
    """Take an answer back; returns the choices it was made of, none when there was no answer."""
    gone = await tx.sql(
        "DELETE FROM swannery.answers WHERE post_id = %(post)s AND member_id = %(member)s RETURNING choices",
        {"post": post_id, "member": member_id},
    )
    return list(gone[0][0]) if gone else []


async def count_answers(tx: Transaction, *, post_id: int, people: int, steps: Mapping[int, int], meant: Details) -> bool:
    """Change a post's counts of people and of choices; False, and nothing counted, when it asks something else than was `meant`.

    Nor when somebody takes a place where none is left; who waits for the row here counts with what others took meanwhile.
    """
    asked = msgspec.to_builtins(meant)
    changes = "".join(f", answer_counts[{1 + choice:d}] = answer_counts[{1 + choice:d}] + ({step:d})" for choice, step in steps.items())
    taken = " AND answer_counts[2] < coalesce((card ->> 'capacity')::integer, 2147483647)" if steps.get(1, 0) > 0 else ""
    return bool(
        await tx.sql_count(
            f"UPDATE swannery.posts SET answer_counts[1] = answer_counts[1] + %(people)s{changes} WHERE id = %(post)s"
            " AND card -> 'options' IS NOT DISTINCT FROM %(options)s::jsonb AND card -> 'several' IS NOT DISTINCT FROM %(several)s::jsonb"
            f"{taken}",
            {
                "post": post_id,
                "people": people,
                "options": as_json(asked.get("options")),
                "several": as_json(asked.get("several")),
            },
        )
    )


async def read_attendees(tx: Transaction, *, post_id: int, viewer: Viewer, choice: int, after: int, limit: int) -> list[Person]:
    """Return who gave this answer to an event, in order of their ids, if the viewer may read it and may know of them. The primary key.

    Only of events: who chose what in a poll is told to nobody.
    """
    found = await tx.read(
        "SELECT m.id, m.name, m.handle, m.role, m.picture FROM swannery.answers x JOIN swannery.members m ON m.id = x.member_id"
        f" JOIN swannery.posts p ON p.id = x.post_id JOIN swannery.members a ON a.id = p.author_id{SHARED}"
        " WHERE x.post_id = %(post)s AND x.member_id > %(after)s AND x.choices = ARRAY[%(choice)s]::smallint[] AND p.kind = 'event'"
        " AND m.state = 'active' AND NOT x.member_id = ANY(%(viewer_blocked)s::bigint[])"
        f" AND {visible_sql()} AND {shared_visible_sql()} ORDER BY x.member_id LIMIT %(limit)s",
        {"post": post_id, "after": after, "choice": choice, "limit": limit, **viewer_values(viewer)},
    )
    return [Person(id=row[0], name=row[1], handle=row[2], role=row[3], picture=row[4]) for row in found]


def as_json(part: object) -> str | None:
    """Return a part of the details as it stands in the row; what they do not have is not there."""
    return None if part is None else msgspec.json.encode(part).decode()
