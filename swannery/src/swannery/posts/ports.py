"""What posts need from rooms above them; app.py fills it."""

from collections.abc import Awaitable, Callable, Collection

from swannery.foundation.database import Transaction

# Must this text of this author wait for a moderator before others see it?
MustBeHeld = Callable[[Transaction, int, str], Awaitable[bool]]


# Which of these members let this author mention them?
MayMention = Callable[[Transaction, int, Collection[int]], Awaitable[set[int]]]


class Ports:
    """Filled once, before the first request."""

    def __init__(self) -> None:
        self.must_be_held: MustBeHeld = nothing_is_held
        self.may_mention: MayMention = everybody_may
        self.site_open = False


async def nothing_is_held(_tx: Transaction, _author_id: int, _text: str) -> bool:
    """Hold nothing: so it is while no rule says otherwise."""
    return False


async def everybody_may(_tx: Transaction, _author_id: int, member_ids: Collection[int]) -> set[int]:
    """Let everybody be mentioned: so it is while members cannot say otherwise."""
    return set(member_ids)


ports = Ports()
