"""What feeds need from rooms above them; app.py fills it. Until moderation is there, everybody is trusted and nothing was reported."""

from collections.abc import Awaitable, Callable, Collection, Mapping

from swannery.foundation.database import Transaction

# Whose doings count nothing: people whose trust is zero.
Distrusted = Callable[[Transaction], Awaitable[Collection[int]]]
# How many reports of each of these posts were upheld.
UpheldReports = Callable[[Transaction, Collection[int]], Awaitable[Mapping[int, int]]]
# Which of these posts wait for a human before they may trend.
Flagged = Callable[[Transaction, Collection[int]], Awaitable[Collection[int]]]


class Ports:
    """Filled once, before the first request."""

    def __init__(self) -> None:
        self.distrusted: Distrusted = everybody_is_trusted
        self.upheld_reports: UpheldReports = nothing_was_upheld
        self.flagged: Flagged = nothing_is_flagged


async def everybody_is_trusted(_tx: Transaction) -> Collection[int]:
    """Return nobody."""
    return ()


async def nothing_was_upheld(_tx: Transaction, _post_ids: Collection[int]) -> Mapping[int, int]:
    """Return no counts."""
    return {}


async def nothing_is_flagged(_tx: Transaction, _post_ids: Collection[int]) -> Collection[int]:
    """Return no posts."""
    return ()


ports = Ports()
