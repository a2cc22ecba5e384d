"""Looking again and again at what the app recorded."""

from collections.abc import Sequence

from swannery import config
from swannery.activities.actions import import_when_due
from swannery.foundation.database import Transaction
from swannery.foundation.jobs import Tick

EVERY_S = 5.0


def import_tick(tables: Sequence[config.Activity]) -> Tick:
    """Return the tick: a short look back each time, and all of it at first and once a day."""

    async def look(tx: Transaction) -> None:
        await import_when_due(tx, tables=tables)

    return Tick(name="activities.import", every_s=EVERY_S, work=look)
