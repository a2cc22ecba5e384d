"""What pictures do on others' events."""

from swannery.foundation.database import Transaction
from swannery.foundation.events import Dispatcher, MemberErased, PostPurged
from swannery.media.actions import discard_of_post, erase_member


async def _erase(tx: Transaction, event: MemberErased) -> None:
    await erase_member(tx, member_id=event.member_id)


async def _purged(tx: Transaction, event: PostPurged) -> None:
    await discard_of_post(tx, post_id=event.post_id)


def listen(dispatcher: Dispatcher) -> None:
    """Say what to listen to."""
    dispatcher.listen(MemberErased, _erase)
    dispatcher.listen(PostPurged, _purged)
