"""What posts do later."""

from swannery.foundation.database import Transaction
from swannery.foundation.jobs import Job
from swannery.posts.actions import erase_member, recount_around


async def _erase(tx: Transaction, *, member_id: int) -> None:
    await erase_member(tx, member_id=member_id)


async def _recount(tx: Transaction, *, member_id: int) -> None:
    await recount_around(tx, member_ids=[member_id])


ERASE = Job(name="posts.erase", work=_erase)
RECOUNT = Job(name="posts.recount", work=_recount)
JOBS = (ERASE, RECOUNT)
