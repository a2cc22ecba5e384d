"""What posts need from rooms above them; app.py fills it."""

from collections.abc import Awaitable, Callable

from swannery.foundation.database import Transaction

# Must this text of this author wait for a moderator before others see it?
MustBeHeld = Callable[[Transaction, int, str], Awaitable[bool]]


class Ports:
    """Filled once, before the first request."""

    def __init__(self) -> None:
        self.must_be_held: MustBeHeld = nothing_is_held


async def nothing_is_held(_tx: Transaction, _author_id: int, _text: str) -> bool:
    """Hold nothing: so it is while no rule says otherwise."""
    return False


ports = Ports()
