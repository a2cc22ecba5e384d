"""What people answer to a post that asks for it. The post's row is taken last, as for reactions."""

from collections.abc import Mapping, Sequence

import msgspec

from swannery.foundation.database import Transaction
from swannery.posts.details import Details


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
    """Change a post's counts of people and of choices; False, and nothing counted, when it asks something else than was `meant`."""
    asked = msgspec.to_builtins(meant)
    changes = "".join(f", answer_counts[{1 + choice:d}] = answer_counts[{1 + choice:d}] + ({step:d})" for choice, step in steps.items())
    return bool(
        await tx.sql_count(
            f"UPDATE swannery.posts SET answer_counts[1] = answer_counts[1] + %(people)s{changes} WHERE id = %(post)s"
            " AND card -> 'options' IS NOT DISTINCT FROM %(options)s::jsonb AND card -> 'several' IS NOT DISTINCT FROM %(several)s::jsonb",
            {
                "post": post_id,
                "people": people,
                "options": as_json(asked.get("options")),
                "several": as_json(asked.get("several")),
            },
        )
    )


def as_json(part: object) -> str | None:
    """Return a part of the details as it stands in the row; what they do not have is not there."""
    return None if part is None else msgspec.json.encode(part).decode()
