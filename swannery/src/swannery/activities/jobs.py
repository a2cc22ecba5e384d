"""Looking again and again at what the app recorded."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from swannery import config
from swannery.activities.actions import BEGINNING, LOOK_BACK, import_activities
from swannery.foundation.database import Transaction
from swannery.foundation.jobs import Tick

EVERY_S = 5.0
WHOLE_EVERY = timedelta(minutes=15)


def import_tick(tables: Sequence[config.Activity]) -> Tick:
    """Return the tick: a short look back each time, and all of it at the start and every quarter of an hour."""
    whole_at: datetime | None = None

    async def look(tx: Transaction) -> None:
        nonlocal whole_at
        whole = whole_at is None or tx.now - whole_at >= WHOLE_EVERY
        await import_activities(tx, tables=tables, since=tx.now - (BEGINNING if whole else LOOK_BACK))
        if whole:
            whole_at = tx.now

    return Tick(name="activities.import", every_s=EVERY_S, work=look)
