"""What posts do when members come and go. Both may touch many rows, so they are left to a job of the same transaction."""

from swannery.foundation.database import Transaction
from swannery.foundation.events import (
    Blocked,
    Dispatcher,
    MemberErased,
    MemberLeft,
    MemberReturned,
    PostEdited,
    PostPublished,
    PostRestored,
)
from swannery.posts.actions import is_waiting, part
from swannery.posts.jobs import ERASE, PREVIEW, RECOUNT


async def _erase(tx: Transaction, event: MemberErased) -> None:
    await tx.defer(ERASE, member_id=event.member_id)


async def _recount(tx: Transaction, event: MemberLeft | MemberReturned) -> None:
    await tx.defer(RECOUNT, member_id=event.member_id)


async def _parted(tx: Transaction, event: Blocked) -> None:
    await part(tx, one=event.blocker_id, other=event.blocked_id)


async def _read_page(tx: Transaction, event: PostPublished | PostEdited | PostRestored) -> None:
    if await is_waiting(tx, post_id=event.post_id):
        await tx.defer(PREVIEW, post_id=event.post_id)


def listen(dispatcher: Dispatcher) -> None:
    """Say what to listen to."""
    dispatcher.listen(Blocked, _parted)
    dispatcher.listen(PostPublished, _read_page)
    dispatcher.listen(PostEdited, _read_page)
    dispatcher.listen(PostRestored, _read_page)
    dispatcher.listen(MemberErased, _erase)
    dispatcher.listen(MemberLeft, _recount)
    dispatcher.listen(MemberReturned, _recount)
