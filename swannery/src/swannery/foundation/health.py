"""Whether this process can do its work just now."""

from swannery.foundation.database import Database
from swannery.foundation.errors import SwanneryError
from swannery.foundation.jobs import Queue


async def missing(database: Database, queue: Queue | None) -> str:
    """Return what is missing, in a few words; nothing when all is there."""
    try:
        async with database.transaction() as tx:
            there = await tx.sql("SELECT to_regclass('swannery.alembic_version') IS NOT NULL")
    except (SwanneryError, OSError, TimeoutError):
        return "the database does not answer"
    if not there[0][0]:
        return "the schema is not deployed"
    if queue is not None and not queue.alive():
        return "the background work has stopped"
    return ""
