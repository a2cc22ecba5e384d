"""What pictures need from rooms above them; app.py fills it."""

from collections.abc import Awaitable, Callable

from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer

# May this viewer see what a picture belongs to: the profile of this member, this post?
MaySee = Callable[[Transaction, Viewer, int], Awaitable[bool]]


class Ports:
    """Filled once, before the first request."""

    def __init__(self) -> None:
        self.may_see_profile: MaySee = nobody_may
        self.may_see_post: MaySee = nobody_may


async def nobody_may(_tx: Transaction, _viewer: Viewer, _subject_id: int) -> bool:
    """Show nothing: so it is until somebody is asked."""
    return False


ports = Ports()
