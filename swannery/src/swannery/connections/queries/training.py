"""SQL on who trains whom. Only rows that are `confirmed` make a trainer and a client; the others wait for one of the two."""

from collections.abc import Collection
from datetime import datetime
from typing import cast

from swannery.connections.models import Tie, Training, TrainingRole
from swannery.connections.queries import person_of
from swannery.connections.queries.ties import OTHER, tie_sql
from swannery.foundation.database import Transaction


async def confirm(tx: Transaction, *, trainer_id: int, client_id: int, by: TrainingRole) -> Tie | None:
    """Note that one of the two says so; how they stand to the other then, None when they had said so before. Index: the primary key."""
    column = f"{by}_confirmed_at"
    found = await tx.sql(
        f"INSERT INTO swannery.trainer_clients AS t (trainer_id, client_id, {column}) VALUES (%(trainer)s, %(client)s, %(now)s)"
        f" ON CONFLICT (trainer_id, client_id) DO UPDATE SET {column} = excluded.{column} WHERE t.{column} IS NULL"
        f" RETURNING {tie_sql(by)}",
        {"trainer": trainer_id, "client": client_id, "now": tx.now},
    )
    return cast("Tie", found[0][0]) if found else None


async def is_there(tx: Transaction, *, trainer_id: int, client_id: int) -> bool:
    """Whether one of the two said so. Index: the primary key."""
    return bool(
        await tx.sql(
            "SELECT 1 FROM swannery.trainer_clients WHERE trainer_id = %(trainer)s AND client_id = %(client)s",
            {"trainer": trainer_id, "client": client_id},
        )
    )


async def delete(tx: Transaction, *, trainer_id: int, client_id: int) -> bool:
    """Forget who trains whom; whether it was confirmed. Index: the primary key."""
    found = await tx.sql(
        "DELETE FROM swannery.trainer_clients WHERE trainer_id = %(trainer)s AND client_id = %(client)s RETURNING confirmed",
        {"trainer": trainer_id, "client": client_id},
    )
    return bool(found and found[0][0])


async def list_of(
    tx: Transaction, *, member_id: int, role: TrainingRole, hidden: Collection[int], after_id: int, limit: int
) -> list[Training]:
    """Return those who are this to a member, or wait to be, in order of their ids. Indexes: the primary key, trainer_clients_client."""
    mine = OTHER[role]
    found = await tx.read(
        f"SELECT m.id, m.name, m.handle, m.role, m.picture, {tie_sql(mine)} FROM swannery.trainer_clients t"
        f" JOIN swannery.members m ON m.id = t.{role}_id WHERE t.{mine}_id = %(me)s AND t.{role}_id > %(after)s"
        f" AND m.state = 'active' AND NOT m.id = ANY(%(hidden)s) ORDER BY t.{role}_id LIMIT %(limit)s",
        {"me": member_id, "hidden": list(hidden), "after": after_id, "limit": limit},
    )
    return [Training(person=person_of(row), role=role, tie=row[5]) for row in found]


async def list_waiting(tx: Transaction, *, member_id: int, hidden: Collection[int], limit: int) -> list[tuple[Training, datetime]]:
    """Return who waits for a member's word, and since when, the newest first. Indexes: trainer_clients_…_asked."""
    parts = [
        f"SELECT t.{role}_id AS id, '{role}' AS role, t.{role}_confirmed_at AS since FROM swannery.trainer_clients t"
        f" WHERE t.{mine}_id = %(me)s AND t.{mine}_confirmed_at IS NULL"
        for role, mine in OTHER.items()
    ]
    found = await tx.read(
        f"SELECT m.id, m.name, m.handle, m.role, m.picture, t.role, t.since FROM ({' UNION ALL '.join(parts)}) t"
        " JOIN swannery.members m ON m.id = t.id WHERE m.state = 'active' AND NOT m.id = ANY(%(hidden)s)"
        " ORDER BY t.since DESC, m.id DESC LIMIT %(limit)s",
        {"me": member_id, "hidden": list(hidden), "limit": limit},
    )
    return [(Training(person=person_of(row), role=row[5], tie="asked_by"), row[6]) for row in found]


async def ids_of(tx: Transaction, *, member_id: int, role: TrainingRole) -> list[int]:
    """Return who is this to a member, or waits to be. Indexes: the primary key, trainer_clients_client."""
    mine = OTHER[role]
    found = await tx.read(f"SELECT {role}_id FROM swannery.trainer_clients WHERE {mine}_id = %(me)s", {"me": member_id})
    return [row[0] for row in found]
