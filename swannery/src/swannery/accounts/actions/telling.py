"""Telling what happened to many members: where one of them makes a listener fail, the others' news still counts."""

from collections import Counter
from collections.abc import Sequence

import structlog

from swannery.foundation.database import Transaction
from swannery.foundation.events import Event

log = structlog.get_logger("swannery.accounts")


async def tell_each(tx: Transaction, events: Sequence[Event]) -> int:
    """Tell them all; what a listener that failed had done is undone, for that one event. Returns how many failed.

    All are told behind one savepoint; only if one fails, each gets a savepoint of its own.
    """
    if not events or await _told(tx, events) is None:
        return 0
    failed: Counter[tuple[str, str]] = Counter()
    for event in events:
        error = await _told(tx, [event])
        if error is not None:
            failed[type(event).__name__, type(error).__name__] += 1
    for (kind, reason), count in failed.items():
        log.error("event failed", kind=kind, error=reason, failed=count)
    return failed.total()


async def _told(tx: Transaction, events: Sequence[Event]) -> Exception | None:
    try:
        async with tx.savepoint():
            for event in events:
                await tx.tell(event)
    except Exception as error:
        if tx.lost:
            raise  # there is no transaction left to go on with
        return error
    return None
