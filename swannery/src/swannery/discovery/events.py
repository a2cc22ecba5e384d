"""What suggestions do when members go."""

from swannery.discovery import actions
from swannery.foundation.database import Transaction
from swannery.foundation.events import Dispatcher, MemberErased


async def _erase(tx: Transaction, event: MemberErased) -> None:
    await actions.erase_member(tx, member_id=event.member_id)


def listen(dispatcher: Dispatcher) -> None:
    """Say what to listen to."""
    dispatcher.listen(MemberErased, _erase)
