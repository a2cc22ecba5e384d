"""Deleting what nobody needs any more."""

from swannery.foundation.database import Transaction
from swannery.foundation.jobs import Tick
from swannery.media.actions import collect, sweep
from swannery.media.darkroom import Darkroom


def ticks(darkroom: Darkroom) -> tuple[Tick, ...]:
    """Return what is done again and again."""

    async def _sweep(tx: Transaction) -> None:
        await sweep(tx, darkroom=darkroom)

    async def _collect(tx: Transaction) -> None:
        await collect(tx, darkroom=darkroom)

    return (
        Tick(name="media.sweep", every_s=60.0, work=_sweep),
        Tick(name="media.collect", every_s=6 * 3600.0, work=_collect),
    )
