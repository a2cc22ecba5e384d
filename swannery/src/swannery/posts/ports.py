"""What posts need from rooms above them; app.py fills it."""

from collections.abc import Awaitable, Callable, Collection
from typing import NamedTuple

from swannery.foundation.database import Transaction
from swannery.foundation.outbound import Outbound
from swannery.media.darkroom import Darkroom

# Must this text of this author wait for a moderator before others see it?
MustBeHeld = Callable[[Transaction, int, str], Awaitable[bool]]


# Which of these members let this author mention them?
MayMention = Callable[[Transaction, int, Collection[int]], Awaitable[set[int]]]


class PreviewMeans(NamedTuple):
    """What reading the pages that posts link to takes; `own_host` is this site's, whose pages are not read."""

    outbound: Outbound
    darkroom: Darkroom
    own_host: str = ""


class Ports:
    """Filled once, before the first request. Without `previews` no page is read."""

    def __init__(self) -> None:
        self.previews: PreviewMeans | None = None
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
