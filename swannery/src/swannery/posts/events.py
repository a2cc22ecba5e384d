"""What posts do when members come and go. Both may touch many rows, so they are left to a job of the same transaction."""

from swannery.foundation.database import Transaction
from swannery.foundation.events import Blocked, Dispatcher, MemberErased, MemberLeft, MemberReturned
from swannery.posts.actions import part
from swannery.posts.jobs import ERASE, RECOUNT


async def _erase(tx: Transaction, event: MemberErased) -> None:
    await tx.defer(ERASE, member_id=event.member_id)


async def _recount(tx: Transaction, event: MemberLeft | MemberReturned) -> None:
    await tx.defer(RECOUNT, member_id=event.member_id)


async def _parted(tx: Transaction, event: Blocked) -> None:
    await part(tx, one=event.blocker_id, other=event.blocked_id)


def listen(dispatcher: Dispatcher) -> None:
    """Say what to listen to."""
    dispatcher.listen(Blocked, _parted)
    dispatcher.listen(MemberErased, _erase)
    dispatcher.listen(MemberLeft, _recount)
    dispatcher.listen(MemberReturned, _recount)
