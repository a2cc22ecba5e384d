"""What posts do later."""

from swannery.foundation.database import Database, Transaction
from swannery.foundation.jobs import Errand, Job, Tick
from swannery.posts.actions import erase_member, erase_what_is_left, make_preview, publish_due, purge, recount_around


async def _erase(tx: Transaction, *, member_id: int) -> None:
    await erase_member(tx, member_id=member_id)


async def _recount(tx: Transaction, *, member_id: int) -> None:
    await recount_around(tx, member_ids=[member_id])


async def _preview(database: Database, *, post_id: int) -> None:
    await make_preview(database, post_id=post_id)


ERASE = Job(name="posts.erase", work=_erase)
RECOUNT = Job(name="posts.recount", work=_recount)
PREVIEW = Errand(name="posts.preview", work=_preview)
JOBS = (ERASE, RECOUNT, PREVIEW)


async def _erase_again(tx: Transaction) -> None:
    for member_id in await erase_what_is_left(tx):
        await tx.defer(ERASE, member_id=member_id)


# Erasing is owed: should a job of it ever be lost, it is found here.
TICKS = (
    Tick(name="posts.erase_again", every_s=3600.0, work=_erase_again),
    Tick(name="posts.publish_due", every_s=15.0, work=publish_due),
    Tick(name="posts.purge", every_s=600.0, work=purge),
)
