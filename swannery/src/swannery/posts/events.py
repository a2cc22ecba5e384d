"""What posts do when members come and go. Both may touch many rows, so they are left to a job of the same transaction."""

from swannery.foundation.database import Transaction
from swannery.foundation.events import Dispatcher, MemberErased, MemberLeft, MemberReturned
from swannery.posts.jobs import ERASE, RECOUNT


async def _erase(tx: Transaction, event: MemberErased) -> None:
    await tx.defer(ERASE, member_id=event.member_id)


async def _recount(tx: Transaction, event: MemberLeft | MemberReturned) -> None:
    await tx.defer(RECOUNT, member_id=event.member_id)


def listen(dispatcher: Dispatcher) -> None:
    """Say what to listen to."""
    dispatcher.listen(MemberErased, _erase)
    dispatcher.listen(MemberLeft, _recount)
    dispatcher.listen(MemberReturned, _recount)
