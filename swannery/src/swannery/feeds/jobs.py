"""Filling lists in the background."""

from swannery.feeds.actions import fan_out, forget_post, rebuild, settle_pulled, trim
from swannery.foundation.database import Transaction
from swannery.foundation.jobs import Job, Tick


async def _fan_out(tx: Transaction, *, post_id: int, published_at: float, after: int = 0) -> None:
    """Do one part and leave the next one: a post with very many readers holds up neither others' posts nor whoever writes."""
    further = await fan_out(tx, post_id=post_id, published_at=published_at, after=after)
    if further is not None:
        await tx.defer(FAN_OUT, post_id=post_id, published_at=published_at, after=further)


async def _rebuild(tx: Transaction, *, member_id: int) -> None:
    await rebuild(tx, member_id=member_id)


async def _forget(tx: Transaction, *, post_id: int) -> None:
    await forget_post(tx, post_id=post_id)


async def _settle_pulled(tx: Transaction) -> None:
    for post_id in await settle_pulled(tx):
        await tx.defer(FAN_OUT, post_id=post_id, published_at=tx.now.timestamp())


FAN_OUT = Job(name="feeds.fan_out", work=_fan_out)
FORGET = Job(name="feeds.forget_post", work=_forget)
# Once more after the transaction that changed a connection: a post that was fanned out meanwhile is in the list only then.
REBUILD = Job(name="feeds.rebuild", work=_rebuild)
JOBS = (FAN_OUT, FORGET, REBUILD)
TICKS = (Tick(name="feeds.trim", every_s=3600.0, work=trim), Tick(name="feeds.pulled", every_s=3600.0, work=_settle_pulled))
