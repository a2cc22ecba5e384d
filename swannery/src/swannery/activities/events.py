"""What activities do when a member is erased."""

from swannery.activities.actions import erase_member
from swannery.foundation.database import Transaction
from swannery.foundation.events import Dispatcher, MemberErased


async def _erased(tx: Transaction, event: MemberErased) -> None:
    await erase_member(tx, member_id=event.member_id)


def listen(dispatcher: Dispatcher) -> None:
    """Say what to listen to."""
    dispatcher.listen(MemberErased, _erased)
